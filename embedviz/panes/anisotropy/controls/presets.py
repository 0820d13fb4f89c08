"""Well-known maps by name."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from embedviz.core.covariance import PrincipalAxes
from embedviz.panes.anisotropy.settings import AnisotropySettings

GENTLE = 0.2
"""Strength at which small variances, which few rows leave to chance, stay small."""
_REDUCED = 256


class MapPreset(NamedTuple):
    """A well-known map.

    Attributes
    ----------
    name, about : str
    centering, strength : float
    removes_top : bool
        Whether a hundredth of the directions, those with the most variance, are taken away.
    reduces : bool
        Whether 256 directions are kept, or half of them where there are not so many.
    """

    name: str
    about: str
    centering: float
    strength: float
    removes_top: bool = False
    reduces: bool = False

    def apply(self, settings: AnisotropySettings, rank: int) -> AnisotropySettings:
        """Return settings with this map, for a cloud of some rank."""
        kept = (_REDUCED if rank > _REDUCED else max(rank // 2, 1)) if self.reduces else None
        return replace(
            settings,
            centering=self.centering,
            strength=self.strength,
            components=kept,
            variance_share=None,
            remove_top=max(round(rank / 100), 1) if self.removes_top else 0,
        )


PRESETS = (
    MapPreset("Raw", "the rows as they are", 0.0, 0.0),
    MapPreset("Spherize", "the mean taken away, rows of unit length", 1.0, 0.0),
    MapPreset(
        "All-but-the-top",
        "centered, without the top hundredth of the directions (Mu and Viswanath 2018)",
        1.0,
        0.0,
        removes_top=True,
    ),
    MapPreset("Whiten gently", "centered, the spread evened by a fifth", 1.0, GENTLE),
    MapPreset("Whiten", "the same variance in all directions", 1.0, 1.0),
    MapPreset(
        "Whiten and reduce",
        "whitened, the 256 directions of most variance alone (Su et al. 2021)",
        1.0,
        1.0,
        reduces=True,
    ),
)


def preset_of(settings: AnisotropySettings, rank: int) -> int:
    """Return the place of the preset that settings are; -1 where they are none."""
    for place, each in enumerate(PRESETS):
        applied = each.apply(settings, rank)
        if (applied.transform, applied.position) == (settings.transform, settings.position):
            return place
    return -1


def variance_share_of(axes: PrincipalAxes, first: int, count: int) -> float:
    """Return the share of the variance along some axes, 0 to 1; nan where there is none."""
    whole = float(axes.variances.sum())
    return float(axes.variances[first : first + count].sum()) / whole if whole else float("nan")

"""Presets: runs that each show one thing about the contrastive loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from embedviz.core.contrastive.dials import Dials


@dataclass(frozen=True)
class Preset:
    """Dials that show something, and what.

    Attributes
    ----------
    name : str
    watch : str
        One line on what to look at.
    changes : mapping of str to value
        Dials by name, beside those of `Dials()`.
    n_outputs : int, optional
        How many outputs it needs; None: any number shows it.
    two_views : bool
        Whether partners have to be two views of one row, whatever belongs together otherwise.
    """

    name: str
    watch: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    n_outputs: int | None = None
    two_views: bool = False

    def dials(self, others: Dials | None = None) -> Dials:
        """Return its dials.

        Parameters
        ----------
        others : Dials, optional
            From which learning rate, batch size, dropout and noise are taken where the preset does
            not set them: they suit the data. All else is as in `Dials()`.
        """
        others = others or Dials()
        kept = {name: getattr(others, name) for name in _OF_THE_DATA}
        return replace(Dials(), **{**kept, **self.changes})


_OF_THE_DATA = ("learning_rate", "batch_size", "dropout", "noise")

PRESETS = (
    Preset(
        "Healthy",
        "Partners meet, and all rows together spread until they fill the sphere evenly.",
        {"temperature": 0.05},
    ),
    Preset(
        "No negatives (collapse)",
        "With nothing to push them apart, all rows run to one point: agreement costs nothing.",
        {"negatives": 0},
    ),
    Preset(
        "Too cold",
        "Only the nearest negatives push: neighbors part, and the whole spreads slowly and "
        "unevenly.",
        {"temperature": 0.005},
    ),
    Preset(
        "Too hot",
        "The softmax is nearly even: each negative pushes as much as any other, near or far.",
        {"temperature": 5.0},
    ),
    Preset(
        "Two dropout views (SimCSE)",
        "Each row is its own partner, seen twice with other inputs dropped; no labels are used.",
        {"temperature": 0.05, "dropout": 0.1},
        two_views=True,
    ),
    Preset(
        "Matryoshka",
        "The first two of three outputs learn to do alone: seen along the third axis, partners "
        "are near too.",
        {"temperature": 0.05, "prefixes": (2,)},
        n_outputs=3,
    ),
)


def preset(name: str) -> Preset:
    """Return a preset by its name.

    Raises
    ------
    KeyError
        When there is none.
    """
    return {each.name: each for each in PRESETS}[name]

"""Distributions of angles and cosines before and after, and the words about them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from embedviz.core.anisotropy.chance import chance_of_angles, chance_of_cosines, chance_spread
from embedviz.core.notes import counted
from embedviz.gui.charts.numbers import number_text
from embedviz.panes.anisotropy.angles.histogram import Distribution

Floats = NDArray[np.floating]
Kind = Literal["angles", "cosines"]

EDGES = {"angles": np.linspace(0.0, 180.0, 121), "cosines": np.linspace(-1.0, 1.0, 101)}
_FINE = {"angles": np.linspace(0.0, 180.0, 721), "cosines": np.linspace(-1.0, 1.0, 801)}
_ENDS = {"angles": (0.0, 180.0), "cosines": (-1.0, 1.0)}
_STEPS = {"angles": 15.0, "cosines": 0.2}
_UNLIKELY, _NARROW_CONE = 2.0, 60.0
"""How many times as far from 90° as chance strays the rows of a cone are; angle of two rows, in
degrees, from which on it is called wide: their cosine is below a half.
"""
_OUTER = 0.0005
"""Share of the pairs that may lie beyond either end of the axis."""


@dataclass(frozen=True, eq=False)
class SampledPairs:
    """Sampled pairs of rows at one position of the dial.

    Attributes
    ----------
    cosines : float array of shape (n_pairs,)
        Of those in which both rows have a direction.
    mean : float
        Exact mean cosine over all pairs of rows; nan without any.
    """

    cosines: Floats
    mean: float

    @cached_property
    def angles(self) -> Floats:
        """Angles of the pairs, in degrees."""
        return np.asarray(np.degrees(np.arccos(np.clip(self.cosines, -1, 1))))

    @cached_property
    def band(self) -> tuple[float, float, float]:
        """The angles that 5 %, half and 95 % of the pairs are below, in degrees."""
        low, middle, high = np.quantile(self.angles, [0.05, 0.5, 0.95]).tolist()
        return low, middle, high

    @cached_property
    def _known(self) -> dict[tuple[Kind, str], Distribution]:
        return {}

    def distribution(self, kind: Kind, role: Literal["before", "after"]) -> Distribution:
        """Return how angles or cosines of these pairs are distributed; counted once."""
        if (kind, role) not in self._known:
            values = self.cosines if kind == "cosines" else self.angles
            # The mean of the cosines is exact, over all pairs; that of the angles of the sample.
            mean = self.mean if kind == "cosines" else float(np.mean(values, dtype=np.float64))
            found = Distribution.of(role, role, values, EDGES[kind], mean)
            self._known[kind, role] = found
        return self._known[kind, role]

    def share_above(self, limit: float) -> float:
        """Return the share of the pairs whose cosine is above this."""
        return float((self.cosines > limit).mean())


def distributions_of(
    kind: Kind, before: SampledPairs, after: SampledPairs, dimensions: int
) -> list[Distribution]:
    """Return what chance gives, after and before, in the order in which they are drawn."""
    return [
        chance_of(kind, dimensions),
        after.distribution(kind, "after"),
        before.distribution(kind, "before"),
    ]


def related_distributions(
    role: Literal["before", "after"], related: Floats, others: Floats, dimensions: int
) -> list[Distribution]:
    """Return the cosines of related pairs and of others on one side, above what chance gives."""
    found = [chance_of("cosines", dimensions)]
    for words, cosines in (("others", others), ("related", related)):
        mean = float(np.mean(cosines, dtype=np.float64))
        is_dashed = words == "others"
        found.append(
            Distribution.of(role, words, cosines, EDGES["cosines"], mean, is_dashed=is_dashed)
        )
    return found


@lru_cache(maxsize=16)
def chance_of(kind: Kind, dimensions: int) -> Distribution:
    """Return how random directions in so many dimensions are distributed."""
    edges = _FINE[kind] if dimensions > 3 else EDGES[kind]
    chance = chance_of_angles if kind == "angles" else chance_of_cosines
    words = f"unrelated in {dimensions:,} dimensions"
    return Distribution("chance", words, "unrelated", edges, chance(edges, dimensions))


def span_of(kind: Kind, shown: list[Distribution]) -> tuple[float, float]:
    """Return round ends of an axis that holds nearly all of some distributions."""
    lows, highs = [], []
    for each in shown:
        below = np.cumsum(each.shares)
        inside = np.flatnonzero((below > _OUTER) & (below - each.shares < 1 - _OUTER))
        if len(inside):
            lows.append(each.edges[inside[0]])
            highs.append(each.edges[inside[-1] + 1])
    step, (low, high) = _STEPS[kind], _ENDS[kind]
    if not lows:
        return low, high
    first = step * np.floor(min(lows) / step + 1e-6)
    last = step * np.ceil(max(highs) / step - 1e-6)
    return max(low, float(first)), min(high, float(last))


def describe_angles(before: SampledPairs, after: SampledPairs, dimensions: int) -> str:
    """Return how wide the angles of two rows are, and those of unrelated directions."""
    spread = chance_spread(dimensions)
    cone = _cone_words(before, spread)
    return (
        f"Two rows before: {before.band[1]:.0f}° (nine in ten {_range(before)}), {cone}after: "
        f"{after.band[1]:.0f}° ({_range(after)}); unrelated directions: "
        f"90° ± {spread:.{1 if spread < 10 else 0}f}°."
    )


def _cone_words(pairs: SampledPairs, spread: float) -> str:
    """Return that rows lie in a cone, where chance does not bring two so near each other."""
    angle = pairs.band[1]
    if angle >= 90 - _UNLIKELY * spread:
        return ""
    return "a narrow cone; " if angle < _NARROW_CONE else "a wide cone; "


def _range(pairs: SampledPairs) -> str:
    low, _, high = pairs.band
    return f"{low:.0f}° to {high:.0f}°"


def describe_share(before: SampledPairs, after: SampledPairs, dimensions: int, limit: float) -> str:
    """Return how many pairs have a cosine above some number, and how many would by chance."""
    chance = float(chance_of_cosines([min(limit, 1.0), 1.0], dimensions)[0])
    return (
        f"Cosine above {number_text(limit, 2)}: {share_text(before.share_above(limit))} of pairs "
        f"before, {share_text(after.share_above(limit))} after, {share_text(chance)} by chance."
    )


def share_text(share: float) -> str:
    """Return a share in %: with a decimal where it is small, "none" where it is nothing."""
    percent = 100 * share
    if percent == 0:
        return "none"
    if percent < 0.05:
        return "< 0.1 %"
    return f"{percent:.1f} %" if percent < 9.95 else f"{percent:.0f} %"


def describe_sample(n_pairs: int, n_rows: int, n_left_out: int) -> str:
    """Return which pairs the histograms are of."""
    every = n_rows * (n_rows - 1) // 2
    if n_pairs + n_left_out >= every:
        said = f"All {counted(every, 'pair')} of rows"
    else:
        said = f"{n_pairs:,} random pairs; mean cosines are of all pairs"
    if n_left_out:
        said += f"; {counted(n_left_out, 'pair')} with a row that has no direction left out"
    return f"{said}."

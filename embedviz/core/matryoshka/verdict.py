"""Verdict on whether a set is ordered, so that its first dimensions are better than any others.

The order that the dimensions have is compared with random ones. If it were a random one itself, the
mean of its curve would be one more draw from the same distribution; so Student's t with the spread
of the draws says how surprising it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import trapezoid
from scipy.special import stdtrit

Order = Literal["clearly", "slightly", "same", "worse", "unknown"]

_CLEAR_GAP = 0.02
"""How much better a prefix is, at least, where it is clearly so: what one notices in a result."""
_ROUNDING = 1e-9
_DOUBT = 0.05
_CLEAR_DOUBT = 0.01
"""The chance that a random order is as far from the others, on either side."""


@dataclass(frozen=True)
class OrderVerdict:
    """How much better the first dimensions are than random ones.

    Attributes
    ----------
    order : {"clearly", "slightly", "same", "worse", "unknown"}
        Clearly or slightly better; not to be distinguished from random; worse; or nothing to
        compare.
    gap : float
        Mean over the logarithms of the lengths of the curve minus the random one.
    spread : float
        The standard deviation of the same mean among random draws.
    t : float
        The gap by its standard error, sqrt(1 + 1/n_draws) times the spread.
    widest : float
        The gap at the length where it is farthest from zero, `at` dimensions.
    at : int
    """

    order: Order
    gap: float
    spread: float
    t: float
    widest: float
    at: int


def judge_order(dimensions: Sequence[int], prefix: ArrayLike, draws: ArrayLike) -> OrderVerdict:
    """Return whether prefixes are better than random dimensions.

    Parameters
    ----------
    dimensions : sequence of int, length n_lengths
        Ascending.
    prefix : array of shape (n_lengths,)
        Overlap or quality, larger for better.
    draws : array of shape (n_draws, n_lengths)
        The same for random orders.
    """
    lengths = np.asarray(dimensions, dtype=np.float64)
    curve, drawn = np.asarray(prefix, dtype=np.float64), np.asarray(draws, dtype=np.float64)
    known = np.isfinite(curve) & np.isfinite(drawn).all(axis=0)
    lengths, curve, drawn = lengths[known], curve[known], drawn[:, known]
    if len(lengths) < 2 or len(drawn) < 2:
        return OrderVerdict("unknown", math.nan, math.nan, math.nan, math.nan, 0)
    means = _mean_over_logarithms(lengths, drawn)
    gap = float(_mean_over_logarithms(lengths, curve[np.newaxis])[0] - means.mean())
    spread = float(means.std(ddof=1))
    error = spread * math.sqrt(1.0 + 1.0 / len(drawn))
    # Where all draws are alike, any difference is one beyond doubt; rounding is none.
    t = gap / error if error > _ROUNDING else math.copysign(math.inf, gap)
    t = 0.0 if abs(gap) < _ROUNDING else t
    gaps = curve - drawn.mean(axis=0)
    widest = int(np.argmax(np.abs(gaps)))
    order = _order_of(gap, t, len(drawn) - 1)
    return OrderVerdict(order, gap, spread, t, float(gaps[widest]), int(lengths[widest]))


def _order_of(gap: float, t: float, freedom: int) -> Order:
    doubtful, clear = (float(stdtrit(freedom, 1.0 - p / 2)) for p in (_DOUBT, _CLEAR_DOUBT))
    if t < -doubtful:
        return "worse"
    if t <= doubtful:
        return "same"
    return "clearly" if t > clear and gap >= _CLEAR_GAP else "slightly"


def _mean_over_logarithms(
    lengths: NDArray[np.float64], curves: NDArray[np.float64]
) -> NDArray[np.float64]:
    places = np.log(lengths)
    return np.asarray(trapezoid(curves, places, axis=1) / (places[-1] - places[0]))


def kept_length(dimensions: Sequence[int], curve: ArrayLike, share: float) -> int | None:
    """Return from how many dimensions on a curve keeps a share of what it has at the end.

    Parameters
    ----------
    dimensions : sequence of int, length n_lengths
        Ascending; the last one is the full length.
    curve : array of shape (n_lengths,)
    share : float
        0.95, for instance.

    Returns
    -------
    int or None
        Read off the line between two measured lengths, on a logarithmic scale. None where the
        curve ends at or below zero, or is not known.
    """
    lengths, values = np.asarray(dimensions), np.asarray(curve, dtype=np.float64)
    if not len(values) or not values[-1] > 0:
        return None
    limit = share * values[-1]
    below = np.flatnonzero(~(values >= limit))
    if not len(below):
        return int(lengths[0])
    last = int(below[-1])
    low, high = values[last], values[last + 1]
    if not np.isfinite(low):
        return int(lengths[last + 1])
    part = (limit - low) / (high - low)
    start, end = math.log(lengths[last]), math.log(lengths[last + 1])
    return math.ceil(math.exp(start + part * (end - start)) - 1e-9)

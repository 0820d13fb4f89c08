"""Comparison of two ways to place the same rows, by one judge, with an interval of the difference.

The interval is that of the percentile bootstrap (Efron 1979): judged pairs or rows are drawn again
with replacement, as many as there are, the same ones for both ways, and the difference is measured
anew. Spearman's correlation is that of the ranks *within* each resample, with ties, which needs no
sorting: ranks follow from how often each of the distinct values was drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Rows
from embedviz.core.compiled.checks import require_length, require_rows
from embedviz.core.compiled.kernels import parallel_kernel
from embedviz.core.judging.judges import Judge, ScoredPairs, ranked_digits
from embedviz.core.progress import Report, silent

Floats = NDArray[np.float64]
Change = Literal["better", "worse", "same", "unknown"]

RESAMPLES = 2_000
CONFIDENCE = 0.95
FEWEST = 10
"""Judged pairs or rows below which an interval would pretend to know something."""
_MOST_LOST = 0.05
"""Share of the resamples in which nothing can be ranked, beyond which the others are no picture."""
_DRAWS_AT_ONCE = 1 << 22
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Comparison:
    """What a judge says of rows before and after a change.

    Attributes
    ----------
    measure : {"spearman", "top1", "knn"}
        As of the judge.
    before, after : float
        NaN where nothing can be ranked, as all cosines are equal.
    low, high : float
        Ends of the 95 % interval of the difference; NaN where there is none.
    n_judged : int
        How many pairs or rows it is measured on.
    change : {"better", "worse", "same", "unknown"}
        Whether the interval is above zero, below, or holds it; or there is none.
    """

    measure: str
    before: float
    after: float
    low: float
    high: float
    n_judged: int
    change: Change

    @property
    def difference(self) -> float:
        """After minus before."""
        return self.after - self.before


def compare(
    judge: Judge,
    before: Floats,
    after: Floats,
    chosen: Rows | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    report: Report = silent,
) -> Comparison:
    """Return whether the answers to a judge became better.

    Parameters
    ----------
    judge : Judge
    before, after : float64 arrays of shape (n_judged,)
        Answers: cosines, or 0 and 1.
    chosen : int array, optional
        Which of the judged pairs or rows count. Default: all.
    resamples, seed : int
    report : Report
    """
    chosen = np.arange(judge.n_judged) if chosen is None else chosen
    values = judge.value(before, chosen), judge.value(after, chosen)
    low = high = math.nan
    if len(chosen) >= FEWEST and not any(map(math.isnan, values)):
        if isinstance(judge, ScoredPairs):
            three = before[chosen], after[chosen], judge.scores[chosen]
            found = correlation_differences(*three, resamples, seed, report)
        else:
            found = share_differences(before[chosen], after[chosen], resamples, seed, report)
        low, high = _interval(found)
    return Comparison(judge.measure, *values, low, high, len(chosen), _change_of(low, high))


def _interval(differences: Floats) -> tuple[float, float]:
    known = differences[~np.isnan(differences)]
    if not len(known) or len(known) < (1 - _MOST_LOST) * len(differences):
        return math.nan, math.nan
    rest = (1 - CONFIDENCE) / 2
    low, high = np.quantile(known, [rest, 1 - rest])
    return float(low), float(high)


def _change_of(low: float, high: float) -> Change:
    if math.isnan(low):
        return "unknown"
    if low > _ROUNDING:
        return "better"
    return "worse" if high < -_ROUNDING else "same"


def resampled(n: int, resamples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield blocks of resamples, (n_resamples, n): which of n are drawn, with replacement."""
    random = np.random.default_rng(seed)
    size = max(1, _DRAWS_AT_ONCE // max(n, 1))
    for first in range(0, resamples, size):
        yield random.integers(n, size=(min(size, resamples - first), n))


def correlation_differences(
    before: Floats,
    after: Floats,
    scores: Floats,
    resamples: int = RESAMPLES,
    seed: int = 0,
    report: Report = silent,
) -> Floats:
    """Return Spearman's correlation of `after` minus that of `before`, in each resample of pairs.

    Parameters
    ----------
    before, after, scores : float64 arrays of shape (n_pairs,)
    resamples, seed : int
    report : Report

    Returns
    -------
    float64 array of shape (n_resamples,)
        NaN where all that was drawn is equal in one of the three.
    """
    numbers = ranked_digits(before), ranked_digits(after), scores
    places = [np.unique(each, return_inverse=True)[1] for each in numbers]
    table = np.stack(places).astype(np.int64)
    found, done = np.empty(resamples), 0
    for draws in resampled(len(before), resamples, seed):
        report(done / resamples, "drawing the pairs again")
        found[done : done + len(draws)] = _differences_of(table, draws)
        done += len(draws)
    return found


def share_differences(
    before: Floats,
    after: Floats,
    resamples: int = RESAMPLES,
    seed: int = 0,
    report: Report = silent,
) -> Floats:
    """Return the mean of `after` minus that of `before` in each resample, (n_resamples,)."""
    change, found, done = after - before, np.empty(resamples), 0
    for draws in resampled(len(before), resamples, seed):
        report(done / resamples, "drawing the rows again")
        found[done : done + len(draws)] = change[draws].mean(axis=1)
        done += len(draws)
    return found


def _differences_of(table: NDArray[np.int64], draws: NDArray[np.int64]) -> Floats:
    require_rows(draws, table.shape[1], "draws")
    require_length(table, 3, "table", "before, after and scores")
    return _correlation_differences(table, draws)


@parallel_kernel
def _correlation_differences(table: NDArray[np.int64], draws: NDArray[np.int64]) -> Floats:
    """Return differences of rank correlations; the table has the place of each value, (3, n)."""
    n_resamples, n = draws.shape
    found = np.empty(n_resamples)
    for which in numba.prange(n_resamples):
        ranks = np.empty((3, n))
        for kind in range(3):
            counts = np.zeros(table[kind].max() + 1, dtype=np.int64)
            for k in range(n):
                counts[table[kind, draws[which, k]]] += 1
            # From the mean rank, which is (n + 1) / 2, in halves.
            middles = np.empty(len(counts))
            below = 0
            for value in range(len(counts)):
                middles[value] = below + 0.5 * (counts[value] - n)
                below += counts[value]
            for k in range(n):
                ranks[kind, k] = middles[table[kind, draws[which, k]]]
        squares = np.zeros(3)
        products = np.zeros(2)
        for k in range(n):
            for kind in range(3):
                squares[kind] += ranks[kind, k] * ranks[kind, k]
            products[0] += ranks[0, k] * ranks[2, k]
            products[1] += ranks[1, k] * ranks[2, k]
        if squares.min() > 0.0:
            first = products[0] / np.sqrt(squares[0] * squares[2])
            found[which] = products[1] / np.sqrt(squares[1] * squares[2]) - first
        else:
            found[which] = np.nan
    return found


def compile_all() -> None:
    """Run the kernels once."""
    few = np.linspace(0, 1, 12)
    correlation_differences(few, few[::-1].copy(), few, 4)

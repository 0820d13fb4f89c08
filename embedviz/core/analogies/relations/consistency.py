"""How far the offsets of a relation have one direction in common, and what chance would give.

Two statistics of Fournier, Dupoux and Dunbar (2020), "Analogies minus analogy test: measuring
regularities in word embeddings", CoNLL 2020:

- **Offset concentration** (their OCS): the mean cosine of all couples of offsets. It is high
  already where all first words lie on one side and all second words on the other, as countries
  and cities do.
- **Pairing consistency** (their PCS): the area under the ROC curve that separates the cosines
  among true offsets from those among offsets of shuffled pairs: 0.5 where the pairing does not
  matter. They average it over 50 shuffles, which is the area with all of them in one pool, since
  each has as many cosines.

Where ours differs from the authors' own program (`metrics.py` of the repository
bootphon/measuring-regularities-in-word-embeddings), and why:

- Rows have unit length first, as everywhere in analogies; there they are as in the file. Nothing is
  centered: the mean of all rows cancels out in an offset.
- The pool is of 200 shuffles. They draw derangements, again and again until no first word has its
  own second word, which never ends where a second word is that of most pairs; here each pairing may
  be drawn, and a cosine enters the pool where neither of its two pairs is a pair of the relation.
- Of several right answers the first one makes the pair, and the others are no shuffled pair.
- There is a p value for each statistic, the share of pairings that reach that of the true one:
  (1 + number of shuffles that are at least as large) / (1 + number of shuffles). What is ranked for
  the second is the area between the cosines of a pairing and those of the pool, true pairs and all,
  because that treats the true pairing as any other. Where nothing but chance made the pairs, p is
  at most α with a probability of at most α: exactly so at each step 1 / (1 + number of shuffles),
  and less often (the test is conservative) where pairings have equal statistics, as in one
  dimension, where a cosine is 1 or -1. Three pairs make six pairings, so that p is ⅙ at the least;
  a word paired with all others makes one, and has no p.

All cosines come from the products of the words, so the work does not depend on the dimensions.
They are ranked in 65,537 steps, which also makes those equal that differ by rounding.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from embedviz.core.analogies.relations.offsets import LEAST_OFFSET
from embedviz.core.analogies.relations.shuffles import Forbidden, draw_pairings
from embedviz.core.arrays import Rows, Vector
from embedviz.core.compiled.kernels import (
    FEW_NUMBERS,
    parallel_kernel,
    serial_kernel,
    threads_for,
)

MOST_PAIRS = 1000
"""More pairs than this are a sample of so many for the shuffles: the work grows with the square."""
_N_POOL = 200
_HALF = 32768  # Steps from a cosine of 0 to one of 1.
_TOLERANCE = 1e-9
"""By which two statistics may differ through rounding, and are equal."""


class ShuffledStatistic(NamedTuple):
    """A statistic of a relation, and what it is when its second words are dealt out anew.

    Attributes
    ----------
    value, null_mean, null_std : float
        NaN where there is none.
    p_value : float
        From 1 / (1 + n_shuffles) to 1, in steps; NaN where no other pairing is possible.
    shuffled : float64 array of shape (n_shuffles,)
        The statistic of each shuffle.
    """

    value: float
    null_mean: float
    null_std: float
    p_value: float
    shuffled: Vector


NO_STATISTIC = ShuffledStatistic(np.nan, np.nan, np.nan, np.nan, np.empty(0))


class Consistency(NamedTuple):
    """Both statistics of a relation, and how many shuffles they were compared with."""

    concentration: ShuffledStatistic
    pairing: ShuffledStatistic
    n_shuffles: int
    is_exact: bool


def concentration(offsets: Vector) -> float:
    """Return the mean cosine of all couples of offsets; NaN for less than two.

    Parameters
    ----------
    offsets : float64 array of shape (n_pairs, n_dimensions)
        None of them zero.
    """
    count = len(offsets)
    if count < 2:
        return float("nan")
    total = (offsets / np.linalg.norm(offsets, axis=1)[:, np.newaxis]).sum(axis=0)
    return float(np.clip((total @ total - count) / (count * (count - 1)), -1.0, 1.0))


class _Words(NamedTuple):
    """Products of the words of a relation, by places of first words and numbers of second words.

    Attributes
    ----------
    first_first : (n_pairs, n_pairs); of the first words of two places
    first_second, inverse : (n_pairs, n_seconds); and one over the length of the offset, or 0
    second_first : (n_seconds, n_pairs)
    second_second : (n_seconds, n_seconds)
    """

    first_first: Vector
    first_second: Vector
    second_first: Vector
    second_second: Vector
    inverse: Vector


def compare_with_shuffles(
    first: Rows,
    second: Rows,
    units: tuple[Vector, Vector],
    is_true: Forbidden,
    n_shuffles: int,
    seed: int,
) -> Consistency:
    """Return both statistics of some pairs beside those of shuffled pairs.

    Parameters
    ----------
    first, second : int arrays of shape (n_pairs,)
        Numbers of first words and of second words, each counted from 0.
    units : two float64 arrays of shape (n_words, n_dimensions)
        Unit vectors of the first words and of the second words.
    is_true : bool array of shape (n_first_words, n_second_words)
        Which words are pairs of the relation, so no shuffled pairs.
    n_shuffles : int
    seed : int
    """
    if len(first) < 2:
        return Consistency(NO_STATISTIC, NO_STATISTIC, 0, is_exact=False)
    words, forbidden = _products(first, units)
    forbidden[first, second] = False
    drawn = draw_pairings(first, second, forbidden, n_shuffles, _N_POOL, seed)
    among_all, among_others = np.zeros((2, 2 * _HALF + 1), np.int64)
    _count_cosines(*words, drawn.pool, is_true[first], among_all, among_others)
    pairings = np.concatenate([second[np.newaxis], drawn.shuffles])
    totals, areas = np.zeros((2, len(pairings)))
    with threads_for(pairings.size * len(first)):
        _score_pairings(*words, pairings, _shares_below(among_all), totals, areas)
    area = np.zeros((2, 1))
    _score_pairings(*words, second[np.newaxis], _shares_below(among_others), area[0], area[1])
    value = float(area[1, 0]) if among_others.any() else float("nan")
    return Consistency(
        _beside(float(totals[0]), totals, drawn.is_complete),
        _beside(value, areas, drawn.is_complete),
        len(drawn.shuffles),
        drawn.is_complete,
    )


def _products(first: Rows, units: tuple[Vector, Vector]) -> tuple[_Words, Forbidden]:
    """Return the products of all words, and which of them have no offset between them."""
    one, other = units
    crossed = _multiplied(one, other)
    squared = (one**2).sum(axis=1)[:, np.newaxis] + (other**2).sum(axis=1) - 2.0 * crossed
    forbidden = squared < LEAST_OFFSET**2
    inverse = np.zeros_like(squared)
    inverse[~forbidden] = 1.0 / np.sqrt(squared[~forbidden])
    return (
        _Words(
            np.ascontiguousarray(_multiplied(one, one)[np.ix_(first, first)]),
            np.ascontiguousarray(crossed[first]),
            np.ascontiguousarray(crossed[first].T),
            _multiplied(other, other),
            np.ascontiguousarray(inverse[first]),
        ),
        forbidden,
    )


def _multiplied(one: Vector, other: Vector) -> Vector:
    """Return the products of all rows with all others.

    Few are not worth the threads of BLAS, which wait for each other where processors are busy.
    """
    if one.size * len(other) > FEW_NUMBERS:
        return np.asarray(one @ other.T)
    products = np.empty((len(one), len(other)))
    _multiply(np.ascontiguousarray(one), np.ascontiguousarray(other), products)
    return products


@serial_kernel
def _multiply(one: Vector, other: Vector, products: Vector) -> None:
    for i in range(len(one)):
        for j in range(len(other)):
            total = 0.0
            for k in range(one.shape[1]):
                total += one[i, k] * other[j, k]
            products[i, j] = total


def _shares_below(counts: Rows) -> Vector:
    """Return for each step which share of some cosines is less; of equal ones, a half is."""
    total = counts.sum()
    return np.asarray((np.cumsum(counts) - counts / 2.0) / max(total, 1))


def _beside(value: float, statistics: Vector, is_complete: bool) -> ShuffledStatistic:
    """Return a statistic beside those of shuffles; the first one is that of the true pairing."""
    true, null = statistics[0], statistics[1:]
    if not len(null):
        return ShuffledStatistic(value, np.nan, np.nan, np.nan if is_complete else 1.0, null)
    p_value = (1 + np.count_nonzero(null >= true - _TOLERANCE)) / (1 + len(null))
    spread = float(null.std(ddof=1)) if len(null) > 1 else 0.0
    return ShuffledStatistic(value, float(null.mean()), spread, float(p_value), null)


@serial_kernel
def _step_of(cosine: float) -> int:
    return int(min(max(cosine, -1.0), 1.0) * _HALF + (_HALF + 0.5))


@serial_kernel
def _count_cosines(  # noqa: PLR0913 - one pass
    first_first: Vector,
    first_second: Vector,
    second_first: Vector,
    second_second: Vector,
    inverse: Vector,
    pairings: Rows,
    is_true: Forbidden,
    among_all: Rows,
    among_others: Rows,
) -> None:
    """Count the cosines of all pairings by their steps, and those between two shuffled pairs."""
    n_pairs = len(first_first)
    for k in range(len(pairings)):
        seconds = pairings[k]
        for i in range(n_pairs):
            p = seconds[i]
            for j in range(i):
                q = seconds[j]
                product = first_first[i, j] + second_second[p, q]
                product -= first_second[i, q] + second_first[p, j]
                step = _step_of(product * inverse[i, p] * inverse[j, q])
                among_all[step] += 1
                if not is_true[i, p] and not is_true[j, q]:
                    among_others[step] += 1


@parallel_kernel
def _score_pairings(  # noqa: PLR0913 - one pass
    first_first: Vector,
    first_second: Vector,
    second_first: Vector,
    second_second: Vector,
    inverse: Vector,
    pairings: Rows,
    shares: Vector,
    means: Vector,
    areas: Vector,
) -> None:
    """Write the mean cosine of each pairing, and the mean share of others that are less."""
    n_pairs = len(first_first)
    for k in numba.prange(len(pairings)):
        seconds = pairings[k]
        lengths = np.empty(n_pairs)
        total, area = 0.0, 0.0
        for i in range(n_pairs):
            p = seconds[i]
            lengths[i] = inverse[i, p]
            for j in range(i):
                q = seconds[j]
                product = first_first[i, j] + second_second[p, q]
                product -= first_second[i, q] + second_first[p, j]
                cosine = product * lengths[i] * lengths[j]
                total += cosine
                area += shares[_step_of(cosine)]
        n_couples = n_pairs * (n_pairs - 1) / 2
        means[k] = total / n_couples
        areas[k] = area / n_couples

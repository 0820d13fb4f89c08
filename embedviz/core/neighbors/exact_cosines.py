"""Cosines that are ranked right, however close they are.

The scores of a search are sums in float32. Far from the origin all rows point the same way: around
a million in each dimension, cosines of rows that are anything but alike differ in the twelfth
decimal, float32 has seven, and what came out was the order of the rows. So the few that may be the
nearest are compared again: in float64, and those that are close by the difference of the two unit
rows, since 1 − cos = |x − q|² / 2, of which rounding leaves nine digits where 1 − x·q has none.

**Which may be the nearest.** A sum of d products in float32, added in any order, is off by at most
d u / (1 − d u) times |x| |q|, with u the rounding of float32, 1 / 2²⁴ (Higham, Accuracy and
Stability of Numerical Algorithms, 2002, section 3.1); a few roundings more, each at most u, come
from the lengths and the result. So a score is off by at most g, this share and 8 u, as long as
nothing overflows or vanishes on the way. Let t be the score of the k-th best row. The k rows with
scores from t up have cosines from t − g up. So the k nearest have, too, and scores from t − 2 g up.
Where the search kept a row with a score below t − 2 g, it has kept all that may be among the
nearest. Where it has not, too many are too close to be told apart by float32: then all rows are
compared exactly, which takes about three times as long.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Flat, Matrix, Rows
from embedviz.core.blocks import read_only, strided_blocks
from embedviz.core.compiled.checks import checked_count
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel, threads_for
from embedviz.core.neighbors.row_kernels import (
    cosine_distance,
    length_of,
    rounding_of_cosines,
)
from embedviz.core.neighbors.top_k import FEW_PRODUCTS, TILE, Candidates, Scores, keep_best_of

Cosines = NDArray[np.float32] | NDArray[np.float64]

# Kept beyond those that are asked for. Among a million rows of an ordinary set, a handful is as
# close to the last one as float32 can tell.
_SPARE = 4
# Rows and queries of lengths beyond these are not compared by float32, where products overflow or
# vanish. A query has a number of at least ½ in it, but a prefix of it need not.
SHORTEST, LONGEST = 1e-25, 1e30
SHORTEST_QUERY = 1e-8


def are_ordinary(lengths: NDArray[np.floating]) -> bool:
    """Return whether products with rows of these lengths neither overflow nor vanish."""
    # Rows that hold NaN or infinities do not matter: nobody is their neighbor.
    there = lengths[np.isfinite(lengths) & (lengths > 0.0)]
    return bool(there.min(initial=1.0) >= SHORTEST and there.max(initial=1.0) <= LONGEST)


def nearest_by_cosine(
    vectors: Matrix,
    query: Matrix,
    count: int,
    exclude: Iterable[int],
    candidates: Callable[[Candidates], None] | None,
) -> tuple[Rows, Cosines]:
    """Return the rows with the largest cosines, ranked right.

    Parameters
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
        Or of a prefix of them.
    query : float32 array of shape (n_dimensions,)
        Or a prefix of it. Its largest number is between ½ and 1: see `scaled_query`.
    count : int
    exclude : iterable of int
    candidates : callable, optional
        Fills the heaps of candidates with all rows, by scores in float32 that are off by no more
        than `rounding_of_cosines`. None: all are compared exactly at once.

    Returns
    -------
    rows : int array of shape (count,)
        Nearest first; of those that are equally near within the seven digits that float32 has of
        1 − cosine, the lower row.
    cosines : float64 array of shape (count,)
    """
    excluded, count = list(exclude), checked_count(count, "neighbors")
    scale = _inverse(query)
    if candidates is not None and count > 0 and scale * SHORTEST_QUERY <= 1.0:
        wanted = count + _SPARE + count // 4
        found = Candidates(len(vectors), wanted, excluded)
        candidates(found)
        rows, scores = found.best()
        if not len(rows):
            return rows, scores
        likely = _likely(scores, count, wanted, rounding_of_cosines(vectors.shape[1]))
        if likely is not None:
            return _ranked(vectors, query, scale, rows[:likely], count)
    found = Candidates(len(vectors), count, excluded)
    with threads_for(vectors.size, few=FEW_PRODUCTS):
        for block in strided_blocks(vectors):
            _score_exactly(block.flat, block.stride, query, scale, *found.heaps_for(block))
    rows, scores = found.best()
    return rows, 1.0 + scores.astype(np.float64) if len(rows) else scores


def _likely(scores: Scores, count: int, wanted: int, rounding: float) -> int | None:
    """Return how many of the best rows may be among the nearest; None where others may be, too."""
    if len(scores) <= count:
        return len(scores)
    limit = float(scores[count - 1]) - 2.0 * rounding
    if len(scores) == wanted and not float(scores[-1]) < limit:
        return None
    return len([score for score in scores.tolist() if score >= limit])


def _ranked(
    vectors: Matrix, query: Matrix, scale: float, rows: Rows, count: int
) -> tuple[Rows, Cosines]:
    distances = _distances(vectors, query, scale, rows)
    order = np.lexsort((rows, distances))[:count]
    return rows[order], 1.0 - distances[order].astype(np.float64)


def exact_distances(vectors: Matrix, query: Matrix, rows: Rows) -> Scores:
    """Return 1 − cosine of some rows with a query, from float64; NaN for rows that hold NaN.

    Parameters
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
    query : float32 array of shape (n_dimensions,)
        See `scaled_query`.
    rows : int array of shape (n,)

    Returns
    -------
    float32 array of shape (n,)
    """
    return _distances(vectors, query, _inverse(query), rows)


def _distances(vectors: Matrix, query: Matrix, scale: float, rows: Rows) -> Scores:
    some = read_only(np.ascontiguousarray(vectors[rows]).reshape(-1))
    distances = np.empty(len(rows), dtype=np.float32)
    _measure(some, query, scale, distances)
    return distances


def _inverse(query: Matrix) -> float:
    exact = query.astype(np.float64)
    length = math.sqrt(exact @ exact)  # Quicker than `norm`, which a short search would notice.
    return 1.0 / length if length else 0.0


@serial_kernel
def _measure(flat: Flat, query: Matrix, scale: float, distances: Scores) -> None:
    for i in range(len(distances)):
        row = flat[i * len(query) : (i + 1) * len(query)]
        distances[i] = _distance(row, query, scale)


@serial_kernel
def _distance(row: Flat, query: Matrix, scale: float) -> float:
    length = length_of(row)
    return cosine_distance(row, query, 0.0 if length == 0.0 else 1.0 / length, scale)


@parallel_kernel
def _score_exactly(
    flat: Flat,
    stride: int,
    query: Matrix,
    scale: float,
    bounds: Rows,
    scores: Scores,
    rows: Rows,
    kept: Rows,
) -> None:
    for piece in numba.prange(len(bounds) - 1):
        tile = np.empty(TILE, dtype=np.float32)
        held = 0
        for first in range(bounds[piece], bounds[piece + 1], TILE):
            last = min(first + TILE, bounds[piece + 1])
            found = tile[: last - first]
            for i in range(len(found)):
                start = (first + i) * stride
                found[i] = -_distance(flat[start : start + len(query)], query, scale)
            held = keep_best_of(found, first, scores[piece], rows[piece], held)
        kept[piece] = held

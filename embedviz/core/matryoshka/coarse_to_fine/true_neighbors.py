"""The exact nearest rows of sampled queries, which recall is measured against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.compiled.checks import checked_count, checked_matrix
from embedviz.core.matryoshka.prefix_neighbors import PrefixNeighbors
from embedviz.core.matryoshka.queries import drawn_queries
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.neighbors.row_kernels import rounding_of_cosines
from embedviz.core.neighbors.top_k import TILE
from embedviz.core.progress import Report, silent

MOST_QUERIES, FEWEST_QUERIES = 500, 30
PRODUCTS = 1.5e11
"""Products that the recall of a set may take, over all lengths: some 20 s on two processors."""
_PRODUCTS_AT_ONCE = 2e8
# Kept beyond those that are compared, so that rounding leaves none out.
_SPARE = 5
# 1 − cosine of rows that differ by the rounding of float32 alone.
_ROUNDED = 2.0**-47


def affordable_queries(n_vectors: int, total_dimensions: int) -> int:
    """Return how many queries to measure recall with.

    Parameters
    ----------
    n_vectors : int
    total_dimensions : int
        The sum of all lengths that are measured, and of the full length.

    Returns
    -------
    int
        From 30 to 500: as many as `PRODUCTS` allow.
    """
    wanted = PRODUCTS / max(n_vectors * total_dimensions, 1)
    return min(n_vectors, max(min(int(wanted), MOST_QUERIES), FEWEST_QUERIES))


def rows_at_once(products_per_row: int) -> int:
    """Return of how many rows to do so many products each before anyone else may compute."""
    return max(1, int(_PRODUCTS_AT_ONCE) // (max(1, products_per_row) * TILE)) * TILE


@dataclass(frozen=True, eq=False)
class TrueNeighbors:
    """The exact nearest rows of some queries, by cosine on all dimensions.

    Attributes
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
    query_rows : int array of shape (n_counted,)
        Those queries that have neighbors of their own.
    rows : int array of shape (n_counted, count)
        Nearest first, equally near ones by row; never the query itself.
    n_queries : int
        How many rows were asked, with those that do not count.
    is_crowded : bool
        Whether float32 has too few digits to tell neighbors of some query apart, as far from the
        origin.
    """

    vectors: Matrix
    query_rows: Rows
    rows: Rows
    n_queries: int
    is_crowded: bool

    @property
    def count(self) -> int:
        """How many neighbors each query has."""
        return int(self.rows.shape[1])


def compared_neighbors(n_vectors: int, count: int = 10) -> int:
    """Return how many neighbors to compare: half of the other rows at most.

    Of eleven rows, each has ten others, and any list of ten would hold them all.
    """
    return min(count, max(n_vectors - 1, 0) // 2)


def find_true_neighbors(
    vectors: ArrayLike,
    count: int = 10,
    queries: int | ArrayLike = 200,
    seed: int = 0,
    report: Report = silent,
) -> TrueNeighbors:
    """Return the exact nearest rows of sampled queries.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    count : int
        How many; 1 or more, and fewer than there are other rows, or no query counts.
    queries : int or int array
        How many rows are drawn as queries, or which ones. Those without neighbors of their own do
        not count: zeros, rows with NaN, and rows whose `count` + 1 nearest are all equally near.
    seed : int
        For the choice of queries.
    report : Report

    Raises
    ------
    UserError
        When `count` or `queries` cannot be.
    """
    rows = checked_matrix(vectors)
    count = checked_count(count, "neighbors", least=1)
    chosen = drawn_queries(queries, len(rows), seed)
    n_queries = len(chosen)
    chosen = chosen[np.isfinite(rows[chosen]).all(axis=1) & rows[chosen].any(axis=1)]
    if count + 1 >= len(rows) or not len(chosen):
        empty = np.empty((0, count), dtype=np.intp)
        return TrueNeighbors(rows, chosen[:0], empty, n_queries, is_crowded=False)
    likely = _likely(rows, chosen, count + 1 + _SPARE, report)
    search = NeighborSearch(rows)
    rounding = rounding_of_cosines(rows.shape[1])
    found, counted, is_crowded = [], [], False
    for place, (own, some) in enumerate(zip(chosen.tolist(), likely, strict=True)):
        report(0.9 + 0.1 * place / len(chosen), "neighbors that are close")
        near, cosines = NeighborSearch(rows[some]).nearest(rows[own], len(some))
        near = some[near]
        # A row that is not among them has a cosine of the last one and two roundings at most.
        if not (len(near) > count and cosines[-1] + 2.0 * rounding < cosines[count]):
            near, cosines = search.nearest(rows[own], count + 1, exclude=[own])
        if len(near) > count and cosines[0] - cosines[count] > _ROUNDED:
            found.append(near[:count])
            counted.append(own)
            is_crowded |= bool(cosines[0] - cosines[count] < 2.0 * rounding)
    return TrueNeighbors(
        rows,
        np.array(counted, dtype=np.intp),
        np.array(found, dtype=np.intp).reshape(-1, count),
        n_queries,
        is_crowded,
    )


def _likely(rows: Matrix, chosen: Rows, count: int, report: Report) -> list[Rows]:
    """Return for each query the rows that sums in float32 find, ascending."""
    lengths = np.array([rows.shape[1]], dtype=np.intp)
    found = PrefixNeighbors(rows[chosen], chosen, lengths, count)
    size = rows_at_once(len(chosen) * rows.shape[1])
    for first in range(0, len(rows), size):
        report(0.9 * first / len(rows), "exact neighbors of the queries")
        found.add(rows[first : first + size], first)
    listed = zip(found.rows[0], found.kept[0].tolist(), strict=True)
    return [np.sort(some[:kept]) for some, kept in listed]

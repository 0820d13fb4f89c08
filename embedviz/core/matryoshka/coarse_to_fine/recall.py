"""Recall of two-stage search, over coarse lengths and shortlists.

One ranking by the first stage answers for every shortlist: what counts is at which rank it has each
true neighbor. Those with a rank below the shortlist's length come to the second stage, which ranks
them exactly, so they are found. So all rows are scored once for each length, and only rows that
score above the worst true neighbor are counted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import kernel_rows
from embedviz.core.compiled.checks import checked_count, checked_matrix
from embedviz.core.compiled.kernels import few_rows, parallel_kernel
from embedviz.core.matryoshka.coarse_to_fine.codes import (
    Precision,
    Scales,
    checked_precision,
    rounded_prefixes,
)
from embedviz.core.matryoshka.coarse_to_fine.true_neighbors import (
    TrueNeighbors,
    affordable_queries,
    find_true_neighbors,
    rows_at_once,
)
from embedviz.core.matryoshka.prefix_neighbors import add_products
from embedviz.core.neighbors.row_kernels import cosine_distance, length_of
from embedviz.core.neighbors.top_k import TILE, Scores, checked_prefix
from embedviz.core.progress import Report, part_of, silent

SHORTLISTS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Lengths of shortlists that are usual, as far as a set has so many rows."""

_GROUP = 8
"""Queries that are worked on by one thread while a tile is in the cache."""
_EXACT_SUMS = 1024
"""Dimensions whose products of int8 numbers float32 sums exactly: 1024 × 127² < 2 ** 24."""
_MOST_ROWS = 2048


@dataclass(frozen=True, eq=False)
class RecallGrid:
    """Recall of two-stage search over coarse lengths and shortlists.

    Attributes
    ----------
    lengths, shortlists : tuple of int
        Ascending.
    recall : float64 array of shape (n_lengths, n_shortlists)
        Mean share of the true neighbors that are found, 0 to 1; NaN where it is not measured (yet).
    count : int
        How many neighbors: recall@count.
    precision : {"float32", "float16", "int8", "binary"}
        Of the first stage.
    n_queries, n_counted : int
        How many rows were asked, and how many of them have neighbors of their own, so that the mean
        is of these.
    """

    lengths: tuple[int, ...]
    shortlists: tuple[int, ...]
    recall: NDArray[np.float64]
    count: int
    precision: Precision
    n_queries: int
    n_counted: int


def grid_lengths(n_dimensions: int) -> tuple[int, ...]:
    """Return coarse lengths to measure: 8, 16, 32 … and all; 1, 2 and 4 where there is little."""
    first = 3 if n_dimensions >= 32 else 0
    powers = (2**i for i in range(first, 31) if 2**i < n_dimensions)
    return (*powers, n_dimensions) if n_dimensions else ()


def grid_shortlists(n_vectors: int, count: int = 10) -> tuple[int, ...]:
    """Return shortlists to measure: from `count` rows up, and fewer than a row has others."""
    others = n_vectors - 1
    usual = [each for each in SHORTLISTS if count < each < others]
    return (count, *usual) if 0 < count <= others else ()


def measure_recall(  # noqa: PLR0913 - as many choices
    vectors: ArrayLike,
    lengths: Sequence[int] | None = None,
    shortlists: Sequence[int] | None = None,
    count: int = 10,
    queries: int | ArrayLike | None = None,
    precision: Precision = "float32",
    seed: int = 0,
    report: Report = silent,
    on_column: Callable[[RecallGrid], None] | None = None,
) -> RecallGrid:
    """Return the recall of two-stage search against exact search, over lengths and shortlists.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    lengths : sequence of int, optional
        Coarse lengths. Default: `grid_lengths`.
    shortlists : sequence of int, optional
        Default: `grid_shortlists`.
    count : int
        How many neighbors are to be found.
    queries : int or int array, optional
        How many rows are drawn as queries, or which ones; a query is not its own neighbor and takes
        no place on the shortlist. Default: `affordable_queries`.
    precision : {"float32", "float16", "int8", "binary"}
        Of the first stage; see `coarse_to_fine.codes`.
    seed : int
        For the choice of queries.
    report : Report
    on_column : callable, optional
        Called with what is known after each length.

    Raises
    ------
    UserError
        When there are not so many dimensions, or a number cannot be.
    """
    rows = checked_matrix(vectors)
    precision, count = checked_precision(precision), checked_count(count, "neighbors", least=1)
    n_vectors, d = rows.shape
    asked = grid_lengths(d) if lengths is None else lengths
    asked = sorted({checked_prefix(each, d) for each in asked})
    listed = grid_shortlists(n_vectors, count) if shortlists is None else shortlists
    listed = sorted({checked_count(each, "rows on the shortlist") for each in listed})
    if queries is None:
        queries = affordable_queries(n_vectors, sum(asked) + d)
    near = find_true_neighbors(rows, count, queries, seed, part_of(report, 0.0, 0.2))
    recall = np.full((len(asked), len(listed)), np.nan)

    def grid() -> RecallGrid:
        return RecallGrid(
            tuple(asked),
            tuple(listed),
            recall.copy(),
            count,
            precision,
            near.n_queries,
            len(near.rows),
        )

    done = 0
    for place, length in enumerate(asked):
        ends = (0.2 + 0.8 * share / max(sum(asked), 1) for share in (done, done + length))
        ranks = coarse_ranks(near, length, precision, part_of(report, *ends))
        recall[place] = [recall_of(ranks, each) for each in listed]
        done += length
        if on_column is not None:
            on_column(grid())
    return grid()


def recall_of(ranks: Rows, shortlist: int) -> float:
    """Return the recall with a shortlist, from the ranks of the true neighbors; NaN of none."""
    return float(np.mean(ranks < shortlist)) if ranks.size else math.nan


def error_of(ranks: Rows, shortlist: int) -> float:
    """Return the standard error of the recall over the queries; NaN of fewer than two."""
    if len(ranks) < 2 or not ranks.size:
        return math.nan
    return float((ranks < shortlist).mean(axis=1).std(ddof=1) / math.sqrt(len(ranks)))


def coarse_ranks(
    near: TrueNeighbors, dimensions: int, precision: Precision, report: Report = silent
) -> Rows:
    """Return at which place the first stage has each true neighbor.

    Parameters
    ----------
    near : TrueNeighbors
    dimensions : int
        Of the prefix, from 1 to n_dimensions.
    precision : {"float32", "float16", "int8", "binary"}
    report : Report

    Returns
    -------
    int array of shape (n_counted, count)
        How many rows the first stage puts before it, from 0: those that score higher, and the lower
        ones of those that score the same. The query itself is not counted.
    """
    ranks = np.zeros(near.rows.shape, dtype=np.intp)
    if not ranks.size:
        return ranks
    scorer = _Scorer(near, dimensions, precision)
    n_queries = len(near.rows)
    scores = scorer.scores_of(near.vectors[near.rows.reshape(-1)])
    places = np.arange(ranks.size).reshape(ranks.shape)
    limits = np.take_along_axis(scores, places, axis=1)
    size = min(rows_at_once(n_queries * dimensions), _MOST_ROWS)
    for first in range(0, len(near.vectors), size):
        report(first / len(near.vectors), f"recall of {dimensions:,} dimensions")
        scores = scorer.scores_of(near.vectors[first : first + size])
        _count_better(scores, first, near.query_rows, near.rows, limits, ranks)
    # What scores NaN is on no shortlist.
    ranks[np.isnan(limits)] = len(near.vectors)
    return ranks


class _Scorer:
    """Scores of rows against all queries, by the same instructions wherever a row stands."""

    def __init__(self, near: TrueNeighbors, dimensions: int, precision: Precision) -> None:
        self._dimensions, self._precision = dimensions, precision
        asked = near.vectors[near.query_rows]
        # float32 is ranked right however close rows are, as `TwoStageSearch` does it.
        self._is_exact = near.is_crowded and precision == "float32"
        if self._is_exact:
            self._queries = kernel_rows(asked[:, :dimensions])
        else:
            # A query is rounded as rows are, but not to halves.
            kind = "float32" if precision == "float16" else precision
            values, _ = rounded_prefixes(asked, dimensions, kind)
            self._queries = kernel_rows(values)

    def scores_of(self, rows: Matrix) -> Matrix:
        """Return the scores of some rows, (n_queries, n_rows), the higher the nearer."""
        scores = np.empty((len(self._queries), len(rows)), dtype=np.float32)
        if self._is_exact:
            _score_exactly(kernel_rows(rows[:, : self._dimensions]), self._queries, scores)
            return scores
        values, scales = rounded_prefixes(rows, self._dimensions, self._precision)
        _score_tiles(*_tiled(values, scales), self._queries, scores)
        return scores


def _tiled(values: Matrix, scales: Scales) -> tuple[Matrix, Scales]:
    """Return rows laid out dimension by dimension, (n_tiles, n_dimensions, TILE), and scales."""
    n_tiles = -(-len(values) // TILE)
    padded = np.zeros((n_tiles * TILE, values.shape[1]), dtype=np.float32)
    padded[: len(values)] = values
    tiles = padded.reshape(n_tiles, TILE, values.shape[1]).transpose(0, 2, 1)
    all_scales = np.zeros(n_tiles * TILE, dtype=np.float32)
    all_scales[: len(scales)] = scales
    return np.ascontiguousarray(tiles), all_scales.reshape(n_tiles, TILE)


@parallel_kernel
def _score_tiles(tiles: Matrix, scales: Scales, queries: Matrix, scores: Matrix) -> None:
    n_queries, n_rows = scores.shape
    n_dimensions = queries.shape[1]
    for group in numba.prange((n_queries + _GROUP - 1) // _GROUP):
        sums = np.empty(TILE, dtype=np.float32)
        totals = np.empty(TILE, dtype=np.float64)
        for t in range(len(tiles)):
            size = min(TILE, n_rows - t * TILE)
            for q in range(group * _GROUP, min(n_queries, (group + 1) * _GROUP)):
                totals[:] = 0.0
                for start in range(0, n_dimensions, _EXACT_SUMS):
                    sums[:] = np.float32(0.0)
                    end = min(start + _EXACT_SUMS, n_dimensions)
                    add_products(tiles[t], queries[q], start, end, sums)
                    for i in range(TILE):
                        totals[i] += sums[i]
                for i in range(size):
                    scores[q, t * TILE + i] = totals[i] * np.float64(scales[t, i])


@parallel_kernel
def _score_exactly(rows: Matrix, queries: Matrix, scores: Matrix) -> None:
    for q in numba.prange(len(queries)):
        own = length_of(queries[q])
        scale = 0.0 if own == 0.0 else 1.0 / own
        for i in range(len(rows)):
            length = length_of(rows[i])
            other = 0.0 if length == 0.0 else 1.0 / length
            scores[q, i] = -cosine_distance(rows[i], queries[q], other, scale)


@parallel_kernel
def _count_better(
    scores: Matrix, first: int, query_rows: Rows, near: Rows, limits: Scores, ranks: Rows
) -> None:
    """Add to the ranks of true neighbors how many of some adjacent rows come before each."""
    n_queries, count = ranks.shape
    for q in numba.prange(n_queries):
        least = np.float32(np.inf)
        for j in range(count):
            least = min(least, limits[q, j]) if limits[q, j] == limits[q, j] else least
        for i in range(scores.shape[1]):
            score = scores[q, i]
            if not score >= least or first + i == query_rows[q]:
                continue
            for j in range(count):
                is_before = score == limits[q, j] and first + i < near[q, j]
                ranks[q, j] += score > limits[q, j] or is_before


def compile_all() -> None:
    """Run the kernels that measure recall once."""
    vectors = few_rows()
    measure_recall(vectors, (8, 40), (10, 20), 5, 9)
    measure_recall(np.float32(1e6) + vectors, (8,), (10,), 5, 9)

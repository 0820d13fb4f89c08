"""Trust in a map: how many neighbors on it are neighbors in all dimensions.

Neighbors are found exactly on both sides: on the map with a k-d tree, in all dimensions by the
graph or, for ranks, by counting how many rows are nearer (`core.neighbors.tile_ranks`). Nothing of
the size n × n is kept.

Rows without a position (NaN) are left out, as if they were not in the set.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, RowIds, Rows
from embedviz.core.compiled.checks import (
    as_table,
    checked_count,
    checked_matrix,
    checked_numbers,
    checked_rows,
    require_axes,
    require_length,
    require_rows,
)
from embedviz.core.compiled.kernels import few_rows
from embedviz.core.drawing.origins import origin_of
from embedviz.core.errors import UserError
from embedviz.core.neighbors.adjacency import GraphMetric
from embedviz.core.neighbors.graph import neighbor_graph, neighbors_of
from embedviz.core.neighbors.row_kernels import Exact
from embedviz.core.neighbors.tile_ranks import Counts, count_nearer
from embedviz.core.neighbors.tiles import ComparedRows, row_ids
from embedviz.core.notes import counted
from embedviz.core.progress import Report, part_of, silent

# Of a picture; positions with more of them are not counted from their middle.
_MOST_AXES = 3
# Distances on the map that differ by less are equal: they are rounded.
_EQUAL = 1e-9
# With fewer rows, not even for one neighbor there are as many others that could be nearer.
_FEWEST = 3


class MeasuredRows(NamedTuple):
    """Rows at which the trust in a map is measured.

    Attributes
    ----------
    rows : int array of shape (n_measured,), or None for all
    words : str
        What a reader should know: "all 10,000 rows", "2,000 of 1,000,000 rows, seed 0".
    """

    rows: Rows | None
    words: str


def sample_rows(
    n_vectors: int, most: int = 20_000, sample: int = 2_000, seed: int = 0
) -> MeasuredRows:
    """Return all rows up to `most`, or a sample of them that the seed alone decides."""
    if n_vectors <= most:
        return MeasuredRows(None, f"all {n_vectors:,} rows")
    rows = np.random.default_rng(seed).choice(n_vectors, min(sample, n_vectors), replace=False)
    words = f"{len(rows):,} of {n_vectors:,} rows, seed {seed}"
    return MeasuredRows(np.sort(rows).astype(np.intp), words)


def kept_neighbors(
    graph_rows: ArrayLike,
    positions: ArrayLike,
    rows: ArrayLike | None = None,
    count: int = 10,
) -> Matrix:
    """Return how many of the true neighbors of each row are among its nearest on the map.

    Where several rows are equally far away on the map and not all of them are among the `count`
    nearest, each of them is so in part: a map that puts all points in one place keeps nothing.

    Parameters
    ----------
    graph_rows : int array of shape (m, n_neighbors)
        The true neighbors of m rows: `NeighborGraph.rows`, as many as `count` as a rule.
    positions : array of shape (n_vectors, n_components)
        NaN for a row that is not on the map.
    rows : int array of shape (m,), optional
        Which rows these are. Default: all.
    count : int
        How many nearest rows on the map.

    Returns
    -------
    float32 array of shape (m,)
        Shares of those true neighbors that are on the map, 0 to 1; NaN for rows that are not.

    Raises
    ------
    UserError
        When one of the rows or neighbors is not there, there are not neighbors for each row, or
        `count` is less than 1.
    """
    count = checked_count(count, "neighbors")
    points = _map_of(positions)
    n_vectors = len(points.place)
    neighbors = checked_rows(graph_rows, n_vectors, "neighbors", n_axes=2)
    measured = row_ids(n_vectors) if rows is None else checked_rows(rows, n_vectors)
    require_length(neighbors, len(measured), "lists of neighbors", "rows")
    if count < 1:
        raise UserError(f"{count:,} neighbors cannot be kept. Choose 1 or more.")
    there = points.place[measured] >= 0
    shares = np.full(len(measured), np.nan, dtype=np.float32)
    if there.any():
        places = points.place[measured[there]]
        shares[there] = _shares(points, places, points.place[neighbors[there]], count)
    return shares


def trustworthiness(
    vectors: ArrayLike,
    positions: ArrayLike,
    count: int = 10,
    metric: GraphMetric = "cosine",
    rows: ArrayLike | None = None,
    report: Report = silent,
) -> float:
    """Return how far neighbors on the map are neighbors in all dimensions.

    It is less than 1 by the ranks, beyond `count`, of rows that the map wrongly shows as the
    nearest: Venna and Kaski, "Neighborhood preservation in nonlinear projection methods", 2001,
    as `sklearn.manifold.trustworthiness`. Rows that are equally far away have the best rank that
    any of them could have.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    positions : array of shape (n_vectors, n_components)
        On the map, where distances are Euclidean. NaN for a row that is not on it.
    count : int
        How many nearest rows; less than half of the rows on the map.
    metric : {"cosine", "euclidean"}
        Of the vectors.
    rows : int array of shape (m,), optional
        Take the mean over these rows only; they are compared with all rows. Default: all.
    report : Report

    Returns
    -------
    float
        0 to 1; NaN where none of the rows is on the map.

    Raises
    ------
    UserError
        When `count` is not less than half of the rows on the map, there is not one position for
        each vector, one of the rows is not there, or a vector holds NaN or infinities.
    """
    count = checked_count(count, "neighbors")
    points, queries = _on_map(vectors, positions, rows, count)
    if len(queries) == 0:
        return math.nan
    _, found = points.nearest(queries, count)
    compared = ComparedRows(vectors, metric)
    ids, nearest = points.present[queries], points.present[found]
    return _score(count_nearer(compared, ids, nearest, points.present, report), points)


def continuity(
    vectors: ArrayLike,
    positions: ArrayLike,
    count: int = 10,
    metric: GraphMetric = "cosine",
    rows: ArrayLike | None = None,
    report: Report = silent,
    *,
    graph_rows: ArrayLike | None = None,
) -> float:
    """Return how far neighbors in all dimensions are neighbors on the map.

    `trustworthiness` with the two spaces exchanged; the parameters and errors are the same, and
    one more.

    Parameters
    ----------
    vectors, positions, count, metric, rows, report
        As there.
    graph_rows : int array of shape (m, at least count), optional
        The true neighbors of the rows that are measured, nearest first, where they are known; it
        saves finding them again. Not used where rows are missing on the map, because others are
        then the nearest that are on it.

    Raises
    ------
    UserError
        As there, and when `graph_rows` are not at least `count` rows of the set for each row that
        is measured.
    """
    count = checked_count(count, "neighbors")
    points, queries = _on_map(vectors, positions, rows, count)
    if len(queries) == 0:
        return math.nan
    if graph_rows is not None and len(points.present) == len(points.place):
        near = _checked_neighbors(graph_rows, points, queries, count)
    else:
        first, report = part_of(report, 0.0, 0.7), part_of(report, 0.7, 1.0)
        near = _true_neighbors(vectors, points, queries, count, metric, first)
    compared = ComparedRows(points.points, "euclidean")
    everyone = row_ids(len(points.points))
    nearer = count_nearer(compared, queries, points.place[near], everyone, report)
    return _score(nearer, points)


class _Map:
    """The rows that have a position, and a tree of them.

    Attributes
    ----------
    present : int32 array of shape (n_present,)
        Which rows have one.
    place : int32 array of shape (n_vectors,)
        Where each row stands among them; negative for the others.
    points : float32 array of shape (n_present, n_components)
    """

    def __init__(self, positions: ArrayLike) -> None:
        given = _as_float32(positions)
        there = np.isfinite(given).all(axis=1)
        self.present: RowIds = np.flatnonzero(there).astype(np.int32)
        self.place: RowIds = np.where(there, np.cumsum(there) - 1, -1).astype(np.int32)
        self.points: Matrix = given[there]
        self._tree: Any = None

    @property
    def tree(self) -> Any:
        if self._tree is None:
            from scipy.spatial import cKDTree

            self._tree = cKDTree(self.points)
        return self._tree

    def nearest(self, queries: RowIds, count: int) -> tuple[Exact, RowIds]:
        """Return distances and places of the nearest other points, (n_queries, count).

        Where there are not so many, the distance is infinite.
        """
        wanted = self.points[queries]
        distances, found = self.tree.query(wanted, count + 1, workers=numba.get_num_threads())
        itself = found == queries[:, np.newaxis]
        # Where as many points lie in one place, it may be that the point itself was not found.
        itself[~itself.any(axis=1), -1] = True
        shape = len(queries), count
        return distances[~itself].reshape(shape), found[~itself].reshape(shape).astype(np.int32)


def _shares(points: _Map, queries: RowIds, neighbors: RowIds, count: int) -> Matrix:
    """Return the share of neighbors that are kept, by their places on the map."""
    distances, _ = points.nearest(queries, count + 1)
    limit = distances[:, count - 1 : count]
    low, high = limit * (1.0 - _EQUAL), limit * (1.0 + _EQUAL)
    n_nearer = (distances < low).sum(axis=1, keepdims=True)
    n_equal = count - n_nearer
    more = (distances[:, count:] <= high)[:, 0] & np.isfinite(limit[:, 0])
    if more.any():
        within = points.tree.query_ball_point(
            points.points[queries[more]],
            high[more, 0],
            return_length=True,
            workers=numba.get_num_threads(),
        )
        n_equal[more] = within[:, np.newaxis] - 1 - n_nearer[more]
    part = (count - n_nearer) / n_equal
    on_map = neighbors >= 0
    there = points.points.astype(np.float64)
    apart = np.linalg.norm(there[neighbors] - there[queries][:, np.newaxis], axis=2)
    kept = np.where(apart < low, 1.0, np.where(apart <= high, part, 0.0))
    kept[~on_map] = 0.0
    total = on_map.sum(axis=1)
    shares = np.full(len(queries), np.nan, dtype=np.float32)
    np.divide(kept.sum(axis=1), total, out=shares, where=total > 0, casting="same_kind")
    return shares


def _map_of(positions: ArrayLike) -> _Map:
    given = as_table(positions, "positions")
    if given.dtype.kind not in "fiu":
        given = checked_numbers(given, "positions")
    require_axes(given, 2, "positions")
    return _Map(given)


def _on_map(
    vectors: ArrayLike, positions: ArrayLike, rows: ArrayLike | None, count: int
) -> tuple[_Map, RowIds]:
    """Return the map, and the places of the rows on it that are measured."""
    points = _map_of(positions)
    require_length(points.place, len(checked_matrix(vectors)), "positions", "vectors")
    n = len(points.present)
    if n < _FEWEST:
        raise UserError(
            f"{counted(n, 'row')} {'is' if n == 1 else 'are'} on the map, which is too few to "
            f"measure how well neighbors are kept. Show {_FEWEST} or more."
        )
    if not 1 <= count < n / 2:
        raise UserError(
            f"With {n:,} rows on the map, it can be measured how well {_range((n - 1) // 2)} "
            f"kept, but not {count:,}. Choose another number of neighbors, or show more rows."
        )
    if rows is None:
        return points, row_ids(n)
    places = points.place[checked_rows(rows, len(points.place))]
    return points, places[places >= 0]


def _range(most: int) -> str:
    return "1 neighbor is" if most == 1 else f"1 to {most:,} neighbors are"


def _checked_neighbors(
    graph_rows: ArrayLike, points: _Map, queries: RowIds, count: int
) -> NDArray[Any]:
    """Return the nearest `count` of the neighbors given, if they are rows of the set."""
    near = np.asarray(graph_rows)
    require_axes(near, 2, "neighbors")
    require_length(near, len(queries), "lists of neighbors", "rows")
    if near.shape[1] < count:
        raise UserError(
            f"{near.shape[1]:,} neighbors of each row are given, but {count:,} are to be "
            "measured. Give as many, or none to have them found."
        )
    near = near[:, :count]
    require_rows(near, len(points.place), "neighbors")
    return near


def _true_neighbors(
    vectors: ArrayLike,
    points: _Map,
    queries: RowIds,
    count: int,
    metric: GraphMetric,
    report: Report,
) -> RowIds:
    """Return the nearest rows, in all dimensions, of some rows on the map among those on it."""
    if np.array_equal(queries, row_ids(len(points.place))):
        return neighbor_graph(vectors, count, metric, report).rows
    ids = points.present[queries]
    return neighbors_of(vectors, ids, count, metric, report, among=points.present).rows


def _score(nearer: Counts, points: _Map) -> float:
    """Return the measure from how many rows are nearer than each neighbor, (m, count)."""
    m, count = nearer.shape
    beyond = np.maximum(nearer + 1 - count, 0).sum()
    most = m * count * (2 * len(points.present) - 3 * count - 1) / 2
    return float(1.0 - beyond / most)


def compile_all() -> None:
    """Run the kernels of trustworthiness once."""
    vectors = few_rows()
    trustworthiness(vectors, vectors[:, :2])


def _as_float32(positions: ArrayLike) -> Matrix:
    """Return positions as float32, those far from zero counted from the middle."""
    given = np.asarray(positions)
    if given.dtype != np.float32 and len(given) and given.shape[1] <= _MOST_AXES:
        given = given - np.array(origin_of(given.astype(np.float64)))[: given.shape[1]]
    return given.astype(np.float32)

"""Ranks of neighbors: how many rows are nearer to a row than each of them.

Scores in float32 decide, in tiles (`core.neighbors.tiles`). Where one is so close to that of a
neighbor that rounding might have turned them round (`exact_cosines` says how close that is), both
are compared by their sums in float64; so ranks are exact, and a row that is just as near as the
neighbor does not count.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Flat, Matrix, RowIds, Rows
from embedviz.core.compiled.checks import require_length, require_rows
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel
from embedviz.core.neighbors.row_kernels import TILE, Exact, Pairs, fill_tile, rounding_of_cosines
from embedviz.core.neighbors.tile_heaps import exact_score
from embedviz.core.neighbors.tiles import ComparedRows, TileWork, panel_blocks
from embedviz.core.progress import Report, silent

Counts = NDArray[np.int64]


def count_nearer(
    compared: ComparedRows,
    queries: RowIds,
    neighbors: RowIds,
    others: RowIds,
    report: Report = silent,
) -> Counts:
    """Return how many rows are nearer to each query than each of its neighbors is.

    Parameters
    ----------
    compared : ComparedRows
    queries : int32 array of shape (m,)
    neighbors : int32 array of shape (m, count)
    others : int32 array of shape (n_others,)
        Which rows are counted, in ascending order; never the query itself.
    report : Report

    Returns
    -------
    int array of shape (m, count)

    Raises
    ------
    UserError
        When one of the rows is not there, or there are not neighbors for each query.
    """
    require_length(neighbors, len(queries), "lists of neighbors", "queries")
    for rows, what in ((queries, "queries"), (neighbors, "neighbors"), (others, "other rows")):
        require_rows(rows, compared.n_vectors, what)
    counts: Counts = np.zeros(neighbors.shape, dtype=np.int64)
    # Where each query would stand among the others, so that it can be left out.
    itself = np.searchsorted(others, queries)
    blocks = panel_blocks(len(others), compared.width)
    work = TileWork(compared, len(queries) * len(others), report)
    with work.threads():
        for block in panel_blocks(len(queries), compared.width):
            ids = queries[block]
            limits = _scores_of_neighbors(compared, ids, neighbors[block])
            bounds = _rounding_bounds(compared, limits)
            packed = compared.packed_rows(ids)
            for among in blocks:
                columns = compared.packed_columns(others[among])
                for pairs in work.rounds(len(ids), among.stop - among.start):
                    _count(
                        pairs,
                        packed,
                        columns,
                        compared.width,
                        compared.flat,
                        compared.stride,
                        compared.dimensions,
                        compared.scales,
                        compared.is_euclidean,
                        ids,
                        others[among],
                        itself[block] - among.start,
                        limits,
                        *bounds,
                        counts[block],
                        work.tiles,
                    )
    return counts


def _scores_of_neighbors(compared: ComparedRows, ids: RowIds, neighbors: RowIds) -> Exact:
    limits = np.empty(neighbors.shape)
    _score_neighbors(
        compared.flat,
        compared.stride,
        compared.dimensions,
        compared.scales,
        compared.is_euclidean,
        ids,
        np.ascontiguousarray(neighbors),
        limits,
    )
    return limits


def _rounding_bounds(compared: ComparedRows, limits: Exact) -> tuple[Matrix, Matrix]:
    """Return between which scores of a tile rounding might have changed the order."""
    rounding = rounding_of_cosines(compared.width)
    if compared.is_euclidean:
        # A sum of squares, none of them negative, is off by the same share of itself.
        scores = -np.square(limits * compared.scales.max(initial=0.0))
        low, high = scores * (1.0 + rounding), scores * (1.0 - rounding)
    else:
        low, high = 1.0 + limits - rounding, 1.0 + limits + rounding
    return low.astype(np.float32), high.astype(np.float32)


@parallel_kernel
def _score_neighbors(
    flat: Flat,
    stride: int,
    dimensions: int,
    scales: Exact,
    is_euclidean: bool,
    ids: RowIds,
    neighbors: RowIds,
    limits: Exact,
) -> None:
    for i in numba.prange(len(ids)):
        for k in range(neighbors.shape[1]):
            limits[i, k] = _score(
                flat, stride, dimensions, scales, is_euclidean, ids[i], neighbors[i, k]
            )


@parallel_kernel
def _count(  # noqa: PLR0913 - one pass
    pairs: Pairs,
    packed: Flat,
    columns: Flat,
    width: int,
    flat: Flat,
    stride: int,
    dimensions: int,
    scales: Exact,
    is_euclidean: bool,
    ids: RowIds,
    others: RowIds,
    itself: Rows,
    limits: Exact,
    lows: Matrix,
    highs: Matrix,
    counts: Counts,
    tiles: Matrix,
) -> None:
    size = TILE * width
    for turn in range(len(pairs)):
        for worker in numba.prange(len(tiles)):
            tile = tiles[worker]
            for task in range(worker, pairs.shape[1], len(tiles)):
                p, q = pairs[turn, task, 0], pairs[turn, task, 1]
                if p < 0:
                    continue
                part = packed[p * size : (p + 1) * size]
                other = columns[q * size : (q + 1) * size]
                fill_tile(part, other, width, is_euclidean, tile)
                them = others[q * TILE : (q + 1) * TILE]
                for i in range(p * TILE, min(len(ids), (p + 1) * TILE)):
                    line = tile[(i - p * TILE) * TILE :][: len(them)]
                    place = itself[i] - q * TILE
                    if 0 <= place < len(them) and them[place] == ids[i]:
                        line[place] = -np.inf
                    _count_line(
                        line,
                        them,
                        lows[i],
                        highs[i],
                        limits[i],
                        flat,
                        stride,
                        dimensions,
                        scales,
                        is_euclidean,
                        ids[i],
                        counts[i],
                    )


@serial_kernel
def _count_line(  # noqa: PLR0913 - one line of a tile
    line: Flat,
    others: RowIds,
    lows: Flat,
    highs: Flat,
    limits: Exact,
    flat: Flat,
    stride: int,
    dimensions: int,
    scales: Exact,
    is_euclidean: bool,
    itself: int,
    counts: Counts,
) -> None:
    exact = np.empty(0)
    for k in range(len(counts)):
        sure = _count_above(line, highs[k])
        counts[k] += sure
        if sure == _count_above(line, lows[k]):
            continue
        if not len(exact):  # Each at most once, however many neighbors are so close.
            exact = np.full(len(line), np.nan)
        for j in range(len(line)):
            if lows[k] < line[j] <= highs[k]:
                if np.isnan(exact[j]):
                    exact[j] = _score(
                        flat, stride, dimensions, scales, is_euclidean, itself, others[j]
                    )
                counts[k] += exact[j] > limits[k]


@serial_kernel
def _score(
    flat: Flat,
    stride: int,
    dimensions: int,
    scales: Exact,
    is_euclidean: bool,
    one: int,
    other: int,
) -> float:
    start, there = np.int64(one) * stride, np.int64(other) * stride
    return exact_score(
        flat[start : start + dimensions],
        flat[there : there + dimensions],
        scales[one],
        scales[other],
        is_euclidean,
    )


@serial_kernel
def _count_above(line: Flat, limit: np.float32) -> int:
    # Counted in float32, 16 scores at a time; integers would be 64 bits wide.
    above = np.float32(0.0)
    for j in range(len(line)):
        above += np.float32(1.0) if line[j] > limit else np.float32(0.0)
    return int(above)

"""Heaps of the nearest rows of each row, filled tile by tile.

Each row has a heap with the worst of its candidates first. Most scores are not as good as that
one, and a glance at 64 of them tells; equal scores are ordered by row, whenever they come.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np

from embedviz.core.arrays import Flat, Matrix, RowIds
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel
from embedviz.core.neighbors.row_kernels import TILE, Exact, Pairs, cosine_distance, fill_tile

# Scores looked at together: mostly none of them is near enough.
_LOOK = 64
_NOBODY = np.iinfo(np.int32).max


class Heaps(NamedTuple):
    """The best candidates of each of some rows, the worst of them first.

    Attributes
    ----------
    ids : int32 array of shape (n,)
        The rows they belong to.
    scores, rows : arrays of shape (n, capacity)
        Score and row of each candidate; at the beginning as bad as can be.
    """

    ids: RowIds
    scores: Matrix
    rows: RowIds

    def of(self, block: slice) -> Heaps:
        """Return those of some of the rows, in the same memory."""
        return Heaps(self.ids[block], self.scores[block], self.rows[block])


def empty_heaps(ids: RowIds, capacity: int) -> Heaps:
    """Return heaps of these rows without candidates."""
    shape = len(ids), max(0, capacity)
    scores = np.full(shape, -np.inf, dtype=np.float32)
    return Heaps(ids, scores, np.full(shape, _NOBODY, dtype=np.int32))


@parallel_kernel
def offer_tiles(  # noqa: PLR0913 - one pass
    pairs: Pairs,
    packed: Flat,
    columns: Flat,
    width: int,
    is_euclidean: bool,
    ids: RowIds,
    scores: Matrix,
    rows: RowIds,
    other_ids: RowIds,
    other_scores: Matrix,
    other_rows: RowIds,
    mutual: bool,
    is_same: bool,
    tiles: Matrix,
) -> None:
    """Fill tiles round by round, and offer each score to the heaps of its two rows.

    Parameters
    ----------
    pairs : int array of shape (n_rounds, n_tasks, 2)
        See `TileWork.rounds`.
    packed, columns, width, is_euclidean
        The two blocks of rows, as `fill_tile` takes their panels.
    ids, scores, rows
        The `Heaps` of the first block.
    other_ids, other_scores, other_rows
        Those of the second block.
    mutual : bool
        Whether the second block has heaps; else only its `other_ids` are looked at.
    is_same : bool
        Whether the second block is the first one.
    tiles : float32 array of shape (n_threads, 256 * 256)
    """
    size = TILE * width
    for turn in range(len(pairs)):
        for worker in numba.prange(len(tiles)):
            tile = tiles[worker]
            for task in range(worker, pairs.shape[1], len(tiles)):
                p, q = pairs[turn, task, 0], pairs[turn, task, 1]
                if p < 0:
                    continue
                i, j = p * TILE, q * TILE
                part = packed[p * size : (p + 1) * size]
                other = columns[q * size : (q + 1) * size]
                fill_tile(part, other, width, is_euclidean, tile)
                mine, theirs = ids[i : i + TILE], other_ids[j : j + TILE]
                _offer_to_rows(tile, mine, theirs, scores[i : i + TILE], rows[i : i + TILE])
                if mutual and not (is_same and p == q):
                    there, them = other_scores[j : j + TILE], other_rows[j : j + TILE]
                    _offer_to_columns(tile, mine, theirs, there, them)


@serial_kernel
def _offer_to_rows(
    tile: Flat, ids: RowIds, other_ids: RowIds, scores: Matrix, rows: RowIds
) -> None:
    for i in range(len(ids)):
        line = tile[i * TILE : i * TILE + len(other_ids)]
        least = scores[i, 0]
        for start in range(0, len(line), _LOOK):
            some = line[start : start + _LOOK]
            near = np.float32(0.0)
            for j in range(len(some)):
                near += np.float32(1.0) if some[j] >= least else np.float32(0.0)
            if near == np.float32(0.0):
                continue
            for j in range(len(some)):
                if some[j] >= least and other_ids[start + j] != ids[i]:
                    _keep(scores[i], rows[i], some[j], other_ids[start + j])
                    least = scores[i, 0]


@serial_kernel
def _offer_to_columns(
    tile: Flat, ids: RowIds, other_ids: RowIds, scores: Matrix, rows: RowIds
) -> None:
    least = np.empty(len(other_ids), dtype=np.float32)
    for j in range(len(other_ids)):
        least[j] = scores[j, 0]
    for i in range(len(ids)):
        line = tile[i * TILE : i * TILE + len(other_ids)]
        for start in range(0, len(line), _LOOK):
            some, limits = line[start : start + _LOOK], least[start : start + _LOOK]
            near = np.float32(0.0)
            for j in range(len(some)):
                near += np.float32(1.0) if some[j] >= limits[j] else np.float32(0.0)
            if near == np.float32(0.0):
                continue
            for j in range(len(some)):
                if some[j] >= limits[j]:
                    at = start + j
                    _keep(scores[at], rows[at], some[j], ids[i])
                    limits[j] = scores[at, 0]


@serial_kernel
def _keep(scores: Flat, rows: RowIds, score: np.float32, row: int) -> None:
    """Put a row in the place of the worst one of a heap, if it is better."""
    if score > scores[0] or (score == scores[0] and row < rows[0]):
        _sift(scores, rows, len(scores), score, row)


@serial_kernel
def _sift(scores: Flat, rows: RowIds, held: int, score: np.float32, row: int) -> None:
    """Put a row in the place of the first one of a heap, and then below all that are worse."""
    at = 0
    while 2 * at + 1 < held:
        below = 2 * at + 1
        if below + 1 < held and (
            scores[below + 1] < scores[below]
            or (scores[below + 1] == scores[below] and rows[below + 1] > rows[below])
        ):
            below += 1
        if score < scores[below] or (score == scores[below] and row > rows[below]):
            break
        scores[at], rows[at] = scores[below], rows[below]
        at = below
    scores[at], rows[at] = score, row


@parallel_kernel
def rank_exactly(  # noqa: PLR0913 - one pass
    flat: Flat,
    stride: int,
    dimensions: int,
    scales: Exact,
    is_euclidean: bool,
    ids: RowIds,
    candidates: RowIds,
    apart: Matrix,
    rows: RowIds,
) -> None:
    """Keep the best of the candidates by their exact distances, best first.

    Parameters
    ----------
    flat, stride, dimensions, scales, is_euclidean
        See `ComparedRows`.
    ids : int32 array of shape (n,)
    candidates : int32 array of shape (n, capacity)
        The rows in the heaps of `ids`.
    apart, rows : arrays of shape (n, count)
        Get distances, or 1 − cosine, and the rows they belong to.
    """
    for i in numba.prange(len(ids)):
        _rank(
            flat,
            stride,
            dimensions,
            scales,
            is_euclidean,
            ids[i],
            candidates[i],
            apart[i],
            rows[i],
        )


@parallel_kernel
def rank_among(
    flat: Flat,
    stride: int,
    dimensions: int,
    scales: Exact,
    ids: RowIds,
    others: RowIds,
    apart: Matrix,
    rows: RowIds,
) -> None:
    """Do the same by cosine, among all the others: an int32 array of shape (n_others,)."""
    for i in numba.prange(len(ids)):
        _rank(flat, stride, dimensions, scales, False, ids[i], others, apart[i], rows[i])


@serial_kernel
def _rank(  # noqa: PLR0913 - one row of those above
    flat: Flat,
    stride: int,
    dimensions: int,
    scales: Exact,
    is_euclidean: bool,
    itself: int,
    candidates: RowIds,
    best: Flat,
    them: RowIds,
) -> None:
    for j in range(len(best)):
        best[j], them[j] = -np.inf, _NOBODY
    start = np.int64(itself) * stride
    row = flat[start : start + dimensions]
    for other in candidates:
        if other == itself:
            continue
        start = np.int64(other) * stride
        there = flat[start : start + dimensions]
        score = exact_score(row, there, scales[itself], scales[other], is_euclidean)
        _keep(best, them, np.float32(score), other)
    for held in range(len(best) - 1, 0, -1):
        worst, last = best[0], them[0]
        _sift(best, them, held, best[held], them[held])
        best[held], them[held] = worst, last
    for j in range(len(best)):
        best[j] = -best[j]


@serial_kernel
def exact_score(
    row: Flat, other: Flat, scale: float, other_scale: float, is_euclidean: bool
) -> float:
    """Return how near two rows are, from float64 sums: minus a distance, or minus 1 − cosine.

    Parameters
    ----------
    row, other : float32 arrays of shape (n_dimensions,)
    scale, other_scale : float
        One over their lengths; not used for distances.
    is_euclidean : bool
    """
    if not is_euclidean:
        return -cosine_distance(row, other, scale, other_scale)
    total = 0.0
    for k in range(len(row)):
        difference = np.float64(row[k]) - np.float64(other[k])
        total += difference * difference
    return -math.sqrt(total)

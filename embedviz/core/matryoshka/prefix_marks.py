"""What is known of every row before a prefix is asked for: marks, and a copy at half the size.

The lengths of the rows and their products with a query are kept at every 16th dimension. What is
left of a prefix, up to 15 numbers of a row, would be read from rows that lie some kilobytes apart,
and nearly each of them costs a wait for the memory: 15 ms of 500,000 rows. So these numbers are
copied next to each other, 128 rows at a time and dimension by dimension, as whole numbers of 16
bits with a scale for each 16 numbers of a row: then at most 30 bytes of a row are read, and in
order. A number of the copy is off by half of its scale at the most, from which follows how far a
cosine is off (see `screening`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Flat, Matrix
from embedviz.core.blocks import strided_blocks
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel
from embedviz.core.neighbors.top_k import TILE
from embedviz.core.processes.memory import available_memory

STEP = 16
"""Dimensions from one mark to the next, and of a block of the copy."""

Whole = NDArray[np.int16]

_LARGEST = 32767
# The least scale: smaller numbers are copied as 0, which is off by no more than half of it.
_LEAST_SCALE = 1e-37
_LARGEST_FLOAT = float(np.finfo(np.float32).max)
_SHARE_OF_FREE = 0.25
_ASKED_FROM = 64 << 20


@dataclass(frozen=True, eq=False)
class Marks:
    """Lengths of the prefixes of all rows, and a copy of the rows at half the size.

    Attributes
    ----------
    lengths : float32 array of shape (1 + n_dimensions // 16, n_vectors)
        Of each row's prefix at 0, 16, 32 … dimensions.
    copy : int16 array of shape (n_blocks, n_tiles * 16 * 128)
        Of the first dimensions, 16 to a block; in a tile are 128 rows, dimension by dimension.
        There are as many blocks as a quarter of the free memory holds, which may be none.
    scales : float32 array of shape (n_blocks, n_vectors)
        By which numbers of the copy are multiplied. NaN where a number is not finite.
    """

    lengths: Matrix
    copy: Whole
    scales: Matrix

    @property
    def nbytes(self) -> int:
        """How many bytes these take in memory."""
        return self.lengths.nbytes + self.copy.nbytes + self.scales.nbytes


def mark_rows(vectors: Matrix) -> Marks:
    """Return the marks of all rows, from one pass over them.

    Parameters
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
    """
    n_vectors, n_dimensions = vectors.shape
    n_tiles = -(-n_vectors // TILE)
    n_blocks = _affordable_blocks(n_vectors, n_dimensions)
    lengths = _empty_marks(vectors)
    copy = np.empty((n_blocks, n_tiles * TILE * STEP), dtype=np.int16)
    scales = np.empty((n_blocks, n_vectors), dtype=np.float32)
    for block in strided_blocks(vectors, TILE):
        _lay_out(
            block.flat,
            block.stride,
            n_dimensions,
            lengths[:, block.rows],
            copy[:, block.first * STEP :],
            scales[:, block.rows],
        )
    return Marks(lengths, copy, scales)


def multiply_rows(vectors: Matrix, query: Matrix) -> Matrix:
    """Return the products of each row's prefixes with a query, laid out like `Marks.lengths`.

    Parameters
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
    query : float32 array of shape (n_dimensions,)
    """
    products = _empty_marks(vectors)
    for block in strided_blocks(vectors, TILE):
        _multiply(block.flat, block.stride, query, products[:, block.rows])
    return products


def _empty_marks(vectors: Matrix) -> Matrix:
    n_vectors, n_dimensions = vectors.shape
    marks = np.empty((1 + n_dimensions // STEP, n_vectors), dtype=np.float32)
    marks[0] = 0.0
    return marks


def _affordable_blocks(n_vectors: int, n_dimensions: int) -> int:
    """Return how many blocks of the copy fit into the share of the free memory."""
    n_blocks = -(-n_dimensions // STEP)
    block_bytes = (2 * STEP + 4) * max(1, n_vectors)
    if n_blocks * block_bytes < _ASKED_FROM:
        return n_blocks
    return min(n_blocks, int(_SHARE_OF_FREE * available_memory()) // block_bytes)


@parallel_kernel
def _lay_out(
    flat: Flat, stride: int, dimensions: int, lengths: Matrix, copy: Whole, scales: Matrix
) -> None:
    n_rows = lengths.shape[1]
    for tile in numba.prange((n_rows + TILE - 1) // TILE):
        first = tile * TILE
        size = min(TILE, n_rows - first)
        part = flat[first * stride :]
        _measure(part, stride, lengths[:, first : first + size])
        for k in range(len(copy)):
            width = min(STEP, dimensions - k * STEP)
            there = copy[k, first * STEP : (first + TILE) * STEP]
            if size < TILE or width < STEP:
                there[:] = 0
            for i in range(size):
                start = i * stride + k * STEP
                row = part[start : start + width]
                scales[k, first + i] = _copy_part(row, there[i:])


@serial_kernel
def _measure(part: Flat, stride: int, lengths: Matrix) -> None:
    n_marks, size = lengths.shape
    full = (n_marks - 1) * STEP
    squares, quarters = np.empty(full), np.empty(full // 4)
    # Filled row by row and written mark by mark: the other way round, each number would be
    # written to another page of memory.
    found = np.empty((n_marks, TILE))
    for i in range(size):
        row = part[i * stride : i * stride + full]
        for j in range(full):
            squares[j] = np.float64(row[j]) * np.float64(row[j])
        for j in range(full // 4):
            quarters[j] = squares[4 * j] + squares[4 * j + 1] + squares[4 * j + 2]
            quarters[j] += squares[4 * j + 3]
        for k in range(1, n_marks):
            j = 4 * (k - 1)
            found[k, i] = quarters[j] + quarters[j + 1] + quarters[j + 2] + quarters[j + 3]
    total = np.zeros(size)
    for k in range(1, n_marks):
        added, there = found[k], lengths[k]
        for i in range(size):
            total[i] += added[i]
            there[i] = math.sqrt(total[i])


@serial_kernel
def _copy_part(row: Flat, there: Whole) -> float:
    """Write a row's numbers of one block, 128 places apart; return their scale."""
    peak = np.float32(0.0)
    bad = 0
    for j in range(len(row)):
        size = abs(row[j])
        peak = size if size > peak else peak
        bad += not size <= _LARGEST_FLOAT
    if bad:
        for j in range(len(row)):
            there[j * TILE] = 0
        return np.nan
    if peak == 0.0:
        for j in range(len(row)):
            there[j * TILE] = 0
        return 0.0
    scale = np.float32(max(np.float64(peak) / _LARGEST, _LEAST_SCALE))
    inverse = 1.0 / np.float64(scale)
    for j in range(len(row)):
        there[j * TILE] = np.int16(math.floor(np.float64(row[j]) * inverse + 0.5))
    return scale


@parallel_kernel
def _multiply(flat: Flat, stride: int, query: Matrix, products: Matrix) -> None:
    n_marks, n_rows = products.shape
    full = (n_marks - 1) * STEP
    for tile in numba.prange((n_rows + TILE - 1) // TILE):
        first = tile * TILE
        size = min(TILE, n_rows - first)
        each = np.empty(full, dtype=np.float32)
        quarters = np.empty(full // 4, dtype=np.float32)
        found = np.empty((n_marks, TILE), dtype=np.float32)
        for i in range(size):
            start = (first + i) * stride
            row = flat[start : start + full]
            # Sums of four and of four of these: a loop over 16 is too short to be vectorized.
            for j in range(full):
                each[j] = row[j] * query[j]
            for j in range(full // 4):
                quarters[j] = each[4 * j] + each[4 * j + 1] + each[4 * j + 2] + each[4 * j + 3]
            for k in range(1, n_marks):
                j = 4 * (k - 1)
                found[k, i] = quarters[j] + quarters[j + 1] + quarters[j + 2] + quarters[j + 3]
        total = np.zeros(TILE, dtype=np.float32)
        for k in range(1, n_marks):
            added, there = found[k], products[k, first : first + size]
            for i in range(size):
                total[i] += added[i]
                there[i] = total[i]

"""Marks of every row, kept for all queries: lengths of its prefixes, and a copy at half the size.

The lengths of the rows and their products with a query are kept at every 16th dimension. What is
left of a prefix, up to 15 numbers of a row, would be read from rows that lie some kilobytes apart,
and nearly each of them costs a wait for the memory: 15 ms of 500,000 rows. So these numbers are
copied next to each other, 128 rows at a time and dimension by dimension, as whole numbers of 16
bits with a scale for each 16 numbers of a row: then at most 30 bytes of a row are read, and in
order. A number of the copy is off by half of its scale at the most, from which follows how far a
cosine is off (see `prefix_bounds`).
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
from embedviz.core.neighbors.top_k import TILE, Scores
from embedviz.core.processes.memory import available_memory

STEP = 16
"""Dimensions from one mark to the next, and of a block of the copy."""

Whole = NDArray[np.int16]
Exact = NDArray[np.float64]

_LARGEST = 32767
# The least scale: smaller numbers are copied as 0, which is off by no more than half of it.
_LEAST_SCALE = 1e-37
# Squares of finite float32 numbers are less in float64.
_FINITE = 1e200
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
            block.first,
            block.n_rows,
            lengths,
            copy,
            scales,
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
        _multiply(block.flat, block.stride, query, block.first, block.n_rows, products)
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
    flat: Flat,
    stride: int,
    dimensions: int,
    begin: int,
    n_rows: int,
    lengths: Matrix,
    copy: Whole,
    scales: Matrix,
) -> None:
    for tile in numba.prange((n_rows + TILE - 1) // TILE):
        start = tile * TILE
        first, last = begin + start, begin + min(start + TILE, n_rows)
        part = flat[start * stride :]
        _lay_out_tile(part, stride, dimensions, first, last, lengths, copy, scales)


# In a function of its own, because what is within `prange` takes much longer to compile.
@serial_kernel
def _lay_out_tile(
    flat: Flat,
    stride: int,
    dimensions: int,
    first: int,
    last: int,
    lengths: Matrix,
    copy: Whole,
    scales: Matrix,
) -> None:
    numbers = np.zeros(STEP * TILE, dtype=np.float32)
    squares, total = np.empty(TILE), np.zeros(TILE)
    for k in range((dimensions + STEP - 1) // STEP):
        width = min(STEP, dimensions - k * STEP)
        if width < STEP:
            numbers[:] = np.float32(0.0)
        # Row by row into columns; then all loops run over rows and are vectorized.
        for i in range(last - first):
            at = i * stride + k * STEP
            row, there = flat[at : at + width], numbers[i:]
            for j in range(width):
                there[j * TILE] = row[j]
        _add_squares(numbers, squares, total)
        if k + 1 < len(lengths):
            marks = lengths[k + 1, first:last]
            for i in range(len(marks)):
                marks[i] = math.sqrt(total[i])
        if k < len(copy):
            block = copy[k, first * STEP : (first + TILE) * STEP]
            _copy_numbers(numbers, squares, block, scales[k, first:last])


@serial_kernel
def _add_squares(numbers: Flat, squares: Exact, total: Exact) -> None:
    squares[:] = 0.0
    for j in range(STEP):
        column = numbers[j * TILE : (j + 1) * TILE]
        for i in range(TILE):
            squares[i] += np.float64(column[i]) * np.float64(column[i])
    for i in range(TILE):
        total[i] += squares[i]


@serial_kernel
def _copy_numbers(numbers: Flat, squares: Exact, block: Whole, scales: Scores) -> None:
    inverse = np.zeros(TILE, dtype=np.float32)
    for j in range(STEP):
        column = numbers[j * TILE : (j + 1) * TILE]
        for i in range(TILE):
            size = abs(column[i])
            inverse[i] = size if size > inverse[i] else inverse[i]
    for i in range(TILE):
        peak = inverse[i] * np.float32(1.0 / _LARGEST)
        scale = peak if peak > np.float32(_LEAST_SCALE) else np.float32(_LEAST_SCALE)
        inverse[i] = np.divide(np.float32(1.0), scale)
        if i < len(scales):
            scale = scale if squares[i] > 0.0 else np.float32(0.0)
            scales[i] = scale if squares[i] < _FINITE else np.float32(np.nan)
    for j in range(STEP):
        column = numbers[j * TILE : (j + 1) * TILE]
        there = block[j * TILE : (j + 1) * TILE]
        for i in range(TILE):
            value = np.floor(column[i] * inverse[i] + np.float32(0.5))
            # Also of what is not finite, which has no scale.
            there[i] = np.int16(value if abs(value) <= _LARGEST else np.float32(0.0))


@parallel_kernel
def _multiply(
    flat: Flat, stride: int, query: Matrix, begin: int, n_rows: int, products: Matrix
) -> None:
    for tile in numba.prange((n_rows + TILE - 1) // TILE):
        start = tile * TILE
        first, last = begin + start, begin + min(start + TILE, n_rows)
        _multiply_tile(flat[start * stride :], stride, query, first, last, products)


@serial_kernel
def _multiply_tile(
    flat: Flat, stride: int, query: Matrix, first: int, last: int, products: Matrix
) -> None:
    n_marks = len(products)
    full = (n_marks - 1) * STEP
    each = np.empty(full, dtype=np.float32)
    quarters = np.empty(full // 4, dtype=np.float32)
    # Filled row by row and written mark by mark: the other way round, each number would be
    # written to another page of memory.
    found = np.empty((n_marks, TILE), dtype=np.float32)
    for i in range(last - first):
        row = flat[i * stride : i * stride + full]
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
        added, there = found[k], products[k, first:last]
        for i in range(last - first):
            total[i] += added[i]
            there[i] = total[i]

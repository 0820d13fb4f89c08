"""Blocks of the rows of a large array, a few megabytes at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Flat, Matrix, Table


def row_blocks(rows: Table) -> Iterator[tuple[int, NDArray[Any]]]:
    """Yield a table in blocks of some megabytes: the first row, and the rows; views of an array."""
    step = rows_per_block(rows.shape[1])
    for first in range(0, len(rows), step):
        yield first, rows[first : first + step]


def kernel_rows(rows: Matrix) -> Matrix:
    """Return rows as the one kind of array that kernels get: read-only, numbers side by side.

    Only rows in another layout are copied, so give a block of a large array.
    """
    return read_only(np.ascontiguousarray(rows))


def scale_to_unit_length(rows: NDArray[Any]) -> None:
    """Divide each row of a float array by its length, in place.

    Rows of zeros stay zeros, and those that hold an infinity then hold NaN.
    """
    for _, block in row_blocks(rows):
        # First by the largest number, or the squares of very long and very short rows overflow.
        peaks = np.abs(block).max(axis=1, initial=0.0, keepdims=True)
        with np.errstate(invalid="ignore"):
            block /= np.where(peaks > 0, peaks, 1.0)
        lengths = np.sqrt(np.einsum("ij,ij->i", block, block))[:, np.newaxis]
        block /= np.where(lengths > 0, lengths, 1.0)


_BLOCK_BYTES = 16_000_000


class ScoreBlock(NamedTuple):
    """Adjacent rows of a set, as kernels walk them: row i begins at `i * stride` of `flat`."""

    first: int
    n_rows: int
    flat: Flat
    stride: int

    @property
    def rows(self) -> slice:
        """Which rows of the set these are."""
        return slice(self.first, self.first + self.n_rows)


def strided_blocks(vectors: Matrix, multiple: int = 1) -> Iterator[ScoreBlock]:
    """Yield the rows of a set as flat arrays, of which kernels know that numbers are adjacent.

    Without that knowledge the compiler cannot vectorize a sum over a row. Rows whose numbers do
    lie side by side, which holds for prefixes and files in memory too, come as one block and are
    not copied; any other layout is copied, a few megabytes at a time.

    Parameters
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
    multiple : int
        Of which the rows of each block but the last are a multiple.
    """
    n_vectors, dimensions = vectors.shape
    if n_vectors == 0:
        return
    if dimensions == 0:
        yield ScoreBlock(0, n_vectors, read_only(np.empty(0, dtype=np.float32)), 0)
        return
    step, inner = vectors.strides
    if inner == vectors.itemsize and step >= 0 and step % vectors.itemsize == 0:
        stride = step // vectors.itemsize
        if vectors.flags.c_contiguous:
            flat = vectors.reshape(-1)
        else:
            length = (n_vectors - 1) * stride + dimensions
            flat = np.lib.stride_tricks.as_strided(vectors, (length,), (inner,))
        yield ScoreBlock(0, n_vectors, read_only(flat), stride)
        return
    block_rows = -(-rows_per_block(dimensions) // multiple) * multiple
    for first in range(0, n_vectors, block_rows):
        block = np.ascontiguousarray(vectors[first : first + block_rows])
        yield ScoreBlock(first, len(block), read_only(block.reshape(-1)), dimensions)


def rows_per_block(dimensions: int) -> int:
    """Return how many rows of this many float32 numbers make a block of about 16 MB."""
    return max(1, _BLOCK_BYTES // (4 * max(1, dimensions)))


def read_only(array: Matrix) -> Matrix:
    """Return a read-only view, so that numba compiles each kernel for one kind of array only."""
    view = array.view()
    view.flags.writeable = False
    return view

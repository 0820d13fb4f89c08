"""Blocks of the rows of a large array, a few megabytes at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.neighbors.top_k import read_only, rows_per_block


def row_blocks(rows: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
    """Yield an array in blocks of some megabytes: the first row, and a view of the rows."""
    step = rows_per_block(rows.shape[1])
    for first in range(0, len(rows), step):
        yield first, rows[first : first + step]


def kernel_rows(rows: Matrix) -> Matrix:
    """Return rows as the one kind of array that kernels get: read-only, numbers side by side.

    Only rows in another layout are copied, so give a block of a large array.
    """
    return read_only(np.ascontiguousarray(rows))


def scale_to_unit_length(rows: NDArray[Any]) -> None:
    """Divide each row of a float array by its length, in place; rows of zeros stay zeros."""
    for _, block in row_blocks(rows):
        # First by the largest number, or the squares of very long and very short rows overflow.
        peaks = np.abs(block).max(axis=1, initial=0.0, keepdims=True)
        block /= np.where(peaks > 0, peaks, 1.0)
        lengths = np.sqrt(np.einsum("ij,ij->i", block, block))[:, np.newaxis]
        block /= np.where(lengths > 0, lengths, 1.0)

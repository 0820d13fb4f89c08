"""Walking over the rows of a large array, a few megabytes at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.ranking import read_only, rows_per_block
from embedviz.core.vector_set import Matrix

_FEW_NUMBERS = 16_000_000


@contextmanager
def threads_for(numbers: int) -> Iterator[None]:
    """Let parallel kernels run in this thread alone when they have little to read.

    A second thread saves a millisecond or two on ten million numbers. But where the processors
    are busy, all threads wait for the one that has to wait for its turn: measured on two busy
    processors, a pass of 2 ms then takes 20 to 70 ms, and 4 ms in one thread.

    Parameters
    ----------
    numbers : int
        How many numbers the kernels will read.
    """
    threads = numba.get_num_threads()
    if numbers < _FEW_NUMBERS:
        numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(threads)


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

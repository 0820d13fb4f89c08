"""Arrays that are passed between modules, by what they hold."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
"""Vectors or positions, a row for each."""
Placed = NDArray[np.float32] | NDArray[np.float64]
"""Places of rows: those computed from vectors are float32, those of a file float64."""
Rows = NDArray[np.intp]
"""Row numbers of a set, from 0."""
Bytes = NDArray[np.uint8]
"""Of a file, or of texts."""
Offsets = NDArray[np.int64]
"""Places in bytes."""
RowIds = NDArray[np.int32]
"""The same in half the memory, for neighbors of all rows."""
Flat = NDArray[np.float32]
"""Rows one after the other, as kernels walk them."""

Vector = NDArray[np.float64]
"""Numbers that are calculated with in full precision; by its name of one axis, but not always."""


class Table(Protocol):
    """Numbers of which some rows are asked for at a time: an array, or what is chosen from one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """How many rows and columns."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: slice, /) -> NDArray[Any]: ...


TOO_LARGE = "a number is too large for 32 bits"


def lost_numbers(numbers: NDArray[Any], converted: Matrix) -> NDArray[np.intp]:
    """Return the rows with a finite number that became infinite as float32.

    Parameters
    ----------
    numbers : array of shape (n_rows, ...)
        Of any type.
    converted : float32 array of the same shape
    """
    if numbers.dtype.kind in "biu" or (numbers.dtype.kind == "f" and numbers.dtype.itemsize <= 4):
        return np.empty(0, np.intp)
    n_rows = len(converted)
    # Rows with such a number are few, and the others are not looked at twice.
    rows = np.flatnonzero(~np.isfinite(converted).reshape(n_rows, -1).all(axis=1))
    is_lost = np.isfinite(numbers[rows]) & ~np.isfinite(converted[rows])
    lost: NDArray[np.intp] = rows[is_lost.reshape(len(rows), -1).any(axis=1)] if len(rows) else rows
    return lost

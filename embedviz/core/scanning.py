"""Scan of all rows of a set: those that hold NaN, are zero, or repeat an earlier one.

An array that is mapped from a file opens at once, before any of its rows was looked at. This is the
pass over them that follows, in blocks, so that what was found so far can be shown.

Rows are compared by a 64-bit hash first: the sum of their 32-bit patterns, each times an odd random
number of its place, which finds its slot in an open table. Rows with the same hash are then
compared number by number, so that what is counted is exact. Zero and minus zero are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.core.progress import Report, silent

_BLOCK_BYTES = 32 << 20
_SHOWN = 10
_EMPTY = -1


@dataclass(frozen=True)
class RowScan:
    """Findings in the rows that were looked at.

    Attributes
    ----------
    n_rows : int
        Of the set.
    n_seen : int
        How many of them were looked at, from the first.
    n_not_finite : int
        Rows in which a number is NaN or infinite.
    first_not_finite : tuple of int
        The first few of them.
    n_zero : int
        Rows of zeros alone.
    n_duplicate : int
        Rows whose numbers are those of an earlier row; none of those with NaN.
    """

    n_rows: int
    n_seen: int = 0
    n_not_finite: int = 0
    first_not_finite: tuple[int, ...] = ()
    n_zero: int = 0
    n_duplicate: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether all rows were looked at."""
        return self.n_seen == self.n_rows


def scan_rows(
    vectors: Matrix, report: Report = silent, on_part: Callable[[RowScan], None] | None = None
) -> RowScan:
    """Return which rows of a matrix are not vectors, or none of their own.

    Parameters
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
        Read from front to back, so it may be mapped from a file larger than the memory.
    report : callable
    on_part : callable, optional
        Called with what was found so far, after each 32 MB.

    Returns
    -------
    RowScan
    """
    bits = np.ascontiguousarray(vectors).view(np.int32)
    n_rows, dimensions = bits.shape
    keys = np.random.default_rng(0).integers(0, 1 << 63, dimensions, np.uint64) * np.uint64(2) + 1
    size = 1 << max(2 * n_rows - 1, 1).bit_length()
    slots = np.full(size, _EMPTY, np.int64)
    hashes = np.empty(n_rows, np.uint64)
    counts = np.zeros(3, np.int64)
    not_finite = np.empty(_SHOWN, np.int64)
    step = max(_BLOCK_BYTES // max(4 * dimensions, 1), 1)
    scan = RowScan(n_rows)
    for start in range(0, n_rows, step):
        stop = min(start + step, n_rows)
        _scan_rows(bits, start, stop, keys, slots, hashes, counts, not_finite)
        bad, zero, duplicate = counts.tolist()
        shown = tuple(not_finite[: min(bad, _SHOWN)].tolist())
        scan = RowScan(n_rows, stop, bad, shown, zero, duplicate)
        if on_part is not None:
            on_part(scan)
        report(stop / n_rows, f"{stop:,} of {n_rows:,} rows checked")
    return scan


@serial_kernel
def _scan_rows(
    bits: NDArray[np.int32],
    start: int,
    stop: int,
    keys: NDArray[np.uint64],
    slots: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    counts: NDArray[np.int64],
    not_finite: NDArray[np.int64],
) -> None:
    for row in range(start, stop):
        # Without their sign, the bits of floats are ordered as the floats are, NaN above infinity.
        largest = 0
        total = np.uint64(0)
        for j in range(bits.shape[1]):
            size = bits[row, j] & 0x7FFFFFFF
            largest = max(largest, size)
            total += keys[j] * np.uint64(np.uint32(bits[row, j] if size else 0))
        if largest >= 0x7F800000:
            if counts[0] < len(not_finite):
                not_finite[counts[0]] = row
            counts[0] += 1
            continue
        if largest == 0:
            counts[1] += 1
        hashes[row] = total
        if _is_repeated(bits, row, slots, hashes):
            counts[2] += 1


@serial_kernel
def _is_repeated(
    bits: NDArray[np.int32], row: int, slots: NDArray[np.int64], hashes: NDArray[np.uint64]
) -> Any:
    """Return whether an earlier row in the table has the same numbers; else put this one there."""
    last = len(slots) - 1
    # The highest bits depend on all bits of the numbers.
    slot = np.int64(hashes[row] >> np.uint64(32)) * len(slots) >> 32
    while slots[slot] != _EMPTY:
        other = slots[slot]
        if hashes[other] == hashes[row] and _are_equal(bits, row, other):
            return True
        slot = (slot + 1) & last
    slots[slot] = row
    return False


@serial_kernel
def _are_equal(bits: NDArray[np.int32], first: int, second: int) -> Any:
    for j in range(bits.shape[1]):
        a = bits[first, j]
        b = bits[second, j]
        if a != b and (a | b) & 0x7FFFFFFF:
            return False
    return True

"""Passes over the positions of many points, each one loop.

With arrays of NumPy, what is to be left out, rows with NaN or infinity, is first looked for, then
collected: for a million points some tens of milliseconds each time, in which a window would not
answer. One loop takes two or three.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.compiled.kernels import serial_kernel


def box_of(positions: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], int]:
    """Return the least and the greatest of each column, and how many rows have a place.

    Parameters
    ----------
    positions : float array of shape (n, 2) or (n, 3)
        Rows with NaN or infinity are left out.

    Returns
    -------
    low, high : arrays of shape (2,) or (3,)
        Infinite, low above high, where no row has a place.
    count : int
    """
    _require_columns(positions)
    columns = positions.shape[1]
    low, high = (np.full(columns, end, dtype=positions.dtype) for end in (np.inf, -np.inf))
    count = int(_box_of(np.ascontiguousarray(positions), low, high))
    return low, high, count


def only_shown(positions: NDArray[Any], shown: NDArray[np.bool_]) -> NDArray[Any]:
    """Return a copy of positions, with NaN in all columns of the rows that are not shown.

    Parameters
    ----------
    positions : float array of shape (n, 2) or (n, 3)
    shown : bool array of shape (n,)
    """
    _require_columns(positions)
    if shown.shape != (len(positions),):
        raise ValueError(f"{shown.shape} rows are shown or not, of {len(positions)}")
    copy = np.empty_like(positions, order="C")
    if positions.flags.c_contiguous:
        copy[:] = positions
    else:
        for column in range(positions.shape[1]):  # Faster than all at once.
            copy[:, column] = positions[:, column]
    _hide(copy, np.ascontiguousarray(shown), np.full(1, np.nan, dtype=copy.dtype))
    return copy


def on_the_way(
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    factor: float,
    offset: NDArray[np.float32],
    part: float,
    out: NDArray[np.float32],
) -> None:
    """Write where points are on a straight way.

    A point with a place at only one end does not move: it is where it is at the end.

    Parameters
    ----------
    before, after : float32 arrays of shape (n, 3)
        Where they are at the start, and at the end.
    factor, offset : float, float32 array of shape (3,)
        The way starts at `before * factor + offset`.
    part : float
        How far they have gone, 0 to 1.
    out : float32 array of shape (n, 3)
        Written to.
    """
    for each in (before, after, out):
        if each.shape != (len(out), 3):
            raise ValueError(f"positions of shape {each.shape}; all must be (n, 3)")
    if offset.shape != (3,):
        raise ValueError(f"an offset of shape {offset.shape}; it must be (3,)")
    _walk(before, after, np.float32(factor), offset, np.float32(1 - part), out)


def compile_all() -> None:
    """Compile every kernel, or load it from the cache of an earlier start."""
    for kind in (np.float32, np.float64):
        positions = np.zeros((1, 3), dtype=kind)
        box_of(positions)
        only_shown(positions, np.ones(1, dtype=np.bool_))
    still = np.zeros((1, 3), dtype=np.float32)
    on_the_way(still, still, 1.0, np.zeros(3, dtype=np.float32), 0.5, still.copy())


def _require_columns(positions: NDArray[Any]) -> None:
    if positions.ndim != 2 or positions.shape[1] not in (2, 3):
        raise ValueError(f"positions have the shape {positions.shape}; it must be (n, 2) or (n, 3)")


@serial_kernel
def _box_of(positions: Any, low: Any, high: Any) -> int:
    # Without branches, which would be guessed wrongly every other time.
    count, columns = 0, positions.shape[1]
    left, bottom, back = low[0], low[1], low[-1]
    right, top, front = high[0], high[1], high[-1]
    for i in range(len(positions)):
        x, y, z = positions[i, 0], positions[i, 1], positions[i, columns - 1]
        # Zero but for NaN and infinity.
        is_placed = np.float64(x) * 0 + np.float64(y) * 0 + np.float64(z) * 0 == 0
        count += int(is_placed)
        left, right = min(left, x if is_placed else left), max(right, x if is_placed else right)
        bottom, top = min(bottom, y if is_placed else bottom), max(top, y if is_placed else top)
        back, front = min(back, z if is_placed else back), max(front, z if is_placed else front)
    low[-1], high[-1] = back, front
    low[0], low[1], high[0], high[1] = left, bottom, right, top
    return count


@serial_kernel
def _hide(positions: Any, shown: Any, nowhere: Any) -> None:
    for i in range(len(positions)):
        is_shown = shown[i]
        for column in range(positions.shape[1]):
            value = positions[i, column]
            positions[i, column] = value if is_shown else nowhere[0]


@serial_kernel
def _walk(before: Any, after: Any, factor: Any, offset: Any, left: Any, out: Any) -> None:
    # From the end, so that the choice is of what is taken off: else it is compiled to a branch.
    right, up, toward, none = offset[0], offset[1], offset[2], np.float32(0)
    for i in range(len(out)):
        x, y, z = after[i, 0], after[i, 1], after[i, 2]
        way_x = x - (before[i, 0] * factor + right)
        way_y = y - (before[i, 1] * factor + up)
        way_z = z - (before[i, 2] * factor + toward)
        # Zero but for NaN and infinity.
        is_placed = np.float64(way_x) * 0 + np.float64(way_y) * 0 + np.float64(way_z) * 0 == 0
        out[i, 0] = x - (way_x * left if is_placed else none)
        out[i, 1] = y - (way_y * left if is_placed else none)
        out[i, 2] = z - (way_z * left if is_placed else none)

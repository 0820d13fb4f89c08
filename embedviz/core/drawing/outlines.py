"""Outlines of clouds: the convex polygon around all points, found quickly for a million."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]


def outline_of(pixels: ArrayLike) -> Numbers:
    """Return the corners of the convex polygon around points, (m, 2); three points at least.

    By the monotone chain of Andrew (1979). Points with NaN are left out.
    """
    points = np.array(pixels, dtype=np.float64).reshape(-1, 2)
    points = points[np.isfinite(points).all(axis=1)]
    points = np.unique(points, axis=0)
    if len(points) < 3:
        return points
    return np.array([*_chain(points)[:-1], *_chain(points[::-1])[:-1]])


def _chain(points: Numbers) -> list[tuple[float, float]]:
    kept: list[tuple[float, float]] = []
    for x, y in points.tolist():
        while len(kept) > 1:
            (x1, y1), (x2, y2) = kept[-2:]
            if (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) > 0:
                break
            kept.pop()
        kept.append((x, y))
    return kept


def outermost(positions: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return points, as rows, whose outline is that of all; some others may be among them.

    In 3-D, those that are the farthest in some directions, which is nearly so from everywhere.

    Parameters
    ----------
    positions : float32 array of shape (n, 3)
        Rows with NaN are not looked at. Where all z are equal, the outline is that in the plane.
    """
    rows = np.flatnonzero(np.isfinite(positions).all(axis=1))
    if not len(rows):
        return rows
    columns = np.ascontiguousarray(
        positions.T if len(rows) == len(positions) else positions[rows].T
    )
    if columns[2].any() and np.ptp(columns[2]) > 0:
        return rows[_farthest(columns, _DIRECTIONS_3D)]
    # What is within a polygon of few corners is left out, for it takes long with many.
    for count in (16, 128):
        if columns.shape[1] <= count:
            break
        corners = outline_of(columns[:2, _farthest(columns, _directions(count, flat=True))].T)
        left = _not_within(columns, corners)
        rows, columns = rows[left], columns[:, left]
    return rows


def _farthest(
    columns: NDArray[np.float32], directions: list[tuple[float, float, float]]
) -> NDArray[np.intp]:
    """Return which points, columns of (3, n), are the farthest in a direction or against it."""
    found: dict[int, None] = {}
    for x, y, z in directions:
        far = columns[0] * np.float32(x)
        far += columns[1] * np.float32(y)
        if z:
            far += columns[2] * np.float32(z)
        found[int(far.argmax())] = found[int(far.argmin())] = None
    return np.array(list(found), dtype=np.intp)


def _not_within(columns: NDArray[np.float32], corners: Numbers) -> NDArray[np.intp]:
    """Return which points are not wholly within a convex polygon."""
    if len(corners) < 3:
        return np.arange(columns.shape[1])
    is_within = np.ones(columns.shape[1], dtype=np.bool_)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        across = np.float32(x2 - x1) * (columns[1] - np.float32(y1))
        across -= np.float32(y2 - y1) * (columns[0] - np.float32(x1))
        is_within &= across > 0
    return np.flatnonzero(~is_within)


def _directions(count: int, *, flat: bool) -> list[tuple[float, float, float]]:
    """Return directions over half a circle, or half a sphere (in a Fibonacci spiral)."""
    if flat:
        angles = np.pi * np.arange(count // 2) / (count // 2)
        return [(x, y, 0.0) for x, y in zip(np.cos(angles), np.sin(angles), strict=True)]
    turns = np.pi * (3 - sqrt(5)) * np.arange(2 * count)
    z = (np.arange(2 * count) + 0.5) / (2 * count)
    wide = np.sqrt(1 - z**2)
    return list(zip(wide * np.cos(turns), wide * np.sin(turns), z, strict=True))


_DIRECTIONS_3D = _directions(64, flat=False)

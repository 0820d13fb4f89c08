"""Positions of the names of categories: where most points of each are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_SIDES = {1: 96, 2: 48, 3: 24}
"""Cells along each axis of the grid in which points are counted, by the number of axes."""
_NEAR = 2.5
"""How far around the densest cell points belong to the place, in cells."""
_STEPS = 4
_OUTSIDE = 0.002
_MOST_MEASURED = 100_000


def cluster_positions(
    positions: ArrayLike, codes: ArrayLike, n_categories: int
) -> NDArray[np.float64]:
    """Return the place of each category where its points are densest, shape (n_categories, d).

    The points of each category are counted in a coarse grid, which is smoothed a little; from
    the middle of the fullest cell, a few steps lead to the mean of the points around (the mean
    shift of Fukunaga and Hostetler, 1975). So a category of two islands has its place on the
    larger one, never in the empty space between them, as the mean of all would be.

    Parameters
    ----------
    positions : array-like of shape (n, d)
        One to three axes. Rows with NaN or infinity have no place.
    codes : int array-like of shape (n,)
        The category of each row, from 0; others, as -1, belong to none.
    n_categories : int

    Returns
    -------
    array of shape (n_categories, d)
        NaN for a category without points.
    """
    points, groups = np.asarray(positions), np.asarray(codes)
    if points.dtype.kind != "f":
        points = points.astype(np.float64)
    known = np.isfinite(points).all(axis=1) & (groups >= 0) & (groups < n_categories)
    if not known.all():
        points, groups = points[known], groups[known]
    groups = groups.astype(np.min_scalar_type(n_categories))  # Small numbers are sorted quickly.
    found = np.full((n_categories, points.shape[1]), np.nan)
    if not len(points):
        return found
    low, cell = _grid_of(points)
    counts = _smoothed(_counted(points, groups, low, cell, n_categories))
    order = np.argsort(groups, kind="stable")
    bounds = np.searchsorted(groups[order], np.arange(n_categories + 1))
    for category in range(n_categories):
        members = points.take(order[bounds[category] : bounds[category + 1]], axis=0)
        if len(members):
            fullest = np.unravel_index(int(counts[category].argmax()), counts.shape[1:])
            start = low + (np.array(fullest) + 0.5) * cell
            found[category] = _shifted(start, members, cell)
    return found


def _grid_of(points: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest corner and the size of the cells; outliers are in the outermost."""
    some = points[:: max(1, len(points) // _MOST_MEASURED)]
    low, high = np.quantile(some, [_OUTSIDE, 1 - _OUTSIDE], axis=0)
    # One size for all axes, so that a step in any direction is the same on screen.
    size = float((high - low).max()) / _SIDES[points.shape[1]]
    return low, np.full(points.shape[1], size if size > 0 else 1.0)


def _counted(
    points: NDArray[Any],
    groups: NDArray[Any],
    low: NDArray[np.float64],
    cell: NDArray[np.float64],
    n_categories: int,
) -> NDArray[np.float32]:
    side = _SIDES[points.shape[1]]
    places = groups.astype(np.int32)
    for axis, column in enumerate(points.T):
        steps = (column - column.dtype.type(low[axis])) / column.dtype.type(cell[axis])
        places *= side
        places += np.clip(steps, 0, side - 1).astype(np.int32)
    shape = (n_categories, *[side] * points.shape[1])
    counts = np.bincount(places, minlength=int(np.prod(shape)))
    return counts.astype(np.float32).reshape(shape)


def _smoothed(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return counts to which the cells around contribute, by 1 : 2 : 1 along each axis, twice."""
    for axis in [*range(1, counts.ndim)] * 2:
        widths = [(int(axis == k),) * 2 for k in range(counts.ndim)]
        padded = np.moveaxis(np.pad(counts, widths), axis, 0)
        counts = np.moveaxis(padded[:-2] + 2 * padded[1:-1] + padded[2:], 0, axis)
    return counts


def _shifted(
    start: NDArray[np.float64], members: NDArray[Any], cell: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean of the points around, a few times over."""
    middle, columns = start, members.T
    for _ in range(_STEPS):
        distances = np.zeros(len(members), dtype=members.dtype)
        for axis, column in enumerate(columns):
            distances += ((column - middle[axis].astype(column.dtype)) / cell[axis]) ** 2
        near = distances <= _NEAR**2
        if not near.any():  # All are outliers in one of the outermost cells.
            return np.asarray(members[distances.argmin()], dtype=np.float64)
        middle = members[near].mean(axis=0, dtype=np.float64)
    return middle

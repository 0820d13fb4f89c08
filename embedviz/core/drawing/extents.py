"""Boxes around points: around all of them, or around all but a few outliers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = tuple[float, float, float]

NEAREST = 0.02
"""Smallest w that is drawn: what is nearer to the eye, or behind it, is not seen."""

# In 3-D, what of a cloud is outliers: beyond 1.15 times the range of all but three in a thousand
# at each end, which is 3.2 standard deviations of a normal cloud.
_OUTSIDE = 0.003
_BEYOND = 1.15
FEW_POINTS = 300
"""A cloud of no more points than this has no outliers."""
_MOST_MEASURED = 50_000
_SAMPLED = 1000


@dataclass(frozen=True)
class Extent:
    """Smallest box around points, with sides along the axes.

    Attributes
    ----------
    low, high : tuple of 3 floats
        The least and the greatest x, y and z.
    """

    low: Vector = (0.0, 0.0, 0.0)
    high: Vector = (0.0, 0.0, 0.0)

    @property
    def center(self) -> Vector:
        """The middle of the box."""
        x, y, z = ((a + b) / 2 for a, b in zip(self.low, self.high, strict=True))
        return x, y, z


def extent_of(*clouds: ArrayLike) -> Extent:
    """Return where points are; without those that have NaN or infinity.

    Parameters
    ----------
    *clouds : array-like of shape (n, 2) or (n, 3)
        A missing z is 0.
    """
    corners = np.array([corner for cloud in clouds for corner in _box_of(as_floats(cloud))])
    if not len(corners):
        return Extent()
    return Extent(as_vector(corners.min(axis=0)), as_vector(corners.max(axis=0)))


def main_extent_of(*clouds: ArrayLike) -> Extent:
    """Return where nearly all points are: outliers of clouds of some hundred points are left out.

    Along each axis, it is the range of all but six in a thousand, a little enlarged; but no more
    than the range of all.

    Parameters
    ----------
    *clouds : array-like of shape (n, 2) or (n, 3)
        A missing z is 0. Points with NaN or infinity are left out.
    """
    corners: list[Vector] = []
    for cloud in clouds:
        points = some_of(as_floats(cloud))
        if not len(points):
            continue
        columns = np.ascontiguousarray(points.T)  # Several times as fast as along the rows.
        low, high = columns.min(axis=1), columns.max(axis=1)
        if len(points) > FEW_POINTS:
            ends = np.array([_ends_of_most(column) for column in columns]).T
            middle, half = (ends[1] + ends[0]) / 2, (ends[1] - ends[0]) / 2 * _BEYOND
            low, high = np.maximum(low, middle - half), np.minimum(high, middle + half)
        corners += as_vector(low), as_vector(high)
    return extent_of(corners) if corners else Extent()


def _ends_of_most(numbers: NDArray[Any]) -> tuple[float, float]:
    """Return what a few of some numbers are below, and what as few are above, as `np.quantile`.

    It takes a fifth of the time: only numbers that are small among a sample are looked at.
    """
    place = _OUTSIDE * (len(numbers) - 1)
    before, part = int(place), place - int(place)
    found = []
    for sign in (1, -1):
        given = numbers * sign
        sample = np.sort(given[:: max(1, len(given) // _SAMPLED)])
        few = given[given <= sample[int(4 * _OUTSIDE * len(sample))]]
        if len(few) < before + 2:  # Their order has to do with their size.
            few = given
        first = np.partition(few, before + 1)[: before + 2]
        inner, outer = float(first[-1]), float(first[:-1].max())
        found.append(sign * (outer + (inner - outer) * part))
    return found[0], found[1]


def some_of(points: NDArray[Any]) -> NDArray[Any]:
    """Return the points with a place, of many every so many-th."""
    some = points[:: max(1, len(points) // _MOST_MEASURED)]
    known = have_a_place(some)
    return some if known.all() else some.compress(known, axis=0)


def main_part(scales: NDArray[np.float64]) -> float:
    """Return the largest scale, or less where it is a few outliers that need it."""
    largest = float(scales.max())
    if len(scales) <= FEW_POINTS:
        return largest
    return min(largest, float(np.quantile(scales, 1 - _OUTSIDE)) * _BEYOND)


def _box_of(points: NDArray[Any]) -> tuple[Vector, ...]:
    """Return the least and the greatest x, y and z of points, or nothing where there is none."""
    if not len(points):
        return ()
    corners = _column_range(points)
    if not np.isfinite(corners).all():
        return _box_of(points.compress(have_a_place(points), axis=0))
    return tuple(map(as_vector, corners))


def have_a_place(points: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which points have neither NaN nor infinity."""
    with np.errstate(over="ignore", invalid="ignore"):
        # A sum that is finite has finite parts, and takes a fifth of the time of looking at each.
        sums = points @ np.ones(points.shape[1], dtype=points.dtype)
    found: NDArray[np.bool_] = np.isfinite(sums)
    unsure = np.flatnonzero(~found)
    found[unsure] = np.isfinite(points.take(unsure, axis=0)).all(axis=1)
    return found


def as_floats(points: ArrayLike) -> NDArray[Any]:
    """Return points as floats: as they are where they are floats, and as float64 else."""
    given = np.asarray(points)
    return given if given.dtype.kind == "f" else given.astype(np.float64)


def _column_range(points: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    # NumPy takes 10 ms for a million rows of three, and 1 ms for the same numbers as long rows.
    count, columns = points.shape
    together = 1024
    whole = count - count % together
    if whole == 0 or not points.flags.c_contiguous:
        return points.min(axis=0), points.max(axis=0)
    long_rows = points[:whole].reshape(-1, together * columns)
    least = long_rows.min(axis=0).reshape(together, columns)
    greatest = long_rows.max(axis=0).reshape(together, columns)
    rest = points[whole:]
    return np.vstack([least, rest]).min(axis=0), np.vstack([greatest, rest]).max(axis=0)


def as_vector(numbers: ArrayLike) -> Vector:
    """Return two or three numbers as three floats; a missing z is 0."""
    x, y, *z = np.asarray(numbers, dtype=float).tolist()
    return x, y, z[0] if z else 0.0

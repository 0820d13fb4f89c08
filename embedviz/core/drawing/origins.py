"""Origins that positions are counted from, so that float32 tells neighboring ones apart.

Points are drawn as float32, which has seven digits: from zero, 10,000,000.01 and 10,000,000.02
are one place. So what is far from zero, or of what so small a part is seen that the digits do not
reach, is first taken off an origin in float64, and only then rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Rows
from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.extents import Extent, Vector, extent_of
from embedviz.core.drawing.passes import box_of

_MOST_HALF_SIDES = 1000.0
"""From an origin so many half sides of a picture away, float32 is right to a tenth of a pixel."""


@dataclass(frozen=True, eq=False)
class Places:
    """Positions as they are drawn, and where they are counted from.

    Attributes
    ----------
    positions : float32 array of shape (n, 3)
        Seen from the origin.
    origin : tuple of 3 floats
        In the data: zero, unless the points are far from it, or so small a part of them is seen
        that they would not be told apart.
    exact : float64 array of shape (n, 2) or (n, 3), or None
        In the data; None where float32 has all digits that there are.
    """

    positions: NDArray[np.float32]
    origin: Vector = (0.0, 0.0, 0.0)
    exact: NDArray[np.float64] | None = None

    def near(self, camera: Camera) -> Places:
        """Return these where they are exact enough for a camera, else from where it looks."""
        if self.exact is None or not is_too_far(camera.seen_from(self.origin)):
            return self
        # A camera that was near its origin finds the same one again.
        x, y, z = np.add(camera.origin, camera.center).tolist()
        origin = (x, y, z) if is_too_far(camera) else camera.origin
        return Places(positions_from(origin, self.exact), origin, self.exact)

    def seen_from_rows(self, rows: Rows) -> Places:
        """Return the positions seen from one of some rows, where that is more exact."""
        known = () if self.exact is None else np.flatnonzero(np.isfinite(self.exact[rows]).all(1))
        if self.exact is None or not len(known):
            return self
        origin = extent_of(self.exact[rows[known[:1]]]).center
        return Places(positions_from(origin, self.exact), origin, self.exact)

    def seen_from_origin(self, points: ArrayLike) -> NDArray[np.float64]:
        """Return where points of the data are, seen from the origin."""
        given = np.asarray(points, dtype=np.float64)
        return np.subtract(given, self.origin[: given.shape[1]])


def placed(positions: NDArray[Any]) -> Places:
    """Return copies of positions (n, 2) or (n, 3), as they are drawn."""
    if positions.dtype == np.float32:  # It has no more digits than are kept from zero.
        return Places(positions_from((0.0, 0.0, 0.0), positions))
    exact = positions.astype(np.float64)
    origin = origin_of(exact)
    return Places(positions_from(origin, exact), origin, exact)


def origin_of(positions: NDArray[np.float64]) -> Vector:
    """Return the origin for positions: along each axis zero, or their middle where that is far.

    Parameters
    ----------
    positions : float64 array of shape (n, 2) or (n, 3)
        Rows with NaN or infinity do not count.
    """
    extent = extent_of_many(positions)[0]
    # As a picture of all has one scale, of points at one place that of any camera: 1.
    half = max(np.subtract(extent.high, extent.low).tolist()) / 2 or 1.0
    x, y, z = (middle if abs(middle) > _MOST_HALF_SIDES * half else 0.0 for middle in extent.center)
    return x, y, z


def extent_of_many(positions: NDArray[Any]) -> tuple[Extent, int]:
    """Return the extent of positions (n, 2) or (n, 3), and how many of them have a place.

    As `extent_of`, in a few milliseconds for a million of which some have none.
    """
    low, high, count = box_of(positions)
    if not count:
        return Extent(), 0
    return extent_of([low, high]), count


def is_too_far(camera: Camera) -> bool:
    """Return whether the camera is too far from its origin for positions in float32."""
    return max(map(abs, camera.center)) > _MOST_HALF_SIDES * camera.scale


def positions_from(origin: Vector, positions: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return where positions are, seen from an origin, as they are drawn.

    Parameters
    ----------
    positions : float array of shape (n, 2) or (n, 3)

    Returns
    -------
    float32 array of shape (n, 3)
        A missing z is 0. Infinite beyond the range of float32.
    """
    count, columns = positions.shape
    seen = np.empty((count, 3), dtype=np.float32)
    with np.errstate(over="ignore"):
        for axis in range(3):  # Four times as fast as two columns at once.
            if axis >= columns:
                seen[:, axis] = 0.0 - origin[axis]
            elif origin[axis]:
                np.subtract(
                    positions[:, axis], origin[axis], out=seen[:, axis], casting="same_kind"
                )
            else:
                seen[:, axis] = positions[:, axis]
    return seen

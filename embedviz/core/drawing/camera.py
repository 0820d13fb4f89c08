"""Cameras: from where a picture of points is seen.

A camera knows nothing of the size of a picture: moves are given in *half sides*, one being half
the shorter side of the picture. So the same camera serves linked views of different sizes, and
stays valid when a window is resized. It is one small frozen value, so that it can be part of the
state of the application, be compared, and be undone.

In 2-D, y points up and both axes have one scale. In 3-D, the camera orbits its center as on a
turntable: z points up and the horizon stays level, because a rolled picture has no direction
that a reader can hold on to. The perspective is mild, enough to tell near from far.

Both are one matrix. It takes (x, y, z, 1) to (u, v, w), the pixel being (u / w, v / w) and w the
distance from the eye, with 1 at the center; in 2-D, w is 1 everywhere. Seen from straight above,
points with z = 0 are at the same pixels in 3-D as in 2-D, so one turns into the other smoothly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan2, cos, hypot, log, pi, radians, sin, tan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.drawing.extents import (
    FEW_POINTS,
    NEAREST,
    Vector,
    as_floats,
    as_vector,
    extent_of,
    main_extent_of,
    main_part,
    some_of,
)

FIELD_OF_VIEW = radians(30)
"""Angle that the shorter side of the picture spans."""
MARGIN = 0.06
"""Free border around fitted points, as a part of their extent."""

_KEPT_IN_TURNS = 0.9

_HALF_SIDE_AT_ONE = tan(FIELD_OF_VIEW / 2)
_STEEPEST = pi / 2
_SMALLEST, _LARGEST = 1e-30, 1e38


@dataclass(frozen=True)
class Camera:
    """A view of points in 2-D or 3-D.

    Attributes
    ----------
    center : tuple of 3 floats
        The point in the middle of the picture, seen from the origin; what a 3-D camera orbits.
    scale : float
        Length in the data of half the shorter side of the picture, at the center.
    azimuth, elevation : float
        Where the eye is, seen from the center, in radians: around the z axis from x, and above
        the x-y plane, at most a right angle. Without meaning in 2-D.
    is_3d : bool
    origin : tuple of 3 floats
        The place in the data that the center is counted from; see `origins`.
    """

    center: Vector = (0.0, 0.0, 0.0)
    scale: float = 1.0
    azimuth: float = radians(-60)
    elevation: float = radians(22)
    is_3d: bool = False
    origin: Vector = (0.0, 0.0, 0.0)

    @property
    def sees_something(self) -> bool:
        """Whether its numbers are in the range of data that can be drawn."""
        return (
            _SMALLEST <= self.scale <= _LARGEST
            and abs(self.elevation) <= _STEEPEST
            and max(map(abs, (*self.center, *self.origin))) <= _LARGEST
        )

    @property
    def axes(self) -> NDArray[np.float64]:
        """Unit vectors to the right, up, and toward the eye, one per row (3, 3)."""
        if not self.is_3d:
            return np.eye(3)
        sin_a, cos_a = sin(self.azimuth), cos(self.azimuth)
        sin_e, cos_e = sin(self.elevation), cos(self.elevation)
        return np.array(
            [
                [-sin_a, cos_a, 0.0],
                [-sin_e * cos_a, -sin_e * sin_a, cos_e],
                [cos_e * cos_a, cos_e * sin_a, sin_e],
            ]
        )

    def matrix(self, width: float, height: float) -> NDArray[np.float64]:
        """Return the (3, 4) matrix from (x, y, z, 1) to (u, v, w); pixels are (u / w, v / w).

        Parameters
        ----------
        width, height : float
            Size of the picture in pixels. Pixel (0, 0) is its upper left corner.
        """
        right, up, toward_eye = self.axes
        pixels = min(width, height) / 2 / self.scale
        per_distance = _HALF_SIDE_AT_ONE / self.scale if self.is_3d else 0.0
        away = -per_distance * toward_eye
        turned = np.array(
            [pixels * right + width / 2 * away, -pixels * up + height / 2 * away, away]
        )
        middle = np.array([width / 2, height / 2, 1.0])
        return np.column_stack([turned, middle - turned @ np.array(self.center)])

    def project(
        self, points: ArrayLike, width: float, height: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where points are in a picture of this size; see `projected`."""
        return projected(points, self.matrix(width, height))

    def fitted(self, *clouds: ArrayLike, aspect: float = 1.0) -> Camera:
        """Return a camera of this kind and direction that has the points in view.

        In 2-D, all of them. In 3-D, a few outliers of a cloud of some hundred points or more may
        be outside: the rest would be small in the middle of an empty picture. And when the table
        is turned, nine of ten points stay in view; of small clouds, all do.

        Parameters
        ----------
        *clouds : array-like of shape (n, 2) or (n, 3)
            Seen from the origin of the camera. Points with NaN or infinity are left out.
        aspect : float
            Width of the picture over its height.
        """
        extent = main_extent_of(*clouds) if self.is_3d else extent_of(*clouds)
        half_width, half_height = max(aspect, 1.0), max(1 / aspect, 1.0)
        if self.is_3d:
            parts = (self._scale_to_see(c, extent.center, half_width, half_height) for c in clouds)
            scale = max(parts, default=0.0)
        else:
            wide, high, _ = np.subtract(extent.high, extent.low) / 2
            scale = max(wide / half_width, high / half_height)
        scale = _clamped(scale * (1 + MARGIN)) if scale > 0 else 1.0
        return replace(self, center=extent.center, scale=scale)

    def _scale_to_see(
        self, cloud: ArrayLike, center: Vector, half_width: float, half_height: float
    ) -> float:
        """Return the least scale that has the cloud in view.

        Seen means that the offset from the middle over the half side of the picture, plus t
        times the way toward the eye, is at most the scale, with t the tangent of half the field
        of view.
        """
        points = some_of(as_floats(cloud))
        if not len(points):
            return 0.0
        size = max(float(np.abs(points).max()), 1e-300)  # Products of huge numbers are infinite.
        offsets = np.zeros((len(points), 3))
        offsets[:, : points.shape[1]] = points.astype(np.float64) / size
        offsets -= np.array(center) / size
        right, up, toward = (offsets @ axis for axis in self.axes)
        outward = np.maximum(np.abs(right) / half_width, np.abs(up) / half_height)
        now = main_part(outward + _HALF_SIDE_AT_ONE * toward)
        turned = self._scales_to_see_turned(offsets, half_width, half_height)
        if len(turned) > FEW_POINTS:
            return size * max(now, float(np.quantile(turned, _KEPT_IN_TURNS)))
        return size * max(now, float(turned.max()))

    def _scales_to_see_turned(
        self, offsets: NDArray[np.float64], half_width: float, half_height: float
    ) -> NDArray[np.float64]:
        """Return for each point the least scale at which it is in view from every azimuth.

        With rho the distance from the vertical axis through the center, z the height over it, e
        the elevation and t as above, a point is at most `rho cos(turn)` to the right,
        `z cos e - rho sin(turn) sin e` up and `z sin e + rho sin(turn) cos e` toward the eye.
        The three conditions are the maxima over all turns, sideways, above and below.
        """
        around, over = np.hypot(offsets[:, 0], offsets[:, 1]), offsets[:, 2]
        sin_e, cos_e, tangent = sin(self.elevation), cos(self.elevation), _HALF_SIDE_AT_ONE
        up, down = cos_e / half_height, -cos_e / half_height
        lean = sin_e / half_height
        conditions = (
            (hypot(1 / half_width, tangent * cos_e), tangent * sin_e),
            (abs(tangent * cos_e - lean), tangent * sin_e + up),
            (abs(tangent * cos_e + lean), tangent * sin_e + down),
        )
        needs = [around * a + over * b for a, b in conditions]
        return np.asarray(np.max(needs, axis=0))

    def panned(self, right: float, up: float) -> Camera:
        """Return the camera after the picture was dragged, by half sides."""
        across, upward, _ = self.axes
        center = np.array(self.center) - self.scale * (right * across + up * upward)
        return replace(self, center=as_vector(center))

    def zoomed(self, factor: float, at: tuple[float, float] = (0.0, 0.0)) -> Camera:
        """Return the camera after things became `factor` times as large.

        Parameters
        ----------
        factor : float
            Above 1 goes nearer.
        at : tuple of 2 floats
            What stays where it is: right and up from the middle of the picture, in half sides.
            In 3-D this holds for points as far away as the center.
        """
        scale = _clamped(self.scale / factor)
        kept = scale / self.scale
        right, up = at
        return replace(self.panned(-right * (1 - kept), -up * (1 - kept)), scale=scale)

    def orbited(self, azimuth: float, elevation: float) -> Camera:
        """Return the camera after it moved around the center by two angles, in radians."""
        turned = self.azimuth + azimuth
        return replace(
            self,
            azimuth=atan2(sin(turned), cos(turned)),
            elevation=min(max(self.elevation + elevation, -_STEEPEST), _STEEPEST),
        )

    def seen_from(self, origin: Vector) -> Camera:
        """Return the same view, counted from another place in the data."""
        if origin == self.origin:
            return self
        way = np.subtract(self.origin, origin)
        return replace(self, center=as_vector(way + np.array(self.center)), origin=origin)

    def turned_to(self, is_3d: bool) -> Camera:
        """Return the camera for data of two or three dimensions; its direction is kept."""
        return replace(self, is_3d=is_3d)

    def seen_from_above(self) -> Camera:
        """Return the 3-D camera that shows the x-y plane as a 2-D camera does."""
        return replace(self, is_3d=True, azimuth=-pi / 2, elevation=pi / 2)

    def between(self, other: Camera, share: float) -> Camera:
        """Return the camera on the way to another one, when a share of it, 0 to 1, is gone.

        One of the other kind is switched to in the middle: what points there are has to change.
        """
        if share <= 0 or share >= 1:
            return self if share <= 0 else other
        if self.is_3d != other.is_3d:
            return self if share < 0.5 else other
        return camera_between(self, other, share)


def projected(
    points: ArrayLike, matrix: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where points are in the picture of a camera, and their distances from the eye.

    Parameters
    ----------
    points : array-like of shape (n, 2) or (n, 3)
        Seen from the origin of the camera, whose `matrix` is given. Their pixels, (n, 2), are NaN
        behind the eye. Distances, (n,), are 1 at the center, and everywhere in 2-D.
    """
    given = np.atleast_2d(np.asarray(points, dtype=np.float64))
    homogeneous = given @ matrix[:, : given.shape[1]].T + matrix[:, 3]
    depth = homogeneous[:, 2]
    seen = np.where(depth > NEAREST, depth, np.nan)
    return homogeneous[:, :2] / seen[:, np.newaxis], depth


def blended(first: Camera, last: Camera, part: float) -> Camera:
    """Return a camera on the way from one to another of the same kind; `part` from 0 to 1.

    The scale moves by equal factors and the azimuth the shorter way around.
    """
    first = first.seen_from(last.origin)
    turn = last.azimuth - first.azimuth
    turn = atan2(sin(turn), cos(turn))
    center = [a + (b - a) * part for a, b in zip(first.center, last.center, strict=True)]
    return Camera(
        center=(center[0], center[1], center[2]),
        scale=first.scale * (last.scale / first.scale) ** part,
        azimuth=first.azimuth + turn * part,
        elevation=first.elevation + (last.elevation - first.elevation) * part,
        is_3d=last.is_3d,
        origin=last.origin,
    )


def camera_between(first: Camera, last: Camera, part: float) -> Camera:
    """Return a camera on the way, `part` from 0 to 1, for which all moves straight on screen.

    With the scale moving by equal factors, that is so where the center has gone as much of its
    way as the scale.
    """
    first = first.seen_from(last.origin)
    camera = blended(first, last, part)
    if abs(log(last.scale / first.scale)) < 1e-6:
        return camera
    left = (camera.scale - last.scale) / (first.scale - last.scale)
    x, y, z = (b + (a - b) * left for a, b in zip(first.center, last.center, strict=True))
    return replace(camera, center=(x, y, z))


def _clamped(scale: float) -> float:
    return float(min(max(scale, _SMALLEST), _LARGEST))

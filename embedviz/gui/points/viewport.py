"""Where a picture of points is seen from: everywhere, around some rows, or where hands led."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.raster import Positions, Rows
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.scene import PointScene
from embedviz.gui.points.transition import camera_between

SURROUNDED_BY = 30
"""Flying to a row shows about so many points around it."""
_MARGIN = 1.25
_FOLLOWED = 0.3
_CROPPED = 0.9


class Viewport:
    """A camera that is either held or shows all there is, also when that changes.

    Parameters
    ----------
    picture : PointScene
    lay_out : callable
        Returns the frame of the picture for a camera.

    Attributes
    ----------
    camera : Camera
        As it was last; see `seen_from`.
    is_fitted : bool
        All points are to be in view.
    is_behind : bool
        The camera has yet to catch up with points that move.
    """

    def __init__(self, picture: PointScene, lay_out: Callable[[Camera], Frame]) -> None:
        self._picture, self._lay_out = picture, lay_out
        self.camera = Camera()
        self.is_fitted = True
        self.is_behind = False
        self._fitted_to: tuple[Any, ...] = ()
        self._version = 0

    def hold(self, camera: Camera) -> None:
        """Stay at this camera."""
        self.camera, self.is_fitted, self.is_behind = camera, False, False

    def fit(self) -> None:
        """Show everything from now on."""
        self.is_fitted, self.is_behind, self._fitted_to = True, False, ()

    def note_change(self) -> None:
        """Take into account that there is something else to be seen."""
        self._version += 1

    def seen_from(self) -> Camera:
        """Return the camera for what there is now."""
        if self.is_fitted and (wanted := self._wanted()) != self._fitted_to:
            self.camera, self._fitted_to = self.fitted(), wanted
            self.is_behind = False
        return self.camera

    def follow(self) -> None:
        """Come a little nearer to showing all points, which have moved again.

        What grows is cropped a little at most; what shrinks is followed without hurry.
        """
        if not self.is_fitted:
            return
        before, after = self.camera, self.fitted()
        camera = camera_between(before, after, _FOLLOWED)
        self.camera = replace(camera, scale=max(camera.scale, _CROPPED * after.scale))
        self.is_behind, self._fitted_to = True, self._wanted()

    def fitted(self, camera: Camera | None = None) -> Camera:
        """Return the camera that shows everything, in the direction of one; default: present."""
        camera = camera or self.camera
        aspect = self._short_frame(camera).aspect
        return camera.fitted(*self._picture.clouds(), aspect=aspect)

    def around(self, rows: Rows) -> Camera:
        """Return the camera that shows these rows with what surrounds them.

        The present one where none of them has a place.
        """
        positions = self._picture.canvas.positions
        camera, chosen = self.seen_from(), positions[rows]
        chosen = chosen[np.isfinite(chosen).all(axis=1)]
        if not len(chosen):
            return camera
        near = camera.fitted(chosen, aspect=self._lay_out(camera).aspect)
        scale = near.scale * _MARGIN if np.ptp(chosen, axis=0).any() else 0.0
        scale = max(scale, _distance_to_others(positions, near) * _MARGIN)
        scale = min(scale, self.fitted(camera).scale)  # Never farther away than everything.
        return replace(near, scale=scale or camera.scale)

    def _wanted(self) -> tuple[Any, ...]:
        return self._version, self._short_frame(self.camera).aspect, self.camera.is_3d

    def _short_frame(self, camera: Camera) -> Frame:
        # The margins depend on the ticks, these on the camera, and that on the margins, which
        # might go round for ever: so for fitting, the ticks are taken to be short.
        return self._lay_out(Camera(is_3d=camera.is_3d))


def _distance_to_others(positions: Positions, camera: Camera) -> float:
    """Return how far from the center of the view some of the nearest points are."""
    offsets = positions - np.array(camera.center, dtype=np.float32)
    squares = np.einsum("ij,ij->i", offsets, offsets)
    known = int(np.isfinite(squares).sum())
    count = min(SURROUNDED_BY, max(2, known // 8), known) - 1
    return float(np.sqrt(np.partition(squares, count)[count]))

"""Viewport: from where a picture of points is seen, and what is at which place of it.

A camera shows everything, or some rows with what surrounds them, or stays where it was led.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QWidget

from embedviz.core.arrays import Rows
from embedviz.core.drawing.camera import Camera, camera_between
from embedviz.core.drawing.raster import Positions
from embedviz.gui.points.canvas import FILE_SCALE
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.painting import lay_out
from embedviz.gui.points.scene import PointScene
from embedviz.gui.theme import theme_manager

SURROUNDED_BY = 30
"""Flying to a row shows about so many points around it."""
_MARGIN = 1.25
_FOLLOWED = 0.3
_CROPPED = 0.9


class Viewport:
    """A camera that is either held or shows all there is, also when that changes.

    Parameters
    ----------
    widget : QWidget
        In which the scene is shown.
    scene : PointScene

    Attributes
    ----------
    is_fitted : bool
        All points are to be in view.
    is_behind : bool
        The camera has yet to catch up with points that move.
    is_moving : bool
        Another frame may follow at once: quick rather than fine. Set by the animator.
    is_in_transition : bool
        The camera is led elsewhere, and not fitted meanwhile. Set by the animator.
    """

    def __init__(self, widget: QWidget, scene: PointScene) -> None:
        self._widget, self._scene = widget, scene
        self._camera = Camera()
        self.is_fitted = True
        self.is_behind = False
        self.is_moving = False
        self.is_in_transition = False
        self._fitted_to: tuple[Any, ...] = ()
        self._version = 0

    @property
    def camera(self) -> Camera:
        """The camera for what there is now."""
        may_fit = self.is_fitted and not self.is_in_transition
        if may_fit and (wanted := self._fit_key()) != self._fitted_to:
            self._camera, self._fitted_to = self.fitted(), wanted
            self.is_behind = False
        if not self.is_in_transition:
            self._come_near()
        self._camera = self._camera.seen_from(self._scene.canvas.places.origin)
        return self._camera

    def move_to(self, camera: Camera) -> None:
        """Show the points from this camera; it stays as it was whether all are to be in view."""
        self._camera = camera

    def hold(self, camera: Camera | None = None) -> None:
        """Stay at a camera; default: the one that was shown last."""
        self._camera = camera or self._camera
        self.is_fitted, self.is_behind = False, False

    def fit(self) -> None:
        """Show everything from now on."""
        self.is_fitted, self.is_behind, self._fitted_to = True, False, ()

    def note_change(self) -> None:
        """Take into account that there is something else to be seen."""
        self._version += 1

    def follow(self) -> None:
        """Come a little nearer to showing all points, which have moved again.

        What grows is cropped a little at most; what shrinks is followed without hurry.
        """
        if not self.is_fitted:
            return
        before, after = self._camera, self.fitted()
        camera = camera_between(before, after, _FOLLOWED)
        self._camera = replace(camera, scale=max(camera.scale, _CROPPED * after.scale))
        self.is_behind, self._fitted_to = True, self._fit_key()

    def fitted(self, camera: Camera | None = None) -> Camera:
        """Return the camera that shows everything, in the direction of one; default: present."""
        camera = (camera or self._camera).seen_from(self._scene.canvas.places.origin)
        aspect = self._frame_for_fitting(camera).aspect
        return camera.fitted(*self._scene.clouds(), aspect=aspect)

    def around(self, rows: Rows) -> Camera:
        """Return the camera that shows these rows with what surrounds them.

        The present one where none of them has a place.
        """
        camera, places = self.camera, self._scene.canvas.places.seen_from_rows(rows)
        positions, origin = places.positions, places.origin
        chosen = positions[rows]
        chosen = chosen[np.isfinite(chosen).all(axis=1)]
        if not len(chosen):
            return camera
        camera = camera.seen_from(origin)
        near = camera.fitted(chosen, aspect=self.frame(camera).aspect)
        scale = near.scale * _MARGIN if np.ptp(chosen, axis=0).any() else 0.0
        scale = max(scale, _distance_to_others(positions, near) * _MARGIN)
        scale = min(scale, self.fitted(camera).scale)  # Never farther away than everything.
        return replace(near, scale=scale or camera.scale)

    def frame(self, camera: Camera | None = None) -> Frame:
        """Return how the scene is laid out in the widget, for the present or another camera."""
        return lay_out(
            self._scene,
            camera or self.camera,
            theme_manager.theme,
            self._widget.width(),
            self._widget.height(),
            device_scale=self._widget.devicePixelRatioF(),
            is_moving=self.is_moving,
        )

    def figure_frame(self, width: float, height: float, scale: float) -> Frame:
        """Return how the scene is laid out in a figure, with so many pixels for each of its own.

        Where these fit into one, and in files of lines, the points begin at a whole one of its
        own: so all kinds of files show the same picture.
        """
        scene, snapped = self._scene, 1.0 if scale in (round(scale), FILE_SCALE) else scale

        def framed(camera: Camera) -> Frame:
            theme = theme_manager.theme
            frame = lay_out(scene, camera, theme, width, height, device_scale=snapped)
            return replace(frame, device_scale=scale)

        shown = self.camera
        if self.is_fitted:
            shown = shown.fitted(*scene.clouds(), aspect=framed(Camera(is_3d=shown.is_3d)).aspect)
        return framed(shown)

    def area(self) -> QRectF:
        """Return where the points are in the widget."""
        return self.frame().area

    def place_of(self, row: int) -> QPointF:
        """Return where a row is in the widget; NaN where it is nowhere."""
        frame = self.frame()
        x, y = frame.project_near(self._scene.canvas.positions[[row]])[0][0].tolist()
        return QPointF(x, y)

    def row_at(self, place: QPointF, radius: float) -> int:
        """Return the row at a place in the widget, its picture or its point, or -1."""
        row = self._scene.thumbnails.row_at(place.x(), place.y())
        if row >= 0:
            return row
        return self._scene.canvas.pick(self.frame(), place.x(), place.y(), radius)

    def rows_within(self, polygon: NDArray[np.float64], *, only_in_front: bool = False) -> Rows:
        """Return the rows within a polygon in the widget.

        Parameters
        ----------
        polygon : float array of shape (n_corners, 2)
            In pixels of the widget.
        only_in_front : bool
            In 3-D, leave out those that are wholly behind others.
        """
        canvas, frame = self._scene.canvas, self.frame()
        rows = canvas.rows_in_polygon(frame, polygon)
        return canvas.rows_in_front(frame, rows) if only_in_front and canvas.is_3d else rows

    def _come_near(self) -> None:
        """Count positions from where the camera looks, if they are not exact enough as they are."""
        canvas = self._scene.canvas
        nearer = canvas.places.near(self._camera)
        if nearer is not canvas.places:
            canvas.show_places(nearer)

    def _fit_key(self) -> tuple[Any, ...]:
        """Return all that the fitted camera depends on."""
        camera = self._camera
        return self._version, self._frame_for_fitting(camera).aspect, camera.is_3d

    def _frame_for_fitting(self, camera: Camera) -> Frame:
        # The margins depend on the ticks, these on the camera, and that on the margins, which
        # might go round for ever: so for fitting, the ticks are taken to be short.
        return self.frame(Camera(is_3d=camera.is_3d))


def _distance_to_others(positions: Positions, camera: Camera) -> float:
    """Return how far from the center of the view some of the nearest points are."""
    offsets = positions - np.array(camera.center, dtype=np.float32)
    squares = np.einsum("ij,ij->i", offsets, offsets)
    known = int(np.isfinite(squares).sum())
    count = min(SURROUNDED_BY, max(2, known // 8), known) - 1
    return float(np.sqrt(np.partition(squares, count)[count]))

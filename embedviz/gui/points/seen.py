"""A picture of points on the screen: what is where in it, and how it gets there."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.raster import Rows
from embedviz.gui.points.animation import Animator
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.frame_cache import FrameCache
from embedviz.gui.points.scene import PointScene
from embedviz.gui.points.text import is_pixel_device, scale_of
from embedviz.gui.points.viewport import Viewport
from embedviz.gui.theme import theme_manager

Reach = Literal["through", "front"]
_FINER_IN_FILES = 2.0


class SeenWidget(QWidget):
    """A picture that is kept as an image, and says what is at a place of it.

    Signals
    -------
    row_clicked : (int, Qt.KeyboardModifiers)
        The row, or -1 for nothing.
    row_hovered : (int)
        The row, or -1.
    rows_selected : (int array, str)
        All rows within a box or lasso, and "replace", "add" or "remove".
    camera_changed : (Camera)
        At every move of the hand.
    camera_settled : (Camera)
        At the end of a gesture.
    tool_changed : (str)
        The tool was put away by a key.
    fly_wanted : ()
        A key asks for a flight to what is selected.
    category_clicked : (str, Qt.KeyboardModifiers)
        In the legend; with Control for a double click.
    color_range_changed : (float, float)
        Numbers below and above it are to have the colors of the ends; all the time while an end
        is being dragged, and the whole range at a double click.
    colors_inverted : ()
        The colors of numbers are to go the other way.
    legend_moved : (tuple of 2 floats, or None)
        The legend was put elsewhere; see `LegendPlace`.
    """

    row_clicked = Signal(int, object)
    row_hovered = Signal(int)
    rows_selected = Signal(object, str)
    camera_changed = Signal(object)
    camera_settled = Signal(object)
    tool_changed = Signal(str)
    fly_wanted = Signal()
    category_clicked = Signal(str, object)
    color_range_changed = Signal(float, float)
    colors_inverted = Signal()
    legend_moved = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selecting: Reach = "through"
        self._picture = PointScene()
        self._motion = Animator(self)
        self._sight = Viewport(self._picture, self._laid_out)
        self._still = FrameCache(self, self._paint_still)
        theme_manager.changed.connect(self.redraw)

    @property
    def frames(self) -> int:
        """How often the points were really drawn."""
        return self._picture.canvas.frames

    @property
    def camera(self) -> Camera:
        """Where the points are seen from."""
        on_the_way = self._motion.journey is not None
        return self._sight.camera if on_the_way else self._sight.seen_from()

    @property
    def is_fitted(self) -> bool:
        """Whether all points are shown, also when the widget is resized."""
        return self._sight.is_fitted

    def is_on_the_way(self) -> bool:
        """Return whether points or camera are moving by themselves."""
        return self._motion.journey is not None

    def frame(self) -> Frame:
        """Return how the picture is laid out now."""
        return self._laid_out(self.camera)

    def area(self) -> QRectF:
        """Return where the points are in the widget."""
        return self.frame().area

    def place_of(self, row: int) -> QPointF:
        """Return where a row is in the widget; NaN where it is nowhere."""
        return self.frame().point(self._picture.canvas.positions[row])

    def row_at(self, place: QPointF, radius: float) -> int:
        """Return the row at a place in the widget, or -1."""
        row = self._picture.pictures.row_at(place.x(), place.y())
        if row >= 0:
            return row
        return self._picture.canvas.pick(self.frame(), place.x(), place.y(), radius)

    def rows_within(self, outline: NDArray[np.float64]) -> Rows:
        """Return all rows within an outline in the widget, or in 3-D only those in front."""
        canvas, frame = self._picture.canvas, self.frame()
        rows = canvas.rows_in_polygon(frame, outline)
        if self._selecting == "front" and canvas.is_3d:
            rows = canvas.rows_in_front(frame, rows)
        return rows

    def set_selecting(self, reach: Reach) -> None:
        """Choose what a box or lasso takes in 3-D: all rows "through" it, or those in "front"."""
        self._selecting = reach

    def redraw(self) -> None:
        """Paint the picture anew, soon."""
        self._still.invalidate()

    def render_now(self) -> None:
        """Draw one frame, whether or not anything has changed."""
        self._picture.canvas.forget_image()
        self._still.make()
        self.update()

    def paint(self, painter: QPainter, width: float, height: float) -> None:
        """Paint the picture at its best, as large as given, on anything: a file, a printer.

        The points are as fine as the device is: the scale of the painter is looked at. Where
        all points are shown on screen, they are also in a picture of another shape.
        """
        scale = scale_of(painter) * (1.0 if is_pixel_device(painter) else _FINER_IN_FILES)

        def framed(camera: Camera) -> Frame:
            return self._picture.frame(
                camera, theme_manager.theme, width, height, device_scale=scale
            )

        shown = self.camera
        if self._sight.is_fitted:
            aspect = framed(Camera(is_3d=shown.is_3d)).aspect
            shown = shown.fitted(*self._picture.clouds(), aspect=aspect)
        painter.save()
        with self._picture.pictures.into_file():
            self._picture.paint(painter, framed(shown), width, height)
        painter.restore()
        self._picture.canvas.forget_image()  # It may be a hundred megabytes.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Lay the picture out anew."""
        self.redraw()

    def _paint_still(self, painter: QPainter) -> None:
        self._picture.paint(painter, self._laid_out(self.camera), self.width(), self.height())

    def _laid_out(self, camera: Camera) -> Frame:
        return self._picture.frame(
            camera,
            theme_manager.theme,
            self.width(),
            self.height(),
            device_scale=self.devicePixelRatioF(),
            is_moving=self._motion.is_moving,
        )

"""The one picture of points: 2-D with axes, 3-D with an orbit camera, on screen and in files.

A plain widget that paints itself: our own raster makes the image of the points, QPainter draws
everything else over and under it. There is no OpenGL and no pyqtgraph view inside, for four
reasons. One matrix serves 2-D and 3-D, so that every overlay is written once. Axes, labels and
halos are ours to place. The picture is the same on a laptop, over remote desktop, without a
display and in a file, where text and lines stay vectors. And a million points move smoothly
without a graphics card, which pyqtgraph's scatter plots do not.

What moves is drawn quickly; when nothing has moved for a moment, large clouds are drawn finely
and labels find new places.

It is made of layers, each of which knows those below. The lowest is the picture and how it is
painted (`point_picture`), which knows no widget. `seen` puts it on the screen, `travels` moves
points and camera, `hands` is mouse and keys, `explained` sets all that explains the points, and
here they get their places.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from embedviz.app.preparation import preparation
from embedviz.core.drawing.camera import Camera
from embedviz.gui.points.explained import ExplainedWidget
from embedviz.gui.points.lasso import Tool
from embedviz.gui.points.layers.cluster_labels import Cluster
from embedviz.gui.points.layers.overlays import Arrow, Line, Note
from embedviz.gui.points.legend.layout import Categories, ColorBar
from embedviz.gui.points.text import is_pixel_device, scale_of
from embedviz.gui.theme import theme_manager

__all__ = [
    "Arrow",
    "Camera",
    "Categories",
    "Cluster",
    "ColorBar",
    "Line",
    "Note",
    "PointView",
    "Tool",
]


class PointView(ExplainedWidget):
    """Points in 2-D or 3-D that can be moved, chosen and explained.

    Attributes
    ----------
    is_in_figure : bool
        It is painted into a figure: without what the hands are doing.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_in_figure = False
        preparation.start()
        if not preparation.is_ready:
            preparation.ready.connect(self.redraw)
        self.setAccessibleName("Picture of points")
        self.setMinimumSize(120, 90)

    def set_points(
        self,
        positions: ArrayLike,
        colors: Any = None,
        sizes: Any = None,
        *,
        animate: bool = False,
        keep_camera: bool = False,
    ) -> None:
        """Show other points.

        Marks and labels are by row; marks are forgotten when the number of points changes.

        Parameters
        ----------
        positions : array-like of shape (n, 2) or (n, 3)
            Copied. Rows with NaN or infinity are not drawn.
        colors : optional
            One QColor or "#RRGGBB"; or per point: 0xAARRGGBB as uint32 (n,), or red, green, blue
            and perhaps alpha (n, 3 | 4), as uint8 or from 0 to 1. Default: the muted one.
        sizes : optional
            Diameters in pixels, one or (n,). Default: 4, and in crowds of more than 10,000
            less and fainter.
        animate : bool
            Move there from where the points are, where their number is the same.
        keep_camera : bool
            Stay where the view is, once there are points. Default: all points are shown, in 3-D
            from the direction used before.

        Raises
        ------
        ValueError
            When the shapes do not fit together.
        """
        start, canvas = self._stop(), self._picture.canvas
        n_before, was_3d, held = len(canvas), canvas.is_3d, self.camera
        canvas.set_points(positions, colors, sizes)
        self.setAccessibleDescription(f"{len(canvas):,} points, {2 + canvas.is_3d}-D")
        self._sight.note_change()
        keeps = keep_camera and canvas.is_3d == was_3d
        if not keeps:
            self._sight.camera = held.turned_to(canvas.is_3d)
        if not keep_camera:
            self._sight.fit()
        elif n_before:
            self._sight.hold(self._sight.camera)
        is_same = n_before == len(canvas) > 0
        if is_same or canvas.is_large(self.devicePixelRatioF()):
            self._motion.touch()
        if animate and is_same:
            self._travel(start)
        self.redraw()

    def move_points(self, positions: ArrayLike) -> None:
        """Move the same points, quickly, as a layout converges.

        Colors, sizes, marks and labels are kept. Where all points are shown, the camera follows
        smoothly.

        Parameters
        ----------
        positions : array-like of shape (n, 2) or (n, 3)
            As before. Copied. Rows with NaN or infinity are not drawn.

        Raises
        ------
        ValueError
            When the shape is not as before.
        """
        canvas, journey = self._picture.canvas, self._motion.journey
        canvas.move_points(positions)
        self._sight.note_change()
        if journey is not None:
            self._sight.is_behind = True
            last = self._sight.fitted(journey.end) if self._sight.is_fitted else journey.end
            journey.turn_to(canvas.positions, last)
            return
        self._sight.follow()
        self._motion.touch()
        self.redraw()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Show the picture, and what the hands do over it."""
        with QPainter(self) as painter:
            self._paint_on_screen(painter)

    def _paint_on_screen(self, painter: QPainter) -> None:
        is_as_fine = is_pixel_device(painter) and scale_of(painter) == self.devicePixelRatioF()
        if self.is_in_figure or not is_as_fine:
            # Rendered into a file or a larger image, where the kept one would be blurred.
            self.paint(painter, self.width(), self.height())
            return
        if len(self._picture.canvas) and self._still.is_unprepared():
            self._still.draw_preparing(painter, self._picture.text_scale)
            return
        self._still.draw(painter)
        self.paint_hands(painter, self.frame())
        if self.shows_focus:
            painter.setPen(QColor(theme_manager.theme.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

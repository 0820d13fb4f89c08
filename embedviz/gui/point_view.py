"""The one picture of points: 2-D with axes, 3-D with an orbit camera, on screen and in files.

A plain widget that paints itself: our own raster makes the image of the points, QPainter draws
everything else over and under it. There is no OpenGL and no pyqtgraph view inside, for four
reasons. One matrix serves 2-D and 3-D, so that every overlay is written once. Axes, labels and
halos are ours to place. The picture is the same on a laptop, over remote desktop, without a
display and in a file, where text and lines stay vectors. And a million points move smoothly
without a graphics card, which pyqtgraph's scatter plots do not.

What moves is drawn quickly; when nothing has moved for a moment, large clouds are drawn finely
and labels find new places.

It is made of parts: the picture and how it is painted (`point_picture`), the setters of all that
explains the points (`explained`), the hands (`hands`), the image that is kept (`still`), and
what moves by itself (`motion`). Here they come together with the camera.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from embedviz.app.preparation import preparation
from embedviz.core.camera import Camera
from embedviz.core.raster import Positions, Rows
from embedviz.gui.clusters import Cluster
from embedviz.gui.explained import ExplainedWidget
from embedviz.gui.frame import Frame
from embedviz.gui.journey import Journey, seen_alike
from embedviz.gui.legend import Categories, ColorBar, LegendPlace
from embedviz.gui.less_motion import wants_less_motion
from embedviz.gui.lettering import is_pixel_device, scale_of
from embedviz.gui.motion import Motion
from embedviz.gui.outline import Tool
from embedviz.gui.overlays import Arrow, Line, Note
from embedviz.gui.sight import Sight
from embedviz.gui.still import Still
from embedviz.gui.theme import look

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

Reach = Literal["through", "front"]
_FINER_IN_FILES = 2.0


class PointView(ExplainedWidget):
    """Points in 2-D or 3-D that can be moved, chosen and explained.

    Attributes
    ----------
    animations : bool
        Whether points and camera take a moment to their new places. Not where the system asks
        for less motion.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.animations = not wants_less_motion()
        self._selecting: Reach = "through"
        self._sight = Sight(self._picture, self._laid_out)
        self._still = Still(self, self._paint_still)
        self._motion = Motion(self, self._show_part, self._come_to_rest)
        preparation.start()
        if not preparation.is_ready:
            preparation.ready.connect(self.redraw)
        self.setAccessibleName("Picture of points")
        self.setMinimumSize(120, 90)
        look.changed.connect(self.redraw)

    @property
    def frames(self) -> int:
        """How often the points were really drawn."""
        return self._picture.canvas.frames

    @property
    def camera(self) -> Camera:
        """Where the points are seen from."""
        on_the_way = self._motion.journey is not None
        return self._sight.camera if on_the_way else self._sight.seen_from()

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
        self._motion.finish()
        canvas = self._picture.canvas
        before, was_3d, first, area = canvas.positions, canvas.is_3d, self.camera, self.area()
        canvas.set_points(positions, colors, sizes)
        self.setAccessibleDescription(f"{len(canvas):,} points, {2 + canvas.is_3d}-D")
        self._sight.note_change()
        keeps = keep_camera and canvas.is_3d == was_3d
        if not keeps:
            self._sight.camera = first.turned_to(canvas.is_3d)
        if not keep_camera:
            self._sight.fit()
        elif len(before):
            self._sight.hold(self._sight.camera)
        is_same = len(before) == len(canvas) > 0
        if is_same or canvas.is_large(self.devicePixelRatioF()):
            self._motion.touch()
        if animate and is_same:
            self._travel(before, first, area)
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
            last = self._sight.fitted() if self._sight.is_fitted else journey.end
            journey.turn_to(canvas.positions, last)
            return
        self._sight.follow()
        self._motion.touch()
        self.redraw()

    def set_camera(self, camera: Camera) -> None:
        """Show the points from elsewhere; nothing is emitted."""
        if camera == self.camera and not self._sight.is_fitted:
            return
        self._motion.finish()
        self._sight.hold(camera)
        self._motion.touch()
        self.redraw()

    @property
    def is_fitted(self) -> bool:
        """Whether all points are shown, also when the widget is resized."""
        return self._sight.is_fitted

    def fit(self) -> None:
        """Show all points, and keep showing all of them when the widget is resized."""
        self._motion.finish()
        before = self.camera
        self._sight.fit()
        self._turn_from(before)

    def fly_to(self, rows: ArrayLike) -> None:
        """Go where these rows fill the view; a single one comes with what surrounds it.

        Linked views are taken along, and the camera settles at the end.
        """
        self._motion.finish()
        before = self.camera
        self._sight.hold(self._sight.around(np.asarray(rows, dtype=np.intp).reshape(-1)))
        self._turn_from(before)
        self.moves.announce_journey()

    def set_legend_place(self, place: LegendPlace) -> None:
        """Put the legend over the points, or with None in the margin; nothing is emitted."""
        placed = self._picture.placed_legend
        if place != placed.place:
            self._motion.finish()
            before, area = self.camera, self.area()
            placed.place = place
            if self.area() != area:
                self._travel(self._picture.canvas.positions, before, area)
            self.redraw()

    def set_selecting(self, reach: Reach) -> None:
        """Choose what a box or lasso takes in 3-D: all rows "through" it, or those in "front"."""
        self._selecting = reach

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
            return self._picture.frame(camera, look.theme, width, height, device_scale=scale)

        shown = self.camera
        if self._sight.is_fitted:
            aspect = framed(Camera(is_3d=shown.is_3d)).aspect
            shown = shown.fitted(*self._picture.clouds(), aspect=aspect)
        painter.save()
        self._picture.paint(painter, framed(shown), width, height)
        painter.restore()
        self._picture.canvas.forget_image()  # It may be a hundred megabytes.

    # For the hands.

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

    def is_on_the_way(self) -> bool:
        """Return whether points or camera are moving by themselves."""
        return self._motion.journey is not None

    # Qt's.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Show the picture, and what the hands do over it."""
        with QPainter(self) as painter:
            self._paint_on_screen(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Lay the picture out anew."""
        self.redraw()

    def _paint_on_screen(self, painter: QPainter) -> None:
        if not is_pixel_device(painter) or scale_of(painter) != self.devicePixelRatioF():
            # Rendered into a file or a larger image, where the kept one would be blurred.
            self.paint(painter, self.width(), self.height())
            return
        if len(self._picture.canvas) and self._still.is_unprepared():
            self._still.draw_preparing(painter, self._picture.text_scale)
            return
        self._still.draw(painter)
        self.paint_hands(painter, self.frame())
        if self.shows_focus:
            painter.setPen(QColor(look.theme.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_still(self, painter: QPainter) -> None:
        self._picture.paint(painter, self._laid_out(self.camera), self.width(), self.height())

    def _laid_out(self, camera: Camera) -> Frame:
        return self._picture.frame(
            camera,
            look.theme,
            self.width(),
            self.height(),
            device_scale=self.devicePixelRatioF(),
            is_moving=self._motion.is_moving,
        )

    def redraw(self) -> None:
        """Paint the picture anew, soon."""
        self._still.forget()

    def _fit_anew(self) -> None:
        self._sight.note_change()
        self.redraw()

    def _turn_from(self, first: Camera) -> None:
        if first != self.camera:
            self._travel(self._picture.canvas.positions, first, self.area())
        self._motion.touch()
        self.redraw()

    def _travel(self, before: Positions, first: Camera, area: QRectF) -> None:
        """Set out from where points, camera and area were to where they are."""
        if not (self.animations and self.isVisible()):
            return
        end, positions = self.camera, self._picture.canvas.positions
        # Between 2-D and 3-D, the way is shown in 3-D, whose axes need no margins.
        there = self._laid_out(end).area
        on_the_way = self._laid_out(replace(end, is_3d=end.is_3d or first.is_3d)).area
        first, last = seen_alike(first, area, on_the_way), seen_alike(end, there, on_the_way)
        self._motion.set_out(Journey(before, positions, first, last, end))

    def _show_part(self, part: float) -> None:
        journey, canvas = self._motion.journey, self._picture.canvas
        assert journey is not None
        canvas.positions, self._sight.camera = journey.at(part)
        canvas.forget_image()
        if part >= 1:
            self._motion.journey = None
        self._motion.touch()
        self.redraw()
        self.moves.note_step()

    def _come_to_rest(self) -> None:
        if self._sight.is_behind:
            before = self.camera
            self._sight.fit()
            self._turn_from(before)
        self.redraw()

"""The one picture of points: 2-D with axes, 3-D with an orbit camera, on screen and in files.

A plain widget that paints itself: our own raster makes the image of the points, QPainter draws
everything else over and under it. There is no OpenGL and no pyqtgraph view inside, for four
reasons. One matrix serves 2-D and 3-D, so that every overlay is written once. Axes, labels and
halos are ours to place. The picture is the same on a laptop, over remote desktop, without a
display and in a file, where text and lines stay vectors. And a million points move smoothly
without a graphics card, which pyqtgraph's scatter plots do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEasingCurve, QPointF, QRectF, QTimer, QVariantAnimation
from PySide6.QtGui import QImage, QPaintEngine, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from embedviz.app.tasks import Task
from embedviz.core import labels, raster
from embedviz.core.camera import Camera, blended
from embedviz.core.raster import Rows
from embedviz.gui.frame import Frame
from embedviz.gui.hands import HandledWidget, Tool
from embedviz.gui.legend import Categories, ColorBar, Legend
from embedviz.gui.overlays import Arrow, Line, Note
from embedviz.gui.point_canvas import Marks
from embedviz.gui.point_picture import PointPicture
from embedviz.gui.theme import MOVE_MILLISECONDS, look

__all__ = ["Arrow", "Camera", "Categories", "ColorBar", "Line", "Note", "PointView", "Tool"]

REFINE_MILLISECONDS = 120
"""How long nothing has moved when a large cloud is drawn finely and labels find new places."""


class PointView(HandledWidget):
    """Points in 2-D or 3-D that can be moved, chosen and explained.

    Attributes
    ----------
    animations : bool
        Whether points and camera take a moment to their new places.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.animations = True
        self._picture = PointPicture()
        self._camera = Camera()
        self._is_fitted = True
        self._is_moving = False
        self._still: QImage | None = None
        self._rest = QTimer(self, singleShot=True, interval=REFINE_MILLISECONDS)
        self._rest.timeout.connect(self._come_to_rest)
        self._motion = QVariantAnimation(self, duration=MOVE_MILLISECONDS)
        self._motion.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._motion.valueChanged.connect(self._show_part)
        self._journey: _Journey | None = None
        self.setAccessibleName("Picture of points")
        self.setMinimumSize(120, 90)
        look.changed.connect(self._redraw)
        self._is_ready = False
        Task(self).run(_compile, self._on_ready)

    @property
    def frames(self) -> int:
        """How often the points were really drawn."""
        return self._picture.canvas.frames

    @property
    def camera(self) -> Camera:
        """Where the points are seen from."""
        if self._is_fitted:
            area = self._frame_of(self._camera).area
            aspect = area.width() / area.height()
            self._camera = self._camera.fitted_to(self._picture.extent(), aspect)
        return self._camera

    def set_points(
        self,
        positions: ArrayLike,
        colors: Any = None,
        sizes: Any = None,
        *,
        animate: bool = False,
        keep_camera: bool = False,
    ) -> None:
        """Show other points; marks are forgotten.

        Parameters
        ----------
        positions : array-like of shape (n, 2) or (n, 3)
            Copied. Rows with NaN are not drawn.
        colors : optional
            One QColor or "#RRGGBB"; or per point: 0xAARRGGBB as uint32 (n,), or red, green, blue
            and perhaps alpha (n, 3 | 4), as uint8 or from 0 to 1. Default: the muted one.
        sizes : optional
            Diameters in pixels, one or (n,). Default: 4, less for more than 10,000 points.
        animate : bool
            Move there from where the points are, where their number is the same.
        keep_camera : bool
            Default: all points are shown, in 3-D from the direction used before.
        """
        canvas = self._picture.canvas
        before, camera = canvas.positions, self.camera
        canvas.set_points(positions, colors, sizes)
        self._is_fitted = not keep_camera
        if not keep_camera:
            self._camera = _of_kind(camera, canvas.is_3d)
        self._journey = None
        if animate and self._can_animate() and len(before) == len(canvas) > 0:
            self._journey = _Journey(before, canvas.positions, camera, self.camera)
            self._motion.stop()
            self._motion.start()
        if canvas.is_large or len(before) == len(canvas):
            self._touch()
        self._redraw()

    def set_camera(self, camera: Camera) -> None:
        """Show the points from elsewhere; nothing is emitted."""
        if not self._is_fitted and camera == self._camera:
            return
        self._camera, self._is_fitted = camera, False
        self._touch()
        self._redraw()

    def fit(self) -> None:
        """Show all points, and keep showing all of them when the widget is resized."""
        self._is_fitted = True
        self._touch()
        self._redraw()
        self.camera_changed.emit(self.camera)

    def set_marks(
        self,
        *,
        query: int | None = None,
        selected: ArrayLike = (),
        neighbors: ArrayLike = (),
        dim_others: bool = False,
    ) -> None:
        """Draw rows on top: the query ringed in its color, the selected in the accent."""
        marks = Marks(query, _rows(selected), _rows(neighbors), dim_others)
        self._picture.canvas.set_marks(marks)
        self._redraw()

    def set_labels(
        self, texts: Sequence[str], order: ArrayLike | None = None, always: ArrayLike = ()
    ) -> None:
        """Show labels where there is room, more as one zooms in.

        Parameters
        ----------
        texts : sequence of str
            By row.
        order : int array-like, optional
            Candidates, the most important first. Default: the order of the rows.
        always : int array-like
            Rows that are labeled whenever possible, in strong text.
        """
        candidates = None if order is None else _rows(order)
        self._picture.labels.set_texts(texts, candidates, _rows(always))
        self._redraw()

    def set_arrows(self, arrows: Sequence[Arrow]) -> None:
        """Draw arrows over the points."""
        self._picture.arrows = tuple(arrows)
        self._redraw()

    def set_lines(self, lines: Sequence[Line | Note]) -> None:
        """Draw lines under the points, and notes over them."""
        self._picture.lines = tuple(line for line in lines if isinstance(line, Line))
        self._picture.notes = tuple(note for note in lines if isinstance(note, Note))
        self._redraw()

    def set_axes(self, titles: Sequence[str] | None) -> None:
        """Draw axes with these titles, one per dimension; None: no axes."""
        self._picture.titles = None if titles is None else tuple(titles)
        self._redraw()

    def set_legend(self, legend: Legend | None) -> None:
        """Explain the colors, at the right of the points."""
        self._picture.legend = legend
        self._redraw()

    def set_message(self, text: str) -> None:
        """Say this where there are no points."""
        self._picture.message = text
        self._redraw()

    def set_caption(self, text: str) -> None:
        """Say this in one line below the picture."""
        self._picture.caption = text
        self._redraw()

    def set_text_scale(self, scale: float) -> None:
        """Draw all text larger, for an audience."""
        self._picture.text_scale = scale
        self._redraw()

    def render_now(self) -> None:
        """Draw one frame, whether or not anything has changed."""
        self._picture.canvas.forget_image()
        self._still = self._made_still()
        self.update()

    def paint(self, painter: QPainter, width: float, height: float) -> None:
        """Paint the picture at its best, as large as given, on anything: a file, a printer.

        The points are as fine as the device is: the scale of the painter is looked at.
        """
        device = painter.deviceTransform()
        scale = max(abs(device.m11()), abs(device.m12()), 1e-3)
        if painter.paintEngine().type() not in _RASTER_ENGINES:
            scale *= 2
        frame = self._frame_of(self.camera, width, height, scale)
        if self._is_fitted:
            aspect = frame.area.width() / frame.area.height()
            camera = self._camera.fitted_to(self._picture.extent(), aspect)
            frame = self._frame_of(camera, width, height, scale)
        self._picture.paint(painter, frame, width, height)

    # For the hands.

    def area(self) -> QRectF:
        """Return where the points are in the widget."""
        return self._frame_of(self.camera).area

    def row_at(self, place: QPointF, radius: float) -> int:
        """Return the row at a place in the widget, or -1."""
        frame = self._frame_of(self.camera)
        return self._picture.canvas.pick(frame, place.x(), place.y(), radius)

    def rows_within(self, outline: NDArray[np.float64]) -> Rows:
        """Return all rows within an outline in the widget."""
        return self._picture.canvas.rows_in_polygon(self._frame_of(self.camera), outline)

    def move_camera(self, camera: Camera) -> None:
        """Show the points from elsewhere."""
        self.set_camera(camera)

    def update_hands(self) -> None:
        """Show the hovered row and the outline being drawn."""
        self.update()

    # Qt's.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Show the picture, and what the hands do over it."""
        painter = QPainter(self)
        if self._still is None:
            if not self._is_ready:
                painter.fillRect(self.rect(), look.theme.ground)
                return
            self._still = self._made_still()
        painter.drawImage(QPointF(0, 0), self._still)
        frame = self._frame_of(self.camera)
        self._picture.paint_hands(painter, frame, self.hovered, self.outline)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Lay the picture out anew."""
        self._redraw()

    def _made_still(self) -> QImage:
        scale = self.devicePixelRatioF()
        size = (self.size().toSizeF() * scale).toSize()
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        painter = QPainter(image)
        frame = self._frame_of(self.camera)
        self._picture.paint(painter, frame, self.width(), self.height())
        painter.end()
        return image

    def _frame_of(
        self,
        camera: Camera,
        width: float | None = None,
        height: float | None = None,
        device_scale: float | None = None,
    ) -> Frame:
        on_screen = device_scale is None
        return self._picture.frame(
            camera,
            look.theme,
            self.width() if width is None else width,
            self.height() if height is None else height,
            device_scale=device_scale or self.devicePixelRatioF(),
            is_moving=self._is_moving and on_screen,
        )

    def _redraw(self) -> None:
        self._still = None
        self.update()

    def _touch(self) -> None:
        """Draw quickly until nothing has moved for a moment."""
        self._is_moving = True
        self._rest.start()

    def _come_to_rest(self) -> None:
        self._is_moving = False
        self._redraw()

    def _can_animate(self) -> bool:
        return self.animations and self.isVisible()

    def _show_part(self, part: float) -> None:
        if self._journey is None:
            return
        canvas = self._picture.canvas
        canvas.positions, self._camera = self._journey.at(part)
        canvas.forget_image()
        self._touch()
        self._redraw()

    def _on_ready(self, _: None) -> None:
        self._is_ready = True
        self._redraw()


class _Journey:
    """Points and camera on the way from one place to another."""

    def __init__(
        self,
        before: NDArray[np.float32],
        after: NDArray[np.float32],
        first: Camera,
        last: Camera,
    ) -> None:
        self._before, self._after = before, after
        self._last = last
        self._through = last if last.is_3d or not first.is_3d else last.seen_from_above()
        self._first = first if first.is_3d or not last.is_3d else first.seen_from_above()

    def at(self, part: float) -> tuple[NDArray[np.float32], Camera]:
        """Return positions and camera; `part` is 0 at the start and 1 at the end."""
        if part >= 1:
            return self._after, self._last
        moved = self._before + (self._after - self._before) * np.float32(part)
        return moved, blended(self._first, self._through, part)


_RASTER_ENGINES = (QPaintEngine.Type.Raster, QPaintEngine.Type.OpenGL2)


def _of_kind(camera: Camera, is_3d: bool) -> Camera:
    usual = Camera()
    return Camera(
        azimuth=camera.azimuth if camera.is_3d else usual.azimuth,
        elevation=camera.elevation if camera.is_3d else usual.elevation,
        is_3d=is_3d,
    )


def _rows(rows: ArrayLike) -> Rows:
    return np.asarray(rows, dtype=np.intp).reshape(-1)


def _compile(report: Any) -> None:
    raster.compile_all()
    labels.compile_all()

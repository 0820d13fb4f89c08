"""The one picture of points: 2-D with axes, 3-D with an orbit camera, on screen and in files.

A plain widget that paints itself: our own raster makes the image of the points, QPainter draws
everything else over and under it. There is no OpenGL and no pyqtgraph view inside, for four
reasons. One matrix serves 2-D and 3-D, so that every overlay is written once. Axes, labels and
halos are ours to place. The picture is the same on a laptop, over remote desktop, without a
display and in a file, where text and lines stay vectors. And a million points move smoothly
without a graphics card, which pyqtgraph's scatter plots do not.

The picture is kept as an image, so that hovering paints a ring over it and nothing else. What
moves is drawn quickly; when nothing has moved for a moment, large clouds are drawn finely and
labels find new places.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEasingCurve, QPointF, QRectF, Qt, QTimer, QVariantAnimation
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from embedviz.app.preparation import preparation
from embedviz.core.camera import Camera
from embedviz.core.raster import Rows
from embedviz.gui.frame import Frame
from embedviz.gui.hands import HandledWidget, Tool
from embedviz.gui.journey import Journey
from embedviz.gui.legend import Categories, ColorBar, Legend
from embedviz.gui.lettering import is_pixel_device, scale_of
from embedviz.gui.overlays import Arrow, Line, Note
from embedviz.gui.point_canvas import Marks
from embedviz.gui.point_picture import PointPicture
from embedviz.gui.theme import CAPTION_PIXELS, MOVE_MILLISECONDS, font, look

__all__ = ["Arrow", "Camera", "Categories", "ColorBar", "Line", "Note", "PointView", "Tool"]

REFINE_MILLISECONDS = 80
"""How long nothing has moved when a picture is at rest."""
PREPARING = "Preparing to draw (first start only) \u2026"
_QUIET_MILLISECONDS = 600
_FINER_IN_FILES = 2.0


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
        self._fitted_to: tuple[Any, ...] | None = ()
        self._version = 0
        self._is_moving = False
        self._still: QImage | None = None
        self._rest = QTimer(self, singleShot=True, interval=REFINE_MILLISECONDS)
        self._rest.timeout.connect(self._come_to_rest)
        self._journey: Journey | None = None
        self._motion = QVariantAnimation(self, duration=MOVE_MILLISECONDS)
        self._motion.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._motion.valueChanged.connect(self._show_part)
        preparation.start()
        if not preparation.is_ready:
            preparation.ready.connect(self._redraw)
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET_MILLISECONDS)
        self._quiet.timeout.connect(self.update)
        self._quiet.start()
        self.setAccessibleName("Picture of points")
        self.setMinimumSize(120, 90)
        look.changed.connect(self._redraw)

    @property
    def frames(self) -> int:
        """How often the points were really drawn."""
        return self._picture.canvas.frames

    @property
    def camera(self) -> Camera:
        """Where the points are seen from."""
        if self._fitted_to is not None and self._journey is None:
            # The margins depend on the ticks, these on the camera, and that on the margins, which
            # might go round for ever: so for fitting, the ticks are taken to be short.
            frame = self._laid_out(Camera(is_3d=self._camera.is_3d))
            wanted = (self._version, frame.aspect, self._camera.is_3d)
            if wanted != self._fitted_to:
                self._camera = self._camera.fitted(*self._picture.clouds(), aspect=frame.aspect)
                self._fitted_to = wanted
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
        self._finish_journey()
        canvas = self._picture.canvas
        before, was_3d, first = canvas.positions, canvas.is_3d, self.camera
        canvas.set_points(positions, colors, sizes)
        self.setAccessibleDescription(f"{len(canvas):,} points, {2 + canvas.is_3d}-D")
        self._version += 1
        if not keep_camera or canvas.is_3d != was_3d:
            self._camera = first.turned_to(canvas.is_3d)
        if not keep_camera:
            self._fitted_to = ()
        elif len(before):
            self._fitted_to = None
        is_same = len(before) == len(canvas) > 0
        if is_same or canvas.is_large(self.devicePixelRatioF()):
            self._touch()
        if animate and is_same and self.animations and self.isVisible():
            self._set_out(Journey(before, canvas.positions, first, self.camera))
        self._redraw()

    def set_camera(self, camera: Camera) -> None:
        """Show the points from elsewhere; nothing is emitted."""
        if camera == self.camera and self._fitted_to is None:
            return
        self._finish_journey()
        self._camera, self._fitted_to = camera, None
        self._touch()
        self._redraw()

    @property
    def is_fitted(self) -> bool:
        """Whether all points are shown, also when the widget is resized."""
        return self._fitted_to is not None

    def fit(self) -> None:
        """Show all points, and keep showing all of them when the widget is resized."""
        self._finish_journey()
        before = self.camera
        self._fitted_to = ()
        if self.camera != before and self.animations and self.isVisible():
            positions = self._picture.canvas.positions
            self._set_out(Journey(positions, positions, before, self.camera))
        self._touch()
        self._redraw()

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
        self,
        texts: Sequence[str],
        order: ArrayLike | None = None,
        always: ArrayLike = (),
        required: int = 0,
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
        required : int
            So many of them, from the first, are labeled also where no place is free.
        """
        candidates = None if order is None else _rows(order)
        self._picture.labels.set_texts(texts, candidates, _rows(always), required)
        self._redraw()

    def set_arrows(self, arrows: Sequence[Arrow]) -> None:
        """Draw arrows over the points."""
        self._picture.arrows = tuple(arrows)
        self._lay_out_anew()

    def set_lines(self, lines: Sequence[Line | Note]) -> None:
        """Draw lines under the points, and notes over them."""
        self._picture.lines = tuple(line for line in lines if isinstance(line, Line))
        self._picture.notes = tuple(note for note in lines if isinstance(note, Note))
        self._lay_out_anew()

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

    def place_labels_anew(self) -> None:
        """Forget where labels were, so that the same points always make the same picture."""
        self._picture.labels.forget_places()
        self._redraw()

    def render_now(self) -> None:
        """Draw one frame, whether or not anything has changed."""
        self._picture.canvas.forget_image()
        self._still = self._made_still()
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
        if self._fitted_to is not None:
            aspect = framed(Camera(is_3d=shown.is_3d)).aspect
            shown = shown.fitted(*self._picture.clouds(), aspect=aspect)
        painter.save()
        self._picture.paint(painter, framed(shown), width, height)
        painter.restore()
        self._picture.canvas.forget_image()  # It may be a hundred megabytes.

    # For the hands.

    def area(self) -> QRectF:
        """Return where the points are in the widget."""
        return self._laid_out(self.camera).area

    def row_at(self, place: QPointF, radius: float) -> int:
        """Return the row at a place in the widget, or -1."""
        frame = self._laid_out(self.camera)
        return self._picture.canvas.pick(frame, place.x(), place.y(), radius)

    def rows_within(self, outline: NDArray[np.float64]) -> Rows:
        """Return all rows within an outline in the widget."""
        return self._picture.canvas.rows_in_polygon(self._laid_out(self.camera), outline)

    def is_on_the_way(self) -> bool:
        """Return whether points or camera are moving by themselves."""
        return self._journey is not None

    # Qt's.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Show the picture, and what the hands do over it."""
        with QPainter(self) as painter:
            self._paint_on_screen(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Lay the picture out anew."""
        self._redraw()

    def _paint_on_screen(self, painter: QPainter) -> None:
        if not is_pixel_device(painter) or scale_of(painter) != self.devicePixelRatioF():
            # Rendered into a file or a larger image, where the kept one would be blurred.
            self.paint(painter, self.width(), self.height())
            return
        if self._still is None and not preparation.is_ready and len(self._picture.canvas):
            self._paint_preparing(painter)
            return
        if self._still is None:
            self._still = self._made_still()
        painter.drawImage(QPointF(0, 0), self._still)
        frame = self._laid_out(self.camera)
        self._picture.paint_hands(painter, frame, self.hovered, self.outline)
        if self.shows_focus:
            painter.setPen(look.theme.accent)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_preparing(self, painter: QPainter) -> None:
        # Without any kernel: waiting for one that is being compiled would stall the window.
        painter.fillRect(self.rect(), QColor(look.theme.ground))
        if not self._quiet.isActive():
            painter.setPen(QColor(look.theme.muted))
            painter.setFont(font(CAPTION_PIXELS * self._picture.text_scale))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, PREPARING)

    def _made_still(self) -> QImage:
        scale = self.devicePixelRatioF()
        size = (self.size().toSizeF() * scale).toSize()
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        # Ended also when something goes wrong in between: Qt ends the process otherwise.
        with QPainter(image) as painter:
            self._picture.paint(painter, self._laid_out(self.camera), self.width(), self.height())
        return image

    def _laid_out(self, camera: Camera) -> Frame:
        return self._picture.frame(
            camera,
            look.theme,
            self.width(),
            self.height(),
            device_scale=self.devicePixelRatioF(),
            is_moving=self._is_moving,
        )

    def _lay_out_anew(self) -> None:
        self._version += 1
        self._redraw()

    def _redraw(self) -> None:
        self._still = None
        self.update()

    def _touch(self) -> None:
        """Draw quickly until nothing has moved for a moment; always well where nobody looks."""
        if self.window().testAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen):
            return
        self._is_moving = True
        self._rest.start()

    def _come_to_rest(self) -> None:
        self._is_moving = False
        self._redraw()

    def _set_out(self, journey: Journey) -> None:
        self._journey = journey
        self._show_part(0.0)
        self._motion.start()

    def _finish_journey(self) -> None:
        if self._journey is not None:
            self._motion.stop()
            self._show_part(1.0)

    def _show_part(self, part: float) -> None:
        if self._journey is None:
            return
        canvas = self._picture.canvas
        canvas.positions, self._camera = self._journey.at(part)
        canvas.forget_image()
        if part >= 1:
            self._journey = None
        self._touch()
        self._redraw()
        if self.goes_home:
            self.goes_home = self._journey is not None
            self.camera_changed.emit(self._camera)


def _rows(rows: ArrayLike) -> Rows:
    return np.asarray(rows, dtype=np.intp).reshape(-1)

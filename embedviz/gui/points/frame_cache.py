"""The image of a picture of points that was painted last.

So hovering paints a ring over it and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from time import perf_counter
from typing import ClassVar

from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from embedviz.app.preparation import preparation
from embedviz.gui.points.canvas import LateImage
from embedviz.gui.theme import CAPTION_PIXELS, font, theme_manager
from embedviz.gui.widgets.watched import is_watched

PREPARING = "Preparing to draw (first start only) \u2026"
_SAME_TURN_SECONDS = 0.001
QUIET_MILLISECONDS = 600
"""How long nothing is said while a first frame is being prepared."""


class FrameCache:
    """The image of a widget, made when it is needed.

    Parameters
    ----------
    widget : QWidget
    paint : callable
        Paints everything that is kept.
    late : LateImage, optional
        Of a large cloud, which the image may be without at first.
    """

    _last_turn: ClassVar[float] = 0.0

    def __init__(
        self, widget: QWidget, paint: Callable[[QPainter], None], late: LateImage | None = None
    ) -> None:
        self._widget, self._paint, self._late = widget, paint, late
        self.image: QImage | None = None
        self._quiet = QTimer(widget, singleShot=True, interval=QUIET_MILLISECONDS)
        self._quiet.timeout.connect(widget.update)
        self._quiet.start()
        self._next_turn = QTimer(widget, singleShot=True, interval=0)
        self._next_turn.timeout.connect(self._take_turn)

    def invalidate(self, *, in_turn: bool = False) -> None:
        """Make it anew at the next painting.

        Parameters
        ----------
        in_turn : bool
            What waits for the window, such as a click, comes first, and sees the image of before:
            where making it takes long, and what led to it did too.
        """
        if not in_turn or not is_watched(self._widget):
            self._forget()
        elif not self._next_turn.isActive():
            self._next_turn.start()

    def _take_turn(self) -> None:
        if perf_counter() - FrameCache._last_turn < _SAME_TURN_SECONDS:
            self._next_turn.start()  # Another map has it, whose painting takes long already.
            return
        FrameCache._last_turn = perf_counter()
        self._forget()

    def _forget(self) -> None:
        self._next_turn.stop()
        self.image = None
        self._widget.update()

    def make(self) -> QImage:
        """Make it now, and return it."""
        self._next_turn.stop()
        scale = self._widget.devicePixelRatioF()
        size = (self._widget.size().toSizeF() * scale).toSize()
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        # Ended also when something goes wrong in between: Qt ends the process otherwise.
        with QPainter(image) as painter:
            self._paint(painter)
        self.image = image
        return image

    def draw(self, painter: QPainter) -> None:
        """Draw it."""
        waits = self._next_turn.isActive()
        if waits:  # The image may be of a smaller widget, or none yet, until it is made anew.
            painter.fillRect(self._widget.rect(), QColor(theme_manager.theme.ground))
        elif self.image is None:
            with nullcontext() if self._late is None else self._late.allowed(self._widget):
                self.make()
        if self.image is not None:
            painter.drawImage(QPointF(0, 0), self.image)

    def is_unprepared(self) -> bool:
        """Return whether making it would wait for a kernel that is being compiled."""
        return self.image is None and not preparation.is_ready

    def draw_preparing(self, painter: QPainter, text_scale: float) -> None:
        """Say, when it takes long, why there is nothing to be seen yet."""
        painter.fillRect(self._widget.rect(), QColor(theme_manager.theme.ground))
        if not self._quiet.isActive():
            painter.setPen(QColor(theme_manager.theme.muted))
            painter.setFont(font(CAPTION_PIXELS * text_scale))
            painter.drawText(self._widget.rect(), Qt.AlignmentFlag.AlignCenter, PREPARING)

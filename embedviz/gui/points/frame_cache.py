"""What a picture of points last looked like, kept as an image.

So hovering paints a ring over it and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from embedviz.app.preparation import preparation
from embedviz.gui.theme import CAPTION_PIXELS, font, theme_manager

PREPARING = "Preparing to draw (first start only) \u2026"
_QUIET_MILLISECONDS = 600


class FrameCache:
    """The image of a widget, made when it is needed.

    Parameters
    ----------
    view : QWidget
    paint : callable
        Paints everything that is kept.
    """

    def __init__(self, view: QWidget, paint: Callable[[QPainter], None]) -> None:
        self._view, self._paint = view, paint
        self.image: QImage | None = None
        self._quiet = QTimer(view, singleShot=True, interval=_QUIET_MILLISECONDS)
        self._quiet.timeout.connect(view.update)
        self._quiet.start()

    def invalidate(self) -> None:
        """Make it anew at the next painting."""
        self.image = None
        self._view.update()

    def make(self) -> QImage:
        """Make it now, and return it."""
        scale = self._view.devicePixelRatioF()
        size = (self._view.size().toSizeF() * scale).toSize()
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        # Ended also when something goes wrong in between: Qt ends the process otherwise.
        with QPainter(image) as painter:
            self._paint(painter)
        self.image = image
        return image

    def draw(self, painter: QPainter) -> None:
        """Draw it."""
        painter.drawImage(QPointF(0, 0), self.image or self.make())

    def is_unprepared(self) -> bool:
        """Return whether making it would wait for a kernel that is being compiled."""
        return self.image is None and not preparation.is_ready

    def draw_preparing(self, painter: QPainter, text_scale: float) -> None:
        """Say, when it takes long, why there is nothing to be seen yet."""
        painter.fillRect(self._view.rect(), QColor(theme_manager.theme.ground))
        if not self._quiet.isActive():
            painter.setPen(QColor(theme_manager.theme.muted))
            painter.setFont(font(CAPTION_PIXELS * text_scale))
            painter.drawText(self._view.rect(), Qt.AlignmentFlag.AlignCenter, PREPARING)

"""The slider of prefix lengths: logarithmic, with a mark at every power of two."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider

from embedviz.gui.theme import CAPTION_PIXELS, GRID, font, theme_manager

_EDGE = 14.0
_LEAST_WIDTH = 180
NOTCH = 120
"""How far Qt says a wheel was turned at each step that one feels."""
_SNAP = 5.0


def marks_of(dimensions: int) -> list[int]:
    """Return 8, 16, 32 and so on, and the full length; 2 and 4 too where there is little else."""
    first = 3 if dimensions >= 32 else 1
    powers = [2**i for i in range(first, 31) if 2**i < dimensions]
    return [*powers, dimensions]


class PrefixSlider(QAbstractSlider):
    """Slider for a number of dimensions.

    The scale is logarithmic, because halving the length costs about the same everywhere; its
    value is the number of dimensions itself. A drag snaps to a mark within a few pixels; the
    arrow keys go one dimension, the page keys one mark.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setRange(1, 1)
        self.setMinimumWidth(_LEAST_WIDTH)
        self._scale = 1.0
        self._turned = 0
        theme_manager.changed.connect(self.update)

    def set_text_scale(self, scale: float) -> None:
        """Show larger marks, for a stage."""
        self._scale = scale
        self.updateGeometry()
        self.update()

    @property
    def marks(self) -> list[int]:
        """The lengths that have a mark; see `marks_of`."""
        return marks_of(self.maximum())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for a groove with marks below it."""
        return QSize(480, round(24 + 18 * self._scale))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least room."""
        return QSize(_LEAST_WIDTH, self.sizeHint().height())

    def position(self, dimensions: float) -> float:
        """Return where a length stands, in pixels from the left."""
        span = math.log(max(self.maximum(), 2))
        return _EDGE + (self.width() - 2 * _EDGE) * math.log(max(dimensions, 1)) / span

    def length_at(self, x: float) -> int:
        """Return the length at a place, snapped to a mark nearby."""
        for mark in self.marks:
            if abs(self.position(mark) - x) <= _SNAP:
                return mark
        share = (x - _EDGE) / max(self.width() - 2 * _EDGE, 1)
        return round(math.exp(min(max(share, 0.0), 1.0) * math.log(self.maximum())))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin a drag; the handle comes to the mouse."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self.length_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the mouse."""
        if self.isSliderDown():
            self.setValue(self.length_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End the drag."""
        self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Go up and down by a tenth of the length."""
        self._turned += event.angleDelta().y()  # A touchpad sends many small parts of a notch.
        notches = int(self._turned / NOTCH)
        self._turned -= notches * NOTCH
        self.setValue(self.value() + notches * max(1, round(self.value() * 0.1)))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Go by one with the arrows, from mark to mark with the page keys."""
        marks, value = [1, *self.marks], self.value()
        if event.key() == Qt.Key.Key_PageUp:
            self.setValue(min((m for m in marks if m > value), default=value))
        elif event.key() == Qt.Key.Key_PageDown:
            self.setValue(max((m for m in marks if m < value), default=value))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the groove, the part in use, the marks and the handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, middle = theme_manager.theme, 13.0
        now = self.position(self.value())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.hairline))
        painter.drawRoundedRect(QRectF(_EDGE, middle - 2, self.width() - 2 * _EDGE, 4), 2, 2)
        painter.setBrush(QColor(theme.accent))
        painter.drawRoundedRect(QRectF(_EDGE, middle - 2, now - _EDGE, 4), 2, 2)
        self._paint_marks(painter, middle)
        painter.setBrush(QColor(theme.panel))
        painter.setPen(QPen(QColor(theme.accent), 3 if self.hasFocus() else 2))
        painter.drawEllipse(QPointF(now, middle), 7, 7)

    def _paint_marks(self, painter: QPainter, middle: float) -> None:
        painter.setFont(font(CAPTION_PIXELS * self._scale))
        width = painter.fontMetrics().horizontalAdvance
        free = self.width() + float(GRID)
        for mark in reversed(self.marks):  # The full length always has its number.
            x, text = self.position(mark), f"{mark:,}"
            chosen = mark == self.value()
            painter.setPen(QPen(QColor(theme_manager.theme.muted), 1))
            painter.drawLine(QPointF(x, middle + 8), QPointF(x, middle + 11))
            half = width(text) / 2
            left = min(x - half, self.width() - 2 * half)
            if left + 2 * half + GRID <= free:
                painter.setPen(
                    QColor(theme_manager.theme.text if chosen else theme_manager.theme.muted)
                )
                painter.drawText(QPointF(left, middle + 12 + CAPTION_PIXELS * self._scale), text)
                free = left

"""The slider of the dial: one groove with two named stretches, from raw over centered to white."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider

from embedviz.gui.theme import CAPTION_PIXELS, GRID, font, theme_manager
from embedviz.gui.widgets.prefix_slider import NOTCH

STEPS = 100
"""Steps of a stretch; the slider goes from 0, raw, over `STEPS`, centered, to twice as many."""
MARKS = {0: "raw", STEPS: "centered", 2 * STEPS: "white"}
STRETCHES = ("take the mean away", "even the spread")
_EDGE, _MIDDLE, _SNAP = 16.0, 13.0, 4.0
_LEAST_WIDTH = 150
_PAGE = 10


class DialSlider(QAbstractSlider):
    """Slider from raw to white, whose value is in steps.

    A drag stops at centered within a few pixels, so that it is easily met. Arrow keys go a step,
    page keys ten, Home and End to the ends, C to centered; R and a double click go back to raw.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setRange(0, 2 * STEPS)
        self.setPageStep(_PAGE)
        self.setMinimumWidth(_LEAST_WIDTH)
        self._scale, self._turned = 1.0, 0
        theme_manager.changed.connect(self.update)

    def set_text_scale(self, scale: float) -> None:
        """Show larger words, for a stage."""
        self._scale = scale
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for a groove with words below it."""
        return QSize(420, round(24 + 18 * self._scale))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least room."""
        return QSize(_LEAST_WIDTH, self.sizeHint().height())

    def place(self, value: float) -> float:
        """Return where a value stands, in pixels from the left."""
        return _EDGE + (self.width() - 2 * _EDGE) * value / (2 * STEPS)

    def value_at(self, x: float) -> int:
        """Return the value at a place: centered where that is near."""
        if abs(self.place(STEPS) - x) <= _SNAP:
            return STEPS
        share = (x - _EDGE) / max(self.width() - 2 * _EDGE, 1)
        return round(2 * STEPS * min(max(share, 0.0), 1.0))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin a drag; the handle comes to the mouse."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self.value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the mouse."""
        if self.isSliderDown():
            self.setValue(self.value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End the drag."""
        self.setSliderDown(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go back to raw."""
        self.setValue(0)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Go up and down by a few steps."""
        self._turned += event.angleDelta().y()  # A touchpad sends many small parts of a notch.
        notches = int(self._turned / NOTCH)
        self._turned -= notches * NOTCH
        self.setValue(self.value() + notches * _PAGE // 2)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Go to raw or to centered at once; leave other keys to Qt."""
        places: dict[Any, int] = {Qt.Key.Key_R: 0, Qt.Key.Key_C: STEPS}
        if event.key() in places and not event.modifiers():
            self.setValue(places[event.key()])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the groove, the part gone, the words and the handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, now = theme_manager.theme, self.place(self.value())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.hairline))
        painter.drawRoundedRect(QRectF(_EDGE, _MIDDLE - 2, self.width() - 2 * _EDGE, 4), 2, 2)
        painter.setBrush(QColor(theme.accent))
        painter.drawRoundedRect(QRectF(_EDGE, _MIDDLE - 2, now - _EDGE, 4), 2, 2)
        self._paint_words(painter)
        painter.setBrush(QColor(theme.panel))
        painter.setPen(QPen(QColor(theme.accent), 3 if self.hasFocus() else 2))
        painter.drawEllipse(QPointF(now, _MIDDLE), 7, 7)

    def _paint_words(self, painter: QPainter) -> None:
        """Write the marks below the groove, and between them the stretches where there is room."""
        painter.setFont(font(CAPTION_PIXELS * self._scale))
        width, theme = painter.fontMetrics().horizontalAdvance, theme_manager.theme
        base, ends = _MIDDLE + 12 + CAPTION_PIXELS * self._scale, []
        for value, text in MARKS.items():
            x = self.place(value)
            painter.setPen(QPen(QColor(theme.muted), 1))
            painter.drawLine(QPointF(x, _MIDDLE + 8), QPointF(x, _MIDDLE + 11))
            left = min(max(x - width(text) / 2, 0.0), self.width() - float(width(text)))
            painter.setPen(QColor(theme.text if value == self.value() else theme.muted))
            painter.drawText(QPointF(left, base), text)
            ends.append((left, left + width(text)))
        for place, text in enumerate(STRETCHES):
            first, last = ends[place][1], ends[place + 1][0]
            if width(text) + 2 * GRID <= last - first:
                is_here = (self.value() > STEPS) == bool(place) and self.value() not in MARKS
                painter.setPen(QColor(theme.text if is_here else theme.muted))
                painter.drawText(QPointF((first + last - width(text)) / 2, base), text)

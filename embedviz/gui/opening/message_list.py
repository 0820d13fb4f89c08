"""Sentences below each other, each with a sign that says how much it matters."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from embedviz.gui.opening.messages import FileMessage, MessageLevel
from embedviz.gui.theme import GRID, theme_manager
from embedviz.gui.widgets.code_block import CodeLine
from embedviz.gui.widgets.controls import text_label

_SIDE = 16
_NAMES = {"error": "Error", "warning": "Warning", "note": "Note"}


class MessageList(QWidget):
    """A list of messages; as high as they are."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(GRID // 2)
        self._shown: list[FileMessage] = []

    @property
    def texts(self) -> list[str]:
        """The sentences on screen."""
        return [message.text for message in self._shown]

    def show_messages(self, messages: Sequence[FileMessage]) -> None:
        """Show other messages."""
        if list(messages) == self._shown:
            return
        self._shown = list(messages)
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for message in messages:
            self._rows.addWidget(_line(message))
        self.setVisible(bool(messages))


def _line(message: FileMessage) -> QWidget:
    line = QWidget()
    line.setAccessibleName(f"{_NAMES[message.level]}: {message.text}")
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    told, code = message.parts
    text = text_label(told, wrap=True)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    text.setMinimumHeight(1)  # Else as high as it would be in the narrowest dialog.
    row.addWidget(_Sign(message.level), 0, Qt.AlignmentFlag.AlignTop)
    if not code:
        row.addWidget(text, 1)
        return line
    column = QVBoxLayout()
    column.setSpacing(GRID // 2)
    column.addWidget(text)
    column.addWidget(CodeLine(code))
    row.addLayout(column, 1)
    return line


class _Sign(QWidget):
    """A triangle for what should be known, a ring for what was done, a cross for an error."""

    def __init__(self, level: MessageLevel) -> None:
        super().__init__()
        self._level = level
        self.setFixedSize(_SIDE, _SIDE + 2)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = theme_manager.theme
        painter.setPen(QPen(QColor(theme.muted if self._level == "note" else theme.before), 1.4))
        painter.translate(0, 1)
        if self._level == "warning":
            painter.drawPolygon(QPolygonF([QPointF(8, 2), QPointF(15, 14), QPointF(1, 14)]))
            _draw_mark(painter, 6.2, 9.6, 11.9)
        else:
            painter.drawEllipse(QRectF(1.5, 1.5, 13, 13))
            if self._level == "error":
                _draw_mark(painter, 4.6, 8.8, 11.4)
            else:
                _draw_mark(painter, 11.4, 7.2, 4.6)


def _draw_mark(painter: QPainter, start: float, end: float, dot: float) -> None:
    """Draw the stroke and the dot of "!", or of "i" where the dot is above."""
    painter.drawLine(QPointF(8, start), QPointF(8, end))
    painter.setBrush(painter.pen().color())
    painter.drawEllipse(QPointF(8, dot), 0.5, 0.5)

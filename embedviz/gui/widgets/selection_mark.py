"""Appearance of a selected row in a list: a tint, and a bar of the accent at its left edge.

It is not a selection of Qt's: that one is the current line, and would need a range for each run of
half a million rows that a lasso may hold. Here only the lines in view are asked.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from embedviz.gui.theme import GRID, theme_manager, with_alpha

WORD = "selected"
"""What a screen reader says of the line."""
_WIDTH = 3
_TINT = 0.08


def paint_selection_tint(painter: QPainter, line: QRect) -> None:
    """Tint a line of a list whose row is selected, below its text.

    Parameters
    ----------
    painter : QPainter
    line : QRect
        The whole line, in pixels.
    """
    _paint_rounded(painter, _area(line), GRID / 2, with_alpha(theme_manager.theme.accent, _TINT))


def paint_selection_bar(painter: QPainter, line: QRect) -> None:
    """Draw the bar of a selected row, above what marks the line as the current one."""
    area = _area(line)
    bar = QRectF(area.left(), area.top() + 3, _WIDTH, area.height() - 6)
    _paint_rounded(painter, bar, _WIDTH / 2, QColor(theme_manager.theme.accent))


def _area(line: QRect) -> QRectF:
    return QRectF(line).adjusted(GRID / 2, 1, -GRID / 2, -1)


def _paint_rounded(painter: QPainter, area: QRectF, radius: float, color: QColor) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(area, radius, radius)
    painter.restore()

"""Text on a picture, readable on whatever is under it."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

HALO = 3.0
"""Width of the halo, in pixels of ordinary text."""


def text_size(text: str, font: QFont) -> tuple[float, float]:
    """Return the width and height of a line of text, in pixels."""
    metrics = QFontMetricsF(font)
    return metrics.horizontalAdvance(text), metrics.height()


def draw_text(
    painter: QPainter,
    corner: QPointF,
    text: str,
    font: QFont,
    color: QColor,
    halo: QColor | None = None,
) -> None:
    """Draw a line of text whose box has this upper left corner.

    Parameters
    ----------
    halo : QColor, optional
        Drawn around the letters, so that they stay readable on points.
    """
    baseline = QPointF(corner.x(), corner.y() + QFontMetricsF(font).ascent())
    painter.setFont(font)
    if halo is not None:
        pen = QPen(halo, HALO * font.pixelSize() / 11)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(_outline(text, font.toString()).translated(baseline))
    painter.setPen(color)
    painter.drawText(baseline, text)


@lru_cache(maxsize=4096)
def _outline(text: str, font_description: str) -> QPainterPath:
    font = QFont()
    font.fromString(font_description)
    path = QPainterPath()
    path.addText(QPointF(0, 0), font, text)
    return path


def draw_line_of_text(
    painter: QPainter,
    box: QRectF,
    text: str,
    font: QFont,
    color: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """Draw a line of text in a box, shortened with … where it is too long."""
    painter.setFont(font)
    painter.setPen(color)
    shortened = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter, shortened)

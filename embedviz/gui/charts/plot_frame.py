"""Axes of a chart, and the key above it, which is never over what it names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from embedviz.gui.charts.drawn_widget import Align, width_of
from embedviz.gui.points.frame import polygon_of
from embedviz.gui.points.text import draw_text
from embedviz.gui.theme import GRID, theme_manager

SAMPLE = 18
"""Width of a piece of a line beside its name, in pixels."""
_GAP = 5

Ticks = Sequence[tuple[float, str]]


@dataclass(frozen=True)
class PlotFrame:
    """Where values are in a chart.

    Attributes
    ----------
    area : QRectF
        Of the lines.
    left, right, low, high : float
        Values at its edges.
    """

    area: QRectF
    left: float
    right: float
    low: float
    high: float

    def x_of(self, values: Any) -> Any:
        """Return where values along the axis are, in pixels."""
        share = (values - self.left) / (self.right - self.left)
        return self.area.left() + share * self.area.width()

    def y_of(self, values: Any) -> Any:
        """Return how high values are, in pixels from above."""
        share = (values - self.low) / (self.high - self.low)
        return self.area.bottom() - share * self.area.height()

    def value_at(self, x: float) -> float:
        """Return the value along the axis at a place in pixels."""
        share = (x - self.area.left()) / max(self.area.width(), 1.0)
        return self.left + share * (self.right - self.left)

    def polygon(self, across: Any, up: Any) -> QPolygonF:
        """Return the points of a line through values, as many of each."""
        return polygon_of(np.stack([self.x_of(across), self.y_of(up)], axis=1))


class NamedLine(NamedTuple):
    """A line of a chart and its name; a heading where there is no line."""

    text: str
    short: str
    """What is written where the key would need more than one line."""
    pen: QPen | None = None


class PlacedLine(NamedTuple):
    """Where an entry of a key is: the upper left corner of its sample, or of its text."""

    corner: QPointF
    text: str
    pen: QPen | None


def place_key(
    entries: Sequence[NamedLine], width: float, small: QFont, line: float, sample: int = SAMPLE
) -> list[PlacedLine]:
    """Return where the entries of a key are: in one line, or shortened in as many as they need.

    Parameters
    ----------
    entries : sequence of NamedLine
    width, line : float
        Of the chart, and height of a line of text, in pixels.
    small : QFont
    sample : int
        Width of the piece of each line, in pixels.
    """
    rooms = width, small, line, sample
    found = _placed([(entry.text, entry.pen) for entry in entries], *rooms)
    if found and found[-1].corner.y() > line:
        return _placed([(entry.short, entry.pen) for entry in entries], *rooms)
    return found


def _placed(
    entries: Sequence[tuple[str, QPen | None]],
    width: float,
    small: QFont,
    line: float,
    sample: int,
) -> list[PlacedLine]:
    x, y = 2.0, 1.0
    placed = []
    for text, pen in entries:
        room = width_of(text, small) + (0 if pen is None else sample + _GAP)
        if x > 2 and x + room > width - 2:
            x, y = 2.0, y + line
        placed.append(PlacedLine(QPointF(x, y), text, pen))
        x += room + 2 * GRID
    return placed


def draw_key(
    painter: QPainter,
    placed: Sequence[PlacedLine],
    small: QFont,
    line: float,
    sample: int = SAMPLE,
) -> None:
    """Write the headings, and a sample of each line with its name."""
    theme = theme_manager.theme
    for corner, text, pen in placed:
        if pen is None:
            draw_text(painter, corner, text, small, QColor(theme.text))
            continue
        y = corner.y() + line / 2
        painter.setPen(pen)
        painter.drawLine(QLineF(corner.x(), y, corner.x() + sample, y))
        draw_text(painter, corner + QPointF(sample + _GAP, 0), text, small, QColor(theme.muted))


def area_below(
    placed: Sequence[PlacedLine], size: tuple[float, float], line: float, left: float
) -> QRectF:
    """Return the area of the lines, below a key and above a line of numbers.

    Parameters
    ----------
    placed : sequence of PlacedLine
    size : (float, float)
        Width and height of the chart.
    line : float
        Height of a line of text.
    left : float
        Room for the numbers of the upright axis.
    """
    top = (placed[-1].corner.y() if placed else 0.0) + 1.5 * line
    width, height = size
    return QRectF(left, top, max(width - left - 10, 8.0), max(height - top - line - 6, 8.0))


def draw_lower_axis(
    painter: QPainter, frame: PlotFrame, ticks: Ticks, small: QFont, line: float
) -> None:
    """Draw the axis with its numbers, leaving out those that would touch the one before."""
    theme, area, free = theme_manager.theme, frame.area, -np.inf
    painter.setFont(small)
    painter.setPen(QPen(QColor(theme.hairline), 1))
    painter.drawLine(QLineF(area.left(), area.bottom(), area.right(), area.bottom()))
    for value, text in ticks:
        x, width = float(frame.x_of(value)), width_of(text, small)
        left = min(max(x - width / 2, 0.0), area.right() + 10 - width)
        if left < free:
            continue
        painter.setPen(QPen(QColor(theme.hairline), 1))
        painter.drawLine(QLineF(x, area.bottom(), x, area.bottom() + 3))
        painter.setPen(QColor(theme.muted))
        box = QRectF(left, area.bottom() + 4, width + 1, line)
        painter.drawText(box, Align.AlignLeft | Align.AlignVCenter, text)
        free = left + width + GRID


def draw_upright_axis(
    painter: QPainter, frame: PlotFrame, ticks: Ticks, small: QFont, line: float
) -> None:
    """Draw a line across at each number, and the numbers at its left."""
    theme, area = theme_manager.theme, frame.area
    painter.setFont(small)
    for value, text in ticks:
        y = float(frame.y_of(value))
        painter.setPen(QPen(QColor(theme.hairline), 1))
        painter.drawLine(QLineF(area.left(), y, area.right(), y))
        painter.setPen(QColor(theme.muted))
        box = QRectF(0, y - line / 2, area.left() - 5, line)
        painter.drawText(box, Align.AlignRight | Align.AlignVCenter, text)


def draw_upright_line(painter: QPainter, frame: PlotFrame, value: float, pen: QPen) -> None:
    """Draw a line from the bottom to the top at a value, if it is within."""
    if frame.left <= value <= frame.right:
        x = float(frame.x_of(value))
        painter.setPen(pen)
        painter.drawLine(QLineF(x, frame.area.top(), x, frame.area.bottom()))


def whole_ticks(first: int, last: int, width: float, room: Callable[[str], float]) -> Ticks:
    """Return ticks of things counted from `first` to `last`: both ends, and round ones between.

    Parameters
    ----------
    first, last : int
    width : float
        Of the axis, in pixels.
    room : callable
        Returns the width of a text, in pixels.
    """
    least = (room(f"{last:,}") + 2 * GRID) * (last - first) / max(width, 1.0)
    step = next(
        (n * 10**power for power in range(9) for n in (1, 2, 5) if n * 10**power >= least), last
    )
    between = range(step * (first // step + 1), last, step)
    inner = [v for v in between if min(v - first, last - v) >= 0.9 * least]
    return [(float(v), f"{v:,}") for v in dict.fromkeys([first, *inner, last])]


def solid(color: str, width: float = 1.6) -> QPen:
    """Return the pen of a line without gaps."""
    pen = QPen(QColor(color), width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def dashed(color: str, width: float = 1.2, dashes: Sequence[float] = (4, 3)) -> QPen:
    """Return the pen of a dashed line; dashes and gaps in widths of the line."""
    pen = solid(color, width)
    pen.setDashPattern(list(dashes))
    return pen

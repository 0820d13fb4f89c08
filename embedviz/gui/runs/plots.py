"""Where the charts of a run are, and what is drawn into each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from embedviz.core.arrays import Vector
from embedviz.core.drawing.ticks import tick_step, tick_text, tick_values
from embedviz.gui.charts.drawn_widget import Align, first_that_fits, width_of
from embedviz.gui.runs.lines import draw_band, draw_curve, path_through
from embedviz.gui.runs.tracks import Columns, Track, changes, value_range
from embedviz.gui.theme import GRID, theme_manager

LEAST_PLOT = 1.2
"""Height of an area, in lines of text: the names of two lines beside it need one between them."""
_WIDE = 28.0
"""Width of the charts, in lines of text, from which on there is room for longer words."""
_HALF = 0.5
"""In lines of text, what a number at the upper or the lower end of an axis has beyond it."""


@dataclass(frozen=True)
class RunPlot:
    """The chart of one track.

    Attributes
    ----------
    track : Track
    box : QRectF
        All of it, with its title.
    area : QRectF
        Of the lines.
    low, high : float
        The values at the lower and the upper edge of the area.
    small : QFont
    """

    track: Track
    box: QRectF
    area: QRectF
    low: float
    high: float
    small: QFont

    @property
    def line(self) -> float:
        """Height of a line of text."""
        return QFontMetricsF(self.small).height()

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Values at which there is a line across, and how they are written."""
        span = self.high - self.low
        least = max(span * 1.3 * self.line / max(self.area.height(), 1.0), span / 4)
        return _ticks(self.low, self.high, tick_step(least))

    def height_of(self, values: Any) -> Any:
        """Return where bounded values are, in pixels."""
        share = (values - self.low) / (self.high - self.low)
        return self.area.bottom() - share * self.area.height()

    def draw(self, painter: QPainter, drawn: Mapping[str, Vector], columns: Columns) -> None:
        """Draw the axis, what the track is compared with, and the track."""
        self._draw_axis(painter)
        self._draw_compared(painter, drawn, columns)
        curve = columns.curve(drawn[self.track.name])
        color = theme_manager.theme.after
        if columns.is_thinned:
            heights = self.height_of(curve.high), self.height_of(curve.low)
            draw_band(painter, color, curve.places, heights, columns.WIDTH)
        draw_curve(painter, color, curve.places, self.height_of(curve.middle))

    def draw_title(self, painter: QPainter, title: str, number: str, bold: QFont) -> None:
        """Write what it is, and the number at the shown step."""
        box = QRectF(self.box.left(), self.box.top(), self.box.width(), self.line)
        painter.setFont(bold)
        painter.setPen(QColor(theme_manager.theme.text))
        room = box.width() - width_of(number, bold) - GRID
        shown = first_that_fits((title, title.split(",")[0]), room, bold)
        painter.drawText(box, Align.AlignLeft | Align.AlignVCenter, shown)
        painter.drawText(box, Align.AlignRight | Align.AlignVCenter, number)

    def _draw_axis(self, painter: QPainter) -> None:
        theme, area = theme_manager.theme, self.area
        painter.setFont(self.small)
        for value, text in self.ticks:
            y = float(self.height_of(value))
            painter.setPen(QPen(QColor(theme.hairline), 1))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(QColor(theme.muted))
            box = QRectF(self.box.left(), y - self.line / 2, area.left() - 5, self.line)
            painter.drawText(box, Align.AlignRight | Align.AlignVCenter, text)

    def _draw_compared(
        self, painter: QPainter, drawn: Mapping[str, Vector], columns: Columns
    ) -> None:
        """Draw dashed lines, and name them at their right end."""
        area, muted = self.area, QColor(theme_manager.theme.muted)
        there = [(words, drawn[name]) for name, words in self.track.lines]
        there = [(words, values) for words, values in there if np.isfinite(values[-1])]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(muted, 1, Qt.PenStyle.DashLine))
        for _, values in there:
            places, kept = _corners(values, columns, area)
            painter.drawPath(path_through(places, self.height_of(kept)))
        painter.setFont(self.small)
        painter.setPen(muted)
        room = self.box.right() - area.right() - 6
        ends = [float(self.height_of(values[-1])) for _, values in there]
        heights = names_beside(ends, area.top(), area.bottom(), self.line)
        for (words, _), y in zip(there, heights, strict=False):
            box = QRectF(area.right() + 6, y - self.line / 2, room + 1, self.line)
            text = first_that_fits(words, room, self.small)
            painter.drawText(box, Align.AlignLeft | Align.AlignVCenter, text)


def run_plots(
    size: tuple[float, float], small: QFont, drawn: Mapping[str, Vector], tracks: Sequence[Track]
) -> list[RunPlot]:
    """Return the charts that have room, from the top, above an axis of steps.

    Parameters
    ----------
    size : (float, float)
        Width and height of all, in pixels.
    small : QFont
    drawn : mapping of names to arrays of shape (n_steps,)
        Those of `RunTable.drawn`.
    tracks : sequence of Track
        From top to bottom.
    """
    width, height = size
    line = QFontMetricsF(small).height()
    above, below = (1 + _HALF) * line, _HALF * line
    room = height - line - GRID
    count = max(1, min(len(tracks), int(room / (above + below + LEAST_PLOT * line))))
    words = {texts[0 if width >= _WIDE * line else -1] for t in tracks for _, texts in t.lines}
    right = max(width_of(word, small) for word in words) + 7
    plots = []
    for place, track in enumerate(tracks[:count]):
        box = QRectF(0, place * room / count, width, room / count)
        area = QRectF(0, box.top() + above, max(width - right, 16), 0)
        area.setBottom(max(box.bottom() - below, area.top() + 4))
        plots.append(RunPlot(track, box, area, *value_range(track, drawn), small))
    texts = {text for plot in plots for _, text in plot.ticks} | {"−00.0"}
    left = min(max(width_of(text, small) for text in texts) + 7, 0.4 * width)
    for plot in plots:
        plot.area.setLeft(min(left, plot.area.right() - 8))
    return plots


@lru_cache(maxsize=64)
def _ticks(low: float, high: float, step: float) -> tuple[tuple[float, str], ...]:
    """Return ticks and their texts, which stay the same for most frames of a run."""
    return tuple((value, tick_text(value, step)) for value in tick_values(low, high, step))


def _corners(values: Vector, columns: Columns, area: QRectF) -> tuple[Vector, Vector]:
    """Return the points that a line which rarely changes goes through."""
    if len(values) == 1:
        return np.array([area.left(), area.right()]), values.repeat(2)
    kept = changes(values)
    if columns.is_thinned and len(kept) > area.width() / columns.WIDTH:
        curve = columns.curve(values)
        return curve.places, curve.middle
    return columns.places[kept], values[kept]


def names_beside(wanted: Sequence[float], top: float, bottom: float, line: float) -> list[float]:
    """Return heights at which names of a line each touch neither each other nor what is beyond.

    Parameters
    ----------
    wanted : sequence of float
        Where they would be best, in pixels from above.
    top, bottom : float
        Between which the middles of all of them have to be.
    line : float
        Height of a name.

    Returns
    -------
    list of float
        Of the first names, as many as there is room for.
    """
    wanted = wanted[: 1 + int(max(bottom - top, 0.0) / line)]
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    found = [min(max(y, top), bottom) for y in wanted]
    for above, below in pairwise(order):
        found[below] = max(found[below], found[above] + line)
    end = bottom
    for place in reversed(order):
        found[place] = min(found[place], end)
        end = found[place] - line
    return found


def draw_marks(
    painter: QPainter, plots: list[RunPlot], x: float, numbers: dict[str, float]
) -> None:
    """Draw the line at the step that is shown in each chart, and a dot on its track."""
    color = QColor(theme_manager.theme.accent)
    painter.setPen(QPen(color, 1))
    for plot in plots:  # Not through their titles.
        painter.drawLine(QLineF(x, plot.area.top() - 2, x, plot.box.bottom() - 2))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for plot in plots:
        value = numbers[plot.track.name]
        if np.isfinite(value):
            painter.drawEllipse(QPointF(x, float(plot.height_of(value))), 3, 3)

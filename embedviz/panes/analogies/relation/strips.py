"""Two low charts: what the colors of a picture mean, and a relation beside shuffled pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen

from embedviz.core.drawing.ticks import tick_step, tick_text, tick_values
from embedviz.gui.charts.drawn_widget import Align, DrawnWidget, first_that_fits, width_of
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.charts.plot_frame import PlotFrame, draw_lower_axis
from embedviz.gui.theme import theme_manager, with_alpha

Floats = NDArray[np.float64]

_N_BINS = 40
_SIZES = (260, 66), (150, 50)
"""Width and height that are wanted, and the least, in pixels."""
_RAMP_HEIGHT = 4.0


@dataclass(frozen=True, eq=False)
class ColorScale:
    """Colors of a picture, and the values of its pairs.

    Attributes
    ----------
    titles : sequence of str
        What the values are; the first that fits is written.
    values : float64 array
        NaN counts nowhere.
    low, high : float
        Where the colors end.
    colors : sequence of str
        `#RRGGBB`, from low to high.
    """

    titles: Sequence[str]
    values: Floats
    low: float
    high: float
    colors: Sequence[str]

    def color(self, value: float) -> str:
        """Return the color of a value; of one that is not known, the muted one."""
        if np.isnan(value):
            return theme_manager.theme.muted
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        place = round(min(max(share, 0.0), 1.0) * (len(self.colors) - 1))
        return self.colors[place]


@dataclass(frozen=True, eq=False)
class NullDistribution:
    """A measure of a relation, and the same of shuffled pairs.

    Attributes
    ----------
    titles : sequence of str
    value : float
    shuffled : float64 array
        One for each shuffle.
    words : str
        The same in words, for the mouse and a screen reader.
    """

    titles: Sequence[str]
    value: float
    shuffled: Floats
    words: str


def _plot(strip: DrawnWidget, low: float, high: float, most: float) -> PlotFrame:
    """Return where values are, between a title and the numbers of the axis."""
    line = strip.line_height()
    area = QRectF(6, line + 2, strip.width() - 20, max(strip.height() - 2 * line - 8, 6.0))
    return PlotFrame(area, low, high, 0.0, most)


def _draw_title(strip: DrawnWidget, painter: QPainter, titles: Sequence[str]) -> None:
    small, room = strip.small(), strip.width() - 12.0
    painter.setFont(small)
    painter.setPen(QColor(theme_manager.theme.muted))
    box = QRectF(6, 0, room, strip.line_height())
    painter.drawText(box, Align.AlignLeft, first_that_fits(titles, room, small))


def _draw_axis(strip: DrawnWidget, painter: QPainter, frame: PlotFrame) -> None:
    line, small = strip.line_height(), strip.small()
    step = tick_step(3.2 * line / frame.area.width() * (frame.right - frame.left))
    values = tick_values(frame.left, frame.right, step)
    ticks = [(value, tick_text(value, step)) for value in values]
    draw_lower_axis(painter, frame, ticks, small, line)


class ColorStrip(DrawnWidget):
    """The colors of the arrows, and how many pairs have each."""

    def __init__(self) -> None:
        super().__init__("analogies.relation.colors", "Colors of the arrows", *_SIZES)
        self.scale: ColorScale | None = None

    def show_scale(self, scale: ColorScale | None) -> None:
        """Show other colors; None: nothing is colored."""
        self.scale = scale
        self.setToolTip("" if scale is None else scale.titles[0])
        self.show_message("")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bars, and the ramp of the colors below them."""
        scale = self.scale
        if scale is None or self.message:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            known = scale.values[~np.isnan(scale.values)]
            counts, edges = np.histogram(
                np.clip(known, scale.low, scale.high), _N_BINS, (scale.low, scale.high)
            )
            frame = _plot(self, scale.low, scale.high, max(int(counts.max()), 1))
            base = frame.area.bottom() - _RAMP_HEIGHT
            _draw_title(self, painter, scale.titles)
            for place, count in enumerate(counts.tolist()):
                left, right = (float(frame.x_of(edges[place + each])) for each in (0, 1))
                color = QColor(scale.color(float(edges[place] + edges[place + 1]) / 2))
                painter.fillRect(QRectF(left, base, right - left + 0.5, _RAMP_HEIGHT), color)
                height = (base - frame.area.top()) * count / frame.high
                painter.fillRect(QRectF(left + 0.5, base - height, right - left - 1, height), color)
            _draw_axis(self, painter, frame)


class NullStrip(DrawnWidget):
    """A measure of the relation on the axis on which shuffled pairs are counted."""

    def __init__(self) -> None:
        super().__init__("analogies.relation.null", "The relation beside shuffled pairs", *_SIZES)
        self.shown: NullDistribution | None = None

    def show_null(self, shown: NullDistribution | None, message: str = "") -> None:
        """Show another relation; None: it is not known, as the message says."""
        self.shown = shown
        self.setToolTip("" if shown is None else shown.words)
        self.show_message(message)
        if shown is not None:
            self.setAccessibleDescription(shown.words)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the shuffled pairs as bars, and the relation as a line."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.shown is None:
                self.draw_message(painter)
            else:
                self._draw(painter, self.shown)

    def _draw(self, painter: QPainter, shown: NullDistribution) -> None:
        theme = theme_manager.theme
        low, high = _span(shown)
        counts, edges = np.histogram(shown.shuffled, 2 * _N_BINS, (low, high))
        frame = _plot(self, low, high, max(int(counts.max(initial=0)), 1))
        _draw_title(self, painter, shown.titles)
        bars = with_alpha(theme.muted, 0.55)
        for place in np.flatnonzero(counts).tolist():
            left, right = (float(frame.x_of(edges[place + each])) for each in (0, 1))
            top = float(frame.y_of(counts[place]))
            painter.fillRect(QRectF(left, top, right - left, frame.area.bottom() - top), bars)
        _draw_axis(self, painter, frame)
        self._draw_value(painter, frame, shown.value)

    def _draw_value(self, painter: QPainter, frame: PlotFrame, value: float) -> None:
        theme, area, small = theme_manager.theme, frame.area, self.small(semibold=True)
        x, text = float(frame.x_of(value)), number_text(value)
        painter.setPen(QPen(QColor(theme.accent), 2.5))
        painter.drawLine(QLineF(x, area.top() - 1, x, area.bottom()))
        width = width_of(text, small)
        left = x - width - 5 if x - width - 5 > area.center().x() else x + 5
        painter.setFont(small)
        painter.setPen(QColor(theme.ink(theme.accent)))
        baseline = area.top() + self.line_height() * 0.8
        painter.drawText(QPointF(left, baseline), text)


def _span(shown: NullDistribution) -> tuple[float, float]:
    """Return the ends of an axis on which the relation and all shuffled pairs are."""
    given = np.append(shown.shuffled, [shown.value, 0.0])
    low, high = float(given.min()), float(given.max())
    room = 0.06 * ((high - low) or 1.0)
    return low - room, high + room

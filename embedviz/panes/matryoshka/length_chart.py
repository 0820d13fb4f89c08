"""The chart of curves over the prefix length, with the numbers at one length above it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF

from embedviz.core.drawing.ticks import tick_step, tick_text, tick_values
from embedviz.core.matryoshka.orderings import Ordering
from embedviz.gui.charts.drawn_widget import Align, DrawnWidget, first_that_fits, width_of
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.charts.plot_frame import NamedLine, PlacedLine, dashed, draw_key, place_key, solid
from embedviz.gui.theme import GRID, Theme, theme_manager, with_alpha

Floats = NDArray[np.float64]

_SAMPLE = 26
"""Width of a piece of a curve beside its name, in pixels."""
_BAND = 0.2
_DECIMALS = 3


class CurveStyle(NamedTuple):
    """How a curve is told from the others, also without colors."""

    words: str
    width: float
    dashes: tuple[float, ...]
    """In widths of the line; none for a line without gaps."""


CurveName = Ordering | Literal["nested"]

STYLES: dict[CurveName, CurveStyle] = {
    "nested": CurveStyle("nested", 2.4, (8, 1.5)),
    "prefix": CurveStyle("first dimensions", 2.4, ()),
    "random": CurveStyle("random", 1.4, (1, 2)),
    "variance": CurveStyle("highest variance", 1.4, (6, 3)),
    "svd": CurveStyle("SVD", 1.4, (8, 2, 1, 2)),
}


def color_of(ordering: CurveName, theme: Theme) -> str:
    """Return the color of a curve."""
    if ordering == "nested":
        return "#D58BC8" if theme.is_dark else "#A23B8F"
    if ordering == "variance":
        return "#3FB68F" if theme.is_dark else "#00795A"
    return {"prefix": theme.after, "random": theme.muted, "svd": theme.before}[ordering]


@dataclass(frozen=True, eq=False)
class LengthCurve:
    """A curve over the prefix length.

    Attributes
    ----------
    ordering : {"prefix", "random", "variance", "svd", "nested"}
    values, spread : float64 array of shape (n_lengths,)
        What the curve is of, and how far the random orders it is the mean of are apart; 0 where it
        is no mean.
    """

    ordering: CurveName
    values: Floats
    spread: Floats


class LengthFrame(NamedTuple):
    """Where lengths and values are in the chart."""

    area: QRectF
    first: float
    last: float
    low: float
    high: float

    def x_of(self, length: float) -> float:
        """Return the place of a length on the logarithmic scale."""
        share = math.log(max(length, self.first) / self.first) / math.log(self.last / self.first)
        return self.area.left() + share * self.area.width()

    def y_of(self, value: float) -> float:
        """Return the place of a value."""
        share = (value - self.low) / (self.high - self.low)
        return self.area.bottom() - share * self.area.height()


class LengthChart(DrawnWidget):
    """Curves over a logarithmic scale of lengths; a line where the slider stands, or the mouse.

    Signals
    -------
    length_chosen : (int,)
        The user pressed the mouse at a length that was measured.
    """

    length_chosen = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__(name, "Curves over the prefix length", size=(320, 200), least=(240, 90))
        self._title = ""
        self._lengths: tuple[int, ...] = ()
        self._curves: tuple[LengthCurve, ...] = ()
        self._range: tuple[float, float] | None = None
        self._marker = 1
        self._hovered: int | None = None
        self.setMouseTracking(True)

    def show_curves(
        self,
        title: str,
        lengths: Sequence[int],
        curves: Sequence[LengthCurve],
        value_range: tuple[float, float] | None = None,
    ) -> None:
        """Show other curves, the one that is judged first.

        Parameters
        ----------
        title : str
            What the values are.
        lengths : sequence of int
            Ascending; the last one is the full length.
        curves : sequence of LengthCurve
            Where one is nan, there is a gap.
        value_range : (float, float), optional
            Ends of the upright axis. Default: those of the values.
        """
        self._title, self._lengths, self._curves = title, tuple(lengths), tuple(curves)
        self._range = value_range
        self.show_message("")
        self._describe()

    def clear(self, message: str) -> None:
        """Show no curve, and say why."""
        self._lengths, self._curves, self._hovered = (), (), None
        self.show_message(message)

    def show_marker(self, dimensions: int) -> None:
        """Mark the length that the slider stands at."""
        if dimensions != self._marker:
            self._marker = dimensions
            self._describe()
            self.update()

    @property
    def curves(self) -> tuple[LengthCurve, ...]:
        """What is shown."""
        return self._curves

    @property
    def read_at(self) -> int:
        """The length whose values are read: where the mouse is, or else the slider."""
        return self._marker if self._hovered is None else self._hovered

    @property
    def readings(self) -> list[str]:
        """What is written beside the sample of each curve."""
        texts = []
        for curve in self._curves:
            value, spread = value_at(self._lengths, curve, self.read_at)
            more = f" ± {number_text(spread, _DECIMALS)}" if curve.ordering == "random" else ""
            said = number_text(value, _DECIMALS) + (more if not math.isnan(value) else "")
            texts.append(f"{STYLES[curve.ordering].words} {said}")
        return texts

    def _describe(self) -> None:
        if self._curves:
            self.setAccessibleDescription(f"{self._heading}: {', '.join(self.readings)}")

    @property
    def _heading(self) -> str:
        full = self._lengths[-1] if self._lengths else 0
        return f"{self._title} at {self.read_at:,} of {full:,} dimensions"

    def key(self) -> list[PlacedLine]:
        """Return what is written above the curves, and where: the heading first."""
        small = self.small()
        headings = self._heading, f"{self._title} at {self.read_at:,}", self._title
        heading = first_that_fits(headings, self.width() - 4, small)
        pens = [_pen(each.ordering, theme_manager.theme) for each in self._curves]
        named = zip(self.readings, pens, strict=True)
        # The numbers are what is read, so that nothing is shortened.
        entries = [
            NamedLine(heading, heading),
            *(NamedLine(text, text, pen) for text, pen in named),
        ]
        return place_key(entries, self.width(), small, self.line_height(), _SAMPLE)

    def frame(self) -> LengthFrame:
        """Return where lengths and values are."""
        line, small = self.line_height(), self.small()
        top = self.key()[-1].corner.y() + 1.6 * line
        low, high = self._range or _range_of(self._curves)
        area = QRectF(0, top, 1, max(self.height() - top - line - 5, 10))
        frame = LengthFrame(
            area, self._lengths[0], max(self._lengths[-1], self._lengths[0] + 1), low, high
        )
        left = max(width_of(text, small) for _, text in _ticks(frame, self.line_height())) + 8
        right = width_of(f"{self._lengths[-1]:,}", small) / 2 + 6
        area.setLeft(left)
        area.setRight(max(self.width() - right, left + 10))
        return frame._replace(area=area)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the chart."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.message or not self._curves:
                self.draw_message(painter)
                return
            frame = self.frame()
            # Each step of a slider moves only the marks and the numbers.
            self.draw_kept(
                painter, (self._curves, frame), lambda within: self._draw_curves(within, frame)
            )
            draw_key(painter, self.key(), self.small(), self.line_height(), _SAMPLE)
            painter.setClipRect(frame.area.adjusted(-4, -4, 4, 4))
            self._draw_marks(painter, frame)

    def _draw_curves(self, painter: QPainter, frame: LengthFrame) -> None:
        self._draw_axes(painter, frame)
        painter.setClipRect(frame.area.adjusted(-4, -4, 4, 4))
        for curve in reversed(self._curves):
            _draw_curve(painter, frame, self._lengths, curve)

    def _draw_axes(self, painter: QPainter, frame: LengthFrame) -> None:
        theme, area, line = theme_manager.theme, frame.area, self.line_height()
        painter.setFont(self.small())
        for value, text in _ticks(frame, self.line_height()):
            y = frame.y_of(value)
            painter.setPen(QPen(QColor(theme.hairline), 1))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(QColor(theme.muted))
            box = QRectF(0, y - line / 2, area.left() - 5, line)
            painter.drawText(box, Align.AlignRight | Align.AlignVCenter, text)
        free = float(self.width())
        for length in reversed(self._lengths):  # The full length always has its number.
            if length & (length - 1) and length != self._lengths[-1]:
                continue
            x, text = frame.x_of(length), f"{length:,}"
            half = width_of(text, self.small()) / 2 + 1
            if x + half <= free:
                painter.setPen(QPen(QColor(theme.hairline), 1))
                painter.drawLine(QLineF(x, area.bottom(), x, area.bottom() + 3))
                painter.setPen(QColor(theme.muted))
                box = QRectF(x - half, area.bottom() + 4, 2 * half, line)
                painter.drawText(box, Align.AlignCenter, text)
                free = x - half - GRID

    def _draw_marks(self, painter: QPainter, frame: LengthFrame) -> None:
        """Draw lines at the slider and at the mouse, and dots where values are read."""
        theme, area = theme_manager.theme, frame.area
        if self._marker >= self._lengths[0]:
            x = frame.x_of(min(self._marker, self._lengths[-1]))
            painter.setPen(QPen(QColor(theme.accent), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        if self._hovered is not None:
            x = frame.x_of(self._hovered)
            painter.setPen(QPen(with_alpha(theme.muted, 0.7), 1))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        for curve in reversed(self._curves):
            value, _ = value_at(self._lengths, curve, self.read_at)
            if not math.isnan(value):
                at = QPointF(frame.x_of(self.read_at), frame.y_of(value))
                painter.setPen(QPen(QColor(theme.ground), 1.5))
                painter.setBrush(QColor(color_of(curve.ordering, theme)))
                radius = 5.0 if curve.ordering == "prefix" else 3.5
                painter.drawEllipse(at, radius, radius)

    def _length_at(self, place: QPointF) -> int | None:
        """Return the measured length nearest to a place; None beside the curves."""
        if self.message or not self._curves:
            return None
        frame = self.frame()
        if not frame.area.adjusted(-8, -4, 8, 24).contains(place):
            return None
        return min(self._lengths, key=lambda length: abs(frame.x_of(length) - place.x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Read the values at the length under the mouse."""
        self._hover(self._length_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Read them at the slider again."""
        self._hover(None)

    def _hover(self, length: int | None) -> None:
        if length != self._hovered:
            self._hovered = length
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the length under the mouse."""
        length = self._length_at(event.position())
        if length is not None and event.button() == Qt.MouseButton.LeftButton:
            self.length_chosen.emit(length)


def value_at(lengths: Sequence[int], curve: LengthCurve, dimensions: int) -> tuple[float, float]:
    """Return a value and its spread at a length, read off the line between measured ones."""
    if not lengths or dimensions < lengths[0]:
        return math.nan, 0.0
    places, at = np.log(lengths), math.log(dimensions)
    value, spread = (np.interp(at, places, each) for each in (curve.values, curve.spread))
    return float(value), float(spread)


def _ticks(frame: LengthFrame, line: float) -> list[tuple[float, str]]:
    """Return values at which there is a line across, and their texts."""
    least = (frame.high - frame.low) * 1.8 * line / frame.area.height()
    step = tick_step(max(least, 1e-6))
    found = [(v, tick_text(v, step)) for v in tick_values(frame.low, frame.high, step)]
    return found or [(frame.low, number_text(frame.low, _DECIMALS))]


def _pen(ordering: CurveName, theme: Theme) -> QPen:
    style, color = STYLES[ordering], color_of(ordering, theme)
    if style.dashes:
        return dashed(color, style.width, style.dashes)
    return solid(color, style.width)


def _draw_curve(
    painter: QPainter, frame: LengthFrame, lengths: Sequence[int], curve: LengthCurve
) -> None:
    known = np.isfinite(curve.values)
    at = [frame.x_of(length) for length, is_known in zip(lengths, known, strict=True) if is_known]
    values, spread = curve.values[known], curve.spread[known]
    if spread.any():
        upper = [QPointF(x, frame.y_of(v)) for x, v in zip(at, values + spread, strict=True)]
        lower = [QPointF(x, frame.y_of(v)) for x, v in zip(at, values - spread, strict=True)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(color_of(curve.ordering, theme_manager.theme), _BAND))
        painter.drawPolygon(QPolygonF([*upper, *lower[::-1]]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(curve.ordering, theme_manager.theme))
    painter.drawPolyline(
        QPolygonF([QPointF(x, frame.y_of(v)) for x, v in zip(at, values, strict=True)])
    )


def _range_of(curves: Sequence[LengthCurve]) -> tuple[float, float]:
    """Return the ends of an axis on which all values, with their spreads, have room."""
    ends = [
        each.values + sign * each.spread for each in curves for sign in (-1, 1) if len(each.values)
    ]
    known = np.concatenate(ends) if ends else np.empty(0)
    known = known[np.isfinite(known)]
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    room = max(0.05 * (high - low), 0.01)
    return low - room, high + room

"""Histogram of angles or cosines of pairs of rows, with what chance gives and the means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen

from embedviz.core.drawing.ticks import tick_step, tick_text, tick_values
from embedviz.gui.charts.drawn_widget import DrawnWidget, width_of
from embedviz.gui.charts.plot_frame import (
    NamedLine,
    PlacedLine,
    PlotFrame,
    area_below,
    dashed,
    draw_key,
    draw_lower_axis,
    draw_upright_line,
    place_key,
    solid,
)
from embedviz.gui.theme import theme_manager, with_alpha

Floats = NDArray[np.float64]

_FILL = 0.16
_ROOM_ABOVE = 1.06
_LEAST = 1e-4
"""Height of chance that is still drawn, as a share of its largest one."""


class Quantity(NamedTuple):
    """What the values of a histogram are.

    Attributes
    ----------
    title, short : str
        In words, and in a word.
    unit : str
        Written after each number, such as "°".
    decimals : int
        Of a number.
    """

    title: str
    short: str
    unit: str
    decimals: int


@dataclass(frozen=True, eq=False)
class Distribution:
    """How angles or cosines are distributed.

    Attributes
    ----------
    role : {"before", "after", "chance"}
    words, short : str
        Its name, such as "before", and how it is called where there is little room.
    edges : float64 array of shape (n + 1,)
        Ascending.
    shares : float64 array of shape (n,)
        Between the edges; with those beyond them, their sum is 1.
    mean : float
        Where a line marks it; nan where none does.
    is_dashed : bool
        Whether it is an outline with gaps, without an area below it.
    """

    role: Literal["before", "after", "chance"]
    words: str
    short: str
    edges: Floats
    shares: Floats
    mean: float = float("nan")
    is_dashed: bool = False

    @classmethod
    def of(
        cls,
        role: Literal["before", "after"],
        words: str,
        values: ArrayLike,
        edges: Floats,
        mean: float,
        *,
        is_dashed: bool = False,
    ) -> Distribution:
        """Return that of some values; the edges are equally far from each other."""
        ends = float(edges[0]), float(edges[-1])  # NumPy need not search then.
        given = np.clip(np.asarray(values), *ends)
        counts, _ = np.histogram(given, bins=len(edges) - 1, range=ends)
        return cls(role, words, words, edges, counts / max(np.size(values), 1), mean, is_dashed)

    @cached_property
    def heights(self) -> Floats:
        """Shares for each degree, or for each 1 of the cosine."""
        return np.asarray(self.shares / np.diff(self.edges))

    def share_near(self, low: float, high: float) -> float:
        """Return the share between two values, as if each bin were even."""
        below = np.concatenate([[0.0], np.cumsum(self.shares)])
        return float(np.diff(np.interp([low, high], self.edges, below))[0])

    def pen(self) -> QPen:
        """Return how it is drawn."""
        if self.role == "chance":
            return dashed(theme_manager.theme.muted, 1.2, (1.5, 2.5))
        color = getattr(theme_manager.theme, self.role)
        return dashed(color, 1.4, (4, 2.5)) if self.is_dashed else solid(color)


class PairHistogram(DrawnWidget):
    """Outlines of a few distributions over one axis; the mouse reads their shares.

    Parameters
    ----------
    name : str
        Object name.
    title : str
        What a screen reader says.
    """

    def __init__(self, name: str, title: str) -> None:
        super().__init__(name, title, size=(360, 150), least=(180, 84))
        self._quantity = Quantity(title, title, "", 2)
        self._shown: tuple[Distribution, ...] = ()
        self._span = (0.0, 1.0)
        self._limit = float("nan")
        self._hovered: float | None = None
        self.setMouseTracking(True)

    def show_distributions(
        self,
        quantity: Quantity,
        shown: Sequence[Distribution],
        span: tuple[float, float],
        limit: float = float("nan"),
    ) -> None:
        """Show other distributions.

        Parameters
        ----------
        quantity : Quantity
        shown : sequence of Distribution
            The last one is on top.
        span : (float, float)
            Ends of the axis.
        limit : float
            Where a thin line is drawn; nan: nowhere.
        """
        self._quantity, self._shown, self._span, self._limit = quantity, tuple(shown), span, limit
        self.show_message("")
        self.setAccessibleDescription(f"{quantity.title}: {', '.join(self.readings)}")

    def clear(self, message: str) -> None:
        """Show none, and say why."""
        self._shown, self._hovered = (), None
        self.show_message(message)

    @property
    def distributions(self) -> tuple[Distribution, ...]:
        """What is shown."""
        return self._shown

    @property
    def span(self) -> tuple[float, float]:
        """Ends of the axis."""
        return self._span

    @property
    def heading(self) -> str:
        """What the values are; which of them the mouse reads."""
        if self._hovered is None:
            return self._quantity.title
        low, high = self._read()
        return f"{self._number(low)} to {self._number(high)}"

    @property
    def readings(self) -> list[str]:
        """What is written beside the sample of each: its mean, or its share under the mouse."""
        if self._hovered is not None:
            low, high = self._read()
            return [f"{d.words} {100 * d.share_near(low, high):.1f} %" for d in self._shown]
        return [
            d.words if np.isnan(d.mean) else f"{d.words}, mean {self._number(d.mean)}"
            for d in self._shown
        ]

    def _number(self, value: float) -> str:
        text = f"{value:.{self._quantity.decimals}f}"
        text = text.lstrip("-") if not text.strip("-0.") else text.replace("-", "−")
        return text + self._quantity.unit

    def _read(self) -> tuple[float, float]:
        """Return the ends of the bin under the mouse."""
        assert self._hovered is not None
        edges = next((d.edges for d in self._shown if d.role != "chance"), self._shown[0].edges)
        place = int(np.clip(np.searchsorted(edges, self._hovered, "right") - 1, 0, len(edges) - 2))
        return float(edges[place]), float(edges[place + 1])

    def key(self) -> list[PlacedLine]:
        """Return what is written above, and where."""
        named = zip(self.readings, self._shown, strict=True)
        lines = [NamedLine(text, self._shortened(text, each), each.pen()) for text, each in named]
        heading = self.heading if self._hovered is not None else self._quantity.short
        # What is drawn last, over the others, is named first.
        entries = [NamedLine(self.heading, heading), *reversed(lines)]
        return place_key(entries, self.width(), self.small(), self.line_height())

    def _shortened(self, text: str, shown: Distribution) -> str:
        return text.replace(", mean", "").replace(shown.words, shown.short)

    def frame(self) -> PlotFrame:
        """Return where values are."""
        return self._frame_below(self.key())

    def _frame_below(self, key: list[PlacedLine]) -> PlotFrame:
        size = float(self.width()), float(self.height())
        area = area_below(key, size, self.line_height(), 10.0)
        tops = [float(d.heights.max(initial=0.0)) for d in self._shown]
        return PlotFrame(area, *self._span, 0.0, _ROOM_ABOVE * max(tops, default=0.0) or 1.0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the chart."""
        with QPainter(self) as painter:
            if self.message or not self._shown:
                self.draw_message(painter)
                return
            # What is beside it changes at each step of the dial, too, and has it painted again.
            shown = self._quantity, self._shown, self._span, self._limit, self._hovered
            self.draw_kept(painter, shown, self._draw)

    def _draw(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        key = self.key()
        frame, small, line = self._frame_below(key), self.small(), self.line_height()
        draw_key(painter, key, small, line)
        draw_lower_axis(painter, frame, self._ticks(frame), small, line)
        painter.setClipRect(frame.area.adjusted(-1, -1, 1, 1))
        if not np.isnan(self._limit):
            muted = solid(theme_manager.theme.muted, 1)
            draw_upright_line(painter, frame, self._limit, muted)
        if self._hovered is not None:
            low, high = self._read()
            left, right = float(frame.x_of(low)), float(frame.x_of(high))
            band = frame.area.adjusted(0, 0, 0, 0)
            band.setLeft(max(left, band.left()))
            band.setRight(max(right, band.left() + 1))
            painter.fillRect(band, with_alpha(theme_manager.theme.muted, 0.18))
        for each in self._shown:
            _draw_outline(painter, frame, each)
        for each in self._shown:
            if each.role != "chance" and not np.isnan(each.mean):
                color = each.pen().color().name()
                draw_upright_line(painter, frame, each.mean, dashed(color, 1.0, (3, 3)))

    def _ticks(self, frame: PlotFrame) -> list[tuple[float, str]]:
        low, high = self._span
        least = (width_of(self._number(-0.25), self.small()) + 12) * (high - low)
        least /= max(frame.area.width(), 1.0)
        if self._quantity.unit == "°":  # Right angles are among the round ones.
            step = next((s for s in (5.0, 10.0, 15.0, 30.0, 45.0, 90.0) if s >= least), 90.0)
        else:
            step = tick_step(least)
        return [(v, tick_text(v, step) + self._quantity.unit) for v in tick_values(low, high, step)]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Read the shares under the mouse."""
        self._hover(self._value_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Write the means again."""
        self._hover(None)

    def _value_at(self, place: QPointF) -> float | None:
        if self.message or not self._shown:
            return None
        frame = self.frame()
        return frame.value_at(place.x()) if frame.area.contains(place) else None

    def _hover(self, value: float | None) -> None:
        if value != self._hovered:
            self._hovered = value
            self.update()


def _draw_outline(painter: QPainter, frame: PlotFrame, shown: Distribution) -> None:
    if shown.role == "chance":
        across, up = (shown.edges[1:] + shown.edges[:-1]) / 2, shown.heights
        # Dashes take time to draw, also where nothing is to be seen of them.
        there = np.flatnonzero(up > _LEAST * up.max(initial=0.0))
        seen = slice(there[0], there[-1] + 1) if len(there) else slice(0)
        across, up = across[seen], up[seen]
    else:
        # Of dashes, all: where they are depends on where the line begins.
        left = float(shown.edges[0]) if shown.is_dashed else frame.left
        across, up = steps_within(shown, left, frame.right)
    line = frame.polygon(across, up)
    if shown.role != "chance" and not shown.is_dashed:
        under = frame.polygon(
            np.concatenate([across[:1], across, across[-1:]]), np.concatenate([[0.0], up, [0.0]])
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(QColor(shown.pen().color()).name(), _FILL))
        painter.drawPolygon(under)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(shown.pen())
    painter.drawPolyline(line)


def steps_within(shown: Distribution, left: float, right: float) -> tuple[Floats, Floats]:
    """Return the corners of the steps that are seen between two values, across and up.

    Bins that are as high as the one before have none: most of a narrow cone are empty.
    """
    first, last = np.searchsorted(shown.edges, [left, right]).tolist()
    first, last = max(first - 2, 0), min(last + 1, len(shown.shares))
    edges, heights = shown.edges[first : last + 1], shown.heights[first:last]
    if not len(heights):
        return edges[:0], heights
    turns = np.flatnonzero(np.diff(heights))
    across = np.concatenate([edges[:1], np.repeat(edges[turns + 1], 2), edges[-1:]])
    return across, np.repeat(heights[np.append(turns, len(heights) - 1)], 2)

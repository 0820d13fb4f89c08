"""Charts of a run over its steps: loss, alignment, uniformity, mean cosine, effective rank.

They are one widget that draws itself, not five plots of pyqtgraph. While a run is on the screen
they are drawn anew at every frame, and a plot each would lay out and paint a scene of its own for
what are a few lines; besides, one axis of steps is shared by all because there is only one. What
is drawn never has more places than the picture has columns of pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen

from embedviz.core.contrastive.frames import Measures
from embedviz.core.covariance import Vector
from embedviz.core.drawing.ticks import tick_step, tick_text, tick_values
from embedviz.gui.points.text import draw_text
from embedviz.gui.theme import GRID, theme_manager, with_alpha
from embedviz.panes.contrastive.drawn import Align, DrawnWidget, first_that_fits, width_of
from embedviz.panes.contrastive.figures import figure_text
from embedviz.panes.contrastive.tracks import (
    TRACKS,
    RunTable,
    Track,
    changes,
    step_text,
    thinned,
    value_range,
)

_LEAST_PLOT = 16.0
_WIDE = 330.0
"""Width from which on there is room for longer words beside a line."""
_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
_LARGEST = 1e150
WAITING = "Charts of the run appear with its first step."


@dataclass(frozen=True)
class _Plot:
    """Where the chart of a track is.

    Attributes
    ----------
    track : Track
    area : QRectF
        Of the lines.
    low, high : float
        The values at its lower and upper edge.
    """

    track: Track
    area: QRectF
    low: float
    high: float

    def height_of(self, values: Any) -> Any:
        """Return where values are, in pixels."""
        bounded = np.clip(values, -_LARGEST, _LARGEST)
        share = (bounded - self.low) / (self.high - self.low)
        return self.area.bottom() - share * self.area.height()


class RunCharts(DrawnWidget):
    """Small charts of a run, one below the other, and a line at the step that is shown.

    Signals
    -------
    step_chosen : (int,)
        The user pressed the mouse at a step, or drags to it: one of those that were measured.
    """

    step_chosen = Signal(int)

    def __init__(self, name: str = "contrastive.charts") -> None:
        super().__init__(name, "Charts of the run", size=(300, 400), least=(200, 230))
        self._table = RunTable()
        self._n_outputs = 0
        self._step: int | None = None
        self.show_message(WAITING)

    def show_run(self, measures: Sequence[Measures] | NDArray[Any], n_outputs: int) -> None:
        """Show the measures of a run so far.

        Parameters
        ----------
        measures : sequence of Measures, or structured array with their fields
            By rising step. The same list with more at its end is read from there on.
        n_outputs : int
            The largest effective rank.
        """
        self._table.read(measures)
        self._n_outputs = n_outputs
        self._retell()

    def show_step(self, step: int | None) -> None:
        """Mark a step, and show the numbers there; None: the last one."""
        self._step = step
        self._retell()

    def clear(self) -> None:
        """Show no run."""
        self._table.read([])
        self._step = None
        self._retell()

    @property
    def step(self) -> int | None:
        """The measured step whose numbers are shown; None without a run."""
        rows, place = self._table.rows, self._place
        return int(rows["step"][place]) if len(rows) else None

    @property
    def numbers(self) -> dict[str, str]:
        """The number beside each title, by the field of `Measures`."""
        rows = self._table.rows
        if not len(rows):
            return {}
        now = rows[self._place]
        return {track.name: figure_text(float(now[track.name]), track.decimals) for track in TRACKS}

    @property
    def _place(self) -> int:
        steps = self._table.rows["step"]
        if self._step is None:
            return len(steps) - 1
        return max(0, int(np.searchsorted(steps, self._step, side="right")) - 1)

    def _retell(self) -> None:
        numbers = self.numbers
        self.show_message("" if numbers else WAITING)
        if numbers:
            told = [f"{track.title} {numbers[track.name]}" for track in TRACKS]
            self.setAccessibleDescription(", ".join([f"Step {self.step:,}", *told]))

    # Places.

    def _title_of(self, track: Track) -> str:
        is_rank = track.name == "effective_rank"
        return f"{track.title}, of {self._n_outputs:,}" if is_rank else track.title

    def _plots(self) -> list[_Plot]:
        """Return the charts that have room, from the top."""
        line, rows = self.line_height(), self._table.rows
        room = self.height() - line - 0.5 * GRID
        count = max(1, min(len(TRACKS), int(room / (line + _LEAST_PLOT + 2))))
        each, left, right = room / count, self._left(), self._right()
        plots = []
        for place, track in enumerate(TRACKS[:count]):
            top = place * each + line + 3
            area = QRectF(left, top, max(self.width() - left - right, 8), each - line - 9)
            plots.append(_Plot(track, area, *value_range(track, rows, self._n_outputs)))
        return plots

    def _left(self) -> float:
        return width_of("−00.0", self.small()) + 6

    def _right(self) -> float:
        words = ("chance = log N",) if self._is_wide else ("chance", "floor", "best")
        return max(width_of(word, self.small()) for word in words) + 8

    @property
    def _is_wide(self) -> bool:
        return self.width() >= _WIDE * self.text_scale

    def _x_of(self, steps: Any, area: QRectF) -> Any:
        first, last = self._span()
        return area.left() + (steps - first) / (last - first) * area.width()

    def _span(self) -> tuple[float, float]:
        steps = self._table.rows["step"]
        first, last = float(steps[0]), float(steps[-1])
        return first, max(last, first + 1)

    def tip_at(self, place: QPointF) -> str:
        """Return what the chart at a place means."""
        if self.message:
            return ""
        plots = self._plots()
        line = self.line_height()
        found = [plot for plot in plots if plot.area.top() - line - 3 <= place.y()]
        if not found or place.y() > plots[-1].area.bottom() + 6:
            return ""
        track = found[-1].track
        now = self._table.rows[self._place]
        names = [f"{words[-1]} {figure_text(float(now[name]), 3)}" for name, words in track.lines]
        return f"{track.title}: {track.tip}" + (f" Now: {', '.join(names)}." if names else "")

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the step under the mouse."""
        rows = self._table.rows
        if event.button() != Qt.MouseButton.LeftButton and not event.buttons():
            return
        if len(rows):
            area = self._plots()[0].area
            share = (event.position().x() - area.left()) / area.width()
            first, last = self._span()
            wanted = first + min(max(share, 0.0), 1.0) * (last - first)
            nearest = int(np.abs(rows["step"] - wanted).argmin())
            self.step_chosen.emit(int(rows["step"][nearest]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose steps along a drag."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.mousePressEvent(event)

    # Drawing.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the charts."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.message:
                self.draw_message(painter)
                return
            plots = self._plots()
            for plot in plots:
                self._draw_title(painter, plot)
                self._draw_axis(painter, plot)
                self._draw_dashed(painter, plot)
                self._draw_track(painter, plot)
            self._draw_steps(painter, plots)

    def _draw_title(self, painter: QPainter, plot: _Plot) -> None:
        theme, line = theme_manager.theme, self.line_height()
        box = QRectF(0, plot.area.top() - line - 3, self.width(), line)
        painter.setFont(self.small(semibold=True))
        painter.setPen(QColor(theme.text))
        painter.drawText(box, Align.AlignLeft | Align.AlignVCenter, self._title_of(plot.track))
        painter.drawText(box, Align.AlignRight | Align.AlignVCenter, self.numbers[plot.track.name])

    def _draw_axis(self, painter: QPainter, plot: _Plot) -> None:
        theme, area = theme_manager.theme, plot.area
        painter.setFont(self.small())
        line = self.line_height()
        span = plot.high - plot.low
        step = tick_step(max(span * 1.3 * line / max(area.height(), 1.0), span / 4))
        for value in tick_values(plot.low, plot.high, step):
            y = float(plot.height_of(value))
            painter.setPen(QPen(QColor(theme.hairline), 1))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(QColor(theme.muted))
            box = QRectF(0, y - line / 2, area.left() - 5, line)
            painter.drawText(box, Align.AlignRight | Align.AlignVCenter, tick_text(value, step))

    def _draw_dashed(self, painter: QPainter, plot: _Plot) -> None:
        """Draw the lines that a track is compared with, and name them at their right end."""
        rows, area, taken = self._table.rows, plot.area, list[float]()
        line = self.line_height()
        for name, words in plot.track.lines:
            values = np.asarray(rows[name], np.float64)
            if not np.isfinite(values[-1]):
                continue
            places = np.asarray(self._x_of(rows["step"], area), np.float64)
            kept = changes(values)
            if len(kept) > area.width() / 2:
                curve = thinned(places, values, area.width())
                places, values = curve.places, curve.middle
            else:
                places, values = places[kept], values[kept]
            if len(rows) == 1:
                places, values = np.array([area.left(), area.right()]), values.repeat(2)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme_manager.theme.muted), 1, Qt.PenStyle.DashLine))
            painter.drawPath(path_through(places, plot.height_of(values)))
            y = float(plot.height_of(values[-1])) - line / 2
            y = min(max(y, area.top() - line / 2), area.bottom() - line / 2)
            y = _apart(y, taken, line)
            taken.append(y)
            text = first_that_fits(words, self._right() - 7, self.small())
            painter.setFont(self.small())
            painter.drawText(
                QRectF(area.right() + 6, y, self._right(), line), Align.AlignLeft, text
            )

    def _draw_track(self, painter: QPainter, plot: _Plot) -> None:
        rows, area = self._table.rows, plot.area
        color = theme_manager.theme.after
        places = np.asarray(self._x_of(rows["step"], area), np.float64)
        curve = thinned(places, rows[plot.track.name], area.width())
        low, middle, high = (
            plot.height_of(values) for values in (curve.low, curve.middle, curve.high)
        )
        if curve.is_thinned:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(with_alpha(color, 0.22))
            for part in _runs(middle):
                around = np.concatenate([curve.places[part], curve.places[part][::-1]])
                heights = np.concatenate([high[part], low[part][::-1]])
                painter.drawPath(path_through(around, heights))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(color), 1.25))
        painter.drawPath(path_through(curve.places, middle))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        for part in _runs(middle):
            if part.stop - part.start == 1:  # A line through one point is none.
                at = part.start
                painter.drawEllipse(QPointF(curve.places[at], float(middle[at])), 2, 2)

    def _draw_steps(self, painter: QPainter, plots: list[_Plot]) -> None:
        """Draw the shared axis and, over all charts, the line at the step that is shown."""
        theme, area, line = theme_manager.theme, plots[0].area, self.line_height()
        assert self.step is not None
        now = float(self._x_of(self.step, area))
        painter.setPen(QPen(QColor(theme.accent), 1))
        painter.drawLine(QLineF(now, area.top(), now, plots[-1].area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent))
        for plot in plots:
            value = self._table.rows[plot.track.name][self._place]
            if np.isfinite(value):
                painter.drawEllipse(QPointF(now, float(plot.height_of(value))), 3, 3)
        top = plots[-1].area.bottom() + 5
        text = f"step {step_text(self.step)}"
        width = width_of(text, self.small())
        left = min(max(now - width / 2, 0.0), self.width() - width)
        draw_text(painter, QPointF(left, top), text, self.small(), QColor(theme.ink(theme.accent)))
        painter.setFont(self.small())
        painter.setPen(QColor(theme.muted))
        first, last = self._span()
        for value, align in ((first, Align.AlignLeft), (last, Align.AlignRight)):
            end, said = step_text(value), width_of(step_text(value), self.small())
            x = area.left() if align == Align.AlignLeft else area.right() - said
            if x + said + GRID <= left or x >= left + width + GRID:
                painter.drawText(QRectF(x, top, said + 1, line), align, end)


def _apart(y: float, taken: list[float], line: float) -> float:
    """Return a height for a line of text that touches none of those before it."""
    for other in taken:
        if abs(y - other) < line:
            y = other + line if y >= other else other - line
    return y


def _runs(values: Vector) -> list[slice]:
    """Return the parts between gaps."""
    is_there = np.isfinite(values)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_there.astype(np.int8), [0]])))
    return [slice(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def path_through(places: Vector, heights: Vector) -> QPainterPath:
    """Return lines through points; where one is nan, there is a gap.

    The points go to Qt as it would read them from a file: made one by one, they would take longer
    than to draw them.
    """
    is_there = np.isfinite(heights)
    elements = np.zeros(len(places), _ELEMENT)
    elements["x"], elements["y"] = places, heights
    elements["kind"][1:] = is_there[:-1]  # 1 draws a line to the point, 0 begins there.
    elements = elements[is_there]
    path = QPainterPath()
    if len(elements):
        count = len(elements).to_bytes(4, "big")
        stream = QDataStream(QByteArray(count + elements.tobytes() + bytes(8)))
        stream >> path
    return path

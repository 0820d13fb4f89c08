"""Charts of a run over its steps: its loss, and what else was measured.

They are one widget that draws itself, not several plots of a charting library. While a run is on
the screen they are drawn anew at every frame, and a plot each would lay out and paint a scene of
its own for what are a few lines; besides, one axis of steps is shared by all because there is only
one. What is drawn never has more places than the picture has columns of pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent

from embedviz.core.arrays import Vector
from embedviz.gui.charts.drawn_widget import Align, DrawnWidget, width_of
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.runs.plots import RunPlot, draw_marks, run_plots
from embedviz.gui.runs.tracks import Columns, RunTable, Track
from embedviz.gui.theme import GRID, theme_manager

WAITING = "Charts of the run appear with its first step."


class RunCharts(DrawnWidget):
    """Small charts of a run, one below the other, and a line at the step that is shown.

    Parameters
    ----------
    name : str
        Object name.
    names : sequence of str
        Of what is measured; see `RunTable`.
    waiting : str
        What is said before the first step.
    write_step, write_end : callable
        Return what is written under the axis of the step that is shown, and of its ends.

    Signals
    -------
    step_chosen : (int,)
        The user pressed the mouse at a step, or drags to it: one of those that were measured.
    """

    step_chosen = Signal(int)

    def __init__(
        self,
        name: str,
        names: Sequence[str],
        waiting: str = WAITING,
        write_step: Callable[[int], str] = "step {:,}".format,
        write_end: Callable[[int], str] = "{:,}".format,
    ) -> None:
        super().__init__(name, "Charts of the run", size=(300, 400), least=(200, 240))
        self._table = RunTable(names)
        self._tracks: Sequence[Track] = ()
        self._waiting, self._write_step, self._write_end = waiting, write_step, write_end
        self._step: int | None = None
        self.show_message(waiting)

    def show_run(self, measures: Sequence[object] | NDArray[Any], tracks: Sequence[Track]) -> None:
        """Show the measures of a run so far.

        Parameters
        ----------
        measures : sequence of objects with what was measured, or structured array
            By rising step. The same measures with more after them are read from there on.
        tracks : sequence of Track
            What is drawn, from top to bottom.
        """
        self._table.read(measures)
        self._tracks = tuple(tracks)
        self._retell()

    def show_step(self, step: int | None) -> None:
        """Mark a step, and show the numbers there; None: the last one, whichever it is."""
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
        rows = self._table.rows
        return int(rows["step"][self._place]) if len(rows) else None

    @property
    def numbers(self) -> dict[str, str]:
        """The number beside each title, by the name of its track."""
        rows = self._table.rows
        if not len(rows):
            return {}
        now = rows[self._place]
        return {
            track.name: number_text(float(now[track.name]), track.decimals)
            for track in self._tracks
        }

    @property
    def titles(self) -> dict[str, str]:
        """The title of each chart, by the name of its track."""
        return {track.name: track.title for track in self._tracks}

    @property
    def _place(self) -> int:
        """Which of the measures is shown."""
        steps = self._table.rows["step"]
        if self._step is None:
            return len(steps) - 1
        return max(0, int(np.searchsorted(steps, self._step, side="right")) - 1)

    def _retell(self) -> None:
        self.show_message("" if len(self._table.rows) else self._waiting)

    def _plots(self) -> list[RunPlot]:
        size = float(self.width()), float(self.height())
        return run_plots(size, self.small(), self._table.drawn, self._tracks)

    def _span(self) -> tuple[float, float]:
        """Return the first and the last step of the axis."""
        steps = self._table.rows["step"]
        return float(steps[0]), float(max(steps[-1], steps[0] + 1))

    def _places(self, area: QRectF) -> Vector:
        """Return where the steps are, in pixels."""
        first, last = self._span()
        steps = self._table.drawn["step"]
        return area.left() + (steps - first) * (area.width() / (last - first))

    def tip_at(self, place: QPointF) -> str:
        """Return what the chart at a place means."""
        if self.message:
            return ""
        found = [plot.track for plot in self._plots() if plot.box.contains(place)]
        return self._tip_of(found[0]) if found else ""

    def _tip_of(self, track: Track) -> str:
        now = self._table.rows[self._place]
        names = [f"{words[-1]} {number_text(float(now[name]), 3)}" for name, words in track.lines]
        return track.tip + (f" At this step: {', '.join(names)}." if names else "")

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the step under the mouse."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose steps along a drag."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event.position().x())

    def _choose(self, x: float) -> None:
        if not self.message:
            nearest = np.abs(self._places(self._plots()[0].area) - x).argmin()
            self.step_chosen.emit(int(self._table.rows["step"][nearest]))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the charts."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.message:
                self.draw_message(painter)
                return
            plots, drawn, now = self._plots(), self._table.drawn, self._place
            area, numbers, titles = plots[0].area, self.numbers, self.titles
            places, bold = self._places(area), self.small(semibold=True)
            columns = Columns(places, area.width())
            for plot in plots:
                name = plot.track.name
                plot.draw_title(painter, titles[name], numbers[name], bold)
                plot.draw(painter, drawn, columns)
            shown = {track.name: float(drawn[track.name][now]) for track in self._tracks}
            draw_marks(painter, plots, float(places[now]), shown)
            self._draw_steps(painter, float(places[now]), plots[-1].area)

    def _draw_steps(self, painter: QPainter, now: float, area: QRectF) -> None:
        """Write the ends of the axis of steps, and the step that is shown."""
        theme, line, top = theme_manager.theme, self.line_height(), area.bottom() + 5
        small, text = self.small(), self._write_step(self.step or 0)
        width = width_of(text, small)
        left = min(max(now - width / 2, 0.0), self.width() - width)
        painter.setFont(small)
        painter.setPen(QColor(theme.ink(theme.accent)))
        painter.drawText(QRectF(left, top, width + 1, line), Align.AlignLeft, text)
        painter.setPen(QColor(theme.muted))
        first, last = (self._write_end(round(end)) for end in self._span())
        for end, x in ((first, area.left()), (last, area.right() - width_of(last, small))):
            said = width_of(end, small)
            if x + said + GRID <= left or x >= left + width + GRID:
                painter.drawText(QRectF(x, top, said + 1, line), Align.AlignLeft, end)

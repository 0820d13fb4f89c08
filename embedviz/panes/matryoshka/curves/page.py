"""Curves over the prefix length: how many neighbors are kept, and where the slider stands."""

from __future__ import annotations

from functools import partial

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, text_label
from embedviz.gui.widgets.prefix_slider import marks_of
from embedviz.panes.matryoshka.curves.measuring import Curves, measure
from embedviz.panes.matryoshka.curves.words import curve_name, describe_overlap
from embedviz.panes.matryoshka.page import Page
from embedviz.panes.matryoshka.settings import MatryoshkaSettings


class CurvesPage(Page):
    """Overlap with the full-length neighbors over prefix lengths."""

    name = "curves"

    def build(self) -> None:  # noqa: D102 - see Page
        # pyqtgraph takes 0.3 s to import, which is not for every start to pay.
        from embedviz.gui.widgets.charts import OverlapChart

        self._task = self.pane.calculations.new_task("overlap curve")
        self.curves: Curves | None = None
        self.chart = OverlapChart("matryoshka.curve")
        self.reading = ElidedLabel("caption")
        self.caption = text_label(kind="caption", wrap=True)
        self.tools.row.addWidget(self.reading, 1)
        self.body.addWidget(self.chart, 1)
        self.caption.setContentsMargins(GRID, 0, GRID, 0)
        self.body.addWidget(self.caption)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        active = new.active
        assert active is not None
        if self.curves is None or self.curves.vector_set is not active:
            if not self.pane.calculations.has_asked(self._task, active):
                self._clear("Measuring the overlap …")
                work = partial(measure, active, tuple(marks_of(active.dimensions)))
                self.pane.calculations.run(self._task, work, self._show, active)
        else:
            self.pane.calculations.cancel(self._task)
        self._mark(new)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if task is self._task:
            self._clear("The overlap was not measured.")

    def release(self) -> None:  # noqa: D102 - see Page
        self._clear("")

    def _clear(self, said: str) -> None:
        self.curves = None
        self.chart.clear_curves()
        self.reading.clear()
        self.caption.setText(said)

    def _show(self, curves: Curves) -> None:
        self.curves = curves
        n_vectors, dimensions = curves.vector_set.vectors.shape
        named = {
            curve_name(name, each.rank, dimensions): each.curve
            for name, each in curves.found.items()
        }
        self.chart.show_curves(curves.lengths, named, max(curves.count, 1))
        said = describe_overlap(curves.found, curves.count, n_vectors, dimensions)
        self.caption.setText(said)
        self._mark(self.pane.session.state)

    def _mark(self, state: State) -> None:
        assert state.active is not None
        dimensions = state[MatryoshkaSettings].length(state.active)
        overlap = self.chart.show_marker(dimensions)
        said = "" if overlap is None else f"At {dimensions:,}: mean overlap {overlap:.3f}"
        self.reading.setText(said)

"""Matryoshka: which neighbors survive on a prefix of the dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core import matryoshka
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.matryoshka import Overlap, PrefixQuery, PrefixSearch, measure_overlap
from embedviz.core.matryoshka.orderings import Ordering
from embedviz.core.notes import counted
from embedviz.core.progress import Report, part_of
from embedviz.core.query_vector import Query
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, caption, spin_box, text_label, with_name
from embedviz.gui.widgets.derive_button import DeriveButton
from embedviz.gui.widgets.prefix_slider import PrefixSlider
from embedviz.gui.widgets.ranked_list import Fate, Ranked, RankedList, rank
from embedviz.panes.matryoshka.settings import MatryoshkaSettings
from embedviz.panes.matryoshka.words import (
    curve_name,
    describe_kept,
    describe_no_neighbors,
    describe_overlap,
    share_of_bytes,
)

SHOWN = 10
LINES_OF_THE_REST = 9
"""Room for titles, curve and captions, in lines of the lists."""
QUERIES = 500
WORK = 2e10
"""Multiplications allowed for the neighbors of all queries; a set too large for 500 gets fewer."""
ROUNDED = 2.0**-47
"""1 − cosine of rows that differ by the rounding of float32 alone."""
ORDERINGS: dict[str, Ordering] = {
    "prefix": "prefix",
    "random dimensions": "random",
    "SVD rotation": "svd",
}


@dataclass(frozen=True, eq=False)
class PreparedQuery:
    """A query with what was prepared for it: any prefix is then answered at once."""

    state: State
    query: Query
    prefix_query: PrefixQuery
    full: tuple[Ranked, ...]
    n_others: int
    """How many rows could be its neighbors; of many, as many as were looked at."""
    n_compared: int
    """How many of the nearest rows are compared; 0 where no row is nearer than others."""


@dataclass(frozen=True, eq=False)
class Lists:
    """Neighbors at full length and on the prefix, each with what becomes of it."""

    full: tuple[Ranked, ...]
    short: tuple[Ranked, ...]
    is_zero: bool = False
    """Whether the prefix of the query is all zeros, so that it finds nothing."""

    @property
    def kept(self) -> int:
        """Number of rows in both."""
        return sum(line.fate == "kept" for line in self.full)


@dataclass(frozen=True, eq=False)
class Curves:
    """Mean overlap over prefix lengths, for prefixes and for what they are compared with."""

    vector_set: VectorSet
    lengths: tuple[int, ...]
    found: dict[str, Overlap]
    count: int

    @property
    def overlaps(self) -> dict[str, list[float]]:
        """The curves alone, by their names."""
        return {name: each.curve.tolist() for name, each in self.found.items()}


class MatryoshkaPane(Pane):
    """A slider of prefix lengths, and the neighbors found with so many dimensions."""

    title = "Matryoshka"
    name = "matryoshka"
    figure = "matryoshka"
    settings_class = MatryoshkaSettings
    kernels = (matryoshka.compile_all,)
    hint = "Open a file of vectors to see how short a prefix still finds the same neighbors."

    def build(self) -> None:  # noqa: D102 - see Pane
        # pyqtgraph takes 0.3 s to import, which is not for every start to pay.
        from embedviz.gui.widgets.charts import OverlapChart

        self._ask_task = self.calculations.new_task("preparing the query")
        self._lists_task = self.calculations.new_task("nearest rows")
        self._curve_task = self.calculations.new_task("overlap curve")
        self._search: tuple[VectorSet, PrefixSearch] | None = None
        self._prepared: PreparedQuery | None = None
        self._curves: Curves | None = None
        self._add_tools()
        self.heads = {side: ElidedLabel("title") for side in ("full", "short")}
        self.full = with_name(RankedList(), "matryoshka.full", "Neighbors at full length")
        self.short = with_name(RankedList(), "matryoshka.short", "Neighbors on the prefix")
        for ranked in (self.full, self.short):
            ranked.row_chosen.connect(lambda row: self.edit(self.session.state.queried(row)))
        self.summary = ElidedLabel("headline")
        self.chart = OverlapChart("matryoshka.curve")
        self.curve_caption = text_label(kind="caption", wrap=True)
        self._lay_out()

    def _add_tools(self) -> None:
        self.slider = with_name(
            PrefixSlider(),
            "matryoshka.dimensions",
            "Dimensions: how many of the first ones are used",
        )
        self.slider.valueChanged.connect(self._on_dimensions)
        self.slider.sliderPressed.connect(self.session.begin_gesture)
        self.slider.sliderReleased.connect(self.session.end_gesture)
        self.number = spin_box("matryoshka.number", "Dimensions: as a number")
        self.number.valueChanged.connect(self._on_dimensions)
        self.use = DeriveButton(
            self,
            "Use in all panes: add the truncated set to the library and show it",
            "truncating all rows",
            lambda _: Truncated(self._length),
        )
        self.tools.addWidget(caption("Dimensions"))
        self.tools.addWidget(self.slider, 1)
        self.tools.addWidget(self.number)
        self.tools.addWidget(self.use)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        grid.setHorizontalSpacing(3 * GRID)
        for column, (side, ranked) in enumerate((("full", self.full), ("short", self.short))):
            self.heads[side].setContentsMargins(GRID, 0, 0, 0)
            grid.addWidget(self.heads[side], 0, column)
            grid.addWidget(ranked, 1, column)
            grid.setColumnStretch(column, 1)
        beside = QHBoxLayout()
        beside.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        beside.addWidget(self.chart)
        rows = QVBoxLayout(self.picture)
        rows.setContentsMargins(0, 2 * GRID, 0, GRID)
        rows.setSpacing(GRID)
        for text in (self.summary, self.curve_caption):
            text.setContentsMargins(3 * GRID, 0, 3 * GRID, 0)
        rows.addWidget(self.summary)
        rows.addLayout(grid)
        rows.addSpacing(GRID)
        rows.addLayout(beside, 1)
        rows.addWidget(self.curve_caption)
        self.fit_text(1.0)

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Pane
        self.tool_row.setFixedHeight(self.slider.sizeHint().height() + 2 * GRID)
        self._share_height()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show all lines of the lists where there is room; what is left goes to the curve."""
        super().resizeEvent(event)
        if self.is_built:
            self._share_height()

    def _share_height(self) -> None:
        line = self.full.height_of(2) - self.full.height_of(1)
        room = self.height() - (self.tool_row.height() if self.tool_row.isVisibleTo(self) else 0)
        lines = min(max(room // line - LINES_OF_THE_REST, 4), SHOWN)
        for ranked in (self.full, self.short):
            ranked.setFixedHeight(ranked.height_of(lines))

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        active, query = new.active, new.current_query
        assert active is not None
        length = new[MatryoshkaSettings].length(active)
        for control in (self.slider, self.number):
            control.setRange(1, active.dimensions)
            control.setValue(length)
        for ranked in (self.full, self.short):
            ranked.show_selected(new.selected)
        self.heads["full"].setText(f"Full length · {active.dimensions:,}")
        self.heads["short"].setText(f"First {counted(length, 'dimension')}")
        if old.active is not active:
            self._prepared = None
            for ranked in (self.full, self.short):
                ranked.show_lines(())  # Rows of the set before.
        if self._curves is None or self._curves.vector_set is not active:
            if not self.calculations.has_asked(self._curve_task, active):
                self._draw_curve(active)
        else:
            self.calculations.cancel(self._curve_task)
        self._show_marker(length)
        if query is None:
            self._forget_query()
        elif self._prepared is None or not self._prepared.state.asks_as(new):
            if not self.calculations.has_asked(self._ask_task, new):
                work = partial(_ask, self._search_in(active), new, query)
                self.calculations.run(self._ask_task, work, self._show_prepared, new)
        else:
            self.calculations.cancel(self._ask_task)
            if old[MatryoshkaSettings] != new[MatryoshkaSettings] or not old.asks_as(new):
                self._list(self._prepared, length)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Pane
        if task is self._curve_task:
            self._curves = None
            self.curve_caption.setText("The overlap was not measured.")
        elif task is self._ask_task:
            self._prepared = None
            self.full.show_lines(())
            self.short.show_lines(())
            self.summary.setText("The neighbors were not found.")

    def facts(self, state: State) -> Sequence[str]:  # noqa: D102 - see Pane
        assert state.active is not None
        length, most = state[MatryoshkaSettings].length(state.active), state.active.dimensions
        return "cosine", f"the first {length:,} of {most:,} dimensions"

    def release(self) -> None:  # noqa: D102 - see Pane
        self._search = self._prepared = self._curves = None

    def _search_in(self, active: VectorSet) -> PrefixSearch:
        if self._search is None or self._search[0] is not active:
            self._search = (active, PrefixSearch(active.vectors))
        return self._search[1]

    def _forget_query(self) -> None:
        self._prepared = None
        self.full.show_lines(())
        self.short.show_lines(())
        self.summary.setText("Choose a row, in the library or on the map, as the query.")

    def _show_prepared(self, prepared: PreparedQuery) -> None:
        self._prepared = prepared
        self._list(prepared, self._length)

    def _list(self, prepared: PreparedQuery, dimensions: int) -> None:
        work = partial(_compare, prepared, dimensions)
        self.calculations.run(
            self._lists_task, work, partial(self._show_lists, prepared, dimensions)
        )

    def _show_lists(self, prepared: PreparedQuery, dimensions: int, lists: Lists) -> None:
        if prepared is not self._prepared:
            return
        self.full.show_lines(lists.full)
        self.short.show_lines(lists.short)
        self.summary.setText(_summary(prepared, lists, dimensions))

    def _draw_curve(self, active: VectorSet) -> None:
        self._curves = None
        self.chart.clear_curves()
        self.curve_caption.setText("Measuring the overlap …")
        lengths = tuple(self.slider.marks)
        work = partial(_measure, active, lengths)
        self.calculations.run(self._curve_task, work, self._show_curves, active)

    def _show_curves(self, curves: Curves) -> None:
        self._curves = curves
        n_vectors, dimensions = curves.vector_set.vectors.shape
        named = {
            curve_name(name, each.rank, dimensions): each.curve
            for name, each in curves.found.items()
        }
        self.chart.show_curves(curves.lengths, named, max(curves.count, 1))
        said = describe_overlap(curves.found, curves.count, n_vectors, dimensions)
        self.curve_caption.setText(said)
        self._show_marker(self._length)

    def _show_marker(self, dimensions: int) -> None:
        overlap = self.chart.show_marker(dimensions)
        if overlap is not None:
            self.heads["short"].setText(
                f"First {counted(dimensions, 'dimension')} · mean overlap {overlap:.3f}"
            )

    def _on_dimensions(self, dimensions: int) -> None:
        self.edit(self.session.state.with_settings(MatryoshkaSettings(dimensions)))

    @property
    def _length(self) -> int:
        state = self.session.state
        assert state.active is not None
        return state[MatryoshkaSettings].length(state.active)


def _ask(search: PrefixSearch, state: State, query: Query, report: Report) -> PreparedQuery:
    """Multiply the query with all rows, once. Runs off the UI thread."""
    assert state.active is not None
    prefix_query = search.query(query.vector)
    rows, cosines = prefix_query.top(state.active.dimensions, 3 * SHOWN, exclude=query.exclude)
    n_compared = _n_compared(len(rows))
    # Of rows that are all equally near, any may come first.
    if n_compared and cosines[0] - cosines[n_compared] < ROUNDED:
        n_compared = 0
    full = rank(state.active, rows[:SHOWN], cosines[:SHOWN])
    return PreparedQuery(state, query, prefix_query, tuple(full), len(rows), n_compared)


def _n_compared(n_others: int) -> int:
    """Return how many neighbors to compare: half of the other rows at most.

    Of ten rows, the ten nearest are the same on any prefix, and of eleven nine at least.
    """
    return min(SHOWN, n_others // 2)


def _compare(prepared: PreparedQuery, dimensions: int, report: Report) -> Lists:
    """Find the neighbors on a prefix. Runs off the UI thread."""
    assert prepared.state.active is not None
    count, full = prepared.n_compared, prepared.full
    if not prepared.query.vector[:dimensions].any():
        return Lists(_judged(full, set(), "lost", count), (), is_zero=True)
    found = prepared.prefix_query.top(dimensions, SHOWN, exclude=prepared.query.exclude)
    short = rank(prepared.state.active, *found)
    both = {line.row for line in full[:count]} & {line.row for line in short[:count]}
    return Lists(_judged(full, both, "lost", count), _judged(short, both, "new", count))


def _judged(
    lines: Sequence[Ranked], both: set[int], otherwise: Fate, count: int
) -> tuple[Ranked, ...]:
    """Say of the first lines what becomes of them; the others are not compared."""
    judged = [
        replace(line, fate="kept" if line.row in both else otherwise) for line in lines[:count]
    ]
    return (*judged, *lines[count:])


def _summary(prepared: PreparedQuery, lists: Lists, dimensions: int) -> str:
    assert prepared.state.active is not None
    name, count = one_line(prepared.query.name), prepared.n_compared
    if not count:
        is_zero = not prepared.query.vector.any()
        return describe_no_neighbors(name, prepared.n_others, is_zero=is_zero)
    kept = describe_kept(lists.kept, count, prepared.n_others)
    share = share_of_bytes(dimensions, prepared.state.active.dimensions)
    zeros = ", which are all zeros" if lists.is_zero else ""
    return f"“{name}” {kept} with {share}{zeros}"


def _measure(vector_set: VectorSet, lengths: tuple[int, ...], report: Report) -> Curves:
    """Compute the overlap curves. Runs off the UI thread."""
    affordable = round(WORK / max(vector_set.vectors.size, 1))
    queries = min(QUERIES, max(affordable, 30), len(vector_set))
    count = _n_compared(len(vector_set) - 1)
    found = {}
    for step, (name, ordering) in enumerate(ORDERINGS.items()):
        part = part_of(report, step / len(ORDERINGS), (step + 1) / len(ORDERINGS))
        found[name] = measure_overlap(
            vector_set.vectors, lengths, max(count, 1), queries, ordering, draws=3, report=part
        )
    return Curves(vector_set, lengths, found, count)

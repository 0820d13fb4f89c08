"""The page of word similarity: pairs that people judged, against their cosines."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.selection import Change
from embedviz.core.wording import shown_name
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.pages.controls import Controls
from embedviz.gui.pages.page import Page
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import Segments, caption, text_label, tool_button
from embedviz.gui.widgets.settings_gear import SettingsGear
from embedviz.panes.analogies.file_choice import FileChoice, Offered
from embedviz.panes.analogies.line_table import Cell, LineTable, TableColumn, TableLine
from embedviz.panes.analogies.similarity.measuring import (
    NAMED,
    MeasuredSimilarity,
    SimilarityRun,
    chosen_pairs,
    judged_pairs_of,
    measure_similarity,
)
from embedviz.panes.analogies.similarity.scatter import PairPoints, SimilarityScatter
from embedviz.panes.analogies.similarity.settings import SimilaritySettings
from embedviz.panes.analogies.similarity.words import (
    COLORS,
    INVITATION,
    describe_correlation,
    describe_pairs_left_out,
    pair_name,
)

_KINDS = "Word similarity (*.txt *.tsv *.csv *.tab *.gz);;All files (*)"
_LISTED = ("pairs", "skipped")
_MOST_LISTED = 5_000
_NARROW = 640
"""Width in pixels below which the list is as wide as the picture."""
_COLUMNS = (
    TableColumn("name", "Pair", "Click one to select both of its rows everywhere"),
    TableColumn("judged", "Judged", "What people said"),
    TableColumn("cosine", "Cosine", "Of the two rows, in all dimensions", 1),
    TableColumn(
        "gap",
        "Off by",
        "Place by cosine minus place by judgment, in percent of all places: + nearer than people "
        "say, − farther",
        2,
    ),
)
_COLUMNS_OF_SKIPPED = (
    TableColumn("name", "Pair", "A word of it is not in the set"),
    TableColumn("judged", "Judged", "What people said"),
)


class SimilarityPage(Page):
    """A scatter plot of judged pairs, the correlations, and where they disagree most."""

    name = "similarity"
    least_height, good_height = 260, 480

    def build(self) -> None:  # noqa: D102 - see Page
        self._task = self.pane.calculations.new_task("measuring word similarity")
        self.measured: MeasuredSimilarity | None = None
        self._add_tools()
        self.headline = text_label(kind="headline", wrap=True)
        self.about = text_label(kind="caption", wrap=True)
        self.scatter = SimilarityScatter("analogies.similarity.scatter")
        self.scatter.pairs_chosen.connect(self._on_pairs)
        self.scatter.setToolTip("Drag around points to select their rows. " + COLORS)
        self.list = LineTable(
            "analogies.similarity.list", "Pairs, the most surprising first", good_name=90
        )
        self.list.line_chosen.connect(lambda key: self._on_pairs([int(key)], "replace"))
        self._lay_out()

    def _add_tools(self) -> None:
        self.files = FileChoice(
            self,
            "analogies.similarity.pairs",
            "Pairs: judged pairs of this set, or a file of word similarity; or drop one here",
            "Word similarity",
            _KINDS,
        )
        self.files.file_chosen.connect(self.take_file)
        self.files.offer_chosen.connect(lambda name: self.set(path="", judge=name))
        self.gear = SettingsGear(
            "analogies.similarity",
            "how words are found in the set",
            SimilaritySettings,
            ("ignore_case",),
            lambda field, value: self.set(**{field: value}),
        )
        self.tools.row.addWidget(caption("Pairs"))
        self.tools.row.addWidget(self.files.box)
        self.tools.row.addStretch(1)
        self.tools.row.addWidget(self.gear)

    def _lay_out(self) -> None:
        self.choose = tool_button(
            "analogies.similarity.choose", "Choose a file …", "Choose a file of word similarity"
        )
        self.choose.clicked.connect(self.files.ask)
        self.listed = Segments("analogies.similarity.listed", "List", ("Pairs", "Skipped"))
        self.listed.chosen.connect(lambda place: self.set(listed=_LISTED[place]))
        self.body.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        for part in (self.headline, self.about, self.choose):
            self.body.addWidget(part)
        self._parts = QWidget()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._parts)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(2 * GRID)
        self._columns.addWidget(self.scatter, 3)
        beside = QWidget()
        rows = QVBoxLayout(beside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID // 2)
        head = Controls()
        head.row.addWidget(self.listed)
        head.row.addStretch(1)
        rows.addWidget(head)
        rows.addWidget(self.list, 1)
        self._columns.addWidget(beside, 2)
        self.body.addWidget(self._parts, 1)
        self._filler = QWidget()
        self.body.addWidget(self._filler, 1)

    def arrange(self) -> None:
        """Put the list below the picture in a window that is higher than it is wide."""
        way = QBoxLayout.Direction
        is_wide = self.width() >= 0.9 * self.height()
        # In a narrow one, the columns of the list need half of it.
        is_narrow = self.width() < _NARROW * self.text_scale
        for place, share in enumerate((1, 1) if is_narrow else (3, 2)):
            self._columns.setStretch(place, share)
        self._columns.update()  # Else the other shares wait for the next event that needs room.
        self._columns.setDirection(way.LeftToRight if is_wide else way.TopToBottom)

    def take_file(self, path: str) -> None:
        """Measure the pairs of a file that the user chose, or dropped."""
        if path == self.pane.session.state[SimilaritySettings].path:
            self.measured = None  # It may have changed, or come back.
            self.pane.calculations.cancel(self._task)
            self._measure(self.pane.session.state)
        else:
            self.set(path=path)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        own = new[SimilaritySettings]
        chosen = chosen_pairs(new)
        offered = [Offered(shown_name(each.name), each.name) for each in judged_pairs_of(new)]
        self.files.show_choice(offered, own.path, "" if chosen is None else chosen.name)
        self.gear.show_settings(own)
        self._measure(new)
        self._mark(new)

    def _measure(self, state: State) -> None:
        run, measured = SimilarityRun.of(state), self.measured
        calculations = self.pane.calculations
        if run is None:
            calculations.cancel(self._task)
            self._clear("How well do cosines follow what people say?", INVITATION, can_choose=True)
        elif measured is not None and measured.run == run:
            self._list(measured, state)
        elif not calculations.has_asked(self._task, run):
            if measured is None or measured.run.vector_set is not run.vector_set:
                self._clear("Measuring …")
            calculations.run(self._task, partial(measure_similarity, run), self._show, run)

    def _show(self, measured: MeasuredSimilarity) -> None:
        self.measured, report = measured, measured.report
        if report is None or measured.order is None or measured.gaps is None:
            self._clear("The pairs cannot be measured.", measured.problem, can_choose=True)
            self.measured = measured
            return
        self._show_parts(has_results=True)
        self.headline.setText(describe_correlation(measured))
        self.about.setText(describe_pairs_left_out(measured))
        self.about.setVisible(True)
        names = report.words
        points = PairPoints(
            report.scores,
            report.cosines,
            lambda which: pair_name(*names[which]),
            measured.order[:NAMED].tolist(),
            measured.gaps,
        )
        self.scatter.show_pairs(points)
        state = self.pane.session.state
        self._list(measured, state)
        self._mark(state)

    def _list(self, measured: MeasuredSimilarity, state: State) -> None:
        report, listed = measured.report, state[SimilaritySettings].listed
        if report is None or measured.order is None or measured.gaps is None:
            return
        self.listed.show_choice(_LISTED.index(listed))
        if listed == "skipped":
            lines = [
                TableLine("-1", pair_name(a, b), {"judged": Cell(f"{score:g}", score)})
                for a, b, score in measured.skipped[:_MOST_LISTED]
            ]
            self.list.show_lines(_COLUMNS_OF_SKIPPED, lines)
            return
        places = measured.order[:_MOST_LISTED].tolist()
        self.list.show_lines(_COLUMNS, [_line(measured, place) for place in places])

    def _mark(self, state: State) -> None:
        """Mark the pairs both rows of which are selected."""
        report = None if self.measured is None else self.measured.report
        if report is None:
            return
        is_selected = np.isin(report.rows, state.selected.rows)
        within = is_selected[:, 0] & is_selected[:, 1]
        self.scatter.show_selected(within)
        marked = np.flatnonzero(within)
        self.list.choose(str(marked[0]) if len(marked) == 1 else "")

    def _on_pairs(self, pairs: list[int], change: Change) -> None:
        report = None if self.measured is None else self.measured.report
        if report is None or any(pair < 0 for pair in pairs):
            return
        rows = np.unique(report.rows[pairs]) if pairs else np.empty(0, dtype=np.intp)
        state = self.pane.session.state
        if len(rows) or change == "replace":
            self.pane.edit(state.selecting(rows[rows >= 0], change))

    def _clear(self, headline: str, about: str = "", *, can_choose: bool = False) -> None:
        self.measured = None
        self.headline.setText(headline)
        self.about.setText(about)
        self.about.setVisible(bool(about))
        self.scatter.clear()
        self._show_parts(has_results=False, can_choose=can_choose)

    def _show_parts(self, *, has_results: bool, can_choose: bool = False) -> None:
        self._parts.setVisible(has_results)
        self._filler.setVisible(not has_results)
        self.choose.setVisible(can_choose)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if task is self._task:
            self._clear("The pairs were not measured." if failed else "Stopped.", can_choose=True)

    def release(self) -> None:  # noqa: D102 - see Page
        self._clear("")


def _line(measured: MeasuredSimilarity, place: int) -> TableLine:
    report, gaps = measured.report, measured.gaps
    assert report is not None
    assert gaps is not None
    gap = 100 * float(gaps[place])
    sign = "+" if gap >= 0.5 else ""
    color = "after" if gap > 0 else "before"
    score, cosine = float(report.scores[place]), float(report.cosines[place])
    cells = {
        "judged": Cell(f"{score:g}", score),
        "cosine": Cell(number_text(cosine, 3), cosine),
        "gap": Cell(f"{sign}{number_text(gap, 0)} %", gap, color=color),
    }
    return TableLine(str(place), pair_name(*report.words[place]), cells)

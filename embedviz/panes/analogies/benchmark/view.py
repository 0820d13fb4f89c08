"""What the page shows: the result in words, sections, bands, and what is behind them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.core.analogies.benchmark import BenchmarkReport
from embedviz.core.analogies.scoring import Method
from embedviz.gui.pages.controls import Controls
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    Segments,
    combo_box,
    set_text_in_place,
    text_label,
    tool_button,
    with_name,
)
from embedviz.panes.analogies.benchmark.band_chart import BandChart
from embedviz.panes.analogies.benchmark.compared import ComparedSets
from embedviz.panes.analogies.benchmark.counting import ALL, numbers_listed, wrong_answers
from embedviz.panes.analogies.benchmark.details import (
    DETAILS,
    WRONG_COLUMNS,
    band_columns,
    wrong_lines,
)
from embedviz.panes.analogies.benchmark.question_lines import (
    COLUMN_OF_OTHER,
    COLUMNS,
    QuestionLines,
)
from embedviz.panes.analogies.benchmark.section_lines import columns_of, lines_of
from embedviz.panes.analogies.benchmark.settings import FILTERS, BenchmarkSettings
from embedviz.panes.analogies.benchmark.words import (
    describe_frequency,
    describe_listed,
    describe_wrong,
    name_of,
)
from embedviz.panes.analogies.line_table import LineTable

_WIDE = 1000
"""Width from which on bands and details are beside the sections, not below them, in pixels."""
_LEAST_TABLE, _LEAST_BELOW = 120, 110


class BenchmarkView(QWidget):
    """Words above, the sections, and beside or below them bands and details of the chosen one."""

    def __init__(self) -> None:
        super().__init__()
        self._scale = 1.0
        self.headline = with_name(text_label(kind="headline", wrap=True), "headline", "Result")
        self.counts = text_label(kind="caption", wrap=True)
        self.verdict = with_name(text_label(kind="title", wrap=True), "title", "Comparison")
        self.numbers = text_label(kind="caption", wrap=True)
        for label in (self.headline, self.verdict):
            label.setToolTip("")
        self.table = LineTable("analogies.benchmark.sections", "Sections of the questions")
        self.bands = BandChart("analogies.benchmark.bands")
        self._add_details()
        self._add_choices()
        self._lay_out()

    def _add_details(self) -> None:
        self.details = Segments(
            "analogies.benchmark.details", "Below", ("Wrong answers", "Questions")
        )
        self.filter = combo_box(
            "analogies.benchmark.filter", "List: which questions are listed", FILTERS
        )
        self.about = text_label(kind="caption", wrap=True)
        self.list = LineTable(
            "analogies.benchmark.list",
            "Wrong answers, or questions",
            is_sorted=False,
            walks=False,
            good_name=190,
        )

    def _add_choices(self) -> None:
        """Add what is offered where there is nothing to show."""
        self.relocate = tool_button(
            "analogies.benchmark.relocate", "Choose the file …", "Choose where the file is now"
        )
        self.skip = tool_button(
            "analogies.benchmark.skip",
            "Ask the bundled relations",
            "Ask the relations that come with the program instead",
        )
        self._choices = QWidget()
        row = QHBoxLayout(self._choices)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.relocate)
        row.addWidget(self.skip)
        row.addStretch(1)
        self._choices.hide()

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        rows.setSpacing(GRID // 2)
        for part in (self.headline, self.counts, self.verdict, self.numbers, self._choices):
            rows.addWidget(part)
        self._parts = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._parts.setSpacing(GRID)
        self._parts.addWidget(self.table, 3)
        self._below = QWidget()
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._below)
        self._halves.setContentsMargins(0, 0, 0, 0)
        self._halves.setSpacing(2 * GRID)
        self._halves.addWidget(self.bands, 2)
        self._detail = QWidget()
        detail = QVBoxLayout(self._detail)
        detail.setContentsMargins(0, 0, 0, 0)
        detail.setSpacing(GRID // 2)
        head = Controls()
        head.row.addWidget(self.details)
        head.row.addStretch(1)
        head.row.addWidget(self.filter)
        detail.addWidget(head)
        detail.addWidget(self.about)
        detail.addWidget(self.list, 1)
        self._halves.addWidget(self._detail, 3)
        self._parts.addWidget(self._below, 2)
        rows.addLayout(self._parts, 1)
        self._filler = QWidget()
        rows.addWidget(self._filler, 1)
        self._filler.hide()
        self.fit_text(1.0)

    def fit_text(self, scale: float) -> None:
        """Make room for text of another size."""
        self._scale = scale
        self.table.setMinimumHeight(_LEAST_TABLE)
        self._below.setMinimumHeight(_LEAST_BELOW)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put bands and details where there is room for them."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        way = QBoxLayout.Direction
        is_wide = self.width() >= _WIDE * self._scale
        self._parts.setDirection(way.LeftToRight if is_wide else way.TopToBottom)
        self._halves.setDirection(way.TopToBottom if is_wide else way.LeftToRight)

    def say(self, headline: str, counts: str = "", verdict: str = "", numbers: str = "") -> None:
        """Say what was found, or why there is nothing."""
        for label, text in (
            (self.headline, headline),
            (self.counts, counts),
            (self.verdict, verdict),
            (self.numbers, numbers),
        ):
            _say(label, text)

    def show_parts(
        self, *, has_results: bool, offers_file: bool = False, is_bundled: bool = False
    ) -> None:
        """Show tables and chart, or nothing but words and what to do.

        Parameters
        ----------
        has_results : bool
        offers_file : bool
            Whether other questions are offered.
        is_bundled : bool
            Whether the bundled relations are what was asked, so that they are no way out.
        """
        self.table.setVisible(has_results)
        self._below.setVisible(has_results)
        self._filler.setVisible(not has_results)
        self._choices.setVisible(offers_file)
        self.skip.setVisible(not is_bundled)
        self.relocate.setText("Choose a file …" if is_bundled else "Choose the file …")

    def show_stale(self, is_stale: bool) -> None:
        """Dim the words and the sections of other settings than those that are chosen."""
        for part in (self.headline, self.counts, self.verdict, self.numbers, self.table):
            part.setEnabled(not is_stale)

    def show_report(
        self,
        state: State,
        reports: Mapping[Method, BenchmarkReport],
        report: BenchmarkReport,
        compared: ComparedSets | None,
    ) -> None:
        """Show a result: of all methods that were measured, and in detail of one.

        Parameters
        ----------
        state : State
            Says which section is chosen, and what is listed of it.
        reports : mapping of Method to BenchmarkReport
        report : BenchmarkReport
            One of them.
        compared : ComparedSets or None
        """
        other = "" if compared is None else compared.name
        columns = columns_of(report.method, list(reports), other)
        self.table.show_lines(columns, lines_of(report.method, reports, compared))
        own = state[BenchmarkSettings]
        key = own.section if self.table.shown.place(own.section) >= 0 else ALL
        self.table.choose(key)
        bands = band_columns(report, key, compared)
        if bands:
            by_frequency = report.is_by_frequency
            self.bands.show_bands(bands, "this set", other, is_by_frequency=by_frequency)
            self.bands.setToolTip(describe_frequency(is_by_frequency=by_frequency))
        else:
            self.bands.clear(f"Nothing was asked: {name_of(key)}.")
        self.details.show_choice(DETAILS.index(own.detail))
        self.filter.setVisible(own.detail == "questions")
        self.filter.setCurrentIndex([value for _, value in FILTERS].index(own.filter))
        if own.detail == "wrong":
            wrong = wrong_answers(report, key)
            _say(self.about, describe_wrong(wrong, key))
            self.list.show_lines(WRONG_COLUMNS, wrong_lines(wrong))
            return
        theirs = None if compared is None else compared.other
        numbers = numbers_listed(report, theirs, key, own.filter)
        _say(self.about, describe_listed(key, len(numbers), own.filter, is_compared=bool(other)))
        asked = COLUMNS if theirs is None else (*COLUMNS[:3], COLUMN_OF_OTHER, *COLUMNS[3:])
        self.list.show_lines(asked, QuestionLines(report, numbers, theirs))


def _say(label: QLabel, text: str) -> None:
    set_text_in_place(label, text)
    label.setVisible(bool(text))

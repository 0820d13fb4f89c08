"""What the page shows of all relations: words and bars at the left, tables at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from embedviz.core.analogies.benchmark.intervals import wilson_interval
from embedviz.core.analogies.explaining import is_by_frequency
from embedviz.core.notes import counted
from embedviz.core.wording import one_line
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, text_label, tool_button
from embedviz.panes.analogies.benchmark.band_chart import BandChart, BandColumn, BandShare
from embedviz.panes.analogies.breaks.measuring import BandBreak, MeasuredBreaks
from embedviz.panes.analogies.breaks.tables import (
    RELATION_COLUMNS,
    SET_COLUMNS,
    WRONG_COLUMNS,
    relation_lines,
    set_lines,
    wrong_lines,
)
from embedviz.panes.analogies.breaks.ways_chart import WaysChart
from embedviz.panes.analogies.breaks.words import (
    band_name,
    describe_baselines,
    describe_failures,
    describe_nearest,
    describe_offsets,
    describe_others,
    describe_sample,
    headline,
    way_bars,
)
from embedviz.panes.analogies.line_table import LineTable

_NARROW = 680
"""Width below which the tables are below the words, in pixels."""
_HEADS = ("What an offset is", "Why ≈ is “nearest”", "What the offset adds", "What fails")


class BreaksOverview(QWidget):
    """Measured words, bars and bands; relations, their wrong answers, and versions of the set.

    Signals
    -------
    relation_chosen : (str,)
        Whose wrong answers are to be listed.
    question_chosen : (int,)
        Number of a question that is to be explained.
    opened : (str,)
        A relation that is to be seen on its own page.
    """

    relation_chosen = Signal(str)
    question_chosen = Signal(int)
    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._scale = 1.0
        self._relation = ""
        self.ways, self.bands = WaysChart(), BandChart("analogies.breaks.bands")
        self.headline = text_label(kind="headline", wrap=True)
        self.paragraphs = {name: text_label(wrap=True) for name in _HEADS}
        self.relations = LineTable(
            "analogies.breaks.relations", "Relations, those that fail most first"
        )
        self.relations.line_chosen.connect(self.relation_chosen)
        self.wrong = LineTable(
            "analogies.breaks.wrong", "Wrong answers of the chosen relation", is_sorted=False
        )
        self.wrong.line_chosen.connect(lambda key: self.question_chosen.emit(int(key)))
        self.sets = LineTable("analogies.breaks.sets", "Versions of the set", is_sorted=False)
        self.sets_head = text_label("Whitened, truncated and other versions", "title")
        self.sets_said = text_label(kind="caption", wrap=True)
        self.wrong_head = ElidedLabel("title")
        self.open = tool_button(
            "analogies.breaks.open",
            "See all its arrows",
            "See all its arrows: this relation, on the page Relations",
        )
        self.open.clicked.connect(lambda: self.opened.emit(self._relation))
        self.caption = text_label(kind="caption", wrap=True)
        self._lay_out()

    def _lay_out(self) -> None:
        self.words = self._words()
        tables = QVBoxLayout()
        tables.setContentsMargins(GRID, GRID, 2 * GRID, GRID)
        tables.setSpacing(GRID // 2)
        tables.addWidget(self.relations, 5)
        head = QHBoxLayout()
        head.addWidget(self.wrong_head, 1)
        head.addWidget(self.open)
        tables.addLayout(head)
        tables.addWidget(self.wrong, 3)
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._parts.setSpacing(0)
        self._parts.addWidget(self.words, 4)
        self._parts.addLayout(tables, 5)
        self._tables = tables
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._rows.addLayout(self._parts, 1)
        self._is_narrow: bool | None = None
        self._arrange(is_narrow=False)
        self.fit_text(1.0)

    def _words(self) -> QScrollArea:
        """Return the headline, the bars and the paragraphs, which scroll."""
        inside = QWidget()
        rows = self._said = QVBoxLayout(inside)
        rows.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        rows.setSpacing(GRID)
        rows.addWidget(self.headline)
        rows.addWidget(self.ways)
        for name, label in self.paragraphs.items():
            rows.addWidget(text_label(name, "title"))
            rows.addWidget(label)
        rows.addWidget(self.bands)
        rows.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName("What holds in this set, in words")
        scroll.setObjectName("analogies.breaks.words")
        scroll.setWidget(inside)
        return scroll

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put the tables below the words where there is little width."""
        super().resizeEvent(event)
        self._arrange(is_narrow=self.width() < _NARROW * self._scale)

    def _arrange(self, *, is_narrow: bool) -> None:
        """Put words and tables beside or below each other.

        There is little height for them below each other: what is less than both scrolls then.
        """
        if is_narrow == self._is_narrow:
            return
        is_first, self._is_narrow = self._is_narrow is None, is_narrow
        way = QBoxLayout.Direction
        self._parts.setDirection(way.TopToBottom if is_narrow else way.LeftToRight)
        for part in (self.sets_head, self.sets, self.sets_said, self.caption):
            was_hidden = part.isHidden()
            if is_narrow:
                self._said.insertWidget(self._said.count() - 1, part)  # Before what is left over.
            else:
                (self._rows if part is self.caption else self._tables).addWidget(part)
            if not is_first:
                part.setHidden(was_hidden)  # A moment without a parent has hidden it.
        side = 0 if is_narrow else 2 * GRID
        self.caption.setContentsMargins(side, 0, side, GRID)
        self._tables.setContentsMargins(2 * GRID if is_narrow else GRID, GRID, 2 * GRID, GRID)

    def fit_text(self, scale: float) -> None:
        """Make room for text of another size."""
        self._scale = scale
        self.ways.setMinimumHeight(round(132 * scale))
        self.bands.setMinimumHeight(round(132 * scale))
        for table, least in ((self.relations, 120), (self.wrong, 72)):
            table.setMinimumHeight(round(least * scale))

    def show_measured(self, measured: MeasuredBreaks) -> None:
        """Show what was measured of a set."""
        by_frequency = is_by_frequency(measured.wanted.vector_set)
        self.headline.setText(_unbroken(headline(measured)))
        self.ways.show_bars(way_bars(measured.shares, measured.chance))
        said = (
            describe_offsets(measured),
            describe_nearest(measured),
            describe_baselines(measured),
            describe_failures(measured, is_by_frequency=by_frequency),
        )
        for label, text in zip(self._labels(), said, strict=True):
            label.setText(_unbroken(text))
        bands = [_column(each) for each in measured.bands]
        self.bands.setVisible(len(bands) > 1)
        self.bands.show_bands(bands, "", is_by_frequency=by_frequency)
        self.relations.show_lines(RELATION_COLUMNS, relation_lines(measured))
        self.sets_said.setText(describe_others(measured))
        is_compared = bool(measured.others)
        for part in (self.sets_head, self.sets):
            part.setVisible(is_compared)
        if is_compared:
            lines = set_lines(measured)
            self.sets.show_lines(SET_COLUMNS, lines)
            self.sets.setFixedHeight(self._height_of(self.sets, len(lines)))
        self.caption.setText(describe_sample(measured))

    def _labels(self) -> list[QLabel]:
        return list(self.paragraphs.values())

    @staticmethod
    def _height_of(table: LineTable, n_lines: int) -> int:
        line = table.verticalHeader().defaultSectionSize()
        return table.horizontalHeader().sizeHint().height() + line * n_lines + 4

    def show_relation(self, measured: MeasuredBreaks, name: str | None) -> None:
        """List the wrong answers of a relation, or else of the one that fails most."""
        relation = measured.relation(name)
        # Sections of a file are no relations that could be shown on the other page.
        self.open.setEnabled(relation is not None and not measured.wanted.path)
        if relation is None:
            self.wrong_head.setText("")
            self.wrong.show_lines(WRONG_COLUMNS, ())
            return
        self._relation = relation.name
        self.relations.choose(relation.name)
        n_wrong, n_asked = len(relation.wrong), relation.shares.n_questions
        title = one_line(relation.name)
        if n_wrong:
            said = f"{title}: {n_wrong:,} of {n_asked:,} wrong"
        else:
            said = f"{title}: {counted(n_asked, 'answer')}, none of them wrong"
        self.wrong_head.show_about(title, said)
        self.wrong.show_lines(WRONG_COLUMNS, wrong_lines(measured, relation))


def _unbroken(text: str) -> str:
    """Return a text in which no line ends between a number and its percent sign."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def _column(band: BandBreak) -> BandColumn:
    name = band_name(band)
    share = band.shares.of("offset")
    total = band.shares.n_questions
    correct = round(share * total) if total else 0
    low, high = wilson_interval(correct, total)
    return BandColumn(name, f"–{_short(band.last)}", BandShare(correct, total, low, high))


def _short(number: int) -> str:
    return f"{number / 1000:g}k" if number >= 1000 else f"{number}"

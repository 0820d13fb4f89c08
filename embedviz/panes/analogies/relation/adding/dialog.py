"""Dialog in which a relation is added: pairs that are typed, pasted or read, or two columns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet
from embedviz.gui.keyboard.reading_order import DialogInReadingOrder
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    Segments,
    caption,
    combo_box,
    hairline,
    keep_on_screen,
    text_label,
    tool_button,
    with_name,
)
from embedviz.panes.analogies.relation.adding.file_dialog import header_box
from embedviz.panes.analogies.relation.adding.reading import (
    ReadRelations,
    describe_typed,
    read_typed,
)
from embedviz.panes.analogies.relation.settings import KeptRelation

_SIZE = 460, 420
_PAUSE = 200
"""Milliseconds without typing after which the pairs are looked at."""
_LINES, _COLUMNS = range(2)
_MOST_LOOKED_AT = 50_000
"""Rows of a set whose columns are looked at while they are chosen."""
_LABELS = "the labels"
_EXAMPLE = "france  paris\nitaly  rome\njapan: tokyo\nking,queen"


class AddRelationDialog(DialogInReadingOrder):
    """A relation to add.

    Signals
    -------
    relations_given : (list of KeptRelation,)
        The relations, of which the first is to be shown.
    file_wanted : ()
        They are to be read from a file.

    Parameters
    ----------
    vector_set : VectorSet
    columns : sequence of str
        Of its metadata, whose values may be labels.
    parent : QWidget
    """

    relations_given = Signal(list)
    file_wanted = Signal()

    def __init__(self, vector_set: VectorSet, columns: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._set = vector_set
        self.setWindowTitle("Add a relation")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("analogies.relation.add.dialog")
        self.ways = Segments(
            "analogies.relation.add.way", "Where the pairs are", ("Lines", "Two columns")
        )
        self.ways.chosen.connect(self._show_way)
        self.ways.button(_COLUMNS).setEnabled(bool(columns))
        self.name = with_name(
            QLineEdit(), "analogies.relation.add.name", "Name of the relation: as you call it"
        )
        self.name.setPlaceholderText("name, such as country → currency")
        self.name.textChanged.connect(lambda _: self._look_soon())
        self._pages = QStackedWidget()
        self._pages.addWidget(self._lines_page())
        self._pages.addWidget(self._columns_page(columns))
        self.said = text_label(kind="caption", wrap=True)
        self.said.setMinimumHeight(3 * self.fontMetrics().height())
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._look)
        self._lay_out()
        self.resize(*_SIZE)
        keep_on_screen(self)
        self._show_way(_LINES)

    def _lines_page(self) -> QWidget:
        self.text = with_name(
            QPlainTextEdit(),
            "analogies.relation.add.lines",
            "Pairs: two words a line, with a tab, a comma or blanks between them",
        )
        self.text.setPlaceholderText(_EXAMPLE)
        self.text.setTabChangesFocus(True)  # Tabs are pasted; typed, they would hold the keys.
        self.text.textChanged.connect(self._look_soon)
        self.header = header_box("analogies.relation.add.header")
        self.header.toggled.connect(lambda _: self._look())
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.text, 1)
        rows.addWidget(self.header)
        return page

    def _columns_page(self, columns: Sequence[str]) -> QWidget:
        page, items = QWidget(), [(_LABELS, None), *((each, each) for each in columns)]
        rows = QVBoxLayout(page)
        rows.setContentsMargins(0, 0, 0, 0)
        self.first = combo_box(
            "analogies.relation.add.first", "Column of the first words: labels of the set", items
        )
        self.second = combo_box(
            "analogies.relation.add.second", "Column of the second words: labels of the set", items
        )
        self.second.setCurrentIndex(min(1, len(columns)))
        for words, box in (("From", self.first), ("to", self.second)):
            line = QHBoxLayout()
            line.addWidget(caption(words))
            line.addWidget(box, 1)
            rows.addLayout(line)
            box.currentIndexChanged.connect(lambda _: self._look_soon())
        more = "The two values in each row of the table are a pair, where both are labels."
        rows.addWidget(text_label(more, "caption", wrap=True))
        rows.addStretch(1)
        return page

    def _lay_out(self) -> None:
        self.from_file = tool_button(
            "analogies.relation.add.file",
            "From a File…",
            "From a file: pairs, or sections of them",
        )
        self.from_file.clicked.connect(self._on_file)
        self.cancel = tool_button("analogies.relation.add.cancel", "Cancel", "Cancel: add nothing")
        self.cancel.clicked.connect(self.reject)
        self.add = tool_button("analogies.relation.add.accept", "Add", "Add: and show it")
        self.add.clicked.connect(self._on_add)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.ways)
        head.addStretch(1)
        head.addWidget(self.from_file)
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.add)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID)
        rows.setSpacing(GRID)
        rows.addLayout(head)
        rows.addWidget(self.name)
        rows.addWidget(self._pages, 1)
        rows.addWidget(self.said)
        rows.addWidget(hairline())
        rows.addLayout(foot)

    def _show_way(self, way: int) -> None:
        self.ways.show_choice(way)
        self._pages.setCurrentIndex(way)
        self._look()

    def _look_soon(self) -> None:
        self._pause.start()

    def _read(self) -> ReadRelations:
        """Return what is typed or chosen."""
        name = " ".join(self.name.text().split())
        if self._pages.currentIndex() != _COLUMNS:
            has_header = self.header.isChecked()
            return read_typed(self.text.toPlainText(), name, has_header=has_header)
        boxes = self.first, self.second
        columns = self.first.currentData(), self.second.currentData()
        usual = " → ".join(box.currentText() for box in boxes)
        return ReadRelations((KeptRelation(name or usual, columns=columns),))

    def _look(self) -> None:
        """Say what is typed so far, and how much of it is in the set."""
        self._pause.stop()
        try:
            read = self._read()
        except UserError as error:
            self.said.setText(str(error))
            self.add.setEnabled(False)
            return
        is_large = self._pages.currentIndex() == _COLUMNS and len(self._set) > _MOST_LOOKED_AT
        self.said.setText("" if is_large else describe_typed(self._set, read))
        self.add.setEnabled(bool(read.relations))

    def _on_add(self) -> None:
        self._look()
        if self.add.isEnabled():
            read = self._read()
            self.accept()
            self.relations_given.emit(list(read.relations))

    def _on_file(self) -> None:
        self.reject()
        self.file_wanted.emit()

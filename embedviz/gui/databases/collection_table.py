"""The table of the collections of a database, of which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHeaderView, QTableView

from embedviz.core.wording import one_line
from embedviz.gui.widgets.controls import with_name
from embedviz.gui.widgets.dialog_parts import show_as_rows
from embedviz.sources.databases.browsing import CollectionEntry
from embedviz.sources.databases.describing import describe_size

_HEADS = ("Collection", "Rows", "Dimensions")
_ENTRY = Qt.ItemDataRole.UserRole + 1
_ROW_HEIGHT = 24
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CollectionTable(QTableView):
    """Collections, a line each, with how many rows they have and of how many dimensions.

    Signals
    -------
    chosen : ()
        Another line is chosen, or none.
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        with_name(self, "database.collections", "Collections of the database")
        self.setToolTip("")
        self._rows = QStandardItemModel(0, len(_HEADS), self)
        self._rows.setHorizontalHeaderLabels(list(_HEADS))
        for column in range(len(_HEADS)):
            self._rows.horizontalHeaderItem(column).setTextAlignment(_side(column))
        self.setModel(self._rows)
        show_as_rows(self, _ROW_HEIGHT)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        head = self.horizontalHeader()
        head.setStretchLastSection(False)
        head.setSectionsClickable(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit())

    @property
    def entry(self) -> CollectionEntry | None:
        """The chosen one."""
        places = self.selectionModel().selectedRows()
        found: CollectionEntry | None = places[0].data(_ENTRY) if places else None
        return found

    def show_entries(self, entries: Sequence[CollectionEntry]) -> None:
        """Show others; those that are there already stay, and what is chosen stays chosen."""
        n_same = 0
        for entry in entries[: self._rows.rowCount()]:
            if self._rows.index(n_same, 0).data(_ENTRY) != entry:
                break
            n_same += 1
        was_chosen = self.entry
        with QSignalBlocker(self.selectionModel()):
            self._rows.removeRows(n_same, self._rows.rowCount() - n_same)
        for entry in entries[n_same:]:
            self._rows.appendRow(_line(entry))
        if self.entry is not was_chosen:
            self.chosen.emit()

    def choose(self, name: str) -> None:
        """Choose a collection by its name, where there is one."""
        for row in range(self._rows.rowCount()):
            index = self._rows.index(row, 0)
            if index.data(_ENTRY).name == name:
                flags = QItemSelectionModel.SelectionFlag
                self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)


def _side(column: int) -> Qt.AlignmentFlag:
    return _RIGHT if column else _LEFT


def _line(entry: CollectionEntry) -> list[QStandardItem]:
    info = entry.info
    if info is None:
        texts = (one_line(entry.name), "cannot be read", "")
        tip = entry.problem
    else:
        fields = info.vector_fields
        lengths = ["any" if f.dimensions is None else f"{f.dimensions:,}" for f in fields]
        texts = (one_line(entry.name), f"{info.n_rows:,}", ", ".join(lengths) or "no vectors")
        tip = f"{one_line(info.name)}\n{describe_size(info)}"
    items = []
    for column, text in enumerate(texts):
        item = QStandardItem(text)
        item.setData(entry, _ENTRY)
        item.setTextAlignment(_side(column))
        item.setToolTip(tip)
        items.append(item)
    return items

"""A list of rows by their labels, however many: what is listed, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from embedviz.core.selection import Selection
from embedviz.core.wording import one_line
from embedviz.gui.widgets.selection_mark import WORD, paint_selection_bar, paint_selection_tint

Index = QModelIndex | QPersistentModelIndex

_ENDS: dict[int, int] = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
_WALKING = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)


class RowsModel(QAbstractListModel):
    """Labels of all rows, or of those that were found. Holds no text of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._labels: Sequence[str] = ()
        self._rows: Sequence[int] = ()
        self.selected = Selection()

    def show_rows(self, labels: Sequence[str], rows: Sequence[int]) -> None:
        """List some rows of a set with these labels, in this order."""
        self.beginResetModel()
        self._labels, self._rows = labels, rows
        self.endResetModel()

    def row_at(self, place: int) -> int:
        """Return the row of the set at a place of the list."""
        return int(self._rows[place])

    def place(self, row: int) -> int | None:
        """Return where in the list a row stands."""
        try:
            return self._rows.index(row)
        except ValueError:
            return None

    def first_of(self, selected: Selection) -> int | None:
        """Return the first place of the list with one of the rows, or None."""
        if isinstance(self._rows, range):  # All rows of the set, perhaps a million.
            return int(selected.rows[0]) if len(selected) else None
        return next((place for place, row in enumerate(self._rows) if row in selected), None)

    def is_selected(self, place: int) -> bool:
        """Return whether the row at a place of the list is selected."""
        return self._rows[place] in self.selected

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Return how many rows are listed."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a label; for screen readers, also whether its row is selected."""
        if role == Qt.ItemDataRole.AccessibleTextRole:
            words = f", {WORD}" if self.is_selected(index.row()) else ""
            return f"{index.data()}{words}"
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            # Line breaks and odd blanks would make lines of different heights, or invisible ones.
            return one_line(self._labels[self._rows[index.row()]]) or "␣"
        return None


class _RowDelegate(QStyledItemDelegate):
    """Paints a label, and whether its row is selected."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        is_selected = isinstance(model, RowsModel) and model.is_selected(index.row())
        if is_selected:
            paint_selection_tint(painter, option.rect)
        super().paint(painter, option, index)
        if is_selected:
            paint_selection_bar(painter, option.rect)


class RowsView(QTableView):
    """Rows of equal height, however many; those that are selected are marked.

    A table of one column: a list view lays out all rows before it shows the first one, which
    takes seconds for a million of them.

    Parameters
    ----------
    rows : RowsModel
    """

    ROW_HEIGHT = 22

    def __init__(self, rows: RowsModel) -> None:
        super().__init__()
        self._rows = rows
        self.setModel(rows)
        self.setItemDelegate(_RowDelegate(self))
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.ROW_HEIGHT)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_selected(self, selected: Selection) -> None:
        """Mark the rows that are selected; only those in view are looked at."""
        if self._rows.selected is not selected:
            self._rows.selected = selected
            self.viewport().update()

    def scroll_to(self, place: int | None) -> None:
        """Bring a place of the list into view; None leaves it where it is."""
        if place is not None:
            self.scrollTo(self._rows.index(place, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the current row in view, also when there is room for the first time."""
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Choose with the arrow keys too, so that one can walk through the rows."""
        rows = self.model().rowCount()
        if event.key() in _ENDS and rows:  # In a table, Qt would go along the line.
            self.setCurrentIndex(self.model().index(_ENDS[event.key()] % rows, 0))
        else:
            super().keyPressEvent(event)
        if event.key() in _WALKING:
            self.activated.emit(self.currentIndex())

    def keyboardSearch(self, search: str) -> None:  # noqa: N802 - Qt's name
        """Do nothing: Qt would ask for every label, and there is a line to search in."""

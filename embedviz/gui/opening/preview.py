"""The first rows of a file, as they would be opened."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.formats.inspecting import Inspection
from embedviz.gui.widgets.controls import with_name

_NUMBERS = 6
_COLUMNS = 8
_ROWS = 50
_LONGEST = 200
_WIDEST = 220
Index = QModelIndex | QPersistentModelIndex


class PreviewModel(QAbstractTableModel):
    """Label, first numbers and metadata of the first rows."""

    def __init__(self) -> None:
        super().__init__()
        self._header: list[str] = []
        self._cells: list[list[str]] = []
        self._n_numbers = 0

    def show_rows_of(self, shown: Inspection | VectorSet | None) -> None:
        """Show the first rows of another inspection or set, or none."""
        self.beginResetModel()
        self._header, self._cells = [], []
        if shown is not None:
            self._take(shown)
        self.endResetModel()

    def _take(self, inspection: Inspection | VectorSet) -> None:
        count = min(_ROWS, len(inspection.vectors))
        self._n_numbers = min(_NUMBERS, inspection.dimensions)
        is_cut = inspection.dimensions > _NUMBERS
        self._header = ["Label", *map(str, range(1, self._n_numbers + 1)), *["…"] * is_cut]
        for row in range(count):
            label = inspection.labels[row] if row < len(inspection.labels) else ""
            numbers = [f"{number:.4g}" for number in inspection.vectors[row, :_NUMBERS].tolist()]
            self._cells.append([_cut(label), *numbers, *[""] * is_cut])
        if inspection.metadata is None:
            return
        for name in inspection.metadata.column_names[:_COLUMNS]:
            self._header.append(_cut(name))
            values = inspection.metadata.column(name).slice(0, count).to_pylist()
            for cells, value in zip(self._cells, values, strict=False):
                cells.append("" if value is None else _cut(str(value)))

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Return how many rows are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._cells)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Return how many columns are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._header)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the name of a column."""
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._header[section]
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._cells[index.row()][index.column()]
        return (
            self._alignment(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None
        )

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        is_number = 1 <= column <= self._n_numbers
        side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


class Preview(QTableView):
    """The table, a few rows high; it can be walked through with the arrow keys."""

    ROW_HEIGHT = 22
    SHOWN, LEAST = 6, 2

    def __init__(self) -> None:
        super().__init__()
        with_name(self, "open.preview", "The first rows, as they would be opened")
        self.setToolTip("")
        self.shown: Inspection | VectorSet | None = None
        self._n_shown = self.SHOWN
        self.rows = PreviewModel()
        self.setModel(self.rows)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.ROW_HEIGHT)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setStretchLastSection(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def show_rows_of(self, shown: Inspection | VectorSet | None) -> None:
        """Show the first rows of another inspection or set, or none."""
        self.shown = shown
        self.rows.show_rows_of(shown)
        header = self.horizontalHeader()
        for column in range(self.rows.columnCount()):
            wanted = max(self.sizeHintForColumn(column), header.sectionSizeHint(column))
            self.setColumnWidth(column, min(wanted, _WIDEST))
        self._fit_height()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Make room for the bar to scroll along the columns, where there is one."""
        super().resizeEvent(event)
        self._fit_height()

    def _fit_height(self) -> None:
        header, bar = self.horizontalHeader(), self.horizontalScrollBar()
        width = sum(header.sectionSize(i) for i in range(header.count() - 1))
        is_wide = width + self.sizeHintForColumn(header.count() - 1) > self.viewport().width()
        shown = min(self._n_shown, max(self.rows.rowCount(), 1))
        height = header.sizeHint().height() + shown * self.ROW_HEIGHT
        self.setFixedHeight(height + is_wide * bar.sizeHint().height())

    def give_way(self, n_missing: int) -> None:
        """Show as many rows as there is room for, two at least.

        Parameters
        ----------
        n_missing : int
            How many pixels are missing for all below, or how many are to spare where negative.
        """
        room = min(self._n_shown, self.rows.rowCount()) * self.ROW_HEIGHT - n_missing
        shown = min(max(room // self.ROW_HEIGHT, self.LEAST), self.SHOWN)
        if shown != self._n_shown:
            self._n_shown = shown
            self._fit_height()


def _cut(text: str) -> str:
    return one_line(text[:_LONGEST])

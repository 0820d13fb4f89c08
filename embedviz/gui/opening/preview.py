"""The first rows of a file, as they would be opened."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QResizeEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QTableView

from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.formats.inspecting import Inspection
from embedviz.gui.widgets.controls import with_name
from embedviz.gui.widgets.dialog_parts import show_as_rows

_NUMBERS = 6
_COLUMNS = 8
_ROWS = 50
_LONGEST = 200
_WIDEST = 220
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class PreviewModel(QStandardItemModel):
    """Label, first numbers and metadata of the first rows.

    It holds items of Qt: to fit eight columns to fifty rows, a model in Python would be asked some
    thousand times, and as often wait for the GIL while the file is read.
    """

    def show_rows_of(self, shown: Inspection | VectorSet | None) -> None:
        """Show the first rows of another inspection or set, or none."""
        self.clear()
        if shown is None:
            return
        self.beginResetModel()
        with QSignalBlocker(self):  # Else the table makes room for each column by itself.
            self._take(shown)
        self.endResetModel()

    def _take(self, shown: Inspection | VectorSet) -> None:
        header, lines = _lines_of(shown)
        last_number = min(_NUMBERS, shown.dimensions)
        for column, name in enumerate(header):
            alignment = _RIGHT if 1 <= column <= last_number else _LEFT
            self.appendColumn([_item(line[column], alignment) for line in lines])
            head = QStandardItem(name)
            head.setTextAlignment(alignment)
            self.setHorizontalHeaderItem(column, head)


def _lines_of(shown: Inspection | VectorSet) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns, and the text of each cell."""
    count = min(_ROWS, len(shown.vectors))
    is_cut = shown.dimensions > _NUMBERS
    numbers = range(1, min(_NUMBERS, shown.dimensions) + 1)
    header = ["Label", *map(str, numbers), *["…"] * is_cut]
    lines = []
    for row in range(count):
        label = shown.labels[row] if row < len(shown.labels) else ""
        cells = [f"{number:.4g}" for number in shown.vectors[row, :_NUMBERS].tolist()]
        lines.append([_cut(label), *cells, *[""] * is_cut])
    if shown.metadata is None:
        return header, lines
    for name in shown.metadata.column_names[:_COLUMNS]:
        header.append(_cut(name))
        values = shown.metadata.column(name).slice(0, count).to_pylist()
        for line, value in zip(lines, values, strict=False):
            line.append("" if value is None else _cut(str(value)))
    return header, lines


def _item(text: str, alignment: Qt.AlignmentFlag) -> QStandardItem:
    item = QStandardItem(text)
    item.setTextAlignment(alignment)
    item.setToolTip(text)
    return item


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
        show_as_rows(self, self.ROW_HEIGHT)
        self.horizontalHeader().setSectionsClickable(False)

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

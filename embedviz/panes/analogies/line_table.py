"""Table of lines with numbers, of which one is chosen: sections of a benchmark, questions, pairs.

Lines are asked for as they come into view, so that a table of twenty thousand questions costs as
much as what is seen of it; only a table that is sorted looks at all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableView

from embedviz.gui.theme import CAPTION_PIXELS, GRID, TEXT_PIXELS, font, theme_manager, with_alpha
from embedviz.gui.widgets.controls import with_name
from embedviz.gui.widgets.dialog_parts import show_as_rows
from embedviz.panes.analogies.table_fit import columns_left_out, scale_text

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 22
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_WIDEST_NAME, _LEAST_NAME, _BAR, _GAP = 230, 96, 60, 4
"""Widths in pixels: of names, at most and at least; of a share with its bar; between columns."""
_NUMBER_PIXELS = CAPTION_PIXELS + 1
_MEASURED = 60
"""Lines, from the top, that columns are made wide enough for."""
_WALKING = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)


@dataclass(frozen=True)
class TableColumn:
    """A column of the table.

    Attributes
    ----------
    key : str
    title, tip : str
        Its head, and what that means.
    need : int
        Columns with a larger number are left out first where there is no room.
    is_share : bool
        Whether there is a bar behind its numbers.
    """

    key: str
    title: str
    tip: str
    need: int = 0
    is_share: bool = False


@dataclass(frozen=True)
class Cell:
    """What stands in a line of one column.

    Attributes
    ----------
    text : str
    value : float
        That it is sorted by; a share from 0 to 1 where there is a bar.
    tip : str
    color : str
        Name of a color of the theme.
    """

    text: str
    value: float = 0.0
    tip: str = ""
    color: str = "text"


@dataclass(frozen=True)
class TableLine:
    """A line of the table.

    Attributes
    ----------
    key : str
        By which it is known: of a section, a total, a question.
    name : str
    cells : mapping of str to Cell
        By the key of the column.
    is_total : bool
        Totals stand above the sections, however these are sorted.
    """

    key: str
    name: str
    cells: dict[str, Cell]
    is_total: bool = False


class LazyLines(Sequence[TableLine]):
    """Lines that are made as they come into view, and not all looked at to find one."""

    def place(self, key: str) -> int:
        """Return where the line of a key is; -1 where there is none."""
        raise NotImplementedError


class LineModel(QAbstractTableModel):
    """Lines and columns, for Qt's view."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: tuple[TableColumn, ...] = ()
        self._given: Sequence[TableLine] = ()
        self.lines: Sequence[TableLine] = ()
        self._sorted_by: tuple[str, bool] | None = None

    def show_lines(self, columns: Sequence[TableColumn], lines: Sequence[TableLine]) -> None:
        """Replace all lines; totals come first."""
        columns = tuple(columns)
        if columns == self.columns and lines and len(lines) == len(self._given):
            self._given = lines
            self._arrange()
            last = self.index(len(lines) - 1, len(columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.columns, self._given = columns, lines
        self._arrange()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the lines below the totals by a column; below 0, they are in the order given."""
        key = self.columns[column].key if 0 <= column < len(self.columns) else ""
        self.layoutAboutToBeChanged.emit()
        self._sorted_by = (key, order == Qt.SortOrder.DescendingOrder) if key else None
        self._arrange()
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        self.lines = self._given
        if self._sorted_by is not None:
            key, is_reversed = self._sorted_by
            totals = [line for line in self._given if line.is_total]
            others = [line for line in self._given if not line.is_total]
            others.sort(key=_sort_key(key), reverse=is_reversed)
            self.lines = (*totals, *others)

    def place(self, key: str) -> int:
        """Return where the line of a key is; -1 where there is none."""
        if isinstance(self.lines, LazyLines):
            return self.lines.place(key)
        return next((place for place, line in enumerate(self.lines) if line.key == key), -1)

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Return how many lines there are."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Return how many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def cell(self, index: Index) -> Cell:
        """Return what stands at a place."""
        line, column = self.lines[index.row()], self.columns[index.column()]
        if column.key == "name":
            return Cell(line.name, tip=line.name)
        return line.cells.get(column.key, Cell("–", -1.0))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words of a cell."""
        cell = self.cell(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tip or cell.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.columns[index.column()].title}: {cell.text}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if index.column() == 0 else _RIGHT
        return None

    def headerData(  # noqa: N802 - Qt's name
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return the head of a column, and what it means."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.columns[section].tip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if section == 0 else _RIGHT
        return None


class LineTable(QTableView):
    """Lines, of which one is chosen; totals stand above the others.

    Signals
    -------
    line_chosen : (str,)
        The key of the line that was clicked, or walked to.

    Parameters
    ----------
    name, description : str
    is_sorted : bool
        Whether a click on a head sorts.
    walks : bool
        Whether the arrow keys choose, too, and not only Return.
    good_name : int
        Width of the names that columns are left out for, in pixels.
    """

    line_chosen = Signal(str)

    def __init__(
        self,
        name: str,
        description: str,
        *,
        is_sorted: bool = True,
        walks: bool = True,
        good_name: int = 120,
    ) -> None:
        super().__init__()
        self._walks, self._good_name, self._scale = walks, good_name, 1.0
        with_name(self, name, description)
        self.setToolTip("")
        self.shown = LineModel()
        self.setModel(self.shown)
        show_as_rows(self, ROW_HEIGHT)
        self.setItemDelegate(_CellDelegate(self))
        head = self.horizontalHeader()
        head.setStretchLastSection(False)
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(is_sorted)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        theme_manager.changed.connect(self._repaint)

    def _repaint(self) -> None:
        self.viewport().update()

    def show_lines(self, columns: Sequence[TableColumn], lines: Sequence[TableLine]) -> None:
        """Replace all lines; the chosen one stays chosen where it is still there."""
        chosen = self.chosen
        self.shown.show_lines(columns, lines)
        self._fit()
        self.choose(chosen)

    @property
    def chosen(self) -> str:
        """The key of the chosen line; empty where there is none."""
        index = self.currentIndex()
        return self.shown.lines[index.row()].key if index.isValid() else ""

    def choose(self, key: str) -> None:
        """Mark the line of a key as the chosen one, silently."""
        place = self.shown.place(key)
        if place < 0:
            self.clearSelection()
        elif place != self.currentIndex().row():
            self.setCurrentIndex(self.shown.index(place, 0))
            self.selectRow(place)

    def set_text_scale(self, scale: float) -> None:
        """Show larger text, for a stage."""
        self._scale = scale
        scale_text(self, ROW_HEIGHT, scale)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show as many columns as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Choose with the arrow keys too, where that is wanted."""
        super().keyPressEvent(event)
        if self._walks and event.key() in _WALKING and self.currentIndex().isValid():
            self._choose(self.currentIndex())

    def keyboardSearch(self, search: str) -> None:  # noqa: N802 - Qt's name
        """Do nothing: letters are for the window."""

    @property
    def scale(self) -> float:
        """How much larger than usual text is."""
        return self._scale

    def _choose(self, index: Index) -> None:
        self.line_chosen.emit(self.shown.lines[index.row()].key)

    def _fit(self) -> None:
        """Give each column its room; leave out those that are needed least where that is too much.

        What is not shown is in the file that is exported.
        """
        columns, lines = self.shown.columns, self.shown.lines
        if not columns:
            return
        widths = self._widths(columns, lines[:_MEASURED])
        room = self.viewport().width()
        widths["name"] = min(widths["name"], round(self._good_name * self._scale))
        wanted, needs = [widths[each.key] for each in columns], [each.need for each in columns]
        hidden = columns_left_out(wanted, needs, room)
        used = sum(width for i, width in enumerate(wanted) if i and i not in hidden)
        least = min(round(_LEAST_NAME * self._scale), widths["name"])
        name = min(max(room - used, least), room)
        for place, column in enumerate(columns):
            self.setColumnHidden(place, place in hidden)
            self.setColumnWidth(place, name if place == 0 else widths[column.key])

    def _widths(self, columns: Sequence[TableColumn], lines: Sequence[TableLine]) -> dict[str, int]:
        """Return the width that each column wants, in pixels."""
        scale = self._scale
        head = QFontMetricsF(font(CAPTION_PIXELS * scale))
        strong = QFontMetricsF(font(_NUMBER_PIXELS * scale, semibold=True))
        name = QFontMetricsF(font(TEXT_PIXELS * scale))
        found = {}
        for column in columns:
            if column.key == "name":
                wide = max((name.horizontalAdvance(line.name) for line in lines), default=0)
                found["name"] = round(min(wide + 2 * GRID, _WIDEST_NAME * scale))
                continue
            texts = (line.cells[column.key].text for line in lines if column.key in line.cells)
            wide = max((strong.horizontalAdvance(text) for text in texts), default=0) + GRID
            # The style has 8 pixels at both sides of a head; the sign of the order goes above it.
            wide = max(wide, head.horizontalAdvance(column.title) + 2 * GRID) + _GAP
            found[column.key] = round(max(wide, _BAR * scale) if column.is_share else wide)
        return found


class _CellDelegate(QStyledItemDelegate):
    """Painter of a cell: its bar, and its text."""

    def __init__(self, table: LineTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        empty = QStyleOptionViewItem(option)
        model, theme, scale = self._table.shown, theme_manager.theme, self._table.scale
        line, column = model.lines[index.row()], model.columns[index.column()]
        cell = model.cell(index)
        self.initStyleOption(empty, index)
        empty.text = ""
        style = self._table.style()
        style.drawControl(style.ControlElement.CE_ItemViewItem, empty, painter, self._table)
        painter.save()
        area = QRectF(option.rect).adjusted(GRID / 2, 0, -GRID / 2, 0)
        if column.is_share and cell.value >= 0:
            bar = QRectF(area.left(), area.bottom() - 4, area.width(), 2.5)
            painter.fillRect(bar, QColor(theme.hairline))
            bar.setWidth(bar.width() * min(cell.value, 1.0))
            painter.fillRect(bar, with_alpha(theme.accent, 0.75))
        is_name = column.key == "name"
        size = TEXT_PIXELS if is_name else _NUMBER_PIXELS
        given = font(size * scale, semibold=line.is_total)
        painter.setFont(given)
        painter.setPen(QColor(theme.ink(getattr(theme, cell.color))))
        metrics = painter.fontMetrics()
        end = Qt.TextElideMode.ElideRight
        text = metrics.elidedText(cell.text, end, max(int(area.width()), 1))
        if column.is_share:
            area.adjust(0, 0, 0, -3)
        painter.drawText(area, _LEFT if is_name else _RIGHT, text)
        painter.restore()


def _sort_key(key: str) -> Callable[[TableLine], tuple[float, str]]:
    def of(line: TableLine) -> tuple[float, str]:
        if key == "name":
            return 0.0, line.name.casefold()
        cell = line.cells.get(key)
        return (-1.0 if cell is None else cell.value), ""

    return of

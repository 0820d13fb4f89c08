"""A table of texts and numbers whose lines are chosen, hovered and marked, sorted by its heads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableView

from embedviz.core.wording import with_controls
from embedviz.gui.charts.drawn_widget import with_even_digits
from embedviz.gui.points.text import as_tooltip
from embedviz.gui.theme import CAPTION_PIXELS, GRID, TEXT_PIXELS, font, theme_manager, with_alpha
from embedviz.gui.widgets.controls import with_name
from embedviz.gui.widgets.dialog_parts import show_as_rows
from embedviz.gui.widgets.selection_mark import WORD, paint_selection_bar, paint_selection_tint
from embedviz.panes.analogies.table_fit import columns_left_out, scale_text

AnyIndex = QModelIndex | QPersistentModelIndex
Tone = Literal["", "quiet", "good", "bad"]

_LINE, _HEAD = 24, 24
_DOT, _PADDING = 7.0, 5
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_SIDES = {False: Qt.AlignmentFlag.AlignLeft, True: Qt.AlignmentFlag.AlignRight}


@dataclass(frozen=True)
class CellColumn:
    """A column of the table.

    Attributes
    ----------
    title, tip : str
    sample : str
        The widest text that it has room for; "" for the one that takes what is left.
    is_number : bool
        Whether it stands at the right.
    need : int
        Of the columns that have no room, the one with the largest is left out first.
    """

    title: str
    tip: str
    sample: str = ""
    is_number: bool = False
    need: int = 0


@dataclass(frozen=True)
class TableCell:
    """A cell of the table.

    Attributes
    ----------
    text, tip : str
    tone : {"", "quiet", "good", "bad"}
    color : str
        Of a dot before the text; empty: none.
    """

    text: str
    tip: str = ""
    tone: Tone = ""
    color: str = ""


@dataclass(frozen=True)
class CellLine:
    """A line of the table.

    Attributes
    ----------
    key : int
        What it stands for, such as the number of a pair.
    cells : tuple of TableCell
    is_current : bool
        Whether it is the one that is shown elsewhere.
    """

    key: int
    cells: tuple[TableCell, ...]
    is_current: bool = False


class CellModel(QAbstractTableModel):
    """The lines, for Qt's view."""

    def __init__(self, columns: Sequence[CellColumn]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.lines: tuple[CellLine, ...] = ()
        self.selected: frozenset[int] = frozenset()
        self.hovered = -1

    def show_lines(self, lines: Sequence[CellLine]) -> None:
        """Replace all lines; where there are as many, only their contents."""
        before, self.lines = len(self.lines), self.lines
        if before == len(lines):
            self.lines = tuple(lines)
            if lines:
                last = self.index(before - 1, len(self.columns) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex | None = None) -> int:  # noqa: N802 - Qt's name
        """Return how many lines there are."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: AnyIndex | None = None) -> int:  # noqa: N802 - Qt's name
        """Return how many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text of a cell, or what explains it."""
        line = self.lines[index.row()]
        cell = line.cells[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{cell.text}, {WORD}" if line.key in self.selected else cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_tooltip(with_controls(cell.tip or cell.text))
        return None

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the title of a column, or what explains it."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_tooltip(column.tip)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _SIDES[column.is_number] | _MIDDLE
        return None


class CellTable(QTableView):
    """A table of lines.

    Signals
    -------
    line_clicked, line_activated : (int,)
        Key of a line that was clicked, or chosen by a double click or Return.
    line_hovered : (int,)
        Key of the line at the mouse; -1 when it has left the table.
    head_clicked : (int,)
        Place of a column.

    Parameters
    ----------
    name, description : str
    columns : sequence of CellColumn
    """

    line_clicked = Signal(int)
    line_activated = Signal(int)
    line_hovered = Signal(int)
    head_clicked = Signal(int)

    def __init__(self, name: str, description: str, columns: Sequence[CellColumn]) -> None:
        super().__init__()
        with_name(self, name, description)
        self.setToolTip("")
        self.cells = CellModel(columns)
        self.setModel(self.cells)
        self._delegate = _TableCellDelegate(self)
        self.setItemDelegate(self._delegate)
        show_as_rows(self, _LINE)
        self.horizontalHeader().setStretchLastSection(False)
        self.horizontalHeader().setSectionsClickable(True)
        self.horizontalHeader().setMinimumSectionSize(20)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.message = ""
        self.clicked.connect(lambda index: self.line_clicked.emit(self._key_at(index)))
        self.activated.connect(lambda index: self.line_activated.emit(self._key_at(index)))
        self.doubleClicked.connect(lambda index: self.line_activated.emit(self._key_at(index)))
        self.entered.connect(lambda index: self.line_hovered.emit(self._key_at(index)))
        self.horizontalHeader().sectionClicked.connect(self.head_clicked)

    def show_lines(self, lines: Sequence[CellLine], message: str = "") -> None:
        """Replace all lines; the message is said where there are none."""
        self.cells.show_lines(lines)
        if message != self.message:
            self.message = message
            self.setAccessibleDescription(message)
        self.viewport().update()

    def show_selected(self, keys: Collection[int]) -> None:
        """Mark the lines of these keys as selected."""
        self.cells.selected = frozenset(keys)
        self.viewport().update()

    def show_hovered(self, key: int, *, is_shown: bool = False) -> None:
        """Mark a line as the one at the mouse, wherever that is; bring it into view if asked."""
        if key == self.cells.hovered:
            return
        self.cells.hovered = key
        self.viewport().update()
        place = next((i for i, each in enumerate(self.cells.lines) if each.key == key), None)
        if is_shown and place is not None:
            self.scrollTo(self.cells.index(place, 0))

    def set_text_scale(self, scale: float) -> None:
        """Show larger text, for a stage."""
        self._delegate.set_scale(scale)
        scale_text(self, _LINE, scale)
        self.horizontalHeader().setFixedHeight(round(_HEAD * scale))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give each column its room; those needed least are left out where there is little."""
        super().resizeEvent(event)
        self._fit()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that the mouse is at no line any more."""
        super().leaveEvent(event)
        self.line_hovered.emit(-1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the lines, or what is said in their place."""
        super().paintEvent(event)
        if self.message and not self.cells.lines:
            with QPainter(self.viewport()) as painter:
                painter.setPen(QColor(theme_manager.theme.muted))
                painter.setFont(self._delegate.small)
                inner = self.viewport().rect().adjusted(2 * GRID, GRID, -2 * GRID, -GRID)
                painter.drawText(inner, Qt.TextFlag.TextWordWrap, self.message)

    def _fit(self) -> None:
        widths, room = self._delegate.widths(), self.viewport().width()
        left_out = columns_left_out(widths, [each.need for each in self.cells.columns], room)
        free = max(room - sum(w for i, w in enumerate(widths) if i not in left_out), 0)
        for place, width in enumerate(widths):
            self.setColumnHidden(place, place in left_out)
            more = 0 if self.cells.columns[place].sample else free
            self.setColumnWidth(place, width + more)

    def _key_at(self, index: AnyIndex) -> int:
        return self.cells.lines[index.row()].key


class _TableCellDelegate(QStyledItemDelegate):
    """Painter of the cells: a dot, a text, and whether its line is hovered or selected."""

    def __init__(self, table: CellTable) -> None:
        super().__init__(table)
        self._model = table.cells
        self.set_scale(1.0)

    def set_scale(self, scale: float) -> None:
        self._scale = scale
        self.small = with_even_digits(font(CAPTION_PIXELS * scale))
        self.usual = font(TEXT_PIXELS * scale)
        self.strong = font(TEXT_PIXELS * scale, semibold=True)

    def widths(self) -> list[int]:
        """Return the least width of each column, in pixels."""
        found = []
        for column in self._model.columns:
            text = column.sample or "m" * 9
            metrics = QFontMetrics(self.small if column.is_number else self.usual)
            head = QFontMetrics(self.small).horizontalAdvance(column.title) + 2 * GRID
            found.append(max(metrics.horizontalAdvance(text) + 2 * _PADDING, head))
        return found

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        line, column = self._model.lines[index.row()], self._model.columns[index.column()]
        cell, theme, is_first = line.cells[index.column()], theme_manager.theme, not index.column()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = _whole_line(option)
        if line.is_current or self._model.hovered == line.key:
            part = 0.06 if line.is_current else 0.08
            painter.fillRect(option.rect, with_alpha(theme.accent, part))
        if line.key in self._model.selected:
            painter.setClipRect(option.rect)
            paint_selection_tint(painter, whole)
            if is_first:
                paint_selection_bar(painter, whole)
        area = QRectF(option.rect).adjusted(_PADDING + 3 * is_first, 0, -_PADDING, 0)
        if cell.color:
            area = self._paint_dot(painter, area, cell.color)
        tones = {"quiet": theme.muted, "good": theme.new, "bad": theme.lost}
        color = tones.get(cell.tone, theme.text)
        painter.setFont(self._font_of(line, column))
        painter.setPen(QColor(theme.ink(color) if cell.tone in ("good", "bad") else color))
        end = Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(cell.text, end, int(area.width()))
        painter.drawText(area, _SIDES[column.is_number] | _MIDDLE, text)
        painter.restore()

    def _font_of(self, line: CellLine, column: CellColumn) -> QFont:
        if column.is_number:
            return self.small
        return self.strong if line.is_current and not column.sample else self.usual

    def _paint_dot(self, painter: QPainter, area: QRectF, color: str) -> QRectF:
        side = _DOT * self._scale
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawEllipse(QRectF(area.left(), area.center().y() - side / 2, side, side))
        return area.adjusted(side + 4, 0, 0, 0)


def _whole_line(option: QStyleOptionViewItem) -> QRect:
    """Return the line of a cell, as wide as the table."""
    table, whole = option.widget, QRect(option.rect)
    if isinstance(table, QTableView):
        whole.setLeft(0)
        whole.setRight(table.viewport().width() - 1)
    return whole

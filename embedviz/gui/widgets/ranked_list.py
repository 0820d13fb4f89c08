"""A list of labels with scores, best first, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from embedviz.core.arrays import Rows
from embedviz.core.neighbors.exact_cosines import Cosines
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed, one_line, with_controls
from embedviz.gui.theme import CAPTION_PIXELS, GRID, TEXT_PIXELS, font, theme_manager, with_alpha
from embedviz.gui.widgets.selection_mark import WORD, paint_selection_bar, paint_selection_tint
from embedviz.gui.widgets.signed_bars import ColumnWidths, paint_columns, signed

Fate = Literal["", "kept", "lost", "new", "input"]
Index = QModelIndex | QPersistentModelIndex

LINE, LEAST_LINE = 28.0, 22.0
"""Height of a line, in pixels, and the least at which text and bar of a line are apart."""
_LEAST_WITH_SCORE, _LEAST_WITH_DIGITS = 150, 236
"""Width of a line, in pixels: in narrower ones, the label needs the room of (most of) the score."""
_ROOM, _LESS_ROOM = 52, 32
"""Width of a score with four and with two digits, in pixels."""
_MIDDLE, _RIGHT = (
    align | Qt.AlignmentFlag.AlignVCenter
    for align in (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)
)
_MOST_FITTED = 500
"""Labels whose width is kept: all that is seen, and some that come back."""


@dataclass(frozen=True)
class Ranked:
    """One line of the list.

    Attributes
    ----------
    row : int
        Row of the vector set, -1 for none.
    label : str
    score : float
    fate : {"", "kept", "input", "lost", "new", "input"}
        Whether it is in both lists that are compared, only in the first, or only in the other; or
        that it was given, and not found.
    note : str
        Quiet words between the label and the score.
    parts : tuple of float
        What the score owes to each of a few things, drawn as bars between label and note.
    """

    row: int
    label: str
    score: float
    fate: Fate = ""
    note: str = ""
    parts: tuple[float, ...] = ()


def rank(vector_set: VectorSet, rows: Rows, scores: Cosines) -> list[Ranked]:
    """Return the lines for rows that were found, in their order."""
    pairs = zip(rows.tolist(), scores.tolist(), strict=True)
    return [Ranked(row, composed(vector_set.labels[row]), score) for row, score in pairs]


class RankedModel(QAbstractListModel):
    """The lines, for Qt's views."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[Ranked, ...] = ()
        self.best_score = self.largest_part = 1.0
        self.note_width = 0.0
        self.selected = Selection()
        self.hovered = -1

    def show_lines(self, lines: Sequence[Ranked]) -> None:
        """Replace all lines."""
        self.beginResetModel()
        self._take(lines)
        self.endResetModel()

    def change_lines(self, lines: Sequence[Ranked]) -> None:
        """Put lines in place of as many others, and tell only of those that are not the same."""
        old, best = self.lines, (self.best_score, self.largest_part)
        self._take(lines)
        for place, (before, line) in enumerate(zip(old, self.lines, strict=True)):
            if line != before or (self.best_score, self.largest_part) != best:
                index = self.index(place)
                self.dataChanged.emit(index, index)

    def _take(self, lines: Sequence[Ranked]) -> None:
        self.lines = tuple(lines)
        self.best_score = _best_score(lines)
        self.largest_part = max((abs(part) for each in lines for part in each.parts), default=1.0)

    def is_selected(self, line: Ranked) -> bool:
        """Return whether the row of a line is selected."""
        return line.row in self.selected

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Return how many lines there are."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words of a line, or the line itself for the delegate."""
        line = self.lines[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            fate = f", {line.fate}" if line.fate else ""
            is_said = role == Qt.ItemDataRole.AccessibleTextRole and self.is_selected(line)
            words = f"{fate}{f', {WORD}' if is_said else ''}"
            note = f"  {line.note}" if line.note else ""
            note += "".join(f"  {signed(each)}" for each in line.parts)
            return f"{with_controls(line.label)}  {line.score:.4f}{note}{words}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{with_controls(line.label)}\n{line.score:.4f}"
        return None


class RankedList(QListView):
    """Labels with their scores. A bar behind each score makes the decline visible.

    Rows that are selected are marked, as everywhere.

    Signals
    -------
    row_chosen : (int,)
        The user clicked a line, or pressed Return on it.
    row_hovered : (int,)
        The row at the mouse; -1 when it has left the list.
    """

    row_chosen = Signal(int)
    row_hovered = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.lines = RankedModel()
        self.setModel(self.lines)
        self._delegate = _LineDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.waits_for = ""
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        self.entered.connect(lambda index: self.row_hovered.emit(self._row_at(index)))

    def show_lines(self, lines: Sequence[Ranked]) -> None:
        """Replace all lines. While a slider is dragged, most stay, and are not painted again."""
        is_pointed_at = self.currentIndex().isValid() or self.viewport().underMouse()
        if len(lines) == len(self.lines.lines) and not is_pointed_at:
            self.lines.change_lines(lines)
        else:
            self.lines.show_lines(lines)
        self._delegate.measure_notes()
        self.show_waiting("")

    def dataChanged(  # noqa: N802 - Qt's name
        self, first: Index, last: Index, roles: Sequence[int] = ()
    ) -> None:
        """Paint lines again; all lines are equally high, so none is to be laid out again."""
        QAbstractItemView.dataChanged(self, first, last, roles)

    def leave_room_for(self, note_title: str) -> None:
        """Make the notes of lines with parts as wide as the title of their column, at least."""
        self._delegate.note_title = note_title
        self._delegate.measure_notes()

    def column_widths(self) -> ColumnWidths:
        """Return how wide the notes are in lines with parts, the scores, and the scroll bar."""
        score = self._delegate.room_of_score(self.viewport().width() - 2 * GRID)
        return self.lines.note_width, score, self.width() - self.viewport().geometry().right() - 1.0

    def show_waiting(self, text: str) -> None:
        """Say in place of lines what they wait for; nothing where they do not."""
        if text != self.waits_for:
            self.waits_for = text
            self.setAccessibleDescription(text)
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the lines, or what they wait for."""
        super().paintEvent(event)
        if self.waits_for and not self.lines.lines:
            with QPainter(self.viewport()) as painter:
                painter.setPen(QColor(theme_manager.theme.muted))
                painter.setFont(font(CAPTION_PIXELS))
                inner = self.viewport().rect().adjusted(2 * GRID, GRID, -2 * GRID, -GRID)
                painter.drawText(inner, Qt.TextFlag.TextWordWrap, self.waits_for)

    def show_selected(self, selected: Selection) -> None:
        """Mark the lines whose rows are selected; only those in view are looked at."""
        if self.lines.selected is not selected:
            self.lines.selected = selected
            self.viewport().update()

    def show_hovered(self, row: int) -> None:
        """Mark the line of a row as one at the mouse, wherever the mouse is; -1: of none."""
        if self.lines.hovered != row:
            self.lines.hovered = row
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that the mouse is at no line any more."""
        super().leaveEvent(event)
        self.row_hovered.emit(-1)

    def middle_of(self, place: int) -> float:
        """Return how far below the top of the list the middle of a line is, within the list."""
        line = self._delegate.line_height
        middle = self.viewport().y() + (place + 0.5) * line - self.verticalOffset()
        return min(max(middle, 0.0), float(self.height()))

    def height_of(self, lines: int) -> int:
        """Return how high the list must be to show so many lines."""
        return lines * self._delegate.line_height + 2

    def set_line_height(self, pixels: float) -> None:
        """Make lines as high as this, at the usual size of text: from `LEAST_LINE` to `LINE`."""
        within = min(max(pixels, LEAST_LINE), LINE)
        if within != self._delegate.line:
            self._delegate.line = within
            self.scheduleDelayedItemsLayout()

    def set_text_scale(self, scale: float) -> None:
        """Show larger text, for a stage."""
        self._delegate.set_scale(scale)
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def _choose(self, index: QModelIndex) -> None:
        row = self._row_at(index)
        if row >= 0:
            self.row_chosen.emit(row)

    def _row_at(self, index: QModelIndex) -> int:
        return self.lines.lines[index.row()].row


class _LineDelegate(QStyledItemDelegate):
    """Delegate that paints rank, label, score and the fate of a line."""

    def __init__(self, parent: RankedList) -> None:
        super().__init__(parent)
        self.line, self._model, self.note_title = LINE, parent.lines, ""
        self.set_scale(1.0)

    def set_scale(self, scale: float) -> None:
        """Make the text larger; fonts are made here, as every step of a drag paints all lines."""
        self.scale = scale
        self._small, self._usual = font(CAPTION_PIXELS * scale), font(TEXT_PIXELS * scale)
        self._elided: dict[tuple[str, int], tuple[str, int]] = {}
        self.measure_notes()

    def measure_notes(self) -> None:
        """Take note of how wide the longest note of lines with parts is."""
        metrics = QFontMetricsF(self._small)
        notes = {line.note for line in self._model.lines if line.parts and line.note}
        notes |= {self.note_title} if notes else set()
        self._model.note_width = max(map(metrics.horizontalAdvance, notes), default=0.0)

    @property
    def line_height(self) -> int:
        return round(self.line * self.scale)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(0, self.line_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model, place = self._model, index.row()
        line, theme = model.lines[place], theme_manager.theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect).adjusted(GRID, 0, -GRID, 0)
        self._paint_ground(painter, option, is_hovered=line.row == model.hovered >= 0)
        if model.is_selected(line):
            paint_selection_tint(painter, option.rect)
            paint_selection_bar(painter, option.rect)
        color = QColor(_color_of(line.fate))
        painter.setFont(self._small)
        painter.setPen(QColor(theme.muted))
        rank = QRectF(area.left(), area.top(), 22 * self.scale, area.height())
        self._paint_rank(painter, rank, line, place + 1)
        room = self.room_of_score(area.width())
        score = QRectF(area.right() - room, area.top(), room, area.height())
        if room:
            self._paint_score(painter, score, line.score, line.score / model.best_score)
        label = self._paint_parts(painter, rank.right() + GRID, score, line)
        painter.setFont(self._usual)
        painter.setPen(color)
        said = f"{line.label} (input)" if line.fate == "input" else line.label
        text, width = self._fitted(painter, said, int(label.width()))
        painter.drawText(label, _MIDDLE, text)
        if line.fate == "lost":
            painter.setPen(QPen(color, 1.0))
            middle = label.center().y() + 1
            painter.drawLine(QPointF(label.left(), middle), QPointF(label.left() + width, middle))
        painter.restore()

    def _fitted(self, painter: QPainter, label: str, room: int) -> tuple[str, int]:
        """Return as much of a label as there is room for, and its width; measured once."""
        known = self._elided.get((label, room))
        if known is None:
            metrics = painter.fontMetrics()
            words = one_line(label) or "␣"
            text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            known = text, metrics.horizontalAdvance(text)
            if len(self._elided) >= _MOST_FITTED:
                self._elided.clear()
            self._elided[label, room] = known
        return known

    def room_of_score(self, width: float) -> float:
        if width < _LEAST_WITH_SCORE * self.scale:
            return 0.0
        return self.scale * (_ROOM if width >= _LEAST_WITH_DIGITS * self.scale else _LESS_ROOM)

    def _paint_note(self, painter: QPainter, score: QRectF, note: str) -> float:
        """Write the note of a line before its score; return where it begins."""
        if not note:
            return score.left()
        painter.setFont(self._small)
        painter.setPen(QColor(theme_manager.theme.muted))
        width = painter.fontMetrics().horizontalAdvance(note)
        box = QRectF(score.left() - GRID - width, score.top(), width + 1, score.height())
        painter.drawText(box, _MIDDLE, note)
        return box.left()

    def _paint_parts(self, painter: QPainter, left: float, score: QRectF, line: Ranked) -> QRectF:
        """Draw what is between label and score; return the room of the label."""
        if not line.parts:
            end = self._paint_note(painter, score, line.note) - GRID
            return QRectF(left, score.top(), end - left, score.height())
        room = QRectF(left, score.top(), score.left() - GRID - left, score.height())
        painter.setFont(self._small)
        widest = self._model.note_width, self._model.largest_part
        return paint_columns(painter, room, line.parts, line.note, widest, self.scale)

    def _paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, *, is_hovered: bool
    ) -> None:
        over = is_hovered or bool(option.state & QStyle.StateFlag.State_MouseOver)
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        if over or current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(with_alpha(theme_manager.theme.accent, 0.08 if over else 0.06))
            painter.drawRoundedRect(QRectF(option.rect).adjusted(4, 1, -4, -1), 4, 4)

    def _paint_rank(self, painter: QPainter, area: QRectF, line: Ranked, rank: int) -> None:
        sign = {"lost": "−", "new": "+"}.get(line.fate)
        if sign:
            painter.setPen(QColor(_color_of(line.fate)))
        painter.drawText(area, _RIGHT, sign or str(rank))

    def _paint_score(self, painter: QPainter, area: QRectF, score: float, share: float) -> None:
        width = area.width() * min(abs(share), 1.0)
        bar = QRectF(area.right() - width, area.bottom() - 4, width, 2)
        painter.fillRect(bar, with_alpha(theme_manager.theme.accent, 0.35))
        painter.setPen(QColor(theme_manager.theme.muted))
        digits = 4 if area.width() > (_LESS_ROOM + 1) * self.scale else 2
        digits = max(digits - 3, 0) if abs(score) >= 100 else digits
        painter.drawText(area, _RIGHT, f"{score:.{digits}f}")


def _best_score(lines: Sequence[Ranked]) -> float:
    """Return what the bar of a line is as wide as its room for."""
    return max((abs(line.score) for line in lines), default=1.0) or 1.0


def _color_of(fate: str) -> str:
    """Return the color of text about a row of which this became."""
    theme = theme_manager.theme
    role = {"lost": theme.lost, "new": theme.new, "input": theme.query}.get(fate)
    return theme.text if role is None else theme.ink(role)

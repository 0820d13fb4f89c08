"""The list of open sets, each with the pairs of its rows below it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from embedviz.app.judged_pairs import describe_pairs, describe_unmatched
from embedviz.app.state import lineage
from embedviz.core.pairs import Pairs
from embedviz.core.vector_set import VectorSet
from embedviz.gui.panels.rows_view import Index
from embedviz.gui.theme import CAPTION_PIXELS, GRID, TEXT_PIXELS, font, theme_manager, with_alpha

SET_ROLE = Qt.ItemDataRole.UserRole + 1
SIZE_ROLE = Qt.ItemDataRole.UserRole + 2
PLACE_ROLE = Qt.ItemDataRole.UserRole + 3
PAIRS_ROLE = Qt.ItemDataRole.UserRole + 4

_SET_HEIGHT = 42
_PAIRS_HEIGHT = 24
_MOST_SHOWN = 6
_MARKED = QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected
_REMOVES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class SetList(QListWidget):
    """The open sets, and under each the pairs of its rows.

    Signals
    -------
    pairs_unwanted : (VectorSet, str)
        The pairs of this name are to be taken away from a set.
    """

    pairs_unwanted = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(_SetDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)

    def add_pairs(self, vector_set: VectorSet, pairs: Pairs) -> None:
        """List pairs below the set that was listed last."""
        item = QListWidgetItem(f"{describe_pairs(pairs)} · {pairs.name}")
        item.setData(SET_ROLE, vector_set)
        item.setData(PAIRS_ROLE, pairs)
        said = [item.text(), describe_unmatched(pairs), "Removed with Delete, ✕ or a right click."]
        item.setToolTip("\n".join(filter(None, said)))
        self.addItem(item)

    def fit_height(self) -> None:
        """Be as high as what is listed, up to six sets."""
        heights = (self.sizeHintForRow(row) for row in range(self.count()))
        self.setFixedHeight(min(sum(heights), _MOST_SHOWN * _SET_HEIGHT) + 4)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take pairs away where their cross is clicked."""
        index = self.indexAt(event.position().toPoint())
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and _is_on_cross(self.visualRect(index), index, event.position().toPoint()):
            self._remove(index)
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Take pairs away with Delete."""
        index = self.currentIndex()
        if event.key() in _REMOVES and index.data(PAIRS_ROLE) is not None:
            self._remove(index)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Offer to take pairs away."""
        index = self.indexAt(event.pos())
        if index.data(PAIRS_ROLE) is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Remove Pairs", lambda: self._remove(index))
        menu.popup(event.globalPos())

    def _remove(self, index: QModelIndex) -> None:
        self.pairs_unwanted.emit(index.data(SET_ROLE), index.data(PAIRS_ROLE).name)


def _cross_of(rect: QRect) -> QRect:
    return QRect(rect.right() - _PAIRS_HEIGHT, rect.top(), _PAIRS_HEIGHT, rect.height())


def _is_on_cross(rect: QRect, index: Index, position: QPoint) -> bool:
    return index.data(PAIRS_ROLE) is not None and _cross_of(rect).contains(position)


class _SetDelegate(QStyledItemDelegate):
    """Delegate that paints a set: name over size, derived ones indented below their parents."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(0, _SET_HEIGHT if index.data(PAIRS_ROLE) is None else _PAIRS_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.data(PAIRS_ROLE) is not None:
            _paint_pairs(painter, option, index)
            return
        vector_set: VectorSet = index.data(SET_ROLE)
        theme = theme_manager.theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        active = bool(option.state & QStyle.StateFlag.State_Selected)
        area = _paint_ground(painter, option)
        depth = len(lineage(vector_set)) - 1
        left = area.left() + GRID + 14 * depth
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent if active else theme.muted))
        painter.drawEllipse(QRectF(left, area.top() + 11, 6, 6))
        text = QRectF(left + 14, area.top() + 3, area.right() - left - 18, 18)
        painter.setPen(QColor(theme.text))
        painter.setFont(font(TEXT_PIXELS, semibold=active))
        name = painter.fontMetrics().elidedText(
            index.data(), Qt.TextElideMode.ElideMiddle, int(text.width())
        )
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(font(CAPTION_PIXELS))
        painter.setPen(QColor(theme.muted))
        size = painter.fontMetrics().elidedText(
            index.data(SIZE_ROLE), Qt.TextElideMode.ElideRight, int(text.width())
        )
        painter.drawText(text.translated(0, 17), Qt.AlignmentFlag.AlignVCenter, size)
        painter.restore()


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> QRectF:
    """Paint the ground of an entry that is chosen or under the mouse, and return its area."""
    area = QRectF(option.rect).adjusted(0, 1, 0, -1)
    if option.state & _MARKED:
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(theme_manager.theme.accent, 0.12 if is_chosen else 0.05))
        painter.drawRoundedRect(area, 6, 6)
    return area


def _paint_pairs(painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
    """Paint two dots that are joined, how many pairs there are, and a cross."""
    theme = theme_manager.theme
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = _paint_ground(painter, option)
    left = area.left() + GRID + 14 * len(lineage(index.data(SET_ROLE)))
    middle = area.center().y()
    painter.setPen(QColor(theme.muted))
    painter.drawLine(QPointF(left + 2, middle), QPointF(left + 11, middle))
    painter.setBrush(QColor(theme.muted))
    for place in (left, left + 9):
        painter.drawEllipse(QRectF(place, middle - 2, 4, 4))
    cross = QRectF(_cross_of(option.rect))
    text = QRectF(left + 20, area.top(), cross.left() - left - 22, area.height())
    painter.setFont(font(CAPTION_PIXELS))
    shown = painter.fontMetrics().elidedText(
        index.data(), Qt.TextElideMode.ElideRight, int(text.width())
    )
    painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, shown)
    painter.setPen(QColor(theme.text if option.state & _MARKED else theme.muted))
    painter.drawText(cross, Qt.AlignmentFlag.AlignCenter, "✕")
    painter.restore()

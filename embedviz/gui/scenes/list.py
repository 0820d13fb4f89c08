"""The list of scenes, side by side: a picture each, a number and a name."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QDropEvent, QKeyEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from embedviz.app.scenes.scene import LONGEST_NAME
from embedviz.app.scenes.sequence import what_is_missing
from embedviz.app.state import State
from embedviz.gui.scenes.desk import SceneDesk
from embedviz.gui.theme import CAPTION_PIXELS, GRID, RADIUS, font, theme_manager
from embedviz.gui.widgets.controls import with_name

_KEY_ROLE = Qt.ItemDataRole.UserRole + 1
_MISSING_ROLE = Qt.ItemDataRole.UserRole + 2
_PICTURE = QSize(112, 70)
_ITEM = QSize(_PICTURE.width() + 2 * GRID, _PICTURE.height() + 4 * GRID)
_REMOVES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_SHOWS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_MOVES = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Home: -1000,
    Qt.Key.Key_End: 1000,
}

Index = QModelIndex | QPersistentModelIndex


class SceneList(QListWidget):
    """Scenes in their order: chosen by arrows, shown by Enter or a click, moved by Alt and arrows.

    Signals
    -------
    note_wanted : ()
        The note of the chosen scene is to be written.
    """

    note_wanted = Signal()

    def __init__(self, desk: SceneDesk) -> None:
        super().__init__()
        with_name(
            self,
            "scenes.list",
            "Scenes. Click or Enter shows one, Alt and an arrow moves it, F2 renames it",
        )
        self._desk = desk
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setItemDelegate(_SceneDelegate(desk, self))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(_ITEM.height() + bar + 2)
        self.itemClicked.connect(lambda item: desk.show(item.data(_KEY_ROLE)))
        self.itemChanged.connect(lambda item: desk.rename(item.data(_KEY_ROLE), item.text()))
        self.currentItemChanged.connect(self._on_current)
        desk.pictures.changed.connect(lambda _: self.viewport().update())
        desk.chosen.connect(self._show_choice)
        theme_manager.changed.connect(self.viewport().update)

    def show_scenes(self, state: State) -> None:
        """List the scenes of a state. Where they are the same ones, a name may be being typed."""
        keys = [each.key for each in state.scenes]
        with QSignalBlocker(self):
            if keys != [self.item(row).data(_KEY_ROLE) for row in range(self.count())]:
                self.clear()
                for key in keys:
                    self._add(key)
            for row, scene in enumerate(state.scenes):
                item, missing = self.item(row), what_is_missing(state, scene)
                said = [f"{row + 1}. {scene.name}", missing or scene.misses, scene.note]
                item.setText(scene.name)
                item.setData(_MISSING_ROLE, missing)
                item.setToolTip("\n".join(filter(None, said)))
                spoken = ", ".join(filter(None, said[:2]))
                item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        self._show_choice()

    def _add(self, key: int) -> None:
        item = QListWidgetItem()
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)
        item.setData(_KEY_ROLE, key)
        self.addItem(item)

    def _show_choice(self) -> None:
        with QSignalBlocker(self):
            self.setCurrentRow(-1 if self._desk.place is None else self._desk.place)
        if self.currentItem() is not None:
            self.scrollToItem(self.currentItem())
        self.viewport().update()

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._desk.choose(item.data(_KEY_ROLE))

    def event(self, event: QEvent) -> bool:
        """Keep the keys of the list from the menus, where it has the focus."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and _is_of_the_list(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Show, move, copy, remove and rename the chosen scene by keys."""
        if _is_move(event):
            self._desk.move_by(_MOVES[Qt.Key(event.key())])
        elif _is_copy(event):
            self._desk.duplicate()
        elif event.key() in _REMOVES:
            self._desk.remove()
        elif event.key() in _SHOWS and self._desk.choice is not None:
            self._desk.show(self._desk.choice)
        elif event.key() == Qt.Key.Key_F2 and self.currentItem() is not None:
            self.editItem(self.currentItem())
        elif event.key() == Qt.Key.Key_N and not event.modifiers():
            self.note_wanted.emit()
        elif event.text().isprintable() and event.text() and not event.modifiers():
            event.ignore()  # It is the key of a menu, not the beginning of a name.
        else:
            super().keyPressEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Put the scene that was dragged where it was dropped."""
        if event.source() is not self:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.IgnoreAction)  # The state moves it, and the list follows.
        event.accept()
        self._move_to(self._place_at(event.position().toPoint()))

    def _move_to(self, place: int) -> None:
        """Put the chosen scene before the one at a place, as the order is now."""
        item = self.currentItem()
        if item is not None:
            row = self.row(item)
            self._desk.move(item.data(_KEY_ROLE), place - (place > row))

    def _place_at(self, point: QPoint) -> int:
        """Return before which scene something is dropped."""
        for row in range(self.count()):
            if point.x() < self.visualItemRect(self.item(row)).center().x():
                return row
        return self.count()


class _SceneDelegate(QStyledItemDelegate):
    """Painter of a scene in the list."""

    def __init__(self, desk: SceneDesk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return _ITEM

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, missing = theme_manager.theme, index.data(_MISSING_ROLE)
        state = option.state
        area: QRect = option.rect
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRect(area.topLeft() + QPoint(GRID, GRID), _PICTURE)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(frame), RADIUS, RADIUS)
        painter.fillPath(shape, QColor(theme.ground))
        picture = self._desk.pictures.picture(index.data(_KEY_ROLE))
        if picture is not None:
            painter.setClipPath(shape)
            painter.setOpacity(0.35 if missing else 1.0)
            scaled = picture.size().scaled(_PICTURE, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            place = QRect(QPoint(), scaled)
            place.moveCenter(frame.center())
            painter.drawPixmap(place, picture)
            painter.setOpacity(1.0)
            painter.setClipping(False)
        color = theme.accent if is_chosen else theme.hairline
        painter.setPen(QPen(QColor(color), 2 if is_chosen else 1))
        painter.drawPath(shape)
        if missing:
            self._write_missing(painter, frame)
        self._write_name(painter, area, index)
        painter.restore()

    def _write_missing(self, painter: QPainter, frame: QRect) -> None:
        theme = theme_manager.theme
        painter.setFont(font(CAPTION_PIXELS, semibold=True))
        painter.setPen(QColor(theme.ink(theme.lost)))
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, "not there")

    def _write_name(self, painter: QPainter, area: QRect, index: Index) -> None:
        theme = theme_manager.theme
        line = QRect(area.left() + GRID, area.bottom() - 3 * GRID + 2, _PICTURE.width(), 2 * GRID)
        number = f"{index.row() + 1}"
        painter.setFont(font(CAPTION_PIXELS, semibold=True))
        metrics = painter.fontMetrics()
        painter.setPen(QColor(theme.muted))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, middle, number)
        line.setLeft(line.left() + metrics.horizontalAdvance(number) + GRID // 2)
        painter.setFont(font(CAPTION_PIXELS))
        painter.setPen(QColor(theme.text))
        name = painter.fontMetrics().elidedText(
            index.data(), Qt.TextElideMode.ElideRight, line.width()
        )
        painter.drawText(line, middle, name)

    def createEditor(  # noqa: N802 - Qt's name
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QWidget:
        line = with_name(QLineEdit(parent), "scenes.name", "Name of the scene")
        line.setMaxLength(LONGEST_NAME)
        return line

    def setModelData(  # noqa: N802 - Qt's name
        self, editor: QWidget, model: QAbstractItemModel, index: Index
    ) -> None:
        assert isinstance(editor, QLineEdit)
        if editor.text().strip():
            model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(  # noqa: N802 - Qt's name
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        area: QRect = option.rect
        height = editor.sizeHint().height()
        editor.setGeometry(area.left() + 2, area.bottom() - height, area.width() - 4, height)


def _is_of_the_list(event: QKeyEvent) -> bool:
    return event.key() in (*_REMOVES, *_SHOWS) or _is_move(event) or _is_copy(event)


def _is_move(event: QKeyEvent) -> bool:
    is_alone = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return is_alone == Qt.KeyboardModifier.AltModifier and event.key() in _MOVES


def _is_copy(event: QKeyEvent) -> bool:
    return event.modifiers() == Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_D

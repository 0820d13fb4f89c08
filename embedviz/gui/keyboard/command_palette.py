"""Command palette: everything the menus can do, found by a few letters, without a mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from embedviz.gui.keyboard.fuzzy import rank
from embedviz.gui.theme import GRID, theme_manager
from embedviz.gui.widgets.controls import keep_on_screen, text_label, with_name
from embedviz.gui.widgets.dialog_parts import show_as_rows

_SIZE = QSize(640, 420)
_ROW_HEIGHT = 30
_KEYS_OF_THE_LIST = frozenset(
    {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
)


@dataclass(frozen=True)
class Command:
    """One line of the palette.

    Attributes
    ----------
    title : str
    place : str
        The menus it is in.
    run : callable
    keys : str
        Its shortcut, as it is shown.
    about : str
        What it does, in a few words.
    why_not : str
        Why it cannot be done now; empty where it can.
    """

    title: str
    place: str
    run: Callable[[], object]
    keys: str = ""
    about: str = ""
    why_not: str = ""


class CommandPalette(QDialog):
    """A line to type into, and below it what can be done; Up and Down choose, Return does it.

    Parameters
    ----------
    commands : sequence of Command
    parent : QWidget

    Attributes
    ----------
    line : QLineEdit
    table : QTableView
        Title, where it is or why it cannot be done, and keys.
    said : QLabel
        What the chosen command does, or why it cannot be done.
    """

    def __init__(self, commands: Sequence[Command], parent: QWidget) -> None:
        super().__init__(parent)
        with_name(self, "commands", "All commands")
        self.setToolTip("")
        self.setWindowTitle("All commands")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._commands = tuple(commands)
        self._found: list[Command] = []
        self._before = QApplication.focusWidget()
        self.line = with_name(QLineEdit(), "commands.line", "What to do: a few letters of it")
        self.line.setPlaceholderText("What to do")
        self.line.setClearButtonEnabled(True)
        self.line.installEventFilter(self)
        self.line.textChanged.connect(lambda _: self._search())
        self.table = with_name(QTableView(), "commands.table", "Commands that are found")
        self.table.setToolTip("")
        self._model = QStandardItemModel(0, 3, self)
        self.said = text_label(kind="caption")
        self._lay_out()
        self._search()

    def _lay_out(self) -> None:
        self.table.setModel(self._model)
        show_as_rows(self.table, _ROW_HEIGHT)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # The keys stay in the line.
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.table.horizontalHeader()
        header.hide()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.table.clicked.connect(self._on_clicked)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._say())
        rows = QVBoxLayout(self)
        rows.setContentsMargins(GRID, GRID, GRID, GRID)
        rows.setSpacing(GRID)
        for part in (self.line, self.table, self.said):
            rows.addWidget(part)
        self.resize(_SIZE)
        keep_on_screen(self)

    @property
    def found(self) -> Sequence[Command]:
        """What is listed, from the top."""
        return tuple(self._found)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Choose among the lines and do what is chosen, while one types."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        key = event.key()
        if key in _KEYS_OF_THE_LIST:
            QApplication.sendEvent(self.table, event)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._do(self.table.currentIndex())
            return True
        return False

    def _search(self) -> None:
        texts = [(each.title, f"{each.place} {each.about}") for each in self._commands]
        self._found = [self._commands[place] for place in rank(self.line.text(), texts)]
        self._model.setRowCount(0)
        for command in self._found:
            self._model.appendRow(_items_of(command))
        self.table.setCurrentIndex(self._model.index(0, 0))
        self._say()

    def _say(self) -> None:
        command = self._command_at(self.table.currentIndex())
        if command is None:
            self.said.setText("Nothing is called so: try a letter less.")
        else:
            self.said.setText(command.why_not or command.about or command.place)

    def _command_at(self, index: QModelIndex) -> Command | None:
        is_there = index.isValid() and index.row() < len(self._found)
        return self._found[index.row()] if is_there else None

    def _on_clicked(self, index: QModelIndex) -> None:
        self._do(index)

    def _do(self, index: QModelIndex) -> None:
        command = self._command_at(index)
        if command is None or command.why_not:
            return
        self.accept()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()  # What is done is about the pane that one was in.
        QTimer.singleShot(0, command.run)


def _items_of(command: Command) -> list[QStandardItem]:
    muted = QBrush(QColor(theme_manager.theme.muted))
    items = [QStandardItem(text) for text in (command.title, command.place, command.keys)]
    if command.why_not:
        items[1].setText(command.why_not)
        items[0].setForeground(muted)
    for item in items[1:]:
        item.setForeground(muted)
    said = [command.title, command.why_not and f"not now: {command.why_not}", command.keys]
    items[0].setAccessibleText(", ".join(filter(None, said)))
    items[2].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return items

"""Choice of a file that a page reads, by a list that ends in a dialog.

Files that are dropped go by way of the window: see `gui.actions.other_files`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from embedviz.core.wording import shown_name
from embedviz.gui.widgets.controls import combo_box

_FILE, _DIALOG = "file", "dialog"
_WIDEST, _LEAST = 190, 80
"""Width of the box, at most and at least, in pixels."""


class Offered(NamedTuple):
    """What can be chosen beside a file: words, and the name that the settings keep."""

    words: str
    name: str


class FileChoice(QObject):
    """Combo box of what there is, the chosen file, and a line that asks for another file.

    Signals
    -------
    file_chosen : (str,)
        Path of a file that the user chose.
    offer_chosen : (str,)
        Name of something else that was offered.

    Parameters
    ----------
    page : QWidget
        The dialog belongs to it.
    name, description : str
        Object name and description of the combo box.
    title, kinds : str
        Title of the dialog, and what it lists, as Qt takes it.
    """

    file_chosen = Signal(str)
    offer_chosen = Signal(str)

    def __init__(self, page: QWidget, name: str, description: str, title: str, kinds: str) -> None:
        super().__init__(page)
        self._page, self._title, self._kinds = page, title, kinds
        self._shown: tuple[tuple[Offered, ...], str, str] | None = None
        self.box: QComboBox = combo_box(name, description)
        self.box.setMaximumWidth(_WIDEST)
        self.box.setMinimumWidth(_LEAST)
        self.box.setPlaceholderText("none chosen")
        self.box.activated.connect(self._on_choice)

    def show_choice(self, offered: Sequence[Offered], path: str, name: str) -> None:
        """Show what can be chosen, and what is: a file where there is a path, or else a name."""
        shown = (tuple(offered), path, name)
        if shown == self._shown:
            return
        self._shown = shown
        self.box.clear()
        for words, value in offered:
            self.box.addItem(words, value)
        if path:
            self.box.addItem(shown_name(Path(path).name), _FILE)
            self.box.setItemData(self.box.count() - 1, path, Qt.ItemDataRole.ToolTipRole)
        self.box.addItem("A file …", _DIALOG)
        self._show_chosen()

    def _show_chosen(self) -> None:
        assert self._shown is not None
        offered, path, name = self._shown
        names = [each.name for each in offered]
        place = len(names) if path else names.index(name) if name in names else -1
        self.box.setCurrentIndex(place)

    def ask(self) -> None:
        """Ask for a file, in a dialog that does not hold up anything else."""
        dialog = QFileDialog(self._page, self._title, "", self._kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.file_chosen)
        dialog.open()

    def _on_choice(self, place: int) -> None:
        value = self.box.itemData(place)
        if value == _DIALOG:
            self._show_chosen()  # Until a file is chosen.
            self.ask()
        elif value != _FILE:
            self.offer_chosen.emit(value)

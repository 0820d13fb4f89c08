"""A sheet of keys and what they do, in as many columns as the screen asks for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from embedviz.gui.keyboard.reading_order import DialogInReadingOrder
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import keep_on_screen, text_label, with_name

_COLUMNS = 2
_LINE = 3


class KeySheet(DialogInReadingOrder):
    """Keys in two columns; where the screen is smaller than the sheet, it scrolls.

    Parameters
    ----------
    parent : QWidget
    entries : sequence of (str, str)
        Keys, and what they do.
    """

    def __init__(self, parent: QWidget, entries: Sequence[tuple[str, str]]) -> None:
        super().__init__(parent)
        with_name(self, "keys", "Keys and mouse")
        self.setToolTip("")
        self.setWindowTitle("Keys and mouse")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._sheet = _sheet(entries)
        self._scroll.setWidget(self._sheet)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._scroll)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the sheet, with room for a scroll bar beside it."""
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        return self._sheet.sizeHint() + QSize(bar + 2, 2)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Take no more room than the screen has."""
        super().showEvent(event)
        self.resize(self.sizeHint())  # Qt gives a dialog two thirds of the screen at most.
        keep_on_screen(self)


def _sheet(entries: Sequence[tuple[str, str]]) -> QWidget:
    """Return the entries, the first column before the second, keys beside what they do."""
    sheet = QWidget()
    grid = QGridLayout(sheet)
    grid.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(_LINE)
    n_lines = -(-len(entries) // _COLUMNS)
    for place, (keys, text) in enumerate(entries):
        column, line = divmod(place, n_lines)
        for side, label in enumerate((text_label(keys, "title"), text_label(text))):
            # Both from the top: with one size of type, they stand on one line.
            grid.addWidget(label, line, 3 * column + side, Qt.AlignmentFlag.AlignTop)
    for gap in range(_COLUMNS - 1):
        grid.setColumnMinimumWidth(3 * gap + 2, 2 * GRID)
    grid.setRowStretch(n_lines, 1)
    return sheet

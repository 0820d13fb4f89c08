"""Parts that dialogs have in common: a table of rows to choose from, and a footer."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import hairline


def show_as_rows(table: QTableView, row_height: int) -> None:
    """Show a table as rows of one height, of which one is chosen as a whole and none is edited.

    Parameters
    ----------
    table : QTableView
    row_height : int
        In pixels.
    """
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.verticalHeader().setDefaultSectionSize(row_height)
    table.horizontalHeader().setHighlightSections(False)
    table.horizontalHeader().setStretchLastSection(True)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)


def lay_out_footer(footer: QWidget, bar: QWidget, status: QWidget, *buttons: QWidget) -> None:
    """Lay out a footer: a bar, a line, and below it what is known, with the buttons behind it."""
    rows = QVBoxLayout(footer)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(0)
    rows.addWidget(bar)
    rows.addWidget(hairline())
    line = QHBoxLayout()
    line.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
    line.setSpacing(GRID)
    line.addWidget(status, 1)
    for button in buttons:
        line.addWidget(button)
    rows.addLayout(line)

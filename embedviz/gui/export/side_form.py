"""Fields beside a preview: a form in a column of its own, which scrolls where it is too high."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QScrollArea, QSpinBox, QWidget

from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label


def new_form(side: QWidget) -> QFormLayout:
    """Return an empty form on a widget."""
    form = QFormLayout(side)
    form.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
    form.setVerticalSpacing(GRID)
    form.setHorizontalSpacing(2 * GRID)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form


def size_row(width_box: QSpinBox, height_box: QSpinBox) -> QHBoxLayout:
    """Return a row with a width and a height."""
    row = QHBoxLayout()
    row.setSpacing(GRID)
    row.addWidget(width_box, 1)
    row.addWidget(text_label("×"))
    row.addWidget(height_box, 1)
    return row


def show_form(area: QScrollArea, side: QWidget) -> None:
    """Show a form in an area that is as wide as it, and scrolls up and down alone."""
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(side)
    area.setFixedWidth(side.sizeHint().width() + 2 * GRID)

"""How anisotropic a set is, in numbers: before and after whitening."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from embedviz.core.anisotropy.cone import ConeView
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label

NUMBERS = (
    ("mean_cosine", "Mean cosine", "Exact mean over all pairs of rows. 0: unrelated on average"),
    ("iso_score", "IsoScore", "How evenly the variance is spread over the dimensions, 0 to 1"),
    ("effective_rank", "Effective rank", "Dimensions in use: exp of the spectrum's entropy"),
)


class NumbersTable(QWidget):
    """Three numbers, before and after."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("anisotropy.numbers")
        self._values: dict[tuple[str, str], QLabel] = {}
        grid = QGridLayout(self)
        grid.setHorizontalSpacing(3 * GRID)
        for column, role in enumerate(("before", "after"), 1):
            head = text_label(role.capitalize(), role)
            head.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(head, 0, column)
            for row, (name, text, tip) in enumerate(NUMBERS, 1):
                value = text_label("–", f"anisotropy.{role}.{name}")
                value.setAlignment(Qt.AlignmentFlag.AlignRight)
                value.setToolTip(tip)
                value.setAccessibleName(f"{text} {role}")
                grid.addWidget(value, row, column)
                self._values[role, name] = value
                if column == 1:
                    title = text_label(text)
                    title.setToolTip(tip)
                    grid.addWidget(title, row, 0)

    def show_numbers(self, role: str, view: ConeView) -> None:
        """Show the numbers of one side; a dash where one is not defined."""
        for name, form in (
            ("mean_cosine", "+.4f"),
            ("iso_score", ".3f"),
            ("effective_rank", ".1f"),
        ):
            value = getattr(view, name)
            text = "–" if math.isnan(value) else format(value, form).replace("-", "−")
            self._values[role, name].setText(text)

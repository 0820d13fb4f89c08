"""Cosines of pairs of rows, before and after, with a few numbers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from embedviz.app.state import State
from embedviz.gui.pages.page import Page
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.charts import CosineHistogram
from embedviz.panes.anisotropy.angles.numbers_table import NumbersTable
from embedviz.panes.anisotropy.prepared import prepared_of, turned_of


class AnglesPage(Page):
    """Histogram of the cosines of sampled pairs, and numbers of the whole set."""

    name = "angles"

    def build(self) -> None:  # noqa: D102 - see Page
        self.histogram = CosineHistogram("anisotropy.histogram")
        self.numbers = NumbersTable()
        row = QHBoxLayout()
        row.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        row.setSpacing(3 * GRID)
        row.addWidget(self.histogram, 1)
        row.addWidget(self.numbers, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(row, 1)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        before, after = prepared_of(self.pane).cone.before, turned_of(self.pane).view
        self.histogram.show_before(before.cosines, before.mean_cosine)
        self.histogram.show_after(after.cosines, after.mean_cosine)
        self.numbers.show_numbers("before", before)
        self.numbers.show_numbers("after", after)

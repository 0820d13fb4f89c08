"""Controls for the rows that are searched: those shown, or all of the collection, and how."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from embedviz.app.databases.settings import CollectionSearchSettings
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    caption,
    combo_box,
    spin_box,
    text_label,
    toggle,
    tool_button,
    with_name,
)
from embedviz.gui.widgets.flow_layout import FlowLayout
from embedviz.sources.databases.search_settings import describe_index
from embedviz.sources.databases.searching.ways import SearchWays

_LEAST_BOX = 60
"""Of a box, in pixels; what does not fit ends in an ellipsis."""


class AmongControls(QWidget):
    """Which rows are searched, and how. Hidden where the set is no sample of a collection.

    Attributes
    ----------
    among, way : QComboBox
    effort : QSpinBox
        Of a search by the index.
    beside : QToolButton
        Whether exact neighbors among the rows shown are listed, too.
    recall : QToolButton
    said : QLabel
        How was searched, and in what time.
    measured : QLabel
        The recall of the index, as far as it was estimated.
    """

    def __init__(self) -> None:
        super().__init__()
        self.among = combo_box(
            "neighbors.among", "Among: which rows are searched", [("these rows", "sample")]
        )
        self.among.setMinimumWidth(_LEAST_BOX)
        self.way = combo_box("neighbors.way", "Search: how the engine searches all rows")
        self.way.setMinimumWidth(_LEAST_BOX)
        self.effort_name = caption("")
        self.effort = spin_box("neighbors.effort", "Effort: how much of the index is looked at")
        self.beside = toggle(
            "neighbors.beside",
            "Beside: these rows",
            "Beside: list the exact neighbors among the rows that are shown, too",
        )
        self.recall = tool_button(
            "neighbors.recall",
            "Recall of the index",
            "Recall: search some rows of the collection by the index and exactly, and compare",
        )
        self.said = with_name(text_label(kind="caption", wrap=True), "caption", "")
        self.said.setAccessibleName("How was searched")
        self.measured = with_name(text_label(kind="caption", wrap=True), "caption", "")
        self.measured.setAccessibleName("Recall of the index")
        self._ways: tuple[SearchWays | None, int, int] | None = None
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        rows.setSpacing(GRID // 2)
        first, second, third = QHBoxLayout(), QHBoxLayout(), FlowLayout(GRID, GRID // 2)
        for row in (first, second):
            row.setSpacing(GRID)
            rows.addLayout(row)
        rows.addLayout(third)
        first.addWidget(caption("among"))
        first.addWidget(self.among, 1)
        second.addWidget(self.way, 1)
        second.addWidget(self.effort_name)
        second.addWidget(self.effort)
        third.addWidget(self.beside)
        third.addWidget(self.recall)
        rows.addWidget(self.said)
        rows.addWidget(self.measured)

    def show_settings(
        self, settings: CollectionSearchSettings, n_shown: int, n_rows: int, ways: SearchWays | None
    ) -> None:
        """Show what is chosen.

        Parameters
        ----------
        settings : CollectionSearchSettings
        n_shown, n_rows : int
            Rows of the sample, and of the collection.
        ways : SearchWays or None
            How can be searched; None: not known before it was asked once.
        """
        if self._ways != (ways, n_shown, n_rows):
            self._ways = ways, n_shown, n_rows
            self._fill(n_shown, n_rows, ways)
        self.among.setCurrentIndex(self.among.findData(settings.among))
        is_all = settings.among == "all"
        way = None if ways is None or not (ways.is_exact or ways.index) else ways.used(settings.way)
        self.way.setCurrentIndex(self.way.findData(way))
        effort = None if ways is None else ways.effort
        by_index = is_all and way == "index" and effort is not None
        if ways is not None and effort is not None:
            self.effort_name.setText(effort.name)
            self.effort.setRange(1, effort.most)
            self.effort.setValue(int(ways.settings(settings.effort)[effort.name]))
            self.effort.setToolTip(f"{effort.name}: {effort.help}")
        self.way.setVisible(is_all and self.way.count() > 0)
        self.effort_name.setVisible(by_index)
        self.effort.setVisible(by_index)
        self.beside.setVisible(is_all)
        self.beside.setChecked(settings.beside)
        has_index = ways is not None and ways.index is not None
        self.recall.setVisible(is_all and has_index)
        self.said.setVisible(is_all)
        self.measured.setVisible(is_all and bool(self.measured.text()))

    def show_measured(self, text: str) -> None:
        """Say what the recall of the index was estimated to be; nothing: not known."""
        self.measured.setText(text)
        self.measured.setVisible(bool(text) and self.said.isVisibleTo(self))

    def _fill(self, n_shown: int, n_rows: int, ways: SearchWays | None) -> None:
        self.among.clear()
        self.among.addItem(f"these {n_shown:,} rows", "sample")
        self.among.addItem(f"all {n_rows:,} rows", "all")
        self.way.clear()
        if ways is None:
            return
        if ways.is_exact:
            self.way.addItem("exact", "exact")
        if ways.index is not None:
            self.way.addItem(f"{ways.index.kind}, approximate", "index")
            end, tip = self.way.count() - 1, Qt.ItemDataRole.ToolTipRole
            self.way.setItemData(end, describe_index(ways.index), tip)

"""Boxes to choose which columns of the metadata are the places of the rows."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from embedviz.core.projections.columns import (
    CoordinateColumns,
    coordinate_columns,
    holds_dates,
)
from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.point_style import number_columns
from embedviz.gui.projection.editor import MethodEdit
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import caption, combo_box
from embedviz.gui.widgets.flow_layout import Flow

_AXES = ("x", "y", "z")
_LEAST_WIDTH = 12


class ColumnsEdit(MethodEdit):
    """Editor of the columns that are coordinates.

    Parameters
    ----------
    name : str
        Prefix of the object names.
    """

    def __init__(self, name: str) -> None:
        flow = Flow(2 * GRID, GRID // 2)
        super().__init__(flow)
        self._boxes: list[QComboBox] = []
        self._parts: list[QWidget] = []
        for axis in _AXES:
            box = combo_box(f"{name}.{axis}", f"Column along {axis}: numbers or dates, as they are")
            fits = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            box.setSizeAdjustPolicy(fits)
            box.setMinimumContentsLength(_LEAST_WIDTH)
            box.setPlaceholderText(f"choose {axis}")
            box.activated.connect(lambda _: self._tell())
            self._boxes.append(box)
            self._parts.append(_beside(axis, box))
            flow.add(self._parts[-1])

    @property
    def settings(self) -> CoordinateColumns | None:
        """The columns that are shown; None where there are not two of them."""
        names = [box.currentData() for box in self._boxes]
        if None in names[:2]:
            return None
        return CoordinateColumns(tuple(name for name in names if name is not None))

    def show_settings(self, settings: CoordinateColumns | None, vector_set: VectorSet) -> None:
        """Show columns; None: those shown last if the set has them, else its coordinates."""
        columns = axis_columns(vector_set)
        if settings is None and self.settings is not None:
            settings = self.settings if set(self.settings.names) <= set(columns) else None
        settings = settings or first_columns(vector_set)
        names = settings.names if settings is not None else ()
        for place, box in enumerate(self._boxes):
            box.clear()
            if place == 2:
                box.addItem("none", None)
            for column in columns:
                box.addItem(column, column)
            usual = 0 if place == 2 else -1
            box.setCurrentIndex(box.findData(names[place]) if place < len(names) else usual)

    @property
    def missing(self) -> str:
        """Hint while columns are missing."""
        if self._boxes[0].count() < 2:
            return "This set has no two columns of numbers or dates."
        return "Choose a column for each axis."

    def _tell(self) -> None:
        if self.settings is not None:
            self.changed.emit(self.settings)

    def show_first(self, count: int) -> None:
        """Show boxes for so many axes."""
        for place, part in enumerate(self._parts):
            part.setVisible(place < count)


def axis_columns(vector_set: VectorSet) -> list[str]:
    """Return the columns that can be axes: numbers, dates and moments."""
    numbers = set(number_columns(vector_set))
    return [
        name
        for name in vector_set.metadata.column_names
        if name in numbers or holds_dates(vector_set.metadata.column(name))
    ]


def first_columns(vector_set: VectorSet) -> CoordinateColumns | None:
    """Return the first columns whose names say that they are coordinates, or None."""
    groups = coordinate_columns(vector_set)
    return CoordinateColumns(groups[0]) if groups else None


def _beside(text: str, box: QComboBox) -> QWidget:
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    before = caption(text)
    before.setBuddy(box)
    row.addWidget(before)
    row.addWidget(box)
    return both

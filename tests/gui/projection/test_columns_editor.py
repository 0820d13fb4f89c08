"""Choosing columns as places."""

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox

from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.vector_set import VectorSet
from embedviz.gui.projection.columns_editor import ColumnsEdit, first_columns


def described(*names):
    metadata = {"name": ["a", "b"], **{name: [0.5, 1.5] for name in names}}
    return VectorSet(np.eye(2), metadata=metadata)


@pytest.fixture
def edit(qtbot):
    edit = ColumnsEdit("map.coordinates")
    qtbot.addWidget(edit)
    edit.heard = []
    edit.changed.connect(edit.heard.append)
    edit.show()
    return edit


def box(edit, axis):
    return edit.findChild(QComboBox, f"map.coordinates.{axis}")


def choose(edit, axis, name):
    place = box(edit, axis).findData(name)
    box(edit, axis).setCurrentIndex(place)
    box(edit, axis).activated.emit(place)


def test_columns_that_say_they_are_places_come_first():
    assert first_columns(described("score", "umap_1", "umap_2")) == CoordinateColumns(
        ("umap_1", "umap_2")
    )
    assert first_columns(described("score", "rank")) is None
    assert first_columns(described("score")) is None


def test_columns_are_chosen(edit):
    edit.show_settings(None, described("score", "x", "y", "depth"))
    assert edit.settings == CoordinateColumns(("x", "y"))
    assert edit.heard == []
    choose(edit, "z", "depth")
    choose(edit, "x", "score")
    assert edit.heard == [
        CoordinateColumns(("x", "y", "depth")),
        CoordinateColumns(("score", "y", "depth")),
    ]
    choose(edit, "z", None)
    assert edit.settings == CoordinateColumns(("score", "y"))
    assert [box(edit, "x").itemText(i) for i in range(4)] == ["score", "x", "y", "depth"]


def test_columns_stay_as_long_as_the_set_has_them(edit):
    edit.show_settings(CoordinateColumns(("depth", "score")), described("score", "depth", "x", "y"))
    edit.show_settings(None, described("depth", "score"))
    assert edit.settings == CoordinateColumns(("depth", "score"))
    edit.show_settings(None, described("x", "y"))
    assert edit.settings == CoordinateColumns(("x", "y"))


def test_columns_that_say_nothing_are_chosen_before_they_are_used(edit):
    edit.show_settings(None, described("score", "rank"))
    assert edit.settings is None
    assert [box(edit, axis).currentText() for axis in "xy"] == ["", ""]
    assert box(edit, "x").placeholderText() == "choose x"
    assert "Choose a column" in edit.missing
    choose(edit, "y", "rank")
    assert edit.heard == []
    choose(edit, "x", "score")
    assert edit.heard == [CoordinateColumns(("score", "rank"))]


def test_a_set_without_numbers_has_no_places(edit):
    edit.show_settings(None, described())
    assert edit.settings is None


def test_there_are_boxes_for_the_axes_of_the_picture(edit):
    edit.show_first(2)
    assert box(edit, "y").isVisible()
    assert not box(edit, "z").isVisible()
    assert box(edit, "y").accessibleName() == "Column along y"

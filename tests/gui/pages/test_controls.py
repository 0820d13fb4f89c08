"""Rows of controls: a second row where one is too narrow, and boxes as wide as their text."""

import pytest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from embedviz.gui.pages.controls import Controls
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import combo_box, tool_button


@pytest.fixture
def around(qtbot, qapp):
    """Return a window that holds a row of two boxes and two buttons, foldable at the first."""
    window = QWidget()
    qtbot.addWidget(window)
    controls = window.controls = Controls()
    window.first = combo_box("first", "First: one", [("a long text of the first", 1), ("b", 2)])
    window.second = combo_box("second", "Second: one", [("of the second", 1)])
    window.buttons = [tool_button(f"button.{text}", text, f"{text}: it") for text in ("Run", "Go")]
    for box in (window.first, window.second):
        box.setMinimumWidth(60)
    for control in (window.first, window.second, *window.buttons):
        controls.row.addWidget(control)
    controls.row.addStretch(1)
    controls.fold_at(window.buttons[0])
    rows = QVBoxLayout(window)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.addWidget(controls)
    rows.addStretch(1)
    window.show()
    return window


def fit(around, qapp, width):
    around.setMinimumSize(1, 1)
    around.resize(width, 200)
    around.controls.fit(width)
    for _ in range(5):  # Layouts within layouts tell each other by events.
        qapp.processEvents()


def test_a_narrow_row_goes_on_in_a_second_one_and_back(around, qapp):
    controls, wide = around.controls, around.controls.wanted_width
    tops = []
    for width in (wide, wide - 1, wide):
        fit(around, qapp, width)
        assert controls.is_folded == (width < wide)
        tops.append(around.buttons[0].y() - around.first.y())
        assert around.buttons[1].y() == around.buttons[0].y()
        assert around.second.x() - around.first.geometry().right() <= GRID + 1
        assert around.buttons[1].x() - around.buttons[0].geometry().right() <= GRID + 1
    assert tops[1] > around.first.height()
    assert abs(tops[0]) < 5
    assert tops[0] == tops[2]


def test_boxes_show_their_text_where_there_is_room(around, qapp):
    for width in (around.controls.wanted_width, 1 + around.controls.minimumSizeHint().width()):
        fit(around, qapp, width)
        for control in (around.first, around.second, *around.buttons):
            assert control.geometry().right() < width
    fit(around, qapp, around.controls.wanted_width - 1)
    for box in (around.first, around.second):
        text = box.fontMetrics().horizontalAdvance(box.currentText())
        assert box.width() >= text + box.sizeHint().width() - max(
            box.fontMetrics().horizontalAdvance(box.itemText(i)) for i in range(box.count())
        )


def test_the_width_is_that_of_the_chosen_text(around):
    before = around.controls.wanted_width
    around.first.setCurrentIndex(1)
    metrics = around.first.fontMetrics()
    less = metrics.horizontalAdvance("a long text of the first") - metrics.horizontalAdvance("b")
    assert around.controls.wanted_width == before - less


def test_the_least_width_is_that_of_two_rows_with_shortened_texts(around, qapp):
    least = 60 + GRID + 60
    assert around.controls.minimumSizeHint().width() <= max(
        least, sum(each.sizeHint().width() for each in around.buttons) + GRID
    )
    fit(around, qapp, around.controls.wanted_width)
    assert around.controls.minimumSizeHint().width() < around.controls.wanted_width


def test_a_hidden_control_needs_no_room(around, qapp):
    before = around.controls.wanted_width
    around.second.hide()
    assert around.controls.wanted_width < before
    around.buttons[0].hide()  # The one at which it folds.
    around.controls.fit(10)
    assert around.controls.is_folded
    around.buttons[0].show()
    around.controls.fit(10_000)
    assert not around.controls.is_folded


def test_a_line_of_text_takes_what_is_left(qtbot, qapp):
    window = QWidget()
    qtbot.addWidget(window)
    controls, line = Controls(), QLineEdit()
    buttons = [tool_button(f"button.{text}", text, f"{text}: it") for text in ("Run", "Gear")]
    controls.row.addWidget(line, 1)
    for button in buttons:
        controls.row.addWidget(button)
    controls.fold_at(buttons[1])
    rows = QVBoxLayout(window)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.addWidget(controls)
    width = controls.wanted_width - 1
    window.setMinimumSize(1, 1)
    window.resize(width, 100)
    controls.fit(width)
    window.show()
    qapp.processEvents()
    assert buttons[0].geometry().right() == pytest.approx(width, abs=1)
    assert buttons[1].x() == 0


def test_without_a_place_to_fold_there_is_one_row(qtbot):
    controls = Controls()
    qtbot.addWidget(controls)
    controls.row.addWidget(tool_button("button", "Run", "Run: it"))
    assert not controls.fit(1)
    assert not controls.is_folded

"""Widgets that go on in further lines."""

import pytest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from embedviz.gui.widgets.flow_layout import Flow, FlowLayout


@pytest.fixture
def page(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    page.flow = Flow(10, 4)
    page.boxes = []
    for height in (20, 20, 30):
        box = QLabel()
        box.setFixedSize(100, height)
        page.flow.add(box)
        page.boxes.append(box)
    rows = QVBoxLayout(page)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.addWidget(page.flow)
    rows.addStretch(1)
    page.resize(400, 200)
    page.show()
    return page


def places(page):
    return [(box.x(), box.y()) for box in page.boxes]


def test_there_is_one_line_where_there_is_room(page):
    assert places(page) == [(0, 5), (110, 5), (220, 0)]  # Centered on the middle of the line.
    assert page.flow.height() == 30
    assert page.flow.sizeHint().width() == 320


@pytest.mark.parametrize(
    ("width", "expected", "height"),
    [
        (320, [(0, 5), (110, 5), (220, 0)], 30),
        (319, [(0, 0), (110, 0), (0, 24)], 54),
        (120, [(0, 0), (0, 24), (0, 48)], 78),
    ],
)
def test_what_does_not_fit_goes_into_the_next_line(page, qtbot, width, expected, height):
    page.resize(width, 200)
    qtbot.waitUntil(lambda: places(page) == expected)
    assert page.flow.height() == height
    assert page.flow.minimumSizeHint().width() == 100


def test_what_is_hidden_takes_no_room(page, qtbot):
    page.boxes[1].hide()
    qtbot.waitUntil(lambda: page.boxes[2].x() == 110)
    for box in page.boxes:
        box.hide()
    assert page.flow.heightForWidth(100) == 0
    assert page.flow.sizeHint().isEmpty()


def test_items_can_be_looked_at_and_taken(qtbot):
    layout, holder = FlowLayout(1, 1), QWidget()
    qtbot.addWidget(holder)
    holder.setLayout(layout)
    labels = [QLabel(text) for text in "ab"]
    for label in labels:
        layout.addWidget(label)
    assert layout.count() == 2
    assert layout.itemAt(1).widget() is labels[1]
    assert layout.itemAt(2) is None
    assert layout.takeAt(0).widget() is labels[0]
    assert layout.takeAt(5) is None
    assert layout.count() == 1
    assert not layout.expandingDirections()

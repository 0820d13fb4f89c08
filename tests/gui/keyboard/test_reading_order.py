"""Tab goes as one reads, whatever was made first."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from embedviz.gui.keyboard.reading_order import DialogInReadingOrder, move_focus, stops_in
from embedviz.gui.widgets.controls import Segments


def buttons(parent, *places):
    """Return buttons named by their numbers, at places in a widget: left, top, width, height."""
    made = []
    for number, place in enumerate(places):
        button = QPushButton(str(number), parent)
        button.setGeometry(QRect(*place))
        made.append(button)
    return made


def order(parent):
    return "".join(stop.text() for stop in stops_in(parent))


@pytest.fixture
def dialog(qtbot):
    made = DialogInReadingOrder()
    qtbot.addWidget(made)
    made.resize(400, 300)
    return made


def shown(qtbot, widget):
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()


@pytest.mark.parametrize(
    ("places", "wanted"),
    [
        ([(200, 0, 50, 20), (0, 0, 50, 20), (0, 40, 50, 20)], "102"),
        # Lines: their controls are not at exactly the same height.
        ([(0, 5, 50, 20), (60, 2, 50, 26), (0, 40, 50, 20), (60, 38, 50, 26)], "0123"),
        # Columns: no line goes through both.
        ([(0, 0, 50, 90), (60, 40, 50, 90), (0, 92, 50, 60), (60, 0, 50, 30)], "0231"),
        # One tall control beside lines.
        ([(60, 0, 50, 20), (60, 30, 50, 20), (0, 0, 50, 60)], "201"),
        # What lies over each other has some order, from the top.
        ([(10, 10, 50, 50), (0, 0, 50, 50)], "10"),
    ],
)
def test_lines_and_columns(dialog, qtbot, places, wanted):
    buttons(dialog, *places)
    shown(qtbot, dialog)
    assert order(dialog) == wanted


@settings(max_examples=30, deadline=None)
@given(shape=st.tuples(st.integers(1, 4), st.integers(1, 4)), shuffled=st.randoms())
def test_a_grid_is_read_line_by_line(qapp, shape, shuffled):
    n_rows, n_columns = shape
    cells = [(x, y) for y in range(n_rows) for x in range(n_columns)]
    shuffled.shuffle(cells)
    page = QWidget()
    for x, y in cells:
        QPushButton(f"{y}{x}", page).setGeometry(60 * x, 40 * y, 50, 30)
    page.show()
    names = [stop.text() for stop in stops_in(page)]
    page.close()
    assert names == sorted(names)


def test_what_is_in_one_container_stays_together(dialog, qtbot):
    row = QHBoxLayout(dialog)
    for column in ("ab", "cd"):
        box = QWidget()
        lines = QVBoxLayout(box)
        for name in column:
            lines.addWidget(QPushButton(name))
        row.addWidget(box)
    shown(qtbot, dialog)
    assert order(dialog) == "abcd"


def test_what_cannot_be_used_is_left_out(dialog, qtbot):
    places = [(0, 40 * place, 50, 20) for place in range(4)]
    made = buttons(dialog, *places)
    made[0].setEnabled(False)
    made[1].hide()
    made[2].setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    made[1].setParent(dialog)
    shown(qtbot, dialog)
    assert order(dialog) == "3"
    assert move_focus(dialog, forward=True)
    made[3].setEnabled(False)
    assert not move_focus(dialog, forward=True)


def test_tab_goes_round_in_both_directions(dialog, qtbot):
    second, first = buttons(dialog, (0, 40, 50, 20), (0, 0, 50, 20))
    shown(qtbot, dialog)
    first.setFocus()
    for key, wanted in (
        (Qt.Key.Key_Tab, second),
        (Qt.Key.Key_Tab, first),
        (Qt.Key.Key_Backtab, second),
        (Qt.Key.Key_Backtab, first),
    ):
        qtbot.keyClick(dialog.focusWidget(), key)
        assert dialog.focusWidget() is wanted


@pytest.mark.parametrize(("forward", "wanted"), [(True, "0"), (False, "1")])
def test_without_a_focus_tab_begins_at_an_end(dialog, qtbot, forward, wanted):
    made = buttons(dialog, (0, 0, 50, 20), (0, 40, 50, 20))
    shown(qtbot, dialog)
    for button in made:
        button.clearFocus()
    move_focus(dialog, forward=forward)
    assert dialog.focusWidget().text() == wanted


def test_what_is_scrolled_away_comes_into_view(dialog, qtbot):
    page, scroll = QWidget(), QScrollArea(dialog)
    page.setFixedSize(200, 2000)
    near, far = buttons(page, (0, 0, 50, 20), (0, 1900, 50, 20))
    scroll.setWidget(page)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.resize(220, 200)
    shown(qtbot, dialog)
    near.setFocus()
    qtbot.keyClick(near, Qt.Key.Key_Tab)
    assert far.hasFocus()
    assert not far.visibleRegion().isEmpty()


def test_tab_comes_to_the_segment_that_is_chosen_and_arrows_choose(dialog, qtbot):
    segments = Segments("some.where", "Where", ("a", "b", "c"))
    QVBoxLayout(dialog).addWidget(segments)
    segments.show_choice(1)
    shown(qtbot, dialog)
    assert order(dialog) == "b"
    move_focus(dialog, forward=True)
    for key, wanted in ((Qt.Key.Key_Right, 2), (Qt.Key.Key_Left, 1), (Qt.Key.Key_Left, 0)):
        with qtbot.waitSignal(segments.chosen) as caught:
            qtbot.keyClick(dialog.focusWidget(), key)
        assert caught.args == [wanted]
        assert segments.button(wanted).hasFocus()


def test_of_radio_buttons_the_chosen_one_is_a_stop(dialog, qtbot):
    rows = QVBoxLayout(dialog)
    first, second, other = (QRadioButton(name) for name in "abc")
    group = QButtonGroup(dialog)
    group.setExclusive(False)
    group.addButton(other)
    for button in (first, second, other):
        rows.addWidget(button)
    shown(qtbot, dialog)
    assert order(dialog)[-1] == "c"
    second.setChecked(True)
    assert order(dialog) == "bc"

"""The line of the question: completions of the term at the cursor, and when it is asked."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.settings import AnalogySettings


@pytest.fixture
def line(opened):
    line = opened.controls.line
    line.setFocus()
    line.selectAll()
    return line


@pytest.fixture
def offered(line, qtbot, session, idle):
    """Return a function that types, and returns what is offered then."""

    def type_and_wait(text):
        qtbot.keyClicks(line, text)
        idle(session)
        return line.choices.model().stringList() if line.popup.isVisible() else []

    return type_and_wait


def test_what_begins_so_is_offered_before_what_holds_it(offered):
    found = offered("quee")
    first = [label for label in found if label.startswith("quee")]
    assert first == ["queen", "queensland", "queens"]  # The more frequent ones first.
    assert found[:3] == first
    assert all("quee" in label for label in found)


def test_only_the_term_at_the_cursor_is_completed(offered, line, qtbot, session):
    before = session.state
    assert offered("king - man")[1] == "many"
    for _ in range(2):
        qtbot.keyClick(line.popup, Qt.Key.Key_Down)
    qtbot.keyClick(line.popup, Qt.Key.Key_Return)
    assert line.text() == "king - many"
    assert not line.popup.isVisible()
    assert session.state == before  # It is not asked before Return.


def test_a_term_in_the_middle_is_replaced(line, offered, qtbot):
    line.setText("king − ma + woman")
    line.setCursorPosition(9)
    offered("r")
    line.choose("market")
    assert line.text() == "king − market + woman"
    assert line.cursorPosition() == len("king − market")


def test_a_click_on_a_completion(line, offered, click_line):
    place = offered("king - wom").index("women")
    click_line(line.popup, place)
    assert line.text() == "king - women"


def test_return_asks_and_escape_brings_back_what_was_asked(line, offered, qtbot, session, idle):
    offered("paris - france + italy")
    line.popup.hide()
    qtbot.keyClick(line, Qt.Key.Key_Return)
    idle(session)
    assert session.state[AnalogySettings].positive == ("paris", "italy")
    offered(" + x")
    qtbot.keyClick(line, Qt.Key.Key_Escape)  # The list of completions, if there is one.
    line.popup.hide()
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == "paris − france + italy"


def test_a_line_that_is_left_is_asked(line, offered, opened, session, idle, qtbot):
    offered("paris - france + italy")
    line.popup.hide()
    with qtbot.waitActive(opened.pane):
        opened.pane.activateWindow()
    opened.list.setFocus()
    idle(session)
    assert session.state[AnalogySettings].negative == ("france",)
    session.undo()
    idle(session)
    assert line.text() == "king − man + woman"


def test_a_label_that_looks_like_a_sum_is_quoted(page_of, session, idle, qtbot):
    page = page_of(VectorSet(np.eye(4), ["a - b", "c", "d", "e f"]), positive=("c",), negative=())
    line = page.controls.line
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "d + a")
    idle(session)
    line.choose("a - b")
    assert line.text() == 'd + "a - b"'
    line.popup.hide()
    qtbot.keyClick(line, Qt.Key.Key_Return)
    idle(session)
    assert session.state[AnalogySettings].positive == ("d", "a - b")


def test_a_proportion_may_be_pasted(line, qapp, qtbot, session, idle):
    qapp.clipboard().setText("man : king :: woman : ?")
    line.paste()
    qtbot.keyClick(line, Qt.Key.Key_Return)
    idle(session)
    assert session.state[AnalogySettings] == AnalogySettings()

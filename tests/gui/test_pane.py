"""What the base of all panes promises, with a pane that only counts."""

import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QPushButton, QSpinBox, QVBoxLayout
from pytestqt.exceptions import capture_exceptions

from embedviz.app.state import State
from embedviz.core.errors import UserError
from embedviz.gui import pane as pane_module
from embedviz.gui.pane import Pane
from embedviz.gui.theme import TEXT_PIXELS
from embedviz.gui.widgets.hint_page import HintPage
from embedviz.panes.matryoshka.settings import MatryoshkaSettings


def prefix(state):
    """Return how many dimensions are used; 0 where nothing is open."""
    return 0 if state.active is None else state[MatryoshkaSettings].length(state.active)


class CountingPane(Pane):
    title, name, hint = "Counting", "counting", "Open a file to count."

    def build(self):
        self.drawn = []
        self.task = self.calculations.new_task("counting")
        self.box = QSpinBox()
        self.box.valueChanged.connect(
            lambda n: self.edit(self.session.state.with_settings(MatryoshkaSettings(n)))
        )
        self.tools.addWidget(self.box)
        self.label = QLabel("text", self.picture)
        QVBoxLayout(self.picture).addWidget(self.label)

    def release(self):
        self.drawn.append("forgotten")

    def draw(self, old, new):
        self.drawn.append((old, new))
        self.box.setRange(1, new.active.dimensions)
        self.box.setValue(prefix(new))


@pytest.fixture
def pane(session, qtbot):
    pane = CountingPane(session)
    qtbot.addWidget(pane)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


@pytest.fixture
def made(pane):
    """Return the pane with its widgets."""
    pane.make()
    return pane


def test_says_what_to_do_and_offers_it(pane, qtbot):
    words = [label.text() for label in pane.findChildren(QLabel) if label.isVisible()]
    assert "Open a file to count." in words
    asked = []
    pane.action_wanted.connect(asked.append)
    for name in ("file.open", "file.words"):
        pane.findChild(QPushButton, f"counting.{name}").click()
    assert asked == ["file.open", "file.words"]


def test_draws_what_is_new_and_nothing_twice(pane, session, toy):
    session.show(State().opened(toy))
    session.show(session.state.with_settings(MatryoshkaSettings(5)))
    assert [(prefix(old), prefix(new)) for old, new in pane.drawn] == [
        (0, 32),
        (32, 5),
    ]
    pane.hide()
    pane.show()
    assert len(pane.drawn) == 2


def test_drawing_never_edits(pane, session, toy, words):
    """A box whose range shrinks reports a value that nobody chose."""
    session.show(State().opened(words))
    wanted = session.state.opened(toy).with_settings(MatryoshkaSettings(7))
    session.show(wanted)
    assert session.state == wanted
    assert pane.box.value() == 7


def test_the_user_edits(pane, session, toy):
    session.show(State().opened(toy))
    pane.box.setValue(4)
    assert prefix(session.state) == 4


def test_what_nobody_sees_catches_up_in_one_step(pane, session, toy):
    session.show(State().opened(toy))
    pane.hide()
    for dimensions in (9, 8, 7):
        session.show(session.state.with_settings(MatryoshkaSettings(dimensions)))
    assert len(pane.drawn) == 1
    pane.show()
    assert [(prefix(old), prefix(new)) for old, new in pane.drawn[1:]] == [(32, 7)]


def test_a_tab_in_the_background_waits_too(pane, session, toy):
    pane.set_in_front(False)
    session.show(State().opened(toy))
    assert not hasattr(pane, "drawn")  # Not even its widgets are made.
    pane.set_in_front(True)
    assert len(pane.drawn) == 1


def test_the_hint_comes_back_when_all_is_closed(pane, session, toy):
    session.show(State().opened(toy))
    assert pane.picture.isVisible()
    session.show(session.state.closed(toy))
    assert not pane.picture.isVisible()
    session.show(State().opened(toy))
    assert pane.picture.isVisible()
    assert pane.drawn[-1][0].active is None


def test_a_closed_set_is_forgotten_also_where_nobody_looks(pane, session, toy, words, qtbot):
    session.show(State().opened(toy))
    pane.hide()
    go = threading.Event()
    got = []
    pane.task.run(lambda report: go.wait(), got.append)
    session.show(session.state.opened(words))
    assert pane.task.is_busy
    session.show(session.state.closed(toy))
    assert pane.drawn[1:] == ["forgotten"]
    assert not pane.task.is_busy
    go.set()
    pane.show()
    assert [(old.active, new.active) for old, new in pane.drawn[2:]] == [(None, words)]
    qtbot.waitUntil(lambda: session.board.current is None)
    assert got == []


def test_results_are_drawn_without_editing(pane, session, toy, qtbot):
    session.show(State().opened(toy))
    state = session.state
    with qtbot.waitSignal(pane.task.finished):
        pane.calculations.run(pane.task, lambda report: 3, pane.box.setValue)
    assert pane.box.value() == 3
    assert session.state == state


def test_what_the_user_can_mend_is_told_until_the_next_try(made, qtbot):
    def work(report):
        raise UserError("All rows are equal. Use another set.")

    with qtbot.waitSignal(made.task.finished):
        made.calculations.run(made.task, work, lambda result: None)
    assert made.message_bar.text == "All rows are equal. Use another set."
    with qtbot.waitSignal(made.task.finished):
        made.calculations.run(made.task, lambda report: 1, lambda result: None)
    assert made.message_bar.text == ""


def test_errors_of_the_program_go_on_to_the_handler(made, qtbot):
    def work(report):
        raise ZeroDivisionError

    with capture_exceptions() as caught, qtbot.waitSignal(made.task.finished):
        made.calculations.run(made.task, work, lambda result: None)
    assert [kind for kind, *_ in caught] == [ZeroDivisionError]
    assert made.message_bar.text == ""


def test_an_error_in_drawing_leaves_the_pane_editable(pane, session, toy, qtbot):
    session.show(State().opened(toy))
    with capture_exceptions() as caught, qtbot.waitSignal(pane.task.finished):
        pane.calculations.run(pane.task, lambda report: 1, lambda result: 1 / 0)
    assert len(caught) == 1
    pane.box.setValue(6)
    assert prefix(session.state) == 6


def test_its_work_is_on_the_board(made, session, qtbot):
    go = threading.Event()
    made.task.run(lambda report: go.wait(), lambda result: None)
    assert session.board.current == (0.0, "counting")
    with qtbot.waitSignal(made.task.finished):
        go.set()


def test_text_grows_in_the_picture_alone(pane, session, toy, qtbot):
    session.show(State().opened(toy))
    qtbot.waitUntil(pane.label.isVisible)
    box = pane.box.font().pixelSize()
    pane.set_text_scale(2.0)
    assert pane.label.font().pixelSize() == 2 * TEXT_PIXELS
    assert pane.box.font().pixelSize() == box
    pane.set_text_scale(1.0)
    assert pane.label.font().pixelSize() == TEXT_PIXELS


def test_text_is_large_also_where_widgets_are_made_later(pane, session, toy, qtbot):
    pane.set_text_scale(2.0)
    session.show(State().opened(toy))
    qtbot.waitUntil(pane.label.isVisible)
    assert pane.label.font().pixelSize() == 2 * TEXT_PIXELS


def test_over_many_rows_it_is_made_after_it_is_shown(session, toy, qtbot, monkeypatch):
    monkeypatch.setattr(pane_module, "MANY_ROWS", len(toy))
    session.show(State().opened(toy))
    pane = CountingPane(session)
    qtbot.addWidget(pane)
    pane.show()
    assert not pane.is_built
    qtbot.waitUntil(lambda: pane.is_built and len(pane.drawn) > 0)
    assert [(prefix(old), prefix(new)) for old, new in pane.drawn] == [(0, 32)]
    pane.hide()
    session.show(session.state.with_settings(MatryoshkaSettings(5)))
    pane.show()  # From now on at once.
    assert prefix(pane.drawn[-1][1]) == 5
    assert len(pane.drawn) == 2


def test_over_many_rows_each_step_has_a_turn_of_its_own(session, toy, qtbot, monkeypatch):
    steps = []

    class Slow(CountingPane):
        def build(self):
            super().build()
            steps.append(("build", self.tool_row.isVisible()))
            QTimer.singleShot(0, lambda: steps.append("turn"))

        def show_controls(self):
            steps.append(("controls", self.tool_row.isVisible()))
            QTimer.singleShot(0, lambda: steps.append("turn"))

        def draw(self, old, new):
            super().draw(old, new)
            steps.append("draw")

    monkeypatch.setattr(pane_module, "MANY_ROWS", len(toy))
    session.show(State().opened(toy))
    pane = Slow(session)
    qtbot.addWidget(pane)
    pane.show()
    qtbot.waitUntil(lambda: "draw" in steps)
    assert steps == [("build", False), "turn", ("controls", True), "turn", "draw"]


def test_over_many_rows_that_are_closed_before_it_is_made_it_says_what_to_do(
    session, toy, qtbot, monkeypatch
):
    monkeypatch.setattr(pane_module, "MANY_ROWS", len(toy))
    session.show(State().opened(toy))
    pane = CountingPane(session)
    qtbot.addWidget(pane)
    pane.show()
    session.show(State())
    qtbot.waitUntil(lambda: pane.is_built)
    qtbot.wait(50)
    assert pane.findChild(HintPage).isVisible()
    assert pane.drawn == []


def test_widgets_are_made_once(made):
    box = made.box
    made.make()
    assert made.box is box


def test_a_side_panel_is_made_at_once_and_offers_no_files(session, qtbot):
    class Side(CountingPane):
        is_side_panel = True

    side = Side(session)
    qtbot.addWidget(side)
    assert side.drawn == []
    assert side.findChildren(QPushButton) == []


def test_a_pane_must_build_and_draw(session, toy, qtbot):
    class Empty(Pane):
        title, name, hint = "Empty", "empty", ""

    empty = Empty(session)
    qtbot.addWidget(empty)
    with pytest.raises(NotImplementedError):
        empty.make()
    with pytest.raises(NotImplementedError):
        empty.draw(State(), State().opened(toy))

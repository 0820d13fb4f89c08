from threading import Event

import pytest
import shiboken6
from PySide6.QtWidgets import QWidget

from embedviz.app.tasks import TaskBoard
from embedviz.gui.calculations import Calculations
from embedviz.gui.widgets.message_bar import MessageBar


class Host(QWidget):
    again = "Go on"

    def __init__(self):
        super().__init__()
        self.message_bar = MessageBar()
        self.message_bar.setParent(self)

    def wants(self, subject):
        return True

    def on_failed(self, task, *, failed=False):
        pass

    def without_edits(self, draw):
        draw()


@pytest.fixture
def calculations(qtbot):
    host = Host()
    qtbot.addWidget(host)
    return Calculations(host, host, TaskBoard(host))


@pytest.fixture
def held(calculations):
    """Give an urgent task that is at work until the event is set."""
    go, task = Event(), calculations.new_task("the lists", urgency=1)
    calculations.run(task, lambda report: go.wait(30), lambda result: None)
    yield task, go
    go.set()


def test_what_is_less_urgent_begins_later(calculations, held, qtbot):
    task, go = held
    was_busy = []
    later = calculations.new_task("the page")

    def work(report):
        was_busy.append(task.is_busy)
        return "done"

    got = []
    reported = []
    later.progressed.connect(lambda fraction, words: reported.append(words))
    calculations.run(later, work, got.append)
    qtbot.waitUntil(lambda: len(reported) >= 3)  # It looks again and again, and does nothing.
    assert was_busy == []
    go.set()
    qtbot.waitUntil(lambda: got == ["done"])
    assert was_busy == [False]


def test_what_is_at_work_waits_at_its_next_report(calculations, qtbot):
    urgent, page = calculations.new_task("the lists", urgency=1), calculations.new_task("the page")
    begun, go_on, go = Event(), Event(), Event()
    passed = []

    def work(report, tell):
        begun.set()
        go_on.wait(30)
        report(0.5, "half")
        passed.append(urgent.is_busy)
        tell("part")
        return "done"

    got, parts = [], []
    calculations.run(page, work, got.append, on_part=parts.append)
    qtbot.waitUntil(begun.is_set)
    calculations.run(urgent, lambda report: go.wait(30), lambda result: None)
    halves = []
    page.progressed.connect(lambda fraction, words: halves.append((fraction, words)))
    go_on.set()
    qtbot.waitUntil(lambda: halves.count((0.5, "half")) >= 3)
    assert passed == []
    go.set()
    qtbot.waitUntil(lambda: got == ["done"])
    assert passed == [False]
    assert parts == ["part"]


def test_what_waits_can_be_stopped(calculations, held, qtbot):
    _, go = held
    later, called = calculations.new_task("the page"), []
    calculations.run(later, called.append, lambda result: None)
    with qtbot.waitSignal(later.finished):
        calculations.cancel(later)
    assert called == []
    go.set()


def test_what_is_urgent_waits_for_nothing(calculations, qtbot):
    go, page = Event(), calculations.new_task("the page")
    urgent, got = calculations.new_task("the lists", urgency=2), []
    calculations.run(page, lambda report: go.wait(30), lambda result: None)
    calculations.run(urgent, lambda report: "lists", got.append)
    qtbot.waitUntil(lambda: got == ["lists"])
    assert page.is_busy
    with qtbot.waitSignal(page.finished):
        go.set()


def test_a_pane_that_is_gone_holds_nothing_up(qtbot, qapp):
    host, go, called = Host(), Event(), Event()
    calculations = Calculations(host, host, TaskBoard(host))
    urgent, page = calculations.new_task("the lists", urgency=1), calculations.new_task("the page")
    calculations.run(urgent, lambda report: go.wait(30), lambda result: None)
    calculations.run(page, lambda report: called.set(), lambda result: None)
    shiboken6.delete(host)
    go.set()
    qtbot.waitUntil(called.is_set)

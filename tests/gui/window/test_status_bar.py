"""What the bottom line says, and when it shows progress."""

import threading

import pytest
from PySide6.QtCore import Qt

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.gui.describe import METRICS
from embedviz.gui.theme import GRID
from embedviz.gui.window.status_bar import PATIENCE_MILLISECONDS, StatusBar


@pytest.fixture
def bar(session, qtbot):
    bar = StatusBar(session)
    qtbot.addWidget(bar)
    bar.resize(1000, 24)
    with qtbot.waitExposed(bar):
        bar.show()
    return bar


@pytest.fixture
def task(session):
    return session.board.add(Task(session), "counting stars")


@pytest.fixture
def work():
    """Return work that goes on until it is let go, and reports what it is told to."""

    class Work:
        def __init__(self):
            self.go, self.reports = threading.Event(), []

        def __call__(self, report):
            for fraction, message in self.reports:
                report(fraction, message)
            self.go.wait()
            report(1.0, "ready")

    work = Work()
    yield work
    work.go.set()


def test_says_what_is_shown(bar, session, toy):
    assert bar.facts.text() == "Nothing is open"
    session.show(State().opened(toy))
    assert bar.facts.text() == "toy · 50 × 32 · cosine"
    session.show(session.state.listing(metric="euclidean").selecting([1, 2]))
    assert bar.facts.text() == "toy · 50 × 32 · Euclidean · 2 selected"
    session.show(session.state.closed(toy))
    assert bar.facts.text() == "Nothing is open"


def test_progress_appears_after_a_moment_only(bar, task, work, qtbot):
    assert PATIENCE_MILLISECONDS == 300
    assert bar._patience.isSingleShot()
    task.run(work, lambda result: None)
    assert bar._patience.isActive()
    assert not bar.bar.isVisible()
    qtbot.waitUntil(bar.bar.isVisible)
    assert bar.words.text() == "counting stars"
    assert bar.bar.maximum() == 0  # It says nothing of how far it is: the bar just moves.
    assert bar.stop.isVisible()
    work.go.set()
    qtbot.waitUntil(lambda: not bar.bar.isVisible())
    assert not bar.stop.isVisible()
    assert not bar.words.isVisible()


def test_work_that_ends_sooner_shows_nothing(bar, task, qtbot):
    with qtbot.waitSignal(task.finished):
        task.run(lambda report: 1, lambda result: None)
    assert not bar._patience.isActive()
    assert not bar.bar.isVisible()


def test_progress_goes_on_in_view(bar, task, work, qtbot, monkeypatch):
    bar._patience.setInterval(0)
    work.reports = [(0.25, "a quarter")]
    task.run(work, lambda result: None)
    qtbot.waitUntil(lambda: bar.bar.isVisible() and bar.words.text() == "a quarter")
    assert bar.bar.value() / bar.bar.maximum() == 0.25


def test_stop_ends_what_is_at_work(bar, task, work, qtbot):
    bar._patience.setInterval(0)
    got = []
    task.run(work, got.append)
    qtbot.waitUntil(bar.stop.isVisible)
    qtbot.mouseClick(bar.stop, Qt.MouseButton.LeftButton)
    assert not bar.bar.isVisible()
    assert not task.is_busy
    work.go.set()
    qtbot.waitUntil(lambda: task._at_work is None)
    assert got == []


def test_a_moment_that_ends_with_the_work_shows_nothing(bar, session, task, work):
    task.run(work, lambda result: None)
    session.board.stop()
    bar._show_work()  # As when the timer had just run out.
    assert not bar.bar.isVisible()


def test_names_every_metric(bar):
    from typing import get_args

    from embedviz.core.neighbors import Metric

    assert set(METRICS) == set(get_args(Metric))


def test_what_was_done_is_said_beside_what_is_shown(bar, session, toy):
    session.show(State().opened(toy))
    bar.showMessage("Written to /a/b.npy", 10)
    assert bar.told.isVisible()
    assert bar.facts.isVisible()
    assert bar.told.text() == bar.currentMessage() == "Written to /a/b.npy"
    assert bar._brevity.interval() == 10
    bar._brevity.timeout.emit()
    assert not bar.told.isVisible()
    assert not bar.currentMessage()


def test_a_long_path_leaves_room_for_what_is_shown(bar):
    path = f"Written to /{'folder/' * 60}b.npy"
    bar.showMessage(path)
    assert "…" in bar.told.text()
    assert bar.told.text().endswith("b.npy")
    assert bar.told.toolTip() == path
    assert bar.told.width() <= bar.width() // 2 + 4 * GRID


def test_follows_what_is_in_front(bar, session, toy, qtbot):
    told = ["one"]
    bar.follow(lambda state: (state.active, (told[0], "")))
    session.show(State().opened(toy))
    assert bar.facts.text() == "toy · 50 × 32 · one"
    told[0] = "two"
    bar.turn()
    qtbot.waitUntil(lambda: bar.facts.text() == "toy · 50 × 32 · two")
    bar.follow(lambda state: (None, ("nothing of a set",)))
    assert bar.facts.text() == "nothing of a set"

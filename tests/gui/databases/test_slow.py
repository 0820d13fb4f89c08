"""A slow engine: the window answers, Stop and Cancel work, and nothing is left running."""

import threading

import pytest
from PySide6.QtCore import Qt, QTimer

from embedviz.app.tasks import THREAD_NAME


@pytest.fixture
def reach(dialog, pauses, typed, answer, settled, wait_until):
    """Return a function that goes as far as a place where the engine waits."""

    def go(name):
        if name != "take":
            pauses.stop_at(name)
        typed(dialog, "slow://db")
        dialog.form.connect_button.click()
        answer(dialog)
        if name == "take":
            settled(dialog)
            pauses.stop_at(name)
            dialog.footer.open_button.click()
        wait_until(pauses.reached[name].is_set)

    return go


@pytest.fixture
def answers(wait_until):
    """Return a function that waits until the UI thread answered some events."""

    def wait():
        ticks, timer = [], QTimer(interval=5)
        timer.timeout.connect(lambda: ticks.append(1))
        timer.start()
        wait_until(lambda: len(ticks) > 3)
        timer.stop()

    return wait


def nothing_runs(pauses, wait_until):
    def is_over():
        return pauses.n_open == 0 and not any(
            each.name == THREAD_NAME for each in threading.enumerate()
        )

    wait_until(is_over)


@pytest.mark.parametrize("place", ["connect", "list", "open", "bounds", "take"])
def test_stop_works_while_the_engine_is_slow(
    dialog, window, pauses, reach, place, answers, wait_until, typed
):
    reach(place)
    assert dialog.footer.stop.isVisible()
    assert not dialog.form.connect_button.isEnabled() or place in ("list", "open", "bounds")
    answers()
    dialog.footer.stop.click()
    assert not dialog.work.is_busy
    assert not dialog.footer.stop.isVisible()
    assert window.session.board.current is None
    assert dialog.work.error == ""
    typed(dialog, "memory://db")  # It can be used at once.
    assert dialog.form.connect_button.isEnabled()
    pauses.go_on()
    nothing_runs(pauses, wait_until)
    assert window.session.state.active is None
    assert dialog.work.connection is None


@pytest.mark.parametrize("place", ["connect", "list", "open"])
def test_escape_ends_it_while_the_engine_is_slow(
    dialog, window, pauses, reach, place, wait_until, qtbot
):
    reach(place)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert window.session.board.current is None
    pauses.go_on()
    nothing_runs(pauses, wait_until)
    assert dialog.work.connection is None


def test_a_sample_is_read_on_when_the_dialog_is_closed(
    dialog, window, pauses, reach, wait_until, qtbot
):
    reach("take")
    dialog.footer.close_button.click()
    assert not dialog.isVisible()
    assert window.session.board.current is not None
    pauses.go_on()
    wait_until(lambda: window.session.state.active is not None)
    assert len(window.session.state.active) == 50
    nothing_runs(pauses, wait_until)


def test_a_sample_that_is_stopped_in_the_status_bar_ends_the_connection(
    dialog, window, pauses, reach, wait_until
):
    reach("take")
    dialog.close()
    window.session.board.stop()
    assert dialog.work.connection is None
    pauses.go_on()
    nothing_runs(pauses, wait_until)
    assert window.session.state.active is None
    assert window.message_bar.isHidden()


def test_a_failure_behind_a_closed_dialog_is_said_in_the_window(
    dialog, memory, window, pauses, reach, wait_until
):
    reach("take")
    dialog.close()
    memory["things"].fails_after = 0
    pauses.go_on()
    wait_until(lambda: window.message_bar.isVisible())
    assert "does not answer any more" in window.message_bar.text
    nothing_runs(pauses, wait_until)


def test_the_question_goes_when_it_is_stopped(dialog, pauses, typed, wait_until, settled):
    typed(dialog, "slow://db")
    dialog.form.connect_button.click()
    wait_until(lambda: dialog.work.consent.dialog is not None)
    dialog.footer.stop.click()
    assert dialog.work.consent.dialog is None
    settled(dialog)
    nothing_runs(pauses, wait_until)


def test_closing_the_window_ends_all(dialog, window, pauses, reach, wait_until):
    reach("take")
    window.close()
    assert dialog.work.connection is None
    pauses.go_on()
    nothing_runs(pauses, wait_until)

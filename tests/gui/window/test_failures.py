"""Errors of the program itself: a log entry, one dialog, and the program goes on."""

import logging
import sys
import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMessageBox, QPushButton, QVBoxLayout, QWidget

from embedviz.gui.window import failures
from embedviz.gui.window.failures import FailureHandler, log_path


@pytest.fixture
def window(qtbot):
    window = QWidget()
    window.button = QPushButton("Break", window)
    QVBoxLayout(window).addWidget(window.button)
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def handler(window, monkeypatch, tmp_path):
    """Return an installed handler that writes to a file of the test."""
    monkeypatch.setattr(failures, "log_path", lambda: tmp_path / "logs" / "embedviz.log")
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    before = list(failures.log.handlers)
    handler = FailureHandler(window)
    handler.install()
    yield handler
    for added in set(failures.log.handlers) - set(before):
        failures.log.removeHandler(added)
        added.close()
    if handler.dialog is not None:
        handler.dialog.close()


def fail(message="cannot be"):
    try:
        raise ZeroDivisionError(message)
    except ZeroDivisionError as error:
        return type(error), error, error.__traceback__


def test_writes_a_log_and_shows_one_dialog(handler, qtbot, tmp_path, capsys):
    for message in ("first", "second", "third"):
        handler.handle(*fail(message))
    qtbot.waitUntil(lambda: handler.dialog is not None)
    log = (tmp_path / "logs" / "embedviz.log").read_text()
    assert [f"ZeroDivisionError: {name}" in log for name in ("first", "second", "third")] == (
        [True] * 3
    )
    assert "test_failures.py" in log
    assert "ZeroDivisionError: second" in capsys.readouterr().err
    boxes = handler.parent().findChildren(QMessageBox)
    assert boxes == [handler.dialog]
    assert handler.dialog.isVisible()
    assert not handler.dialog.isModal()
    assert "ZeroDivisionError: first" in handler.dialog.informativeText()
    assert str(failures.log_path()) in handler.dialog.informativeText()
    assert "Traceback" in handler.dialog.detailedText()


def test_the_next_error_after_closing_is_shown_again(handler, qtbot):
    handler.handle(*fail("first"))
    qtbot.waitUntil(lambda: handler.dialog is not None)
    handler.dialog.accept()
    assert handler.dialog is None
    handler.handle(*fail("second"))
    qtbot.waitUntil(lambda: handler.dialog is not None)
    assert "second" in handler.dialog.informativeText()


def test_an_error_in_a_slot_is_caught_and_the_program_goes_on(handler, window, qtbot, monkeypatch):
    clicks = []

    def slot():
        clicks.append(1)
        raise KeyError("slot")

    # PySide hands an error in a slot to sys.excepthook, which pytest-qt has replaced.
    monkeypatch.setattr(sys, "excepthook", handler.handle)
    window.button.clicked.connect(slot)
    QTimer.singleShot(0, window.button.click)
    qtbot.waitUntil(lambda: handler.dialog is not None)
    assert "KeyError: 'slot'" in handler.dialog.informativeText()
    QTimer.singleShot(0, window.button.click)
    qtbot.waitUntil(lambda: len(clicks) == 2)


def test_an_error_in_a_thread_is_shown_in_the_ui_thread(handler, qtbot):
    def work():
        raise ValueError("in a thread")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: handler.dialog is not None)
    assert "ValueError: in a thread" in handler.dialog.informativeText()


def test_the_keyboard_still_interrupts(handler, qtbot, capsys):
    handler.handle(KeyboardInterrupt, KeyboardInterrupt(), None)
    qtbot.wait(1)
    assert handler.dialog is None
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_runs_where_no_log_can_be_written(window, monkeypatch, tmp_path, qtbot):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(failures, "log_path", lambda: tmp_path / "file" / "embedviz.log")
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "stderr", None)  # As in a program without a console.
    handler = FailureHandler(window)
    handler.install()
    handler.handle(*fail())
    qtbot.waitUntil(lambda: handler.dialog is not None)
    handler.dialog.close()


def test_the_log_is_in_the_folder_of_the_application(qapp):
    assert log_path().name == "embedviz.log"
    assert log_path().is_absolute()
    assert failures.log is logging.getLogger("embedviz")

"""What a window does to the process that it is opened in: the program's own, or somebody else's."""

import builtins
import gc
import sys
import threading

import numpy as np
import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from embedviz.commands.window import set_up_interpreter, show
from embedviz.core.processes import priority
from embedviz.gui.window import failures


@pytest.fixture
def shown(monkeypatch, qtbot, idle):
    """Return a function that shows vectors as a notebook does, until nothing is calculated."""
    monkeypatch.setattr(builtins, "__IPYTHON__", True, raising=False)
    monkeypatch.setattr(QApplication, "exec", lambda *_: pytest.fail("would block the notebook"))

    def show_and_wait():
        window = show(np.eye(3))
        qtbot.addWidget(window)
        idle(window.session)
        return window

    return show_and_wait


@pytest.fixture
def interval():
    """Give the switch interval, and put it back."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.004)
    yield 0.004
    sys.setswitchinterval(before)


def test_show_leaves_the_switch_interval(shown, interval):
    shown()
    assert sys.getswitchinterval() == pytest.approx(interval)


def test_show_leaves_the_garbage_collector(shown, monkeypatch):
    monkeypatch.setattr(gc, "freeze", lambda: pytest.fail("freezes what is not its own"))
    shown()


def test_show_leaves_the_threads_of_libraries(shown, monkeypatch):
    def fail():
        pytest.fail("lowers what is not its own")

    monkeypatch.setattr(priority, "let_libraries_step_back", fail)
    shown()


def test_show_leaves_the_hooks_for_errors(shown):
    before, handlers = (sys.excepthook, threading.excepthook), list(failures.log.handlers)
    shown()
    assert (sys.excepthook, threading.excepthook) == before
    assert failures.log.handlers == handlers


def test_the_program_sets_up_its_own_process(monkeypatch, interval, qapp):
    frozen = []
    lowered = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append("embedviz.panes" in sys.modules))
    monkeypatch.setattr(priority, "let_libraries_step_back", lambda: lowered.append(True))
    application = QObject()
    set_up_interpreter(application)
    assert not gc.isenabled()  # It collects in the UI thread.
    del application
    assert gc.isenabled()
    assert lowered
    assert sys.getswitchinterval() == pytest.approx(0.0001)
    assert frozen[0]  # Not before there is something to freeze.

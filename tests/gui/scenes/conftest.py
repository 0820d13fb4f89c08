"""Windows with a small set open, and keys as a person presses them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from embedviz.app.state import State


@pytest.fixture
def opened(window, idle, toy):
    window.session.show(State().opened(toy))
    idle(window.session)
    return window


@pytest.fixture
def press(qtbot):
    """Return a function that presses a key where the keyboard is."""

    def press_key(window, key, modifier=Qt.KeyboardModifier.NoModifier):
        window.activateWindow()
        qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)

    return press_key


@pytest.fixture
def names():
    return lambda window: [each.name for each in window.session.state.scenes]

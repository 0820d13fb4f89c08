"""A window with five scenes on two panes, and keys as a person or a remote presses them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from embedviz.app.scenes.sequence import noted, taking
from embedviz.app.state import State
from embedviz.gui.scenes import transition
from embedviz.panes.anisotropy.settings import AnisotropySettings


@pytest.fixture
def quick(monkeypatch):
    """Let transitions be over soon."""
    monkeypatch.setattr(transition, "MILLISECONDS", 60)


@pytest.fixture
def five(quick, window, idle, toy):
    """Return a window with scenes of the rows 0 to 2 on the map, and of two dials."""
    state = State().opened(toy)
    for row in range(3):
        state = taking(state.queried(row), "map", f"row {row}")
    for strength in (0.0, 1.0):
        state = state.with_settings(AnisotropySettings(strength=strength))
        state = taking(state, "anisotropy", f"strength {strength:g}")
    state = noted(state, state.scenes[1].key, "Say something about row 1.")
    window.session.show(state.queried(40))
    idle(window.session)
    return window


@pytest.fixture
def settled(qtbot, idle):
    """Return a function that waits until a talk has arrived at a scene."""

    def wait(window):
        qtbot.waitUntil(lambda: not window.stage.transition.is_running)
        idle(window.session)

    return wait


@pytest.fixture
def playing(five, qtbot, settled):
    five.trigger("view.talk")
    with qtbot.waitExposed(five.stage.talk):
        pass
    settled(five)
    return five


@pytest.fixture
def press(qtbot):
    """Return a function that presses a key on the stage, where the keyboard is."""

    def press_key(window, key, modifier=Qt.KeyboardModifier.NoModifier):
        stage = window.stage.talk or window
        stage.activateWindow()
        qtbot.waitUntil(stage.isActiveWindow)
        focus = QApplication.focusWidget()
        inside = focus is not None and focus.window() is stage
        qtbot.keyClick(focus if inside else stage, key, modifier)

    return press_key

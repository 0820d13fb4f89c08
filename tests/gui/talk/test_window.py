"""One pane on the whole screen, and back."""

import pytest
from PySide6.QtCore import Qt

from embedviz.app.state import State
from embedviz.gui.theme import TALK_SCALE, theme_manager


@pytest.fixture
def talking(window, idle, toy, qtbot):
    window.session.show(State().opened(toy))
    idle(window.session)
    window.trigger("view.talk")
    with qtbot.waitExposed(window.stage.talk):
        pass
    idle(window.session)
    return window


@pytest.mark.parametrize("key", [Qt.Key.Key_F5, Qt.Key.Key_Escape])
def test_the_pane_is_alone_and_large_and_comes_back(talking, qtbot, key):
    pane = talking.panes[0]
    assert talking.stage.talk.isFullScreen()
    assert talking.stage.talk.windowTitle() == "Map"
    assert pane.window() is talking.stage.talk
    assert pane.text_scale == TALK_SCALE == 1.8
    talking.stage.talk.activateWindow()
    qtbot.keyClick(talking.stage.talk, key)
    qtbot.waitUntil(lambda: talking.stage.talk is None)
    assert pane.window() is talking
    assert talking.docks["map"].widget() is pane
    assert pane.isVisible()
    assert pane.text_scale == 1.0


def test_the_pane_goes_on_working(talking, idle, toy):
    view = talking.panes[0].view
    talking.session.show(talking.session.state.queried(7))
    idle(talking.session)
    view.grab()
    assert view.scene.text_scale == TALK_SCALE
    talking.stage.talk.close()
    assert view.scene.text_scale == 1.0


def test_asked_for_twice_it_ends(talking):
    first = talking.stage.talk
    talking.trigger("view.talk")
    assert not first.isVisible()
    assert talking.stage.talk is None
    assert talking.panes[0].window() is talking


def test_a_borrowed_pane_follows_whatever_tab_is_chosen(talking, idle):
    pane = talking.panes[0]
    talking.bring_to_front("matryoshka")
    talking.session.show(talking.session.state.queried(5))
    idle(talking.session)
    assert pane.view.scene.canvas.highlights.query == 5
    talking.stage.talk.close()


def test_closing_the_window_ends_it(talking):
    talk = talking.stage.talk
    talking.close()
    assert not talk.isVisible()


def test_the_controls_are_off_stage_and_come_back(talking, idle):
    pane = talking.panes[0]
    pane.controls.row.setChecked(True)  # As a run does, to show how far it is.
    idle(talking.session)
    assert pane.tool_row.height() == pane.row.height() == 0
    talking.stage.talk.close()
    talking.grab()
    assert pane.tool_row.height() == pane.tool_row.minimumHeight() > 30
    assert pane.row.height() > 30
    assert pane.row.maximumHeight() > 1000


def test_keys_of_the_menus_work_on_stage(talking, qtbot):
    before = theme_manager.theme
    talking.stage.talk.activateWindow()
    qtbot.keyClick(talking.stage.talk, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: theme_manager.theme is not before)
    assert talking.stage.talk.isVisible()

"""The theme of the desktop, and less motion."""

import pytest
from PySide6.QtCore import Qt

from embedviz.app.files.settings import read_settings
from embedviz.app.state import State
from embedviz.gui import style
from embedviz.gui.points.reduced_motion import motion
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT, theme_manager


@pytest.fixture
def desktop(qapp, monkeypatch):
    """Return a function by which the desktop changes to a theme."""

    def change(theme):
        monkeypatch.setattr(style, "system_theme", lambda: theme)
        scheme = Qt.ColorScheme.Dark if theme.is_dark else Qt.ColorScheme.Light
        qapp.styleHints().colorSchemeChanged.emit(scheme)

    yield change
    apply_theme(qapp, LIGHT)


@pytest.fixture
def started(window):
    """Return a window that remembers, as one does after its start."""
    window.files.memory.start()
    return window


def test_the_theme_of_the_desktop_is_followed_live_and_that_is_remembered(
    started, desktop, qtbot, qapp
):
    apply_theme(qapp, DARK)
    qtbot.waitUntil(lambda: read_settings().theme == "dark")
    desktop(LIGHT)
    assert theme_manager.theme is DARK  # It was chosen.
    started.trigger("view.system_theme")
    assert theme_manager.theme is LIGHT
    qtbot.waitUntil(lambda: read_settings().theme is None)
    for theme in (DARK, LIGHT):
        desktop(theme)
        assert theme_manager.theme is theme
    entry = started.menus.actions_by_name["view.system_theme"]
    started.menus.by_name["View"].aboutToShow.emit()
    assert entry.isChecked()
    started.trigger("view.theme")
    started.menus.by_name["View"].aboutToShow.emit()
    assert not entry.isChecked()
    desktop(LIGHT)
    assert theme_manager.theme is DARK


def test_to_follow_is_remembered_though_the_theme_is_the_same(started, desktop, qtbot, qapp):
    apply_theme(qapp, DARK)
    qtbot.waitUntil(lambda: read_settings().theme == "dark")
    desktop(DARK)
    started.trigger("view.system_theme")
    assert theme_manager.theme is DARK
    qtbot.waitUntil(lambda: read_settings().theme is None)


def test_with_less_motion_points_are_at_their_places_at_once(window, idle, toy, qtbot):
    window.session.show(State().opened(toy))
    idle(window.session)
    view = window.panes[0].view
    assert not motion.is_reduced
    try:
        view.animator.is_enabled = True
        window.trigger("view.reduced_motion")
        assert motion.is_reduced
        assert not view.animator.is_enabled
        qtbot.waitUntil(lambda: read_settings().is_motion_reduced)
        entry = window.menus.actions_by_name["view.reduced_motion"]
        assert entry.isChecked()
        window.trigger("view.reduced_motion")
        assert view.animator.is_enabled
        assert not entry.isChecked()
        qtbot.waitUntil(lambda: not read_settings().is_motion_reduced)
    finally:
        motion.is_reduced = False

"""Everything the menus can do is found and done by keys alone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from embedviz.app.state import State
from embedviz.gui.actions import ACTIONS
from embedviz.gui.actions.commands import NEEDS_SELECTION, NEEDS_SET, commands_of, why_not
from embedviz.gui.keyboard.command_palette import CommandPalette
from embedviz.gui.theme import theme_manager


@pytest.fixture
def palette(window, qtbot):
    """Return a function that opens the palette as its key does."""

    def begin():
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        window.trigger("help.commands")
        found = window.findChild(CommandPalette)
        qtbot.waitUntil(found.isActiveWindow)
        return found

    yield begin
    for left in window.findChildren(CommandPalette):
        left.close()


def test_every_action_is_in_it_with_its_key(window, palette):
    shown = {command.title: command for command in palette().found}
    for action in ACTIONS:
        command = shown[action.text]
        assert command.place.startswith(action.menu)
        assert action.submenu in command.place
        assert bool(command.keys) == bool(action.shortcuts)
    assert shown["Go to Anisotropy"].place == "Panes"


def test_typing_finds_and_return_does_it(window, palette, qtbot):
    before = theme_manager.theme
    asked = palette()
    qtbot.keyClicks(asked.line, "swi dark")
    assert asked.found[0].title == "Switch Light and Dark"
    assert asked.table.currentIndex().row() == 0
    with qtbot.waitSignal(asked.finished):
        qtbot.keyClick(asked.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: theme_manager.theme is not before)


def test_arrows_choose_and_escape_does_nothing(window, palette, qtbot):
    before = theme_manager.theme
    asked = palette()
    for _ in range(3):
        qtbot.keyClick(asked.line, Qt.Key.Key_Down)
    assert asked.table.currentIndex().row() == 3
    qtbot.keyClick(asked.line, Qt.Key.Key_Up)
    assert asked.table.currentIndex().row() == 2
    assert asked.line.hasFocus()
    with qtbot.waitSignal(asked.finished):
        qtbot.keyClick(asked.line, Qt.Key.Key_Escape)
    assert theme_manager.theme is before


def test_what_cannot_be_done_says_why_and_is_not_done(window, palette, qtbot, toy, idle):
    asked = palette()
    qtbot.keyClicks(asked.line, "undo")
    assert asked.found[0].why_not == "Nothing was done yet"
    assert asked.said.text() == "Nothing was done yet"
    qtbot.keyClick(asked.line, Qt.Key.Key_Return)
    assert asked.isVisible()
    asked.close()
    assert why_not("file.save_set", window) == "Nothing is open"
    window.session.show(State().opened(toy))
    idle(window.session)
    assert why_not("file.save_set", window) == ""
    assert why_not("edit.isolate", window) == "No row is selected"
    window.session.show(window.session.state.selecting([1]))
    assert why_not("edit.isolate", window) == why_not("edit.undo", window) == ""
    assert why_not("edit.redo", window) == "Nothing was taken back"


def test_what_is_not_found_is_said(palette, qtbot):
    asked = palette()
    qtbot.keyClicks(asked.line, "zzzz")
    assert not asked.found
    assert "Nothing" in asked.said.text()
    qtbot.keyClick(asked.line, Qt.Key.Key_Return)
    assert asked.isVisible()


def test_names_of_what_is_needed_are_those_of_actions():
    names = {action.name for action in ACTIONS}
    assert names >= NEEDS_SET | NEEDS_SELECTION


def test_going_to_a_pane_shows_it_though_it_was_hidden(window, qtbot):
    window.docks["anisotropy"].hide()
    command = next(each for each in commands_of(window) if each.title == "Go to Anisotropy")
    command.run()
    qtbot.waitUntil(lambda: window.active_pane.name == "anisotropy")


def test_keys_go_from_pane_to_pane_and_round(window, qtbot):
    names = [pane.name for pane in window.panes]
    seen = []
    shown = {name for name, dock in window.docks.items() if not dock.isHidden()}
    for _ in shown:
        seen.append(current(window))
        window.trigger("view.next_pane")
        QApplication.processEvents()
    assert set(seen) == shown
    assert current(window) == seen[0] == names[0]
    window.trigger("view.previous_pane")
    assert current(window) == seen[-1]


def current(window):
    """Return the name of the pane or panel that has the focus, or of the pane in front."""
    focus = QApplication.focusWidget()
    found = [name for name, dock in window.docks.items() if focus and dock.isAncestorOf(focus)]
    return found[0] if found else window.active_pane.name

"""Actions that go by keys to everything there is: the command palette, and the next pane.

What actions need that may not be there is listed here, so that it is said before they are tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QDockWidget, QMenu, QMenuBar

from embedviz.gui.host import Host
from embedviz.gui.keyboard.command_palette import Command, CommandPalette

TIP = "Find and do anything by a few letters of its name"
NEEDS_SET = frozenset(
    {
        "file.embed_column",
        "file.labels",
        "file.coordinates",
        "file.sprites",
        "file.images",
        "file.pairs",
        "file.column_pairs",
        "file.half_pairs",
        "file.dropout_views",
        "file.set_encoder",
        "file.save_set",
        "file.export_rows",
        "file.export_coordinates",
        "file.export_neighbors",
        "file.export_transform",
        "file.close",
        "edit.paste_query",
        "edit.load_query",
        "edit.select_all",
        "edit.select_view",
        "edit.invert",
        "edit.isolate",
        "edit.new_set",
        "view.fly",
    }
)
NEEDS_SELECTION = frozenset(
    {"file.export_rows", "edit.clear", "edit.isolate", "edit.new_set", "view.fly"}
)


def show_commands(window: Host) -> None:
    """List everything that can be done; one is found by a few letters of its name."""
    parent = QApplication.activeWindow() or window.widget  # In talk mode, the stage.
    CommandPalette(commands_of(window), parent).open()


def commands_of(window: Host) -> list[Command]:
    """Return every entry of the menus, and a command for each pane to go to."""
    return [*_panes_to_go_to(window), *_entries(window)]


def next_pane(window: Host) -> None:
    """Bring the pane after the active one to the front, with the keys in it."""
    _step(window, 1)


def previous_pane(window: Host) -> None:
    """Bring the pane before the active one to the front, with the keys in it."""
    _step(window, -1)


def _step(window: Host, by: int) -> None:
    focus = QApplication.focusWidget()
    docks = {name: dock for name, dock in window.docks.items() if not dock.isHidden()}
    focused = [name for name, dock in docks.items() if focus and dock.isAncestorOf(focus)]
    in_front = window.active_pane.name
    # A pane behind another tab keeps the focus, which is not what the user looks at.
    seen = [name for name in focused if not docks[name].visibleRegion().isEmpty()]
    names = list(docks)
    here = (seen or [in_front])[0]
    place = names.index(here) if here in names else 0
    _go_to(docks[names[(place + by) % len(names)]])


def _go_to(dock: QDockWidget) -> None:
    dock.show()
    dock.raise_()
    dock.widget().setFocus()


def _panes_to_go_to(window: Host) -> list[Command]:
    return [
        Command(f"Go to {dock.windowTitle()}", "Panes", partial(_go_to, dock))
        for dock in window.docks.values()
    ]


def _entries(window: Host) -> Iterator[Command]:
    (menus,) = window.widget.findChildren(QMenuBar)
    for entry in menus.actions():
        menu = entry.menu()
        if isinstance(menu, QMenu):
            yield from _entries_of(menu, _plain(entry.text()), window)


def _entries_of(menu: QMenu, place: str, window: Host) -> Iterator[Command]:
    for entry in menu.actions():
        within = entry.menu()
        if isinstance(within, QMenu):
            yield from _entries_of(within, f"{place} → {_plain(entry.text())}", window)
        elif entry.isVisible() and not entry.isSeparator():
            yield _command_for(entry, place, window)


def _command_for(entry: QAction, place: str, window: Host) -> Command:
    lacks = why_not(entry.objectName(), window)
    if not entry.isEnabled():
        lacks = lacks or "Not possible now"
    keys = entry.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    title = _plain(entry.text())
    if entry.isCheckable():
        title = f"{title} (on)" if entry.isChecked() else title
    return Command(title, place, entry.trigger, keys, entry.statusTip(), lacks)


def _plain(text: str) -> str:
    """Return the text of an entry without the mark of the letter that opens it by Alt."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def why_not(name: str, window: Host) -> str:
    """Return why an action cannot be done now; empty where it can, as far as is known.

    Parameters
    ----------
    name : str
        Of an action, or anything else, of which nothing is known.
    window : Host
    """
    session = window.session
    if name == "edit.undo" and not session.can_undo:
        return "Nothing was done yet"
    if name == "edit.redo" and not session.can_redo:
        return "Nothing was taken back"
    if name in NEEDS_SET and session.state.active is None:
        return "Nothing is open"
    if name in NEEDS_SELECTION and not len(session.state.selected):
        return "No row is selected"
    return ""

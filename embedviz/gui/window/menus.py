"""The menus of the window, made from its actions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QMenuBar

from embedviz.gui.actions.action import Action
from embedviz.gui.host import Host


class Menus(QMenuBar):
    """The bar at the top, with a menu for each that its actions name, opened by Alt and a letter.

    Attributes
    ----------
    by_name : dict of str to QMenu
    within : dict of str to QMenu
        Menus within these, by "File/Export".
    actions_by_name : dict of str to QAction
    """

    def __init__(self) -> None:
        super().__init__()
        # Kept: some versions of PySide delete a menu that nothing in Python refers to.
        self.by_name: dict[str, QMenu] = {}
        self.within: dict[str, QMenu] = {}
        self.actions_by_name: dict[str, QAction] = {}

    def fill(self, window: Host, actions: Iterable[Action]) -> None:
        """Put in the actions, and a line to hide or show each dock of the window."""
        for action in actions:
            if action.menu not in self.by_name:
                self.by_name[action.menu] = self.addMenu(f"&{action.menu}")
            if action.separated:
                self.by_name[action.menu].addSeparator()
            menu = self._menu_of(action)
            menu.addAction(self._make(action, window))
            if action.is_on is not None:
                menu.aboutToShow.connect(partial(self._mark, action, window))
        self._add_key(window)
        for name, dock in window.docks.items():
            toggle = dock.toggleViewAction()
            toggle.setObjectName(f"view.{name}")
            self.by_name["View"].addAction(toggle)

    def insert(self, menu: QMenu, before: str) -> None:
        """Put another menu into one, above an action."""
        action = self.actions_by_name[before]
        menus = (*self.by_name.values(), *self.within.values())
        place = next(each for each in menus if action in each.actions())
        place.insertMenu(action, menu)

    def _menu_of(self, action: Action) -> QMenu:
        menu = self.by_name[action.menu]
        if not action.submenu:
            return menu
        path = f"{action.menu}/{action.submenu}"
        if path not in self.within:
            self.within[path] = menu.addMenu(action.submenu)
        return self.within[path]

    def _add_key(self, window: Host) -> None:
        """Let F10 open the first menu, as on most desktops; arrows go on to the others."""
        key = QShortcut(QKeySequence(Qt.Key.Key_F10), window.widget)
        key.activated.connect(lambda: self.setActiveAction(self.actions()[0]))

    def _make(self, action: Action, window: Host) -> QAction:
        made = QAction(action.text, window.widget)
        made.setObjectName(action.name)
        made.setShortcuts([QKeySequence(keys) for keys in action.shortcuts])
        made.setStatusTip(action.tip)
        made.setCheckable(action.is_on is not None)
        run = partial(action.run, window)
        made.triggered.connect(lambda: run())
        if action.is_on is not None:  # Qt has switched the mark by then, right or wrong.
            made.triggered.connect(partial(self._mark, action, window))
        self.actions_by_name[action.name] = made
        return made

    def _mark(self, action: Action, window: Host) -> None:
        """Mark an entry that is on now."""
        assert action.is_on is not None
        self.actions_by_name[action.name].setChecked(action.is_on(window))

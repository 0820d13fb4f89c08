"""The menus of the window, made from `ACTIONS`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from embedviz.gui.actions import ACTIONS, Action

if TYPE_CHECKING:
    from embedviz.gui.window.main_window import MainWindow


class Menus(QMenuBar):
    """The bar at the top, with a menu for each that `ACTIONS` names.

    Attributes
    ----------
    by_name : dict of str to QMenu
    actions_by_name : dict of str to QAction
    """

    def __init__(self) -> None:
        super().__init__()
        # Kept: some versions of PySide delete a menu that nothing in Python refers to.
        self.by_name: dict[str, QMenu] = {}
        self.actions_by_name: dict[str, QAction] = {}

    def fill(self, window: MainWindow) -> None:
        """Put in the actions, and a line to hide or show each dock of the window."""
        for action in ACTIONS:
            if action.menu not in self.by_name:
                self.by_name[action.menu] = self.addMenu(action.menu)
            menu = self.by_name[action.menu]
            if action.separated:
                menu.addSeparator()
            menu.addAction(self._make(action, window))
        for name, dock in window.docks.items():
            toggle = dock.toggleViewAction()
            toggle.setObjectName(f"view.{name}")
            self.by_name["View"].addAction(toggle)

    def _make(self, action: Action, window: MainWindow) -> QAction:
        made = QAction(action.text, window)
        made.setObjectName(action.name)
        made.setShortcuts([QKeySequence(keys) for keys in action.shortcuts])
        made.setStatusTip(action.tip)
        run = partial(action.run, window)
        made.triggered.connect(lambda: run())
        self.actions_by_name[action.name] = made
        return made

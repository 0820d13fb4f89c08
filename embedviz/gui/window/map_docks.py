"""The maps of a window beyond the first: docks that come and go with the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from embedviz.app.state import State
from embedviz.gui.pane import Pane

if TYPE_CHECKING:
    from embedviz.gui.window.main_window import MainWindow


class MoreMaps(QObject):
    """Has a dock beside the others for each further map of the state.

    Parameters
    ----------
    window : MainWindow
    make : callable
        Takes a session and the key of a map, and returns its pane.
    """

    def __init__(self, window: MainWindow, make: Callable[..., Pane]) -> None:
        super().__init__(window)
        self._window, self._make = window, make
        self._panes: dict[int, Pane] = {}
        window.session.changed.connect(self._on_changed)

    def pane(self, key: int) -> Pane | None:
        """Return the pane of a further map, if there is one."""
        return self._panes.get(key)

    def _on_changed(self, old: State, new: State) -> None:
        wanted = {each.key for each in new.maps if each.key}
        for key in set(self._panes) - wanted:
            self._window.remove_pane(self._panes.pop(key))
        for key in sorted(wanted - set(self._panes)):
            pane = self._make(self._window.session, key)
            self._panes[key] = pane
            self._window.add_pane(pane)

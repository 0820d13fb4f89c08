"""The maps of a window beyond the first: docks that come and go with the state."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.gui.pane import Pane
from embedviz.gui.window.pane_docks import PaneDocks


class MapDocks(QObject):
    """Docks beside the others, one for each further map of the state.

    Parameters
    ----------
    docks : PaneDocks
    session : Session
    make : callable
        Takes a session and the key of a map, and returns its pane.
    parent : QObject
    """

    def __init__(
        self, docks: PaneDocks, session: Session, make: Callable[..., Pane], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._docks, self._session, self._make = docks, session, make
        self._panes: dict[int, Pane] = {}
        session.changed.connect(self._on_changed)

    def pane(self, key: int) -> Pane | None:
        """Return the pane of a further map, if there is one."""
        return self._panes.get(key)

    def _on_changed(self, old: State, new: State) -> None:
        wanted = {each.key for each in new.maps if each.key}
        for key in set(self._panes) - wanted:
            self._docks.remove(self._panes.pop(key))
        for key in sorted(wanted - set(self._panes)):
            pane = self._make(self._session, key)
            self._panes[key] = pane
            self._docks.add(pane)

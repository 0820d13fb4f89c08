"""The panes and panels of a window, each in its dock."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget

from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pane import Pane
from embedviz.gui.window.dock_layout import DockLayout


class PaneDocks(QObject):
    """Docks of the panes, and which of them is in use.

    Parameters
    ----------
    window : QMainWindow
    panes : sequence of Pane
        In menu order; the first is in front.
    left, right : Pane
        The panels on either side.
    trigger : callable
        Does what a pane asks for, by the name of the action.

    Signals
    -------
    turned : ()
        Another pane may be in front, or one of them says something else of itself.

    Attributes
    ----------
    panes : list of Pane
        Without the panels.
    by_name : dict of str to QDockWidget
        With the panels.
    dock_layout : DockLayout
        Where they are.
    """

    turned = Signal()

    def __init__(
        self,
        window: QMainWindow,
        panes: Sequence[Pane],
        left: Pane,
        right: Pane,
        trigger: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._window, self._trigger = window, trigger
        self.panes = list(panes)
        self.by_name: dict[str, QDockWidget] = {}
        docks = [self._make(pane) for pane in (left, *panes, right)]
        self.dock_layout = DockLayout(window, docks[0], docks[1:-1], docks[-1])

    @property
    def active(self) -> Pane:
        """The pane in view that has the focus, or else the first in view."""
        # A pane behind another tab keeps the focus, which is not what the user looks at.
        visible = [pane for pane in self.panes if not pane.visibleRegion().isEmpty()]
        focus = QApplication.focusWidget()
        focused = [pane for pane in visible if focus is not None and pane.isAncestorOf(focus)]
        return [*focused, *visible, self.panes[0]][0]

    def facts(self, state: State) -> tuple[VectorSet | None, Sequence[str]]:
        """Return the set that the pane in front shows, and what the pane says of itself."""
        pane = self.active
        if state.active is None and pane.needs_set:
            return None, ()
        return pane.set_shown(state), pane.facts(state)

    def add(self, pane: Pane) -> None:
        """Put another pane beside those that are there."""
        self.panes.append(pane)
        self.dock_layout.add_beside(self._make(pane))

    def remove(self, pane: Pane) -> None:
        """Take a pane away that was added."""
        self.panes.remove(pane)
        dock = self.by_name.pop(pane.name)
        self.dock_layout.remove(dock)
        dock.deleteLater()

    def add_strip(self, name: str, strip: QWidget) -> None:
        """Put something at the bottom, below all panes; it is there once it is asked for."""
        dock = QDockWidget(strip.accessibleName(), self._window)
        dock.setObjectName(f"dock.{name}")
        dock.setWidget(strip)
        dock.setTitleBarWidget(QWidget())
        dock.hide()
        self._window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        self.by_name[name] = dock

    def _make(self, pane: Pane) -> QDockWidget:
        dock = QDockWidget(pane.title, self._window)
        dock.setObjectName(f"dock.{pane.name}")
        dock.setWidget(pane)
        dock.setTitleBarWidget(QWidget())  # The tab, or the pane itself, says what it is.
        pane.action_wanted.connect(self._trigger)
        dock.visibilityChanged.connect(pane.set_in_front)
        dock.visibilityChanged.connect(lambda _: self.turned.emit())
        pane.told.connect(self.turned)
        self.by_name[pane.name] = dock
        return dock

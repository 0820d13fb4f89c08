"""Where the docks of the window are: panes as tabs or side by side, a panel on either side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow

from embedviz.gui.theme import LIBRARY_WIDTH, NEIGHBORS_WIDTH

_SIDE_BY_SIDE = Qt.Orientation.Horizontal


class Arrangement:
    """Puts docks in their places.

    Qt adds a dock that is to go beside a tab as another tab. So, to put a pane beside the others,
    all panes are taken out and placed anew.

    Parameters
    ----------
    window : QMainWindow
    left, right : QDockWidget
        The side panels.
    panes : sequence of QDockWidget
        In the order of their tabs.
    """

    def __init__(
        self,
        window: QMainWindow,
        left: QDockWidget,
        panes: Sequence[QDockWidget],
        right: QDockWidget,
    ) -> None:
        self._window, self._left, self._right = window, left, right
        self._panes = tuple(panes)
        self._beside: tuple[QDockWidget, ...] = ()
        # Qt forgets widths that are set before it has placed the docks.
        self._laid_out = QTimer(window, singleShot=True, interval=0)
        self._laid_out.timeout.connect(self.set_widths)
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, left)
        window.splitDockWidget(left, right, _SIDE_BY_SIDE)
        self._place(self._panes[0], self._panes)

    def put_beside(self, pane: QDockWidget) -> None:
        """Put a pane to the right of the others, where both can be seen; or back among them."""
        others = tuple(dock for dock in self._beside if dock is not pane)
        self._beside = others if pane in self._beside else (*others, pane)
        if len(self._beside) == len(self._panes):
            self._beside = others  # There must be one to be beside.
        tabs = self._tabs()
        in_front = pane if pane in tabs else self._front_of(tabs)
        self._place(in_front, [dock for dock in self._panes if not dock.isHidden()])

    def add_beside(self, pane: QDockWidget) -> None:
        """Put a new pane to the right of the others."""
        self._panes, self._beside = (*self._panes, pane), (*self._beside, pane)
        in_front = self._front_of([dock for dock in self._tabs() if dock is not pane])
        self._window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, pane)
        self._place(in_front, [dock for dock in self._panes if dock is pane or not dock.isHidden()])

    def remove(self, pane: QDockWidget) -> None:
        """Take a pane out that was added."""
        in_front = self._front_of([dock for dock in self._tabs() if dock is not pane])
        self._window.removeDockWidget(pane)
        self._panes = tuple(dock for dock in self._panes if dock is not pane)
        self._beside = tuple(dock for dock in self._beside if dock is not pane)
        self._place(in_front, [dock for dock in self._panes if not dock.isHidden()])

    def set_widths(self) -> None:
        """Give the side panels their usual widths, and the panes equal parts of the rest."""
        columns = [self._tabs()[0], *self._beside]
        rest = self._window.width() - LIBRARY_WIDTH - NEIGHBORS_WIDTH
        widths = [LIBRARY_WIDTH, *[max(rest // len(columns), 1)] * len(columns), NEIGHBORS_WIDTH]
        self._window.resizeDocks([self._left, *columns, self._right], widths, _SIDE_BY_SIDE)

    def _tabs(self) -> list[QDockWidget]:
        return [dock for dock in self._panes if dock not in self._beside]

    @staticmethod
    def _front_of(tabs: Sequence[QDockWidget]) -> QDockWidget:
        return next((dock for dock in tabs if not dock.visibleRegion().isEmpty()), tabs[0])

    def _place(self, in_front: QDockWidget, shown: Sequence[QDockWidget]) -> None:
        window, tabs = self._window, self._tabs()
        for dock in self._panes:
            window.removeDockWidget(dock)
        before = self._left
        for dock in (tabs[0], *self._beside):
            window.splitDockWidget(before, dock, _SIDE_BY_SIDE)
            before = dock
        for dock in tabs[1:]:
            window.tabifyDockWidget(tabs[0], dock)
        for dock in shown:
            dock.show()
        in_front.raise_()
        self._laid_out.start()

"""Layout of the window's docks: panes as tabs or side by side, a panel on either side.

The panels keep their widths, which the user sets by dragging their edges, whatever the window's
width is: Qt would let them grow with it. Only where panes would have no room they become narrower.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStyle

from embedviz.gui.theme import LIBRARY_WIDTH, NEIGHBORS_WIDTH

_SIDE_BY_SIDE = Qt.Orientation.Horizontal
_LEAST_PANEL = 120
_LEAST_PANE = 300
_MOST_WIDTH = 100_000


class DockLayout(QObject):
    """Layout of the docks of a window.

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
        super().__init__(window)
        self._window, self._left, self._right = window, left, right
        self._panes = tuple(panes)
        self._beside: tuple[QDockWidget, ...] = ()
        # Qt forgets widths that are set before it has placed the docks.
        self._laid_out = QTimer(window, singleShot=True, interval=0)
        self._laid_out.timeout.connect(self.set_widths)
        self._widths = {left: LIBRARY_WIDTH, right: NEIGHBORS_WIDTH}
        self._parts: list[int] = []
        self._is_dragging = False
        self._kept = QTimer(window, singleShot=True, interval=0)
        self._kept.timeout.connect(self.keep_widths)
        window.installEventFilter(self)
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

    def describe(self) -> dict[str, Any]:
        """Return where the docks are, as JSON."""
        panels = (self._left, self._right)
        tabs = self._tabs()
        return {
            "front": self._front_of(tabs).objectName(),
            "beside": [dock.objectName() for dock in self._beside],
            "hidden": [each.objectName() for each in (*panels, *self._panes) if each.isHidden()],
            "widths": [self._widths[panel] for panel in panels],
            "columns": [max(dock.width(), 1) for dock in self._columns()],
        }

    def restore(self, given: Any) -> None:
        """Put the docks where they were; what makes no sense of it is left as it is."""
        if not isinstance(given, Mapping):
            return
        named = {dock.objectName(): dock for dock in self._panes}
        beside = [named[each] for each in _texts(given.get("beside")) if each in named]
        wanted = tuple(dict.fromkeys(beside))[: len(self._panes) - 1]
        is_in_place, self._beside = wanted == self._beside, wanted
        tabs, hidden = self._tabs(), _texts(given.get("hidden"))
        widths = _widths(given.get("widths"))
        for panel, width in zip((self._left, self._right), widths, strict=False):
            self._widths[panel] = max(width, _LEAST_PANEL)
        for panel in (self._left, self._right):
            panel.setVisible(panel.objectName() not in hidden)
        front = named.get(str(given.get("front")), tabs[0])
        front = front if front in tabs else tabs[0]
        shown = [dock for dock in self._panes if dock.objectName() not in hidden or dock is front]
        self._parts = _widths(given.get("columns"))
        if set(shown) == {dock for dock in self._panes if not dock.isHidden()} and is_in_place:
            front.raise_()
            self._laid_out.start()
        else:
            self._place(front, shown)

    def set_widths(self) -> None:
        """Give the side panels their widths, and the panes equal parts of the rest."""
        # Those that were restored last, where there are as many columns.
        parts, count = self._parts, len(self._columns())
        self._parts = []
        self._share(parts if len(parts) == count else [1] * count)

    def keep_widths(self) -> None:
        """Give the side panels their widths, and the panes the same parts of the rest as now."""
        self._share([max(dock.width(), 1) for dock in self._columns()])

    def note_widths(self) -> None:
        """Take the widths of the side panels, as they are now, for those that are wanted."""
        for panel in self._panels():
            self._widths[panel] = panel.width()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the width of the window, and the edges that the user drags."""
        if isinstance(event, QResizeEvent) and event.size().width() != event.oldSize().width():
            self.keep_widths()  # Before it is painted, where Qt has placed the docks already.
            self._kept.start()  # Else a moment later.
        elif isinstance(event, QMouseEvent):
            place = event.position().toPoint()
            if event.type() == QEvent.Type.MouseButtonPress:
                self._is_dragging = self._window.isSeparator(place)
            elif event.type() == QEvent.Type.MouseButtonRelease and self._is_dragging:
                self._is_dragging = False
                self.note_widths()
        return False

    def _share(self, parts: Sequence[float]) -> None:
        panels, columns = self._panels(), self._columns()
        if not columns:
            return
        wanted = [self._widths[panel] for panel in panels]
        least = sum(max(_LEAST_PANE, dock.minimumSizeHint().width()) for dock in columns)
        style = self._window.style()
        edge = style.pixelMetric(QStyle.PixelMetric.PM_DockWidgetSeparatorExtent)
        edges = edge * (len(panels) + len(columns) - 1)
        room = max(self._window.width() - least - edges, 0)
        scale = min(1.0, room / max(sum(wanted), 1))
        sides = [max(round(scale * width), _LEAST_PANEL) for width in wanted]
        rest = max(self._window.width() - sum(sides) - edges, 1)
        widths = [max(round(rest * part / sum(parts)), 1) for part in parts]
        self._window.resizeDocks([*panels, *columns], [*sides, *widths], _SIDE_BY_SIDE)

    def _panels(self) -> list[QDockWidget]:
        panels = (self._left, self._right)
        return [dock for dock in panels if not dock.isHidden() and not dock.isFloating()]

    def _columns(self) -> list[QDockWidget]:
        """Return the panes side by side, of tabs the one in front."""
        docks = [dock for dock in self._tabs() if not dock.isHidden()]
        first = [self._front_of(docks)] if docks else []
        return first + [dock for dock in self._beside if not dock.isHidden()]

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


def _texts(given: Any) -> list[str]:
    return [each for each in given if isinstance(each, str)] if isinstance(given, list) else []


def _widths(given: Any) -> list[int]:
    """Return widths in pixels; none where one makes no sense."""
    if not isinstance(given, list) or not all(type(each) is int for each in given):
        return []
    return list(given) if all(0 < each < _MOST_WIDTH for each in given) else []

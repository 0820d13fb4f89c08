"""Order in which Tab goes through a window: as one reads, whatever was made first.

Qt goes in the order in which widgets were made. Here pages are made when they are first seen, and
controls move from one row to another where a window is narrow, so that order would be an accident.
The order is found anew at each Tab, from where the widgets are: what is in one container stays
together, and containers are cut into lines and columns again and again (recursive X-Y cut, Nagy and
Seth 1984).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QDialog, QMainWindow, QScrollArea, QWidget

_OVERLAP = 4
"""Pixels by which lines or columns may reach into each other: frames do, by their margins."""


class _Stops(NamedTuple):
    """A widget, with what Tab reaches in it."""

    area: QRect
    stops: list[QWidget]


def stops_in(root: QWidget) -> list[QWidget]:
    """Return the controls within a widget that Tab reaches, in reading order."""
    blocks = []
    for child in root.children():
        if isinstance(child, QWidget) and _is_seen(child, root):
            stops = [child, *stops_in(child)] if _takes_tab(child) else stops_in(child)
            if stops:
                blocks.append(_Stops(child.geometry(), stops))
    return [stop for block in _ordered(blocks) for stop in block.stops]


def move_focus(window: QWidget, *, forward: bool) -> bool:
    """Give the focus to the next control of a window, or the one before; return whether it has one.

    After the last comes the first.
    """
    stops = stops_in(window)
    if not stops:
        return False
    place = _place_of(window.focusWidget(), stops)
    if place is None:
        place = -1 if forward else 0
    target = stops[(place + (1 if forward else -1)) % len(stops)]
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    target.setFocus(reason)
    _scroll_to(target)
    return True


class WindowInReadingOrder(QMainWindow):
    """A window with docks in which Tab goes as one reads."""

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        """Go to the next control, or to the one before."""
        return move_focus(self, forward=forward)


class DialogInReadingOrder(QDialog):
    """A dialog in which Tab goes as one reads."""

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        """Go to the next control, or to the one before."""
        return move_focus(self, forward=forward)


def _is_seen(child: QWidget, parent: QWidget) -> bool:
    if child.isWindow() or not child.isVisible():
        return False
    # Docks behind another tab count as visible, somewhere beside the window.
    return not isinstance(parent, QMainWindow) or parent.rect().intersects(child.geometry())


def _takes_tab(widget: QWidget) -> bool:
    if not widget.isEnabled() or widget.focusProxy() is not None:
        return False
    down = _chosen_of(widget) if isinstance(widget, QAbstractButton) else None
    if down is not None:
        return widget is down  # Arrows go on to the others, and choose them.
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _chosen_of(button: QAbstractButton) -> QAbstractButton | None:
    """Return the button that is down of those of which one always is; None for any other."""
    group = button.group()
    if group is not None:
        return group.checkedButton() if group.exclusive() else None
    parent = button.parentWidget()
    if not button.autoExclusive() or parent is None:
        return None
    down = [
        each
        for each in parent.findChildren(
            QAbstractButton, options=Qt.FindChildOption.FindDirectChildrenOnly
        )
        if each.autoExclusive() and each.group() is None and each.isChecked()
    ]
    return down[0] if down else None


def _ordered(blocks: Sequence[_Stops]) -> list[_Stops]:
    """Return blocks line by line from the top, and from the left within a line."""
    if len(blocks) < 2:
        return list(blocks)
    for edges in (_rows_of, _columns_of):
        groups = _cut(blocks, edges)
        if len(groups) > 1:
            return [block for group in groups for block in _ordered(group)]
    return sorted(blocks, key=lambda block: (block.area.top(), block.area.left()))


def _rows_of(area: QRect) -> tuple[int, int]:
    return area.top(), area.top() + area.height()


def _columns_of(area: QRect) -> tuple[int, int]:
    return area.left(), area.left() + area.width()


def _cut(blocks: Sequence[_Stops], edges: Callable[[QRect], tuple[int, int]]) -> list[list[_Stops]]:
    """Return blocks in groups between which there is a straight way through."""
    groups: list[list[_Stops]] = []
    reached = 0
    for block in sorted(blocks, key=lambda each: edges(each.area)):
        begin, end = edges(block.area)
        if groups and begin < reached - _OVERLAP:
            groups[-1].append(block)
        else:
            groups.append([block])
            reached = end
        reached = max(reached, end)
    return groups


def _place_of(widget: QWidget | None, stops: Sequence[QWidget]) -> int | None:
    """Return the place of a control, or of the nearest one that it is in."""
    while widget is not None:
        if widget in stops:
            return stops.index(widget)
        widget = widget.parentWidget()
    return None


def _scroll_to(target: QWidget) -> None:
    """Bring a control into view where it is in something that scrolls."""
    parent = target.parentWidget()
    while parent is not None and not parent.isWindow():
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(target)
        parent = parent.parentWidget()

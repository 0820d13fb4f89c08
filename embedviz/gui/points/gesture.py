"""Gestures: what happens between pressing a button of the mouse and releasing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt


def _nothing(*_: object) -> None:
    pass


@dataclass(frozen=True)
class Gesture:
    """Gesture that a press begins.

    Attributes
    ----------
    drag : callable
        Takes where the mouse was last and where it is, in pixels of the widget.
    end : callable
        Called when the button is released after a drag.
    click : callable
        Called instead, with the keys that are held, when the mouse has hardly moved.
    """

    drag: Callable[[QPointF, QPointF], None] = _nothing
    end: Callable[[], None] = _nothing
    click: Callable[[Qt.KeyboardModifier], None] = _nothing

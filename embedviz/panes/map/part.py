"""A part of a picture that is drawn anew only when what it depends on has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class DrawnPart(Generic[T]):
    """A part of a picture, with what it was drawn from last.

    What is on the screen is compared, and not the states: a part may have been taken away, or
    drawn by another way, since the last state.

    Parameters
    ----------
    draw : callable
        Takes what the part depends on.
    """

    def __init__(self, draw: Callable[[T], None]) -> None:
        self._draw = draw
        self._drawn: tuple[T] | None = None

    @property
    def is_drawn(self) -> bool:
        """Whether it is on the screen."""
        return self._drawn is not None

    def show(self, depends_on: T) -> None:
        """Draw the part, unless it was drawn from the same last."""
        if self._drawn != (depends_on,):
            self._drawn = (depends_on,)
            self._draw(depends_on)

    def note(self, depends_on: T) -> None:
        """Take the part for drawn: something else has done it."""
        self._drawn = (depends_on,)

    def forget(self) -> None:
        """Draw the part the next time, whatever it depends on."""
        self._drawn = None

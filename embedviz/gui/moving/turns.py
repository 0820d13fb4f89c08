"""Turns of the event loop in which the frames of a film are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from PySide6.QtGui import QImage

from embedviz.formats.moving.clip import Clip

Turn = Callable[[], None] | None
"""What is to be done, in any thread, before it can go on; None: all calculations."""
IsBusy = Callable[[], bool]
"""Returns whether something is being calculated."""
Watch = Callable[[IsBusy], None]
"""Told what has to be waited for from now on."""


class Recordable(Protocol):
    """What can be recorded: see `Film`."""

    @property
    def clip(self) -> Clip:
        """Size, number and rate of the frames."""

    def frames(self, watch: Watch) -> Iterator[Turn | QImage]:
        """Yield what has to be waited for, and the frames."""

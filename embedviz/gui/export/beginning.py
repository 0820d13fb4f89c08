"""Panes in which a figure is more than a state that is drawn."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class BegunForFigures(Protocol):
    """A pane in which what a figure shows does not begin by drawing the state."""

    def begin_figure(self) -> None:
        """Begin it."""

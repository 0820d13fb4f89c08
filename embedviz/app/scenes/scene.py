"""One scene of a talk: a look at what is open, under a name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

L = TypeVar("L")

MOST_SCENES = 500
LONGEST_NAME = 80
LONGEST_NOTE = 20_000
"""In letters; what is longer is cut."""


@dataclass(frozen=True)
class Scene(Generic[L]):
    """Scene of a talk. It holds choices, never results, and no scenes: they are not nested.

    Generic, because the state that it is a part of is made of the same choices.

    Attributes
    ----------
    key : int
        Tells the scenes of a state apart, in whatever order they are and whatever they are called.
    name : str
    note : str
        For the speaker alone.
    pane : str
        Name of the pane that is shown.
    look : L or None
        Active set, query, selection, settings and maps; None: they are of a file that was not
        there when the session was opened.
    lost : str
        The look that could not be made, with what its sets are made from, as JSON of session files;
        it is kept for the next save.
    misses : str
        What of it was not found when the session was opened, in a sentence.
    unread : str
        What a session said of it that this version does not know, as JSON.
    """

    key: int
    name: str
    note: str
    pane: str
    look: L | None
    lost: str = field(default="", compare=False)
    misses: str = ""
    unread: str = field(default="", compare=False)

    def named(self, name: str) -> Scene[L]:
        """Return the same under another name: one line, not empty and not too long."""
        line = " ".join(name.split())[:LONGEST_NAME].rstrip()
        return replace(self, name=line or self.name)

    def noted(self, note: str) -> Scene[L]:
        """Return the same with another note."""
        return replace(self, note=note[:LONGEST_NOTE])

    def changed(self, change: Callable[[L], L]) -> Scene[L]:
        """Return the same with another look; a lost one stays lost."""
        return self if self.look is None else replace(self, look=change(self.look))

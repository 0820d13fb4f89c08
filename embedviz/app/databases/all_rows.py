"""What was found among all rows of the collection of the set shown, for all panes.

The neighbors panel asks; a map shows what was found outside of the sample.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Signal

from embedviz.app.databases.collections import Collections
from embedviz.core.vector_set import VectorSet
from embedviz.sources.databases.searching.all_rows import AllRowsAnswer


class AllRowsAsked(Protocol):
    """A search among all rows, equal to another one for the same; see `AllRowsRequest`."""

    @property
    def vector_set(self) -> VectorSet:
        """The sample."""


class AllRows(QObject):
    """Searches among all rows of collections; the last answer is kept for all panes.

    Signals
    -------
    found : ()
        Another answer is there, or none any more.

    Attributes
    ----------
    collections : Collections
    """

    found = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.collections = Collections()
        self._last: tuple[AllRowsAsked, AllRowsAnswer] | None = None

    def answer_to(self, asked: AllRowsAsked | None) -> AllRowsAnswer | None:
        """Return what was found for a request; None where that is not known."""
        return None if self._last is None or self._last[0] != asked else self._last[1]

    def last_of(self, vector_set: VectorSet) -> AllRowsAnswer | None:
        """Return the last answer about a set, whatever was searched for."""
        last = self._last
        return None if last is None or last[0].vector_set is not vector_set else last[1]

    def keep(self, request: AllRowsAsked, answer: AllRowsAnswer | None) -> None:
        """Take note of an answer; None: there is none."""
        self._last = None if answer is None else (request, answer)
        self.found.emit()

    def keep_only(self, vector_sets: tuple[VectorSet, ...]) -> None:
        """Hold on to nothing of sets that are closed."""
        self.collections.keep_only(vector_sets)
        if self._last is not None and self._last[0].vector_set not in vector_sets:
            self._last = None

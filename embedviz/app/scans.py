"""Scans of sets that were opened without a look at all of their rows.

An array that is mapped from its file is on the screen at once, and its rows are looked at
meanwhile, one set after the other. What is known of a set so far is asked for here.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from embedviz.app.tasks import Task, TaskBoard
from embedviz.core.arrays import Matrix
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet

if TYPE_CHECKING:
    from embedviz.core.scanning import RowScan


class Scans(QObject):
    """Scans of open sets that nobody has looked at. Used from the UI thread only.

    Signals
    -------
    changed : (VectorSet,)
        More is known of the rows of a set.
    ended : (VectorSet,)
        All rows of a set have been looked at.
    """

    changed = Signal(object)
    ended = Signal(object)

    def __init__(self, board: TaskBoard, parent: QObject) -> None:
        super().__init__(parent)
        self.task = board.add(Task(self), "looking at the rows")
        self.task.failed.connect(self._on_failed)
        self.task.finished.connect(self._next)
        self._known: dict[object, RowScan] = {}
        self._sets: tuple[VectorSet, ...] = ()
        self._asked: set[object] = set()
        self._at_work: VectorSet | None = None

    def of(self, vector_set: VectorSet) -> RowScan | None:
        """Return what is known of the rows of a set; None where nothing had to be found out."""
        return self._known.get(vector_set.identity)

    def learn(self, vector_set: VectorSet, scan: RowScan) -> None:
        """Take over what is known already of a set, which may be open or not yet."""
        self._known[vector_set.identity] = scan
        if scan.is_complete:
            self._asked.add(vector_set.identity)
        self.changed.emit(vector_set)

    def keep_only(self, sets: Iterable[VectorSet]) -> None:
        """Look at the rows of these sets, and forget all others."""
        self._sets = tuple(sets)
        identities = {each.identity for each in self._sets}
        self._known = {key: scan for key, scan in self._known.items() if key in identities}
        self._asked &= identities
        if self._at_work is not None and self._at_work.identity not in identities:
            self._at_work = None
            self.task.cancel()
        self._next()

    def _next(self) -> None:
        if self._at_work is not None and self.task.is_busy:
            return
        self._at_work = None
        for vector_set in self._sets:
            if vector_set.identity not in self._asked and _is_unseen(vector_set):
                self._begin(vector_set)
                return

    def _begin(self, vector_set: VectorSet) -> None:
        self._at_work = vector_set
        self._asked.add(vector_set.identity)
        self.task.run(
            partial(scan_vectors, vector_set.vectors),
            partial(self._on_scanned, vector_set),
            partial(self.learn, vector_set),
        )

    def _on_scanned(self, vector_set: VectorSet, scan: RowScan) -> None:
        self._at_work = None
        self.learn(vector_set, scan)
        self.ended.emit(vector_set)

    def _on_failed(self, error: Exception) -> None:
        self._at_work = None
        raise error


def scan_vectors(vectors: Matrix, report: Report, tell: Any) -> RowScan:
    """Look at all rows; what is known so far goes to `tell`. Runs off the UI thread."""
    from embedviz.core.scanning import scan_rows

    return scan_rows(vectors, report, tell)


def _is_unseen(vector_set: VectorSet) -> bool:
    opened = vector_set.opened
    return opened is not None and not opened.facts.is_scanned and vector_set.derivation is None

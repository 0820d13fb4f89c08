"""Loader of files and samples for the window, while whatever is open stays open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from embedviz.app.judged_pairs import bundled_pairs, carried_pairs
from embedviz.app.opening import OpenQueue, Request, SampleRequest
from embedviz.app.pairing import OpenRequest
from embedviz.app.session import Session
from embedviz.app.tasks import Task
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.samples import SAMPLES
from embedviz.core.vector_set import VectorSet
from embedviz.gui.opening.reading import read_request


class Opener(QObject):
    """Loader of one file after the other, off the UI thread.

    Signals
    -------
    failed : (str,)
        What could not be opened, why, and what to do; the other files were opened.
    undecided : (OpenRequest,)
        A file that can be opened once something has been decided; the other files were opened.

    Attributes
    ----------
    session : Session
    task : Task
        Reads one file after the other.
    """

    failed = Signal(str)
    undecided = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.session = session
        self._queue = OpenQueue(self)
        self._at_work: Request | None = None
        self.task = session.board.add(Task(self), "opening")
        self.task.failed.connect(self._on_failed)

    def open(self, requests: Iterable[Request]) -> None:
        """Open files and samples, after those that are being opened."""
        if not self.task.is_busy:
            self._queue.clear()  # What still waits was stopped.
        self._queue.add(requests)
        self._next()

    def open_sample(self, name: str) -> None:
        """Open vectors that come with the program; when they are open already, show them."""
        title = next(sample.set_name for sample in SAMPLES if sample.name == name)
        for vector_set in self.session.state.sets:
            if vector_set.name == title and vector_set.derivation is None:
                self.session.show(self.session.state.activated(vector_set))
                return
        self.open([SampleRequest(name)])

    def leave_out_bad_rows(self, vector_set: VectorSet) -> None:
        """Read the file of an open set again without its bad rows, and show that set instead."""
        opened = vector_set.opened
        assert opened is not None
        settings = replace(opened.settings, on_bad_rows="skip")
        self.open([OpenRequest(opened.path, settings=settings, replaces=vector_set)])

    def show(self, vector_set: VectorSet, request: Request | None = None) -> None:
        """Show a set that was read, in the place of another one where that was asked for."""
        self.session.all_rows.collections.agree(vector_set)
        state = self.session.state.opened(vector_set, bundled_pairs(vector_set))
        if isinstance(request, OpenRequest) and request.replaces is not None:
            pairs = carried_pairs(state.pairs, request.replaces, vector_set)
            state = replace(state, pairs=pairs).closed(request.replaces)
        self.session.show(state)

    def ask(self, request: OpenRequest, error: ChoiceRequired | None = None) -> None:
        """Have somebody asked about a file before it is opened."""
        self.undecided.emit(request)

    def show_error(self, error: UserError) -> None:
        """Say why something cannot be opened."""
        self.failed.emit(str(error))

    def _next(self) -> None:
        if not self.task.is_busy and (request := self._queue.take()) is not None:
            self._at_work = request
            work = partial(read_request, request, ask=self.session.encoders.ask)
            self.task.run(work, self._on_read)

    def _on_read(self, vector_set: VectorSet) -> None:
        assert self._at_work is not None
        self._queue.finish(self._at_work, vector_set)
        self._next()

    def _on_failed(self, error: Exception) -> None:
        failed = self._at_work
        assert failed is not None
        self._next()
        self._queue.fail(failed, error)

"""Loader of files and samples for the window, while whatever is open stays open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from embedviz.app.opening import OpenQueue, Request, SampleRequest
from embedviz.app.pairing import OpenRequest
from embedviz.app.session import Session
from embedviz.app.tasks import Task
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report
from embedviz.core.samples import SAMPLES, load_sample
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import in_words
from embedviz.gui.row_images import with_own_pictures


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
        state = self.session.state.opened(vector_set)
        if isinstance(request, OpenRequest) and request.replaces is not None:
            state = state.closed(request.replaces)
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
            self.task.run(partial(read_request, request), self._on_read)

    def _on_read(self, vector_set: VectorSet) -> None:
        assert self._at_work is not None
        self._queue.finish(self._at_work, vector_set)
        self._next()

    def _on_failed(self, error: Exception) -> None:
        failed = self._at_work
        assert failed is not None
        self._next()
        self._queue.fail(failed, error)


def read_request(request: Request, report: Report, *, scans_later: bool = True) -> VectorSet:
    """Return the set that was asked for, ready to be shown. Runs off the UI thread.

    Parameters
    ----------
    request : OpenRequest or SampleRequest
    report : Report
    scans_later : bool
        Whether an array that is mapped is opened before its rows have been looked at.

    Raises
    ------
    UserError
        As `open_file`.
    """
    if isinstance(request, SampleRequest):
        return _prepared(load_sample(request.name))
    settings = replace(request.read_settings, scans_later=scans_later)
    return read_file(request.vectors, settings, report)


def read_file(path: Path, settings: ReadSettings, report: Report) -> VectorSet:
    """Return the set of a file, ready to be shown. Runs off the UI thread.

    Raises
    ------
    UserError
        As `open_file`.
    """
    from embedviz.formats import open_file

    report(0.0, f"opening {path.name}")
    opened = open_file(path, settings, _with_sizes(report, path))
    report(1.0, "indexing labels")
    return _prepared(with_own_pictures(opened))


def _with_sizes(report: Report, path: Path) -> Report:
    """Return a report that says how much of the file that is, too."""
    try:
        size = path.stat().st_size
    except OSError:  # The reader says what is wrong with it.
        return report
    whole = in_words(size)

    def tell(fraction: float, message: str) -> None:
        if whole not in message:  # Some readers say it themselves.
            done = in_words(round(min(max(fraction, 0.0), 1.0) * size))
            message = f"{message} · {done} of {whole}"
        report(fraction, message)

    return tell


def _prepared(vector_set: VectorSet) -> VectorSet:
    """Do now what would stall the window at its first use, when there are a million labels."""
    vector_set.index_labels()
    _ = vector_set.metadata
    return vector_set

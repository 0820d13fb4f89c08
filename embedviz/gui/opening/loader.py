"""Opening files, while whatever is open stays open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from embedviz.app.pairing import OpenRequest
from embedviz.app.session import Session
from embedviz.app.tasks import Task
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.processes.memory import in_words
from embedviz.core.progress import Report
from embedviz.core.samples import SAMPLES, load_sample
from embedviz.core.vector_set import VectorSet
from embedviz.formats.reading import ReadSettings
from embedviz.gui.row_images import with_own_pictures


class Opener(QObject):
    """Loads files one after the other, off the UI thread.

    Signals
    -------
    failed : (str,)
        What could not be opened, why, and what to do; the other files were opened.
    undecided : (OpenRequest,)
        A file that can be opened once something has been decided; the other files were opened.
    """

    failed = Signal(str)
    undecided = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.task = session.board.add(Task(self), "opening")
        self.task.failed.connect(self._on_failed)
        self._waiting: list[_Asked] = []
        self._current: _Asked = ""

    def open(self, files: Sequence[OpenRequest]) -> None:
        """Open files, after those that are being opened."""
        self._add(files)

    def open_sample(self, name: str) -> None:
        """Open vectors that come with the program; when they are open already, show them."""
        title = next(sample.set_name for sample in SAMPLES if sample.name == name)
        for vector_set in self._session.state.sets:
            if vector_set.name == title and vector_set.derivation is None:
                self._session.show(self._session.state.activated(vector_set))
                return
        self._add([name])

    def leave_out_bad_rows(self, vector_set: VectorSet) -> None:
        """Read the file of an open set again without its bad rows, and show that set instead."""
        self._add([vector_set])

    def _add(self, wanted: Sequence[_Asked]) -> None:
        if not self.task.is_busy:
            self._waiting.clear()  # What still waits was stopped.
        self._waiting.extend(wanted)
        self._next()

    def _next(self) -> None:
        if self._waiting and not self.task.is_busy:
            self._current = self._waiting.pop(0)
            self.task.run(partial(_load, self._current), self._show)

    def _show(self, vector_set: VectorSet) -> None:
        state = self._session.state.opened(vector_set)
        if isinstance(self._current, VectorSet):
            state = state.closed(self._current)
        self._session.show(state)
        self._next()

    def _on_failed(self, error: Exception) -> None:
        failed = self._current
        self._next()
        if isinstance(error, ChoiceRequired) and isinstance(failed, OpenRequest):
            self.undecided.emit(failed)
        elif isinstance(error, UserError):
            self.failed.emit(str(error))
        else:
            raise error


_Asked = OpenRequest | str | VectorSet
"""A file, a sample by its name, or a set whose file is to be read without its bad rows."""


def _load(wanted: _Asked, report: Report) -> VectorSet:
    """Load a file or a sample. Runs off the UI thread."""
    if isinstance(wanted, str):
        return _prepared(load_sample(wanted))
    if isinstance(wanted, VectorSet):
        assert wanted.opened is not None
        settings = replace(wanted.opened.settings, on_bad_rows="skip", scans_later=False)
        return read_file(wanted.opened.path, settings, report)
    return read_file(wanted.vectors, wanted.read_settings, report)


def read_file(path: Path, settings: ReadSettings, report: Report) -> VectorSet:
    """Return the set of a file, ready to be shown. Runs off the UI thread.

    Raises
    ------
    UserError
        As `open_file`.
    """
    from embedviz.formats import open_file

    report(0.0, f"opening {path.name}")
    opened = open_file(path, settings, _with_bytes(report, path))
    report(1.0, "indexing labels")
    return _prepared(with_own_pictures(opened))


def _with_bytes(report: Report, path: Path) -> Report:
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

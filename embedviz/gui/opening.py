"""Opening files, while whatever is open stays open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from embedviz.app.session import Session
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.core.samples import SAMPLES, load_sample
from embedviz.core.vector_set import VectorSet

COMPANIONS = ("metadata", "labels", "vocab", "words")
"""A text file with one of these in its name describes the vectors that it is opened with."""
TEXTS = (".tsv", ".txt", ".csv")
ARRAYS = (".npy", ".npz")


@dataclass(frozen=True)
class Wanted:
    """A file of vectors, and the file that says what its rows are, if there is one."""

    vectors: Path
    labels: Path | None = None
    metadata: Path | None = None


class Opener(QObject):
    """Loads files one after the other, off the UI thread.

    Signals
    -------
    failed : (str,)
        What could not be opened, why, and what to do; the other files were opened.
    """

    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.task = session.board.add(Task(self), "opening")
        self.task.failed.connect(self._on_failed)
        self._waiting: list[Wanted | str] = []

    def open(self, files: Sequence[Wanted]) -> None:
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

    def _add(self, wanted: Sequence[Wanted | str]) -> None:
        if not self.task.is_busy:
            self._waiting.clear()  # What still waits was stopped.
        self._waiting.extend(wanted)
        self._next()

    def _next(self) -> None:
        if self._waiting and not self.task.is_busy:
            self.task.run(partial(_load, self._waiting.pop(0)), self._show)

    def _show(self, vector_set: VectorSet) -> None:
        self._session.show(self._session.state.opened(vector_set))
        self._next()

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self.failed.emit(str(error))
            self._next()
        else:
            self._next()
            raise error


def pair_up(paths: Sequence[str | Path]) -> list[Wanted]:
    """Return what to open, when several files are opened together.

    Two files are one set when one is text and named after what it holds (`metadata.tsv`,
    `labels.txt`), or when one is text and the other an array, which has no labels of its own.
    Otherwise each file is one.
    """
    files = [Path(path) for path in paths]
    if len(files) == 2:
        for vectors, other in (files, files[::-1]):
            is_text = other.suffix.lower() in TEXTS
            if is_text and not _names_rows(vectors) and _describes(other, vectors):
                return [describe_with(vectors, other)]
    return [Wanted(file) for file in files]


def _describes(text: Path, vectors: Path) -> bool:
    return _names_rows(text) or (_is_array(vectors) and not _holds_vectors(text))


def _holds_vectors(text: Path) -> bool:
    """Return whether one of the first two lines is a vector; the very first may be a header."""
    try:
        with text.open("rb") as file:
            lines = [file.readline(1_000_000) for _ in range(2)]
    except OSError:
        return False
    return any(map(_is_vector, lines))


def _is_vector(line: bytes) -> bool:
    """Return whether a line is a label, or a number, and at least three numbers."""
    _, *numbers = re.split(rb"[\s,;]+", line.strip())
    try:
        return len([float(number) for number in numbers]) >= 3
    except ValueError:
        return False


def _names_rows(file: Path) -> bool:
    return any(word in file.stem.lower() for word in COMPANIONS)


def _is_array(file: Path) -> bool:
    return file.suffix.lower() in ARRAYS


def describe_with(vectors: Path, description: Path) -> Wanted:
    """Return vectors with their second file: a table of metadata, or a plain list of labels."""
    try:
        with description.open("rb") as file:
            is_table = b"\t" in file.readline(1_000_000)
    except OSError:
        is_table = False  # The loader says what is wrong with it.
    return (
        Wanted(vectors, metadata=description) if is_table else Wanted(vectors, labels=description)
    )


def _load(wanted: Wanted | str, report: Report) -> VectorSet:
    """Load a file or a sample. Runs off the UI thread."""
    if isinstance(wanted, str):
        return _prepared(load_sample(wanted))
    from embedviz.core.formats import load

    report(0.0, f"opening {wanted.vectors.name}")
    opened = load(wanted.vectors, labels=wanted.labels, metadata=wanted.metadata, report=report)
    report(1.0, "indexing labels")
    return _prepared(opened)


def _prepared(vector_set: VectorSet) -> VectorSet:
    """Do now what would stall the window at its first use, when there are a million labels."""
    vector_set.index_labels()
    _ = vector_set.metadata
    return vector_set

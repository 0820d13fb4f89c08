"""A file that somebody is deciding about: a look at its start, then all of it behind the question.

The look takes moments. Then the whole file is read with its bad rows left out, so that what is said
of it is counted and not guessed; when it is to be opened, it has been read already. Where a file is
mapped instead, its rows are scanned. Nothing is opened here.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from embedviz.app.scans import scan_vectors
from embedviz.app.tasks import Task
from embedviz.core.derivation.additions import with_read_settings
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.origin import FileInfo, ReadSettings
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.formats.inspecting import Inspection
from embedviz.gui.opening.reading import read_file
from embedviz.sources.texts.offered import texts_instead

if TYPE_CHECKING:
    from embedviz.core.scanning import RowScan


class FileCheck(QObject):
    """Check of a file: inspected and read, again whenever something else is decided.

    Signals
    -------
    changed : ()
        More is known, or something else was decided.
    progressed : (float, str)
        Of the reading.

    Attributes
    ----------
    path : Path
    settings : ReadSettings
        What has been decided; whether bad rows are left out is asked only where there are some.
    inspection : Inspection or None
        What the start of the file says.
    vector_set : VectorSet or None
        The whole of it.
    scan : RowScan or None
        What its rows are, where they are not read.
    error : UserError or None
        Why it cannot be opened as it was decided.
    is_stopped : bool
        Whether the user did not want to wait for the end.
    """

    changed = Signal()
    progressed = Signal(float, str)

    def __init__(self, path: Path, settings: ReadSettings, parent: QObject) -> None:
        super().__init__(parent)
        self.path = path
        self.settings = settings
        self.inspection: Inspection | None = None
        self.vector_set: VectorSet | None = None
        self.scan: RowScan | None = None
        self.error: UserError | None = None
        self.is_stopped = False
        self.looking, self.reading, self.scanning = Task(self), Task(self), Task(self)
        for task in (self.looking, self.reading, self.scanning):
            task.failed.connect(self._on_failed)
        for task in (self.reading, self.scanning):
            task.progressed.connect(self.progressed)

    @property
    def is_looking(self) -> bool:
        """Whether nothing is known yet."""
        return self.looking.is_busy

    @property
    def is_reading(self) -> bool:
        """Whether the whole file is being read or scanned."""
        return self.reading.is_busy or self.scanning.is_busy

    @property
    def facts(self) -> FileInfo | None:
        """Facts about the file, counted where it has been."""
        if self.vector_set is not None and self.vector_set.opened is not None:
            return self.vector_set.opened.facts
        return None if self.inspection is None else self.inspection.facts

    @property
    def n_bad(self) -> int:
        """Number of rows that are not vectors, as far as is known."""
        found = 0 if self.facts is None else self.facts.n_bad
        return found + (0 if self.scan is None else self.scan.n_not_finite)

    @property
    def n_rows(self) -> int | None:
        """Number of rows of the file, where they have been counted."""
        if self.vector_set is not None and self.vector_set.opened is not None:
            return self.vector_set.opened.n_rows
        inspection = self.inspection
        return None if inspection is None or inspection.is_estimated else inspection.n_rows

    @property
    def offer(self) -> tuple[ReadSettings, str] | None:
        """Answer to the question that is open, and the words on a button that gives it."""
        error = self.error
        if not (isinstance(error, ChoiceRequired) and error.choices):
            return None
        value, told = next(iter(error.choices.items()))
        if error.option == "sample":
            return replace(self.settings, sample=int(value), max_rows=None), told
        if error.option == "metadata_key":
            return replace(self.settings, metadata_key=value, labels_header=None), told
        return None

    @property
    def can_open(self) -> bool:
        """Whether nothing is wrong with what was decided, as far as is known."""
        if self.error is not None or self.inspection is None:
            return False
        return not self.n_bad or self.settings.on_bad_rows == "skip"

    def begin(self) -> None:
        """Look into the file, then read it."""
        self.cancel()
        self.inspection = self.vector_set = self.scan = self.error = None
        self.is_stopped = False
        self.looking.run(partial(_look, self.path, self.settings), self._on_found)
        self.changed.emit()

    def decide(self, settings: ReadSettings) -> None:
        """Look again with something else decided."""
        if settings != self.settings:
            self.settings = settings
            self.begin()

    def leave_out_bad_rows(self, leave_out: bool) -> None:
        """Decide about the rows that are not vectors."""
        self.settings = replace(self.settings, on_bad_rows="skip" if leave_out else "raise")
        if self.scan is not None:  # They are still in the array that was mapped.
            self.begin()
        else:
            self.changed.emit()

    def stop(self) -> None:
        """Read no further; what was read is given back."""
        self.reading.cancel()
        self.scanning.cancel()
        self.is_stopped = True
        self.changed.emit()

    def read(self) -> None:
        """Read the file to its end, from the beginning."""
        self.is_stopped = False
        settings = self.settings
        # A mapped array is scanned instead; without its bad rows, the others must be copied.
        is_scanned_here = self.inspection is not None and self.inspection.facts.is_mapped
        if not is_scanned_here or settings.on_bad_rows == "skip" or settings.sample is not None:
            settings = replace(settings, on_bad_rows="skip", scans_later=False)
        self.reading.run(partial(read_file, self.path, settings), self._on_read)
        self.changed.emit()

    def cancel(self) -> None:
        """Want nothing any more."""
        for task in (self.looking, self.reading, self.scanning):
            task.cancel()

    def release(self) -> None:
        """Give back the memory."""
        self.cancel()
        self.inspection = self.vector_set = self.scan = None

    def _on_found(self, inspection: Inspection) -> None:
        self.inspection = inspection
        self.read()

    def _on_read(self, vector_set: VectorSet) -> None:
        opened = vector_set.opened
        if opened is not None and not opened.facts.n_bad:  # Nothing had to be left out.
            # What a session opens it with: nobody has agreed to lose rows of a later version.
            vector_set = with_read_settings(
                vector_set, replace(opened.settings, on_bad_rows=self.settings.on_bad_rows)
            )
        self.vector_set = vector_set
        if opened is not None and not opened.facts.is_scanned:
            self.scanning.run(
                partial(scan_vectors, vector_set.vectors), self._on_scanned, self._on_scanned
            )
        self.changed.emit()

    def _on_scanned(self, scan: RowScan) -> None:
        self.scan = scan
        self.changed.emit()

    def _on_failed(self, error: Exception) -> None:
        is_known = isinstance(error, UserError)
        self.error = error if isinstance(error, UserError) else UserError(_mistake(error))
        self.changed.emit()
        if not is_known:
            raise error


def _look(path: Path, settings: ReadSettings, report: Report) -> Inspection:
    """Look into a file. Runs off the UI thread."""
    from embedviz.formats import inspect

    try:
        return inspect(path, settings, report)
    except UserError as error:
        raise texts_instead(path, error, report) from error


def _mistake(error: Exception) -> str:
    return f"This file made embedviz itself fail ({type(error).__name__}). Nothing was opened."

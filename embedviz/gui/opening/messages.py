"""Messages of the Open dialog about a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.notes import Note, counted
from embedviz.core.origin import FileInfo, ReadSettings
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import in_words, shown_name
from embedviz.formats.inspecting import Inspection
from embedviz.gui.describe import describe_scan, describe_share
from embedviz.gui.widgets.code_block import split_code

if TYPE_CHECKING:
    from embedviz.core.scanning import RowScan

MessageLevel = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class FileMessage:
    """A sentence about a file, and how much it matters."""

    text: str
    level: MessageLevel

    @property
    def parts(self) -> tuple[str, str]:
        """The sentence without its line of code, and that line, where there is one."""
        return split_code(self.text)


class CheckedFile(Protocol):
    """What is known of a file so far."""

    @property
    def settings(self) -> ReadSettings:
        """What has been decided."""

    @property
    def inspection(self) -> Inspection | None:
        """What the start of the file says."""

    @property
    def vector_set(self) -> VectorSet | None:
        """The whole of it."""

    @property
    def scan(self) -> RowScan | None:
        """What its rows are, where they are not read."""

    @property
    def error(self) -> UserError | None:
        """Why it cannot be opened as it was decided."""

    @property
    def facts(self) -> FileInfo | None:
        """What is known of the file as a whole."""

    @property
    def n_bad(self) -> int:
        """How many rows of it are bad."""


def describe_size(check: CheckedFile) -> str:
    """Return rows × dimensions, the type of the numbers, and how much space they take."""
    inspection = check.inspection
    assert inspection is not None
    parts = [f"{_count_rows(check)} × {inspection.dimensions:,}", inspection.facts.dtype]
    parts.append(f"{in_words(inspection.n_bytes)} on disk, {_describe_memory(check)}")
    return " · ".join(parts)


def _count_rows(check: CheckedFile) -> str:
    inspection, opened = check.inspection, check.vector_set
    assert inspection is not None
    settings = inspection.settings
    if opened is not None and opened.opened is not None:
        kept, total = len(opened), opened.opened.n_rows
        if total == kept:
            return f"{kept:,}"
        facts = opened.opened.facts
        return describe_share(kept, total, facts.promised or facts.estimated)
    about = "≈ " if inspection.is_estimated else ""
    if inspection.n_rows is None:
        return "?"
    wanted = [count for count in (settings.max_rows, settings.sample) if count is not None]
    if wanted and min(wanted) < inspection.n_rows:
        return f"{min(wanted):,} of {about}{inspection.n_rows:,} rows"
    return f"{about}{inspection.n_rows:,}"


def _describe_memory(check: CheckedFile) -> str:
    inspection, opened = check.inspection, check.vector_set
    assert inspection is not None
    if opened is not None and opened.opened is not None:
        if opened.opened.facts.is_mapped:
            return "stays in the file"
        return f"{in_words(opened.vectors.nbytes)} in memory"
    if inspection.facts.is_mapped:
        return "stays in the file"
    if inspection.n_memory is None:
        return "size in memory not known yet"
    about = "≈ " if inspection.is_estimated else ""
    return f"{about}{in_words(inspection.n_memory)} in memory"


def describe_origin(inspection: Inspection) -> str:
    """Return where in the file the labels and the numbers are taken from."""
    facts, settings = inspection.facts, inspection.settings
    said = []
    if facts.key is not None:
        said.append(f"Vectors from {facts.key!r}")
    elif facts.vector_column is not None:
        said.append(f"Vectors from column {facts.vector_column!r}")
    if settings.labels is None and not settings.numbers_rows and facts.label_column is not None:
        said.append(f"labels from column {facts.label_column!r}")
    words = ", ".join(said)
    return words[:1].upper() + words[1:]


def messages_on(check: CheckedFile) -> list[FileMessage]:
    """Return what should be known before the file is opened: what is wrong goes first."""
    said = []
    if check.error is not None:
        error = check.error
        said.append(
            FileMessage(error.reason if isinstance(error, ChoiceRequired) else str(error), "error")
        )
    notes = [] if check.scan is None else describe_scan(check.scan)
    messages = [FileMessage(_worded(note), note.level) for note in [*_notes(check), *notes]]
    return said + sorted(messages, key=lambda message: message.level == "note")


def _worded(note: Note) -> str:
    """Return the sentence; bad rows are left out where that is decided, which it may not be yet."""
    if note.kind != "bad rows":
        return note.text
    return f"{counted(note.facts['count'], 'bad row')} ({note.facts['places']})."


def _notes(check: CheckedFile) -> list[Note]:
    """Return the notes on a file, but for what the dialog shows in other places already."""
    notes: Sequence[Note] = () if check.vector_set is None else check.vector_set.notes
    if check.vector_set is None and check.inspection is not None:
        notes = check.inspection.notes
    return [note for note in notes if not _is_shown_elsewhere(note, check)]


def _is_shown_elsewhere(note: Note, check: CheckedFile) -> bool:
    facts, labels = check.facts, check.settings.labels
    if note.kind == "vectors":
        return facts is not None and (facts.key is not None or facts.vector_column is not None)
    if note.kind == "labels" and isinstance(labels, str | PathLike):
        is_named = note.facts.get("file") == shown_name(Path(labels).name)
        return is_named and note.facts.get("column") is None
    return note.kind in ("sample", "first rows")


_WAYS_ON = {
    "key": "Choose above where the vectors are.",
    "vector_column": "Choose above which column holds the vectors.",
    "bytes_as": "Choose above what the bytes are.",
    "label_column": "Choose above what the rows are called by.",
    "labels_header": "Say above whether the first line is a header.",
    "metadata_key": "Choose above how the metadata find their rows.",
    "sample": "Choose above which rows are opened.",
}
"""What is to be decided, so that a file can be opened: by the argument of `load`."""


def describe_way_on(error: UserError | None) -> str:
    """Return what to do above, while the file cannot be opened; nothing where nothing helps."""
    return _WAYS_ON.get(error.option, "") if isinstance(error, ChoiceRequired) else ""


def describe_bad_rows(check: CheckedFile) -> str:
    """Return the words on the box that is ticked to leave out bad rows."""
    if check.n_bad == 1:
        return "Leave out the row that is not a vector"
    return f"Leave out the {check.n_bad:,} rows that are not vectors"

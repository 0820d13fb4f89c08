"""Common ground of all formats: the caller's settings, bad rows, and what was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.notes import Note, counted
from embedviz.core.origin import FileInfo, ReadSettings
from embedviz.core.progress import Report
from embedviz.formats.containers.parts import parts_in
from embedviz.formats.source import MOST_DIMENSIONS, Source

if TYPE_CHECKING:
    import pyarrow as pa

RowNumbers = NDArray[np.int64]

_SHOWN_BAD_ROWS = 3
_FROM_ZERO = " (from 0)"
_MOST_COUNTED = 64 << 20
"""Bytes of a file, up to which its rows are counted when only the first are looked at."""
_MOST_ROWS = 10**10


@dataclass
class ReadResult:
    """Vectors, labels and metadata that a format found in a file.

    Attributes
    ----------
    format_name : str
    vectors : float32 array of shape (rows kept, n_dimensions)
    labels : list of str, length rows kept, or None
        None where the file has no labels.
    rows : int64 array of length rows kept
        Which rows of the file they are, counted from 0; ascending.
    n_rows : int or None
        How many rows the file has, bad ones included. None when reading stopped before its end.
    metadata : pyarrow.Table or None
        Further columns of the rows that were kept.
    notes : list of Note
    uses_label_column : bool
        Whether the wanted label column is in this file, and the labels are from there.
    companions : tuple of Path
        Where the format's own convention keeps labels and metadata in a second file.
    facts : FileInfo
    name : str
        What the set is called; nothing where that is the name of the file.
    n_bytes : int or None
        On disk, where the vectors are in another file than the one that was named.
    """

    format_name: str
    vectors: Matrix
    labels: list[str] | None
    rows: RowNumbers
    n_rows: int | None
    metadata: pa.Table | None = None
    notes: list[Note] = field(default_factory=list)
    uses_label_column: bool = False
    companions: tuple[Path, ...] = ()
    facts: FileInfo = field(default_factory=FileInfo)
    name: str = ""
    n_bytes: int | None = None

    def learn(self, **facts: Any) -> None:
        """Take down more of the facts, by the names of the attributes of `FileInfo`."""
        self.facts = replace(self.facts, **facts)


@dataclass(frozen=True)
class Format:
    """One way to lay out vectors in a file.

    Attributes
    ----------
    matches : callable
        Says from the start of a file whether this is its format.
    read : callable
        Returns the contents, or raises `UserError` with the place, the reason and what to do.
    options : frozenset of str
        Which of `vector_column`, `key` and `bytes_as` mean something to it.
    """

    matches: Callable[[Source], bool]
    read: Callable[[Source, ReadSettings, Report], ReadResult]
    options: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pointer:
    """A file without vectors that names the file they are in.

    Attributes
    ----------
    matches : callable
        Says from the start of a file whether it is such a one.
    follow : callable
        Returns what it names, or raises `UserError` with the place, the reason and what to do.
    """

    matches: Callable[[Source], bool]
    follow: Callable[[Source, ReadSettings], NamedVectors]


@dataclass(frozen=True)
class NamedVectors:
    """Vectors in a file that another one names: how they are read, and what there is to say.

    Attributes
    ----------
    source : Source
        The file with the vectors.
    settings : ReadSettings
        With what the other file says of them, such as their metadata.
    raw : Format or None
        Where they are bare numbers; else their format is recognized.
    name : str
    others : mapping of str to str
        What else `key` could be.
    notes : tuple of Note
    """

    source: Source
    settings: ReadSettings
    raw: Format | None
    name: str
    others: Mapping[str, str]
    notes: tuple[Note, ...]

    def completed(self, contents: ReadResult) -> ReadResult:
        """Return the contents with what the other file says of them."""
        contents.name, contents.n_bytes = self.name, self.source.size
        contents.learn(key=self.name, keys=self.others)
        contents.notes[:0] = self.notes
        return contents


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Return the size in bytes and when it was written, in ns; None where there is nothing.

    Of a folder, those of all its parts together and of the newest one.
    """
    try:
        found = path.stat()
        if path.is_dir():
            parts = parts_in(path)
            return (parts.size, parts.newest) if parts.names else (0, found.st_mtime_ns)
    except (OSError, UserError):
        return None
    return found.st_size, found.st_mtime_ns


class BadRows:
    """Rows that are not vectors: the first is an error, or all are left out and noted."""

    def __init__(self, source: Source, settings: ReadSettings) -> None:
        self.name = source.name
        self._skip = settings.on_bad_rows == "skip"
        self._shown: list[str] = []
        self.count = 0

    def add(self, where: str, reason: str) -> None:
        """Take down a bad row.

        Parameters
        ----------
        where : str
            The place in the file: a line or record, counted from 1, or what `row_place` returns.
        reason : str
            What is wrong, as in "47 numbers instead of 50".

        Raises
        ------
        UserError
            Unless bad rows are to be skipped.
        """
        if not self._skip:
            raise ChoiceRequired(
                f"{self.name}, {where}: {reason}. Correct the file, or open it with bad rows "
                'skipped: --skip-bad-rows on the command line, on_bad_rows="skip" in Python.',
                "on_bad_rows",
                {"skip": "Leave out the rows that are not vectors"},
                reason=f"{self.name}, {where}: {reason}.",
            )
        self.count += 1
        if self.count <= _SHOWN_BAD_ROWS:
            if self._shown:  # It is said once.
                where = where.replace(_FROM_ZERO, "")
            self._shown.append(f"{where}: {reason}")

    def notes(self) -> list[Note]:
        """Return the sentence about the rows that were skipped, if there were any."""
        if not self.count:
            return []
        places = "; ".join(self._shown) + ("; …" if self.count > len(self._shown) else "")
        text = f"{counted(self.count, 'bad row')} skipped ({places})."
        return [Note(text, "bad rows", facts={"count": self.count, "places": places})]


def row_place(row: int) -> str:
    """Return where a row of an array or a table is: "row 5 (from 0)", as all lists count them."""
    return f"row {row:,}{_FROM_ZERO}"


def counts_rest(source: Source, settings: ReadSettings, *, is_paired: bool = False) -> bool:
    """Return whether rows are counted beyond the last one that is asked for.

    A file with a line for each row may begin with a header, which only the number of all rows
    tells: without it, the first rows would have the labels of their neighbors.

    Parameters
    ----------
    source : Source
    settings : ReadSettings
    is_paired : bool
        Whether such a file may be beside this one.
    """
    is_joined = settings.metadata is not None and settings.metadata_key is None
    is_short = source.size <= _MOST_COUNTED and not source.is_compressed
    has_second = is_paired or is_joined or settings.labels is not None
    return has_second and (is_short or not settings.is_preview)


def note_on_limit(max_rows: int) -> Note:
    """Return the sentence about a file that was not read to its end."""
    first = "first row" if max_rows == 1 else f"first {max_rows:,} rows"
    return Note(f"Only the {first} of the file.", "first rows", "note")


def require_true_header(name: str, promised: int) -> None:
    """Refuse a header that counts more rows than any file has.

    Raises
    ------
    UserError
    """
    if promised > _MOST_ROWS:
        raise UserError(
            f"{name} claims {counted(promised, 'row')}. Its header is damaged, or it is not a file "
            "of vectors."
        )


def require_dimensions(name: str, dimensions: int) -> None:
    """Refuse what has no directions, vectors of fewer than two numbers, and what cannot be true.

    Raises
    ------
    UserError
    """
    if dimensions > MOST_DIMENSIONS:
        raise UserError(
            f"{name} claims {counted(dimensions, 'number')} per row. Its header is damaged, or it "
            "is not a file of vectors."
        )
    if dimensions < 2:
        raise UserError(
            f"{name} holds {counted(dimensions, 'number')} per row. Vectors need at least two "
            "dimensions: is this a list of scores or labels?"
        )

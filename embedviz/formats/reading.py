"""What every format works with: the caller's settings, bad rows, and what was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.progress import Report
from embedviz.core.vector_set import Matrix
from embedviz.formats.source import Source

if TYPE_CHECKING:
    import pyarrow as pa

RowNumbers = NDArray[np.int64]

_SHOWN_BAD_ROWS = 3
_FROM_ZERO = " (from 0)"
_MOST_COUNTED = 64 << 20
"""Bytes of a file, up to which its rows are counted when only the first are looked at."""
_MOST_DIMENSIONS = 1_000_000
_MOST_ROWS = 10**10


@dataclass(frozen=True)
class ReadSettings:
    """How a file is to be read: the arguments of `load`, which explains them, and three more.

    Attributes
    ----------
    numbers_rows : bool
        Whether the rows are called by their numbers in the file, whatever labels there are.
    is_preview : bool
        Whether `max_rows` is only there to look at the first rows, which then is not noted.
    scans_later : bool
        Whether an array that can be mapped is taken as it lies in the file, without looking at its
        rows: `scan_rows` then finds the bad ones.
    """

    labels: str | PathLike[str] | Sequence[str] | None = None
    metadata: str | PathLike[str] | None = None
    label_column: str | None = None
    vector_column: str | None = None
    key: str | None = None
    max_rows: int | None = None
    sample: int | None = None
    seed: int = 0
    on_bad_rows: Literal["raise", "skip"] = "raise"
    metadata_key: str | None = None
    labels_header: bool | None = None
    numbers_rows: bool = False
    is_preview: bool = False
    scans_later: bool = False

    def __post_init__(self) -> None:
        for name in ("max_rows", "sample"):
            count = getattr(self, name)
            if count is not None and count < 1:
                raise UserError(f"{name} is {count}, but at least one row must be read.")
        if self.seed < 0:
            raise UserError(f"seed is {self.seed}; it must not be negative.")
        if self.on_bad_rows not in ("raise", "skip"):
            raise UserError(f'on_bad_rows is {self.on_bad_rows!r}; it can be "raise" or "skip".')


@dataclass
class FileInfo:
    """What is known of a file beside its vectors; shown before it is opened, and kept.

    Attributes
    ----------
    dtype : str
        What the numbers are in the file: "text", "float32", "float16", "bfloat16", "base64", …
    promised : int or None
        How many rows the file says it has, before they are counted.
    estimated : int or None
        How many it may have, where reading stopped early and nothing says it.
    key : str or None
        Which array, tensor or member the vectors are from.
    keys : mapping of str to str
        What else `key` could be, with a description: "5,050 × 50 float32".
    are_files : bool
        Whether these are the files of an archive.
    vector_column : str or None
        The column with whole vectors; None where each number has a column of its own.
    vector_columns : tuple of str
        What else it could be.
    label_column : str or None
    label_columns : tuple of str
        All columns that could name the rows.
    n_bad, n_repeated, n_zero : int
        Rows left out since they are no vectors or since their label was there before, and rows that
        are all zeros.
    is_mapped : bool
        Whether the vectors stay in the file until they are needed.
    is_scanned : bool
        Whether all rows were looked at.
    is_numbered : bool
        Whether the rows are called by their numbers.
    """

    dtype: str = "text"
    promised: int | None = None
    estimated: int | None = None
    key: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    are_files: bool = False
    vector_column: str | None = None
    vector_columns: tuple[str, ...] = ()
    label_column: str | None = None
    label_columns: tuple[str, ...] = ()
    n_bad: int = 0
    n_repeated: int = 0
    n_zero: int = 0
    is_mapped: bool = False
    is_scanned: bool = True
    is_numbered: bool = False


@dataclass
class ReadResult:
    """What a format found in a file.

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
    notes : list of str
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
    notes: list[str] = field(default_factory=list)
    uses_label_column: bool = False
    companions: tuple[Path, ...] = ()
    facts: FileInfo = field(default_factory=FileInfo)
    name: str = ""
    n_bytes: int | None = None


@dataclass(frozen=True)
class FileOrigin:
    """How a set came from a file, so that it can be opened in the same way again.

    Attributes
    ----------
    path : Path
        Absolute.
    settings : ReadSettings
    facts : FileInfo
    n_rows : int or None
        How many rows the file has; None when it was not read to its end.
    stamp : (int, int) or None
        Its size in bytes and when it was written, in ns, before it was read.
    """

    path: Path
    settings: ReadSettings
    facts: FileInfo
    n_rows: int | None
    stamp: tuple[int, int] | None = None


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
        Which of `vector_column` and `key` mean something to it.
    """

    matches: Callable[[Source], bool]
    read: Callable[[Source, ReadSettings, Report], ReadResult]
    options: frozenset[str] = frozenset()


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Return the size of a file in bytes and when it was written, in ns; None where it is not."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


class BadRows:
    """Rows that are no vectors: the first is an error, or all are left out and noted."""

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
                {"skip": "Leave out the rows that are no vectors"},
                reason=f"{self.name}, {where}: {reason}.",
            )
        self.count += 1
        if self.count <= _SHOWN_BAD_ROWS:
            if self._shown:  # It is said once.
                where = where.replace(_FROM_ZERO, "")
            self._shown.append(f"{where}: {reason}")

    def notes(self) -> list[str]:
        """Return the sentence about the rows that were skipped, if there were any."""
        if not self.count:
            return []
        more = "; …" if self.count > len(self._shown) else ""
        return [f"{counted(self.count, 'bad row')} skipped ({'; '.join(self._shown)}{more})."]


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


def note_on_limit(max_rows: int) -> str:
    """Return the sentence about a file that was not read to its end."""
    first = "first row" if max_rows == 1 else f"first {max_rows:,} rows"
    return f"Only the {first} of the file."


def counted(count: int, noun: str) -> str:
    """Return "1 row", "2 rows"."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def require_true_header(name: str, promised: int) -> None:
    """Refuse a header that counts more rows than any file has.

    Raises
    ------
    UserError
    """
    if promised > _MOST_ROWS:
        raise UserError(
            f"{name} claims {counted(promised, 'row')}. Its header is damaged, or it is no file of "
            "vectors."
        )


def require_dimensions(name: str, dimensions: int) -> None:
    """Refuse what has no directions, vectors of fewer than two numbers, and what cannot be true.

    Raises
    ------
    UserError
    """
    if dimensions > _MOST_DIMENSIONS:
        raise UserError(
            f"{name} claims {counted(dimensions, 'number')} per row. Its header is damaged, or it "
            "is no file of vectors."
        )
    if dimensions < 2:
        raise UserError(
            f"{name} holds {counted(dimensions, 'number')} per row. Vectors need at least two "
            "dimensions: is this a list of scores or labels?"
        )

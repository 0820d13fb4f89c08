"""Origin of a set, and the steps that made it from there.

An origin is a file, a bundled sample, or whatever else rows can be had from another time: it holds
what is needed to open them again in the same way, and never the rows. Nothing here reads files:
what opens an origin knows its class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Literal, Protocol

from embedviz.core.errors import UserError
from embedviz.core.texts.encoder_settings import EncoderSettings

BYTE_TYPES: Mapping[str, str] = {
    "float32": "<f4",
    "float16": "<f2",
    "float64": "<f8",
    "int8": "|i1",
}
"""What the bytes of a column can be read as, and what NumPy calls it."""


class Origin(Protocol):
    """Source that a set came from: a frozen dataclass."""

    @property
    def name(self) -> str:
        """Name in a list, such as that of a file."""

    @property
    def description(self) -> str:
        """Kind and place, on one line: "GloVe text · /data/x.txt"."""

    @property
    def path(self) -> Path | None:
        """The file that holds the vectors; None where they are in no file."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The user's own files without which it cannot be opened again; some may be gone."""

    @property
    def n_rows(self) -> int | None:
        """Number of rows there, also of those that the set does not hold; None: not known."""

    @property
    def settings(self) -> Any:
        """Settings to open it in the same way again: a frozen dataclass, or None."""

    @property
    def stamp(self) -> Any:
        """Stamp, the same as long as nothing there was changed; None where nothing can be."""


@dataclass(frozen=True)
class ReadSettings:
    """Settings for reading a file: the arguments of `load`, which explains them, and three more.

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
    bytes_as: str | None = None
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
        if self.bytes_as is not None and self.bytes_as not in BYTE_TYPES:
            known = ", ".join(BYTE_TYPES)
            raise UserError(f"bytes_as is {self.bytes_as!r}; it can be {known}.")
        if self.on_bad_rows not in ("raise", "skip"):
            raise UserError(f'on_bad_rows is {self.on_bad_rows!r}; it can be "raise" or "skip".')


@dataclass(frozen=True)
class FileInfo:
    """Facts about a file beside its vectors; shown before it is opened, and kept.

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
    byte_types : mapping of str to str
        Where the vectors are bytes in a column, what these could be read as, with the first rows.
    label_column : str or None
    label_columns : tuple of str
        All columns that could name the rows.
    n_bad, n_repeated, n_zero : int
        Rows left out since they are not vectors or since their label was there before, and rows
        that are all zeros.
    is_mapped : bool
        Whether the vectors stay in the file until they are needed.
    is_scanned : bool
        Whether all rows were looked at when the file was read.
    is_numbered : bool
        Whether the rows are called by their numbers.
    encoder : EncoderSettings or None
        What the file says made its vectors.
    """

    dtype: str = "text"
    promised: int | None = None
    estimated: int | None = None
    key: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    are_files: bool = False
    vector_column: str | None = None
    vector_columns: tuple[str, ...] = ()
    byte_types: Mapping[str, str] = field(default_factory=dict)
    label_column: str | None = None
    label_columns: tuple[str, ...] = ()
    n_bad: int = 0
    n_repeated: int = 0
    n_zero: int = 0
    is_mapped: bool = False
    is_scanned: bool = True
    is_numbered: bool = False
    encoder: EncoderSettings | None = None


@dataclass(frozen=True)
class FileOrigin:
    """File that a set was read from, and how, so that it can be opened in the same way again.

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
    format_name : str
    """

    path: Path
    settings: ReadSettings = field(default_factory=ReadSettings)
    facts: FileInfo = field(default_factory=FileInfo)
    n_rows: int | None = None
    stamp: tuple[int, int] | None = None
    format_name: str = ""

    @property
    def encoder(self) -> EncoderSettings | None:
        """What the file says made its vectors."""
        return self.facts.encoder

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name

    @property
    def description(self) -> str:
        """The format and the path: "GloVe text · /data/x.txt"."""
        return f"{self.format_name} · {self.path}" if self.format_name else str(self.path)

    @property
    def files(self) -> tuple[Path, ...]:
        """The file, and those of labels and metadata that were named with it."""
        named = (self.settings.labels, self.settings.metadata)
        return (self.path, *(Path(each) for each in named if isinstance(each, (str, PathLike))))


@dataclass(frozen=True)
class SampleOrigin:
    """A bundled set.

    Attributes
    ----------
    name : str
        As `samples.load_sample` takes it.
    path : Path or None
        Where its vectors are on this machine; None where a library brings them.
    encoder : EncoderSettings or None
        What made its vectors, where that can encode more texts here.
    """

    name: str
    path: Path | None = field(default=None, compare=False)
    encoder: EncoderSettings | None = field(default=None, compare=False)

    n_rows: int | None = field(default=None, init=False, compare=False)
    settings: None = field(default=None, init=False, compare=False)
    stamp: None = field(default=None, init=False, compare=False)

    @property
    def description(self) -> str:
        """That it is a sample, and where."""
        return "Sample" if self.path is None else f"Sample · {self.path}"

    @property
    def files(self) -> tuple[Path, ...]:
        """Nothing: it is there wherever the program is."""
        return ()


@dataclass(frozen=True, eq=False)
class Provenance:
    """Origin of a set and each step from there, so that it can be made again.

    The first step is an origin; each further one makes a set from the one before. The steps hold
    settings, names and row numbers, never vectors, so the provenance of a set keeps no other set in
    memory: that of some rows of a closed set still knows from which file they were.

    Two sets have one step in common only where it was taken once for both: the same file opened
    twice gives two provenances, and so do its rows mean different things to the rest of the
    program.

    Attributes
    ----------
    step : Origin, Step or None
        None for what was done in memory and cannot be done again. See `derivation.provenance.Step`.
    parent : Provenance or None
        Of the set that the step was applied to; None for an origin.
    """

    step: Any
    parent: Provenance | None = None

    @property
    def line(self) -> list[Provenance]:
        """All steps, the first one first."""
        line = [self]
        while (parent := line[-1].parent) is not None:
            line.append(parent)
        return line[::-1]

    @property
    def rows_from(self) -> Provenance:
        """The first step that gave the same rows."""
        first = self
        while first.parent is not None and getattr(first.step, "keeps_rows", True):
            first = first.parent
        return first

    @property
    def is_repeatable(self) -> bool:
        """Whether all steps can be taken again; an origin may say that it cannot be opened."""
        steps = [each.step for each in self.line]
        return all(step is not None and getattr(step, "is_repeatable", True) for step in steps)

    def begun_with(self, origin: Origin) -> Provenance:
        """Return the same steps from another origin."""
        if self.parent is None:
            return Provenance(origin)
        return Provenance(self.step, self.parent.begun_with(origin))

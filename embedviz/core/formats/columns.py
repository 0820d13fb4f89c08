r"""Labels and further columns from a second file, and which column the labels are in.

The rule for `metadata.tsv` is the Embedding Projector's: where the first line has a tab it is a
header, and one column alone has none. Fields are split at tabs and lines at `\n`, nothing else;
quotes are taken off only where every field with a quote in it is quoted properly, as spreadsheets
do, since labels such as `"` are ordinary words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.core.errors import UserError
from embedviz.core.formats.reading import counted
from embedviz.core.formats.source import BYTE_ORDER_MARK, Source

if TYPE_CHECKING:
    import pyarrow as pa

LABEL_NAMES = ("label", "text", "word", "token", "name", "title", "sentence", "term", "key")
_MOSTLY = 0.5


@dataclass(frozen=True)
class Columns:
    """The columns of a text file, one entry per row.

    Attributes
    ----------
    file_name : str
    values : dict of column name to list of str
    has_header : bool
    n_replaced : int
        How many fields held bytes that are not UTF-8.
    """

    file_name: str
    values: dict[str, list[str]]
    has_header: bool
    n_replaced: int = 0

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.values.values())))


def read_columns(path: Path) -> Columns:
    """Return the columns of a text, TSV or (by its suffix) CSV file.

    Raises
    ------
    UserError
        When it cannot be read as text, or a line has more fields than the header.
    """
    source = Source(path)
    if b"\0" in source.head:
        raise UserError(f"{path.name} is not a text file. Labels are read from text or TSV files.")
    with source.stream() as stream:
        data = b"".join(iter(lambda: stream.read(1 << 24), b""))
    text = data.removeprefix(BYTE_ORDER_MARK).decode("utf-8", "replace")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    separator = "," if path.suffix == ".csv" else "\t"
    if separator not in lines[0]:
        return Columns(path.name, {"label": lines}, has_header=False)
    return _split(lines, separator, path.name)


def _split(lines: Sequence[str], separator: str, name: str) -> Columns:
    rows = [line.split(separator) for line in lines]
    width = len(rows[0])
    for number, row in enumerate(rows, 1):
        if len(row) > width:
            raise UserError(
                f"{name}, line {number:,}: {counted(len(row), 'field')}, but the header has "
                f"{width:,}. A tab inside a text? Replace it by a space."
            )
        row += [""] * (width - len(row))
    names = unique_names(rows[0])
    values = {name: [row[i] for row in rows[1:]] for i, name in enumerate(names)}
    return Columns(name, values, has_header=True)


def unique_names(names: Sequence[str]) -> list[str]:
    """Return the names with empty and repeated ones numbered."""
    seen: set[str] = set()
    unique = []
    for position, name in enumerate(names, 1):
        name = name.strip() or f"column {position}"
        while name in seen:
            name = f"{name} ({position})"
        seen.add(name)
        unique.append(name)
    return unique


def to_table(columns: Mapping[str, Sequence[str]]) -> pa.Table:
    """Return an Arrow table; columns in which every text is a number hold numbers, else text."""
    import pyarrow as pa

    return pa.table({name: _to_arrow(values) for name, values in columns.items()})


_integer = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})").fullmatch  # "007" is a name, not a number.
_decimal = re.compile(r"[+-]?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|nan|NaN").fullmatch


def _to_arrow(values: Sequence[str]) -> pa.Array:
    import pyarrow as pa

    given = [value for value in values if value]
    if given and all(map(_integer, given)):
        return pa.array([int(value) if value else None for value in values], pa.int64())
    if given and all(map(_is_decimal, given)):
        return pa.array([float(value) if value else None for value in values], pa.float64())
    return pa.array([value or None for value in values], pa.string())


def _is_decimal(text: str) -> bool:
    return bool(_decimal(text)) and any(map(str.isdigit, text))


def choose_label_column(table: pa.Table, wanted: str | None, file_name: str) -> str | None:
    """Return the column that names the rows, or None when no column does.

    That is the wanted one; else one with a usual name (label, text, word, …) and mostly distinct
    values; else the first with mostly distinct texts; else one with a usual name.

    Raises
    ------
    UserError
        When there is no column of the wanted name.
    """
    import pyarrow as pa

    names: list[str] = table.column_names
    if wanted is not None:
        if wanted not in names:
            raise UserError(
                f"{file_name} has no column {wanted!r}. Its columns are {', '.join(names)}."
            )
        return wanted
    textual = [name for name in names if pa.types.is_string(table.schema.field(name).type)]
    named = sorted(
        (name for name in textual if name.casefold() in LABEL_NAMES),
        key=lambda name: LABEL_NAMES.index(name.casefold()),
    )
    for name in [*named, *textual]:
        if len(table[name].unique()) >= _MOSTLY * table.num_rows:
            return name
    return named[0] if named else None


def texts_of(table: pa.Table, name: str) -> list[str]:
    """Return a column as text, empty where a value is missing."""
    return ["" if value is None else str(value) for value in table[name].to_pylist()]

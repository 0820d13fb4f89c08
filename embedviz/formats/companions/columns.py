r"""Labels and further columns from a second file, and which column the labels are in.

The rule for `metadata.tsv` is the Embedding Projector's: where the first line has a tab it is a
header, and one column alone has none. Fields are split at tabs and lines at `\n`, nothing else;
quotes are taken off only where every field with a quote in it is quoted properly, as spreadsheets
do, and no lines are joined that are rows themselves, since labels such as `"` are ordinary words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.formats.labels import decode_all
from embedviz.formats.source import BYTE_ORDER_MARK, Source
from embedviz.formats.text.records import Records, split_records

if TYPE_CHECKING:
    import pyarrow as pa

LABEL = "label"
"""What the only column of a file without a header is called."""

LABEL_NAMES = ("label", "text", "word", "token", "name", "title", "sentence", "term", "key")
_NEVER_LABELS = ("object",)  # What all answers of OpenAI and its like say: "embedding".
_MOSTLY = 0.5
_CHUNK_BYTES = 16 << 20
_NOT_A_NUMBER = ("nan", "NaN")


@dataclass(frozen=True)
class CompanionColumns:
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
        """Number of rows."""
        return len(next(iter(self.values.values())))

    def without_blank_end(self, n_rows: int | None) -> CompanionColumns:
        """Return the columns without blank lines at the end that are more than `n_rows`."""
        end = self.n_rows
        while (
            n_rows is not None
            and end > n_rows
            and not any(v[end - 1] for v in self.values.values())
        ):
            end -= 1
        return replace(self, values={name: texts[:end] for name, texts in self.values.items()})


def read_columns(path: Path, has_header: bool | None = None) -> CompanionColumns:
    """Return the columns of a text or TSV file, or of a CSV file by its suffix.

    Parameters
    ----------
    path : Path
    has_header : bool, optional
        Whether the first line names the columns. Default: where it has several.

    Raises
    ------
    UserError
        When it cannot be read as text, or a line has more fields than the header.
    """
    source = Source(path)
    if b"\0" in source.head:
        raise UserError(f"{path.name} is not a text file. Labels are read from text or TSV files.")
    with source.stream() as stream:
        data = b"".join(iter(lambda: stream.read(_CHUNK_BYTES), b""))
    data = data.removeprefix(BYTE_ORDER_MARK).removesuffix(b"\n") + b"\n"
    first = data[: data.index(b"\n")]
    separators = b";," if ".csv" in path.suffixes else b"\t"
    for separator in separators:
        if separator in first:
            return _split(data, separator, path.name, has_header is not False)
    lines = [line.removesuffix(b"\r") for line in data[:-1].split(b"\n")]
    texts, n_replaced = decode_all(lines)
    column = LABEL
    if has_header:
        column = unique_names(texts[:1])[0]
        texts = texts[1:]
    return CompanionColumns(path.name, {column: texts}, bool(has_header), n_replaced)


def _split(data: bytes, separator: int, name: str, has_header: bool) -> CompanionColumns:
    records, used, _ = split_records(data, separator, has_quotes=b'"' in data)
    width = int(records.widths[0]) if len(records) else 0
    if separator == ord("\t") and b'"' in data:
        plain, used_plainly, _ = split_records(data, separator, has_quotes=False)
        is_well = used == len(data) and _is_quoted_well(records, width)
        # Quotes alone in their fields may make one text of two lines, which are rows themselves.
        is_torn = len(plain) > len(records) and bool((plain.widths == width).all())
        if not is_well or is_torn:
            records, used, width = plain, used_plainly, int(plain.widths[0])
    too_wide = np.flatnonzero(records.widths > width)
    if used < len(data) or len(too_wide):
        line = records.lines[too_wide[0] if len(too_wide) else -1]
        raise UserError(
            f"{name}, line {line:,}: the columns do not fit the {counted(width, 'name')} in the "
            "first line. Is there a separator or a quote inside a text?"
        )
    columns = [decode_all(records.column(column)) for column in range(width)]
    names = unique_names([texts[0] if has_header else "" for texts, _ in columns])
    first = 1 if has_header else 0
    values = {name: texts[first:] for name, (texts, _) in zip(names, columns, strict=True)}
    n_replaced = sum(count for _, count in columns)
    return CompanionColumns(name, values, has_header, n_replaced)


def _is_quoted_well(records: Records, width: int) -> bool:
    """Return whether quotes are those of a spreadsheet: around fields, doubled inside them."""
    plain = np.flatnonzero(records.kinds == 0).tolist()
    return bool((records.widths == width).all()) and not any(
        b'"' in records.field(index) for index in plain
    )


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


# "007" is a name, and what does not fit 64 bits as well.
_is_integer = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})").fullmatch
_is_decimal = re.compile(
    r"[+-]?(?:(?:0|[1-9][0-9]{0,15})(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
).fullmatch


def _to_arrow(values: Sequence[str]) -> pa.Array:
    import pyarrow as pa

    given = [value for value in values if value and value not in _NOT_A_NUMBER]
    if given and all(map(_is_integer, given)) and not any(v in _NOT_A_NUMBER for v in values):
        return pa.array([int(value) if value else None for value in values], pa.int64())
    if given and all(map(_is_decimal, given)):
        return pa.array([float(value) if value else None for value in values], pa.float64())
    return pa.array([value or None for value in values], pa.string())


def require_column(wanted: str, names: Sequence[str], file_name: str) -> None:
    """Refuse the name of a column that is not there.

    Raises
    ------
    UserError
    """
    if wanted not in names:
        known = ", ".join(names)
        raise UserError(f"{file_name} has no column {wanted!r}. Its columns are {known}.")


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
        require_column(wanted, names, file_name)
        return wanted
    kinds = {name: table.schema.field(name).type for name in names}
    textual = [n for n in names if pa.types.is_string(kinds[n]) and n not in _NEVER_LABELS]
    named = sorted(
        (name for name in names if name.casefold() in LABEL_NAMES),
        key=lambda name: LABEL_NAMES.index(name.casefold()),
    )
    named = [name for name in named if not pa.types.is_floating(kinds[name])]
    for name in [*named, *textual]:
        n_different = len(table[name].unique())
        is_constant = n_different == 1 < table.num_rows
        if n_different >= _MOSTLY * table.num_rows and not is_constant:
            return name
    return next((name for name in named if name in textual), None)

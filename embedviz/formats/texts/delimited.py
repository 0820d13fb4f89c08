"""Texts in CSV, TSV and their like, and lists with a text on each line.

Most prose has commas, so a comma separates columns only where the name of the file says so or every
line has as many of them as a first line of names. Tabs are no part of a text on one line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from embedviz.core.notes import Note, counted
from embedviz.core.progress import Report
from embedviz.formats.companions.columns import LABEL_NAMES, unique_names
from embedviz.formats.companions.record_columns import TEXT_NAMES
from embedviz.formats.labels import decode_all, note_on_replaced
from embedviz.formats.source import BLANKS, Source, block_bytes
from embedviz.formats.text.lines import line_blocks, notes_on_remarks
from embedviz.formats.text.records import Records, split_blocks, split_records
from embedviz.formats.texts.blocks import TEXT_COLUMN, TextBlock

if TYPE_CHECKING:
    import pyarrow as pa

_SEPARATORS = {"\t": "TSV", ",": "CSV", ";": "semicolon-separated table", "|": "table"}
_BY_SUFFIX = {".tsv": "\t", ".tab": "\t", ".csv": ",;|\t", ".psv": "|"}
_PACKED = {".gz", ".bz2", ".xz", ".zip"}
_NO_SEPARATOR = 0
"""The byte that is in no text."""
_CONSISTENT = 0.8
_BLOCK_BYTES = 2 << 20
_LONGEST_NAME = 60
_KNOWN_NAMES = {*LABEL_NAMES, *TEXT_NAMES, "id", "review", "body", "comment", "message", "sentence"}
_is_number = re.compile(
    r"\s*[-+]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?\s*"
).fullmatch
_ends_as_sentence = re.compile("[.!?…。\uff1f\uff01][\"'”’)]*\\s*\\Z").search


@dataclass(frozen=True)
class TextLayout:
    """Layout of a delimited file.

    Attributes
    ----------
    separator : int
        The byte between fields; 0: each line is one field.
    has_quotes, has_header : bool
    names : tuple of str
        Of the columns.
    """

    separator: int
    has_quotes: bool
    has_header: bool
    names: tuple[str, ...]


def find_layout(source: Source, has_header: bool | None = None) -> TextLayout:
    """Return the layout of a text, whatever it is.

    Parameters
    ----------
    source : Source
    has_header : bool, optional
        Whether the first line names the columns. Default: as it looks.
    """
    found = _find_layout(source)
    if has_header is None or has_header == found.has_header:
        return found
    records, _, _ = split_records(
        b"\n".join(source.lines) + b"\n", found.separator, has_quotes=found.has_quotes
    )
    first = decode_all(records.fields(0))[0] if has_header else []
    names = (first + [""] * len(found.names))[: len(found.names)]
    if not has_header and len(names) == 1:
        names = [TEXT_COLUMN]
    return replace(found, has_header=has_header, names=tuple(unique_names(names)))


def _find_layout(source: Source) -> TextLayout:
    sample = b"\n".join(source.lines) + b"\n"
    path = PurePath(source.path.name if source.member is None else source.member)
    while path.suffix.lower() in _PACKED:
        path = path.with_suffix("")
    wanted = _BY_SUFFIX.get(path.suffix.lower())
    for separator in dict.fromkeys(wanted or "\t,;|"):
        found = _layout_with(sample, separator, is_named=wanted is not None)
        if found is not None:
            return found
    # What looks like remarks of a program may be a text that begins so: "#hashtag".
    everything = b"\n".join(source.first_lines) + b"\n"
    return _list_layout(everything, is_table=wanted is not None)


def _layout_with(sample: bytes, separator: str, *, is_named: bool) -> TextLayout | None:
    for has_quotes in (True, False):
        records, used, _ = split_records(sample, ord(separator), has_quotes=has_quotes)
        if not len(records) or (has_quotes and used < len(sample) and len(records) < 2):
            continue  # A quote that is not closed.
        width, count = Counter(records.widths.tolist()).most_common(1)[0]
        if width == 1 and has_quotes and 2 * np.count_nonzero(records.kinds) > len(records):
            return None  # What separates columns elsewhere is within its texts.
        needed = _CONSISTENT if is_named or separator == "\t" else 1.0
        if width < 2 or count < needed * len(records):
            continue
        rows = [decode_all(records.fields(i))[0] for i in range(len(records))]
        has_header = _is_header(rows[0], rows[1:], width)
        if not has_header and not is_named and separator != "\t":
            continue
        names = unique_names(rows[0] if has_header else [""] * width)
        return TextLayout(ord(separator), has_quotes, has_header, tuple(names))
    return None


def _list_layout(sample: bytes, *, is_table: bool) -> TextLayout:
    """Return the layout of a text with one column."""
    has_quotes = is_table and b'"' in sample
    records, _, _ = split_records(sample, _NO_SEPARATOR, has_quotes=has_quotes)
    rows = [decode_all(records.fields(i))[0] for i in range(len(records))]
    has_header = len(rows) > 1 and _is_header(rows[0], rows[1:], 1, is_sure=is_table)
    name = rows[0][0].strip() if has_header else TEXT_COLUMN
    return TextLayout(_NO_SEPARATOR, has_quotes, has_header, (name,))


def _is_header(
    first: Sequence[str], body: Sequence[Sequence[str]], width: int, *, is_sure: bool = False
) -> bool:
    """Return whether the first record names the columns.

    That is so where its fields look like names, and one of them is a usual name of a column, or is
    unlike what is below it: a word over numbers, or over texts that are much longer.
    """
    names = [field.strip() for field in first]
    if len(names) != width or not body or not any(names):
        return False
    if any(len(name) > _LONGEST_NAME or _is_number(name) for name in names):
        return False
    if (len(set(names)) < width or not all(names[1:])) and _occur_below(names, body):
        return False  # A row with a gap, or with the same value twice.
    if any(name.casefold() in _KNOWN_NAMES for name in names):
        return True
    if any(_ends_as_sentence(name) for name in names):
        return False
    for column, name in enumerate(names):
        values = [row[column] for row in body if column < len(row) and row[column].strip()]
        if values and all(map(_is_number, values)):
            return True
        usual = float(np.median([len(value) for value in values])) if values else 0.0
        if usual > 2 * len(name) and (width > 1 or (is_sure and " " not in name)):
            return True
    return False


def _occur_below(names: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Return whether a field of the first record, or a gap in it, is in its column again."""
    return any(
        name == row[column].strip()
        for column, name in enumerate(names)
        for row in body
        if column < len(row)
    )


class DelimitedReader:
    """Reader of a delimited file, or of a list of texts; see `TextReader`."""

    n_rows: int | None = None

    def __init__(self, source: Source, has_header: bool | None = None) -> None:
        self._source = source
        self._layout = find_layout(source, has_header)
        self.is_list = self._layout.separator == _NO_SEPARATOR
        self.format_name = (
            "list of texts" if self.is_list else _SEPARATORS[chr(self._layout.separator)]
        )
        self._n_replaced = 0
        self._n_uneven = 0
        self._first_uneven = 0

    def blocks(self, report: Report, *, is_preview: bool) -> Iterator[TextBlock]:
        """Yield the rows in the order of the file."""
        layout, source = self._layout, self._source
        is_header_due = layout.has_header
        size = min(block_bytes(source, is_preview=is_preview), _BLOCK_BYTES)
        line = 1 if self.is_list else 1 + source.remark_lines
        with source.stream() as stream:
            for records in split_blocks(
                line_blocks(source, stream, size, has_remarks=not self.is_list),
                layout.separator,
                has_quotes=layout.has_quotes,
                name=source.name,
                line=line,
            ):
                report(stream.fraction, f"{stream.progress} read")
                if is_header_due:
                    records, is_header_due = records.without_first(), False
                if len(records):
                    yield TextBlock(self._table(records), stream.fraction)

    def notes(self) -> list[Note]:
        """Return what there is to say of the file, once it was read."""
        found = [] if self.is_list else notes_on_remarks(self._source)
        found += note_on_replaced(self._n_replaced)
        if self._n_uneven:
            has = "has" if self._n_uneven == 1 else "have"
            found.append(
                Note(
                    f"{counted(self._n_uneven, 'row')} {has} other than "
                    f"{counted(len(self._layout.names), 'field')} (the first on line "
                    f"{self._first_uneven:,}): what is missing is empty, what is too much was not "
                    "read. Is there a separator or a quote inside a text?"
                )
            )
        return found

    def _table(self, records: Records) -> pa.Table:
        import pyarrow as pa

        uneven = np.flatnonzero(records.widths != len(self._layout.names))
        if len(uneven) and not self._n_uneven:
            self._first_uneven = int(records.lines[uneven[0]])
        self._n_uneven += len(uneven)
        columns = {}
        for place, name in enumerate(self._layout.names):
            values, n_replaced = decode_all(
                [field.strip(BLANKS) for field in records.column(place)]
            )
            self._n_replaced += n_replaced
            columns[name] = pa.array(values, pa.string())
        return pa.table(columns)

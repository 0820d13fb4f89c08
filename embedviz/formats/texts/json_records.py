"""Texts in JSON: a record on each line, records in a list, lists of texts, and columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.progress import Report
from embedviz.formats.companions.record_columns import (
    KEY_COLUMN,
    ColumnCollector,
    flat_columns,
    flatten,
)
from embedviz.formats.json.blocks import (
    Blocks,
    LayoutSample,
    RowPath,
    samples_of,
    starts_as_json,
)
from embedviz.formats.json.documents import ITEM, MEMBER
from embedviz.formats.json.parsing import NumberList
from embedviz.formats.source import Source
from embedviz.formats.texts.blocks import TEXT_COLUMN, TextBlock

if TYPE_CHECKING:
    import pyarrow as pa

_SAMPLE = 50
_MOST_AT_ONCE = 10_000
_SCALARS = (str, int, float, bool)


def is_json(source: Source) -> bool:
    """Return whether a text is JSON, and not one that only begins with a bracket."""
    return starts_as_json(source) and bool(_documents_of(_sample_of(source)))


def _sample_of(source: Source) -> LayoutSample:
    return next(samples_of(source, 0))


def _documents_of(sample: LayoutSample) -> list[Any]:
    """Return the first objects and lists; other things stand for what is broken at once."""
    return [found for found in sample.documents if isinstance(found, (dict, list, NumberList))]


@dataclass(frozen=True)
class _Path(RowPath):
    """How the rows are found.

    Attributes
    ----------
    is_columns : bool
        Whether a document is a table, by columns.
    """

    is_columns: bool = False


def _find_path(source: Source) -> _Path:
    sample = _sample_of(source)
    documents = _documents_of(sample)
    if sample.is_lines or len(documents) != 1:
        return _Path((), sample.is_lines, sample.is_bulk)
    if isinstance(documents[0], dict):
        return _path_within(documents[0])
    return _Path((ITEM,), is_lines=False)


def _path_within(document: Mapping[str, Any]) -> _Path:
    """Return where the rows are in an object: in one of its lists, its columns or its members."""
    if _columns_of(document):
        return _Path((), is_lines=False, is_columns=True)
    lists = {
        name: value
        for name, value in document.items()
        if isinstance(value, list) and any(isinstance(item, (dict, str)) for item in value)
    }
    if lists:
        longest = max(lists, key=lambda name: len(lists[name]))
        return _Path((longest, ITEM), is_lines=False)
    members = [value for value in document.values() if value is not None]
    if len(members) > 1 and all(isinstance(value, dict) for value in members):
        return _Path((MEMBER,), is_lines=False)
    if len(members) > 1 and not any(isinstance(value, (dict, list, bytes)) for value in members):
        is_map = all(isinstance(value, str) for value in members) and len(members) > _SAMPLE
        return _Path((MEMBER,) if is_map else (), is_lines=False)
    for name, value in document.items():
        if isinstance(value, dict) and (inner := _path_within(value)).steps:
            return _Path((name, *inner.steps), is_lines=False)
    return _Path((), is_lines=False)


def _columns_of(document: Any) -> dict[str, Sequence[Any]]:
    """Return the columns of a table: lists of one length, or objects by the numbers of rows."""
    if not isinstance(document, dict) or not document:
        return {}
    found: dict[str, list[Any]] = {}
    for name, value in document.items():
        if isinstance(value, dict) and value and all(key.isdigit() for key in value):
            value = list(value.values())
        if isinstance(value, NumberList):
            value = value.values()
        if not isinstance(value, list):
            return {}
        found[name] = value
    if len(found) < 2 or len(set(map(len, found.values()))) > 1:
        return {}
    columns: dict[str, Sequence[Any]] = {}
    for name, values in found.items():
        given = [value if isinstance(value, (*_SCALARS, dict)) else None for value in values]
        columns |= flat_columns(name, given)
    return columns


class JsonReader:
    """Reader of a JSON file; see `TextReader`."""

    n_rows: int | None = None
    is_list = False

    def __init__(self, source: Source) -> None:
        self._source = source
        self._path = _find_path(source)
        self.format_name = "JSON Lines" if self._path.is_lines else "JSON"
        self._notes: list[Note] = []
        self._n_bad = 0
        self._first_bad = ""

    def blocks(self, report: Report, *, is_preview: bool) -> Iterator[TextBlock]:
        """Yield the rows in the order of the file."""
        n_rows = 0
        with self._source.stream() as stream:
            blocks = Blocks(self._source, stream, self._path, is_preview=is_preview)
            for block in blocks:
                report(block.fraction, f"{stream.progress} read")
                for start in range(0, len(block.values), _MOST_AT_ONCE):
                    part = slice(start, start + _MOST_AT_ONCE)
                    table = self._table(block.values[part], block.lines[part])
                    n_rows += len(table)
                    if len(table):
                        yield TextBlock(table, block.fraction)
        self._notes += blocks.notes()
        if not n_rows:
            reason = f" ({self._first_bad})" if self._first_bad else ""
            raise UserError(
                f"{self._source.name} has no records with single values in them{reason}. Write one "
                'on each line, such as {"text": "…"}.'
            )

    def notes(self) -> list[Note]:
        """Return what there is to say of the file, once it was read."""
        if not self._n_bad:
            return self._notes
        are = "is" if self._n_bad == 1 else "are"
        text = f"{counted(self._n_bad, 'record')} {are} broken and left out ({self._first_bad})."
        return [*self._notes, Note(text, "bad rows", facts={"count": self._n_bad})]

    def _table(self, values: Sequence[Any], lines: Sequence[int]) -> pa.Table:
        """Return rows as columns, without those in which nothing could be read."""
        import pyarrow as pa

        if self._path.is_columns:
            tables = [columns for value in values if (columns := _columns_of(value))]
            collector = ColumnCollector()
            n_rows = 0
            for columns in tables:
                count = len(next(iter(columns.values())))
                collector.add_columns(columns, count)
                n_rows += count
            return pa.table(collector.columns(np.arange(n_rows)))
        records = []
        for value, line in zip(values, lines, strict=True):
            record = _record_of(value)
            if record is None:
                self._n_bad += 1
                self._first_bad = self._first_bad or f"line {line:,}: {value}"
            else:
                records.append(record)
        collector = ColumnCollector()
        collector.add(records)
        found = collector.columns(np.arange(len(records)))
        if not found and records:
            found = {TEXT_COLUMN: pa.chunked_array([pa.nulls(len(records), pa.string())])}
        return pa.table(found)


def _record_of(value: Any) -> dict[str, Any] | None:
    """Return the single values of a row by their names; None for what is none."""
    if isinstance(value, ValueError):
        return None
    if isinstance(value, tuple):
        name, member = value
        return {KEY_COLUMN: name} | (_record_of(member) or {})
    if isinstance(value, dict):
        return flatten(value)
    if isinstance(value, list):
        return {f"column {place}": item for place, item in enumerate(value, 1) if _is_single(item)}
    return {TEXT_COLUMN: value} if _is_single(value) else {}


def _is_single(value: Any) -> bool:
    return value is None or isinstance(value, _SCALARS)

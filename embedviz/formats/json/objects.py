"""JSON of any layout: objects of labels, records in a list or one per line, services' answers.

Where the vectors are is decided once, by the start of the file, and what does not fit is a bad row.
A file is read in blocks, each row is parsed by a library, and its list of numbers goes as text
straight into the array: as Python objects, all numbers would take eight times the memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.notes import Note
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report
from embedviz.formats.companions.record_columns import (
    KEY_COLUMN,
    Scalar,
    find_member,
    flatten,
    take_choice,
    take_records,
)
from embedviz.formats.containers.rows import wanted_label
from embedviz.formats.json.blocks import Blocks, JsonBlock, begins_as_json
from embedviz.formats.json.documents import ITEM, MEMBER
from embedviz.formats.json.layouts import JsonLayout, find_layout
from embedviz.formats.json.metadata import Document, Metadata
from embedviz.formats.json.parsing import NumberList
from embedviz.formats.reading import BadRows, Format, ReadResult, counts_rest, require_dimensions
from embedviz.formats.refused.answers import with_failure
from embedviz.formats.rows import RowCollector, renumber_rows, reorder_rows
from embedviz.formats.source import Source
from embedviz.formats.text.base64_vectors import decode_base64
from embedviz.formats.text.list_texts import inside_of, take_lists

_SHOWN_LABEL = 50
_INDEX = "index"
_KINDS = {
    str: "text",
    dict: "an object",
    list: "a list of other things than numbers",
    bool: "a truth value",
    int: "a single number",
    float: "a single number",
}


def _read(source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    layout = find_layout(source, settings.vector_column)
    require_dimensions(source.path.name, layout.chosen.dimensions)
    return _JsonReader(source, settings, layout).read(report)


class _JsonReader:
    """Reader of the rows of one file, block by block."""

    def __init__(self, source: Source, settings: ReadSettings, layout: JsonLayout) -> None:
        self._source = source
        self._settings = settings
        self._layout = layout
        self._rows = RowCollector(
            layout.chosen.dimensions, settings, BadRows(source, settings), is_labeled=False
        )
        self._metadata = Metadata()
        # Elsewhere a document may have no vectors, and yet count as a row.
        self._is_plain = not any(isinstance(step, str) for step in layout.path.steps)
        self._counts_rest = self._is_plain and counts_rest(source, settings)

    def read(self, report: Report) -> ReadResult:
        n_rest, is_open, ended = 0, False, list[Document]()
        with self._source.stream() as stream:
            is_preview = self._settings.is_preview
            reader = Blocks(self._source, stream, self._layout.path, is_preview=is_preview)
            # What stands behind the vectors may be their labels.
            may_go_on = not (self._is_plain or is_preview)
            for block in reader:
                if not self._rows.is_full:
                    self._add(block)
                    is_open = bool(reader.documents.open)
                elif block.values or block.documents:
                    self._rows.stop()
                    n_rest, ended = n_rest + len(block.values), ended or block.documents
                    if not self._counts_rest and (ended or not (may_go_on and is_open)):
                        break
                report(block.fraction, f"{self._rows.n_read:,} rows read")
            if is_open:
                reader.documents.rows.close()
                self._metadata.add([], (ended or [reader.documents.open])[:1])
        if self._counts_rest:
            self._rows.count_rest(n_rest)
        return self._contents(reader)

    def _add(self, block: JsonBlock) -> None:
        first = self._rows.n_read + 1
        records: list[dict[str, Scalar]] = [{} for _ in block.values]

        def place(row: int) -> str:
            line = f"line {block.lines[row]:,}"
            if self._layout.path.steps[-1:] == (MEMBER,):
                label = str(records[row].get(KEY_COLUMN, ""))[:_SHOWN_LABEL]
                return f"entry {first + row:,} ({label!r}, {line})"
            return line if self._layout.path.is_lines else f"record {first + row:,} ({line})"

        if records:
            rows = zip(block.values, records, strict=True)
            lists = [_take_apart(value, self._layout, record) for value, record in rows]
            problems = take_lists(lists, self._rows.space_for(len(records), block.fraction))
            self._rows.add(len(records), None, problems, place)
        self._metadata.add(records, block.documents)

    def _contents(self, reader: Blocks) -> ReadResult:
        layout = self._layout
        result = self._rows.contents("JSON Lines" if layout.path.is_lines else "JSON")
        result.notes += self._metadata.notes()
        result.learn(dtype="base64" if layout.chosen.is_base64 else "text")
        columns = self._metadata.columns(result.rows, is_split=bool(layout.names))
        self._sort_by_index(result, columns)
        wanted = wanted_label(self._settings, list(columns))
        _, places = self._metadata.documents_of(result.rows)
        take_records(result, columns, wanted, self._source.path.name, places)
        take_choice(result, layout.chosen.name, layout.described)
        result.notes += reader.notes()
        return result

    def _sort_by_index(self, result: ReadResult, columns: dict[str, Any]) -> None:
        """Bring the answers of a service into the order of the questions."""
        import pyarrow as pa

        if self._layout.path.steps[-2:] != ("data", ITEM) or _INDEX not in columns:
            return
        column = columns[_INDEX]
        if not pa.types.is_integer(column.type) or column.null_count:
            return
        documents, places = self._metadata.documents_of(result.rows)
        order = np.lexsort((column.to_numpy(), documents))
        rows = (result.rows - places + column.to_numpy())[order]
        renumber_rows(result, rows)
        if (np.diff(order) == 1).all():
            return
        reorder_rows(result.vectors, order)
        for name in columns:
            columns[name] = columns[name].take(pa.array(order))
        result.notes.append(Note(f"The rows were put in the order of their {_INDEX!r}."))


def _take_apart(
    value: Any, layout: JsonLayout, record: dict[str, Scalar]
) -> bytes | Matrix | ValueError:
    """Return the vector of a row, its numbers as printed or decoded, and put the rest in a record.

    Parameters
    ----------
    value : any
        As it was parsed, or the `ValueError` that says what is wrong with it; in a tuple with its
        name where it has one.
    layout : JsonLayout
    record : dict
        Receives the other fields.

    Returns
    -------
    bytes, float32 array or ValueError
        The last with what is there in place of a vector.
    """
    if isinstance(value, tuple):
        record[KEY_COLUMN], value = value
    if isinstance(value, ValueError):
        return value
    name = ".".join(layout.column)
    found = find_member(value, layout.column)
    vector = _vector_in(found, name, is_base64=layout.chosen.is_base64)
    if vector is None:
        return ValueError(_describe(found, value, name))
    if isinstance(value, list):
        others = ((place, item) for place, item in enumerate(value) if item is not found)
        value = {layout.names.get(place, str(place)): item for place, item in others}
    if isinstance(value, dict) and not isinstance(vector, ValueError):
        record |= flatten(value)
        if isinstance(found, str):
            record.pop(name, None)
    return vector


def _vector_in(found: Any, column: str, *, is_base64: bool) -> bytes | Matrix | ValueError | None:
    if isinstance(found, NumberList) or found == []:
        return found or b""
    if isinstance(found, str) and found.lstrip()[:1] == "[":
        return inside_of(found.strip().encode("utf-8", "replace"), column)
    if isinstance(found, str) and is_base64:
        try:
            return decode_base64(found)
        except ValueError as reason:
            return reason
    return None


def _describe(found: Any, value: Any, name: str) -> str:
    where = f" in {name!r}" if name else ""
    what = _KINDS.get(type(found))
    said = f"no vector{where}" if what is None else f"{what} instead of a vector{where}"
    return with_failure(said, value)


JSON = Format(begins_as_json, _read, frozenset({"vector_column"}))

"""Parquet, Feather and Arrow: which columns are the vector, the labels and the metadata.

The vector is one column of lists, or of texts that are lists, or else columns of numbers named
alike. Of several columns of lists, those of floats go before those of integers, which may be token
ids, and those of one length before others. Where that leaves several, see `vector_names`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report
from embedviz.formats.companions.columns import choose_label_column, require_column, unique_names
from embedviz.formats.containers.rows import (
    ContainerRows,
    opened,
    read_rows,
    texts_of,
    wanted_label,
)
from embedviz.formats.labels import note_on_labels, without_surrogates
from embedviz.formats.number_columns import is_counter, numbered_alike
from embedviz.formats.containers.parts import name_of_parts, notes_on_parts, place_in_parts
from embedviz.formats.reading import Format, ReadResult, require_true_header, row_place
from embedviz.formats.source import Source
from embedviz.formats.text.numbers import parse_texts
from embedviz.formats.vector_names import (
    COLUMN_NAMES,
    choose_vectors,
    note_on_choice,
    note_on_columns,
    note_on_conversion,
)
from embedviz.formats.writing.kept_notes import notes_from_json

if TYPE_CHECKING:
    import pyarrow as pa

# What pandas calls an index without a name, and the further levels of one.
_index_level = re.compile(r"__index_level_([0-9]+)__").fullmatch
_MOST_NAMED = 5
_KINDS = {b"PAR1": "Parquet", b"ARROW1": "Arrow file"}


def _kind_of(source: Source) -> str | None:
    if source.parts.names:
        return "parts"
    head = source.head
    for magic, kind in _KINDS.items():
        if head.startswith(magic):
            return kind
    # A stream has no magic: a mark, the length of the schema and the table that it begins with.
    length = int.from_bytes(head[4:8], "little")
    is_stream = head[:4] == b"\xff\xff\xff\xff" and 16 <= length <= 64 << 20 and length % 8 == 0
    return "Arrow stream" if is_stream and len(head) > 16 else None


def _matches(source: Source) -> bool:
    return _kind_of(source) is not None


def _read(source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    kind = _kind_of(source)
    assert kind is not None
    with opened(source, kind, report) as container:
        n_rows = container.facts["n_rows"]
        require_true_header(source.name, n_rows or 0)
        said = container.facts["said"]
        choice = _VectorChoice(container.facts["columns"], source.name, settings, said)
        request = {
            "vectors": [column.position for column in choice.vector],
            "columns": [column.position for column in choice.others],
            "dimensions": choice.dimensions,
        }
        parse = partial(_parse, choice.vector[0].name) if choice.is_text else None
        parts = container.facts.get("parts", [])
        place = place_in_parts(parts) if parts else row_place
        rows = ContainerRows(choice.dimensions, request, n_rows, place, parse)
        name = name_of_parts(source.parts) if parts else kind
        result, table = read_rows(container, rows, source, settings, name)
    if parts:
        result.notes += notes_on_parts(source.parts)
    _take_columns(result, table, choice, source.name)
    return result


@dataclass(frozen=True)
class _ArrowColumn:
    """Description of a column, as the child gives it; see `containers.arrow_reader`."""

    position: int
    name: str
    type: str
    role: str
    is_float: bool = False
    length: int = 0
    is_regular: bool = False
    is_printed: bool = False


class _VectorChoice:
    """Columns that are read of a table.

    Attributes
    ----------
    vector : list of columns
        One of lists, or several of numbers.
    others : list of columns
    dimensions : int
    label : str or None
        The column of labels that is asked for.
    notes : list of Note
        What is known of the rows from before they were written here.
    """

    def __init__(
        self,
        columns: Sequence[dict[str, Any]],
        name: str,
        settings: ReadSettings,
        said: Mapping[str, Any],
    ) -> None:
        given = unique_names([_shown(c["name"]) for c in columns])
        self._columns = [
            _ArrowColumn(**(c | {"name": unique})) for c, unique in zip(columns, given, strict=True)
        ]
        self._name = name
        self.label = wanted_label(settings, given)
        if self.label is not None:
            require_column(self.label, given, name)
        self._lists = [c for c in self._columns if c.role in ("vectors", "lists")]
        # What embedviz has written itself need not be judged by names and values, unless another
        # program has changed it.
        lists = [c.name for c in self._lists if not c.is_printed]
        is_own = said.get("vector_column") in lists and said.get("label_column") in given
        self._said = said if is_own else {}
        self.notes = notes_from_json(self._said.get("notes"))
        self.vector = self._choose(settings.vector_column)
        self.is_list = self.vector[0].role != "number"
        self.is_text = self.vector[0].role == "lists"
        self.dimensions = self.vector[0].length if self.is_list else len(self.vector)
        self.others = self._find_others()

    @property
    def likely_label(self) -> str | None:
        """The column of labels that is asked for, or that the file says itself."""
        return self._said.get("label_column") if self.label is None else self.label

    @property
    def vector_columns(self) -> tuple[str, ...]:
        """Names of the columns that hold whole vectors."""
        return tuple(column.name for column in self._lists)

    @property
    def described_lists(self) -> dict[str, str]:
        """The columns that hold whole vectors, with how long these are."""
        return {c.name: _described(c) for c in self._lists if c.length > 1}

    @property
    def dropped(self) -> list[str]:
        """Names of the columns that cannot be shown."""
        return [c.name for c in self._columns if c.role == "other"]

    def _choose(self, wanted: str | None) -> list[_ArrowColumn]:
        if wanted is not None:
            return [self._wanted(wanted)]
        said = self._said.get("vector_column")
        if said is not None and said != self.label:
            return [self._wanted(said)]
        if not self._lists:
            return self._number_columns()
        found = [c for c in self._lists if c.name != self.label] or self._lists
        found = self._narrowed(found)
        described = {c.name: _described(c) for c in found}
        chosen = choose_vectors(described, COLUMN_NAMES, self._name, "vector_column")
        return [self._wanted(chosen)]

    def _narrowed(self, found: list[_ArrowColumn]) -> list[_ArrowColumn]:
        """Return the columns that are most likely the vector: one, where that can be told."""
        for test in (
            lambda c: not c.is_printed,
            lambda c: c.length > 1,
            lambda c: c.is_float,
            lambda c: c.is_regular,
        ):
            found = [c for c in found if test(c)] or found
        return found

    def _wanted(self, wanted: str) -> _ArrowColumn:
        column = next((c for c in self._lists if c.name == wanted), None)
        if column is None:
            require_column(wanted, [c.name for c in self._columns], self._name)
            raise UserError(f"Column {wanted!r} of {self._name} holds no lists of numbers.")
        if column.is_printed:
            raise self._printed(column)
        return column

    def _printed(self, column: _ArrowColumn) -> UserError:
        return UserError(
            f"{self._name}: column {column.name!r} holds vectors as NumPy prints them, rounded and "
            "without commas. Write them as lists: table['vector'] = [v.tolist() for v in vectors]."
        )

    def _number_columns(self) -> list[_ArrowColumn]:
        names = {
            c.position: c.name
            for c in self._columns
            if c.role == "number" and c.name != self.label and not self._counts(c)
        }
        found = [self._columns[position] for position in numbered_alike(names)]
        if len(found) < 2:
            all_names = ", ".join(f"{c.name} ({c.type})" for c in self._columns[:20])
            raise UserError(
                f"{self._name} has no column of lists of numbers, and no two columns of numbers "
                f"that could be a vector. Its columns are {all_names or 'none at all'}."
            )
        return found

    def _counts(self, column: _ArrowColumn) -> bool:
        return "int" in column.type and is_counter(column.name)

    def _find_others(self) -> list[_ArrowColumn]:
        """Return the columns for labels and metadata, an index of texts first."""
        kept = ["text", "number", "value", *(["lists"] if self._said else [])]
        taken = {column.position for column in self.vector}
        found = [c for c in self._columns if c.position not in taken and c.role in kept]
        return sorted(found, key=lambda c: c.name != "index")


def _described(column: _ArrowColumn) -> str:
    return f"lists of {counted(column.length, 'number')}"


def _shown(name: str) -> str:
    """Return the name of a column as it is shown: clean, and without what pandas adds."""
    level = _index_level(name)
    if level is None:
        return without_surrogates(name)
    return "index" if level[1] == "0" else f"index {level[1]}"


def _parse(name: str, table: pa.Table, out: Matrix) -> dict[int, str]:
    """Take vectors from texts that are lists."""
    fields = [(text or "").strip() for text in table.column(0).to_pylist()]
    problems = parse_texts([field[1:-1].encode() for field in fields], out)
    for row, text in enumerate(fields):
        if text[:1] != "[" or text[-1:] != "]":
            problems[row] = f"no list of numbers in column {name!r}"
    return problems


def _take_columns(
    result: ReadResult, table: pa.Table | None, choice: _VectorChoice, name: str
) -> None:
    result.notes[:0] = choice.notes
    dtype = "text" if choice.is_text else _dtype_of(choice.vector)
    result.learn(dtype=dtype, vector_columns=choice.vector_columns)
    first, last = choice.vector[0].name, choice.vector[-1].name
    if choice.is_list:
        result.learn(vector_column=first)
        if len(choice.vector_columns) > 1:
            result.notes.append(note_on_choice("column", first, choice.described_lists))
    else:
        result.notes.append(note_on_columns(len(choice.vector), first, last))
    if dtype not in ("float32", "text"):
        result.notes.append(note_on_conversion(dtype))
    if choice.dropped:
        shown = ", ".join(map(repr, choice.dropped[:_MOST_NAMED]))
        more = ", …" if len(choice.dropped) > _MOST_NAMED else ""
        result.notes.append(
            Note(
                f"{counted(len(choice.dropped), 'column')} of nested or binary values not read "
                f"({shown}{more})."
            )
        )
    if table is None:
        return
    names = {str(column.position): column.name for column in choice.others}
    table = table.rename_columns([names[key] for key in table.column_names])
    result.metadata = table
    label = choose_label_column(table, choice.likely_label, name)
    result.learn(label_columns=tuple(table.column_names), label_column=label)
    result.uses_label_column = choice.label is not None
    if label is not None:
        result.labels = texts_of(table[label])
        result.notes.append(note_on_labels(column=label))


_DTYPES = {"halffloat": "float16", "float": "float32", "double": "float64"}


def _dtype_of(columns: Sequence[_ArrowColumn]) -> str:
    types = {_DTYPES.get(column.type, column.type) for column in columns}
    return types.pop() if len(types) == 1 else "numbers of several types"


ARROW_TABLE = Format(_matches, _read, frozenset({"vector_column"}))

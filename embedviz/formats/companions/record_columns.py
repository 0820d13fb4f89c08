"""Nested records as columns of a table, gathered block by block.

Objects within a record become columns whose names have dots. A column is what its values are: truth
values, integers, numbers, or texts where they are of several kinds. Blocks are kept as Arrow
arrays, a tenth of the memory of Python objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from embedviz.core.notes import Note, counted
from embedviz.formats.companions.columns import LABEL_NAMES, choose_label_column
from embedviz.formats.labels import note_on_labels, without_surrogates
from embedviz.formats.reading import ReadResult, RowNumbers
from embedviz.formats.vector_names import note_on_choice

if TYPE_CHECKING:
    import pyarrow as pa

Scalar = str | int | float | bool | None

KEY_COLUMN = "key"
"""What the column with the names of rows is called, where rows are the members of an object."""
_REQUEST = "custom_id"
"""What a request of a batch is called by who made it."""

MOST_COLUMNS = 1000
_SINGLE = {str, int, float, bool, type(None)}
_DEEPEST = 8
_JOINED = ", "
TEXT_NAMES = ("content", "document", "chunk", "input", "inputtext", "query", "passage", "question")
_ID_NAMES = (_REQUEST, "recordid", KEY_COLUMN, "id", "_id")
_NAMES = (*(name for name in LABEL_NAMES if name != KEY_COLUMN), *TEXT_NAMES, *_ID_NAMES)
_MOSTLY = 0.5


def flatten(value: dict[str, Any], prefix: str = "") -> dict[str, Scalar]:
    """Return the single values of an object, those of objects in it by names with dots.

    Lists of texts are joined by commas. Lists of numbers, and of objects, are left out.
    """
    found: dict[str, Scalar] = {}
    _add_scalars(found, value, prefix, _DEEPEST)
    return found


def _add_scalars(found: dict[str, Scalar], value: dict[str, Any], prefix: str, depth: int) -> None:
    for name, member in value.items():
        kind = type(member)
        if kind is str or kind is int or kind is float or kind is bool or member is None:
            found[prefix + name] = member
        elif kind is dict and depth:
            _add_scalars(found, member, f"{prefix}{name}.", depth - 1)
        elif kind is list and is_list_of_texts(member):
            found[prefix + name] = _JOINED.join(str(item) for item in member if item is not None)


def is_list_of_texts(value: list[Any]) -> bool:
    """Return whether these are texts, perhaps with single numbers and nothing between them."""
    kinds = set(map(type, value))
    return str in kinds and kinds <= _SINGLE


def flat_columns(name: str, values: Sequence[Any]) -> dict[str, Sequence[Scalar]]:
    """Return a column as those of single values: several by names with dots, if it has objects."""
    if set(map(type, values)) <= _SINGLE:
        return {name: values}
    records = [flatten({name: value}) for value in values]
    names = dict.fromkeys(key for record in records for key in record)
    return {key: [record.get(key) for record in records] for key in names}


def find_member(value: Any, path: Sequence[str]) -> Any:
    """Return what is at the end of a path of names, or of places in lists; None if nothing is."""
    for name in path:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


class ColumnCollector:
    """Collector of records of scalars, in the order of the rows."""

    def __init__(self) -> None:
        self._n_rows = 0
        self._chunks: dict[str, list[tuple[int, pa.Array]]] = {}
        self._left_out: set[str] = set()

    def add(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Add a record for each of the next rows."""
        names: dict[str, None] = {}
        for record in records:
            if len(names) < len(record) or not names.keys() >= record.keys():
                names.update(dict.fromkeys(record))
        self.add_columns(
            {name: [record.get(name) for record in records] for name in self._accepted(names)},
            len(records),
        )

    def add_columns(self, columns: Mapping[str, Sequence[Any]], n_rows: int) -> None:
        """Add the next rows, given by columns of that length."""
        for name in self._accepted(columns):
            self._chunks.setdefault(name, []).append((self._n_rows, _to_arrow(columns[name])))
        self._n_rows += n_rows

    def _accepted(self, names: Mapping[str, object]) -> list[str]:
        accepted = []
        room = MOST_COLUMNS - len(self._chunks)
        for name in names:
            if name in self._chunks:
                accepted.append(name)
            elif room > 0:
                room -= 1
                accepted.append(name)
            else:
                self._left_out.add(name)
        return accepted

    def columns(self, rows: RowNumbers) -> dict[str, pa.ChunkedArray]:
        """Return the columns of some of the rows, without those that are empty."""
        import pyarrow as pa

        taken = pa.array(rows)
        columns = {}
        for name, chunks in self._chunks.items():
            column = _join(chunks, self._n_rows).take(taken)
            if column.null_count < len(column):
                columns[without_surrogates(name)] = column
        return columns

    def notes(self) -> list[Note]:
        """Return the sentence about columns that are too many, if there are any."""
        if not self._left_out:
            return []
        return [
            Note(
                f"{counted(len(self._left_out), 'column')} left out: {MOST_COLUMNS:,} are kept of "
                "the names in the records."
            )
        ]


def _to_arrow(values: Sequence[Any]) -> pa.Array:
    """Return an array of the one type that the values have."""
    import pyarrow as pa

    kinds = set(map(type, values))
    kinds.discard(type(None))
    if not kinds:
        return pa.nulls(len(values))
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds <= {int, float}:
        try:
            return pa.array(values, pa.int64() if kinds == {int} else pa.float64())
        except (OverflowError, pa.ArrowInvalid):
            pass  # Integers of more than 64 bits are names.
    texts = [value if value is None else _to_text(value) for value in values]
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return pa.array([text and without_surrogates(text) for text in texts], pa.string())


def _to_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _join(chunks: Sequence[tuple[int, pa.Array]], n_rows: int) -> pa.ChunkedArray:
    """Return one column of the chunks, each given with the row where it starts."""
    import pyarrow as pa

    kind = _common_type([chunk.type for _, chunk in chunks])
    parts = []
    end = 0
    for start, chunk in chunks:
        if start > end:
            parts.append(pa.nulls(start - end, kind))
        parts.append(chunk.cast(kind, safe=False))
        end = start + len(chunk)
    if n_rows > end:
        parts.append(pa.nulls(n_rows - end, kind))
    return pa.chunked_array(parts, kind)


def _common_type(kinds: Sequence[pa.DataType]) -> pa.DataType:
    import pyarrow as pa

    distinct = {kind for kind in kinds if not pa.types.is_null(kind)}
    if len(distinct) == 1:
        return distinct.pop()
    return pa.float64() if distinct == {pa.int64(), pa.float64()} else pa.string()


def texts_of(column: pa.ChunkedArray) -> list[str]:
    """Return a column as texts, empty where there is nothing."""
    import pyarrow as pa

    return [text or "" for text in column.cast(pa.string()).to_pylist()]


def take_records(
    result: ReadResult,
    columns: Mapping[str, pa.ChunkedArray],
    wanted: str | None,
    file_name: str,
    places: RowNumbers,
) -> None:
    """Take the columns of records as metadata, and one of them as the labels.

    Parameters
    ----------
    result : ReadResult
    columns : mapping of name to pyarrow.ChunkedArray
    wanted : str or None
        The column of labels that is asked for.
    file_name : str
    places : int64 array
        Of the rows among those of their request: where several vectors were asked for at once.

    Raises
    ------
    UserError
        When there is no column of the wanted name.
    """
    import pyarrow as pa

    if list(columns) == [KEY_COLUMN] and wanted in (None, KEY_COLUMN):
        result.labels = texts_of(columns[KEY_COLUMN])
        result.uses_label_column = wanted is not None
        return
    if not columns:
        return
    table = pa.table(columns)
    label = choose_label(table, wanted, file_name)
    labels = [] if label is None else texts_of(columns[label])
    if label and label.rpartition(".")[2] == _REQUEST and len(set(labels)) < len(labels):
        labels = [f"{label} [{place}]" for label, place in zip(labels, places, strict=True)]
    take_columns(result, table, label, labels, is_wanted=wanted is not None)
    possible = [each.name for each in table.schema if not pa.types.is_floating(each.type)]
    result.learn(label_columns=tuple(possible))


def choose_label(table: pa.Table, wanted: str | None, file_name: str) -> str | None:
    """Return the column that names the rows: a usual name anywhere in the records, or any text."""
    if wanted is not None:
        return choose_label_column(table, wanted, file_name)
    lasts: dict[str, str] = {
        name: name.rpartition(".")[2].casefold() for name in table.column_names
    }
    for usual in _NAMES:
        for name, last in lasts.items():
            if last in (usual, f"{usual}s") and _may_name_rows(table[name], usual):
                return name
    chosen: str | None = choose_label_column(table, None, file_name)
    return chosen


def _may_name_rows(column: pa.ChunkedArray, usual: str) -> bool:
    import pyarrow as pa

    if not (pa.types.is_string(column.type) or pa.types.is_integer(column.type)):
        return False
    n_distinct = len(column.unique())
    return n_distinct >= _MOSTLY * len(column) or usual == _REQUEST


def take_columns(
    result: ReadResult,
    columns: pa.Table,
    label: str | None,
    labels: Sequence[str],
    *,
    is_wanted: bool,
) -> None:
    """Take the columns of a file as metadata, and one of them as the labels.

    Parameters
    ----------
    result : ReadResult
    columns : pyarrow.Table
    label : str or None
        The column of labels.
    labels : sequence of str
        Its values; unused where there is none.
    is_wanted : bool
        Whether that column was asked for.
    """
    result.metadata = columns
    result.uses_label_column = is_wanted
    result.learn(label_columns=tuple(columns.column_names), label_column=label)
    if label is not None:
        result.labels = list(labels)
        result.notes.append(note_on_labels(column=label))


def take_choice(
    result: ReadResult,
    chosen: str,
    described: Mapping[str, str],
    columns: Sequence[str] | None = None,
) -> None:
    """Take down which column the vectors are from, and what else might have them.

    Parameters
    ----------
    result : ReadResult
    chosen : str
        Empty where it has no name.
    described : mapping of name to description
    columns : sequence of str, optional
        All that hold vectors, where these are not the ones that are described.
    """
    names = tuple(described if columns is None else columns)
    result.learn(vector_column=chosen or None, vector_columns=names)
    if len(names) > 1:
        result.notes.append(note_on_choice("column", chosen, described))

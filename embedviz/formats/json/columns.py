"""The fields of JSON records as columns of a table, gathered block by block.

JSON has types, so a column is what its values are: truth values, integers, numbers, or texts where
they are of several kinds. Blocks are kept as Arrow arrays, a tenth of the memory of Python objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from embedviz.core.notes import Note, counted
from embedviz.formats.labels import without_surrogates
from embedviz.formats.reading import RowNumbers

if TYPE_CHECKING:
    import pyarrow as pa

MOST_COLUMNS = 1000


class ColumnCollector:
    """Collector of records of scalars, in the order of the rows."""

    def __init__(self) -> None:
        self._n_rows = 0
        self._chunks: dict[str, list[tuple[int, pa.Array]]] = {}
        self._left_out: set[str] = set()

    @property
    def n_rows(self) -> int:
        """Number of records that were added."""
        return self._n_rows

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
        parts.append(_cast(chunk, kind))
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


def _cast(chunk: pa.Array, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if pa.types.is_null(chunk.type):
        return pa.nulls(len(chunk), kind)
    return chunk.cast(kind, safe=False)

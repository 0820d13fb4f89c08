"""Table of LanceDB as a collection: rows by their keys, in parts, and nearest rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from embedviz.core.errors import UserError
from embedviz.sources.databases.lancedb.calls import call_of
from embedviz.sources.databases.lancedb.fields import (
    fields_of,
    said_of,
    usual_length,
    values_of,
    vectors_of,
)
from embedviz.sources.databases.lancedb.indexes import indexed_fields
from embedviz.sources.databases.lancedb.keys import RowKeys
from embedviz.sources.databases.lancedb.search import TableSearch
from embedviz.sources.databases.lancedb.table import LanceTable
from embedviz.sources.databases.protocol import (
    Ability,
    Batch,
    CollectionInfo,
    Field,
    Keys,
    Partition,
    SearchAnswer,
    SearchRequest,
)

_LOOKED_AT = 1000
"""Rows by which is decided how long the vectors of a field are, where they may differ."""
_LEFT_OUT = 10


class LanceCollection:
    """Table as it was when it was opened; rows that are added or deleted meanwhile are not seen.

    Parameters
    ----------
    name : str
    table : LanceTable
    keys : RowKeys
    """

    def __init__(self, name: str, table: LanceTable, keys: RowKeys) -> None:
        self._table = table
        self._keys = keys
        self._lengths: dict[str, int] = {}
        fields = indexed_fields(table, fields_of(table.schema))
        self._info = CollectionInfo(
            name=name,
            n_rows=keys.n_rows,
            fields=tuple(fields),
            key_field=keys.field,
            key_kind=keys.kind,
            n_bytes=table.n_bytes(),
            version=table.stamp,
            **said_of(table.schema),
        )

    @property
    def info(self) -> CollectionInfo:
        """Facts about it, as they were when it was opened."""
        return self._info

    @cached_property
    def abilities(self) -> frozenset[Ability]:
        """What can be done: a prefix is searched in a field that holds the prefixes."""
        found: set[Ability] = {"exact", "filter"}
        lengths = {each.dimensions for each in self._info.vector_fields if each.dimensions}
        if len(lengths) > 1:
            found |= {"prefix", "two-stage"}
        return frozenset(found)

    def bounds(self) -> tuple[int, int] | None:
        """Return the smallest and the largest key; None where keys are texts or there are none."""
        return self._keys.bounds()

    def existing(self, keys: Keys) -> Keys:
        """Return those keys that have a row, in the order given."""
        return keys[self._keys.places(keys) >= 0] if len(keys) else keys

    def all_keys(self, partition: Partition | None = None) -> Iterator[Keys]:
        """Yield all keys, some at a time, in the order of the table."""
        table, (first, end) = self._part(partition)
        yield from self._keys.read(first, end, table)

    def take(self, keys: Keys, vector_field: str, fields: Sequence[str] = ()) -> Batch:
        """Return the rows with some keys, in the order given; keys without a row are left out."""
        length = self._length(vector_field)
        self._require(fields)
        places = self._keys.places(keys) if len(keys) else np.empty(0, np.int64)
        kept = keys[places >= 0]
        rows = self._table.take(places[places >= 0], _once([vector_field, *fields]))
        return _batch(kept, rows, vector_field, length, fields)

    def partitions(self, count: int) -> Sequence[Partition]:
        """Return about `count` parts that together are all rows, none twice."""
        n_rows = self._info.n_rows
        steps = np.linspace(0, n_rows, min(max(1, count), max(1, n_rows)) + 1).astype(int).tolist()
        version = self._table.version
        return [
            Partition(engine_part=(version, first, end), n_rows=end - first)
            for first, end in pairwise(steps)
        ]

    def batches(
        self,
        partition: Partition,
        vector_field: str,
        fields: Sequence[str] = (),
        batch_rows: int = 8192,
    ) -> Iterator[Batch]:
        """Yield the rows of a part, some at a time; closing the generator ends the reading."""
        table, (first, end) = self._part(partition)
        yield from self._read(table, first, end, vector_field, fields, batch_size=batch_rows)

    def _read(
        self,
        table: LanceTable,
        first: int,
        end: int | None,
        vector_field: str,
        fields: Sequence[str],
        **options: Any,
    ) -> Iterator[Batch]:
        length = self._length(vector_field)
        self._require(fields)
        # The keys of an earlier state may be others.
        is_same = table is self._table
        counted = self._keys.count_up and is_same and not options.get("filter")
        columns = _once([*(() if counted else (self._keys.column,)), vector_field, *fields])
        place = first
        for rows in table.read(columns, first, end, **options):
            if counted:
                start = self._keys.low + place
                keys: Keys = np.arange(start, start + rows.num_rows, dtype=np.int64)
            else:
                keys = self._keys.of(rows.column(self._keys.column))
            place += rows.num_rows
            yield _batch(keys, rows, vector_field, length, fields)

    def nearest(self, request: SearchRequest) -> SearchAnswer:
        """Return the rows nearest to a vector.

        The engine compares; the scores of what it found are computed again in float64, since those
        of the engine have the precision of the field.
        """
        self._require(request.fields)
        return self._search.nearest(request)

    def call_of(self, request: SearchRequest) -> str:
        """Return the lines of Python that do what `nearest` does."""
        return call_of(self._search.plan(request), str(self._table.folder), self._keys.column)

    @cached_property
    def _search(self) -> TableSearch:
        def read(condition: str, vector_field: str, fields: Sequence[str]) -> Iterator[Batch]:
            options = {"filter": condition} if condition else {}
            return self._read(self._table, 0, None, vector_field, fields, **options)

        return TableSearch(self._table, self._info.fields, self._keys, self._length, read)

    def close(self) -> None:
        """Let go of the table; may be called twice."""
        self._table.close()

    def _part(self, partition: Partition | None) -> tuple[LanceTable, tuple[int, int]]:
        """Return a table as it was divided, and the places of a part."""
        if partition is None or partition.engine_part is None:
            return self._table, (0, self._info.n_rows)
        version, first, end = partition.engine_part
        if version == self._table.version:
            return self._table, (first, end)
        return LanceTable(self._table.folder, version), (first, end)

    def _length(self, vector_field: str) -> int:
        """Return how long the vectors of a field are."""
        if vector_field not in self._lengths:
            self._lengths[vector_field] = self._found_length(self._field(vector_field))
        return self._lengths[vector_field]

    def _found_length(self, field: Field) -> int:
        if field.kind != "vector":
            raise UserError(f"The field {field.name!r} of {self._info.name} holds no vectors.")
        if field.dimensions is not None:
            return field.dimensions
        end = min(_LOOKED_AT, self._info.n_rows)
        parts = [each.column(0) for each in self._table.read([field.name], 0, end)]
        length = usual_length(pa.chunked_array(parts)) if parts else 0
        if not length:
            raise UserError(
                f"The first {end:,} rows of {self._info.name} have no vector in {field.name!r}. "
                "Choose another field."
            )
        return length

    def _require(self, fields: Sequence[str]) -> None:
        for name in fields:
            self._field(name)

    def _field(self, name: str) -> Field:
        for each in self._info.fields:
            if each.name == name:
                return each
        there = ", ".join(each.name for each in self._info.fields)
        raise UserError(f"{self._info.name} has no field {name!r}; there are {there}.")


def _once(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _batch(
    keys: Keys,
    rows: pa.RecordBatch | pa.Table,
    vector_field: str,
    length: int,
    fields: Sequence[str],
) -> Batch:
    vectors, has_vector = vectors_of(rows.column(vector_field), length)
    columns: Mapping[str, Sequence[Any]] = {
        name: values_of(rows.column(name), has_vector) for name in fields
    }
    left_out: NDArray[Any] = keys[~has_vector]
    if not len(left_out):
        return Batch(keys, vectors, columns)
    return Batch(keys[has_vector], vectors, columns, len(left_out), left_out[:_LEFT_OUT])

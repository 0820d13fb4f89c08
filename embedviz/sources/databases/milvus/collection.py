"""One collection of Milvus, open for reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.neighbors import NeighborSearch
from embedviz.sources.databases.by_reading import check_size, nearest_by_reading
from embedviz.sources.databases.milvus.failures import worded
from embedviz.sources.databases.milvus.rows import PAGE_ROWS, MilvusRows, MilvusSource
from embedviz.sources.databases.milvus.schema import schema_of
from embedviz.sources.databases.milvus.search import (
    approximate_index,
    arguments,
    field_named,
    lines_of,
    reason_to_read,
    searched_field,
)
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


class MilvusCollection:
    """Collection of Milvus; made by `MilvusDatabase.open`."""

    def __init__(self, name: str, source: MilvusSource) -> None:
        self._name = name
        self._source = source
        client = source.client
        with worded(source.place, name, source.key):
            wait = source.seconds
            described = client.describe_collection(name, timeout=wait)
            names = client.list_indexes(name)
            indexes = [client.describe_index(name, each, timeout=wait) for each in names]
            counted = client.query(name, filter="", output_fields=["count(*)"], timeout=wait)
        self._schema = schema_of(described, [each for each in indexes if each])
        self._fields = {each.name: each for each in self._schema.fields}
        self._rows = MilvusRows(source, name, self._schema)
        self._bounds: tuple[int, int] | None = None
        self._info = CollectionInfo(
            name,
            int(counted[0]["count(*)"]),
            self._schema.fields,
            key_field=self._schema.key,
            key_kind="text" if self._schema.has_texts else "number",
        )

    @property
    def info(self) -> CollectionInfo:
        """Facts about it, as they were when it was opened."""
        return self._info

    @property
    def abilities(self) -> frozenset[Ability]:
        """What can be done; exact search, where an approximate index is, by reading all rows."""
        found: set[Ability] = {"exact", "filter"}
        if len(self._info.vector_fields) > 1:
            found |= {"prefix", "two-stage"}
        return frozenset(found)

    def bounds(self) -> tuple[int, int] | None:
        """Return the smallest and the largest key; None where keys are texts or there are none."""
        if self._bounds is None and not self._schema.has_texts:
            self._bounds = self._rows.bounds()
        return self._bounds

    def existing(self, keys: Keys) -> Keys:
        """Return those keys that have a row, in the order given."""
        found = self._rows.of_keys(keys, [])
        return keys[[each in found for each in keys.tolist()]] if len(keys) else keys

    def all_keys(self, partition: Partition | None = None) -> Iterator[Keys]:
        """Yield all keys, some at a time, in ascending order."""
        for rows in self._rows.pages(partition or Partition(), "", [], PAGE_ROWS):
            yield self._rows.keys([each[self._schema.key] for each in rows])

    def take(self, keys: Keys, vector_field: str, fields: Sequence[str] = ()) -> Batch:
        """Return the rows with some keys, in the order given; keys without a row are left out."""
        field_named(self._fields, vector_field)
        found = self._rows.of_keys(keys, [vector_field, *fields])
        rows = [found[each] for each in keys.tolist() if each in found]
        return self._rows.batch(rows, vector_field, fields)

    def partitions(self, count: int) -> Sequence[Partition]:
        """Return about `count` parts that together are all rows, none twice.

        Keys that are texts are not divided: Milvus does not tell where to.
        """
        bounds = self.bounds()
        if bounds is None:
            return [Partition(n_rows=self._info.n_rows)]
        low, high = bounds
        count = max(1, min(count, high - low + 1))
        inner = [low + (high + 1 - low) * part // count for part in range(1, count)]
        return [Partition(*each) for each in zip([None, *inner], [*inner, None], strict=True)]

    def batches(
        self,
        partition: Partition,
        vector_field: str,
        fields: Sequence[str] = (),
        batch_rows: int = PAGE_ROWS,
    ) -> Iterator[Batch]:
        """Yield the rows of a part, some at a time; closing the generator ends the reading."""
        field_named(self._fields, vector_field)
        output = [vector_field, *fields]
        for rows in self._rows.pages(partition, "", output, batch_rows):
            yield self._rows.batch(rows, vector_field, fields)

    def nearest(self, request: SearchRequest) -> SearchAnswer:
        """Return the rows nearest to a vector."""
        field = searched_field(request, self._fields)
        is_two_stage = request.candidates is not None and field.name != request.vector_field
        if not is_two_stage:
            return self._found(request, field, request.count)
        candidates = max(request.candidates or 0, request.count)
        return self._ordered(self._found(replace(request, fields=()), field, candidates), request)

    def call_of(self, request: SearchRequest) -> str:
        """Return the lines of Python that search as `nearest` does, as far as Milvus can.

        Where all rows are read for an exact answer, that is said, and what Milvus does is printed.
        """
        field = searched_field(request, self._fields)
        text = self._source.client_text
        lines = lines_of(request, field, self._name, self._schema.key, text)
        reason = reason_to_read(request, field)
        return "\n".join([*([f"# {reason}"] if reason else []), *lines])

    def close(self) -> None:
        """End the reading; the connection is the database's."""

    def _found(self, request: SearchRequest, field: Field, count: int) -> SearchAnswer:
        if reason := reason_to_read(request, field):
            return self._by_reading(request, field, count, reason)
        given = arguments(request, field, count)
        start = perf_counter()
        with self._rows.worded():
            hits = self._source.client.search(self._name, **given, timeout=self._source.seconds)[0]
        seconds = perf_counter() - start
        scores = np.array([each["distance"] for each in hits], np.float64)
        if request.metric == "euclidean":
            scores = np.sqrt(np.maximum(scores, 0.0))  # Milvus gives the squares.
        columns = {name: [each["entity"].get(name) for each in hits] for name in request.fields}
        keys = self._rows.keys([each[self._schema.key] for each in hits])
        index = approximate_index(field)
        if index is not None:
            asked = {name: f"{value:g}" for name, value in request.settings.items()}
            index = replace(index, settings={**index.settings, **asked})
        return SearchAnswer(keys, scores, seconds, columns, index)

    def _by_reading(
        self, request: SearchRequest, field: Field, count: int, reason: str
    ) -> SearchAnswer:
        if not request.is_exact:
            raise UserError(f"{reason} Choose {field.indexes[0].metric}.")
        check_size(self._info, field.name, reason)
        query = np.asarray(request.query)[: field.dimensions]
        asked = replace(
            request, query=query, count=count, prefix=None, candidates=None, vector_field=field.name
        )
        pages = self._rows.pages(Partition(), request.condition, [field.name], PAGE_ROWS)
        batches = (self._rows.batch(each, field.name, ()) for each in pages)
        note = f"{reason} All rows were read and compared here."
        answer = nearest_by_reading(batches, asked, note)
        if not request.fields or not len(answer.keys):
            return answer
        return replace(answer, columns=self.take(answer.keys, field.name, request.fields).columns)

    def _ordered(self, coarse: SearchAnswer, request: SearchRequest) -> SearchAnswer:
        """Return candidates ordered by all dimensions; their vectors are read by their keys."""
        start = perf_counter()
        batch = self.take(coarse.keys, request.vector_field, request.fields)
        rows, scores = NeighborSearch(batch.vectors, request.metric).nearest(
            request.query, request.count
        )
        columns = {name: [each[row] for row in rows] for name, each in batch.columns.items()}
        seconds = coarse.seconds + perf_counter() - start
        found = np.asarray(scores, np.float64)
        return replace(
            coarse, keys=batch.keys[rows], scores=found, seconds=seconds, columns=columns
        )

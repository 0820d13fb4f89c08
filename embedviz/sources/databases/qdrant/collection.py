"""One collection of Qdrant, open for reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any
from uuid import UUID

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.neighbors.metric import Metric
from embedviz.sources.databases.by_reading import check_size, nearest_by_reading
from embedviz.sources.databases.keys import as_keys
from embedviz.sources.databases.protocol import (
    Ability,
    Batch,
    CollectionInfo,
    Field,
    IndexInfo,
    Keys,
    Partition,
    SearchAnswer,
    SearchRequest,
)
from embedviz.sources.databases.qdrant.failures import Failures
from embedviz.sources.databases.qdrant.fields import (
    METRICS,
    UNNAMED,
    payload_fields,
    vector_configs,
    vector_field,
)
from embedviz.sources.databases.qdrant.points import PointParts, Points
from embedviz.sources.databases.qdrant.search import (
    SearchPlan,
    arguments,
    field_named,
    filter_of,
    lines_of,
    plan_of,
)

_LOOKED_AT = 100
"""Points whose payload is looked at for the names and types of its fields."""
_TAKEN = 1000
"""Keys that are asked for at a time."""
_KEYS = 10_000
"""Keys of a page where nothing else is read."""
_LARGEST = (1 << 63) - 1


@dataclass(frozen=True)
class PointSource:
    """Where a collection is.

    Attributes
    ----------
    client : Any
        `QdrantClient`.
    points : Points
    failures : Failures
    client_text : str
        The Python that makes such a client, without a secret.
    n_bytes : int or None
    version : str
    is_local : bool
        Whether the client holds it in memory.
    """

    client: Any
    points: Points
    failures: Failures
    client_text: str
    n_bytes: int | None = None
    version: str = ""
    is_local: bool = False


class QdrantCollection:
    """Collection of Qdrant; made by `QdrantDatabase.open`."""

    def __init__(self, name: str, source: PointSource) -> None:
        self._name = name
        self._source = source
        with source.failures.worded(name):
            described = source.client.get_collection(name)
            params = described.config.params
            self._has_uuids = source.points.has_uuids()
            self._bounds = source.points.bounds()
            n_rows = int(source.client.count(name, exact=True).count)
            looked_at = next(
                source.points.pages(None, None, _LOOKED_AT, PointParts(payload=True)), ()
            )
        configs = vector_configs(params.vectors)
        self._metrics: dict[str, Metric] = {
            each: METRICS[config.distance.value]
            for each, config in configs.items()
            if config.distance.value in METRICS
        }
        is_indexed = bool(described.indexed_vectors_count)
        vectors = [
            vector_field(each, config, described.config.hnsw_config, is_indexed)
            for each, config in configs.items()
        ]
        sparse = [Field(each, "other") for each in params.sparse_vectors or {}]
        payload = payload_fields(
            described.payload_schema or {}, (each.payload or {} for each in looked_at)
        )
        self._fields = {each.name: each for each in (*payload, *vectors, *sparse)}
        too_large = self._bounds is not None and self._bounds[1] > _LARGEST
        self._has_texts = self._has_uuids or too_large
        self._info = CollectionInfo(
            name,
            n_rows,
            (*vectors, *sparse, *payload),
            key_field="id",
            key_kind="text" if self._has_texts else "number",
            n_bytes=source.n_bytes,
            version=source.version,
        )

    @property
    def info(self) -> CollectionInfo:
        """Facts about it, as they were when it was opened."""
        return self._info

    @property
    def abilities(self) -> frozenset[Ability]:
        """What Qdrant can do with it: a prefix needs a second field of vectors that holds it."""
        found: set[Ability] = {"exact", "filter"}
        if len(self._info.vector_fields) > 1:
            found |= {"prefix", "two-stage"}
        return frozenset(found)

    def bounds(self) -> tuple[int, int] | None:
        """Return the smallest and the largest key; None where keys are texts or there are none."""
        return None if self._has_texts else self._bounds

    def existing(self, keys: Keys) -> Keys:
        """Return those keys that have a row, in the order given."""
        ids = [self._id(each) for each in keys.tolist()]
        found: set[int | str] = set()
        for start in range(0, len(ids), _KEYS):
            some = [each for each in ids[start : start + _KEYS] if each is not None]
            with self._source.failures.worded(self._name):
                found.update(each.id for each in self._source.points.records(some, PointParts()))
        return keys[[each in found for each in ids]] if len(ids) else keys

    def all_keys(self, partition: Partition | None = None) -> Iterator[Keys]:
        """Yield all keys, some at a time, in Qdrant's order: numbers, then UUIDs."""
        for records in self._pages(partition or Partition(), _KEYS, PointParts()):
            yield self._keys([each.id for each in records])

    def take(self, keys: Keys, vector_field: str, fields: Sequence[str] = ()) -> Batch:
        """Return the rows with some keys, in the order given; keys without a row are left out."""
        wanted = self._wanted(vector_field, fields)
        ids = [self._id(each) for each in keys.tolist()]
        found: dict[int | str, Any] = {}
        for start in range(0, len(ids), _TAKEN):
            some = [each for each in ids[start : start + _TAKEN] if each is not None]
            with self._source.failures.worded(self._name):
                records = self._source.points.records(some, wanted)
            found.update((each.id, each) for each in records)
        ordered = [found[each] for each in ids if each is not None and each in found]
        return self._batch(ordered, vector_field, fields)

    def partitions(self, count: int) -> Sequence[Partition]:
        """Return about `count` parts that together are all rows, none twice.

        Numbers and UUIDs are each divided evenly between the smallest and the largest there may be.
        """
        places: list[int | str | None] = [None]
        count = max(1, min(count, self._info.n_rows))
        if self._bounds is not None:
            low, high = self._bounds
            n_parts = max(1, count // 2) if self._has_uuids else count
            places += [low + (high + 1 - low) * part // n_parts for part in range(1, n_parts)]
        if self._has_uuids:
            n_parts = max(1, count - count // 2) if self._bounds is not None else count
            begins = 0 if self._bounds is not None else 1
            steps = range(begins, n_parts)
            places += [str(UUID(int=(part << 128) // n_parts)) for part in steps]
        places = list(dict.fromkeys(places))
        return [Partition(*each) for each in zip(places, [*places[1:], None], strict=True)]

    def batches(
        self,
        partition: Partition,
        vector_field: str,
        fields: Sequence[str] = (),
        batch_rows: int = 8192,
    ) -> Iterator[Batch]:
        """Yield the rows of a part, some at a time; closing the generator ends the reading."""
        wanted = self._wanted(vector_field, fields)
        for records in self._pages(partition, batch_rows, wanted):
            yield self._batch(records, vector_field, fields)

    def nearest(self, request: SearchRequest) -> SearchAnswer:
        """Return the rows nearest to a vector."""
        plan = self._plan(request)
        factor = self._factor(request, plan)
        if factor is None:
            return self._by_reading(request, plan)
        given = arguments(request, plan)
        start = perf_counter()
        with self._source.failures.worded(self._name):
            points = self._source.client.query_points(self._name, **given).points
        seconds = perf_counter() - start
        payloads = [each.payload or {} for each in points]
        return SearchAnswer(
            self._keys([each.id for each in points]),
            np.array([each.score for each in points], np.float64) * factor,
            seconds,
            {name: [each.get(name) for each in payloads] for name in request.fields},
            _index_of(request, plan, self._fields),
        )

    def call_of(self, request: SearchRequest) -> str:
        """Return the lines of Python that do what `nearest` does."""
        plan = self._plan(request)
        filter_of(request.condition)
        return lines_of(request, plan, self._name, self._source.client_text)

    def close(self) -> None:
        """End the reading; the connection is the database's."""

    def _plan(self, request: SearchRequest) -> SearchPlan:
        plan = plan_of(request, self._fields, self._metrics)
        return replace(plan, is_tuned=not self._source.is_local)

    def _pages(self, part: Partition, size: int, wanted: PointParts) -> Iterator[Sequence[Any]]:
        pages = self._source.points.pages(part.first, part.end, size, wanted)
        while True:
            with self._source.failures.worded(self._name):
                page = next(pages, None)
            if page is None:
                return
            yield page

    def _wanted(self, vector_field: str, fields: Sequence[str]) -> PointParts:
        field_named(self._fields, vector_field)
        vector = True if vector_field == UNNAMED else [vector_field]
        return PointParts(vector, list(fields) or False)

    def _id(self, key: int | str) -> int | str | None:
        """Return a key as Qdrant has it; None for one that no point can have."""
        if isinstance(key, int):
            return key if key >= 0 else None
        if key.isdecimal():
            return int(key) if int(key) < 1 << 64 else None
        try:
            return str(UUID(key))
        except ValueError:
            return None

    def _keys(self, ids: Sequence[int | str]) -> Keys:
        if self._has_texts:
            return as_keys([str(each) for each in ids]) if ids else np.empty(0, np.str_)
        return as_keys(ids)

    def _batch(self, records: Sequence[Any], vector_field: str, fields: Sequence[str]) -> Batch:
        length = self._fields[vector_field].dimensions or 0
        vectors = [_vector(each.vector, vector_field) for each in records]
        is_right = [each is not None and len(each) == length for each in vectors]
        rows = [row for row, right in enumerate(is_right) if right]
        left_out = [each.id for each, right in zip(records, is_right, strict=True) if not right]
        numbers = np.empty((len(rows), length), np.float32)
        for place, row in enumerate(rows):
            numbers[place] = vectors[row]
        payloads = [records[row].payload or {} for row in rows]
        return Batch(
            self._keys([records[row].id for row in rows]),
            numbers,
            {name: [each.get(name) for each in payloads] for name in fields},
            len(left_out),
            self._keys(left_out[:10]),
        )

    def _factor(self, request: SearchRequest, plan: SearchPlan) -> float | None:
        """Return what makes Qdrant's scores those asked for; None: it has to be done here."""
        if plan.coarse and self._metrics[plan.coarse] != plan.metric:
            raise UserError(
                f"{plan.coarse!r} is compared by {self._metrics[plan.coarse]}, and {plan.using!r} "
                f"by {plan.metric}. For two stages, both must have the same distance."
            )
        if request.metric == plan.metric:
            return 1.0
        if request.metric == "dot" and plan.metric == "cosine":
            # The vectors are kept at unit length, so the cosine lacks the query's length only.
            return float(np.linalg.norm(np.asarray(request.query[: plan.length], np.float64)))
        return None

    def _by_reading(self, request: SearchRequest, plan: SearchPlan) -> SearchAnswer:
        reason = f"Qdrant compares {plan.using!r} by {plan.metric}, and not by {request.metric}."
        if not request.is_exact or request.prefix_field:
            raise UserError(f"{reason} Choose {plan.metric}.")
        check_size(self._info, request.vector_field, reason)
        wanted = replace(
            self._wanted(request.vector_field, ()), filter=filter_of(request.condition)
        )
        batches = (
            self._batch(each, request.vector_field, ())
            for each in self._pages(Partition(), 8192, wanted)
        )
        note = f"{reason} All rows were read and compared here."
        answer = nearest_by_reading(batches, request, note)
        if not request.fields or not len(answer.keys):
            return answer
        columns = self.take(answer.keys, request.vector_field, request.fields).columns
        return replace(answer, columns=columns)


def _index_of(
    request: SearchRequest, plan: SearchPlan, fields: Mapping[str, Field]
) -> IndexInfo | None:
    indexes = fields[plan.coarse or plan.using].indexes
    if request.is_exact or not indexes:
        return None
    given = {name: f"{value:g}" for name, value in request.settings.items()}
    return replace(indexes[0], settings={**indexes[0].settings, **given})


def _vector(vector: Any, name: str) -> Any:
    """Return one vector of a record, None where it has none."""
    if isinstance(vector, dict):
        return vector.get("" if name == UNNAMED else name)
    return vector if name == UNNAMED else None

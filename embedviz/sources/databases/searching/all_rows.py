"""Nearest rows of a query among all rows of a collection, for somebody who sees a sample of it.

What is found is told apart: rows of the sample by their place in it, the others by their key, with
their vectors and fields, which are fetched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.neighbors.metric import Metric
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet
from embedviz.sources.databases.connecting import title_of
from embedviz.sources.databases.origin import CollectionOrigin
from embedviz.sources.databases.protocol import Collection, Keys, SearchAnswer, SearchRequest
from embedviz.sources.databases.searching.ways import SearchWays, Way, ways_of


@dataclass(frozen=True, eq=False)
class CollectionQuery:
    """A query to all rows of a collection.

    Attributes
    ----------
    vector : float array of shape (n_dimensions,)
        In the space of the collection.
    count : int
        How many rows are wanted.
    metric : Metric
    way : {"exact", "index"}
        Which is wanted, where the engine offers both.
    effort : int or None
        Of an approximate search; see `SearchWays.effort`.
    row : int or None
        The row of the sample that the query is, which is not a neighbor of its own.
    label : str
        What it is called.
    """

    vector: Matrix
    count: int
    metric: Metric = "cosine"
    way: Way = "exact"
    effort: int | None = None
    row: int | None = None
    label: str = ""


@dataclass(frozen=True, eq=False)
class FoundRow:
    """A row that an engine found.

    Attributes
    ----------
    key : int or str
    label : str
    score : float
        As those of `core.neighbors`.
    row : int
        In the sample; -1: it is outside of it.
    vector : float32 array or None
        Of a row outside of the sample; None where it has none that can be shown.
    fields : mapping of str to value
        Of a row outside of the sample.
    """

    key: int | str
    label: str
    score: float
    row: int = -1
    vector: Matrix | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class AllRowsAnswer:
    """Nearest rows of all, the best one first.

    Attributes
    ----------
    found : tuple of FoundRow
    ways : SearchWays
    way : {"exact", "index"}
        How was searched.
    effort : int or None
        As in `CollectionQuery`.
    seconds : float
        What the engine took.
    note : str
        How else it was done than by the engine; empty: by the engine.
    """

    found: tuple[FoundRow, ...]
    ways: SearchWays
    way: Way
    effort: int | None
    seconds: float
    note: str = ""

    @property
    def outside(self) -> tuple[FoundRow, ...]:
        """Those that are not in the sample, in their order."""
        return tuple(each for each in self.found if each.row < 0)

    @property
    def method(self) -> str:
        """How was searched, in words."""
        return self.ways.describe(self.way, self.effort)


def search_all_rows(
    collection: Collection,
    vector_set: VectorSet,
    origin: CollectionOrigin,
    query: CollectionQuery,
    report: Report = silent,
) -> AllRowsAnswer:
    """Return the rows of a collection that are nearest to a query.

    Parameters
    ----------
    collection : Collection
    vector_set : VectorSet
        A sample of it.
    origin : CollectionOrigin
        That of the sample.
    query : CollectionQuery
    report : Report

    Raises
    ------
    UserError
        When the engine cannot search so, or fails.
    """
    engine, vectors = origin.address.engine, origin.settings.vector_field
    ways = ways_of(collection, engine, vectors, query.metric, title_of(engine))
    way = ways.used(query.way)
    how = "exactly" if way == "exact" else "by its index"
    report(0.1, f"{ways.title} searches {ways.n_rows:,} rows {how}")
    answer = collection.nearest(
        SearchRequest(
            np.asarray(query.vector, np.float64),
            query.count + 1,  # The query's own row may be one of them.
            vectors,
            query.metric,
            is_exact=way == "exact",
            settings={} if way == "exact" else ways.settings(query.effort),
        )
    )
    rows = rows_of_keys(vector_set, origin, answer.keys)
    report(0.8, "fetching rows outside of the sample")
    outside = _fetched(collection, origin, answer, rows)
    own = None if query.row is None else key_of_row(vector_set, origin, query.row)
    found = []
    scored = zip(answer.keys.tolist(), answer.scores.tolist(), rows.tolist(), strict=True)
    for key, score, row in scored:
        if row >= 0:
            each = FoundRow(key, vector_set.labels[row], score, row)
        else:
            label, vector, fields = outside.get(key, (str(key), None, {}))
            each = FoundRow(key, label, score, -1, vector, fields)
        if not (_is_own(each, query) if own is None else str(key) == own):
            found.append(each)
    effort = query.effort if way == "index" else None
    kept = tuple(found[: query.count])
    return AllRowsAnswer(kept, ways, way, effort, answer.seconds, answer.note)


def rows_of_keys(vector_set: VectorSet, origin: CollectionOrigin, keys: Keys) -> Rows:
    """Return the rows of a sample that have some keys; -1 for a key that it does not have."""
    if not origin.key_column:
        found = [vector_set.find(str(key)) for key in keys.tolist()]
        rows = [-1 if row is None else row for row in found]
        # A label may also be found that is only another form of a key, and so another one's.
        pairs = zip(rows, keys.tolist(), strict=True)
        kept = [
            row if row >= 0 and vector_set.labels[row] == str(key) else -1 for row, key in pairs
        ]
        return np.array(kept, np.intp)
    import pyarrow as pa
    import pyarrow.compute as pc

    column = vector_set.metadata.column(origin.key_column)
    is_number = pa.types.is_integer(column.type)
    given = keys.tolist()
    if is_number != (keys.dtype.kind == "i"):
        given = [int(key) if is_number and _is_whole(key) else str(key) for key in given]
        if is_number and not all(isinstance(key, int) for key in given):
            return np.full(len(given), -1, np.intp)
    places = pc.index_in(pa.array(given, column.type), value_set=column.combine_chunks())
    return np.array(places.fill_null(-1), np.intp)


def key_of_row(vector_set: VectorSet, origin: CollectionOrigin, row: int) -> str:
    """Return the key of a row of a sample, as text."""
    if not origin.key_column:
        return vector_set.labels[row]
    return str(vector_set.metadata.column(origin.key_column)[row].as_py())


def _row_of_label(vector_set: VectorSet, key: str) -> int:
    row = vector_set.find(key)
    # A label may also be found that is only another form of a key, and so another one's.
    return -1 if row is None or vector_set.labels[row] != key else row


def _is_whole(key: object) -> bool:
    return isinstance(key, int) or (isinstance(key, str) and key.lstrip("-").isdecimal())


def _is_own(found: FoundRow, query: CollectionQuery) -> bool:
    """Return whether a row outside of the sample is what was searched for."""
    if found.vector is None or found.label != query.label:
        return False
    return np.array_equal(found.vector, np.asarray(query.vector, found.vector.dtype))


def _fetched(
    collection: Collection, origin: CollectionOrigin, answer: SearchAnswer, rows: Rows
) -> dict[int | str, tuple[str, Matrix, dict[str, Any]]]:
    """Return label, vector and fields of the rows outside of the sample, by their keys."""
    outside = answer.keys[rows < 0]
    if not len(outside):
        return {}
    settings = origin.settings
    names: Sequence[str] = list(dict.fromkeys((settings.label_field, *settings.fields)))
    wanted = [each for each in names if each and each != collection.info.key_field]
    batch = collection.take(outside, settings.vector_field, wanted)
    labels = batch.columns.get(settings.label_field)
    fetched = {}
    for place, key in enumerate(batch.keys.tolist()):
        vector = batch.vectors[place]
        if not np.isfinite(vector).all():
            continue
        label = None if labels is None else labels[place]
        fields = {name: batch.columns[name][place] for name in wanted if name in settings.fields}
        fetched[key] = str(key) if label is None else str(label), vector, fields
    return fetched

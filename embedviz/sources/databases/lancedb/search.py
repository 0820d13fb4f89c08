"""Nearest rows of a table, found by the engine and scored as by `core.neighbors`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, Vector
from embedviz.core.errors import UserError
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.neighbors.metric import Metric
from embedviz.sources.databases.lancedb.fields import values_of, vectors_of
from embedviz.sources.databases.lancedb.indexes import METRIC_NAMES
from embedviz.sources.databases.lancedb.keys import RowKeys
from embedviz.sources.databases.lancedb.table import LanceTable
from embedviz.sources.databases.protocol import (
    Batch,
    Field,
    IndexInfo,
    SearchAnswer,
    SearchRequest,
)

_SEARCHED = ("float16", "float32", "float64")
"""Elements of the vectors that the engine compares with a query of real numbers."""
_ROUNDING = {"float16": 2e-3, "float32": 2e-6, "float64": 2e-6}
"""How far the engine's distances may be from the true ones, relative: they are computed in the
precision of the field, at most float32."""
_MARGIN = 16
_MOST_FETCHED = 4096
_SETTINGS = {"nprobes", "minimum_nprobes", "maximum_nprobes", "refine_factor", "ef"}

ReadAll = Callable[[str, str, Sequence[str]], Iterator[Batch]]
"""Reads all rows that meet a condition, with a vector field and others."""


@dataclass(frozen=True, eq=False)
class TableSearchPlan:
    """What the engine is asked for.

    Attributes
    ----------
    request : SearchRequest
    field : str
        The field that is searched: the vectors, or their prefixes.
    query : float32 array
        As long as the vectors of that field.
    index : IndexInfo or None
        What is used for it; None: all rows are compared.
    is_scanned : bool
        Whether the engine cannot compare this field, and all rows are read and compared here.
    """

    request: SearchRequest
    field: str
    query: Matrix
    index: IndexInfo | None
    is_scanned: bool = False

    @property
    def is_two_stage(self) -> bool:
        """Whether what the prefixes find is ordered by all dimensions."""
        return self.request.prefix is not None and self.request.candidates is not None

    @property
    def first_count(self) -> int:
        """How many rows the engine has to find."""
        asked = self.request
        return max(asked.count, asked.candidates or 0) if self.is_two_stage else asked.count

    def nearest(self, count: int) -> dict[str, Any]:
        """Return the engine's own description of the search."""
        found = {
            "column": self.field,
            "q": self.query,
            "k": count,
            "metric": METRIC_NAMES[self.request.metric],
            "use_index": self.index is not None,
        }
        return found | (dict(self.request.settings) if self.index is not None else {})


class TableSearch:
    """Search of a table.

    Parameters
    ----------
    table : LanceTable
    fields : sequence of Field
    keys : RowKeys
    length_of : callable
        Returns how long the vectors of a field are.
    read_all : ReadAll
    """

    def __init__(
        self,
        table: LanceTable,
        fields: Sequence[Field],
        keys: RowKeys,
        length_of: Callable[[str], int],
        read_all: ReadAll,
    ) -> None:
        self._table, self._keys = table, keys
        self._fields = {each.name: each for each in fields}
        self._length_of, self._read_all = length_of, read_all
        self._used: dict[tuple[str, Metric], IndexInfo | None] = {}

    def nearest(self, request: SearchRequest) -> SearchAnswer:
        """Return the rows nearest to a vector."""
        plan = self.plan(request)
        return self._scanned(plan) if plan.is_scanned else self._searched(plan)

    def plan(self, request: SearchRequest) -> TableSearchPlan:
        """Return what the engine is to be asked.

        Raises
        ------
        UserError
            When the query has another length, or there is no field that holds the prefixes.
        """
        length = self._length_of(request.vector_field)
        query = np.asarray(request.query, np.float32)
        if query.shape != (length,):
            raise UserError(
                f"The query has {query.size:,} numbers, the vectors of {request.vector_field!r} "
                f"have {length:,}."
            )
        if not np.isfinite(query).all():
            raise UserError("The query holds NaN or an infinity; it has no nearest rows.")
        unknown = set(request.settings) - _SETTINGS
        if unknown:
            raise UserError(
                f"LanceDB has no setting {', '.join(sorted(unknown))} for a search; there are "
                f"{', '.join(sorted(_SETTINGS))}."
            )
        field = request.vector_field
        if request.prefix is not None and request.prefix != length:
            field, query = self._prefix_field(request), query[: request.prefix]
        index = None if request.is_exact else self._index(field, request.metric)
        element = self._fields[field]
        is_scanned = element.dimensions is None or element.element not in _SEARCHED
        return TableSearchPlan(request, field, query, index, is_scanned)

    def _prefix_field(self, request: SearchRequest) -> str:
        there = [
            name
            for name, each in self._fields.items()
            if each.kind == "vector"
            and each.dimensions == request.prefix
            and name == (request.prefix_field or name)
        ]
        if len(there) == 1:
            return there[0]
        if not there:
            raise UserError(
                f"LanceDB searches the first {request.prefix:,} dimensions only in a field that "
                f"holds them, and there is none of {request.prefix:,} dimensions here"
                + (f" called {request.prefix_field!r}. " if request.prefix_field else ". ")
                + "Add one with add_columns, or choose another length."
            )
        raise UserError(
            f"Several fields have {request.prefix:,} dimensions: {', '.join(there)}. Choose one."
        )

    def _index(self, field: str, metric: Metric) -> IndexInfo | None:
        """Return the index that the engine uses for a metric: it looks at one of a field only."""
        if (field, metric) not in self._used:
            fitting = [each for each in self._fields[field].indexes if each.metric == metric]
            found = None
            if fitting:
                query = np.ones(self._length_of(field), np.float32)
                asked = {"column": field, "q": query, "k": 1, "metric": METRIC_NAMES[metric]}
                found = fitting[0] if "ANN" in self._table.plan(asked) else None
            self._used[field, metric] = found
        return self._used[field, metric]

    def _searched(self, plan: TableSearchPlan) -> SearchAnswer:
        request = plan.request
        scored_field = request.vector_field if plan.is_two_stage else plan.field
        query = np.asarray(request.query, np.float64)
        if not plan.is_two_stage:
            query = query[: len(plan.query)]
        columns = list(dict.fromkeys([self._keys.column, scored_field, *request.fields]))
        wanted = plan.first_count
        fetched = wanted if plan.index is not None or plan.is_two_stage else wanted + _MARGIN
        seconds = 0.0
        while True:
            started = perf_counter()
            found = self._table.search(columns, plan.nearest(fetched), request.condition)
            seconds += perf_counter() - started
            if plan.is_two_stage:
                found = found.slice(0, wanted)
            vectors, there = vectors_of(found.column(scored_field), len(query))
            scores = scores_of(vectors, query, request.metric)
            if plan.index is not None or plan.is_two_stage or found.num_rows < fetched:
                break
            if fetched >= _MOST_FETCHED + wanted or self._is_sure(plan, scores, vectors):
                break
            fetched *= 4
        best = _order(scores, request.metric)[: request.count]
        rows = found.filter(pa.array(there)).take(pa.array(best))
        return SearchAnswer(
            self._keys.of(rows.column(self._keys.column)),
            scores[best],
            seconds,
            {
                name: values_of(rows.column(name), np.ones(len(best), bool))
                for name in request.fields
            },
            plan.index,
        )

    def _is_sure(self, plan: TableSearchPlan, scores: NDArray[np.float64], vectors: Matrix) -> bool:
        """Return whether no row that was not fetched can be nearer than those wanted.

        The engine orders by rounded distances; so more rows than wanted are fetched, until the last
        of them is farther than the last one wanted by more than rounding does.
        """
        if len(scores) <= plan.first_count:
            return True
        ordered = scores[_order(scores, plan.request.metric)]
        gap = abs(float(ordered[-1]) - float(ordered[plan.first_count - 1]))
        size = 1.0
        if plan.request.metric == "dot":
            lengths = np.linalg.norm(vectors.astype(np.float64), axis=1).max()
            size = float(lengths) * float(np.linalg.norm(plan.query.astype(np.float64)))
        elif plan.request.metric == "euclidean":
            size = max(abs(float(ordered[-1])), float(np.abs(plan.query).max()))
        return gap > _ROUNDING[self._fields[plan.field].element] * size

    def _scanned(self, plan: TableSearchPlan) -> SearchAnswer:
        request = plan.request
        if plan.is_two_stage:
            raise UserError(
                f"LanceDB cannot search the field {plan.field!r}: it searches lists of one length, "
                "of float16, float32 or float64."
            )
        scores = np.empty(0)
        keys: Any = None
        columns: dict[str, list[Any]] = {name: [] for name in request.fields}
        seconds, started = 0.0, perf_counter()
        for batch in self._read_all(request.condition, plan.field, request.fields):
            seconds += perf_counter() - started
            search = NeighborSearch(batch.vectors, request.metric)
            rows, found = search.nearest(plan.query, request.count)
            scores = np.concatenate((scores, found))
            best = _order(scores, request.metric)[: request.count]
            scores = scores[best]
            both_keys = np.concatenate(
                (keys if keys is not None else batch.keys[:0], batch.keys[rows])
            )
            keys = both_keys[best]
            for name, values in columns.items():
                both = [*values, *(batch.columns[name][row] for row in rows)]
                columns[name] = [both[place] for place in best]
            started = perf_counter()
        none: Any = np.empty(0, np.int64 if self._keys.kind == "number" else np.str_)
        return SearchAnswer(none if keys is None else keys, scores, seconds, columns)


def scores_of(vectors: Matrix, query: Vector, metric: Metric) -> NDArray[np.float64]:
    """Return how near vectors are to a query, in float64, as `core.neighbors` tells it.

    Parameters
    ----------
    vectors : float array of shape (n_vectors, n_dimensions)
    query : float64 array of shape (n_dimensions,)
    metric : Metric
        The cosine with a row of zeros is 0; of "euclidean" they are distances.
    """
    rows = vectors.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        if metric == "euclidean":
            return np.asarray(np.linalg.norm(rows - query, axis=1), np.float64)
        scores = np.asarray(rows @ query, np.float64)
        if metric == "cosine":
            lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(query)
            scores = np.clip(scores / np.where(lengths > 0, lengths, 1.0), -1.0, 1.0)
    return scores


def _order(scores: NDArray[np.float64], metric: Metric) -> NDArray[np.intp]:
    return np.argsort(scores if metric == "euclidean" else -scores, kind="stable")

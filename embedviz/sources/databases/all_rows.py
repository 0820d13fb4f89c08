"""Exact nearest rows of several queries, over all rows of a collection, in one pass.

Where an engine offers no exact search, or would read the collection once a query. Blocks of rows
are multiplied with all queries at once; of a block, only what comes near the worst of the best so
far is looked at again, in float64. So a pass takes little longer than reading the rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.neighbors.metric import Metric
from embedviz.core.progress import Report, silent
from embedviz.sources.databases.protocol import Batch, Collection, Keys

Exact = NDArray[np.float64]

_ROWS_OF_A_BLOCK = 8192
_ROUNDING = 1e-5
"""By how much a score in float32 may be off, as a share of the largest that there can be."""


@dataclass(frozen=True, eq=False)
class NearestKeys:
    """Nearest rows of a query, the best one first.

    Attributes
    ----------
    keys : Keys, of shape (n_found,)
    scores : float64 array of shape (n_found,)
        As those of `core.neighbors`.
    """

    keys: Keys
    scores: Exact


@dataclass(eq=False)
class TopK:
    """The best rows so far of some queries.

    Attributes
    ----------
    queries : float32 array of shape (n_queries, n_dimensions)
    count : int
    metric : Metric
    n_rows : int
        How many rows have been compared.
    """

    queries: Matrix
    count: int
    metric: Metric = "cosine"
    n_rows: int = 0
    _scaled: Exact = field(init=False)
    _best: list[NearestKeys | None] = field(init=False)
    _limits: Exact = field(init=False)

    def __post_init__(self) -> None:
        scaled = self.queries.astype(np.float64)
        self._scaled = _unit_rows(scaled) if self.metric == "cosine" else scaled
        self._best = [None] * len(scaled)
        self._limits = np.full(len(scaled), -np.inf)

    def offer(self, batch: Batch) -> None:
        """Compare rows with all queries; rows with NaN or infinities are nobody's neighbors."""
        keys, vectors = batch.keys, batch.vectors
        is_finite = np.isfinite(vectors).all(axis=1)
        if not is_finite.all():
            keys, vectors = keys[is_finite], vectors[is_finite]
        self.n_rows += len(keys)
        for start in range(0, len(keys), _ROWS_OF_A_BLOCK):
            block = slice(start, start + _ROWS_OF_A_BLOCK)
            self._offer_block(keys[block], vectors[block])

    def _offer_block(self, keys: Keys, vectors: Matrix) -> None:
        rows = vectors.astype(np.float64)
        near, slack = self._nearness(vectors, rows)
        limits = self._limits - slack
        if len(keys) > self.count:
            # Of this block alone, no more than its best ones can be among the best.
            best = np.partition(near, len(keys) - self.count, axis=1)[:, len(keys) - self.count]
            limits = np.maximum(limits, best - slack)
        for query, limit in enumerate(limits.tolist()):
            places = np.flatnonzero(near[query] >= limit)
            if len(places):
                self._keep(query, keys[places], rows[places])

    def _nearness(self, vectors: Matrix, rows: Exact) -> tuple[Matrix, float]:
        """Return how near rows are in float32, larger is nearer, and how far off that may be."""
        if self.metric == "cosine":
            unit = _unit_rows(rows).astype(np.float32)
            return self._scaled.astype(np.float32) @ unit.T, _ROUNDING
        with np.errstate(over="ignore", invalid="ignore"):
            near = self._scaled.astype(np.float32) @ vectors.T
            lengths = np.einsum("nd,nd->n", rows, rows)
            own = np.einsum("nd,nd->n", self._scaled, self._scaled)
            largest = float(np.sqrt(own.max(initial=0.0) * lengths.max(initial=0.0)))
            if self.metric == "euclidean":
                near = 2.0 * near - lengths - own[:, np.newaxis]
                largest = 2.0 * largest + float(lengths.max(initial=0.0) + own.max(initial=0.0))
        near = np.where(np.isfinite(near), near, np.inf)  # What overflows is looked at again.
        return near, _ROUNDING * largest if np.isfinite(largest) else np.inf

    def _keep(self, query: int, keys: Keys, rows: Exact) -> None:
        scores = self._scores(query, rows)
        old = self._best[query]
        if old is not None:
            keys = np.concatenate((old.keys, keys))  # type: ignore[assignment]
            scores = np.concatenate((old.scores, scores))
        order = np.argsort(scores if self.metric == "euclidean" else -scores, kind="stable")
        order = order[: self.count]
        self._best[query] = NearestKeys(keys[order], scores[order])
        if len(order) == self.count:
            worst = float(scores[order[-1]])
            self._limits[query] = -worst * worst if self.metric == "euclidean" else worst

    def _scores(self, query: int, rows: Exact) -> Exact:
        vector = self._scaled[query]
        if self.metric == "euclidean":
            distances: Exact = np.linalg.norm(rows - vector, axis=1)
            return distances
        products: Exact = (_unit_rows(rows) if self.metric == "cosine" else rows) @ vector
        return products

    def found(self) -> list[NearestKeys]:
        """Return the nearest rows of each query."""
        none = NearestKeys(np.empty(0, np.int64), np.empty(0))
        return [none if each is None else each for each in self._best]


def nearest_of_all(
    collection: Collection,
    queries: Matrix,
    count: int,
    vector_field: str,
    metric: Metric = "cosine",
    report: Report = silent,
) -> list[NearestKeys]:
    """Return the exact nearest rows of each query, over all rows of a collection.

    Parameters
    ----------
    collection : Collection
    queries : float32 array of shape (n_queries, n_dimensions)
    count : int
        How many rows; fewer come back where there are not so many.
    vector_field : str
    metric : Metric
    report : Report
        Asked between any two batches.
    """
    top, n_all = TopK(queries, count, metric), max(1, collection.info.n_rows)
    for partition in collection.partitions(1):
        batches = collection.batches(partition, vector_field, batch_rows=_ROWS_OF_A_BLOCK)
        for batch in batches:
            top.offer(batch)
            report(min(1.0, top.n_rows / n_all), "comparing with all rows")
    return top.found()


def _unit_rows(rows: Exact) -> Exact:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Exact = rows / np.where(lengths > 0, lengths, 1.0)
    return unit

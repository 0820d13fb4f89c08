"""Exact search of an engine that offers none: all rows are read, and compared here.

An engine searches exactly where it can. Where it cannot, as by another metric than a field was
built for, this is exact too and takes as long as reading the collection, so that it is done up to
a size only.
"""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter
from typing import cast

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.neighbors import NeighborSearch
from embedviz.sources.databases.protocol import (
    Batch,
    CollectionInfo,
    Keys,
    SearchAnswer,
    SearchRequest,
)

MOST_BYTES = 1 << 30
"""Of vectors that are read for one search."""


def check_size(info: CollectionInfo, vector_field: str, reason: str) -> None:
    """Refuse to read a collection for one search that is larger than `MOST_BYTES`.

    Parameters
    ----------
    info : CollectionInfo
    vector_field : str
    reason : str
        Why the engine does not search itself, as a sentence.

    Raises
    ------
    UserError
    """
    field = next((each for each in info.fields if each.name == vector_field), None)
    n_bytes = info.n_rows * (field.dimensions or 0) * 4 if field else 0
    if n_bytes > MOST_BYTES:
        raise UserError(
            f"{reason} To compare all rows here, {n_bytes / 1e9:,.1f} GB would be read for one "
            f"query; it is done up to {MOST_BYTES / 1e9:.1f} GB. Choose the metric of the field "
            "and approximate search, or search the sample."
        )


class _NearestRows:
    """The best rows so far, with what orders them: smaller is nearer."""

    def __init__(self, count: int, metric: str) -> None:
        self._count = count
        self._sign = 1.0 if metric == "euclidean" else -1.0
        self.keys: Keys | None = None
        self.scores: NDArray[np.float64] = np.empty(0)
        self.vectors: Matrix | None = None

    def add(self, batch: Batch, rows: NDArray[np.intp], scores: NDArray[np.float64]) -> None:
        keys, vectors = batch.keys[rows], batch.vectors[rows]
        if self.keys is None or self.vectors is None:
            self.keys, self.scores, self.vectors = keys, scores, vectors
            return
        all_keys = cast(Keys, np.concatenate((self.keys, keys)))
        all_scores = np.concatenate((self.scores, scores))
        all_vectors = np.concatenate((self.vectors, vectors))
        # Stable: of equally near rows the one that was read first stays.
        kept = np.argsort(self._sign * all_scores, kind="stable")[: self._count]
        self.keys, self.scores, self.vectors = all_keys[kept], all_scores[kept], all_vectors[kept]


def nearest_by_reading(batches: Iterable[Batch], request: SearchRequest, note: str) -> SearchAnswer:
    """Return the rows nearest to a vector among all that are read.

    Parameters
    ----------
    batches : iterable of Batch
        Of all rows that meet the condition.
    request : SearchRequest
        With a prefix, it is that of the vectors themselves. What else it wants of the rows is not
        read.
    note : str
        For the answer: that, and why, this was done.
    """
    start = perf_counter()
    is_two_stage = request.prefix is not None and request.candidates is not None
    count = max(request.count, request.candidates or 0) if is_two_stage else request.count
    best = _NearestRows(count, request.metric)
    for batch in batches:
        if len(batch.keys):
            search = NeighborSearch(batch.vectors, request.metric)
            rows, scores = search.nearest(request.query, count, request.prefix)
            best.add(batch, rows, np.asarray(scores, np.float64))
    keys, scores = best.keys, best.scores
    if keys is None or best.vectors is None:
        return SearchAnswer(np.empty(0, np.int64), np.empty(0), perf_counter() - start, note=note)
    if is_two_stage:
        final = NeighborSearch(best.vectors, request.metric)
        rows, found = final.nearest(request.query, request.count)
        keys, scores = keys[rows], np.asarray(found, np.float64)
    return SearchAnswer(keys, scores, perf_counter() - start, note=note)

"""Neighbor searches that are kept, because preparing one takes a pass over all rows."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.neighbors import Metric, NeighborSearch
from embedviz.core.neighbors.exact_cosines import Cosines
from embedviz.core.vector_set import VectorSet

LEAST = 100
"""So many neighbors are found at once: a longer list costs no more, and serves every pane."""


class Searches:
    """One search per set and metric, for as long as the set is open; used from any thread."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[VectorSet, dict[Metric, NeighborSearch]] = WeakKeyDictionary()
        self._last: WeakKeyDictionary[VectorSet, _Answer] = WeakKeyDictionary()
        self._changing = Lock()
        self._answering = Lock()

    def search(self, vector_set: VectorSet, metric: Metric) -> NeighborSearch:
        """Return the search of a set; quick, the work is done by the first query."""
        with self._changing:
            by_metric = self._kept.setdefault(vector_set, {})
            if metric not in by_metric:
                others = [*by_metric.values()]
                by_metric[metric] = (
                    others[0].with_metric(metric)
                    if others
                    else NeighborSearch(vector_set.vectors, metric)
                )
            return by_metric[metric]

    def release(self, vector_sets: Iterable[VectorSet]) -> None:
        """Let go of what was prepared for sets: they were closed, though undo may keep them."""
        with self._changing:
            for vector_set in vector_sets:
                self._kept.pop(vector_set, None)
                self._last.pop(vector_set, None)  # Without its lock, which a long search holds.

    def nearest(
        self,
        vector_set: VectorSet,
        metric: Metric,
        vector: Matrix,
        count: int,
        exclude: tuple[int, ...] = (),
    ) -> tuple[Rows, Cosines]:
        """Return the rows nearest to a vector, as `NeighborSearch.nearest` does.

        All panes ask for the neighbors of one query at about the same time: the first one
        searches, the others wait for its answer.
        """
        search = self.search(vector_set, metric)
        with self._answering:
            known = self._last.get(vector_set)
            if known is None or not known.answers(metric, vector, count, exclude):
                found = search.nearest(vector, max(count, LEAST), exclude=exclude)
                known = _Answer(metric, np.array(vector), max(count, LEAST), exclude, *found)
                self._last[vector_set] = known
        return known.rows[:count], known.scores[:count]


class _Answer:
    """The rows found by one query."""

    def __init__(
        self,
        metric: Metric,
        vector: Matrix,
        count: int,
        exclude: tuple[int, ...],
        rows: Rows,
        scores: Cosines,
    ) -> None:
        self._question = metric, exclude
        self._vector, self._count = vector, count
        self.rows, self.scores = rows, scores

    def answers(self, metric: Metric, vector: Matrix, count: int, exclude: tuple[int, ...]) -> bool:
        """Return whether this is what is asked for, or more of it."""
        is_same = self._question == (metric, exclude) and count <= self._count
        return is_same and np.array_equal(self._vector, vector)

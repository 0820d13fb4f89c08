"""Neighbor searches that are kept, because preparing one takes a pass over all rows."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from embedviz.core.neighbors import Metric, NeighborSearch
from embedviz.core.vector_set import VectorSet


class Searches:
    """One search per set and metric, for as long as the set is open."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[VectorSet, dict[Metric, NeighborSearch]] = WeakKeyDictionary()

    def search(self, vector_set: VectorSet, metric: Metric) -> NeighborSearch:
        """Return the search of a set; quick, the work is done by the first query."""
        by_metric = self._kept.setdefault(vector_set, {})
        if metric not in by_metric:
            by_metric[metric] = NeighborSearch(vector_set.vectors, metric)
        return by_metric[metric]

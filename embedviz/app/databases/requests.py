"""Searches among all rows of the collection of the set shown, as a state asks for them."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.app.databases.collections import Collections, origin_of
from embedviz.app.databases.settings import CollectionSearchSettings
from embedviz.app.state import State
from embedviz.core.neighbors import Metric
from embedviz.core.progress import Report
from embedviz.core.query_vector import QueryVector
from embedviz.core.vector_set import VectorSet
from embedviz.sources.databases.searching.all_rows import (
    AllRowsAnswer,
    CollectionQuery,
    search_all_rows,
)
from embedviz.sources.databases.searching.ways import Way


@dataclass(frozen=True)
class AllRowsRequest:
    """A search among all rows, as a state asks for it.

    Attributes
    ----------
    vector_set : VectorSet
        The sample.
    query : int or None
    query_vector : QueryVector or None
    metric, count, way, effort
        See `CollectionQuery`.
    """

    vector_set: VectorSet
    query: int | None
    query_vector: QueryVector | None
    metric: Metric
    count: int
    way: Way
    effort: int | None

    @classmethod
    def of(cls, state: State) -> AllRowsRequest | None:
        """Return what a state asks for; None where it searches the rows that are shown."""
        active, settings = state.active, state[CollectionSearchSettings]
        if active is None or settings.among != "all" or origin_of(active) is None:
            return None
        if state.current_query is None:
            return None
        effort = settings.effort if settings.way == "index" else None
        query = None if state.query_vector is not None else state.query
        asked = state.query_vector, state.metric, state.count
        return cls(active, query, *asked, settings.way, effort)

    def is_wanted(self, state: State) -> bool:
        """Return whether a state still asks for this."""
        return AllRowsRequest.of(state) == self


def search_request(
    collections: Collections, request: AllRowsRequest, state: State, report: Report
) -> AllRowsAnswer:
    """Return what is found for a request, after the user agreed to connect where that is needed.

    Runs off the UI thread.

    Parameters
    ----------
    collections : Collections
    request : AllRowsRequest
    state : State
        From which it was made.
    report : Report
    """
    origin, query = origin_of(request.vector_set), state.current_query
    assert origin is not None
    assert query is not None
    asked = CollectionQuery(
        query.vector,
        request.count,
        request.metric,
        request.way,
        request.effort,
        request.query,
        query.name,
    )
    with collections.opened(origin, report) as collection:
        return search_all_rows(collection, request.vector_set, origin, asked, report)

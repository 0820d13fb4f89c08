"""The neighbors of a query at full length, on a prefix, and ranked again after the prefix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from embedviz.app.state import State
from embedviz.core.matryoshka import PrefixQuery, PrefixSearch
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.progress import Report
from embedviz.core.query_vector import Query, QueryVector
from embedviz.core.vector_set import VectorSet
from embedviz.gui.widgets.ranked_list import Fate, Ranked, rank
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

SHOWN = 10
ROUNDED = 2.0**-47
"""1 − cosine of rows that differ by the rounding of float32 alone."""


@dataclass(frozen=True)
class Asked:
    """What is prepared once for all lengths: a query, in a set.

    Attributes
    ----------
    vector_set : VectorSet
    row : int or None
    query_vector : QueryVector or None
        Goes before the row.
    """

    vector_set: VectorSet
    row: int | None
    query_vector: QueryVector | None

    @classmethod
    def of(cls, state: State) -> Asked | None:
        """Return what a state asks for, or None while there is no query."""
        if state.active is None or state.current_query is None:
            return None
        return cls(state.active, state.query, state.query_vector)

    def is_wanted(self, state: State) -> bool:
        """Return whether a state asks for the same."""
        return self == Asked.of(state)


@dataclass(frozen=True, eq=False)
class PreparedQuery:
    """A query with what was prepared for it: any prefix is then answered at once."""

    asked: Asked
    query: Query
    search: PrefixSearch
    prefix_query: PrefixQuery
    full: tuple[Ranked, ...]
    n_others: int
    """How many rows could be its neighbors; of many, as many as were looked at."""
    n_compared: int
    """How many of the nearest rows are compared; 0 where no row is nearer than others."""


@dataclass(frozen=True, eq=False)
class Lists:
    """Neighbors at full length, on the prefix and after ranking again, with their fates."""

    settings: MatryoshkaSettings
    dimensions: int
    full: tuple[Ranked, ...]
    short: tuple[Ranked, ...]
    again: tuple[Ranked, ...]
    is_zero: bool = False
    """Whether the prefix of the query is all zeros, so that it finds nothing."""

    @property
    def kept(self) -> int:
        """Number of rows that are both in the full list and in that of the prefix."""
        return sum(line.fate == "kept" for line in self.full)


def n_compared(n_others: int) -> int:
    """Return how many neighbors to compare: half of the other rows at most.

    Of ten rows, the ten nearest are the same on any prefix, and of eleven nine at least.
    """
    return min(SHOWN, n_others // 2)


def prepare(
    search: PrefixSearch | None, asked: Asked, query: Query, report: Report
) -> PreparedQuery:
    """Multiply the query with all rows, once. Runs off the UI thread."""
    if search is None:
        search = PrefixSearch(asked.vector_set.vectors)
    prefix_query = search.query(query.vector)
    most = asked.vector_set.dimensions
    rows, cosines = prefix_query.top(most, 3 * SHOWN, exclude=query.exclude)
    count = n_compared(len(rows))
    # Of rows that are all equally near, any may come first.
    if count and cosines[0] - cosines[count] < ROUNDED:
        count = 0
    full = rank(asked.vector_set, rows[:SHOWN], cosines[:SHOWN])
    return PreparedQuery(asked, query, search, prefix_query, tuple(full), len(rows), count)


def compare(prepared: PreparedQuery, settings: MatryoshkaSettings, report: Report) -> Lists:
    """Find the neighbors on a prefix, and rank them again. Runs off the UI thread."""
    vector_set, query = prepared.asked.vector_set, prepared.query
    dimensions = settings.length(vector_set)
    count, full = prepared.n_compared, prepared.full
    if not query.vector[:dimensions].any():
        lost = _judged(full, set(), "lost", count)
        return Lists(settings, dimensions, lost, (), (), is_zero=True)
    wanted = max(settings.shortlist, SHOWN)
    rows, cosines = prepared.prefix_query.top(dimensions, wanted, exclude=query.exclude)
    short = rank(vector_set, rows[:SHOWN], cosines[:SHOWN])
    listed = np.sort(rows[: settings.shortlist])
    places, scores = NeighborSearch(prepared.search.vectors[listed]).nearest(query.vector, SHOWN)
    again = rank(vector_set, listed[places], scores)
    of_full, of_short = _first(full, count), _first(short, count)
    return Lists(
        settings,
        dimensions,
        _judged(full, of_short, "lost", count),
        _judged(short, of_full, "new", count),
        _judged(again, of_full, "new", count),
    )


def _first(lines: Sequence[Ranked], count: int) -> set[int]:
    return {line.row for line in lines[:count]}


def _judged(
    lines: Sequence[Ranked], others: set[int], otherwise: Fate, count: int
) -> tuple[Ranked, ...]:
    """Say of the first lines what becomes of them; the others are not compared."""
    judged = [
        replace(line, fate="kept" if line.row in others else otherwise) for line in lines[:count]
    ]
    return (*judged, *lines[count:])

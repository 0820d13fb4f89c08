"""The neighbors of a query at full length, on a prefix, and ranked again after the prefix."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from embedviz.app.state import State
from embedviz.core.arrays import Matrix, Rows
from embedviz.core.errors import UserError
from embedviz.core.matryoshka import PrefixQuery, PrefixSearch, UnscaledSearch, layer_normed
from embedviz.core.matryoshka.coarse_to_fine.codes import bytes_of_code
from embedviz.core.matryoshka.coarse_to_fine.search import LastTwoStageSearch
from embedviz.core.matryoshka.ranks import prefix_scores, ranks_among
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.neighbors.exact_cosines import Cosines
from embedviz.core.processes.memory import available_memory
from embedviz.core.progress import Report
from embedviz.core.query_vector import Query, QueryVector
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import in_words
from embedviz.gui.widgets.ranked_list import Fate, Ranked, rank
from embedviz.panes.matryoshka.bump_lines import NOT_RANKED, BumpLine, join
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

Scores = NDArray[np.float64]

SHOWN = 10
LOOKED_AT = 3 * SHOWN
"""Neighbors at full length that are looked for, to see whether there are enough others."""
ROUNDED = 2.0**-47
"""1 − cosine of rows that differ by the rounding of float32 alone."""
_QUICK = 5_000_000
"""Numbers that are read at once, without waiting for the slider to rest."""
_REST, _TURNS = 0.12, 12
"""Seconds that it has to rest, and how often they are looked at."""


@dataclass(frozen=True)
class Asked:
    """What is prepared once for all lengths: a query, in a set.

    Attributes
    ----------
    vector_set : VectorSet
    row : int or None
    query_vector : QueryVector or None
        Goes before the row.
    layer_norm : bool
        Whether rows and query are brought to mean 0 and variance 1 first.
    """

    vector_set: VectorSet
    row: int | None
    query_vector: QueryVector | None
    layer_norm: bool

    @classmethod
    def of(cls, state: State) -> Asked | None:
        """Return what a state asks for, or None while there is no query."""
        if state.active is None or (state.query is None and state.query_vector is None):
            return None
        layer_norm = state[MatryoshkaSettings].layer_norm
        return cls(state.active, state.query, state.query_vector, layer_norm)

    def is_wanted(self, state: State) -> bool:
        """Return whether a state asks for the same."""
        return self == Asked.of(state)


class RowSearches:
    """RowSearches over the rows of a set, as they are or after layer norm.

    Parameters
    ----------
    vector_set : VectorSet
    layer_norm : bool
        Makes a copy of all rows.
    """

    def __init__(self, vector_set: VectorSet, layer_norm: bool, report: Report) -> None:
        self.vector_set, self.layer_norm = vector_set, layer_norm
        self.vectors: Matrix = vector_set.vectors
        if layer_norm:
            self.vectors = _copy_normed(vector_set, report)
        self.by_prefix = PrefixSearch(self.vectors)
        self.unscaled = UnscaledSearch(self.vectors)
        self.coded = LastTwoStageSearch(self.vectors)

    def of_query(self, vector: Matrix) -> Matrix:
        """Return a query as the rows are."""
        return layer_normed(vector[np.newaxis])[0] if self.layer_norm else vector


def _copy_normed(vector_set: VectorSet, report: Report) -> Matrix:
    needed, free = vector_set.vectors.size * 4, available_memory()
    if needed > free:
        raise UserError(
            f"Layer norm takes a copy of all rows, {in_words(needed)} of memory, and "
            f"{in_words(free)} are free. Switch it off, or open a sample of the rows."
        )
    return layer_normed(vector_set.vectors, report)


@dataclass(frozen=True, eq=False)
class PreparedQuery:
    """A query with what was prepared for it: any prefix is then answered at once.

    Attributes
    ----------
    asked : Asked
    query : Query
        In the space of the set.
    vector : array of shape (n_dimensions,)
        The query as the rows of `searches` are.
    searches : RowSearches
    prefix_query : PrefixQuery
    full : tuple of Ranked
        Neighbors at full length.
    ranks : mapping of int to int
        The rank of each of the nearest rows at full length, from 1.
    n_others : int
        How many rows could be its neighbors; of many, as many as were looked at.
    n_compared : int
        How many of the nearest rows are compared; 0 where no row is nearer than others.
    """

    asked: Asked
    query: Query
    vector: Matrix
    searches: RowSearches
    prefix_query: PrefixQuery
    full: tuple[Ranked, ...]
    ranks: Mapping[int, int]
    n_others: int
    n_compared: int
    _scores: list[Scores] = field(default_factory=list)

    def full_scores(self, report: Report) -> Scores:
        """Return how near all rows are at full length; computed once. Not for the UI thread."""
        if not self._scores:
            most = self.asked.vector_set.dimensions
            scores = prefix_scores(self.searches.vectors, self.vector, most, report=report)
            self._scores.append(scores)
        return self._scores[0]


@dataclass(frozen=True, eq=False)
class Ranks:
    """Ranks from 1, by row, at full length, on the prefix and after ranking again.

    They are known of all rows of the lists, and of those that were looked for.
    """

    full: Mapping[int, int] = field(default_factory=dict)
    short: Mapping[int, int] = field(default_factory=dict)
    again: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Lists:
    """Neighbors at full length, on the prefix and after ranking again, with their fates.

    Attributes
    ----------
    settings : MatryoshkaSettings
        What they were found with.
    dimensions : int
        Length of the prefix.
    full, short, again : tuple of Ranked
    ranks : Ranks
    at_cut, at_rank : tuple of BumpLine
        Between the first two lists, and between the last two.
    kept_renormalized : int
        How many neighbors the prefix keeps when cut rows are made unit length again.
    is_zero : bool
        Whether the prefix of the query is all zeros, so that it finds nothing.
    """

    settings: MatryoshkaSettings
    dimensions: int
    full: tuple[Ranked, ...]
    short: tuple[Ranked, ...] = ()
    again: tuple[Ranked, ...] = ()
    ranks: Ranks = field(default_factory=Ranks)
    at_cut: tuple[BumpLine, ...] = ()
    at_rank: tuple[BumpLine, ...] = ()
    kept_renormalized: int = 0
    is_zero: bool = False

    @property
    def kept(self) -> int:
        """Number of neighbors that the prefix keeps."""
        return _n_kept(self.short)

    @property
    def kept_again(self) -> int:
        """Number of neighbors that are found after ranking again."""
        return _n_kept(self.again)


def n_compared(n_others: int) -> int:
    """Return how many neighbors to compare: half of the other rows at most.

    Of ten rows, the ten nearest are the same on any prefix, and of eleven nine at least.
    """
    return min(SHOWN, n_others // 2)


def depends_on(settings: MatryoshkaSettings) -> tuple[object, ...]:
    """Return those of the settings that the lists depend on: not the page, nor what it has."""
    how = settings.shortlist, settings.precision, settings.layer_norm, settings.renormalize
    return settings.dimensions, *how


def prepare(
    searches: RowSearches | None, asked: Asked, query: Query, report: Report
) -> PreparedQuery:
    """Multiply the query with all rows, once. Runs off the UI thread."""
    if searches is None:
        searches = RowSearches(asked.vector_set, asked.layer_norm, report)
    vector = searches.of_query(query.vector)
    prefix_query = searches.by_prefix.query(vector)
    rows, cosines = prefix_query.top(asked.vector_set.dimensions, LOOKED_AT, exclude=query.exclude)
    count = n_compared(len(rows))
    # Of rows that are all equally near, any may come first.
    if count and cosines[0] - cosines[count] < ROUNDED:
        count = 0
    full = tuple(_shown(asked.vector_set, rows, cosines))
    ranks = _ranks(rows)
    return PreparedQuery(
        asked, query, vector, searches, prefix_query, full, ranks, len(rows), count
    )


def compare(prepared: PreparedQuery, settings: MatryoshkaSettings, report: Report) -> Lists:
    """Find the neighbors on a prefix, and rank them again. Runs off the UI thread."""
    vector_set, count = prepared.asked.vector_set, prepared.n_compared
    dimensions = settings.length(vector_set)
    if not prepared.vector[:dimensions].any():
        lost = _judged(prepared.full, set(), "lost", count)
        return Lists(settings, dimensions, lost, is_zero=True)
    rows, cosines = _on_prefix(prepared, settings, dimensions)
    listed = _shortlist(prepared, settings, dimensions, rows, report)
    again, ranks_again = _ranked_again(prepared, listed)
    short = _shown(vector_set, rows, cosines)
    nearest = _first(prepared.full, count)
    kept_else = len(nearest & _first(short, count))
    if not settings.renormalize:
        usual, _ = _on_prefix(prepared, replace(settings, renormalize=True), dimensions)
        kept_else = len(nearest.intersection(usual[:count].tolist()))
    found = Lists(
        settings,
        dimensions,
        _judged(prepared.full, _first(short, count), "lost", count),
        _judged(short, nearest, "new", count),
        _judged(again, nearest, "new", count),
        ranks=Ranks(prepared.ranks, _ranks(rows), ranks_again),
        kept_renormalized=kept_else,
    )
    return _joined(found, count)


def rank_beyond(prepared: PreparedQuery, lists: Lists, report: Report) -> Lists:
    """Return the same lists with the ranks of rows beyond the shortlist. Runs off the UI thread.

    That takes a pass over all rows. While a slider is dragged, it would hold up the next length:
    so it waits a moment, in which it may be stopped.
    """
    vectors, exclude = prepared.searches.vectors, prepared.query.exclude
    if len(vectors) * lists.dimensions > _QUICK:
        for _ in range(_TURNS):
            report(0.0, "ranks among all rows")
            time.sleep(_REST / _TURNS)
    lost = {line.row for line in lists.at_cut if line.right is None} - lists.ranks.short.keys()
    came = {line.row for line in lists.at_rank if line.left is None} - lists.ranks.short.keys()
    new = {line.row for line in lists.at_cut if line.left is None} - lists.ranks.full.keys()
    short, full = lists.ranks.short, lists.ranks.full
    if wanted := lost | came:
        lengths = None if lists.settings.renormalize else prepared.searches.unscaled.lengths
        scores = prefix_scores(vectors, prepared.vector, lists.dimensions, lengths, report)
        short = {**_beyond(scores, wanted, exclude), **short}
    if new:
        full = {**_beyond(prepared.full_scores(report), new, exclude), **full}
    return _joined(
        replace(lists, ranks=replace(lists.ranks, short=short, full=full)), prepared.n_compared
    )


def _beyond(scores: Scores, rows: set[int], exclude: tuple[int, ...]) -> dict[int, int]:
    # What is not shown is beyond what is, whatever rounding makes of rows that are equally near.
    found = ranks_among(scores, sorted(rows), exclude)
    return {row: max(rank, SHOWN + 1) for row, rank in found.items()}


def _joined(lists: Lists, count: int) -> Lists:
    """Return lists with the lines between them."""
    ranks, compared = lists.ranks, count or SHOWN
    again = {**dict.fromkeys((line.row for line in lists.short), NOT_RANKED), **ranks.again}
    return replace(
        lists,
        at_cut=join(lists.full, lists.short, ranks.full, ranks.short, compared),
        at_rank=join(lists.short, lists.again, ranks.short, again, compared),
    )


def _on_prefix(
    prepared: PreparedQuery, settings: MatryoshkaSettings, dimensions: int
) -> tuple[Rows, Cosines]:
    wanted, exclude = max(SHOWN, settings.shortlist), prepared.query.exclude
    if settings.renormalize:
        return prepared.prefix_query.top(dimensions, wanted, exclude)
    return prepared.searches.unscaled.top(prepared.vector, dimensions, wanted, exclude)


def _shortlist(
    prepared: PreparedQuery,
    settings: MatryoshkaSettings,
    dimensions: int,
    nearest: Rows,
    report: Report,
) -> Rows:
    """Return the rows that are ranked again: the nearest on the prefix, or by its codes."""
    count, precision = settings.shortlist, settings.precision
    if precision == "float32" or not settings.renormalize:
        return nearest[:count]
    coded = prepared.searches.coded
    needed = len(coded.vectors) * (bytes_of_code(dimensions, precision) + 8)
    free = available_memory()
    if needed > free and not coded.has(dimensions, precision):
        raise UserError(
            f"Codes in {precision} take {in_words(needed)} of memory, and {in_words(free)} are "
            "free. Choose fewer dimensions, or a smaller precision."
        )
    search = coded.of(dimensions, precision, report)
    return search.shortlist(prepared.vector, count, prepared.query.exclude)


def _ranked_again(prepared: PreparedQuery, listed: Rows) -> tuple[list[Ranked], dict[int, int]]:
    """Rank a shortlist by all dimensions; return what is shown of it, and all ranks."""
    listed = np.sort(listed)  # So that equally near rows come in the order of the set.
    rows = prepared.searches.vectors[listed]
    places, cosines = NeighborSearch(rows).nearest(prepared.vector, len(listed))
    found = listed[places]
    return _shown(prepared.asked.vector_set, found, cosines), _ranks(found)


def _shown(vector_set: VectorSet, rows: Rows, scores: Cosines) -> list[Ranked]:
    return rank(vector_set, rows[:SHOWN], scores[:SHOWN])


def _ranks(rows: Rows) -> dict[int, int]:
    """Return the rank of each of the best rows, from 1."""
    return {row: place + 1 for place, row in enumerate(rows.tolist())}


def _n_kept(lines: Sequence[Ranked]) -> int:
    return sum(line.fate == "kept" for line in lines)


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

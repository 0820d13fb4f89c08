"""Calculation of recall and times, off the UI thread, and the results that are kept."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from embedviz.app.state import State
from embedviz.core.arrays import Rows
from embedviz.core.matryoshka import (
    FoundSetting,
    RecallGrid,
    SearchCost,
    SearchTime,
    cheapest_setting,
    time_search,
)
from embedviz.core.matryoshka.coarse_to_fine.codes import Precision
from embedviz.core.matryoshka.coarse_to_fine.grid import grid_lengths, grid_shortlists
from embedviz.core.matryoshka.coarse_to_fine.recall import (
    coarse_ranks,
    error_of,
    recall_of,
)
from embedviz.core.matryoshka.coarse_to_fine.true_neighbors import (
    TrueNeighbors,
    affordable_queries,
    compared_neighbors,
    find_true_neighbors,
)
from embedviz.core.progress import Report, part_of
from embedviz.core.vector_set import VectorSet

PAUSE = 0.3
"""Seconds before one setting is measured: a slider that is dragged asks for another till then."""


class RankColumn(NamedTuple):
    """Ranks of the true neighbors by one first stage."""

    precision: Precision
    length: int
    ranks: Rows


@dataclass(frozen=True)
class AskedRecall:
    """Recall of first stages of a precision: of all lengths of the grid, or of one."""

    vector_set: VectorSet
    precision: Precision
    length: int | None = None

    def is_wanted(self, state: State) -> bool:
        """Return whether a state shows this set: recall is kept, whatever else is asked."""
        return state.active is self.vector_set


@dataclass(frozen=True)
class AskedTimes:
    """Times of searches in a set."""

    vector_set: VectorSet
    costs: tuple[SearchCost, ...]

    def is_wanted(self, state: State) -> bool:
        """Return whether a state shows this set: times are kept, whatever else is asked."""
        return state.active is self.vector_set


@dataclass
class TwoStageResults:
    """All that was measured of a set, so that nothing is measured twice.

    Attributes
    ----------
    vector_set : VectorSet
    near : TrueNeighbors or None
    ranks : dict
        By precision and length, as `coarse_ranks` returns them.
    times : dict of SearchCost to SearchTime
    """

    vector_set: VectorSet
    near: TrueNeighbors | None = None
    ranks: dict[tuple[Precision, int], Rows] = field(default_factory=dict)
    times: dict[SearchCost, SearchTime] = field(default_factory=dict)
    _grids: dict[Precision, RecallGrid] = field(default_factory=dict)

    @property
    def exact(self) -> SearchCost:
        """The costs of exact search."""
        return SearchCost(len(self.vector_set), self.vector_set.dimensions)

    def keep(self, near: TrueNeighbors, columns: Sequence[RankColumn]) -> None:
        """Keep what was measured."""
        self.near = near
        for each in columns:
            self.ranks[each.precision, each.length] = each.ranks
            self._grids.pop(each.precision, None)

    @property
    def lengths(self) -> tuple[int, ...]:
        """Coarse lengths of the grid."""
        return grid_lengths(self.vector_set.dimensions)

    @property
    def count(self) -> int:
        """How many neighbors are compared; 0 where there is no choice of rows."""
        return compared_neighbors(len(self.vector_set))

    def missing(self, precision: Precision) -> list[int]:
        """Return the lengths of the grid that are not measured."""
        return [each for each in self.lengths if (precision, each) not in self.ranks]

    def grid(self, precision: Precision) -> RecallGrid:
        """Return what is known of the recall over the grid."""
        if precision not in self._grids:
            self._grids[precision] = self._grid(precision)
        return self._grids[precision]

    def cheapest(self, precision: Precision, wanted: float) -> FoundSetting | None:
        """Return the cheapest setting of the grid that reaches a recall."""
        n_vectors, n_dimensions = self.vector_set.vectors.shape
        return cheapest_setting(self.grid(precision), n_vectors, n_dimensions, wanted)

    def without_time(self, cost: SearchCost, wanted: float) -> tuple[SearchCost, ...]:
        """Return those of exact search, a setting and the cheapest whose time is not known."""
        best = self.cheapest(cost.precision, wanted)
        costs = (self.exact, cost) if best is None else (self.exact, cost, best.cost)
        return tuple(each for each in dict.fromkeys(costs) if each not in self.times)

    def _grid(self, precision: Precision) -> RecallGrid:
        shortlists = grid_shortlists(len(self.vector_set), self.count)
        recall = np.full((len(self.lengths), len(shortlists)), np.nan)
        for place, length in enumerate(self.lengths):
            ranks = self.ranks.get((precision, length))
            if ranks is not None:
                recall[place] = [recall_of(ranks, each) for each in shortlists]
        n_queries = 0 if self.near is None else self.near.n_queries
        n_counted = 0 if self.near is None else len(self.near.rows)
        return RecallGrid(
            self.lengths, shortlists, recall, self.count, precision, n_queries, n_counted
        )

    def recall(self, cost: SearchCost) -> tuple[float, float]:
        """Return the recall of a setting and its standard error; NaN where it is not measured."""
        if cost.coarse_dimensions is None:
            return 1.0, 0.0
        ranks = self.ranks.get((cost.precision, cost.coarse_dimensions))
        if ranks is None:
            return math.nan, math.nan
        return recall_of(ranks, cost.shortlist), error_of(ranks, cost.shortlist)


def measure_columns(
    near: TrueNeighbors | None,
    asked: AskedRecall,
    lengths: Sequence[int],
    report: Report,
    tell: Callable[[tuple[TrueNeighbors, tuple[RankColumn, ...]]], None],
) -> tuple[TrueNeighbors, tuple[RankColumn, ...]]:
    """Measure the ranks of lengths, one after the other; tell all so far after each."""
    vectors = asked.vector_set.vectors
    if asked.length is not None:
        _pause(report)
    start = 0.0
    if near is None:
        total = sum(grid_lengths(vectors.shape[1])) + vectors.shape[1]
        near = find_true_neighbors(
            vectors,
            max(compared_neighbors(len(vectors)), 1),
            affordable_queries(len(vectors), total),
            report=part_of(report, 0.0, 0.2),
        )
        start = 0.2
    columns: tuple[RankColumn, ...] = ()
    done, total = 0, max(sum(lengths), 1)
    for length in lengths:
        ends = (start + (1.0 - start) * share / total for share in (done, done + length))
        ranks = coarse_ranks(near, length, asked.precision, part_of(report, *ends))
        columns = (*columns, RankColumn(asked.precision, length, ranks))
        done += length
        tell((near, columns))
    return near, columns


def measure_times(asked: AskedTimes, count: int, report: Report) -> dict[SearchCost, SearchTime]:
    """Measure how long searches take, once nothing else has been asked for a moment."""
    _pause(report)
    vectors = asked.vector_set.vectors
    ends = np.linspace(0.0, 1.0, len(asked.costs) + 1).tolist()
    parts = [part_of(report, *each) for each in itertools.pairwise(ends)]
    return {
        cost: time_search(vectors, cost, count, report=part)
        for cost, part in zip(asked.costs, parts, strict=True)
    }


def _pause(report: Report) -> None:
    begin = time.monotonic()
    while time.monotonic() - begin < PAUSE:
        report(0.0, "what comes next")
        time.sleep(PAUSE / 10)

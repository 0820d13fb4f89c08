"""Tasks of the page on two-stage search, one after the other, and their results."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.matryoshka import FoundSetting, SearchCost, SearchTime
from embedviz.core.matryoshka.coarse_to_fine.codes import PRECISIONS, Precision
from embedviz.core.matryoshka.coarse_to_fine.true_neighbors import TrueNeighbors
from embedviz.gui.pane import Pane
from embedviz.panes.matryoshka.settings import MatryoshkaSettings
from embedviz.panes.matryoshka.two_stage.measuring import (
    AskedRecall,
    AskedTimes,
    RankColumn,
    TwoStageResults,
    measure_columns,
    measure_times,
)
from embedviz.panes.matryoshka.two_stage.settings import TwoStageSettings


class TwoStageRun:
    """Measurements of the active set: what is on the screen first, then what may be asked next.

    First the recall over the grid in the chosen precision, then that of the chosen length where it
    is not on the grid, then times, and at last the other precisions.

    Parameters
    ----------
    pane : Pane
        Its tasks run them.
    show : callable
        Shows the results, which have grown.
    """

    def __init__(self, pane: Pane, show: Callable[[State], None]) -> None:
        self._pane, self._show = pane, show
        self._grid_task = pane.calculations.new_task("recall of two-stage search")
        self._here_task = pane.calculations.new_task("recall of this length")
        # What other precisions take the processors for is not part of a time.
        self._time_task = pane.calculations.new_task("time of a query", urgency=1)
        self._results: TwoStageResults | None = None

    def results_of(self, state: State) -> TwoStageResults:
        """Return what is known of the active set."""
        assert state.active is not None
        if self._results is None or self._results.vector_set is not state.active:
            self._results = TwoStageResults(state.active)
        return self._results

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return self._results is None or not self._results.ranks

    def owns(self, task: Task) -> bool:
        """Return whether a task measures recall over the grid."""
        return task is self._grid_task

    def release(self) -> None:
        """Let go of a set that has been closed."""
        self._results = None

    def ask(self, state: State) -> None:
        """Measure what a state shows, as far as it is missing."""
        results, settings = self.results_of(state), state[MatryoshkaSettings]
        wanted = state[TwoStageSettings].wanted_recall
        if not results.count:
            return
        length = settings.length(results.vector_set)
        if results.missing(settings.precision):
            self._ask_grid(results, settings.precision)
        elif (settings.precision, length) not in results.ranks:
            self._ask_here(results, settings.precision, length)
        elif missing := results.without_time(cost_of(state), wanted):
            self._ask_times(results, missing)
        else:
            self._pane.calculations.cancel(self._time_task)
            others = [each for each in PRECISIONS if results.missing(each)]
            if others:
                self._ask_grid(results, others[0])

    def _ask_grid(self, results: TwoStageResults, precision: Precision) -> None:
        asked = AskedRecall(results.vector_set, precision)
        calculations = self._pane.calculations
        if not calculations.has_asked(self._grid_task, asked):
            work = partial(measure_columns, results.near, asked, results.missing(precision))
            calculations.run(self._grid_task, work, self._keep_all, asked, self._keep)

    def _ask_here(self, results: TwoStageResults, precision: Precision, length: int) -> None:
        asked = AskedRecall(results.vector_set, precision, length)
        calculations = self._pane.calculations
        if not calculations.has_asked(self._here_task, asked):
            work = partial(measure_columns, results.near, asked, [length])
            calculations.run(self._here_task, work, self._keep_all, asked, self._keep)

    def _ask_times(self, results: TwoStageResults, costs: tuple[SearchCost, ...]) -> None:
        asked = AskedTimes(results.vector_set, costs)
        calculations = self._pane.calculations
        if not calculations.has_asked(self._time_task, asked):
            work = partial(measure_times, asked, results.count)
            calculations.run(self._time_task, work, self._keep_times, asked)

    def _keep(self, found: tuple[TrueNeighbors, tuple[RankColumn, ...]]) -> None:
        if self._results is not None:
            self._results.keep(*found)
            self._show(self._pane.session.state)

    def _keep_all(self, found: tuple[TrueNeighbors, tuple[RankColumn, ...]]) -> None:
        self._keep(found)
        self.ask(self._pane.session.state)

    def _keep_times(self, found: dict[SearchCost, SearchTime]) -> None:
        if self._results is not None:
            self._results.times.update(found)
            self._show(self._pane.session.state)
            self.ask(self._pane.session.state)


def cost_of(state: State) -> SearchCost:
    """Return the costs of the setting that is chosen."""
    assert state.active is not None
    settings = state[MatryoshkaSettings]
    return SearchCost(
        len(state.active),
        state.active.dimensions,
        settings.length(state.active),
        min(settings.shortlist, max(len(state.active) - 1, 1)),
        settings.precision,
    )


def cheapest_of_all(results: TwoStageResults, wanted: float) -> FoundSetting | None:
    """Return the cheapest setting in any precision; None until all are measured, or of none."""
    if any(results.missing(each) for each in PRECISIONS):
        return None
    found = [results.cheapest(each, wanted) for each in PRECISIONS]
    reached = [each for each in found if each is not None]
    return min(reached, key=lambda each: each.cost.bytes_read, default=None)

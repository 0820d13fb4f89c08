"""Results that are known, and how they compare: kept for when one comes back to them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

from embedviz.core.analogies.benchmark import BenchmarkReport
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.benchmark.asked import BenchmarkRun
from embedviz.panes.analogies.benchmark.compared import ComparedSets, compare_sets
from embedviz.panes.analogies.benchmark.measuring import Measured

_MOST_KEPT = 6


class KnownResults:
    """Results of the latest runs, the newest last."""

    def __init__(self) -> None:
        self._known: OrderedDict[BenchmarkRun, Measured] = OrderedDict()
        self._compared: ComparedSets | None = None

    def keep(self, measured: Measured) -> None:
        """Remember a result, and forget the oldest of many."""
        self._known.pop(measured.run, None)
        self._known[measured.run] = measured
        while len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)

    def of(self, run: BenchmarkRun | None) -> Measured | None:
        """Return what is known of a run, maybe from one by more methods; None where nothing is."""
        if run is None:
            return None
        newest_first = reversed(self._known.items())
        return next((each for known, each in newest_first if known.answers(run)), None)

    def earlier(self, run: BenchmarkRun) -> Measured | None:
        """Return the newest result of the same set and questions, by other rules or methods."""
        newest_first = reversed(self._known.items())
        return next((each for known, each in newest_first if known.asks_same(run)), None)

    def comparison(
        self, report: BenchmarkReport, other: BenchmarkReport, name: str, title: str
    ) -> ComparedSets:
        """Return how two results compare, computed once."""
        last = self._compared
        if last is None or (last.report, last.other, last.name) != (report, other, name):
            last = self._compared = compare_sets(report, other, name, title)
        return last

    def keep_only(self, sets: Collection[VectorSet]) -> None:
        """Let go of the results of sets that were closed."""
        gone = [run for run in self._known if run.vector_set not in sets]
        for run in gone:
            del self._known[run]
        if gone:
            self._compared = None

    def clear(self) -> None:
        """Let go of all."""
        self._known.clear()
        self._compared = None

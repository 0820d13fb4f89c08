"""Results that are known, and how they compare: kept for when one comes back to them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

from embedviz.core.analogies.benchmark import BenchmarkReport
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.benchmark.asked import BenchmarkRun
from embedviz.panes.analogies.benchmark.compared import ComparedSets
from embedviz.panes.analogies.benchmark.measuring import MeasuredBenchmark

_MOST_KEPT = 6


class KnownResults:
    """Results of the latest runs, the newest last."""

    def __init__(self) -> None:
        self._known: OrderedDict[BenchmarkRun, MeasuredBenchmark] = OrderedDict()
        self._partial: MeasuredBenchmark | None = None
        self._compared: ComparedSets | None = None

    def keep(self, measured: MeasuredBenchmark) -> None:
        """Remember a result, and forget the oldest of many; of partial ones, keep the newest."""
        if measured.is_partial:
            self._partial = measured
            return
        if self._partial is not None and measured.run.answers(self._partial.run):
            self._partial = None
        self._known.pop(measured.run, None)
        self._known[measured.run] = measured
        while len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)

    def of(self, run: BenchmarkRun | None) -> MeasuredBenchmark | None:
        """Return what is known of a run, maybe from one by more methods; None where nothing is."""
        if run is None:
            return None
        newest_first = reversed(self._known.items())
        return next((each for known, each in newest_first if known.answers(run)), None)

    def partial(self, run: BenchmarkRun) -> MeasuredBenchmark | None:
        """Return what is known of the first sections of a run; None where nothing is."""
        found = self._partial
        return found if found is not None and found.run.answers(run) else None

    def forget_partial(self) -> None:
        """Let go of what is known of first sections, as they are asked anew."""
        self._partial = None

    def earlier(self, run: BenchmarkRun) -> MeasuredBenchmark | None:
        """Return the newest result of the same set and questions, by other rules or methods."""
        newest_first = reversed(self._known.items())
        return next((each for known, each in newest_first if known.asks_same(run)), None)

    def keep_comparison(self, compared: ComparedSets) -> None:
        """Remember how two results compare."""
        self._compared = compared

    def comparison(
        self, report: BenchmarkReport, other: BenchmarkReport, name: str
    ) -> ComparedSets | None:
        """Return how two results compare; None where that is not known."""
        last = self._compared
        is_known = last is not None and (last.report, last.other, last.name) == (
            report,
            other,
            name,
        )
        return last if is_known else None

    def keep_only(self, sets: Collection[VectorSet]) -> None:
        """Let go of the results of sets that were closed."""
        gone = [run for run in self._known if run.vector_set not in sets]
        for run in gone:
            del self._known[run]
        if self._partial is not None and self._partial.run.vector_set not in sets:
            self._partial = None
        if gone:
            self._compared = None

    def forget_file(self, path: str) -> None:
        """Let go of the answers to the questions of a file, which may have changed."""
        for run in [run for run in self._known if run.source.path == path]:
            del self._known[run]
        self._partial = self._compared = None

    def clear(self) -> None:
        """Let go of all."""
        self._known.clear()
        self._partial = self._compared = None

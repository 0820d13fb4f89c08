"""Calculation of the curves, off the UI thread; it tells what it knows after each order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from embedviz.app.state import State
from embedviz.core.errors import UserError
from embedviz.core.matryoshka import (
    Overlap,
    Quality,
    measure_overlaps,
    measure_quality,
    prefix_lengths,
)
from embedviz.core.matryoshka.orderings import Ordering, Reorderings
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pages.judgments import Judgment, chosen_judgment
from embedviz.panes.matryoshka.curves.settings import CurvesSettings, MeasureName
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

DRAWS = 10
QUERIES = 500
WORK = 2e10
"""Multiplications allowed in one order; a set too large for 500 queries gets fewer."""
_FEWEST = 30
NEIGHBORS = 10
COUNTS: dict[MeasureName, int] = {"overlap1": 1, "overlap10": 10, "overlap100": 100}


@dataclass(frozen=True)
class WantedCurves:
    """What is measured of a set.

    Attributes
    ----------
    vector_set : VectorSet
    judgment : Judgment or None
        None: the overlap with itself, at all counts.
    """

    vector_set: VectorSet
    judgment: Judgment | None

    @classmethod
    def by(cls, state: State) -> WantedCurves:
        """Return what a state asks for: overlap, too, where nobody can judge."""
        assert state.active is not None
        is_judged = state[CurvesSettings].measure == "judged"
        judge = state[MatryoshkaSettings].judge
        return cls(state.active, chosen_judgment(state, judge) if is_judged else None)

    def is_wanted(self, state: State) -> bool:
        """Return whether a state asks for this."""
        return state.active is self.vector_set and WantedCurves.by(state) == self


@dataclass(frozen=True, eq=False)
class MeasuredCurves:
    """What is known so far.

    Attributes
    ----------
    wanted : WantedCurves
    lengths : tuple of int
    counts : tuple of int
        How many neighbors are compared, for `overlaps`.
    overlaps : mapping of an ordering to a mapping of a count to Overlap
    quality : mapping of an ordering to Quality
    problem : str
        Why there is nothing; empty where there is.
    is_done : bool
    """

    wanted: WantedCurves
    lengths: tuple[int, ...]
    counts: tuple[int, ...] = ()
    overlaps: Mapping[Ordering, Mapping[int, Overlap]] = field(default_factory=dict)
    quality: Mapping[Ordering, Quality] = field(default_factory=dict)
    problem: str = ""
    is_done: bool = False

    def shown(self, count: int) -> Mapping[Ordering, Overlap | Quality]:
        """Return the curves by their orders: of a count, or as they are judged."""
        if self.wanted.judgment is not None:
            return self.quality
        return {name: each[count] for name, each in self.overlaps.items() if count in each}


Tell = Callable[[MeasuredCurves], None]


def count_of(measure: MeasureName, n: int) -> int:
    """Return how many neighbors to compare in a set of n rows: half of the others at most.

    Of eleven rows, the ten nearest of one are the same on any prefix.
    """
    return max(min(COUNTS.get(measure, 10), (n - 1) // 2), 1)


def measure(
    wanted: WantedCurves, orders: Reorderings, report: Report, tell: Tell
) -> MeasuredCurves:
    """Compute what is wanted; tell what is known after each order. Runs off the UI thread."""
    if wanted.judgment is not None:
        return _judge(wanted, wanted.judgment, orders, report, tell)
    vectors = wanted.vector_set.vectors
    lengths = tuple(prefix_lengths(vectors.shape[1]))
    counts = tuple(sorted({count_of(each, len(vectors)) for each in COUNTS}))
    queries = min(QUERIES, max(round(WORK / max(vectors.size, 1)), _FEWEST), len(vectors))
    known: dict[Ordering, Mapping[int, Overlap]] = {}

    def on_found(ordering: Ordering, found: dict[int, Overlap]) -> None:
        known[ordering] = found
        tell(MeasuredCurves(wanted, lengths, counts, dict(known)))

    try:
        found = measure_overlaps(
            vectors, lengths, counts, queries, report=report, on_found=on_found, reorderings=orders
        )
    except UserError as error:  # Such as NaN, of which there are no singular vectors.
        if not known:
            return MeasuredCurves(wanted, lengths, counts, problem=str(error), is_done=True)
        found = dict(known)  # type: ignore[arg-type]
    return MeasuredCurves(wanted, lengths, counts, found, is_done=True)


def _judge(
    wanted: WantedCurves, judgment: Judgment, orders: Reorderings, report: Report, tell: Tell
) -> MeasuredCurves:
    vector_set = wanted.vector_set
    lengths = tuple(prefix_lengths(vector_set.dimensions))
    column = None if judgment.pairs is not None else vector_set.metadata.column(judgment.name)
    known: dict[Ordering, Quality] = {}

    def on_found(ordering: Ordering, found: Quality) -> None:
        known[ordering] = found
        tell(MeasuredCurves(wanted, lengths, quality=dict(known)))

    try:
        found = measure_quality(
            vector_set.vectors,
            lengths,
            judgment.pairs,
            column,
            NEIGHBORS,
            report=report,
            on_found=on_found,
            reorderings=orders,
        )
    except UserError as error:
        if not known:
            return MeasuredCurves(wanted, lengths, problem=str(error), is_done=True)
        found = dict(known)
    return MeasuredCurves(wanted, lengths, quality=found, is_done=True)

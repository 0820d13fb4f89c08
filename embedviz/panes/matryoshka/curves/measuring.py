"""Overlap curves of a set: how many neighbors prefixes and other choices of dimensions keep."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.core.matryoshka import Overlap, measure_overlap
from embedviz.core.matryoshka.orderings import Ordering
from embedviz.core.progress import Report, part_of
from embedviz.core.vector_set import VectorSet
from embedviz.panes.matryoshka.comparison import n_compared

QUERIES = 500
WORK = 2e10
"""Multiplications allowed for the neighbors of all queries; a set too large for 500 gets fewer."""
ORDERINGS: dict[str, Ordering] = {
    "prefix": "prefix",
    "random dimensions": "random",
    "SVD rotation": "svd",
}


@dataclass(frozen=True, eq=False)
class Curves:
    """Mean overlap over prefix lengths, for prefixes and for what they are compared with."""

    vector_set: VectorSet
    lengths: tuple[int, ...]
    found: dict[str, Overlap]
    count: int

    @property
    def overlaps(self) -> dict[str, list[float]]:
        """The curves alone, by their names."""
        return {name: each.curve.tolist() for name, each in self.found.items()}


def measure(vector_set: VectorSet, lengths: tuple[int, ...], report: Report) -> Curves:
    """Compute the overlap curves. Runs off the UI thread."""
    affordable = round(WORK / max(vector_set.vectors.size, 1))
    queries = min(QUERIES, max(affordable, 30), len(vector_set))
    count = n_compared(len(vector_set) - 1)
    found = {}
    for step, (name, ordering) in enumerate(ORDERINGS.items()):
        part = part_of(report, step / len(ORDERINGS), (step + 1) / len(ORDERINGS))
        found[name] = measure_overlap(
            vector_set.vectors, lengths, max(count, 1), queries, ordering, draws=3, report=part
        )
    return Curves(vector_set, lengths, found, count)

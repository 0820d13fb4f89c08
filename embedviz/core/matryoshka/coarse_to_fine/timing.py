"""Time of a search on this machine."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.compiled.checks import checked_matrix
from embedviz.core.matryoshka.coarse_to_fine.codes import bytes_of_code
from embedviz.core.matryoshka.coarse_to_fine.costs import SearchCost
from embedviz.core.matryoshka.coarse_to_fine.search import TwoStageSearch
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.progress import Report, part_of, silent

MOST_CODE_BYTES = 400_000_000
"""Memory that the codes may take while a time is measured; of more rows, a part is searched."""
_QUERIES = 7
_SECONDS = 3.0


@dataclass(frozen=True)
class SearchTime:
    """How long a query takes.

    Attributes
    ----------
    seconds : float
        The median of some queries, after a first one that prepares.
    n_searched : int
        How many rows were searched; where that is not all, `seconds` is what follows for all.
    """

    seconds: float
    n_searched: int


def time_search(
    vectors: ArrayLike, cost: SearchCost, count: int = 10, seed: int = 0, report: Report = silent
) -> SearchTime:
    """Return how long this package's search of a setting takes, on this machine, as it is now.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    cost : SearchCost
        Which search: exact, or in two stages.
    count : int
        How many neighbors are asked for.
    seed : int
        For the choice of query rows.
    report : Report

    Raises
    ------
    UserError
        When the set has not so many dimensions, or no rows.
    """
    rows = checked_matrix(vectors)
    n_searched = len(rows)
    if cost.coarse_dimensions is not None and cost.precision != "float32":
        each = bytes_of_code(cost.coarse_dimensions, cost.precision) + 8
        n_searched = min(n_searched, max(MOST_CODE_BYTES // each, 1))
    some = rows[:n_searched]
    exact = NeighborSearch(some)
    if cost.coarse_dimensions is None:
        exact.prepare(part_of(report, 0.0, 0.7))  # Or the third query would, on the clock.
    two_stages: TwoStageSearch | None = None
    if cost.coarse_dimensions is not None:
        part = part_of(report, 0.0, 0.7)
        two_stages = TwoStageSearch(some, cost.coarse_dimensions, cost.precision, part)
    found: list[float] = []
    finite = np.flatnonzero(np.isfinite(some[: 100 * _QUERIES]).all(axis=1))
    chosen = np.random.default_rng(seed).permutation(finite)[: _QUERIES + 1].tolist()
    begin = time.perf_counter()
    for place, own in enumerate(chosen * 2 if len(chosen) == 1 else chosen):
        report(0.7 + 0.3 * place / len(chosen), "time of a query")
        start = time.perf_counter()
        if two_stages is None:
            exact.nearest(some[own], count, exclude=[own])
        else:
            two_stages.nearest(some[own], cost.shortlist, count, exclude=[own])
        if place:  # The first one prepares what is kept for the others.
            found.append(time.perf_counter() - start)
        if found and time.perf_counter() - begin > _SECONDS:
            break
    seconds = statistics.median(found) if found else float("nan")
    return SearchTime(seconds * len(rows) / max(n_searched, 1), n_searched)

"""Overlap: the share of the neighbors that a prefix keeps, on average over some queries.

A number that says nothing is none: where a set has no more rows than neighbors are compared, all
are kept whatever the prefix, and so they are where the rows that were found are all as near as each
other, as they are to a row of zeros and to one that is there many times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.compiled.checks import checked_count, checked_matrix
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.orderings import ORDERINGS, Ordering, Reordering, Reorderings
from embedviz.core.matryoshka.overlap_passes import OverlapPasses
from embedviz.core.matryoshka.queries import drawn_queries
from embedviz.core.neighbors.top_k import checked_prefix
from embedviz.core.progress import Report, part_of, silent

COUNTS = (1, 10, 100)
"""How many neighbors are usually compared."""


@dataclass(frozen=True, eq=False)
class Overlap:
    """The mean overlap of queries on prefixes.

    Attributes
    ----------
    curve : float64 array of shape (n_lengths,)
        As `overlap_curve` returns it.
    n_queries : int
        How many rows were asked.
    n_counted : int
        How many of them have neighbors of their own, so that they count.
    rank : int
        How many leading dimensions hold all that there is of the rows, so that the curve is 1 from
        there on by construction: fewer than all only with the ordering "svd", for instance where
        there are fewer rows than dimensions.
    draws : float64 array of shape (n_draws, n_lengths), optional
        The curve of each random choice; one row where nothing is drawn. Default: the curve.
    spread : float64 array of shape (n_lengths,)
        The standard deviation of the draws, with n - 1 in the denominator; 0 where there is one.
    """

    curve: NDArray[np.float64]
    n_queries: int
    n_counted: int
    rank: int
    draws: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    spread: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        if not self.draws.size:
            object.__setattr__(self, "draws", self.curve[np.newaxis])
        object.__setattr__(self, "spread", spread_of(self.draws))

    def at(self, places: Rows) -> Overlap:
        """Return the same at some of its lengths."""
        return Overlap(
            self.curve[places], self.n_queries, self.n_counted, self.rank, self.draws[:, places]
        )


def spread_of(draws: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard deviation of some curves at each length; 0 where there is one curve."""
    if len(draws) < 2:
        return np.zeros(draws.shape[1])
    return np.asarray(draws.std(axis=0, ddof=1))


OnOverlaps = Callable[[Ordering, dict[int, Overlap]], None]


def overlap_curve(  # noqa: PLR0913 - a contract
    vectors: ArrayLike,
    dimensions: Sequence[int],
    count: int = 10,
    queries: int | ArrayLike = 500,
    ordering: Ordering = "prefix",
    center: bool = False,
    draws: int = 10,
    seed: int = 0,
    report: Report = silent,
) -> NDArray[np.float64]:
    """Return which share of its nearest neighbors a row keeps on so many dimensions, on average.

    For each query row, the `count` rows with the largest cosine on k dimensions are compared with
    those on all dimensions; the row itself never counts.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    dimensions : sequence of int
        Numbers of dimensions k, in any order.
    count : int
        How many neighbors are compared.
    queries : int or int array
        How many rows are drawn as queries, or which ones. The same ones serve all lengths, and
        with the same seed all orderings. Those that have no neighbors of their own do not count:
        rows of zeros or with NaN, and those whose `count` + 1 nearest rows are all equally near,
        as for a row that is there so many times.
    ordering : {"prefix", "random", "variance", "svd"}
        Which dimensions are the k: the first; random ones, the mean over `draws` choices; those
        with the most variance; or the leading right singular vectors of all rows.
    center : bool
        Take the mean off all rows first, for the neighbors on all dimensions too.
    draws : int
        How many random choices; each choice of few dimensions is part of the one of more.
    seed : int
        For the queries and the random choices.
    report : Report

    Returns
    -------
    float64 array of shape (len(dimensions),)
        Between 0 and 1; exactly 1 on all dimensions. NaN, there too, where nothing could be lost:
        the set has no more than `count` other rows, or no query counts.

    Raises
    ------
    UserError
        When there are not so many dimensions, `count`, `draws` or the number of queries is below
        what can be, or a query is not a row of the set.
    """
    return measure_overlap(
        vectors, dimensions, count, queries, ordering, center, draws, seed, report
    ).curve


def measure_overlap(  # noqa: PLR0913 - as the curve alone
    vectors: ArrayLike,
    dimensions: Sequence[int],
    count: int = 10,
    queries: int | ArrayLike = 500,
    ordering: Ordering = "prefix",
    center: bool = False,
    draws: int = 10,
    seed: int = 0,
    report: Report = silent,
) -> Overlap:
    """Return the overlap curve, with how many queries it is the mean of; see `overlap_curve`."""
    found = measure_overlaps(
        vectors, dimensions, (count,), queries, (ordering,), center, draws, seed, report
    )
    return found[ordering][count]


def measure_overlaps(  # noqa: PLR0913 - as one of them
    vectors: ArrayLike,
    dimensions: Sequence[int],
    counts: Sequence[int] = COUNTS,
    queries: int | ArrayLike = 500,
    orderings: Sequence[Ordering] = ORDERINGS,
    center: bool = False,
    draws: int = 10,
    seed: int = 0,
    report: Report = silent,
    on_found: OnOverlaps | None = None,
    reorderings: Reorderings | None = None,
) -> dict[Ordering, dict[int, Overlap]]:
    """Return the overlap of several numbers of neighbors in several orders, on one footing.

    All are means over the same queries, whose neighbors on all dimensions are found once. Each
    order takes one pass over the vectors, "random" one for each draw.

    Parameters
    ----------
    vectors, dimensions, queries, center, draws, seed, report
        As for `overlap_curve`.
    counts : sequence of int
        How many neighbors are compared.
    orderings : sequence of {"prefix", "random", "variance", "svd"}
    on_found : callable, optional
        Called with an ordering and its overlaps by count as soon as they are known; with "random"
        after each draw, of those that were drawn so far.
    reorderings : Reorderings, optional
        Of these vectors, where they are known already; `center`, `draws` and `seed` are then those
        that they were made with.

    Returns
    -------
    dict of an ordering to a dict of a count to Overlap

    Raises
    ------
    UserError
        As for `overlap_curve`.
    """
    for ordering in orderings:
        if ordering not in ORDERINGS:
            raise ValueError(f"ordering is {ordering!r}; it must be one of {', '.join(ORDERINGS)}")
    rows = checked_matrix(vectors)
    n_vectors, n_dimensions = rows.shape
    wanted = np.array([checked_prefix(k, n_dimensions) for k in dimensions], dtype=np.intp)
    counts = [checked_count(count, "neighbors", 1) for count in counts]
    draws, seed = checked_count(draws, "random orders", 1), _checked_seed(seed)
    chosen = drawn_queries(queries, n_vectors, seed)
    if reorderings is None:
        reorderings = Reorderings(rows, center=center, draws=draws, seed=seed)
    nothing = Overlap(np.full(len(wanted), np.nan), len(chosen), 0, n_dimensions)
    found = {ordering: dict.fromkeys(counts, nothing) for ordering in orderings}
    comparable = [count for count in counts if count < n_vectors - 1]
    if not len(wanted) or not len(chosen) or not comparable:
        return found
    lengths = np.union1d(wanted, [n_dimensions]).astype(np.intp)
    measurement = _Measurement(rows, chosen, comparable, lengths, reorderings)
    for ordering, overlaps in measurement.run(orderings, report):
        for count, overlap in overlaps.items():
            found[ordering][count] = overlap.at(np.searchsorted(lengths, wanted))
        if on_found is not None:
            on_found(ordering, dict(found[ordering]))
    return found


class _Measurement:
    """What is measured once for all orders, and then for each of them."""

    def __init__(
        self,
        rows: Matrix,
        query_rows: Rows,
        counts: Sequence[int],
        lengths: Rows,
        reorderings: Reorderings,
    ) -> None:
        self._rows, self._query_rows, self._counts = rows, query_rows, counts
        self._lengths, self._reorderings = lengths, reorderings

    def run(
        self, orderings: Sequence[Ordering], report: Report
    ) -> Iterator[tuple[Ordering, dict[int, Overlap]]]:
        """Yield the overlaps of each order by count, at all lengths; after each random draw."""
        lengths = self._lengths
        first = lengths if "prefix" in orderings else lengths[-1:]
        steps = 1 + sum(_steps(each, self._reorderings) for each in orderings)
        (plain,) = self._reorderings.of("prefix")
        passes = OverlapPasses(
            self._rows, self._query_rows, plain, first, self._counts, part_of(report, 0, 1 / steps)
        )
        done = 1
        for ordering in orderings:
            if ordering == "prefix":
                yield ordering, self._overlaps(passes, [passes.plain_shares])
                continue
            if ordering != "random":
                part = part_of(report, done / steps, (done + 1) / steps)
                done += 1
            else:
                part = silent
            shares: list[dict[int, NDArray[np.float64]]] = []
            for arrange in self._reorderings.of(ordering, part):
                part = part_of(report, done / steps, (done + 1) / steps)
                shares.append(self._shorter(passes, arrange, part))
                done += 1
                yield ordering, self._overlaps(passes, shares, arrange.rank)

    def _shorter(
        self, passes: OverlapPasses, arrange: Reordering, report: Report
    ) -> dict[int, NDArray[np.float64]]:
        """Return the shares below the full length, and what they are there: all or no number."""
        shorter = self._lengths[:-1]
        found = dict.fromkeys(self._counts, np.empty(0))
        if len(shorter):
            found = passes.shares(arrange, shorter, report)
        return {
            count: np.append(shares, 1.0 if passes.counted[count].any() else np.nan)
            for count, shares in found.items()
        }

    def _overlaps(
        self,
        passes: OverlapPasses,
        shares: Sequence[dict[int, NDArray[np.float64]]],
        rank: int | None = None,
    ) -> dict[int, Overlap]:
        overlaps = {}
        for count in self._counts:
            drawn = np.array([each[count] for each in shares])
            overlaps[count] = Overlap(
                drawn.mean(axis=0),
                len(self._query_rows),
                int(np.count_nonzero(passes.counted[count])),
                self._rows.shape[1] if rank is None else rank,
                drawn,
            )
        return overlaps


def _steps(ordering: Ordering, reorderings: Reorderings) -> int:
    """Return how many passes over the vectors an order takes, beside those at full length."""
    if ordering == "prefix":
        return 0
    return reorderings.n_orders(ordering) + (ordering != "random")


def _checked_seed(seed: int) -> int:
    try:
        return checked_count(seed, "the seed")
    except UserError:
        raise UserError(f"{seed!r} cannot be a seed. Choose a whole number from 0 up.") from None

"""How many neighbors are kept on a prefix, on average over some queries.

A number that says nothing is none: where a set has no more rows than neighbors are compared, all
are kept whatever the prefix, and so they are where the rows that were found are all as near as each
other, as they are to a row of zeros and to one that is there many times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.compiled.checks import checked_count, checked_matrix, checked_rows
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.orderings import ORDERINGS, Ordering, Reordering, arrangements
from embedviz.core.matryoshka.prefix_neighbors import PrefixNeighbors
from embedviz.core.neighbors.exact_cosines import nearest_by_cosine
from embedviz.core.neighbors.top_k import TILE, checked_prefix, scaled_query
from embedviz.core.progress import Report, part_of, silent

# About 20 ms on two processors.
_PRODUCTS_AT_ONCE = 400_000_000
# 1 − cosine of two rows that differ by the rounding of float32 alone: (2 ** -23) ** 2 / 2.
_ROUNDED = 2.0**-47


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
    """

    curve: NDArray[np.float64]
    n_queries: int
    n_counted: int
    rank: int


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
    if ordering not in ORDERINGS:
        raise ValueError(f"ordering is {ordering!r}; it must be one of {', '.join(ORDERINGS)}")
    rows = checked_matrix(vectors)
    n_vectors, n_dimensions = rows.shape
    wanted = np.array([checked_prefix(k, n_dimensions) for k in dimensions], dtype=np.intp)
    count = checked_count(count, "neighbors", 1)
    draws, seed = checked_count(draws, "random orders", 1), _checked_seed(seed)
    chosen = query_rows_of(queries, n_vectors, seed)
    if not len(wanted) or not len(chosen) or count >= n_vectors - 1:
        return Overlap(np.full(len(wanted), np.nan), len(chosen), 0, n_dimensions)
    orders = []
    if ordering != "prefix":
        part = part_of(report, 0.0, 0.1)
        orders = arrangements(rows, ordering, center=center, draws=draws, seed=seed, report=part)
    lengths = np.union1d(wanted, [n_dimensions]).astype(np.intp)
    (plain,) = arrangements(rows, "prefix", center=center)
    wanted_of = [(arrange, lengths[:-1]) for arrange in orders if len(lengths) > 1]
    wanted_of.insert(0, (plain, lengths[-1:] if orders else lengths))
    found = _neighbors(rows, chosen, count, wanted_of, part_of(report, 0.1, 0.8))
    counts = _compare_exactly(rows, chosen, wanted_of, found, part_of(report, 0.8, 1.0))
    curve = np.full(len(lengths), np.nan)
    if counts.any():
        exact, *others = found
        curve[-1] = 1.0
        for at in range(len(lengths) - 1):
            curve[at] = np.mean([_overlap(each, at, exact, counts) for each in others or [exact]])
    rank = min((arrange.rank for arrange in orders), default=n_dimensions)
    asked = curve[np.searchsorted(lengths, wanted)]
    return Overlap(asked, len(chosen), int(counts.sum()), rank)


def _checked_seed(seed: int) -> int:
    try:
        return checked_count(seed, "the seed")
    except UserError:
        raise UserError(f"{seed!r} cannot be a seed. Choose a whole number from 0 up.") from None


def query_rows_of(queries: int | ArrayLike, n_vectors: int, seed: int) -> Rows:
    """Return the rows that are queries: those given, or so many, drawn by a seed, ascending."""
    if np.ndim(queries) == 0:
        n_queries = checked_count(queries, "queries")
        drawn = np.random.default_rng(seed).permutation(n_vectors)[:n_queries]
        return np.sort(drawn)
    return checked_rows(queries, n_vectors, "queries")


def _neighbors(
    rows: Matrix,
    query_rows: Rows,
    count: int,
    wanted_of: Sequence[tuple[Reordering, Rows]],
    report: Report,
) -> list[PrefixNeighbors]:
    """Return the neighbors of the queries for each ordering, at the lengths wanted of it."""
    found = [
        # One more than is compared says whether there was a choice.
        PrefixNeighbors(arrange(rows[query_rows]), query_rows, lengths, count + 1)
        for arrange, lengths in wanted_of
    ]
    size = _rows_at_once(len(query_rows) * rows.shape[1])
    for first in range(0, len(rows), size):
        block = rows[first : first + size]
        for step, (arrange, _) in enumerate(wanted_of):
            done = first + len(block) * step / len(wanted_of)
            report(done / len(rows), "neighbors of the queries")
            found[step].add(arrange(block), first)
    return found


def _rows_at_once(products: int) -> int:
    """Return of how many rows to do so many products each before anyone else may compute.

    Kernels run one after the other, and a slider that is dragged meanwhile should not wait.
    """
    return max(1, _PRODUCTS_AT_ONCE // (max(1, products) * TILE)) * TILE


def _compare_exactly(
    rows: Matrix,
    query_rows: Rows,
    wanted_of: Sequence[tuple[Reordering, Rows]],
    found: Sequence[PrefixNeighbors],
    report: Report,
) -> NDArray[np.bool_]:
    """Find again what float32 could not tell apart; return which queries have a choice of rows.

    Far from the origin, all cosines are 1 to seven digits, and what was found is the first rows of
    the set at any length.
    """
    exact, count = found[0], found[0].rows.shape[2]
    counts = exact.are_told_apart()
    unclear = [
        query
        for query in np.flatnonzero(exact.have_more() & ~counts).tolist()
        if rows[query_rows[query]].any() and not _are_copies(rows[exact.rows[-1, query]])
    ]
    for step, (arrange, lengths) in enumerate(wanted_of if unclear else ()):
        arranged = arrange.exactly(rows)
        for place, query in enumerate(unclear):
            report((step + place / len(unclear)) / len(wanted_of), "neighbors that are very close")
            own = int(query_rows[query])
            asked = scaled_query(arranged[own])[0]
            for at, length in enumerate(lengths):
                near, cosines = nearest_by_cosine(
                    arranged[:, :length], asked[:length], count, [own], None
                )
                found[step].replace(at, query, near)
            if step == 0:
                counts[query] = cosines[0] - cosines[-1] > _ROUNDED
    return counts


def _are_copies(rows: Matrix) -> bool:
    return bool((rows == rows[0]).all())


def _overlap(
    found: PrefixNeighbors, at: int, exact: PrefixNeighbors, counts: NDArray[np.bool_]
) -> float:
    """Return the mean share of the exact neighbors that were found at one of the lengths.

    Parameters
    ----------
    found : PrefixNeighbors
    at : int
        Which of its lengths.
    exact : PrefixNeighbors
        On all dimensions, at its last length.
    counts : bool array of shape (n_queries,)
        Which queries the mean is of.
    """
    there = exact.are_nearest(-1)
    # One number for each pair of query and row, so that one look-up serves all queries.
    offsets = np.arange(len(there))[:, np.newaxis] * (exact.rows.max() + 1)
    pairs = (found.rows[at] + offsets)[found.are_nearest(at)]
    kept = np.isin(exact.rows[-1] + offsets, pairs) & there
    return float(np.mean(kept.sum(axis=1)[counts] / there.sum(axis=1)[counts]))

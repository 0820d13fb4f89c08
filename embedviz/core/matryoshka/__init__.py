"""Prefixes of embeddings: what the first k dimensions still find.

A truncated vector is its first k numbers, made unit length again; scores are cosines throughout.
How well a prefix stands in for all dimensions is measured by the neighbors that it keeps. A high
overlap alone says little about training, because random dimensions keep nearly as many and a
rotation to the leading singular vectors keeps more; so these orderings are offered for comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.compiled.checks import checked_matrix, checked_rows
from embedviz.core.compiled.kernels import few_rows
from embedviz.core.matryoshka.orderings import ORDERINGS, Arrange, Ordering, arrangements
from embedviz.core.matryoshka.prefix_neighbors import PrefixNeighbors
from embedviz.core.matryoshka.prefix_search import PrefixQuery, PrefixSearch
from embedviz.core.matryoshka.truncation import truncate
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.neighbors.exact_cosines import Cosines
from embedviz.core.neighbors.top_k import TILE, checked_prefix
from embedviz.core.progress import Report, part_of, silent

__all__ = ["PrefixQuery", "PrefixSearch", "overlap_curve", "truncate", "two_stage"]

# About 20 ms on two processors.
_PRODUCTS_AT_ONCE = 400_000_000


def two_stage(
    vectors: ArrayLike,
    query_vector: ArrayLike,
    coarse_dimensions: int,
    shortlist: int,
    count: int = 10,
    exclude: Iterable[int] = (),
) -> tuple[Rows, Cosines]:
    """Return the nearest rows among those that a prefix puts on a shortlist.

    All rows are ranked by the cosine of the first `coarse_dimensions`, and the best of them by
    that of all dimensions.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    query_vector : array of shape (n_dimensions,)
    coarse_dimensions : int
        From 1 to n_dimensions.
    shortlist : int
        How many rows are kept for the second stage.
    count : int
        How many are returned, at most `shortlist`.
    exclude : iterable of int
        Rows to leave out.

    Returns
    -------
    rows : int array of shape (count,)
        Nearest first, equally near ones by row.
    cosines : float64 array of shape (count,)
        Of all dimensions.

    Raises
    ------
    UserError
        When the query or the number of dimensions does not suit the vectors.
    """
    rows = checked_matrix(vectors)
    found, _ = NeighborSearch(rows).nearest(query_vector, shortlist, coarse_dimensions, exclude)
    listed = np.sort(found)
    places, cosines = NeighborSearch(rows[listed]).nearest(query_vector, count)
    return listed[places], cosines


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
        How many neighbors are compared; all others where a set has fewer.
    queries : int or int array
        How many rows are drawn as queries, or which ones. The same ones serve all lengths, and
        with the same seed all orderings.
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
        Between 0 and 1; exactly 1 on all dimensions.

    Raises
    ------
    UserError
        When there are not so many dimensions.
    """
    if ordering not in ORDERINGS:
        raise ValueError(f"ordering is {ordering!r}; it must be one of {', '.join(ORDERINGS)}")
    rows = checked_matrix(vectors)
    n_vectors, n_dimensions = rows.shape
    wanted = np.array([checked_prefix(k, n_dimensions) for k in dimensions], dtype=np.intp)
    lengths = np.union1d(wanted, [n_dimensions]).astype(np.intp)
    chosen = _query_rows(queries, n_vectors, seed)
    count = min(count, n_vectors - 1)
    if count < 1 or not len(chosen) or len(lengths) == 1:
        return np.ones(len(wanted))
    orders = []
    if ordering != "prefix":
        part = part_of(report, 0.0, 0.1)
        orders = arrangements(rows, ordering, center=center, draws=draws, seed=seed, report=part)
    (plain,) = arrangements(rows, "prefix", center=center)
    wanted_of = [(arrange, lengths[:-1]) for arrange in orders]
    wanted_of.insert(0, (plain, lengths[-1:] if orders else lengths))
    exact, *others = _neighbors(rows, chosen, count, wanted_of, part_of(report, 0.1, 1.0))
    curve = np.ones(len(lengths))
    for at in range(len(lengths) - 1):
        curve[at] = np.mean([_overlap(found, at, exact) for found in others or [exact]])
    return curve[np.searchsorted(lengths, wanted)]


def _query_rows(queries: int | ArrayLike, n_vectors: int, seed: int) -> Rows:
    if isinstance(queries, int | np.integer):
        drawn = np.random.default_rng(seed).permutation(n_vectors)[: int(queries)]
        return np.sort(drawn)
    return checked_rows(queries, n_vectors, "queries")


def _neighbors(
    rows: Matrix,
    query_rows: Rows,
    count: int,
    wanted_of: Sequence[tuple[Arrange, Rows]],
    report: Report,
) -> list[PrefixNeighbors]:
    """Return the neighbors of the queries for each ordering, at the lengths wanted of it."""
    found = [
        PrefixNeighbors(arrange(rows[query_rows]), query_rows, lengths, count)
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


def _overlap(found: PrefixNeighbors, at: int, exact: PrefixNeighbors) -> float:
    """Return the mean share of the exact neighbors that were found at one of the lengths."""
    places = np.arange(exact.rows.shape[2])
    there = places < exact.kept[-1][:, np.newaxis]
    # One number for each pair of query and row, so that one look-up serves all queries.
    offsets = np.arange(len(there))[:, np.newaxis] * (exact.rows.max() + 1)
    pairs = (found.rows[at] + offsets)[places < found.kept[at][:, np.newaxis]]
    kept = np.isin(exact.rows[-1] + offsets, pairs) & there
    asked = there.any(axis=1)
    if not asked.any():
        return 1.0
    return float(np.mean(kept.sum(axis=1)[asked] / there.sum(axis=1)[asked]))


def compile_all() -> None:
    """Run the kernels of searches on prefixes once."""
    vectors = few_rows()
    query = PrefixSearch(vectors).query(vectors[0])
    for length in (8, 16, 40):
        query.top(length, 3, exclude=(0,))
    orderings: tuple[Ordering, ...] = ("prefix", "random", "svd")
    for ordering in orderings:
        overlap_curve(vectors, [8, 40], 3, 5, ordering, draws=1)

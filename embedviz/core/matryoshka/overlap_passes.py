"""The neighbors of some queries on prefixes, in one pass over a set for each order of dimensions.

One pass finds the most neighbors that are asked for; the nearest ten are the first of the nearest
hundred. What all orders are compared with, the neighbors on all dimensions, is found once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import row_blocks
from embedviz.core.matryoshka.orderings import Reordering
from embedviz.core.matryoshka.prefix_neighbors import PrefixNeighbors
from embedviz.core.neighbors.exact_cosines import Cosines, nearest_by_cosine
from embedviz.core.neighbors.top_k import TILE, scaled_query
from embedviz.core.progress import Report, part_of

# About 20 ms on two processors.
_PRODUCTS_AT_ONCE = 400_000_000
# 1 − cosine of two rows that differ by the rounding of float32 alone: (2 ** -23) ** 2 / 2.
_ROUNDED = 2.0**-47


def prefix_neighbors(
    rows: Matrix,
    query_rows: Rows,
    arrange: Reordering,
    lengths: Rows,
    count: int,
    report: Report,
    taking_part: NDArray[np.bool_] | None = None,
) -> PrefixNeighbors:
    """Return the rows nearest to some of them on prefixes of a new order of their dimensions.

    Parameters
    ----------
    rows : float32 array of shape (n_vectors, n_dimensions)
    query_rows : int array of shape (n_queries,)
    arrange : Reordering
    lengths : int array of shape (n_lengths,)
        Ascending.
    count : int
        How many neighbors.
    report : Report
    taking_part : bool array of shape (n_vectors,), optional
        Which rows can be neighbors. Default: all.
    """
    most = int(lengths[-1])
    found = PrefixNeighbors(arrange(rows[query_rows], most), query_rows, lengths, count)
    size = _rows_at_once(len(query_rows) * most)
    for first in range(0, len(rows), size):
        report(first / len(rows), "neighbors of the queries")
        block = arrange(rows[first : first + size], most)
        if taking_part is not None:
            # What holds NaN is nobody's neighbor.
            out = ~taking_part[first : first + size]
            block = np.where(out[:, np.newaxis], np.float32(np.nan), block) if out.any() else block
        found.add(block, first)
    return found


def _rows_at_once(products: int) -> int:
    """Return of how many rows to do so many products each before anyone else may compute.

    Kernels run one after the other, and a slider that is dragged meanwhile should not wait.
    """
    return max(1, _PRODUCTS_AT_ONCE // (max(1, products) * TILE)) * TILE


class OverlapPasses:
    """Passes over a set that compare neighbors on prefixes with those on all dimensions.

    Parameters
    ----------
    rows : float32 array of shape (n_vectors, n_dimensions)
    query_rows : int array of shape (n_queries,)
    plain : Reordering
        The order that the dimensions have.
    lengths : int array of shape (n_lengths,)
        At which `plain_shares` are wanted, ascending; the last is that of all dimensions.
    counts : sequence of int
        How many neighbors are compared, each below the number of other rows.
    report : Report

    Attributes
    ----------
    counted : mapping of a count to a bool array of shape (n_queries,)
        Which queries have so many neighbors of their own.
    plain_shares : mapping of a count to a float64 array of shape (n_lengths,)
        The mean overlap at each length; NaN where no query counts.
    """

    def __init__(
        self,
        rows: Matrix,
        query_rows: Rows,
        plain: Reordering,
        lengths: Rows,
        counts: Sequence[int],
        report: Report,
    ) -> None:
        self._rows, self._query_rows = rows, query_rows
        self._counts = sorted(set(counts))
        # One more than is compared says whether there was a choice.
        self._most = self._counts[-1] + 1
        found = prefix_neighbors(
            rows, query_rows, plain, lengths, self._most, part_of(report, 0.0, 0.9)
        )
        self.counted = {count: found.are_told_apart(count) for count in self._counts}
        self._unclear = self._find_unclear(found)
        for query, cosines in self._look_closer(plain, lengths, found, part_of(report, 0.9, 1.0)):
            for count in self._counts:
                if not self.counted[count][query] and len(cosines) > count:
                    self.counted[count][query] = cosines[0] - cosines[count] > _ROUNDED
        self._places = PlacesInLists(found.ranked(-1))
        self.plain_shares = self._shares_of(found, lengths)

    def shares(
        self, arrange: Reordering, lengths: Rows, report: Report
    ) -> dict[int, NDArray[np.float64]]:
        """Return the mean overlap at each of some lengths, for each count, in another order."""
        found = prefix_neighbors(
            self._rows, self._query_rows, arrange, lengths, self._most, part_of(report, 0.0, 0.9)
        )
        self._look_closer(arrange, lengths, found, part_of(report, 0.9, 1.0))
        return self._shares_of(found, lengths)

    def _shares_of(self, found: PrefixNeighbors, lengths: Rows) -> dict[int, NDArray[np.float64]]:
        shares = {count: np.full(len(lengths), np.nan) for count in self._counts}
        for at in range(len(lengths)):
            places = self._places.of(found.ranked(at))
            for count, counted in self.counted.items():
                if counted.any():
                    both = places[counted, :count] < count
                    shares[count][at] = np.count_nonzero(both) / (count * np.count_nonzero(counted))
        return shares

    def _find_unclear(self, found: PrefixNeighbors) -> list[int]:
        """Return the queries whose neighbors float32 could not tell apart."""
        unclear: set[int] = set()
        nearest = found.ranked(-1)
        for count, counted in self.counted.items():
            for query in np.flatnonzero(found.have_more(count) & ~counted).tolist():
                is_zero = not self._rows[self._query_rows[query]].any()
                if not is_zero and not _are_copies(self._rows[nearest[query, : count + 1]]):
                    unclear.add(query)
        return sorted(unclear)

    def _look_closer(
        self, arrange: Reordering, lengths: Rows, found: PrefixNeighbors, report: Report
    ) -> list[tuple[int, NDArray[np.float64]]]:
        """Find again what float32 could not tell apart; return the cosines at the last length.

        Far from the origin, all cosines are 1 to seven digits, and what was found is the first
        rows of the set at any length.
        """
        if not self._unclear:
            return []
        own = self._query_rows[self._unclear]
        queries = arrange.exactly(self._rows[own])
        near: list[list[_Nearest]] = [[_NOTHING for _ in lengths] for _ in own]
        for first, block in row_blocks(self._rows):
            arranged = arrange.exactly(block)
            for place, row in enumerate(own.tolist()):
                report(first / len(self._rows), "neighbors that are very close")
                asked = scaled_query(queries[place])[0]
                out = [row - first] if first <= row < first + len(block) else []
                for at, length in enumerate(lengths):
                    some = nearest_by_cosine(
                        arranged[:, :length], asked[:length], self._most, out, None
                    )
                    near[place][at] = _merged(near[place][at], first, some, self._most)
        for place, query in enumerate(self._unclear):
            for at, (rows, _) in enumerate(near[place]):
                found.replace(at, query, rows)
        return [(query, each[-1][1]) for query, each in zip(self._unclear, near, strict=True)]


_Nearest = tuple[Rows, NDArray[np.float64]]
_NOTHING: _Nearest = (np.empty(0, dtype=np.intp), np.empty(0))


def _merged(nearest: _Nearest, first: int, some: tuple[Rows, Cosines], most: int) -> _Nearest:
    """Return the nearest of those known and of some rows that come after them."""
    rows = np.concatenate([nearest[0], some[0] + first])
    cosines = np.concatenate([nearest[1], some[1].astype(np.float64)])
    best = np.argsort(-cosines, kind="stable")[:most]
    return rows[best], cosines[best]


def _are_copies(rows: Matrix) -> bool:
    return bool((rows == rows[0]).all())


class PlacesInLists:
    """Places that rows have in the list of each query.

    Parameters
    ----------
    rows : int array of shape (n_queries, n_listed)
        The list of each query, each row once; -1 is none.
    """

    def __init__(self, rows: Rows) -> None:
        self._most, self._n_listed = int(rows.max(initial=0)), rows.shape[1]
        pairs = self._pairs(np.where(rows < 0, self._most + 2, rows))
        self._order = np.argsort(pairs, axis=None)
        self._sorted = pairs.ravel()[self._order]

    def of(self, rows: Rows) -> Rows:
        """Return the place of each row in the list of its query; past the end where it is not.

        Parameters
        ----------
        rows : int array of shape (n_queries, any)
            -1 is in no list.
        """
        is_none = (rows < 0) | (rows > self._most)
        pairs = self._pairs(np.where(is_none, self._most + 1, rows))
        near = np.minimum(np.searchsorted(self._sorted, pairs), len(self._sorted) - 1)
        is_there = self._sorted[near] == pairs
        return np.asarray(np.where(is_there, self._order[near] % self._n_listed, self._n_listed))

    def _pairs(self, rows: Rows) -> NDArray[np.int64]:
        """Return one number for each pair of query and row, so that one look-up serves all."""
        first = np.arange(len(rows), dtype=np.int64)[:, np.newaxis] * (self._most + 3)
        return np.asarray(first + rows)

"""The exact nearest rows of many queries, at several prefix lengths in one pass.

Products grow along the dimensions: those of 64 dimensions are those of 32 and a little more. So
all lengths together cost as much as the longest, and at each the best rows are picked while the
products are still in the processor's cache. Rows are laid out dimension by dimension in tiles, so
that one instruction serves several rows and each row's sum has the same order: identical rows get
identical scores, which a matrix product from BLAS does not promise, and a curve over a set with
duplicates would wobble.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Flat, Matrix, Rows
from embedviz.core.blocks import read_only
from embedviz.core.compiled.checks import require_length
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel
from embedviz.core.neighbors.exact_cosines import LONGEST, SHORTEST
from embedviz.core.neighbors.row_kernels import length_of
from embedviz.core.neighbors.top_k import TILE, Scores, keep_best_of, scaled_query

# Queries that share a tile while it is in the cache.
_GROUP = 16
# Cosines that are closer than this, in all, are not told apart by sums in float32.
_TOLD_APART = 64.0 / (1 << 24)
_NO_KEY = np.iinfo(np.int64).max


class PrefixNeighbors:
    """Rows nearest to some queries by cosine, at each of several prefix lengths.

    Parameters
    ----------
    queries : float32 array of shape (n_queries, n_dimensions)
        Only as many dimensions are read as the longest prefix has.
    query_rows : int array of shape (n_queries,)
        Which row each query is, for it is not its own neighbor; -1 for none.
    lengths : int array of shape (n_lengths,)
        Prefix lengths, ascending.
    count : int
        How many neighbors.

    Attributes
    ----------
    rows : int array of shape (n_lengths, n_queries, count)
        What was found so far, the farthest first and else in no order; the first `kept` of each.
    kept : int array of shape (n_lengths, n_queries)
    """

    def __init__(self, queries: Matrix, query_rows: Rows, lengths: Rows, count: int) -> None:
        require_length(query_rows, len(queries), "row numbers", "queries")
        self._lengths = lengths
        self._queries = np.empty((len(queries), lengths[-1]), dtype=np.float32)
        for query, scaled in zip(queries, self._queries, strict=True):
            scaled[:] = scaled_query(query[: lengths[-1]])[0]
        self._query_rows = query_rows
        shape = len(lengths), len(queries), count
        self._scores = np.empty(shape, dtype=np.float32)
        self.rows = np.empty(shape, dtype=np.intp)
        self.kept = np.zeros(shape[:2], dtype=np.intp)

    def add(self, block: Matrix, first: int) -> None:
        """Compare the queries with more rows, which come after all that were added before.

        Parameters
        ----------
        block : float32 array of shape (n_rows, at least the longest prefix)
        first : int
            The number of its first row.
        """
        if block.shape[1] < self._lengths[-1]:
            raise ValueError(f"{block.shape[1]} dimensions; {self._lengths[-1]} are needed")
        n_tiles = -(-len(block) // TILE)
        tiles = np.zeros((n_tiles, self._lengths[-1], TILE), dtype=np.float32)
        inverse = np.zeros((n_tiles, len(self._lengths), TILE), dtype=np.float32)
        block = read_only(np.ascontiguousarray(block[:, : self._lengths[-1]]))
        _lay_out(block, self._lengths, tiles, inverse)
        _collect(
            tiles,
            inverse,
            len(block),
            first,
            self._queries,
            self._query_rows,
            self._lengths,
            self._scores,
            self.rows,
            self.kept,
        )

    def have_more(self, count: int) -> NDArray[np.bool_]:
        """Return for each query whether more than `count` rows could be its neighbors."""
        return np.asarray(self.kept[-1] > count)

    def are_told_apart(self, count: int) -> NDArray[np.bool_]:
        """Return for each query whether the cosines of its neighbors differ, at full length.

        They do not where the nearest row and the one after the `count` nearest are equally near,
        and where float32 has too few digits.
        """
        there = np.where(self._are_there(-1), self._scores[-1].astype(np.float64), -np.inf)
        sorted_scores = np.sort(there, axis=1)[:, ::-1]
        lengths = np.linalg.norm(self._queries.astype(np.float64), axis=1)
        with np.errstate(invalid="ignore"):
            apart = sorted_scores[:, 0] - sorted_scores[:, count]
            return np.asarray(self.have_more(count) & (apart > _TOLD_APART * lengths))

    def ranked(self, at: int) -> Rows:
        """Return what was found at one of the lengths, the nearest first, equal ones by row.

        Returns
        -------
        int array of shape (n_queries, count)
            -1 where there are fewer.
        """
        # One number to sort by: of floats, the bits have the order of the values, but for the sign.
        are_there = self._are_there(at)
        bits = (0.0 - np.where(are_there, self._scores[at], np.float32(0.0))).view(np.int32)
        descending = (bits ^ ((bits >> 31) & np.int32(0x7FFFFFFF))).astype(np.int64)
        keys = np.where(are_there, (descending << 32) | self.rows[at], _NO_KEY)
        keys.sort(axis=1)
        return np.where(keys == _NO_KEY, -1, keys & 0xFFFFFFFF).astype(np.intp)

    def _are_there(self, at: int) -> NDArray[np.bool_]:
        are: NDArray[np.bool_] = np.arange(self.rows.shape[2]) < self.kept[at][:, np.newaxis]
        return are

    def replace(self, at: int, query: int, rows: Rows) -> None:
        """Put other rows, the nearest first, in place of those that were found for a query."""
        self.kept[at, query] = len(rows)
        self.rows[at, query, : len(rows)] = rows[::-1]
        self._scores[at, query, : len(rows)] = np.arange(len(rows))


@parallel_kernel
def _lay_out(block: Matrix, lengths: Rows, tiles: Matrix, inverse: Matrix) -> None:
    for t in numba.prange(len(tiles)):
        for i in range(min(TILE, len(block) - t * TILE)):
            row = block[t * TILE + i]
            factor = _factor_of(row)
            square = 0.0
            start = 0
            for at in range(len(lengths)):
                for k in range(start, lengths[at]):
                    value = np.float32(factor * row[k])
                    tiles[t, k, i] = value
                    square += np.float64(value) * np.float64(value)
                start = lengths[at]
                # Not "if the square is positive": NaN must stay NaN.
                inverse[t, at, i] = 0.0 if square == 0.0 else 1.0 / np.sqrt(square)


@serial_kernel
def _factor_of(row: Flat) -> float:
    """Return what a row is multiplied by so that products with it have room in float32."""
    length = length_of(row)
    return 1.0 if SHORTEST <= length <= LONGEST or not length > 0.0 else 1.0 / length


@serial_kernel
def add_products(tile: Matrix, query: Matrix, start: int, stop: int, sums: Scores) -> None:
    """Add to sums the products of some dimensions of a tile with those of a query.

    Parameters
    ----------
    tile : array of shape (n_dimensions, TILE)
        Rows next to each other, dimension by dimension.
    query : array of shape (n_dimensions,)
    start, stop : int
        Which dimensions.
    sums : array of shape (TILE,)
    """
    k = start
    while k + 4 <= stop:
        first, second, third, fourth = tile[k], tile[k + 1], tile[k + 2], tile[k + 3]
        for i in range(len(sums)):
            sums[i] += (
                first[i] * query[k]
                + second[i] * query[k + 1]
                + third[i] * query[k + 2]
                + fourth[i] * query[k + 3]
            )
        k += 4
    while k < stop:
        first = tile[k]
        for i in range(len(sums)):
            sums[i] += first[i] * query[k]
        k += 1


@parallel_kernel
def _collect(  # noqa: PLR0913 - one pass
    tiles: Matrix,
    inverse: Matrix,
    n_rows: int,
    first: int,
    queries: Matrix,
    query_rows: Rows,
    lengths: Rows,
    scores: NDArray[np.float32],
    rows: Rows,
    kept: Rows,
) -> None:
    n_queries = len(queries)
    for group in numba.prange((n_queries + _GROUP - 1) // _GROUP):
        begin = group * _GROUP
        end = min(n_queries, begin + _GROUP)
        sums = np.empty((_GROUP, TILE), dtype=np.float32)
        found = np.empty(TILE, dtype=np.float32)
        for t in range(len(tiles)):
            size = min(TILE, n_rows - t * TILE)
            sums[:] = 0.0
            start = 0
            for at in range(len(lengths)):
                for q in range(begin, end):
                    add_products(tiles[t], queries[q], start, lengths[at], sums[q - begin])
                    for i in range(TILE):
                        found[i] = sums[q - begin, i] * inverse[t, at, i]
                    own = query_rows[q] - first - t * TILE
                    if 0 <= own < TILE:
                        found[own] = np.nan
                    kept[at, q] = keep_best_of(
                        found[:size], first + t * TILE, scores[at, q], rows[at, q], kept[at, q]
                    )
                start = lengths[at]

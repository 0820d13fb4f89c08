"""The nearest rows of one query at any prefix of the dimensions, as fast as a slider moves.

The products with a query and the lengths of the rows are kept at every 16th dimension; what is
left of a prefix, up to 15 numbers of a row, is read from the rows themselves. Sixteen float32 are
one line of the processor's cache, so fewer would not be read any faster, and a second copy of the
vectors, column by column, would only help by a few milliseconds at half a million rows. Lengths
are only ever added to: a longer prefix less its last numbers would leave rounding errors where a
prefix is zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cached_property, partial

import numba
import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Flat, Matrix, Rows
from embedviz.core.blocks import strided_blocks
from embedviz.core.compiled.checks import checked_matrix
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel, threads_for
from embedviz.core.neighbors.exact_cosines import Cosines, are_ordinary, nearest_by_cosine
from embedviz.core.neighbors.top_k import (
    FEW_PRODUCTS,
    TILE,
    Candidates,
    Scores,
    checked_prefix,
    checked_query,
    cosine,
    keep_best_of,
    scaled_query,
)

_STEP = 16


class PrefixSearch:
    """Search for the nearest rows by cosine at any prefix, without reading the vectors again.

    The vectors are not copied. Kept are the lengths of all rows at every 16th dimension, one
    sixteenth of the memory of the vectors, computed in one pass by the first query; each query
    keeps as much again.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    """

    def __init__(self, vectors: ArrayLike) -> None:
        self.vectors: Matrix = checked_matrix(vectors)

    def query(self, vector: ArrayLike) -> PrefixQuery:
        """Return a query, ready to be asked at any prefix.

        This reads all vectors once, as a search at full length does.

        Parameters
        ----------
        vector : array of shape (n_dimensions,)

        Raises
        ------
        UserError
            When it holds NaN or infinities or has another length than the rows.
        """
        n_dimensions = self.vectors.shape[1]
        return PrefixQuery(self, checked_query(vector, n_dimensions, n_dimensions))

    @cached_property
    def lengths(self) -> Matrix:
        """The length of each row's prefix at 0, 16, 32 … dimensions: (n_prefixes, n_vectors)."""
        lengths = self._empty_prefixes()
        for block in strided_blocks(self.vectors):
            _measure_prefixes(block.flat, block.stride, lengths[:, block.rows])
        return lengths

    @cached_property
    def is_ordinary(self) -> bool:
        """Whether products with the rows neither overflow nor vanish in float32."""
        return are_ordinary(self.lengths[-1])

    def products(self, query: Matrix) -> Matrix:
        """Return the product of each row's prefix with a query, laid out like `lengths`."""
        products = self._empty_prefixes()
        for block in strided_blocks(self.vectors):
            _multiply_prefixes(block.flat, block.stride, query, products[:, block.rows])
        return products

    def _empty_prefixes(self) -> Matrix:
        n_vectors, n_dimensions = self.vectors.shape
        return np.zeros((1 + n_dimensions // _STEP, n_vectors), dtype=np.float32)


class PrefixQuery:
    """One query against all rows, at any prefix; made by `PrefixSearch.query`."""

    def __init__(self, search: PrefixSearch, query: Matrix) -> None:
        self._search = search
        self._query, _ = scaled_query(query)
        self._lengths = search.lengths
        self._products = search.products(self._query)

    def top(
        self, dimensions: int, count: int = 10, exclude: Iterable[int] = ()
    ) -> tuple[Rows, Cosines]:
        """Return the rows nearest to the query on the first `dimensions` numbers.

        Parameters
        ----------
        dimensions : int
            From 1 to n_dimensions.
        count : int
            How many rows; fewer come back when there are not so many.
        exclude : iterable of int
            Rows to leave out.

        Returns
        -------
        rows : int array of shape (count,)
            Nearest first, equally near ones by row.
        cosines : float64 array of shape (count,)
            Of the prefixes; 0 where one of them is zero.

        Raises
        ------
        UserError
            When there are not so many dimensions.
        """
        vectors = self._search.vectors
        dimensions = checked_prefix(dimensions, vectors.shape[1])
        likely = partial(self._collect, dimensions) if self._search.is_ordinary else None
        query = self._query[:dimensions]
        return nearest_by_cosine(vectors[:, :dimensions], query, count, exclude, likely)

    def _collect(self, dimensions: int, found: Candidates) -> None:
        vectors = self._search.vectors
        known = dimensions // _STEP
        rest = slice(known * _STEP, dimensions)
        scale = _inverse_length(self._query[:dimensions])
        with threads_for(len(vectors) * (2 + dimensions - known * _STEP), few=FEW_PRODUCTS):
            for block in strided_blocks(vectors[:, rest]):
                _score_prefixes(
                    block.flat,
                    block.stride,
                    self._query[rest],
                    self._products[known, block.rows],
                    self._lengths[known, block.rows],
                    scale,
                    *found.heaps_for(block),
                )


def _inverse_length(query: Matrix) -> float:
    length = float(np.linalg.norm(query.astype(np.float64)))
    return 1.0 / length if length else 0.0


@parallel_kernel
def _measure_prefixes(flat: Flat, stride: int, lengths: Matrix) -> None:
    n_prefixes, n_rows = lengths.shape
    for tile in numba.prange((n_rows + TILE - 1) // TILE):
        first = tile * TILE
        size = min(TILE, n_rows - first)
        # Filled row by row and written prefix by prefix: the other way round, each number would
        # be written to another page of memory. The inner loop runs over `len(part)`, which is
        # _STEP: told so, the compiler would unroll it instead of vectorizing.
        found = np.empty((n_prefixes, size), dtype=np.float32)
        for i in range(size):
            total = 0.0
            for k in range(1, n_prefixes):
                start = (first + i) * stride + (k - 1) * _STEP
                part = flat[start : start + _STEP]
                square = 0.0
                for j in range(len(part)):
                    square += np.float64(part[j]) * np.float64(part[j])
                total += square
                found[k, i] = math.sqrt(total)
        for k in range(1, n_prefixes):
            lengths[k, first : first + size] = found[k]


@parallel_kernel
def _multiply_prefixes(flat: Flat, stride: int, query: Matrix, products: Matrix) -> None:
    n_prefixes, n_rows = products.shape
    for tile in numba.prange((n_rows + TILE - 1) // TILE):
        first = tile * TILE
        size = min(TILE, n_rows - first)
        found = np.empty((n_prefixes, size), dtype=np.float32)
        for i in range(size):
            total = np.float32(0.0)
            for k in range(1, n_prefixes):
                start = (first + i) * stride + (k - 1) * _STEP
                part = flat[start : start + _STEP]
                weights = query[(k - 1) * _STEP : k * _STEP]
                product = np.float32(0.0)
                for j in range(len(part)):
                    product += part[j] * weights[j]
                total += product
                found[k, i] = total
        for k in range(1, n_prefixes):
            products[k, first : first + size] = found[k]


@parallel_kernel
def _score_prefixes(  # noqa: PLR0913 - one pass
    flat: Flat,
    stride: int,
    query: Matrix,
    products: Scores,
    lengths: Scores,
    scale: float,
    bounds: Rows,
    scores: Scores,
    rows: Rows,
    kept: Rows,
) -> None:
    for piece in numba.prange(len(bounds) - 1):
        tile = np.empty(TILE, dtype=np.float32)
        held = 0
        for first in range(bounds[piece], bounds[piece + 1], TILE):
            last = min(first + TILE, bounds[piece + 1])
            found = tile[: last - first]
            if len(query):
                _score_longer(flat, stride, query, products, lengths, scale, first, found)
            else:
                _score_known(products[first:last], lengths[first:last], scale, found)
            held = keep_best_of(found, first, scores[piece], rows[piece], held)
        kept[piece] = held


@serial_kernel
def _score_known(products: Scores, lengths: Scores, scale: float, found: Scores) -> None:
    for i in range(len(found)):
        found[i] = cosine(scale * products[i], np.float64(lengths[i]))


@serial_kernel
def _score_longer(
    flat: Flat,
    stride: int,
    query: Matrix,
    products: Scores,
    lengths: Scores,
    scale: float,
    first: int,
    found: Scores,
) -> None:
    for i in range(len(found)):
        row = flat[(first + i) * stride : (first + i) * stride + len(query)]
        product = products[first + i]
        square = np.float64(lengths[first + i]) ** 2
        for j in range(len(query)):
            product += row[j] * query[j]
            square += np.float64(row[j]) * np.float64(row[j])
        found[i] = cosine(scale * product, math.sqrt(square))

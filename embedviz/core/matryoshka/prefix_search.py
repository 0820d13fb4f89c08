"""The nearest rows of one query at any prefix of the dimensions, as fast as a slider moves.

A step reads what is kept at the last mark before the prefix's end, and the few numbers after it
from a copy at half the size (`prefix_marks`). From these follow bounds of all cosines; the few rows
that may be the nearest are compared in float64 (`prefix_bounds`), so that the answer is exact at
every length. Lengths and products are only ever added to: a longer prefix less its last numbers
would leave rounding errors where a prefix is zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from threading import Lock

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.compiled.checks import checked_count, checked_matrix
from embedviz.core.matryoshka.prefix_bounds import PrefixBounds
from embedviz.core.matryoshka.prefix_marks import Marks, mark_rows, multiply_rows
from embedviz.core.neighbors.exact_cosines import (
    SHORTEST_QUERY,
    Cosines,
    exact_distances,
    nearest_by_cosine,
)
from embedviz.core.neighbors.top_k import (
    Candidates,
    Scores,
    checked_prefix,
    checked_query,
    scaled_query,
)

# Where more than this share of the rows may be the nearest, it is faster to compare all.
_MANY = 1 / 16


class PrefixSearch:
    """Search for the nearest rows by cosine at any prefix, without reading the vectors again.

    The first query computes, in one pass, the lengths of all rows at every 16th dimension, one
    sixteenth of the memory of the vectors, and a copy of the vectors at 9/16 of their memory. Of
    the copy there is as much as a quarter of the free memory holds, the first dimensions first;
    lengths beyond it take several times as long. Each query keeps another sixteenth. For 500,000
    vectors of 768 dimensions these are 960 MB, and 96 MB for a query. Nothing else is copied, so
    that vectors in a mapped file stay there.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    """

    def __init__(self, vectors: ArrayLike) -> None:
        self.vectors: Matrix = checked_matrix(vectors)
        self._marks: Marks | None = None
        self._marking = Lock()

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

    @property
    def marks(self) -> Marks:
        """What is known of each row before a prefix is asked for; computed once."""
        with self._marking:
            if self._marks is None:
                self._marks = mark_rows(self.vectors)
            return self._marks


class PrefixQuery:
    """One query against all rows, at any prefix; made by `PrefixSearch.query`."""

    def __init__(self, search: PrefixSearch, query: Matrix) -> None:
        self._vectors = search.vectors
        self._given = query
        self._query, _ = scaled_query(query)
        self._marks = search.marks
        self._products = multiply_rows(self._vectors, self._query)

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
            Nearest first; of those that are equally near within the seven digits that float32 has
            of 1 − cosine, the lower row.
        cosines : float64 array of shape (count,)
            Of the prefixes; 0 where one of them is zero.

        Raises
        ------
        UserError
            When there are not so many dimensions.
        """
        dimensions = checked_prefix(dimensions, self._vectors.shape[1])
        count, excluded = checked_count(count, "neighbors"), list(exclude)
        query, rows = self._query[:dimensions], self._vectors[:, :dimensions]
        length = math.sqrt(query.astype(np.float64) @ query.astype(np.float64))
        if length < SHORTEST_QUERY:
            # Beside much larger numbers it may have lost digits, or all of it.
            query, _ = scaled_query(self._given[:dimensions])
        is_zero = not query.any()
        if count and (is_zero or length >= SHORTEST_QUERY):
            scale = 1.0 / length if length else 0.0
            bounds = PrefixBounds(rows, self._marks, query, scale, self._products)
            best = _Best(rows, query, count, excluded)
            if best.take(bounds, 1.0 if is_zero else 0.0):
                return best.rows, 1.0 - best.distances.astype(np.float64)
        return nearest_by_cosine(rows, query, count, excluded, None)


class _Best:
    """The nearest rows of those that were compared so far.

    Attributes
    ----------
    rows : int array of shape (n,)
    distances : float32 array of shape (n,)
        1 − cosine.
    """

    def __init__(self, vectors: Matrix, query: Matrix, count: int, excluded: list[int]) -> None:
        self._vectors, self._query, self._count = vectors, query, count
        self._excluded = excluded
        self.rows: Rows = np.empty(0, dtype=np.intp)
        self.distances: Scores = np.empty(0, dtype=np.float32)

    def take(self, bounds: PrefixBounds, least: float) -> bool:
        """Compare the rows that may be the nearest, unless they are too many.

        Parameters
        ----------
        bounds : PrefixBounds
        least : float
            The least distance that there can be: when as many rows as are wanted are so near, no
            later one is needed.

        Returns
        -------
        bool
            Whether the nearest are found.
        """
        found = Candidates(len(self._vectors), self._count, self._excluded)
        bounds.fill(found)
        _, lower = found.best()
        limit = float(lower[-1]) if len(lower) == self._count else -np.inf
        n_compared = 0
        for rows in bounds.rows_from(limit):
            self._add(rows)
            if len(self.rows) == self._count and self.distances[-1] <= least:
                return True
            n_compared += len(rows)
            if n_compared > max(1_000, _MANY * len(self._vectors)):
                return False
        return True

    def _add(self, rows: Rows) -> None:
        if self._excluded:
            rows = rows[~np.isin(rows, self._excluded)]
        distances = np.concatenate(
            [self.distances, exact_distances(self._vectors, self._query, rows)]
        )
        rows = np.concatenate([self.rows, rows])
        there = np.flatnonzero(~np.isnan(distances))
        order = there[np.lexsort((rows[there], distances[there]))][: self._count]
        self.rows, self.distances = rows[order], distances[order]

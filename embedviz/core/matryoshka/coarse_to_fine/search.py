"""Search in two stages: all rows by a coded prefix, and the best of these by all dimensions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import ScoreBlock, read_only
from embedviz.core.compiled.checks import checked_count, checked_matrix
from embedviz.core.compiled.kernels import few_rows, threads_for
from embedviz.core.matryoshka.coarse_to_fine.code_kernels import (
    WIDENED,
    score_halves,
    score_signs,
    score_whole_numbers,
)
from embedviz.core.matryoshka.coarse_to_fine.codes import (
    PRECISIONS,
    Precision,
    Scales,
    bytes_of_code,
    checked_precision,
    coded,
    packed,
    rounded_prefixes,
)
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.neighbors.exact_cosines import Cosines
from embedviz.core.neighbors.top_k import FEW_PRODUCTS, Candidates, checked_prefix, checked_query
from embedviz.core.progress import Report, silent


class TwoStageSearch:
    """Search in two stages, for many queries: the codes of all rows are made once and kept.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        Not copied.
    coarse_dimensions : int
        From 1 to n_dimensions.
    precision : {"float32", "float16", "int8", "binary"}
        Of the first stage; see `codes`. float32 reads the prefixes where they are, without codes of
        its own, and ranks them right however close they are.
    report : Report

    Raises
    ------
    UserError
        When there are not so many dimensions, or no such precision.
    """

    def __init__(
        self,
        vectors: ArrayLike,
        coarse_dimensions: int,
        precision: Precision = "float32",
        report: Report = silent,
    ) -> None:
        self.vectors: Matrix = checked_matrix(vectors)
        self.coarse_dimensions = checked_prefix(coarse_dimensions, self.vectors.shape[1])
        self.precision: Precision = checked_precision(precision)
        self._search = NeighborSearch(self.vectors)
        self._codes: tuple[NDArray[Any], Scales] | None = None
        if precision != "float32":
            self._codes = coded(self.vectors, self.coarse_dimensions, precision, report)

    @property
    def index_bytes(self) -> int:
        """Bytes of all codes, as a database would hold them."""
        return len(self.vectors) * bytes_of_code(self.coarse_dimensions, self.precision)

    def shortlist(self, query_vector: ArrayLike, count: int, exclude: Iterable[int] = ()) -> Rows:
        """Return the rows that the first stage puts first, best first, ties by the lower row."""
        query = self._checked(query_vector)
        if self._codes is None:
            return self._search.nearest(query, count, self.coarse_dimensions, exclude)[0]
        found = Candidates(len(self.vectors), count, exclude)
        self._score(query, *self._codes, found)
        return found.best()[0]

    def nearest(
        self,
        query_vector: ArrayLike,
        shortlist: int,
        count: int = 10,
        exclude: Iterable[int] = (),
    ) -> tuple[Rows, Cosines]:
        """Return the nearest rows of the shortlist; see `two_stage`."""
        shortlist = checked_count(shortlist, "rows on the shortlist")
        query = self._checked(query_vector)
        listed = np.sort(self.shortlist(query, shortlist, exclude))
        # A few hundred rows are not worth a second thread, also while their lengths are measured.
        with threads_for(listed.size * query.size, few=FEW_PRODUCTS):
            places, cosines = NeighborSearch(self.vectors[listed]).nearest(query, count)
        return listed[places], cosines

    def _checked(self, query_vector: ArrayLike) -> Matrix:
        n_dimensions = self.vectors.shape[1]
        return checked_query(query_vector, n_dimensions, n_dimensions)

    def _score(self, query: Matrix, codes: NDArray[Any], scales: Scales, found: Candidates) -> None:
        if not len(codes):
            return
        with threads_for(0):
            values, _ = rounded_prefixes(query[np.newaxis], self.coarse_dimensions, self.precision)
            exact, _ = rounded_prefixes(query[np.newaxis], self.coarse_dimensions, "float32")
        heaps = found.heaps_for(ScoreBlock(0, len(codes), read_only(np.empty(0, np.float32)), 0))
        with threads_for(codes.size):
            if self.precision == "float16":
                score_halves(codes, scales, exact[0] * np.float32(WIDENED), *heaps)
            elif self.precision == "int8":
                score_whole_numbers(codes, scales, packed(values, "int8")[0], *heaps)
            else:
                words = packed(values, "binary")[0]
                score_signs(codes, scales, words, self.coarse_dimensions, *heaps)


class LastTwoStageSearch:
    """Searches in two stages of one set, of which the last one is kept with its codes.

    For one who asks for the same setting again and again, and now and then for another one.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    """

    def __init__(self, vectors: ArrayLike) -> None:
        self.vectors: Matrix = checked_matrix(vectors)
        self._last: TwoStageSearch | None = None

    def of(
        self, coarse_dimensions: int, precision: Precision, report: Report = silent
    ) -> TwoStageSearch:
        """Return the search of a setting; its codes are made where it is not the last one."""
        if self._last is not None and self.has(coarse_dimensions, precision):
            return self._last
        self._last = None  # Its codes make room for the new ones.
        made = TwoStageSearch(self.vectors, coarse_dimensions, precision, report)
        self._last = made
        return made

    def has(self, coarse_dimensions: int, precision: Precision) -> bool:
        """Return whether this was the last setting, so that its codes are there."""
        last = self._last
        if last is None:
            return False
        return (last.coarse_dimensions, last.precision) == (coarse_dimensions, precision)


def two_stage(
    vectors: ArrayLike,
    query_vector: ArrayLike,
    coarse_dimensions: int,
    shortlist: int,
    count: int = 10,
    exclude: Iterable[int] = (),
    precision: Precision = "float32",
) -> tuple[Rows, Cosines]:
    """Return the nearest rows among those that a prefix puts on a shortlist.

    All rows are ranked by the cosine of the first `coarse_dimensions`, in a precision of choice,
    and the best of them by that of all dimensions. Of many queries, ask a `TwoStageSearch`.

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
        Rows to leave out; they take no place on the shortlist either.
    precision : {"float32", "float16", "int8", "binary"}
        Of the numbers that the first stage reads; see `coarse_to_fine.codes`.

    Returns
    -------
    rows : int array of shape (count,)
        Nearest first, equally near ones by row.
    cosines : float64 array of shape (count,)
        Of all dimensions.

    Raises
    ------
    UserError
        When the query or the number of dimensions does not suit the vectors, or there is no such
        precision.
    """
    search = TwoStageSearch(vectors, coarse_dimensions, precision)
    return search.nearest(query_vector, shortlist, count, exclude)


def compile_all() -> None:
    """Run the kernels of the first stage once."""
    vectors = few_rows()
    for precision in PRECISIONS:
        two_stage(vectors, vectors[0], 24, 10, 3, (0,), precision)

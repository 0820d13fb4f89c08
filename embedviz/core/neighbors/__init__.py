"""Exact nearest rows by cosine, dot product or Euclidean distance.

Every row is scored by the same few instructions, whatever its place and whatever the number of
threads, so that identical rows get identical scores and their order is by row. A matrix product
from BLAS does not promise that: it treats the last rows of a block in another order of sums. It
is not faster either, because reading the vectors from memory is what takes the time. So sets that
are asked more than twice are kept as a byte a number too, of which bounds of all scores follow
(`score_bounds`); what these do not leave out, a few rows mostly, is scored as told here.

Products are summed in float32 over a query that was scaled by a power of two, lengths and
distances in float64; so numbers of any size that a float32 holds have neighbors. The cosines that
are the largest are then computed again in float64 (`exact_cosines`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Flat, Matrix, Rows
from embedviz.core.blocks import read_only, strided_blocks
from embedviz.core.compiled.checks import checked_count, checked_matrix
from embedviz.core.compiled.kernels import few_rows, parallel_kernel, serial_kernel, threads_for
from embedviz.core.neighbors import score_bounds
from embedviz.core.neighbors.exact_cosines import (
    Cosines,
    are_ordinary,
    nearest_among,
    nearest_by_cosine,
)
from embedviz.core.neighbors.lengths import row_lengths
from embedviz.core.neighbors.metric import METRICS as METRICS
from embedviz.core.neighbors.metric import Metric as Metric
from embedviz.core.neighbors.row_kernels import product
from embedviz.core.neighbors.score_bounds import can_help
from embedviz.core.neighbors.screening import Screening
from embedviz.core.neighbors.top_k import (
    DOT,
    EUCLIDEAN,
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
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet

_NO_LENGTHS = np.empty(0)


class _Lengths(NamedTuple):
    """Lengths of the rows of a prefix, and whether float32 has room for products with them."""

    dimensions: int
    of_rows: NDArray[np.float64]
    are_ordinary: bool


class NeighborSearch:
    """Exact search for the nearest rows of a set of vectors.

    Making one costs nothing: the lengths of the rows are computed by the first search by cosine,
    in one pass, and kept (8 bytes a row). The vectors are never copied. From the third query on
    all dimensions, a large set is kept as one byte a number and 20 bytes a row beside that, where
    there is memory for it (`screening`): that takes a quarter of the time of a search.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    metric : {"cosine", "dot", "euclidean"}
        The cosine with a row of zeros is 0.
    """

    def __init__(self, vectors: ArrayLike, metric: Metric = "cosine") -> None:
        if metric not in METRICS:
            raise ValueError(f"metric is {metric!r}; it must be one of {', '.join(METRICS)}")
        self.vectors: Matrix = checked_matrix(vectors)
        self.metric: Metric = metric
        self._lengths: _Lengths | None = None
        self._screening = Screening()

    def with_metric(self, metric: Metric) -> NeighborSearch:
        """Return a search of the same vectors by another metric, which shares what is kept."""
        search = NeighborSearch(self.vectors, metric)
        search._lengths, search._screening = self._lengths, self._screening
        return search

    def prepare(self, report: Report = silent) -> None:
        """Keep now what makes searches quick, which else the third query on does.

        This takes about as long as ten to twenty searches, and memory as told above. Where it does
        not pay, nothing is done: small sets, too little memory, codes that did not help before.

        Parameters
        ----------
        report : Report
            May raise `Cancelled`: then nothing is kept, and searches go on as without.
        """
        self._screening.prepare(self.vectors, self._whole_lengths, report)

    @property
    def may_be_prepared(self) -> bool:
        """Whether `prepare` has something to do."""
        return self._screening.may_help(self.vectors)

    def nearest(
        self,
        query_vector: ArrayLike,
        count: int = 10,
        dimensions: int | None = None,
        exclude: Iterable[int] = (),
    ) -> tuple[Rows, Cosines]:
        """Return the rows nearest to a query, and how near they are.

        Parameters
        ----------
        query_vector : array of shape (n_dimensions,)
            Or of as many numbers as `dimensions`.
        count : int
            How many rows; fewer come back when there are not so many.
        dimensions : int, optional
            Compare the first so many dimensions only; the cosine then is that of the prefixes.
            Default: all.
        exclude : iterable of int
            Rows to leave out.

        Returns
        -------
        rows : int array of shape (count,)
            Nearest first, equally near ones by row. A row that holds NaN is nobody's neighbor.
        scores : array of shape (count,)
            Similarities, largest first; for "euclidean" distances, smallest first. Cosines are
            float64, since those of rows far from the origin differ in late digits only.

        Raises
        ------
        UserError
            When the query holds NaN or infinities or has another length than the rows, or
            `dimensions` is more than there are.
        """
        n_vectors, n_dimensions = self.vectors.shape
        dimensions = checked_prefix(dimensions, n_dimensions)
        query = checked_query(query_vector, dimensions, n_dimensions)
        excluded, count = list(exclude), checked_count(count, "neighbors")
        if dimensions == n_dimensions and can_help(n_vectors, count + len(excluded)):
            rows = self._screened(query, count, excluded)
            if rows is not None:
                return self._nearest_among(rows, query, count)
        if self.metric == "cosine":
            return self._nearest_by_cosine(query, count, excluded)
        found = Candidates(n_vectors, count, excluded)
        self._collect(found, dimensions, *self._scaled(query))
        rows, scores = found.best()
        return rows, -scores if self.metric == "euclidean" else scores

    def _screened(self, query: Matrix, count: int, excluded: list[int]) -> Rows | None:
        """Return the few rows that may be among the nearest, or None: that may be all."""
        metric = METRICS.index(self.metric)
        screen = self._screening.screen(self.vectors, self._whole_lengths, metric)
        if screen is None:
            return None
        rows = screen.rows_near(query, metric, count, excluded)
        self._screening.note(metric, rows is not None)
        return rows

    def _nearest_among(self, rows: Rows, query: Matrix, count: int) -> tuple[Rows, Cosines]:
        if self.metric == "cosine":
            return nearest_among(self.vectors, scaled_query(query)[0], rows, count)
        # Each row is scored by the same instructions, wherever it stands.
        found, scores = NeighborSearch(self.vectors[rows], self.metric).nearest(query, count)
        return rows[found], scores

    def _whole_lengths(self) -> NDArray[np.float64]:
        return self._row_lengths(self.vectors.shape[1]).of_rows

    def _nearest_by_cosine(
        self, query: Matrix, count: int, exclude: Iterable[int]
    ) -> tuple[Rows, Cosines]:
        dimensions = len(query)
        lengths = self._row_lengths(dimensions)
        scaled, scale = self._scaled(query)

        def collect(found: Candidates) -> None:
            self._collect(found, dimensions, scaled, scale, lengths.of_rows)

        prefixes = self.vectors[:, :dimensions]
        likely = collect if lengths.are_ordinary else None
        return nearest_by_cosine(prefixes, scaled, count, exclude, likely)

    def _collect(
        self,
        found: Candidates,
        dimensions: int,
        scaled: Matrix,
        scale: float,
        lengths: NDArray[np.float64] | None = None,
    ) -> None:
        with threads_for(len(self.vectors) * dimensions, few=FEW_PRODUCTS):
            for block in strided_blocks(self.vectors[:, :dimensions]):
                _score_block(
                    block.flat,
                    block.stride,
                    scaled,
                    scale,
                    METRICS.index(self.metric),
                    _NO_LENGTHS if lengths is None else lengths[block.rows],
                    *found.heaps_for(block),
                )

    def _scaled(self, query: Matrix) -> tuple[Matrix, float]:
        """Return what the rows are compared with, and by what the result is multiplied."""
        if self.metric == "euclidean":
            return read_only(query), -1.0
        scaled, exponent = scaled_query(query)
        if self.metric == "dot":
            return scaled, 2.0**exponent
        length = float(np.linalg.norm(scaled.astype(np.float64)))
        return scaled, 1.0 / length if length else 0.0

    def _row_lengths(self, dimensions: int) -> _Lengths:
        # Kept for one prefix only; a slider over all prefixes asks `PrefixSearch`.
        known = self._lengths
        if known is None or known.dimensions != dimensions:
            lengths = row_lengths(self.vectors[:, :dimensions])
            known = self._lengths = _Lengths(dimensions, lengths, are_ordinary(lengths))
        return known


def cosine_table(vectors: ArrayLike) -> Matrix:
    """Return the cosine of each of a few rows with each other.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)

    Returns
    -------
    float32 array of shape (n_vectors, n_vectors)
        Symmetric, with 1 on the diagonal; rows of zeros have the cosine 0, also with themselves.
    """
    rows = np.array(vectors, dtype=np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(lengths > 0, lengths, 1.0)
    # Not a matrix product: einsum sums each pair in the same order, so the table is symmetric.
    table: NDArray[np.float64] = np.einsum("id,jd->ij", rows, rows).clip(-1.0, 1.0)
    np.fill_diagonal(table, lengths[:, 0] > 0)
    return table.astype(np.float32)


def similarity(vector_set: VectorSet, first_label: str, second_label: str) -> float:
    """Return the cosine of two labeled vectors, between -1 and 1.

    Raises
    ------
    KeyError
        When a label is not in the set; the message names labels that are nearly the same.
    """
    rows = [vector_set.row(first_label), vector_set.row(second_label)]
    return float(cosine_table(vector_set.vectors[rows])[0, 1])


@serial_kernel
def _distance(row: Flat, query: Matrix) -> float:
    total = 0.0
    for j in range(len(query)):
        difference = np.float64(row[j]) - np.float64(query[j])
        total += difference * difference
    return math.sqrt(total)


@serial_kernel
def _score_rows(
    flat: Flat,
    stride: int,
    query: Matrix,
    scale: float,
    metric: int,
    lengths: NDArray[np.float64],
    found: Scores,
) -> None:
    for i in range(len(found)):
        row = flat[i * stride : i * stride + len(query)]
        if metric == EUCLIDEAN:
            found[i] = scale * _distance(row, query)
        elif metric == DOT:
            found[i] = scale * product(row, query)
        else:
            found[i] = cosine(scale * product(row, query), lengths[i])


@parallel_kernel
def _score_block(  # noqa: PLR0913 - one pass
    flat: Flat,
    stride: int,
    query: Matrix,
    scale: float,
    metric: int,
    lengths: NDArray[np.float64],
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
            part = flat[first * stride :]
            _score_rows(part, stride, query, scale, metric, lengths[first:last], found)
            held = keep_best_of(found, first, scores[piece], rows[piece], held)
        kept[piece] = held


def compile_all() -> None:
    """Run the kernels of a search once."""
    vectors = few_rows()
    for metric in METRICS:
        NeighborSearch(vectors, metric).nearest(vectors[0], 3, exclude=(0,))
    cosine_table(vectors[:3])
    score_bounds.compile_all()

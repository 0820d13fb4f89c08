"""Search that forgets to make cut rows unit length again, to show that it is wrong.

Rows of unit length that are cut have lengths below 1, each its own. A dot product with them is the
cosine of the prefixes times the length that the cut has left of the row: rows with much of their
length in the first dimensions are preferred, whatever is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Flat, Matrix, Rows
from embedviz.core.blocks import strided_blocks
from embedviz.core.compiled.checks import checked_matrix
from embedviz.core.compiled.kernels import parallel_kernel, threads_for
from embedviz.core.neighbors.lengths import row_lengths
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


class UnscaledSearch:
    """Search by the dot product of prefixes of unit rows, which are not made unit length again.

    Each search reads as many dimensions of all rows as are asked for, and sums in float32.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        Of any length; they are taken as over their lengths.
    """

    def __init__(self, vectors: ArrayLike) -> None:
        self.vectors: Matrix = checked_matrix(vectors)

    @cached_property
    def lengths(self) -> NDArray[np.float64]:
        """The length of each row in all dimensions, computed by the first search and kept."""
        return row_lengths(self.vectors)

    def top(
        self, query_vector: ArrayLike, dimensions: int, count: int = 10, exclude: Iterable[int] = ()
    ) -> tuple[Rows, Scores]:
        """Return the rows with the largest dot products with a query on its first dimensions.

        Parameters
        ----------
        query_vector : array of shape (n_dimensions,)
        dimensions : int
            From 1 to n_dimensions.
        count : int
        exclude : iterable of int
            Rows to leave out.

        Returns
        -------
        rows : int array of shape (count,)
            Largest first, equal ones by row.
        scores : float32 array of shape (count,)
            From -1 to 1; 0 for rows of zeros.

        Raises
        ------
        UserError
            When the query does not suit the rows, or there are not so many dimensions.
        """
        n_vectors, n_dimensions = self.vectors.shape
        dimensions = checked_prefix(dimensions, n_dimensions)
        query, _ = scaled_query(checked_query(query_vector, n_dimensions, n_dimensions))
        length = float(np.linalg.norm(query.astype(np.float64)))
        found, cut = Candidates(n_vectors, count, exclude), query[:dimensions]
        with threads_for(n_vectors * dimensions, few=FEW_PRODUCTS):
            for block in strided_blocks(self.vectors[:, :dimensions]):
                _score(
                    block.flat,
                    block.stride,
                    cut,
                    self.lengths[block.rows],
                    1.0 / length if length else 0.0,
                    *found.heaps_for(block),
                )
        return found.best()


@parallel_kernel
def _score(  # noqa: PLR0913 - one pass
    flat: Flat,
    stride: int,
    query: Matrix,
    lengths: NDArray[np.float64],
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
            found = tile[: min(first + TILE, bounds[piece + 1]) - first]
            for i in range(len(found)):
                row = flat[(first + i) * stride : (first + i) * stride + len(query)]
                product = np.float32(0.0)
                for j in range(len(query)):
                    product += row[j] * query[j]
                found[i] = cosine(scale * np.float64(product), lengths[first + i])
            held = keep_best_of(found, first, scores[piece], rows[piece], held)
        kept[piece] = held


def compile_all(vectors: Matrix) -> None:
    """Run the kernel once."""
    UnscaledSearch(vectors).top(vectors[0], 8, 3, exclude=(0,))

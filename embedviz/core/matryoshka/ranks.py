"""The ranks of some rows among all, also of those that no list of the nearest is long enough for.

One pass over the rows gives all cosines with a query; how many are larger than that of a row is its
rank. Every row is scored by the same instructions in float64, so rows that are equal have equal
scores, and are ranked by their number as in all searches.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Flat, Matrix, Rows
from embedviz.core.blocks import strided_blocks
from embedviz.core.compiled.checks import checked_matrix
from embedviz.core.compiled.kernels import parallel_kernel, threads_for
from embedviz.core.neighbors.top_k import (
    FEW_PRODUCTS,
    TILE,
    checked_prefix,
    checked_query,
    scaled_query,
)
from embedviz.core.progress import Report, silent

_NO_LENGTHS = np.empty(0)


def prefix_scores(
    vectors: ArrayLike,
    query_vector: ArrayLike,
    dimensions: int,
    lengths: NDArray[np.float64] | None = None,
    report: Report = silent,
) -> NDArray[np.float64]:
    """Return how near each row is to a query on the first dimensions.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    query_vector : array of shape (n_dimensions,)
    dimensions : int
        From 1 to n_dimensions.
    lengths : float64 array of shape (n_vectors,), optional
        What products are divided by. Default: the lengths of the prefixes, which gives cosines up
        to a factor, the same for all rows.
    report : callable
        Called before each block of rows.

    Returns
    -------
    float64 array of shape (n_vectors,)
        0 for a prefix of zeros, NaN for one that holds NaN.
    """
    rows = checked_matrix(vectors)
    n_vectors, n_dimensions = rows.shape
    dimensions = checked_prefix(dimensions, n_dimensions)
    query, _ = scaled_query(checked_query(query_vector, n_dimensions, n_dimensions))
    scores = np.empty(n_vectors)
    with threads_for(n_vectors * dimensions, few=FEW_PRODUCTS):
        for block in strided_blocks(rows[:, :dimensions]):
            report(block.first / n_vectors, "ranks among all rows")
            given = _NO_LENGTHS if lengths is None else lengths[block.rows]
            _score(block.flat, block.stride, query[:dimensions], given, scores[block.rows])
    return scores


def ranks_among(
    scores: NDArray[np.float64], rows: Iterable[int], exclude: Iterable[int] = ()
) -> dict[int, int]:
    """Return the rank of each of some rows, from 1: highest score first, equal ones by row.

    Parameters
    ----------
    scores : array of shape (n_vectors,)
    rows : iterable of int
    exclude : iterable of int
        Rows that have no rank.
    """
    left_out: Rows = np.array(sorted(set(exclude)), dtype=np.intp)
    ranks = {}
    for row in rows:
        score = scores[row]
        before = int(np.count_nonzero(scores > score))
        before += int(np.count_nonzero(scores[:row] == score))
        others = scores[left_out]
        is_before = (others > score) | ((others == score) & (left_out < row))
        ranks[row] = before - int(np.count_nonzero(is_before)) + 1
    return ranks


@parallel_kernel
def _score(
    flat: Flat,
    stride: int,
    query: Matrix,
    lengths: NDArray[np.float64],
    scores: NDArray[np.float64],
) -> None:
    for tile in numba.prange((len(scores) + TILE - 1) // TILE):
        for i in range(tile * TILE, min(tile * TILE + TILE, len(scores))):
            row = flat[i * stride : i * stride + len(query)]
            product = 0.0
            square = 0.0
            for j in range(len(query)):
                product += np.float64(row[j]) * np.float64(query[j])
                square += np.float64(row[j]) * np.float64(row[j])
            length = lengths[i] if len(lengths) else math.sqrt(square)
            scores[i] = 0.0 if length == 0.0 else product / length


def compile_all(vectors: Matrix) -> None:
    """Run the kernel once."""
    ranks_among(prefix_scores(vectors, vectors[0], 8), (1, 2), exclude=(0,))

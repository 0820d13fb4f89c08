"""Pairs of rows, drawn at random, and how alike the two of each are."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import rows_per_block, scale_to_unit_length
from embedviz.core.compiled.checks import require_length, require_rows
from embedviz.core.compiled.kernels import parallel_kernel


def sampled_pairs(n_rows: int, count: int, random: np.random.Generator) -> Rows:
    """Return pairs of different rows, of shape (count, 2); all there are where these are fewer."""
    if n_rows * (n_rows - 1) // 2 <= count:
        return np.stack(np.triu_indices(n_rows, 1), axis=1)
    first = np.sort(random.integers(n_rows, size=count))  # Sorted, to be near in memory.
    other = (first + random.integers(1, n_rows, size=count)) % n_rows
    return np.stack([first, other], axis=1)


def cosines_of_pairs(vectors: Matrix, pairs: Rows) -> NDArray[np.float32]:
    """Return the cosine of each pair of rows, between -1 and 1."""
    cosines = np.empty(len(pairs), np.float32)
    step = rows_per_block(2 * vectors.shape[1])
    for first in range(0, len(pairs), step):
        sides = [vectors[side] for side in pairs[first : first + step].T]
        for side in sides:
            scale_to_unit_length(side)
        cosines[first : first + step] = np.einsum("ij,ij->i", *sides)
    # Rounding leads a little beyond what a cosine can be.
    return np.clip(cosines, -1, 1, out=cosines)


def multiply_pairs(
    rows: Matrix, pairs: Rows, scales: NDArray[np.float32], factors: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the products of pairs of rows, each column with a factor, each pair with a scale.

    Parameters
    ----------
    rows : float32 array of shape (n_rows, at least n_columns)
    pairs : int array of shape (n_pairs, 2)
    scales : float32 array of shape (n_pairs,)
    factors : float32 array of shape (n_columns,)
        The products are of the first so many columns.
    """
    require_rows(pairs, len(rows), "pairs")
    require_length(scales, len(pairs), "scales", "pairs")
    if len(factors) > rows.shape[1]:
        raise ValueError(f"{len(factors)} factors for {rows.shape[1]} columns")
    return _multiply_pairs(rows, pairs, scales, factors)


@parallel_kernel
def _multiply_pairs(
    rows: Matrix, pairs: Rows, scales: NDArray[np.float32], factors: NDArray[np.float32]
) -> NDArray[np.float32]:
    products = np.empty(len(pairs), dtype=np.float32)
    for k in numba.prange(len(pairs)):
        one, other = pairs[k, 0], pairs[k, 1]
        total = np.float32(0.0)
        for j in range(len(factors)):
            total += rows[one, j] * rows[other, j] * factors[j]
        products[k] = total * scales[k]
    return products

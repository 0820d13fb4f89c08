"""Ways to put the dimensions of a set in order, so that a prefix of them can be compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.blocks import read_only, row_blocks
from embedviz.core.compiled.checks import require_width
from embedviz.core.compiled.kernels import parallel_kernel
from embedviz.core.covariance import Moments
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.prefix_neighbors import add_products
from embedviz.core.neighbors.top_k import TILE
from embedviz.core.progress import Report, silent

Ordering = Literal["prefix", "random", "variance", "svd"]
ORDERINGS: tuple[Ordering, ...] = get_args(Ordering)

Arrange = Callable[[Matrix], Matrix]
"""Takes some rows, an array (n, n_dimensions), to the same rows in another order of dimensions."""


def arrangements(
    rows: Matrix,
    ordering: Ordering,
    *,
    center: bool = False,
    draws: int = 10,
    seed: int = 0,
    report: Report = silent,
) -> list[Arrange]:
    """Return functions that bring rows into an order; several where it is drawn at random.

    Parameters
    ----------
    rows : float32 array of shape (n_vectors, n_dimensions)
    ordering : {"prefix", "random", "variance", "svd"}
        The order they have; a random one; that of falling variance; or the coordinates along the
        right singular vectors, leading ones first.
    center : bool
        Take the mean of all rows off first.
    draws : int
        How many random orders.
    seed : int
    report : Report

    Raises
    ------
    UserError
        When singular vectors are asked for and a row holds NaN or infinities.
    """
    mean = rows.mean(axis=0, dtype=np.float64) if center and len(rows) else np.zeros(rows.shape[1])
    if ordering == "prefix":
        return [_Arrangement(mean)]
    if ordering == "svd":
        return [_Arrangement(mean, rotation=_singular_vectors(rows, mean, report))]
    if ordering == "variance":
        return [_Arrangement(mean, order=np.argsort(-_variances(rows, report), kind="stable"))]
    # Another stream of random numbers than the one that queries are drawn from.
    random = np.random.default_rng([seed, 1])
    return [_Arrangement(mean, order=random.permutation(len(mean))) for _ in range(draws)]


class _Arrangement:
    """Rows minus a mean, then their columns in an order, or rotated."""

    def __init__(
        self,
        mean: NDArray[np.float64],
        order: NDArray[np.intp] | None = None,
        rotation: NDArray[np.float64] | None = None,
    ) -> None:
        self._mean = mean.astype(np.float32) if mean.any() else None
        self._order = order
        # Axis by axis, as the kernel reads them.
        self._rotation = None if rotation is None else rotation.T.astype(np.float32, order="C")

    def __call__(self, rows: Matrix) -> Matrix:
        if self._mean is not None:
            rows = rows - self._mean
        if self._order is not None:
            rows = rows[:, self._order]
        return rows if self._rotation is None else _rotated(rows, self._rotation)


def _variances(rows: Matrix, report: Report) -> NDArray[np.float64]:
    mean = rows.mean(axis=0, dtype=np.float64)
    total = np.zeros(len(mean))
    for first, block in row_blocks(rows):
        report(first / len(rows), "variance of the dimensions")
        total += np.square(block - mean).sum(axis=0)
    return total


def _singular_vectors(
    rows: Matrix, mean: NDArray[np.float64], report: Report
) -> NDArray[np.float64]:
    """Return the right singular vectors of rows minus a mean as columns, leading ones first.

    Columns beyond the number of rows are zero: along them no row has any extent.
    """
    n, d = rows.shape
    vectors = np.zeros((d, d))
    if n <= d:
        centered = rows - mean
        if not np.isfinite(centered).all():
            raise UserError(
                "Some rows hold NaN or infinite numbers, so there are no singular vectors. "
                "Leave those rows out."
            )
        report(0.0, "singular vectors")
        vectors[:, :n] = np.linalg.svd(centered, full_matrices=False)[2].T
        return vectors
    moments = Moments(d)
    moments.add(rows, report)
    # The products of the columns, about zero instead of about their mean.
    offset = moments.mean - mean
    moments.scatter += n * np.outer(offset, offset)
    axes = moments.principal_axes().axes
    vectors[:, : len(axes)] = axes.T
    return vectors


def _rotated(rows: Matrix, axes: Matrix) -> Matrix:
    """Return the coordinates of rows along axes; the same for identical rows, unlike BLAS."""
    require_width(axes, rows.shape[1], "axes")
    rotated = np.empty((len(rows), len(axes)), dtype=np.float32)
    _rotate(read_only(np.ascontiguousarray(rows)), read_only(axes), rotated)
    return rotated


@parallel_kernel
def _rotate(rows: Matrix, axes: Matrix, rotated: Matrix) -> None:
    n_rows, n_dimensions = rows.shape
    for t in numba.prange((n_rows + TILE - 1) // TILE):
        first = t * TILE
        size = min(TILE, n_rows - first)
        tile = np.zeros((n_dimensions, TILE), dtype=np.float32)
        for i in range(size):
            for k in range(n_dimensions):
                tile[k, i] = rows[first + i, k]
        sums = np.empty(TILE, dtype=np.float32)
        for axis in range(len(axes)):
            sums[:] = 0.0
            add_products(tile, axes[axis], 0, n_dimensions, sums)
            for i in range(size):
                rotated[first + i, axis] = sums[i]

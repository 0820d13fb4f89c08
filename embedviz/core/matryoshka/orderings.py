"""Ways to put the dimensions of a set in order, so that a prefix of them can be compared."""

from __future__ import annotations

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


def arrangements(
    rows: Matrix,
    ordering: Ordering,
    *,
    center: bool = False,
    draws: int = 10,
    seed: int = 0,
    report: Report = silent,
) -> list[Reordering]:
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
        return [Reordering(mean)]
    if ordering == "svd":
        rotation, rank = _singular_vectors(rows, mean, report)
        return [Reordering(mean, rotation=rotation, rank=rank)]
    if ordering == "variance":
        return [Reordering(mean, order=np.argsort(-_variances(rows, report), kind="stable"))]
    # Another stream of random numbers than the one that queries are drawn from.
    random = np.random.default_rng([seed, 1])
    return [Reordering(mean, order=random.permutation(len(mean))) for _ in range(draws)]


class Reorderings:
    """Orders of the dimensions of one set, each found once, when it is first asked for.

    Singular vectors take as long as all else that is measured of a set, and random orders must be
    the same ones for all measures.

    Parameters
    ----------
    rows : float32 array of shape (n_vectors, n_dimensions)
    center, draws, seed
        As for `arrangements`.
    """

    def __init__(
        self, rows: Matrix, *, center: bool = False, draws: int = 10, seed: int = 0
    ) -> None:
        self.rows, self.center, self.draws, self.seed = rows, center, draws, seed
        self._found: dict[Ordering, list[Reordering]] = {}

    def of(self, ordering: Ordering, report: Report = silent) -> list[Reordering]:
        """Return what `arrangements` does."""
        if ordering not in self._found:
            self._found[ordering] = arrangements(
                self.rows,
                ordering,
                center=self.center,
                draws=self.draws,
                seed=self.seed,
                report=report,
            )
        return self._found[ordering]

    def n_orders(self, ordering: Ordering) -> int:
        """Return how many there are of an ordering, without finding them."""
        return self.draws if ordering == "random" else 1


class Reordering:
    """Rows minus a mean, then their columns in an order, or rotated.

    Parameters
    ----------
    mean : float64 array of shape (n_dimensions,)
    order : int array of shape (n_dimensions,), optional
    rotation : float64 array of shape (n_dimensions, n_dimensions), optional
        The new axes, one a column.
    rank : int, optional
        How many of the leading axes hold all that there is of the rows. Default: all.
    """

    def __init__(
        self,
        mean: NDArray[np.float64],
        order: NDArray[np.intp] | None = None,
        rotation: NDArray[np.float64] | None = None,
        rank: int | None = None,
    ) -> None:
        self.rank = len(mean) if rank is None else rank
        self._mean = mean.astype(np.float32) if mean.any() else None
        self._order = order
        self._offset, self._axes = mean, rotation
        # Axis by axis, as the kernel reads them.
        self._rotation = None if rotation is None else rotation.T.astype(np.float32, order="C")

    def __call__(self, rows: Matrix, dimensions: int | None = None) -> Matrix:
        """Return some rows, an array (n, n_dimensions), so arranged; or only the first columns."""
        if self._mean is not None:
            rows = rows - self._mean
        if self._order is not None:
            return rows[:, self._order[:dimensions]]
        if self._rotation is not None:
            return _rotated(rows, self._rotation[:dimensions])
        return rows[:, :dimensions]

    def exactly(self, rows: Matrix) -> NDArray[np.floating]:
        """Return the same with as many digits as differences of rows need: float64 if rotated."""
        if self._axes is None:
            return self(rows)
        return (rows.astype(np.float64) - self._offset) @ self._axes


def _variances(rows: Matrix, report: Report) -> NDArray[np.float64]:
    mean = rows.mean(axis=0, dtype=np.float64)
    total = np.zeros(len(mean))
    for first, block in row_blocks(rows):
        report(first / len(rows), "variance of the dimensions")
        total += np.square(block - mean).sum(axis=0)
    return total


def _singular_vectors(
    rows: Matrix, mean: NDArray[np.float64], report: Report
) -> tuple[NDArray[np.float64], int]:
    """Return the right singular vectors of rows minus a mean as columns, and how many matter.

    Leading ones come first. Columns beyond the number of rows are zero: along them no row has any
    extent.
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
        _, extents, axes = np.linalg.svd(centered, full_matrices=False)
        vectors[:, :n] = axes.T
        return vectors, _rank(extents, d)
    moments = Moments(d)
    moments.add(rows, report)
    # The products of the columns, about zero instead of about their mean.
    offset = moments.mean - mean
    moments.scatter += n * np.outer(offset, offset)
    found = moments.principal_axes()
    vectors[:, : len(found.axes)] = found.axes.T
    return vectors, _rank(found.variances, d)


def _rank(extents: NDArray[np.float64], dimensions: int) -> int:
    """Return how many of some numbers, largest first, are more than rounding."""
    least = extents.max(initial=0.0) * dimensions * np.finfo(np.float64).eps
    return int(np.count_nonzero(extents > least))


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

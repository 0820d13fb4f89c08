"""Principal component analysis: the directions of most variance.

It is exact and uses all rows. The covariance is summed over blocks of rows about a provisional
mean, as float32 products added up in float64: twice as fast as float64 throughout, and without
the cancellation that a large mean causes otherwise. That is enough for the leading axes, which
are all that a picture shows; whitening, which divides by the smallest variances, takes the sums
of `core.covariance`. Products of float32 numbers beyond 1e19 overflow and below 1e-19 vanish;
such data take a second pass in float64, and so do components whose variances are nearly the same,
since rounding would mix their axes. With no more rows than dimensions the products of rows
with each other, of which there are fewer, give the same axes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import rows_per_block
from embedviz.core.compiled.checks import checked_matrix, require_axes, require_width
from embedviz.core.covariance.eigen import symmetric_eigen
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, part_of, silent

Exact = NDArray[np.float64]

_PROVISIONAL_ROWS = 1000

_ROUNDING = 1e-7
"""How far sums in float32 are off, as a share of the largest variance."""

_MOST_MOVED = 5e-4
"""How far a point may be moved by that at the very most, as a share of the largest spread.

What was measured is less than a tenth of this bound, for which all errors add up.
"""


@dataclass(frozen=True, eq=False)
class FittedPCA:
    """Principal axes of a set, onto which other vectors can be projected too.

    Attributes
    ----------
    mean : float64 array of shape (n_dimensions,)
    axes : float64 array of shape (n_components, n_dimensions)
        Of unit length and orthogonal; zero for a component that has no variance or is not there,
        because there are not so many dimensions or rows.
    explained_variance_ratio : float64 array of shape (n_components,)
        The variance along each axis over that of all dimensions, 0 to 1.
    """

    mean: Exact
    axes: Exact
    explained_variance_ratio: Exact

    def transform(self, vectors: ArrayLike, report: Report = silent) -> Matrix:
        """Return the coordinates of rows along the axes.

        Parameters
        ----------
        vectors : array of shape (n_vectors, n_dimensions)
        report : Report

        Returns
        -------
        float32 array of shape (n_vectors, n_components)
        """
        rows = checked_matrix(vectors)
        require_axes(rows, 2, "vectors")
        require_width(rows, len(self.mean), "rows")
        near = self.mean.astype(np.float32)
        # The mean rounded to float32 is taken off the rows, what rounding left off the result.
        left = (self.mean - near) @ self.axes.T
        axes = self.axes.T.astype(np.float32)
        coordinates = np.empty((len(rows), len(self.axes)), dtype=np.float32)
        for part in _parts(len(rows), rows_per_block(rows.shape[1]), report, "coordinates"):
            coordinates[part] = (rows[part] - near) @ axes - left
        return coordinates


def fit_pca(rows: Matrix, components: tuple[int, ...], report: Report = silent) -> FittedPCA:
    """Return the axes of rows.

    Parameters
    ----------
    rows : float32 array of shape (n_vectors, n_dimensions)
    components : tuple of int
        Which; 0 has the most variance.
    report : Report

    Raises
    ------
    UserError
        When a row holds NaN or infinities, or a component is not counted from 0.
    """
    require_axes(rows, 2, "vectors")
    for component in components:
        if not isinstance(component, int | np.integer) or component < 0:
            raise UserError(
                f"{component!r} is no principal component: they are counted from 0, which has the "
                "most variance."
            )
    fit = _from_products_of_rows if len(rows) <= rows.shape[1] else _from_covariance
    with np.errstate(over="ignore", invalid="ignore"):
        return fit(rows, components, report)


def _from_covariance(rows: Matrix, components: tuple[int, ...], report: Report) -> FittedPCA:
    mean, scatter = _mean_and_scatter(rows, np.float32, part_of(report, 0.0, 0.8))
    is_known = bool(1e-30 < np.trace(scatter) / len(rows) < np.inf)
    if is_known:
        report(0.8, "axes")
        variances, axes = symmetric_eigen(scatter)
        is_known = _are_told_apart(variances, components)
    if not is_known:
        mean, scatter = _mean_and_scatter(rows, np.float64, part_of(report, 0.8, 1.0))
        _require_finite(rows, mean)
        variances, axes = symmetric_eigen(scatter)
    return _fitted(mean, variances, components, lambda order: axes[:, order].T)


def _are_told_apart(variances: Exact, components: tuple[int, ...]) -> bool:
    """Return whether the axes of these components are sure, given the rounding of float32.

    An error E of the covariance turns an axis by E over the distance to the next variance (Davis
    and Kahan, 1970), and moves points by as much as that of their spread along the axis.
    """
    largest = variances[-1]
    order = len(variances) - 1 - np.array(components, dtype=np.intp)
    order = order[order >= 0]
    # A variance that is none is sure to belong to an axis of zeros.
    order = order[variances[order] > largest * np.finfo(np.float32).eps]
    distances = np.diff(variances, prepend=-np.inf, append=np.inf)
    nearest = np.minimum(distances[order], distances[order + 1])
    spreads = np.sqrt(variances[order] / largest)
    return bool((_ROUNDING * largest * spreads <= _MOST_MOVED * nearest).all())


def _mean_and_scatter(rows: Matrix, precision: type, report: Report) -> tuple[Exact, Exact]:
    """Return the mean and the sum of outer products of deviations from it, in one pass."""
    n, d = rows.shape
    some = rows[:: 1 + n // _PROVISIONAL_ROWS]
    near = some.mean(axis=0, dtype=np.float64).astype(np.float32)
    total, scatter = np.zeros(d), np.zeros((d, d))
    block = np.empty((min(n, rows_per_block(d)), d), dtype=precision)
    for part in _parts(n, rows_per_block(d), report, "covariance"):
        centered = np.subtract(rows[part], near, out=block[: part.stop - part.start])
        total += np.ones(len(centered), dtype=precision) @ centered
        scatter += centered.T @ centered
    shift = total / n
    scatter -= n * np.outer(shift, shift)
    return near + shift, scatter


def _from_products_of_rows(rows: Matrix, components: tuple[int, ...], report: Report) -> FittedPCA:
    n, d = rows.shape
    mean = rows.sum(axis=0, dtype=np.float64) / max(1, n)
    _require_finite(rows, mean)
    products = np.zeros((n, n))
    columns = rows_per_block(n)
    for part in _parts(d, columns, part_of(report, 0.0, 0.9), "products of rows"):
        centered = rows[:, part] - mean[part]
        products += centered @ centered.T
    report(0.9, "axes")
    variances, weights = symmetric_eigen(products)

    def axes_of(order: Rows) -> Exact:
        axes: Exact = np.empty((len(order), d))
        for part in _parts(d, columns, silent, "axes"):
            axes[:, part] = weights[:, order].T @ (rows[:, part] - mean[part])
        lengths: Exact = np.linalg.norm(axes, axis=1, keepdims=True)
        return axes / np.where(lengths > 0.0, lengths, 1.0)

    return _fitted(mean, variances, components, axes_of)


def _fitted(
    mean: Exact,
    variances: Exact,
    components: tuple[int, ...],
    axes_of: Callable[[Rows], Exact],
) -> FittedPCA:
    """Return the chosen components, given all variances ascending and axes by their index."""
    largest = variances.max(initial=0.0)
    floor = largest * len(variances) * np.finfo(np.float64).eps
    axes = np.zeros((len(components), len(mean)))
    ratios = np.zeros(len(components))
    order = len(variances) - 1 - np.array(components, dtype=np.intp)
    there = np.flatnonzero(order >= 0)
    there = there[variances[order[there]] > floor]
    if len(there):
        ratios[there] = variances[order[there]] / variances.clip(0.0).sum()
        axes[there] = _signed(axes_of(order[there]))
    return FittedPCA(mean, axes, ratios)


def _signed(axes: Exact) -> Exact:
    """Turn each axis so that its largest number is positive (scikit-learn's `svd_flip`)."""
    largest = np.abs(axes).argmax(axis=1)[:, np.newaxis]
    return axes * np.sign(np.take_along_axis(axes, largest, axis=1))


def _require_finite(rows: Matrix, mean: Exact) -> None:
    if np.isfinite(mean).all():
        return
    bad = sum(
        int((~np.isfinite(rows[part]).all(axis=1)).sum())
        for part in _parts(len(rows), rows_per_block(rows.shape[1]), silent, "")
    )
    raise UserError(
        f"{bad:,} of {len(rows):,} rows hold NaN or infinite numbers, so there are no principal "
        "components. Leave those rows out."
    )


def _parts(count: int, size: int, report: Report, message: str) -> Iterator[slice]:
    for first in range(0, count, size):
        report(first / count, message)
        yield slice(first, min(first + size, count))

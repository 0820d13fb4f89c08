"""Coordinates in which each position of the dial is a factor and an offset for each column.

A fit has principal axes, of which some are kept. At white, what is not kept is gone. But the dial
begins at the rows exactly as they are, and on the way what is not kept fades: so the axes are
completed to an orthonormal basis in which the rows lie whole. In it, the map x ↦ (x - αμ)(P +
(1 - α)(I - P)) is y = f (z + (1 - α) m) in each column, with z the coordinate of x - μ, m that of
μ, and f = 1 for what is kept, else 1 - α; at centered and beyond it is y = s^(-t/2) z.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedviz.core.anisotropy.transform import Fit, Transform, TransformSettings
from embedviz.core.arrays import Matrix
from embedviz.core.covariance import PrincipalAxes, Vector, map_rows, spread_powers

_SAME = 1e-9
"""A row whose part outside of the axes is below this share of its length lies within them."""


class ColumnMap(NamedTuple):
    """One position of the dial: y = factors * z + offsets, for adjacent columns from the first.

    Attributes
    ----------
    first : int
        The first column that counts.
    factors, offsets : float64 arrays of shape (n_columns,)
    leading : int
        The first column that is kept, counted from `first`.
    n_kept : int
    """

    first: int
    factors: Vector
    offsets: Vector
    leading: int
    n_kept: int

    @property
    def columns(self) -> slice:
        """Which columns count."""
        return slice(self.first, self.first + len(self.factors))


class Eigenbasis:
    """The principal axes of a fit, completed so that some rows lie in them whole.

    Parameters
    ----------
    fit : Fit
    rows : float array of shape (n_rows, n_dimensions)
        The rows that are to lie in them, when they are few; with more, the basis is of the whole
        space.

    Attributes
    ----------
    axes : float64 array of shape (n_axes, n_dimensions)
        Orthonormal; those of the fit first, in their order, and those that shrinkage adds.
    variances : float64 array of shape (n_axes,)
        Of the fit; zeros for what was added.
    """

    def __init__(self, fit: Fit, rows: NDArray[Any]) -> None:
        source = fit.axes if fit.shrinkage is None else fit.shrunk
        own, mean = source.axes, fit.axes.mean
        self.fit = fit
        self.axes = np.vstack([own, _missing_axes(own, mean, self.masked(rows))])
        self.variances = np.zeros(len(self.axes))
        self.variances[: len(fit.axes.variances)] = fit.axes.variances
        # Relative to the largest variance, so that numbers of any size suit float32; of rows that
        # are all equal, to the mean.
        largest = float(fit.axes.variances.max(initial=0.0))
        if not largest > 0:
            largest = float(np.abs(mean).max(initial=0.0)) ** 2
        self._largest = largest if largest > 0 else 1.0
        self._size = self._largest**0.5
        self._mean = self.axes @ mean / self._size

    def masked(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return rows with zeros in the dimensions that the fit leaves out."""
        if not self.fit.left_out:
            return rows
        masked = rows.copy()
        masked[:, list(self.fit.left_out)] = 0
        return masked

    def coordinates(self, rows: Matrix) -> Matrix:
        """Return z for rows of shape (n, n_dimensions), in the type of the rows."""
        turn = (self.axes / self._size).T
        found: Matrix = map_rows(self.masked(rows), self.fit.axes.mean, turn)
        return found

    def column_map(self, settings: TransformSettings) -> ColumnMap:
        """Return what the dial does to each column; all by one common factor, which is free."""
        kept = Transform(self.fit, settings).kept.variances
        top = min(settings.remove_top, len(self.axes))
        if settings.centering == 1:
            factors = spread_powers(kept / self._largest, settings.strength)
            return ColumnMap(top, factors, np.zeros(len(kept)), 0, len(kept))
        rest = 1 - settings.centering
        factors = np.full(len(self.axes), rest)
        factors[top : top + len(kept)] = 1.0
        offsets = factors * rest * self._mean
        # Squares of what is far from the origin should suit float32 too.
        smaller = 1 / max(1.0, float(np.abs(offsets).max(initial=0.0)))
        return ColumnMap(0, factors * smaller, offsets * smaller, top, len(kept))

    def mapped(self, vectors: NDArray[Any], settings: TransformSettings) -> Vector:
        """Return a few vectors of shape (n, n_dimensions) mapped and rotated back, in float64."""
        kept = Transform(self.fit, settings).kept
        shifted = self.masked(np.asarray(vectors, dtype=np.float64))
        shifted = shifted - settings.centering * self.fit.axes.mean
        along = shifted @ kept.axes.T
        if settings.centering == 1:
            factors = spread_powers(kept.variances / self._largest, settings.strength)
            return np.asarray(along * factors @ kept.axes)
        inside = along @ kept.axes
        return np.asarray(inside + (1 - settings.centering) * (shifted - inside))

    def covariance(self, cloud: PrincipalAxes) -> Vector:
        """Return the covariance of a cloud in the coordinates, (n_axes, n_axes)."""
        spread = cloud.variances[:, np.newaxis] ** 0.5 * self.masked(cloud.axes)
        roots = spread @ self.axes.T / self._size
        return np.asarray(roots.T @ roots)


def _missing_axes(axes: Vector, mean: Vector, rows: NDArray[Any]) -> Vector:
    """Return orthonormal axes that, with those there are, hold the mean and the rows."""
    n_axes, dimensions = axes.shape
    if n_axes == dimensions:
        return np.zeros((0, dimensions))
    if n_axes + len(rows) + 1 >= dimensions:
        whole, _ = np.linalg.qr(axes.T, mode="complete")
        return np.asarray(whole[:, n_axes:].T)
    wanted = np.vstack([mean, rows]).astype(np.float64)
    lengths = np.abs(wanted).max(axis=1, keepdims=True)
    wanted /= np.where(lengths > 0, lengths, 1.0)
    outside = wanted - wanted @ axes.T @ axes
    outside -= outside @ axes.T @ axes  # Once more, or what is left by rounding stays.
    _, sizes, found = np.linalg.svd(outside, full_matrices=False)
    return np.asarray(found[sizes > _SAME * max(1.0, float(sizes.max(initial=0.0)))])

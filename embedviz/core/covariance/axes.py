"""Mean, principal axes and variances of a cloud of rows: what a fit finds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from embedviz.core.arrays import Vector
from embedviz.core.errors import UserError


class PrincipalAxes(NamedTuple):
    """The orthogonal directions along which a cloud of rows spreads, most spread first.

    Attributes
    ----------
    mean : float64 array of shape (n_dimensions,)
    axes : float64 array of shape (n_axes, n_dimensions)
        Unit rows, each with its largest number positive. There is no variance outside of them.
    variances : float64 array of shape (n_axes,)
        Along each axis, with n - 1 in the denominator; descending, never negative.
    n_rows : int
        How many rows they were computed from.
    n_distinct : int
        How many of these rows differ from all before them; not counted beyond n_dimensions + 2,
        since more do not matter for what they span.
    """

    mean: Vector
    axes: Vector
    variances: Vector
    n_rows: int
    n_distinct: int

    @property
    def dimensions(self) -> int:
        """Length of the rows."""
        return len(self.mean)

    def share_along(self, first: int, count: int) -> float:
        """Return the share of the variance along some axes, 0 to 1; nan where there is none."""
        whole = float(self.variances.sum())
        part = float(self.variances[first : first + count].sum())
        return part / whole if whole else float("nan")


def sorted_axes(
    mean: Vector, axes: Vector, variances: Vector, counts: tuple[int, int]
) -> PrincipalAxes:
    """Return axes by descending variance, with their signs settled.

    Parameters
    ----------
    mean : array of shape (n_dimensions,)
    axes : array of shape (n_axes, n_dimensions)
    variances : array of shape (n_axes,)
    counts : (int, int)
        Of all rows, and of distinct ones.
    """
    if not axes.size:
        return PrincipalAxes(mean, axes, np.zeros(len(axes)), *counts)
    order = np.argsort(-variances, kind="stable")
    axes = axes[order]
    peaks = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, np.newaxis], axis=1)
    return PrincipalAxes(
        mean, axes * np.where(peaks < 0, -1.0, 1.0), _not_negative(variances[order]), *counts
    )


def _not_negative(variances: Vector) -> Vector:
    # Rounding leaves a null direction with about ±1e-16 of the largest variance.
    return np.maximum(variances, 0.0)


def require_finite(numbers: Vector) -> None:
    """Refuse rows, or sums over them, that hold NaN or an infinity."""
    if not np.isfinite(numbers).all():
        raise UserError(
            "The vectors hold NaN or infinite numbers, so they have no principal axes. "
            "Leave those rows out when the file is opened."
        )

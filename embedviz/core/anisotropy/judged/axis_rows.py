"""Rows in the principal axes of a fit, in which the whole dial is a factor for each column.

With c = x - μ, y = c U and m = μ U on the kept axes, and β = 1 - α, the product of two mapped rows
on the first k axes is

- α < 1: K + β² (T - K), K = Σ (y + βm)(y' + βm), T the product of c + βμ and c' + βμ,
- α = 1: K = Σ s^(-t) y y'.

So one pass over the axes gives the cosines for all k.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.anisotropy.transform import Fit, Transform, TransformSettings
from embedviz.core.arrays import Matrix, Rows
from embedviz.core.covariance import Vector
from embedviz.core.errors import UserError

EXACT_NUMBERS = 8_000_000
"""Up to which rows are kept in float64."""
_NO_LENGTH = 1e-24
"""Squared length, beside the largest one, of what is only the rounding of a zero."""


class DialAxes:
    """The principal axes of a fit, and how the dial turns along them.

    Parameters
    ----------
    fit : Fit
    settings : TransformSettings
        Which directions are left out; where the dial stands and how many are kept does not matter.

    Attributes
    ----------
    axes : float64 array of shape (rank, n_dimensions)
        All that can be kept, most variance first.
    size : float
        Standard deviation along the first axis: rows are divided by it, to suit float32.

    Raises
    ------
    UserError
        When no direction is left.
    """

    def __init__(self, fit: Fit, settings: TransformSettings) -> None:
        self.fit = fit
        all_axes = replace(settings, n_components=None, variance_share=None)
        self._settings = all_axes
        kept = Transform(fit, all_axes.at(0.0)).kept
        if not len(kept.axes):
            raise UserError(
                "No direction is left in which the rows differ, so the dial changes nothing that "
                "could be judged. Use rows that differ, or take fewer directions away."
            )
        self.axes = kept.axes
        self.size = float(np.sqrt(kept.variances[0]))

    @property
    def rank(self) -> int:
        """Largest number of components."""
        return len(self.axes)

    def factors(self, position: float) -> Vector:
        """Return what each axis is multiplied with, (rank,), but for a factor of all."""
        found = Transform(self.fit, self._settings.at(position)).factors
        return np.asarray(found / found[0])

    @cached_property
    def mean(self) -> Vector:
        """The mean in the size of the rows, (n_dimensions,)."""
        return np.asarray(self.fit.axes.mean / self.size)

    @cached_property
    def mean_along(self) -> Vector:
        """The mean along the axes, (rank,)."""
        return np.asarray(self.axes @ self.mean)


@dataclass(frozen=True, eq=False)
class AxisRows:
    """Some rows of a set along the axes of a dial.

    Attributes
    ----------
    along : float array of shape (n_rows, rank)
        Minus the mean; float64 unless there are very many.
    centered : float array of shape (n_rows, n_dimensions)
        The same in all dimensions.
    toward_mean : float64 array of shape (n_rows,)
        Products with the mean.
    is_blank : bool array of shape (n_rows,)
        Rows of zeros, which have no direction and get none.
    """

    along: NDArray[Any]
    centered: NDArray[Any]
    toward_mean: Vector
    is_blank: NDArray[np.bool_]

    @classmethod
    def of(
        cls, dial: DialAxes, vectors: Matrix, rows: Rows, most_exact: int = EXACT_NUMBERS
    ) -> AxisRows:
        """Return rows along the axes; they are copied, up to so many numbers in float64."""
        kind = np.float64 if len(rows) * vectors.shape[1] <= most_exact else np.float32
        along = np.empty((len(rows), dial.rank), dtype=kind)
        centered = np.empty((len(rows), vectors.shape[1]), dtype=kind)
        toward, is_blank = np.empty(len(rows)), np.empty(len(rows), dtype=bool)
        step = max(1, EXACT_NUMBERS // max(vectors.shape[1], 1))
        for first in range(0, len(rows), step):
            place = slice(first, first + step)
            given = vectors[rows[place]].astype(np.float64)
            is_blank[place] = ~given.any(axis=1)
            given /= dial.size
            given -= dial.mean
            given[:, list(dial.fit.left_out)] = 0
            toward[place] = given @ dial.mean
            along[place] = given @ dial.axes.T
            centered[place] = given
        return cls(along, centered, toward, is_blank)

    @classmethod
    def raw(cls, vectors: Matrix, rows: Rows, most_exact: int = EXACT_NUMBERS) -> AxisRows:
        """Return rows as they are, whose axes are the dimensions."""
        kind = np.float64 if len(rows) * vectors.shape[1] <= most_exact else np.float32
        found: NDArray[Any] = vectors[rows].astype(kind)
        # The squares of very long and very short rows do not fit.
        size = float(np.abs(found).max(initial=0.0)) or 1.0
        found = np.asarray(found / kind(size))
        return cls(found, found, np.zeros(len(rows)), np.asarray(~found.any(axis=1)))

    def shifted(self, dial: DialAxes, rest: float) -> NDArray[Any]:
        """Return the rows along the axes with a part β of the mean in them."""
        if not rest:
            return self.along
        return np.asarray(self.along + (rest * dial.mean_along).astype(self.along.dtype))


def with_direction(squares: Vector) -> Vector:
    """Return squared lengths in which what is only rounding is zero."""
    least = _NO_LENGTH * squares.max(initial=0.0)
    return np.asarray(np.where(squares > least, squares, 0.0))

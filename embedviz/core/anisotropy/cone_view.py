"""Rows of a set on the sphere around their mean direction, with the angles they are at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.covariance import Vector
from embedviz.core.isotropy import effective_rank_of, iso_score_of

BAND = 0.05, 0.5, 0.95
"""Shares of the rows up to the low angle of a band, up to its median, up to its high angle."""

_NEARLY_ALL = 0.98


@dataclass(frozen=True)
class AngleBand:
    """Angles of nine rows in ten to an axis, in degrees from 0 to 180.

    Attributes
    ----------
    low, median, high : float
        5 %, half and 95 % of the rows are nearer to the axis.
    """

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, angles: NDArray[np.floating]) -> AngleBand | None:
        """Return the band of some angles in degrees; None where there are none."""
        if not len(angles):
            return None
        low, median, high = np.quantile(angles, BAND).tolist()
        return cls(low, median, high)


@dataclass(frozen=True, eq=False)
class ConeView:
    """The rows at one position of the dial.

    Attributes
    ----------
    positions : float32 array of shape (n_rows, 3)
        On the unit sphere; z is the cosine with the reference axis. A row without a direction
        (of zeros; or equal to the mean, once the cloud is centered) is at the origin.
    linear : float32 array of shape (n_rows, 3)
        The unit rows projected on their three leading principal axes: the length of each is the
        share of the length of the row that such a picture shows.
    cosines : float32 array of shape (n_pairs,)
        Of the same pairs of rows at every position of the dial; 0 where a row has no direction.
    mean_cosine : float
        Exact, over all pairs of rows that have a direction; nan when there are none.
    rank : int
        How many directions the cloud has; after, how many are kept.
    mean_direction : float32 array of shape (3,), optional
        Where the mean direction is in the picture; None when the rows are centered, or lean to
        one side so little (a mean cosine below 0.01) that they might as well be.
    mean_row : callable
        Returns the mean of the unit rows, as `mean_unit` has it.
    spectrum : callable
        Returns the variances of the cloud along its principal axes, before it is scaled to unit
        length: what IsoScore and effective rank are of.
    """

    positions: Matrix
    linear: Matrix
    cosines: NDArray[np.float32]
    mean_cosine: float
    rank: int
    mean_direction: NDArray[np.float32] | None = None
    mean_row: Callable[[], Vector] = lambda: np.zeros(0)
    spectrum: Callable[[], Vector] = lambda: np.zeros(0)

    def measured(self) -> Self:
        """Return this, with what a picture needs computed already, lest a window wait for it."""
        _ = self.band, self.linear_reach, self.length_shown
        return self

    @cached_property
    def mean_unit(self) -> Vector:
        """Mean of the unit rows, whose product with a unit vector is its mean cosine with them."""
        return self.mean_row()

    @cached_property
    def iso_score(self) -> float:
        """IsoScore of the cloud; nan when it has no variance."""
        return iso_score_of(self.spectrum())

    @cached_property
    def effective_rank(self) -> float:
        """Effective rank of the cloud; nan when it has no variance."""
        return effective_rank_of(self.spectrum())

    @cached_property
    def has_direction(self) -> NDArray[np.bool_]:
        """Whether each row has a direction, (n_rows,)."""
        x, y, z = self.positions.T  # `any` along rows of three numbers takes ten times as long.
        return np.asarray((x != 0) | (y != 0) | (z != 0))

    @cached_property
    def axis_angles(self) -> NDArray[np.float32]:
        """Angles of the rows that have a direction to the reference axis, in degrees, (≤ n_rows,).

        Exact in all dimensions, of the rows in the picture.
        """
        return _degrees(self._of_rows_with_direction(self.positions[:, 2]))

    @cached_property
    def band(self) -> AngleBand | None:
        """Median, 5 % and 95 % of the angles to the axis; None where no row has a direction."""
        return AngleBand.of(self.axis_angles)

    @cached_property
    def length_shown(self) -> float:
        """Mean share of the length of a row that `linear` shows, 0 to 1; nan without rows."""
        shown = self._lengths_shown
        return float(shown.mean(dtype=np.float64)) if len(shown) else float("nan")

    @cached_property
    def linear_reach(self) -> float:
        """Share of the length that `linear` shows of nearly all rows, or less; 0 without rows."""
        shown = self._lengths_shown
        return float(np.quantile(shown, _NEARLY_ALL)) if len(shown) else 0.0

    @cached_property
    def _lengths_shown(self) -> NDArray[np.float32]:
        lengths = np.sqrt(np.einsum("ij,ij->i", self.linear, self.linear))
        return self._of_rows_with_direction(lengths)

    def _of_rows_with_direction(self, numbers: NDArray[np.float32]) -> NDArray[np.float32]:
        known = self.has_direction
        return numbers if known.all() else np.asarray(numbers[known])


def _degrees(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    angles: NDArray[np.float32] = np.arccos(np.clip(cosines, -1, 1))
    angles *= np.float32(180 / np.pi)
    return angles

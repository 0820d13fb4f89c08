"""Variances of the principal axes before and after the map, as shares of all variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedviz.core.anisotropy.transform import Transform
from embedviz.core.covariance import FLOOR, variance_shares

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SpectrumShares:
    """Share of the variance along each principal axis of the rows that a map is fitted on.

    Attributes
    ----------
    before, after : float64 array of shape (n_axes,)
        The most spread first; each has the sum 1, or is all zeros where there is no variance.
    first, last : int
        Axes from `first`, from 0, up to before `last` are kept.
    floor : float
        Share before below which an axis counts as without variance.
    rank : int
        How many axes are above the floor.
    dimensions : int
        How many axes there can be.
    """

    before: Floats
    after: Floats
    first: int
    last: int
    floor: float
    rank: int
    dimensions: int

    @classmethod
    def of(cls, transform: Transform) -> SpectrumShares:
        """Return those of the rows that a map is fitted on, mapped."""
        settings, axes, kept = transform.settings, transform.fit.axes, transform.kept
        variances = axes.variances
        after = variances * (1.0 - settings.centering) ** 2
        first = min(settings.remove_top, len(variances))
        last = min(first + len(kept.variances), len(variances))
        n_kept = last - first
        after[first:last] = variances[first:last] * transform.factors[:n_kept] ** 2
        largest = float(variances[first]) if first < len(variances) else 0.0
        total = float(variances.sum())
        return cls(
            variance_shares(variances),
            variance_shares(after),
            first,
            last,
            FLOOR * largest / total if total > 0 else 0.0,
            kept.cloud_rank,
            axes.dimensions,
        )

    @property
    def so_far(self) -> Floats:
        """Share of the variance before that each axis has together with those before it."""
        return np.cumsum(self.before)

    def needed_for(self, share: float) -> int:
        """Return how many axes have this share of the variance before, the most spread first."""
        if not self.before.any():
            return 0
        return int(np.searchsorted(self.so_far, share - 1e-12)) + 1

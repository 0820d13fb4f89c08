"""Ranks of numbers, of which equal ones share the mean of theirs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def mean_ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Return the rank of each number from 1, the smallest first; equal ones have their mean.

    As `scipy.stats.rankdata`, which takes a second to import at the start of the program.

    Parameters
    ----------
    values : array of shape (n,)

    Returns
    -------
    float64 array of shape (n,)
        NaN everywhere when one of them is NaN, which has no rank.
    """
    given = np.asarray(values)
    if np.isnan(given).any():
        return np.full(given.shape, np.nan)
    _, places, counts = np.unique(given, return_inverse=True, return_counts=True)
    middles = np.cumsum(counts) - 0.5 * (counts - 1)
    return np.asarray(middles[places])

"""Interval of a share of few or many questions, which stays between 0 and 1 (Wilson 1927)."""

from __future__ import annotations

from math import sqrt

_Z = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 %."""


def wilson_interval(count: int, total: int) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a share.

    Unlike the share plus and minus its standard error, it does not shrink to nothing where all or
    none of a few are counted.

    Parameters
    ----------
    count, total : int
        How many of how many.

    Returns
    -------
    low, high : float
        From 0 to 1; all of it where nothing was counted.
    """
    if not total:
        return 0.0, 1.0
    share, weight = count / total, _Z * _Z / total
    middle = (share + weight / 2) / (1 + weight)
    half = _Z * sqrt(share * (1 - share) / total + weight / total / 4) / (1 + weight)
    return max(0.0, middle - half), min(1.0, middle + half)

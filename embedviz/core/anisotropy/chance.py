"""Angles between directions that have nothing to do with each other: what chance gives.

The cosine of two random directions in d dimensions has the density (1 − c²)^((d − 3)/2), their
angle sin^(d − 2) θ: the more dimensions, the nearer all angles are to 90°. Probabilities between
edges are given, not densities, since in two dimensions the density of the cosine is infinite at
both ends, and in one there are only −1 and 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Numbers = NDArray[np.float64]

_STEPS = 3_601


def chance_of_cosines(edges: ArrayLike, dimensions: int) -> _Numbers:
    """Return how likely the cosine of two random directions is to lie between two edges.

    Parameters
    ----------
    edges : array of shape (n + 1,)
        Ascending. Between those from −1 to 1, the sum is 1.
    dimensions : int
        From 1 up.

    Returns
    -------
    float64 array of shape (n,)
    """
    return np.diff(_share_below(np.asarray(edges, dtype=np.float64), dimensions))


def chance_of_angles(edges: ArrayLike, dimensions: int) -> _Numbers:
    """Return how likely the angle of two random directions is to lie between two edges.

    Parameters
    ----------
    edges : array of shape (n + 1,)
        Degrees, ascending. Between those from 0 to 180, the sum is 1.
    dimensions : int
        From 1 up.

    Returns
    -------
    float64 array of shape (n,)
    """
    degrees = np.asarray(edges, dtype=np.float64)
    # Not cos(degrees): near both ends it is rounded to ±1 before the angle is 0.
    lower = np.sin(np.radians(degrees) / 2) ** 2
    return np.diff(_share_of(np.clip(lower, 0, 1), dimensions))


def chance_spread(dimensions: int) -> float:
    """Return the standard deviation of the angle of two random directions, in degrees.

    About 57.3° / √d of many dimensions; 90° in one, where two directions are equal or opposite.
    """
    if dimensions == 1:
        return 90.0
    edges = np.linspace(0, 180, _STEPS)
    middles = (edges[1:] + edges[:-1]) / 2
    return float(np.sqrt(chance_of_angles(edges, dimensions) @ (middles - 90) ** 2))


def _share_below(cosines: _Numbers, dimensions: int) -> _Numbers:
    return _share_of(np.clip((1 + cosines) / 2, 0, 1), dimensions)


def _share_of(places: _Numbers, dimensions: int) -> _Numbers:
    """Return what share of a symmetric beta distribution is below places from 0 to 1."""
    if dimensions < 1:
        raise ValueError(f"dimensions is {dimensions!r}; it must be from 1 up")
    if dimensions == 1:
        return np.where(places >= 1, 1.0, np.where(places > 0, 0.5, 0.0))
    from scipy.special import betainc  # 0.1 s, which is not for every start to pay.

    half = (dimensions - 1) / 2
    return np.asarray(betainc(half, half, places))

"""How evenly the variance of a cloud is spread over its dimensions.

What needs the variances alone is also offered as a function of them (`iso_score_of`,
`effective_rank_of`, `participation_ratio_of`): whitening of strength t turns variances s into
s^(1-t), so a dial gets its numbers in microseconds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.covariance import Vector, principal_axes, variance_shares
from embedviz.core.progress import Report, silent


def iso_score(vectors: ArrayLike, report: Report = silent) -> float:
    """Return IsoScore: how evenly the variance is spread over all dimensions.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    report : callable

    Returns
    -------
    float
        From 0, all variance along one line, to 1, the same in every direction; nan when there
        is no variance.

    References
    ----------
    Rudman, Gillman, Rayne, Eickhoff: IsoScore: Measuring the Uniformity of Embedding Space
    Utilization, Findings of ACL 2022.
    """
    return iso_score_of(_variances(vectors, report))


def iso_score_of(variances: ArrayLike) -> float:
    """Return IsoScore for the variances along the principal axes, zeros included.

    The published steps (scale the variances to the length √d, take the distance to a vector of
    ones, rescale) come to (p - 1) / (d - 1), where p = (Σ s)² / Σ s² is the participation ratio.

    Parameters
    ----------
    variances : array of shape (n_dimensions,)
    """
    spread = variance_shares(variances)
    if not spread.any():
        return float("nan")
    if len(spread) == 1:
        return 1.0
    return float((1.0 / (spread @ spread) - 1.0) / (len(spread) - 1))


def effective_rank(vectors: ArrayLike, report: Report = silent) -> float:
    """Return the effective rank of the covariance: how many dimensions the cloud really uses.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    report : callable

    Returns
    -------
    float
        Between 1 and the rank of the covariance; nan when there is no variance.

    References
    ----------
    Roy and Vetterli: The effective rank: a measure of effective dimensionality, EUSIPCO 2007.
    """
    return effective_rank_of(_variances(vectors, report))


def effective_rank_of(variances: ArrayLike) -> float:
    """Return the exponential of the entropy of variances that are scaled to the sum 1.

    Parameters
    ----------
    variances : array of shape (n_dimensions,)
        Zeros do not matter.
    """
    spread = variance_shares(variances)
    spread = spread[spread > 0]
    return float(np.exp(-(spread @ np.log(spread)))) if len(spread) else float("nan")


def participation_ratio(vectors: ArrayLike, report: Report = silent) -> float:
    """Return the participation ratio of the covariance: how many dimensions carry the variance.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    report : callable

    Returns
    -------
    float
        Between 1 and the rank of the covariance, at most the effective rank; nan when there is
        no variance.

    References
    ----------
    Gao, Trautmann, Yu, Santhanam, Ryu, Shenoy, Ganguli: A theory of multineuronal dimensionality,
    dynamics and measurement, 2017.
    """
    return participation_ratio_of(_variances(vectors, report))


def participation_ratio_of(variances: ArrayLike) -> float:
    """Return (Σ s)² / Σ s² of variances s.

    Parameters
    ----------
    variances : array of shape (n_dimensions,)
        Zeros do not matter.
    """
    spread = variance_shares(variances)
    return float(1.0 / (spread @ spread)) if spread.any() else float("nan")


def _variances(vectors: ArrayLike, report: Report) -> Vector:
    axes = principal_axes(vectors, report)
    return padded_variances(axes.variances, axes.dimensions)


def padded_variances(variances: Vector, dimensions: int) -> Vector:
    """Return variances with a zero for each further dimension."""
    return np.concatenate([variances, np.zeros(max(0, dimensions - len(variances)))])

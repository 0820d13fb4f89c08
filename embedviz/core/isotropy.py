"""Isotropy, how evenly a cloud fills its space: four numbers that do not always agree.

The mean cosine is about directions and sees only how far the unit rows lean to one side: a cloud
that is centered has a mean cosine near zero even when it is a line. IsoScore and effective rank are
about variances, which do not change when a cloud is moved. So the mean cosine is shown beside
IsoScore; Rudman et al. say why the former alone misleads.

What needs the variances alone is also offered as a function of them (`iso_score_of`,
`effective_rank_of`): whitening of strength t turns variances s into s^(1-t), so a dial gets its
numbers in microseconds.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.anisotropy.dimensions import outlier_dimensions as outlier_dimensions
from embedviz.core.arrays import Matrix
from embedviz.core.blocks import kernel_rows, row_blocks
from embedviz.core.compiled.checks import as_table, checked_matrix, require_axes
from embedviz.core.compiled.kernels import few_rows, parallel_kernel
from embedviz.core.covariance import Vector, principal_axes
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, silent

# More pieces than processors, so that one that is busy elsewhere does not keep all waiting.
_PIECES = 16


def mean_cosine(vectors: ArrayLike, report: Report = silent) -> float:
    """Return the exact mean of the cosines of all pairs of different rows.

    It is (‖Σ x̂‖² - n) / (n(n - 1)), so it takes one pass over the rows and no sampling.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    report : callable

    Returns
    -------
    float
        Between -1 / (n - 1) and 1. Rows of zeros have no direction and are left out; nan when
        fewer than two rows are left.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.
    """
    return mean_cosine_of(*unit_row_sum(vectors, report))


def mean_cosine_of(total: Vector, n_rows: int) -> float:
    """Return the mean cosine of `n_rows` unit rows whose sum is `total`."""
    if n_rows < 2:
        return float("nan")
    return float((total @ total - n_rows) / (n_rows * (n_rows - 1)))


def unit_row_sum(vectors: ArrayLike, report: Report = silent) -> tuple[Vector, int]:
    """Return the sum of the rows scaled to unit length, and how many rows have a length.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    report : callable

    Returns
    -------
    total : float64 array of shape (n_dimensions,)
    n_rows : int
        Rows of zeros are not counted.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.
    """
    rows = checked_matrix(vectors)
    total, count, n_bad = np.zeros(rows.shape[1]), 0, 0
    for first, block in row_blocks(rows):
        report(first / len(rows), "adding up directions")
        sums, counts, bad = _add_unit_rows(kernel_rows(block))
        total += sums.sum(axis=0)
        count += int(counts.sum())
        n_bad += int(bad.sum())
    if n_bad:
        raise _no_directions(n_bad)
    return total, count


def _no_directions(n_bad: int) -> UserError:
    return UserError(
        f"{counted(n_bad, 'row')} of the vectors {'holds' if n_bad == 1 else 'hold'} NaN or "
        "infinite numbers, which have no direction. Leave such rows out when the file is opened."
    )


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
    spread = _shares(variances)
    if not len(spread):
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
    spread = _shares(variances)
    spread = spread[spread > 0]
    return float(np.exp(-(spread @ np.log(spread)))) if len(spread) else float("nan")


def partition_ratio(vectors: ArrayLike, report: Report = silent) -> float:
    """Return the smallest partition function over the largest, over the principal directions.

    The partition function is Z(c) = Σ exp(c · x) over the rows x. Both ends of each eigenvector
    of XᵀX count, because the sign of an eigenvector means nothing.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        The ratio depends on the lengths of the rows: give unit rows to compare models.
    report : callable

    Returns
    -------
    float
        Between 0 and 1, where 1 is isotropic; nan when there are no rows.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.

    References
    ----------
    Mu and Viswanath: All-but-the-Top: Simple and Effective Postprocessing for Word
    Representations, ICLR 2018, section 2.1.
    """
    rows = as_table(vectors, "vectors")
    require_axes(rows, 2, "vectors")
    if not rows.size:
        return float("nan")
    second_moment = np.zeros((rows.shape[1], rows.shape[1]))
    for first, block in row_blocks(rows):
        report(first / len(rows) / 2, "finding the principal directions")
        exact = block.astype(np.float64)
        if n_bad := int((~np.isfinite(exact).all(axis=1)).sum()):
            raise _no_directions(n_bad)
        second_moment += exact.T @ exact
    _, directions = np.linalg.eigh(second_moment)
    logarithms = np.full(2 * rows.shape[1], -np.inf)
    for first, block in row_blocks(rows):
        report(0.5 + first / len(rows) / 2, "adding up partition functions")
        products = block.astype(np.float64) @ directions
        for half, signed in zip(np.split(logarithms, 2), (products, -products), strict=True):
            half[:] = np.logaddexp(half, _log_sum_exp(signed))
    return float(np.exp(logarithms.min() - logarithms.max()))


def _log_sum_exp(columns: Vector) -> Vector:
    peaks = columns.max(axis=0)
    return np.asarray(peaks + np.log(np.exp(columns - peaks).sum(axis=0)))


def _variances(vectors: ArrayLike, report: Report) -> Vector:
    axes = principal_axes(vectors, report)
    return padded_variances(axes.variances, axes.dimensions)


def padded_variances(variances: Vector, dimensions: int) -> Vector:
    """Return variances with a zero for each further dimension."""
    return np.concatenate([variances, np.zeros(max(0, dimensions - len(variances)))])


def _shares(variances: ArrayLike) -> Vector:
    spread = np.asarray(variances, dtype=np.float64)
    largest = spread.max(initial=0.0)
    if not largest > 0:
        return np.zeros(0)
    spread = spread / largest  # First, so that the sum neither overflows nor vanishes.
    return np.asarray(spread / spread.sum())


@parallel_kernel
def _add_unit_rows(rows: Matrix) -> tuple[Vector, NDArray[np.int64], NDArray[np.int64]]:
    n_rows, dimensions = rows.shape
    sums = np.zeros((_PIECES, dimensions))
    counts = np.zeros(_PIECES, dtype=np.int64)
    bad = np.zeros(_PIECES, dtype=np.int64)
    for piece in numba.prange(_PIECES):
        total = np.zeros(dimensions)
        for i in range(n_rows * piece // _PIECES, n_rows * (piece + 1) // _PIECES):
            squares = 0.0
            for j in range(dimensions):
                value = np.float64(rows[i, j])
                squares += value * value
            if not squares < np.inf:
                bad[piece] += 1
            elif squares > 0.0:
                scale = 1.0 / np.sqrt(squares)
                counts[piece] += 1
                for j in range(dimensions):
                    total[j] += scale * np.float64(rows[i, j])
        sums[piece] = total
    return sums, counts, bad


def compile_all() -> None:
    """Run the kernels of the measures once."""
    mean_cosine(few_rows())

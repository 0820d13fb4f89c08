"""Partition ratio: whether the rows look the same from every side."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.blocks import row_blocks
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.covariance import Vector
from embedviz.core.directions import no_directions
from embedviz.core.progress import Report, silent


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
            raise no_directions(n_bad)
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

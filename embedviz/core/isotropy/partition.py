"""Partition ratio: whether the rows look the same from every side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.blocks import row_blocks
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.covariance import Vector
from embedviz.core.covariance.eigen import symmetric_eigen
from embedviz.core.isotropy.mean_direction import no_directions
from embedviz.core.progress import Report, part_of, silent


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
    longest = _longest(rows, part_of(report, 0.0, 0.1))
    # float32 is enough where nothing is so long that a rounding of 1e-7 grows in exp.
    kind: Any = np.float32 if rows.dtype == np.float32 and longest < _SHORT else np.float64
    second_moment = np.zeros((rows.shape[1], rows.shape[1]))
    for first, block in _blocks(rows):
        report(0.1 + 0.3 * first / len(rows), "finding the principal directions")
        exact = np.asarray(block, dtype=kind)
        second_moment += exact.T @ exact
    _, directions = symmetric_eigen(second_moment)
    directions = np.asarray(directions, dtype=kind)
    logarithms = np.full(2 * rows.shape[1], -np.inf)
    for first, block in _blocks(rows):
        report(0.4 + 0.6 * first / len(rows), "adding up partition functions")
        products = np.asarray(block, dtype=kind) @ directions
        logarithms = np.logaddexp(logarithms, _log_sums(products, is_short=longest < _SHORT))
    return float(np.exp(logarithms.min() - logarithms.max()))


_SHORT = 10.0
_BLOCK_ROWS = 2048


def _blocks(rows: NDArray[Any]) -> Iterator[tuple[int, NDArray[Any]]]:
    """Yield the first row and the rows of blocks that sums in float32 are right for."""
    for first, block in row_blocks(rows):
        for start in range(0, len(block), _BLOCK_ROWS):
            yield first + start, block[start : start + _BLOCK_ROWS]


def _longest(rows: NDArray[Any], report: Report) -> float:
    longest = 0.0
    for first, block in row_blocks(rows):
        report(first / len(rows), "measuring lengths")
        if n_bad := int((~np.isfinite(block).all(axis=1)).sum()):
            raise no_directions(n_bad)
        with np.errstate(over="ignore"):
            squares = np.einsum("ij,ij->i", block, block, dtype=np.float64)
        longest = max(longest, float(squares.max()))
    return float(np.sqrt(longest))


def _log_sums(products: NDArray[Any], *, is_short: bool) -> Vector:
    """Return log Σ exp(x) of each column, then log Σ exp(-x) of each."""
    if not is_short:
        return np.concatenate([_log_sum_exp(products), _log_sum_exp(-products)])
    powers = np.exp(products)
    sums = powers.sum(axis=0, dtype=np.float64)
    np.divide(1, powers, out=powers)
    return np.asarray(np.log(np.concatenate([sums, powers.sum(axis=0, dtype=np.float64)])))


def _log_sum_exp(columns: Vector) -> Vector:
    peaks = columns.max(axis=0)
    return np.asarray(peaks + np.log(np.exp(columns - peaks).sum(axis=0)))

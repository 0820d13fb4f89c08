"""Shrinkage of Ledoit and Wolf: how far a covariance is better moved toward a sphere.

Of Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices"
(Journal of Multivariate Analysis, 2004). Whitening divides by the smallest variances, which are
too small when there are few rows for so many dimensions; (1 - shrinkage) C + shrinkage m I, with
m the mean variance, has the least expected squared error.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Vector
from embedviz.core.blocks import row_blocks
from embedviz.core.compiled.checks import as_table, require_axes, require_width
from embedviz.core.covariance.axes import PrincipalAxes
from embedviz.core.progress import Report, silent


def ledoit_wolf_shrinkage(
    vectors: ArrayLike, axes: PrincipalAxes, report: Report = silent
) -> float:
    """Return how far the covariance of rows is to be moved toward a sphere, 0 to 1.

    It is that of `sklearn.covariance.ledoit_wolf_shrinkage`. The scatter is known from the axes,
    so one pass over the lengths of the rows is all that is left to do.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        Read block by block.
    axes : PrincipalAxes
        Of these rows.
    report : callable

    Returns
    -------
    float
        0 where there is nothing to move: one dimension, or the same variance in all directions.
        0 too for fewer than two rows.

    Raises
    ------
    UserError
        When the rows have another length than the axes.
    """
    rows = as_table(vectors, "vectors")
    require_axes(rows, 2, "vectors")
    require_width(rows, axes.dimensions, "rows")
    n_rows, dimensions = rows.shape
    largest = float(axes.variances.max(initial=0.0))
    if n_rows < 2 or dimensions < 2 or not largest > 0:
        return 0.0
    # In units of the largest spread, or the fourth powers of long rows are beyond all numbers.
    scale = math.sqrt(largest)
    spread = np.zeros(dimensions)
    spread[: len(axes.variances)] = axes.variances / largest * ((n_rows - 1) / n_rows)
    moved = float(np.square(spread - spread.mean()).sum())
    fourth = _mean_of_fourth_powers(rows, axes.mean, scale, report)
    noise = min((fourth - float(np.square(spread).sum())) / n_rows, moved)
    return max(0.0, noise / moved) if moved > 0 else 0.0


def _mean_of_fourth_powers(rows: NDArray[Any], mean: Vector, scale: float, report: Report) -> float:
    """Return the mean of the fourth powers of the lengths of centered rows, in units of a scale."""
    kind = np.float64 if rows.dtype.itemsize > np.dtype(np.float32).itemsize else np.float32
    # In two parts, so that a mean far from zero is not rounded to float32.
    coarse: NDArray[Any] = mean.astype(kind)
    fine: NDArray[Any] = ((mean - coarse) / scale).astype(kind)
    total = 0.0
    for first, block in row_blocks(rows):
        report(first / len(rows), "measuring the shrinkage")
        with np.errstate(over="ignore", invalid="ignore"):
            centered: NDArray[Any] = np.subtract(block, coarse, dtype=kind)
            centered /= kind(scale)
            centered -= fine
            squares = np.einsum("ij,ij->i", centered, centered)
        total += float(np.square(squares.astype(np.float64)).sum())
    return total / len(rows)

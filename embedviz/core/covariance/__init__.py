"""Mean and principal axes of a cloud of rows, and the linear maps made from them.

What PCA, whitening and the cone share. Nothing here needs scikit-learn, which takes 0.8 s to
import.

Covariances of real embeddings are singular (constant dimensions, fewer rows than dimensions), and
whitening divides by the smallest variances, so these must be right too. `moments` sums in float64
what comes in parts; many float32 rows that are there as a whole go through `float32_products`, in
half the time and with the smallest variances measured by themselves; fewer rows than half their
dimensions are decomposed as they are. None of them copies all rows of a long array, and a
large mean costs no digits. Rows that are all equal, and dimensions that are constant, get a
variance of exactly zero.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Table, Vector
from embedviz.core.blocks import row_blocks
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.covariance import float32_products
from embedviz.core.covariance.axes import PrincipalAxes, require_finite, sorted_axes
from embedviz.core.covariance.directions import (
    FLOOR,
    Directions,
    describe_rank,
    kept_directions,
    leading_directions,
    spread_powers,
    variance_shares,
)
from embedviz.core.covariance.mapping import map_rows
from embedviz.core.covariance.moments import DistinctRows, Moments
from embedviz.core.covariance.shrinkage import ledoit_wolf_shrinkage, shrinkage_of_blocks
from embedviz.core.progress import Report, part_of, silent

__all__ = [
    "FLOOR",
    "Directions",
    "Moments",
    "PrincipalAxes",
    "Vector",
    "axes_of_table",
    "describe_rank",
    "kept_directions",
    "leading_directions",
    "ledoit_wolf_shrinkage",
    "map_rows",
    "principal_axes",
    "shrinkage_of_blocks",
    "spread_powers",
    "variance_shares",
]


def principal_axes(vectors: ArrayLike, report: Report = silent) -> PrincipalAxes:
    """Return the mean, the principal axes and the variances of a cloud of rows.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        Read block by block, never copied as a whole unless it is wider than long.
    report : callable

    Returns
    -------
    PrincipalAxes
        As many axes as dimensions, or as rows when those are less than half as many. Not one
        has a variance when there are fewer than two rows.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.
    """
    rows = as_table(vectors, "vectors")
    require_axes(rows, 2, "vectors")
    return _axes_of_few(rows, report) if _are_few(rows) else axes_of_table(rows, report)


def axes_of_table(rows: Table, report: Report = silent) -> PrincipalAxes:
    """Return the same of the rows of a table, which are asked for block by block.

    Parameters
    ----------
    rows : table of shape (n_vectors, n_dimensions)
        Of floats; more than half as many rows as dimensions.
    report : callable
    """
    if float32_products.is_worthwhile(rows):
        spread = float32_products.spread_of(rows, part_of(report, 0.0, 0.6))
        if spread is not None:
            report(0.6, "finding the principal axes")
            counts = len(rows), _count_distinct(rows, report)
            return sorted_axes(spread.mean, spread.axes.T[::-1], spread.variances[::-1], counts)
        report = part_of(report, 0.6, 1.0)
    moments = Moments(rows.shape[1])
    moments.add(rows, part_of(report, 0.0, 0.9))
    report(0.9, "finding the principal axes")
    return moments.principal_axes()


def _are_few(rows: Table) -> bool:
    return 2 * len(rows) <= rows.shape[1]


def _axes_of_few(rows: NDArray[Any], report: Report) -> PrincipalAxes:
    """Return the axes of fewer rows than half their dimensions: as many as rows."""
    n_rows, dimensions = rows.shape
    if not n_rows:
        return PrincipalAxes(np.zeros(dimensions), np.zeros((0, dimensions)), np.zeros(0), 0, 0)
    report(0.0, "finding the principal axes")
    shifted = rows.astype(np.float64)
    require_finite(shifted)
    first = shifted[0].copy()
    shifted -= first
    mean = shifted.mean(axis=0)
    shifted -= mean
    _, lengths, axes = np.linalg.svd(shifted, full_matrices=False)
    counts = n_rows, _count_distinct(rows, silent)
    return sorted_axes(first + mean, axes, lengths**2 / max(1, n_rows - 1), counts)


def _count_distinct(rows: Table, report: Report) -> int:
    distinct = DistinctRows(rows.shape[1] + 2)
    for first, block in row_blocks(rows):
        if distinct.is_full:
            break
        report(0.6 + 0.4 * first / len(rows), "counting distinct rows")
        distinct.add(block)
    return distinct.count

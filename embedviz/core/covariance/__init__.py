"""Mean and principal axes of a cloud of rows, and the linear maps made from them.

What PCA, whitening and the cone share. Nothing here needs scikit-learn, which takes 0.8 s to
import.

The scatter is summed in float64, block by block, about the mean of each block, and blocks are
merged as by Chan, Golub and LeVeque (1983); so a million rows are never copied and a large mean
costs no digits. Covariances of real embeddings are singular (constant dimensions, fewer rows than
dimensions), and a sum in float32 would bury their smallest variances in noise of 1e-7 of the
largest one, which whitening then blows up. The first row is subtracted before anything is summed:
rows that are all equal, and dimensions that are constant, get a variance of exactly zero.
"""

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Vector
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.covariance.axes import PrincipalAxes, require_finite, sorted_axes
from embedviz.core.covariance.directions import (
    FLOOR,
    Directions,
    describe_rank,
    kept_directions,
    leading_directions,
    spread_powers,
)
from embedviz.core.covariance.mapping import map_rows
from embedviz.core.covariance.moments import DistinctRows, Moments
from embedviz.core.covariance.shrinkage import ledoit_wolf_shrinkage
from embedviz.core.progress import Report, silent

__all__ = [
    "FLOOR",
    "Directions",
    "Moments",
    "PrincipalAxes",
    "Vector",
    "describe_rank",
    "kept_directions",
    "leading_directions",
    "ledoit_wolf_shrinkage",
    "map_rows",
    "principal_axes",
    "spread_powers",
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
    n_rows, dimensions = rows.shape
    if 2 * n_rows > dimensions:
        moments = Moments(dimensions)
        moments.add(rows, report)
        report(0.9, "finding the principal axes")
        return moments.principal_axes()
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
    distinct = DistinctRows(dimensions + 2)
    distinct.add(rows)
    counts = n_rows, distinct.count
    return sorted_axes(first + mean, axes, lengths**2 / max(1, n_rows - 1), counts)

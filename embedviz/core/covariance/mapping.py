"""The linear maps of rows that are made from their principal axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Vector
from embedviz.core.blocks import row_blocks, scale_to_unit_length
from embedviz.core.progress import Report, silent


def map_rows(
    vectors: NDArray[Any],
    mean: Vector,
    matrix: Vector,
    *,
    unit_length: bool = False,
    report: Report = silent,
) -> NDArray[Any]:
    """Return (vectors - mean) @ matrix, computed block by block in the type of the vectors.

    Parameters
    ----------
    vectors : float array of shape (n_vectors, n_dimensions)
    mean : array of shape (n_dimensions,)
        Subtracted in two parts, so that a mean far from zero is not rounded to float32.
    matrix : array of shape (n_dimensions, n_columns)
    unit_length : bool
        Divide each row of the result by its length. Rows of zeros, such as blank texts, have no
        direction and get none, or they would be near to whatever is far from the mean.
    report : callable

    Returns
    -------
    array of shape (n_vectors, n_columns)
        Of the same type as `vectors`.
    """
    kind = vectors.dtype
    coarse = mean.astype(kind)
    fine = (mean - coarse).astype(kind)
    matrix = matrix.astype(kind)
    result = np.empty((len(vectors), matrix.shape[1]), dtype=kind)
    for first, block in row_blocks(vectors):
        report(first / len(vectors), "mapping the rows")
        centered = block - coarse
        centered -= fine
        rows = result[first : first + len(block)]
        np.matmul(centered, matrix, out=rows)
        if unit_length:
            scale_to_unit_length(rows)
            rows[~block.any(axis=1)] = 0
    return result

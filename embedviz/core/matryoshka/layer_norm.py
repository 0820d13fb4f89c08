"""Rows with mean 0 and variance 1, as some models want theirs before they are cut.

Nomic's embedding models, from nomic-embed-text-v1.5 on, are trained with a layer norm without
weights between the model and the cut. After the cut each row is made unit length again, so of the
layer norm only the subtraction of the row's mean changes a cosine; what a row is divided by, and so
also the small number that the usual layer norm adds to the variance, cancels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix
from embedviz.core.blocks import row_blocks
from embedviz.core.compiled.checks import checked_matrix
from embedviz.core.progress import Report, silent


def layer_normed(vectors: ArrayLike, report: Report = silent) -> Matrix:
    """Return rows less their mean, over their standard deviation.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    report : callable
        Called after each block of some megabytes.

    Returns
    -------
    float32 array of shape (n_vectors, n_dimensions)
        A row of equal numbers becomes zero; one that holds NaN or an infinity becomes NaN.
    """
    rows = checked_matrix(vectors)
    normed = np.empty(rows.shape, dtype=np.float32)
    for first, block in row_blocks(rows):
        with np.errstate(invalid="ignore"):  # Of infinite numbers.
            normed[first : first + len(block)] = _normed(block)
        report((first + len(block)) / len(rows), "layer norm of all rows")
    return normed


def _normed(block: Matrix) -> Matrix:
    if not block.shape[1]:
        return block
    centered = block.astype(np.float64)
    centered -= centered.mean(axis=1, keepdims=True)
    # What is left of equal numbers is the rounding of their mean.
    peaks = np.abs(block).max(axis=1).astype(np.float64)
    deviations = np.sqrt(np.einsum("ij,ij->i", centered, centered) / block.shape[1])
    is_flat = deviations <= 2.0**-50 * peaks
    centered[is_flat] = 0.0
    deviations[is_flat] = 1.0
    normed: Matrix = (centered / deviations[:, np.newaxis]).astype(np.float32)
    return normed

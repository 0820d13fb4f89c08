"""Rows cut to their first dimensions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix
from embedviz.core.blocks import rows_per_block
from embedviz.core.compiled.checks import checked_matrix
from embedviz.core.neighbors import row_lengths
from embedviz.core.neighbors.top_k import checked_prefix


def truncate(vectors: ArrayLike, dimensions: int) -> Matrix:
    """Return the first `dimensions` numbers of each row, made unit length again.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    dimensions : int
        From 1 to n_dimensions.

    Returns
    -------
    float32 array of shape (n_vectors, dimensions)
        A row whose prefix is zero stays zero.

    Raises
    ------
    UserError
        When there are not so many dimensions.
    """
    rows = checked_matrix(vectors)
    prefix = rows[:, : checked_prefix(dimensions, rows.shape[1])]
    lengths = row_lengths(prefix)[:, np.newaxis]
    lengths[lengths == 0.0] = 1.0
    truncated = np.empty(prefix.shape, dtype=np.float32)
    for first in range(0, len(rows), rows_per_block(prefix.shape[1])):
        part = slice(first, first + rows_per_block(prefix.shape[1]))
        with np.errstate(invalid="ignore"):  # Of infinite numbers.
            truncated[part] = prefix[part] / lengths[part]
    return truncated

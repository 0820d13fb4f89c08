"""Euclidean lengths of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.blocks import strided_blocks
from embedviz.core.neighbors.row_kernels import measure_rows


def row_lengths(vectors: Matrix) -> NDArray[np.float64]:
    """Return the Euclidean length of each row of an array (n_vectors, n_dimensions)."""
    lengths = np.zeros(len(vectors))
    for block in strided_blocks(vectors):
        measure_rows(block.flat, block.stride, vectors.shape[1], lengths[block.rows])
    return lengths

"""Rows cut to their first dimensions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix
from embedviz.core.blocks import row_blocks
from embedviz.core.compiled.checks import checked_matrix
from embedviz.core.matryoshka.layer_norm import layer_normed
from embedviz.core.neighbors.lengths import row_lengths
from embedviz.core.neighbors.top_k import checked_prefix


def truncate(vectors: ArrayLike, dimensions: int, layer_norm: bool = False) -> Matrix:
    """Return the first `dimensions` numbers of each row, made unit length again.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    dimensions : int
        From 1 to n_dimensions.
    layer_norm : bool
        Whether each row is brought to mean 0 and variance 1 before it is cut, as some models ask
        for: see `layer_norm`.

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
    dimensions = checked_prefix(dimensions, rows.shape[1])
    truncated = np.empty((len(rows), dimensions), dtype=np.float32)
    for first, block in row_blocks(rows if layer_norm else rows[:, :dimensions]):
        prefix = layer_normed(block)[:, :dimensions] if layer_norm else block
        lengths = row_lengths(prefix)[:, np.newaxis]
        lengths[lengths == 0.0] = 1.0
        with np.errstate(invalid="ignore"):  # Of infinite numbers.
            truncated[first : first + len(block)] = prefix / lengths
    return truncated


def prefix_lengths(dimensions: int) -> list[int]:
    """Return lengths to measure at: powers of two, those halfway between them, and all.

    Parameters
    ----------
    dimensions : int
        Of all, from 1 up. From 32 up, the lengths begin at 8.
    """
    first = 8 if dimensions >= 32 else 1
    powers = [2**i for i in range(31) if first <= 2**i < dimensions]
    halfway = [3 * power // 2 for power in powers if power > 1 and 3 * power // 2 < dimensions]
    return sorted({*powers, *halfway, dimensions})

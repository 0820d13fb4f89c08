"""Unit vectors of words, between which the offsets of a relation are.

Nothing is centered: what all rows have in common cancels out in an offset.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.analogies.scoring import LEAST_LENGTH
from embedviz.core.arrays import Rows, Vector
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.vector_set import VectorSet

LEAST_OFFSET = LEAST_LENGTH
"""Length of an offset of unit rows below which it has no direction: rounding of float32."""


def unit_vectors(vector_set: VectorSet, rows: Rows) -> Vector:
    """Return rows of a set as float64 vectors of unit length; zeros for those without direction.

    Parameters
    ----------
    vector_set : VectorSet
    rows : int array of shape (n,)

    Returns
    -------
    float64 array of shape (n, n_dimensions)
        Zeros for rows of zeros, and for rows that hold NaN or an infinity.
    """
    return unit_length(vector_set.vectors[rows])


def unit_length(vectors: ArrayLike) -> Vector:
    """Return vectors scaled to unit length; zeros for those that are not finite, too.

    Parameters
    ----------
    vectors : array of shape (n, n_dimensions)

    Returns
    -------
    float64 array of shape (n, n_dimensions)
    """
    units = np.array(vectors, dtype=np.float64)
    is_finite = np.asarray(np.isfinite(units).all(axis=1))
    units[~is_finite] = 0.0
    scale_to_unit_length(units)
    return units

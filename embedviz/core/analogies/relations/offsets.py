"""Unit vectors of words, between which the offsets of a relation are.

Nothing is centered: what all rows have in common cancels out in an offset.
"""

from __future__ import annotations

from embedviz.core.analogies.scoring import LEAST_LENGTH
from embedviz.core.analogies.terms import unit_length
from embedviz.core.arrays import Rows, Vector
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

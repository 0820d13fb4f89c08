"""Terms of an analogy: labels of a set, and vectors in its space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Vector
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet

Term = str | NDArray[Any]
"""A label of the set, or a vector in its space."""
Terms = Term | Sequence[Term]


def vectors_of(vector_set: VectorSet, terms: Sequence[Term]) -> Vector:
    """Return the vectors of labels, and vectors as they are.

    Parameters
    ----------
    vector_set : VectorSet
    terms : sequence of str or array of shape (n_dimensions,)

    Returns
    -------
    float64 array of shape (n_terms, n_dimensions)

    Raises
    ------
    KeyError
        When a label is not in the set; the message names labels that are nearly the same.
    UserError
        When a vector has another length than the rows.
    """
    found = np.empty((len(terms), vector_set.dimensions), dtype=np.float64)
    for place, term in enumerate(terms):
        if isinstance(term, str):
            found[place] = vector_set.vectors[vector_set.row(term)]
            continue
        if np.shape(term) != (vector_set.dimensions,):
            raise UserError(
                f"A vector of the question has {np.size(term)} numbers, but the rows of "
                f"{vector_set.name or 'the set'} have {vector_set.dimensions}. Use one from the "
                "same model."
            )
        found[place] = term
    return found


def unit_rows(vectors: ArrayLike) -> Vector:
    """Return rows of unit length as float64; rows of zeros stay zeros.

    Raises
    ------
    UserError
        When one of them holds NaN or an infinity.
    """
    rows = np.array(vectors, dtype=np.float64)
    if not np.isfinite(rows).all():
        raise UserError(
            "The vector of one of these labels holds NaN or infinite numbers, so it has no "
            "direction. Choose another label."
        )
    scale_to_unit_length(rows)
    return rows


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

"""Rows as the contrastive measures take them: finite, of unit length, and two equal sides."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Rows, Vector
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.errors import UserError


def unit_rows(vectors: ArrayLike) -> Vector:
    """Return a float64 copy of vectors (n, d), each of unit length; a row of zeros stays so.

    Raises
    ------
    UserError
        When they are no table of numbers, or one holds NaN or an infinity.
    """
    rows = np.array(as_table(vectors, "vectors"), dtype=np.float64)
    require_axes(rows, 2, "vectors")
    require_finite(rows)
    scale_to_unit_length(rows)
    return rows


def require_finite(rows: NDArray[Any]) -> None:
    """Refuse rows of which one holds NaN or an infinity.

    Raises
    ------
    UserError
    """
    if not np.isfinite(rows).all():
        raise UserError("A row holds NaN or an infinity, which has no direction. Leave it out.")


def finite_rows(rows: NDArray[Any], places: Rows) -> NDArray[Any]:
    """Return some rows as floats.

    Raises
    ------
    UserError
        When one holds NaN or an infinity.
    """
    taken: NDArray[Any] = rows[places]
    if taken.dtype.kind != "f":
        taken = taken.astype(np.float64)
    is_finite = np.isfinite(taken).all(axis=1)
    if not is_finite.all():
        row = int(places[np.argmin(is_finite)])
        raise UserError(
            f"Row {row:,}, counted from 0, holds NaN or an infinity, so it has no direction. Leave "
            "such rows out when the file is opened."
        )
    return taken


def require_partners(first: NDArray[Any], second: NDArray[Any]) -> None:
    """Refuse two sides of which row i of one cannot belong to row i of the other.

    Raises
    ------
    UserError
    """
    if first.shape != second.shape:
        raise UserError(
            f"The two sides have the shapes {first.shape} and {second.shape}; row i of one belongs "
            "to row i of the other, so they must be equal."
        )

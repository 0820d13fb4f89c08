"""Checks of what is given to compiled loops, before they begin.

A compiled loop does not look where it reads and writes: rows that are not there, or arrays of other
shapes than it is made for, give numbers from somewhere in memory, or end the process. So whoever
calls one looks first. The checks of shapes cost nothing; those of row numbers are one pass over
them, which is little beside what is then read from the rows.
"""

from __future__ import annotations

from numbers import Integral, Real
from operator import index
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.errors import UserError


def checked_matrix(vectors: ArrayLike, what: str = "vectors") -> Matrix:
    """Return vectors, or positions, as a float32 array with a row for each.

    Raises
    ------
    UserError
        When it has another number of axes than two, or holds no real numbers.
    """
    rows = checked_numbers(vectors, what)
    require_axes(rows, 2, what)
    return rows


def checked_numbers(numbers: ArrayLike, what: str) -> Matrix:
    """Return numbers as a float32 array of any shape.

    Raises
    ------
    UserError
        When they are texts, complex, or lists of different lengths.
    """
    given = as_table(numbers, what)
    if given.dtype == np.float32:
        return given
    found: Matrix = given.astype(np.float32)
    return found


def as_table(numbers: ArrayLike, what: str) -> NDArray[Any]:
    """Return numbers as an array of the type that they have.

    Raises
    ------
    UserError
        When they are texts, complex, or lists of different lengths.
    """
    try:
        given = np.asarray(numbers)
    except ValueError:
        raise UserError(
            f"The rows of the {what} have different lengths. Give a table of numbers."
        ) from None
    if given.dtype.kind in "USMmV":
        raise UserError(f"The {what} are not numbers, but {given.dtype}. Give a table of numbers.")
    if given.dtype.kind == "O":
        try:
            return given.astype(np.float64)
        except (ValueError, TypeError):
            raise UserError(f"The {what} are not all numbers. Leave the others out.") from None
    if given.dtype.kind == "c":
        raise UserError(f"The {what} are complex numbers. Give their real parts, or their sizes.")
    return given


def checked_count(count: Any, what: str, least: int = 0, most: int | None = None) -> int:
    """Return a number of things as a whole number.

    Parameters
    ----------
    count : object
    what : str
        What is counted: "neighbors".
    least, most : int

    Raises
    ------
    UserError
        When it is no whole number, or below or above what can be.
    """
    upto = f"{least:,} or more" if most is None else f"{least:,} to {most:,}"
    try:
        number = int(index(count))
    except TypeError:
        raise UserError(
            f"The number of {what} is {count!r}, which is no whole number. Choose {upto}."
        ) from None
    if number < least or (most is not None and number > most):
        raise UserError(f"The number of {what} is {number:,}. Choose {upto}.")
    return number


def checked_limit(limit: Any, what: str = "rows") -> int | None:
    """Return how many of the first rows count, as a whole number; None stands for all.

    Raises
    ------
    UserError
        When it is no whole number, or below 0.
    """
    return None if limit is None else checked_count(limit, what)


def require_within(
    value: object, least: float, most: float, refusal: str, *, whole: bool = False
) -> None:
    """Refuse a setting that is no number between two others.

    Parameters
    ----------
    value : object
    least, most : float
    refusal : str
        What to say; "{}" stands for the value.
    whole : bool
    """
    if isinstance(value, Integral if whole else Real) and least <= float(value) <= most:
        return
    shown = f"{value:,}" if isinstance(value, int) else repr(value)
    raise UserError(refusal.format(f"{value:g}" if isinstance(value, float) else shown))


def require_axes(array: NDArray[Any], n_axes: int, what: str) -> None:
    """Refuse an array with another number of axes."""
    if array.ndim != n_axes:
        needed = "a table, with a row for each" if n_axes == 2 else "a list"
        raise UserError(f"The {what} have the shape {array.shape}; they must be {needed}.")


def require_length(array: NDArray[Any], length: int, what: str, of: str) -> None:
    """Refuse an array with another number of rows than there are of what it belongs to.

    Parameters
    ----------
    array : array
    length : int
    what, of : str
        What the array holds, and what there are `length` of: "positions", "vectors".
    """
    if len(array) != length:
        raise UserError(
            f"There are {len(array):,} {what} for {length:,} {of}; there must be one for each."
        )


def require_width(array: NDArray[Any], width: int, what: str) -> None:
    """Refuse an array whose rows hold another number of numbers than the vectors do."""
    if array.shape[-1] != width:
        raise UserError(
            f"The {what} have {array.shape[-1]:,} dimensions, but the vectors have {width:,}. "
            "Use those of the same model."
        )


def checked_rows(rows: ArrayLike, n_rows: int, what: str = "rows", n_axes: int = 1) -> Rows:
    """Return row numbers as whole numbers, all of which are there.

    Parameters
    ----------
    rows : int array
    n_rows : int
        How many rows there are: numbers are from 0 to this less one.
    what : str
        What they are called, for the message.
    n_axes : int
        Of the array.

    Raises
    ------
    UserError
        When one of them is not there, is no whole number, or the array has another shape.
    """
    given = np.asarray(rows)
    require_axes(given, n_axes, what)
    if not given.size:
        return np.empty(given.shape, dtype=np.intp)
    if given.dtype.kind not in "iu":
        raise UserError(f"The {what} are {given.dtype}; row numbers must be whole numbers.")
    require_rows(given, n_rows, what)
    return given.astype(np.intp, copy=False)


def require_rows(rows: NDArray[Any], n_rows: int, what: str = "rows") -> None:
    """Refuse row numbers of which one is not there, whatever the shape of the array."""
    if not rows.size:
        return
    low, high = int(rows.min()), int(rows.max())
    if low < 0 or high >= n_rows:
        there = f"from 0 to {n_rows - 1:,}" if n_rows else "none, since there are no vectors"
        raise UserError(
            f"{low if low < 0 else high:,} is among the {what}, but is not a row: these are "
            f"{there}."
        )


def require_points(
    positions: NDArray[Any],
    matrix: NDArray[Any],
    rows: NDArray[Any] | None = None,
    **each: NDArray[Any],
) -> None:
    """Refuse what is no picture of points.

    Parameters
    ----------
    positions : array of shape (n, 3)
    matrix : array of shape (3, 4)
        Of the camera.
    rows : int array, optional
        Which of the points.
    **each : arrays of shape (n,) or (1,)
        Colors and sizes: of each point, or one for all.

    Raises
    ------
    ValueError
        When one of them has another shape, or a row is not there.
    """
    if positions.ndim != 2 or positions.shape[1] != 3:
        raise ValueError(f"positions have the shape {positions.shape}; it must be (n, 3)")
    if matrix.shape != (3, 4):
        raise ValueError(f"the camera's matrix has the shape {matrix.shape}; it must be (3, 4)")
    for name, values in each.items():
        if values.shape not in ((len(positions),), (1,)):
            raise ValueError(f"{values.shape} {name} for {len(positions)} points; or one for all")
    if rows is not None and len(rows) and not 0 <= rows.min() <= rows.max() < len(positions):
        raise ValueError(f"rows {rows.min()} to {rows.max()} of {len(positions)} points")

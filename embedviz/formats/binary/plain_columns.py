"""Arrays of NumPy as columns of metadata, in their own types: numbers, truth values, dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

_DAYS = ("Y", "M", "W", "D")
_FIRST_YEAR, _LAST_YEAR = 1, 9999


def to_column(array: NDArray[Any]) -> pa.Array:
    """Return an array of one dimension as a column, nothing of which is rounded.

    Dates are those of the years 1 to 9999, in days or microseconds; others are missing.
    """
    import pyarrow as pa

    array = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    if array.dtype.kind == "M":
        return _dates(array)
    if array.dtype.kind == "f":  # Neither half nor extended precision is known to all programs.
        array = array.astype(np.float32 if array.dtype.itemsize <= 4 else np.float64)
    return pa.array(array)


def _dates(array: NDArray[Any]) -> pa.Array:
    import pyarrow as pa

    years = array.astype("M8[Y]").astype(np.int64) + 1970
    none = np.isnat(array) | (years < _FIRST_YEAR) | (years > _LAST_YEAR)
    array = np.where(none, np.datetime64("NaT"), array)
    unit, _ = np.datetime_data(array.dtype)
    if unit in _DAYS:
        days = array.astype("M8[D]").astype(np.int64)
        return pa.array(np.where(none, 0, days).astype(np.int32), pa.date32(), none)
    moments = array.astype("M8[us]").astype(np.int64)
    return pa.array(np.where(none, 0, moments), pa.timestamp("us"), none)

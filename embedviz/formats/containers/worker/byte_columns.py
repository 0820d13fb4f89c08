"""Vectors that are kept as bytes in a column, as SQLite, DuckDB and Redis have no type for them."""

from __future__ import annotations

import base64
from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from embedviz.formats.containers.worker.list_columns import is_given
from embedviz.formats.containers.worker.plain_columns import decoded
from embedviz.formats.number_columns import rows_too_large

_SHOWN_ROWS = 3
_SHOWN_BYTES = 64


def describe_bytes(array: pa.Array) -> dict[str, Any]:
    """Return `n_bytes`, how long the values usually are, and `first`: some in base 64."""
    values = decoded(array)
    values.validate(full=True)
    given = values.drop_null()
    lengths = Counter(_lengths(given).tolist())
    first = [bytes(value.as_py())[:_SHOWN_BYTES] for value in given.slice(0, _SHOWN_ROWS)]
    return {
        "n_bytes": lengths.most_common(1)[0][0] if lengths else 0,
        "is_regular": len(lengths) == 1,
        "first": [base64.b64encode(value).decode() for value in first],
    }


def _lengths(values: pa.Array) -> NDArray[np.int64]:
    if pa.types.is_fixed_size_binary(values.type):
        return np.full(len(values), values.type.byte_width, np.int64)
    return np.asarray(pc.binary_length(values), np.int64)


def numbers_in_bytes(
    array: pa.Array, dtype: str, dimensions: int
) -> tuple[NDArray[np.float32], dict[int, str]]:
    """Return the rows of a column of bytes, and what is wrong with those that are none.

    Parameters
    ----------
    array : pyarrow.Array
    dtype : str
        As NumPy has it: "<f4".
    dimensions : int
    """
    values = decoded(array)
    values.validate(full=True)
    wanted = dimensions * np.dtype(dtype).itemsize
    there = is_given(values)
    lengths = np.zeros(len(values), np.int64)
    lengths[there] = _lengths(values.drop_null())
    good = there & (lengths == wanted)
    problems = {
        row: f"{lengths[row]:,} bytes instead of {wanted:,}" if there[row] else "no vector"
        for row in np.flatnonzero(~good).tolist()
    }
    found = values.filter(pa.array(good)).cast(pa.binary(wanted))
    out = np.zeros((len(values), dimensions), np.float32)
    if len(found):
        start = found.offset * wanted
        numbers = np.frombuffer(found.buffers()[1], dtype, len(found) * dimensions, start)
        rows = numbers.reshape(-1, dimensions)
        with np.errstate(over="ignore", invalid="ignore"):
            out[good] = rows
        places = np.flatnonzero(good)
        large = rows_too_large(rows, out[good])
        problems |= {int(places[row]): reason for row, reason in large.items()}
    return out, problems

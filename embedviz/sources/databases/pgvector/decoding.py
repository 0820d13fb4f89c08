"""Vectors as PostgreSQL sends them, in its binary format."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from embedviz.core.arrays import Matrix

_ELEMENTS = {700: ">f4", 701: ">f8"}


def decode(values: Sequence[bytes | None], kind: str, dimensions: int | None) -> tuple[
    Matrix, list[int]
]:  # fmt: skip
    """Return vectors, and the rows that were left out: missing, or of another length.

    Parameters
    ----------
    values : sequence of bytes or None
    kind : {"vector", "halfvec", "array"}
    dimensions : int or None
        Their length; None: that of the first.

    Returns
    -------
    vectors : float32 array of shape (n_kept, n_dimensions)
    left_out : list of int
        Places in `values`.
    """
    single = _array if kind == "array" else _vector
    rows = [None if value is None else single(value, kind) for value in values]
    if dimensions is None:
        dimensions = next((len(row) for row in rows if row is not None), 0)
    left_out = [at for at, row in enumerate(rows) if row is None or len(row) != dimensions]
    kept = [row for row in rows if row is not None and len(row) == dimensions]
    if not kept:
        return np.empty((0, dimensions), np.float32), left_out
    with np.errstate(over="ignore"):
        return np.array(kept, np.float32), left_out


def _vector(value: bytes, kind: str) -> np.ndarray[tuple[int], np.dtype[np.floating]]:
    return np.frombuffer(value, ">f4" if kind == "vector" else ">f2", offset=4)


def _array(value: bytes, kind: str) -> np.ndarray[tuple[int], np.dtype[np.floating]] | None:
    """Return an array of one axis without missing numbers; None: it is another."""
    n_axes, has_missing, element = struct.unpack_from(">iii", value)
    if n_axes != 1 or has_missing or element not in _ELEMENTS:
        return None
    number = np.dtype(_ELEMENTS[element])
    pair = np.dtype([("size", ">i4"), ("number", number)])
    if (len(value) - 20) % pair.itemsize:
        return None
    return np.frombuffer(value, pair, offset=20)["number"]

"""Rows, labels and vectors in few characters.

A selection of a million rows would be 8 MB of digits. More than a hundred rows are therefore one
bit each, compressed: 167 kB for every second row drawn at random of a million, and next to nothing
for a range.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.app.files.unfit import Unfit
from embedviz.core.arrays import Matrix, Rows

_FEW = 100
_MOST_BYTES = 256 << 20
_MOST_ROWS = 200_000_000
_MOST_AXES = 8
_LEVEL = 3
"""Of compression: a third of the time of the usual one, and hardly more characters."""


def pack_rows(rows: Rows, n_rows: int) -> dict[str, Any]:
    """Return row numbers of a set of `n_rows` as JSON; any order."""
    if len(rows) <= _FEW:
        return {"n_rows": n_rows, "rows": rows.tolist()}
    if bool((rows[1:] > rows[:-1]).all()):
        bits = np.zeros(n_rows, dtype=np.bool_)
        bits[rows] = True
        return {"n_rows": n_rows, "bits": _pack(np.packbits(bits).tobytes())}
    return {"n_rows": n_rows, "order": _pack(rows.astype("<i8").tobytes())}


def unpack_rows(value: Any) -> Rows:
    """Return the row numbers, in their order.

    Raises
    ------
    Unfit
        When they are damaged, or beyond the rows of the set.
    """
    if not isinstance(value, dict) or type(value.get("n_rows")) is not int:
        raise Unfit("no rows")
    n_rows = value["n_rows"]
    if not 0 <= n_rows <= _MOST_ROWS:
        raise Unfit("too many rows")
    if "rows" in value:
        rows = _plain_rows(value["rows"])
    elif "bits" in value:
        n_bytes = (n_rows + 7) // 8
        bits = np.frombuffer(_unpack(value["bits"], n_bytes), dtype=np.uint8)
        if len(bits) != n_bytes:
            raise Unfit("another number of bits")
        rows = np.flatnonzero(np.unpackbits(bits, count=n_rows))
    else:
        data = _unpack(value.get("order"))
        if len(data) % 8:
            raise Unfit("cut short")
        rows = np.frombuffer(data, dtype="<i8").astype(np.intp)
    if len(rows) and not (rows.min() >= 0 and rows.max() < n_rows):
        raise Unfit("rows beyond the set")
    return rows


def pack_texts(texts: Sequence[str]) -> list[str] | str:
    """Return texts as JSON."""
    if len(texts) <= _FEW:
        return list(texts)
    return _pack(json.dumps(list(texts)).encode("ascii"))


def unpack_texts(value: Any) -> list[str]:
    """Return the texts.

    Raises
    ------
    Unfit
        When they are damaged.
    """
    if isinstance(value, str):
        try:
            value = json.loads(_unpack(value))
        except (ValueError, RecursionError):
            raise Unfit("damaged texts") from None
    if not isinstance(value, list) or not all(type(each) is str for each in value):
        raise Unfit("no texts")
    return value


def pack_vector(vector: Matrix) -> str:
    """Return a float32 vector as JSON, with all of its bits."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")


def unpack_vector(value: Any) -> Matrix:
    """Return the vector.

    Raises
    ------
    Unfit
        When it is damaged, or not finite.
    """
    data = _decoded(value)
    if not data or len(data) % 4:
        raise Unfit("no vector")
    vector: NDArray[np.float32] = np.frombuffer(data, dtype="<f4").astype(np.float32)
    if not np.isfinite(vector).all():
        raise Unfit("a vector that is not finite")
    return vector


def pack_array(array: NDArray[np.float64]) -> dict[str, Any]:
    """Return an array of any shape as JSON, with all of its bits; as float32 where that has them.

    "f4" or "f8" are the numbers in base64, little-endian, the last dimension fastest.
    """
    with np.errstate(over="ignore"):
        short = array.astype("<f4")
    is_short = np.array_equal(short.astype(np.float64), array)
    kind, numbers = ("f4", short) if is_short else ("f8", array.astype("<f8"))
    return {"shape": list(array.shape), kind: base64.b64encode(numbers.tobytes()).decode("ascii")}


def unpack_array(value: Any) -> NDArray[np.float64]:
    """Return the array.

    Raises
    ------
    Unfit
        When it is damaged.
    """
    shape = value.get("shape") if isinstance(value, dict) else None
    if not isinstance(shape, list) or not all(type(each) is int and each >= 0 for each in shape):
        raise Unfit("no shape")
    kind = "f4" if "f4" in value else "f8"
    data = _decoded(value.get(kind))
    if len(shape) > _MOST_AXES or math.prod(shape) * int(kind[1]) != len(data):
        raise Unfit("another shape")
    return np.frombuffer(data, dtype=f"<{kind}").astype(np.float64).reshape(shape)


def pack_numbers(numbers: NDArray[np.float64]) -> str:
    """Return float64 numbers as JSON, with all of their bits."""
    return _pack(numbers.astype("<f8").tobytes())


def unpack_numbers(value: Any) -> NDArray[np.float64]:
    """Return the numbers.

    Raises
    ------
    Unfit
        When they are damaged, or not finite.
    """
    data = _unpack(value)
    if len(data) % 8:
        raise Unfit("cut short")
    numbers: NDArray[np.float64] = np.frombuffer(data, dtype="<f8").astype(np.float64)
    if not np.isfinite(numbers).all():
        raise Unfit("a number that is not finite")
    return numbers


def _pack(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, _LEVEL)).decode("ascii")


def _unpack(value: Any, most: int = _MOST_BYTES) -> bytes:
    """Return what was packed, never more than `most` bytes."""
    engine = zlib.decompressobj()
    try:
        data = engine.decompress(_decoded(value), max(most, 1))
    except zlib.error:
        raise Unfit("damaged") from None
    if not engine.eof or len(data) > most:
        raise Unfit("damaged, or larger than it says")
    return data


def _decoded(value: Any) -> bytes:
    if not isinstance(value, str):
        raise Unfit("no text")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Unfit("damaged") from None


def _plain_rows(value: Any) -> Rows:
    if not isinstance(value, list) or not all(type(each) is int for each in value):
        raise Unfit("no rows")
    try:
        return np.array(value, dtype=np.intp)
    except OverflowError:
        raise Unfit("rows beyond the set") from None

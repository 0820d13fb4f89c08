"""Columns of one type each that any program can use: numbers, text, truth values, dates.

Whatever comes out of a container is checked here, in the child process, before it is sent: an
offset out of its buffer would be a crash where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

NUMBER, TEXT, BYTES, OTHER = "number", "text", "bytes", "other"


def value_type_of(kind: pa.DataType) -> pa.DataType:
    """Return the type of the values without how they are encoded."""
    while True:
        if isinstance(kind, pa.BaseExtensionType):
            kind = kind.storage_type
        elif pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
            kind = kind.value_type
        else:
            return kind


def is_numeric(kind: pa.DataType) -> bool:
    """Return whether values of a type are numbers."""
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def is_text(kind: pa.DataType) -> bool:
    """Return whether values of a type are text."""
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def is_binary(kind: pa.DataType) -> bool:
    """Return whether values of a type are bytes, of any length or of one."""
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def role_of(kind: pa.DataType) -> str:
    """Return whether a column holds numbers, text, bytes, or what `plain` cannot make plain."""
    kind = value_type_of(kind)
    if is_numeric(kind):
        return NUMBER
    if is_text(kind):
        return TEXT
    if is_binary(kind):
        return BYTES
    others = (pa.types.is_boolean, pa.types.is_temporal, pa.types.is_null)
    is_plain = any(test(kind) for test in others) and not pa.types.is_interval(kind)
    return "value" if is_plain else OTHER


def decoded(array: pa.Array) -> pa.Array:
    """Return the values themselves, of an array that is encoded in whatever way."""
    while True:
        if isinstance(array, pa.ExtensionArray):
            array = array.storage
        elif pa.types.is_dictionary(array.type):
            _require_inside(array.indices, len(array.dictionary))
            array = array.dictionary_decode()
        elif pa.types.is_run_end_encoded(array.type):
            array.validate(full=True)
            array = pc.run_end_decode(array)
        else:
            return array


def _require_inside(indices: pa.Array, count: int) -> None:
    found = pc.min_max(indices)
    first, last = found["min"].as_py(), found["max"].as_py()
    if first is not None and not 0 <= first <= last < count:
        raise pa.ArrowInvalid("a category that does not exist")


def plain(array: pa.Array) -> tuple[pa.Array, int]:
    """Return a column as sound numbers, strings, truth values or dates.

    Returns
    -------
    pyarrow.Array
    int
        How many texts were not valid UTF-8.

    Raises
    ------
    pyarrow.ArrowInvalid
        When it is damaged.
    """
    array = decoded(array)
    kind = array.type
    if is_text(kind) or is_binary(kind):
        return plain_text(array)
    array.validate(full=True)
    if pa.types.is_null(kind):
        array = array.cast(pa.string())
    elif pa.types.is_float16(kind):
        array = array.cast(pa.float32())
    elif pa.types.is_decimal(kind):
        array = array.cast(pa.float64(), safe=False)
    elif pa.types.is_duration(kind):
        array = array.cast(pa.int64())
    elif pa.types.is_temporal(kind):
        array = _dates(array)
    return array, 0


_DAY = 86_400_000_000
_FIRST, _LAST = -719_162 * _DAY, 2_932_897 * _DAY
"""Microseconds from 1970 to the beginning of the year 1, and to the end of the year 9999."""


def _dates(array: pa.Array) -> pa.Array:
    """Return times as Python knows them: in microseconds, of the years 1 to 9999, in UTC."""
    kind = array.type
    if pa.types.is_time(kind):
        numbers = array.cast(pa.time64("us"), safe=False).view(pa.int64())
        return _between(numbers, 0, _DAY).view(pa.time64("us"))
    if pa.types.is_date32(kind):
        days = _between(array.view(pa.int32()), _FIRST // _DAY, _LAST // _DAY)
        return days.view(pa.date32())
    if pa.types.is_date64(kind):
        kind = pa.timestamp("ms")
        array = array.view(pa.int64()).view(kind)
    numbers = _in_microseconds(array.view(pa.int64()), kind.unit)
    return _between(numbers, _FIRST, _LAST).view(pa.timestamp("us"))


def _in_microseconds(numbers: pa.Array, unit: str) -> pa.Array:
    if unit == "ns":
        return pc.divide(numbers, 1000)
    factor = {"s": 1_000_000, "ms": 1000, "us": 1}[unit]
    return pc.multiply(_between(numbers, _FIRST // factor, _LAST // factor), factor)


def _between(numbers: pa.Array, first: int, end: int) -> pa.Array:
    """Return the numbers from `first` to below `end`, the others as missing."""
    is_inside = pc.and_(pc.greater_equal(numbers, first), pc.less(numbers, end))
    return pc.if_else(is_inside, numbers, pa.scalar(None, numbers.type))


def plain_text(array: pa.Array) -> tuple[pa.Array, int]:
    """Return texts as strings; what is not valid UTF-8 becomes U+FFFD."""
    if pa.types.is_fixed_size_binary(array.type):
        array = array.cast(pa.binary())
    if pa.types.is_string_view(array.type) or pa.types.is_binary_view(array.type):
        array = array.cast(pa.binary() if is_binary(array.type) else pa.large_string())
    large = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
    raw = array.view(pa.large_binary() if large else pa.binary())
    raw.validate(full=True)
    text = raw.view(pa.large_string() if large else pa.string())
    try:
        text.validate(full=True)
        return text.cast(pa.string()), 0
    except pa.ArrowInvalid:
        return texts_of(raw.to_pylist())


def texts_of(values: Sequence[bytes | None]) -> tuple[pa.Array, int]:
    """Return bytes as strings, and how many are not valid UTF-8."""
    texts = [None if value is None else value.decode("utf-8", "replace") for value in values]
    n_replaced = sum(
        text is not None and "\ufffd" in text and text.encode() != value
        for text, value in zip(texts, values, strict=True)
    )
    return pa.array(texts, pa.string()), n_replaced


def packed(columns: Mapping[str, pa.Array]) -> NDArray[np.uint8]:
    """Return columns as one record batch in the bytes of an Arrow stream."""
    batch = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return np.frombuffer(sink.getvalue(), np.uint8)

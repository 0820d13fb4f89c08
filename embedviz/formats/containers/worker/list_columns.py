"""Lists of numbers in Arrow arrays of any kind, as rows of a matrix."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from embedviz.core.arrays import TOO_LARGE, lost_numbers
from embedviz.formats.containers.worker.plain_columns import (
    decoded,
    is_numeric,
    is_text,
    plain_text,
    value_type_of,
)

_INNER_NAMES = ("values", "value", "vector", "embedding", "data", "list", "elements")

_PLACES = "indices"

Path = tuple[str, ...]
"""Names of the structures that a list is inside of."""


def list_path(kind: pa.DataType) -> Path | None:
    """Return where in a type the list of numbers is; None where there is none."""
    kind = value_type_of(kind)
    if _is_any_list(kind):
        return () if is_numeric(_item_type(kind)) else None
    if not pa.types.is_struct(kind):
        return None
    inner = {field.name: path for field in kind if (path := list_path(field.type)) is not None}
    names = [name for name in _INNER_NAMES if name in inner] or list(inner)
    if not names or (names[0] not in _INNER_NAMES and len(inner) > 1):
        return None
    return (names[0], *inner[names[0]])


def number_type(kind: pa.DataType, path: Path) -> pa.DataType:
    """Return what the numbers in the lists of a column are."""
    for name in path:
        kind = value_type_of(value_type_of(kind).field(name).type)
    return _item_type(value_type_of(kind))


def _item_type(kind: pa.DataType) -> pa.DataType:
    return value_type_of(kind.value_type)


def _is_any_list(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_list_view(kind)
        or pa.types.is_large_list_view(kind)
    )


def lists_in(array: pa.Array, path: Path) -> pa.Array:
    """Return the lists of a column, out of its structures."""
    array = decoded(array)
    array.validate()
    for name in path:
        array = decoded(pc.struct_field(array, name))
    return array


def is_sparse(array: pa.Array, path: Path) -> bool:
    """Return whether lists are the values of sparse vectors, whose places are beside them."""
    if not path:
        return False
    array = lists_in(array, path[:-1])
    if array.type.get_field_index(_PLACES) < 0 or path[-1] == _PLACES:
        return False
    # Spark writes dense vectors in the same way, without places.
    return bool(decoded(pc.struct_field(array, _PLACES)).null_count < len(array))


def is_given(array: pa.Array) -> NDArray[np.bool_]:
    """Return which values are not missing."""
    return np.asarray(array.is_valid().to_numpy(zero_copy_only=False))


def spans_of(array: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64], pa.Array]:
    """Return where each list starts and stops, and the numbers of all of them.

    Raises
    ------
    pyarrow.ArrowInvalid
        When the lists are not inside of the numbers.
    """
    kind = array.type
    if pa.types.is_fixed_size_list(kind):
        starts = (array.offset + np.arange(len(array), dtype=np.int64)) * kind.list_size
        stops = starts + kind.list_size
    elif pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        starts = np.asarray(array.offsets).astype(np.int64)
        stops = starts + np.asarray(array.sizes).astype(np.int64)
    else:
        offsets = np.asarray(array.offsets).astype(np.int64)
        starts, stops = offsets[:-1], offsets[1:]
    values = array.values
    if len(starts) and not (
        starts.min() >= 0 and (starts <= stops).all() and stops.max() <= len(values)
    ):
        raise pa.ArrowInvalid("lists that are not where they should be")
    return starts, stops, values


def vectors_of(array: pa.Array, dimensions: int) -> tuple[NDArray[np.float32], dict[int, str]]:
    """Return lists of numbers as rows, and what is wrong with those that are not such a row."""
    starts, stops, values = spans_of(array)
    lengths = stops - starts
    is_there = is_given(array)
    good = is_there & (lengths == dimensions)
    problems: dict[int, str] = {}
    for row in np.flatnonzero(~good).tolist():
        count = int(lengths[row])
        numbers = f"{count:,} number" + ("" if count == 1 else "s")
        problems[row] = f"{numbers} instead of {dimensions:,}" if is_there[row] else "no vector"
    if not good.any():
        return np.zeros((len(array), dimensions), np.float32), problems
    first, last = int(starts[good].min()), int(stops[good].max())
    floats, missing, large = floats_of(values.slice(first, last - first))
    if good.all() and (starts[1:] == stops[:-1]).all():
        out = floats.reshape(-1, dimensions)
        rows_of_missing, rows_of_large = missing // dimensions, large // dimensions
    else:
        out = np.zeros((len(array), dimensions), np.float32)
        rows = np.flatnonzero(good)
        out[rows] = floats[(starts[rows] - first)[:, np.newaxis] + np.arange(dimensions)]
        places = (starts[rows] - first)[:, np.newaxis] + np.arange(dimensions)
        rows_of_missing = rows[_marked(missing, last - first)[places].any(axis=1)]
        rows_of_large = rows[_marked(large, last - first)[places].any(axis=1)]
    for row in np.unique(rows_of_large).tolist():
        problems[row] = TOO_LARGE
    for row in np.unique(rows_of_missing).tolist():
        problems[row] = "a number is missing"
    return out, problems


def _marked(places: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    marks = np.zeros(count + 1, bool)
    marks[places] = True
    return marks


def floats_of(
    array: pa.Array,
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Return numbers of any type as float32, which are missing, and which are too large for that.

    Texts are numbers where they can be read as one, and else missing.
    """
    array = decoded(array)
    if is_text(array.type):
        array = _numbers_in(array)
    array.validate(full=True)
    if pa.types.is_decimal(array.type):
        array = array.cast(pa.float64(), safe=False)
    missing = np.flatnonzero(~is_given(array)) if array.null_count else np.empty(0, np.int64)
    if len(missing):
        array = array.fill_null(0)
    given = np.asarray(array.to_numpy(zero_copy_only=False))
    with np.errstate(over="ignore", invalid="ignore"):
        floats = np.asarray(given, np.float32)
    return floats, missing, lost_numbers(given, floats)


def _numbers_in(array: pa.Array) -> pa.Array:
    values: list[float | None] = []
    for text in plain_text(array)[0].to_pylist():
        try:
            values.append(None if text is None else float(text))
        except ValueError:
            values.append(None)
    return pa.array(values, pa.float64())

"""Fields of a table, and their values as arrays of NumPy."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.formats.writing.arrow import MARK
from embedviz.sources.databases.protocol import Field, FieldKind

Column = Any
"""Column of Arrow, in one piece or several; pyarrow has no types."""


def fields_of(schema: pa.Schema) -> list[Field]:
    """Return the fields of a table; of a structure its members, as "outer.inner"."""
    return [
        Field(name, kind_of(data_type), dimensions_of(data_type), _element_name(data_type))
        for name, data_type in typed_fields(schema)
    ]


def said_of(schema: pa.Schema) -> dict[str, str]:
    """Return which fields hold the vectors and the labels, where embedviz wrote the table."""
    try:
        said = json.loads((schema.metadata or {}).get(MARK, b"{}"))
    except ValueError:
        return {}
    there = {"vector_field": "vector_column", "label_field": "label_column"}
    given = {field: said.get(key) for field, key in there.items()} if isinstance(said, dict) else {}
    names = {field: name for field, name in given.items() if isinstance(name, str)}
    return {field: name for field, name in names.items() if name in schema.names}


def typed_fields(schema: pa.Schema) -> Iterator[tuple[str, pa.DataType]]:
    """Yield names and types, those of members instead of structures."""
    for each in schema:
        yield from _members(each.name, each.type)


def _members(name: str, data_type: pa.DataType) -> Iterator[tuple[str, pa.DataType]]:
    if not pa.types.is_struct(data_type):
        yield name, data_type
        return
    for member in data_type:
        yield from _members(f"{name}.{member.name}", member.type)


def kind_of(data_type: pa.DataType) -> FieldKind:
    """Return what a field holds, as is told to the user."""
    types = pa.types
    if types.is_dictionary(data_type):
        return kind_of(data_type.value_type)
    if is_list(data_type):
        return "vector" if _is_number(data_type.value_type) else "other"
    if _is_number(data_type) or types.is_decimal(data_type):
        return "number"
    if is_text(data_type):
        return "text"
    if types.is_boolean(data_type):
        return "truth"
    return "date" if types.is_timestamp(data_type) or types.is_date(data_type) else "other"


def is_text(data_type: pa.DataType) -> bool:
    """Return whether a field holds texts."""
    types = pa.types
    return bool(
        types.is_string(data_type)
        or types.is_large_string(data_type)
        or types.is_string_view(data_type)
    )


def is_list(data_type: pa.DataType) -> bool:
    """Return whether a field holds lists, of one length or not."""
    types = pa.types
    return bool(
        types.is_fixed_size_list(data_type)
        or types.is_list(data_type)
        or types.is_large_list(data_type)
    )


def _is_number(data_type: pa.DataType) -> bool:
    return bool(pa.types.is_integer(data_type) or pa.types.is_floating(data_type))


def dimensions_of(data_type: pa.DataType) -> int | None:
    """Return the length of the lists of a field, None where they may differ."""
    return int(data_type.list_size) if pa.types.is_fixed_size_list(data_type) else None


def _element_name(data_type: pa.DataType) -> str:
    if kind_of(data_type) != "vector":
        return str(data_type)
    element = data_type.value_type
    return "float16" if pa.types.is_float16(element) else str(np.dtype(element.to_pandas_dtype()))


def usual_length(column: Column) -> int:
    """Return the length that most lists of a column have; 0 where there is none."""
    lengths = pc.list_value_length(column).drop_null().to_pylist()
    return int(Counter(lengths).most_common(1)[0][0]) if lengths else 0


def vectors_of(column: Column, dimensions: int) -> tuple[Matrix, NDArray[np.bool_]]:
    """Return the vectors of a column, and which rows have one.

    Parameters
    ----------
    column : Arrow array of lists
    dimensions : int
        Rows with a list of another length, or none, have no vector.

    Returns
    -------
    vectors : float32 array of shape (n_vectors, dimensions)
        Numbers that are missing within a list are NaN.
    has_vector : bool array of shape (n_rows,)
    """
    if pa.types.is_fixed_size_list(column.type):
        there = column.is_valid()
    else:
        there = pc.fill_null(pc.equal(pc.list_value_length(column), dimensions), False)
    has_vector = cast(NDArray[np.bool_], np.asarray(there, bool))
    whole = column if has_vector.all() else column.filter(there)
    if isinstance(whole, pa.ChunkedArray):  # Which would be flattened into a list.
        whole = whole.combine_chunks()
    values = whole.flatten().to_numpy(zero_copy_only=False)
    with np.errstate(over="ignore"):  # Infinities are told of by whoever asked.
        vectors = values.astype(np.float32, copy=False)
    return vectors.reshape(-1, dimensions), has_vector


def values_of(column: Column, chosen: NDArray[np.bool_]) -> Sequence[Any]:
    """Return the values of those rows that were chosen, None where there is none."""
    return cast(
        Sequence[Any], (column if chosen.all() else column.filter(pa.array(chosen))).to_pylist()
    )

"""Texts in the columns of an open set."""

from __future__ import annotations

from itertools import islice

import numpy as np
from numpy.typing import NDArray

from embedviz.core.errors import UserError
from embedviz.core.texts.plain_text import plain_text
from embedviz.core.vector_set import VectorSet


def column_texts(
    vector_set: VectorSet,
    column: str,
    most: int | None = None,
    rows: NDArray[np.intp] | None = None,
) -> list[str]:
    """Return the texts of a column; of the labels where it has no name.

    Parameters
    ----------
    vector_set : VectorSet
    column : str
    most : int, optional
        Only so many of the first rows.
    rows : int array, optional
        Only these.

    Raises
    ------
    UserError
        When there is no such column.
    """
    if not column:
        labels = vector_set.labels if rows is None else [vector_set.labels[row] for row in rows]
        return [plain_text(each) for each in islice(labels, most)]
    metadata = vector_set.metadata
    if column not in metadata.column_names:
        raise UserError(
            f"{vector_set.name or 'The set'} has no column {column!r}. Its columns are "
            f"{', '.join(metadata.column_names) or 'none'}."
        )
    values = metadata.column(column)
    if rows is not None:
        values = values.take(rows)
    if most is not None:
        values = values.slice(0, most)
    return [plain_text(each) for each in values.to_pylist()]


def named_columns(vector_set: VectorSet) -> list[str]:
    """Return the columns of the metadata that hold texts."""
    import pyarrow as pa

    def holds_texts(kind: pa.DataType) -> bool:
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        return bool(
            pa.types.is_string(kind)
            or pa.types.is_large_string(kind)
            or pa.types.is_string_view(kind)
        )

    return [each.name for each in vector_set.metadata.schema if holds_texts(each.type)]

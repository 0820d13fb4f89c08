"""The column that colors a set at first.

A column that is called a category, a class, a cluster and the like colors the points, whatever it
holds. Without one, a set is colored by the one column that divides its rows into groups: texts or
truths, of 2 to 40 different values, each of two rows or more on average, in at least half of the
rows. Numbers and dates are left out, also those written as text: nothing in them tells a code from
a measure. So are texts of which nearly each row has its own, which are names. Of several such
columns none is taken: one of them would look like the one that matters, and the list of colors is
one click away.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from embedviz.core.vector_set import VectorSet

FEWEST, MOST = 2, 40
"""How many different values groups have that color a set by themselves."""
LEAST_ROWS = 2
"""How many rows each of the groups has, on average."""
LEAST_SHARE = 0.5
"""The part of the rows that is in any of the groups."""

_NAMES = ["category", "class", "cluster", "group", "kind", "species", "target", "topic", "digit"]
_NO_VALUE = frozenset(("", "nan", "NaN", "<NA>"))
_BLOCK, _N_BLOCKS = 1000, 20
_found: WeakKeyDictionary[VectorSet, str | None] = WeakKeyDictionary()


def first_color(vector_set: VectorSet) -> str | None:
    """Return the column that colors a set at first, or None. Found once for each set."""
    if vector_set not in _found:
        _found[vector_set] = _first_color(vector_set)
    return _found[vector_set]


def _first_color(vector_set: VectorSet) -> str | None:
    names = list(vector_set.metadata.column_names)
    named = next((name for name in _NAMES if name in names), None)
    if named is not None:
        return named
    suitable = [name for name in names if is_suitable(vector_set.metadata.column(name))]
    return suitable[0] if len(suitable) == 1 else None


def is_suitable(column: Any) -> bool:
    """Return whether a column, a pyarrow.ChunkedArray, divides the rows into a few groups."""
    from pyarrow import types

    kind = column.type.value_type if types.is_dictionary(column.type) else column.type
    if types.is_boolean(kind) or types.is_string(kind) or types.is_large_string(kind):
        # Most of those that do not are told by a part of them, and a million rows take a while.
        return _are_few(_spread(column)) and _are_groups(column)
    return False


def _spread(column: Any) -> Any:
    """Return some rows, in blocks from all over a long column."""
    import pyarrow as pa

    if len(column) <= 2 * _BLOCK * _N_BLOCKS:
        return column
    starts = np.linspace(0, len(column) - _BLOCK, _N_BLOCKS).astype(int)
    chunks = [chunk for start in starts for chunk in column.slice(start, _BLOCK).chunks]
    return pa.chunked_array(chunks, column.type)


def _are_few(column: Any) -> bool:
    return len(_counts(column)) <= MOST


def _are_groups(column: Any) -> bool:
    counts = _counts(column)
    n_known = sum(counts.values())
    return (
        FEWEST <= len(counts) <= MOST
        and n_known >= LEAST_ROWS * len(counts)
        and n_known >= LEAST_SHARE * len(column)
        and not all(map(_is_number, counts))
    )


def _counts(column: Any) -> dict[Any, int]:
    """Return how many rows each value has; of more than could color a set, not all."""
    import pyarrow.compute as pc
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    counted = pc.value_counts(column.combine_chunks())[: MOST + len(_NO_VALUE) + 2].to_pylist()
    found = ((each["values"], each["counts"]) for each in counted)
    return {value: count for value, count in found if not _is_missing(value)}


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.strip() in _NO_VALUE)


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        with suppress(ValueError):
            float(value)
            return True
    return False

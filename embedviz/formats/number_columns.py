"""Columns of numbers that are a vector, judged by their names.

Those named alike with running numbers (d0, d1, …) are where they are the majority or have a usual
name; otherwise all are. A column of integers that is called index or id, or has no name, counts
rows and is not a dimension.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import TOO_LARGE, lost_numbers

# Columns of these names and a number are always parts of a vector.
_PARTS = ("", "d", "dim", "dimension", "v", "vec", "vector", "e", "emb", "embedding", "component")
_COUNTERS = ("", "index", "id", "idx", "row", "#", "unnamed: 0")


def numbered_alike(names: Mapping[int, str]) -> list[int]:
    """Return which columns of numbers are the vector, of those at these positions."""
    stems = {column: name.rstrip(string.digits) for column, name in names.items()}
    stems = {column: stem for column, stem in stems.items() if stem != names[column]}
    if not stems:
        return list(names)
    stem, count = Counter(stems.values()).most_common(1)[0]
    is_usual = stem.rstrip("_-. ").casefold() in _PARTS
    if count < 2 or not (is_usual or 2 * count > len(names)):
        return list(names)
    return [column for column in names if stems.get(column) == stem]


def is_counter(name: str) -> bool:
    """Return whether a column of integers of that name counts the rows."""
    return name.casefold() in _COUNTERS


def rows_too_large(given: NDArray[Any], converted: NDArray[np.float32]) -> dict[int, str]:
    """Return the rows that hold a number too large for 32 bits, and that this is so.

    Parameters
    ----------
    given : array of shape (rows, dimensions)
        Of any type of number.
    converted : float32 array of the same shape
    """
    return dict.fromkeys(lost_numbers(given, converted).tolist(), TOO_LARGE)

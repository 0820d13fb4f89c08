"""Chosen rows, as a value that can be compared."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Rows

Change = Literal["replace", "add", "remove"]


class Selection:
    """Rows of a vector set: sorted, each once, immutable.

    A bare array in a state would make `==` raise; selections compare by their contents.

    Parameters
    ----------
    rows : iterable of int
        In any order.

    Attributes
    ----------
    rows : int array
        Sorted, read-only.
    """

    __slots__ = ("_hash", "rows")

    def __init__(self, rows: Iterable[int] | Rows = ()) -> None:
        given = rows if isinstance(rows, np.ndarray) else np.fromiter(rows, dtype=np.intp)
        rows = given.astype(np.intp)  # A copy: the caller's array may change.
        # Rows of a box or a lasso ascend already; sorting a million takes a fifth of a second.
        ascend = bool((rows[1:] > rows[:-1]).all())
        self.rows: Rows = rows if ascend else np.unique(rows)
        self.rows.flags.writeable = False
        self._hash = hash(self.rows.tobytes())

    def changed(self, rows: Iterable[int] | Rows, change: Change) -> Selection:
        """Return the selection after a gesture over `rows`.

        Parameters
        ----------
        rows : iterable of int
        change : {"replace", "add", "remove"}
        """
        touched = Selection(rows)
        if change == "add":
            return Selection(_merged(self.rows, touched.rows))
        if change == "remove":
            return Selection(self.rows[~_are_in(self.rows, touched.rows)])
        return touched

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return int(self.rows.nbytes)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[int]:
        return iter(self.rows.tolist())

    def __contains__(self, row: object) -> bool:
        if not len(self.rows) or not isinstance(row, (int, np.integer)):
            return False
        place = bisect_left(self.rows, row)  # Of one row, NumPy's search takes ten times as long.
        return place < len(self.rows) and int(self.rows[place]) == int(row)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Selection):
            return NotImplemented
        return self._hash == other._hash and np.array_equal(self.rows, other.rows)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"<Selection of {len(self)} rows>"


def _merged(rows: Rows, others: Rows) -> Rows:
    """Return ascending rows that are in either of two ascending arrays."""
    return np.sort(np.concatenate([rows, others[~_are_in(others, rows)]]), kind="stable")


def _are_in(rows: Rows, others: Rows) -> NDArray[np.bool_]:
    """Return which rows are among others; both ascend."""
    if not len(others):
        return np.zeros(len(rows), dtype=bool)
    places = np.minimum(np.searchsorted(others, rows), len(others) - 1)
    return np.asarray(others[places] == rows)

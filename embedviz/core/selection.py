"""Chosen rows, as a value that can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np

from embedviz.core.vector_set import Rows

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
            return Selection(np.union1d(self.rows, touched.rows))
        if change == "remove":
            return Selection(np.setdiff1d(self.rows, touched.rows, assume_unique=True))
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
        if not isinstance(row, (int, np.integer)):
            return False
        place = int(np.searchsorted(self.rows, row))
        return place < len(self.rows) and int(self.rows[place]) == int(row)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Selection):
            return NotImplemented
        return self._hash == other._hash and np.array_equal(self.rows, other.rows)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"<Selection of {len(self)} rows>"

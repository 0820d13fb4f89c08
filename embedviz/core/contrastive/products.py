"""Products of small matrices, computed where they are asked for.

Libraries hand all but the smallest products to several threads. That gains half a millisecond where
the processors are idle; where they also paint, or run another calculation, each thread waits for
the others to get a turn, and a product of 0.2 ms has been seen to take 30.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_ALONE = 262_144
"""Multiplications up to which OpenBLAS uses a single thread."""
_SMALL = 40_000_000
"""Multiplications from which several threads are worth waiting for."""


def product(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """Return left @ right.

    Parameters
    ----------
    left : array of shape (n, k)
    right : array of shape (k, m)

    Returns
    -------
    array of shape (n, m)
    """
    n_rows, inner = left.shape
    n_columns = right.shape[1]
    if not _ALONE < left.size * n_columns < _SMALL:
        found: NDArray[Any] = left @ right
        return found
    if n_columns > n_rows:
        # Of the long side a part at a time, so that the parts are few.
        return product(right.T, left.T).T
    rows = max(1, _ALONE // max(1, inner * n_columns))
    whole = n_rows - n_rows % rows
    found = np.empty((n_rows, n_columns), np.result_type(left, right))
    blocks = np.ascontiguousarray(left[:whole]).reshape(-1, rows, inner)
    np.matmul(blocks, right, out=found[:whole].reshape(-1, rows, n_columns))
    np.matmul(left[whole:], right, out=found[whole:])
    return found

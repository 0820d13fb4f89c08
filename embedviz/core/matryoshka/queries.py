"""Rows of a set that are asked for their neighbors, to measure a mean over them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Rows
from embedviz.core.compiled.checks import checked_count, checked_rows


def drawn_queries(queries: int | ArrayLike, n_vectors: int, seed: int) -> Rows:
    """Return the rows that are queries.

    Parameters
    ----------
    queries : int or int array
        How many are drawn, or which ones.
    n_vectors : int
    seed : int

    Returns
    -------
    int array of shape (n_queries,)
        Those that are drawn ascending, and no more than there are rows.

    Raises
    ------
    UserError
        When one of them is not a row.
    """
    if np.ndim(queries) == 0:
        n_queries = checked_count(queries, "queries")
        drawn = np.random.default_rng(seed).permutation(n_vectors)[:n_queries]
        return np.sort(drawn)
    return checked_rows(queries, n_vectors, "queries")

"""Hubs: rows that are among the nearest of many others, as few rows are where space is even."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.compiled.checks import checked_count, checked_matrix
from embedviz.core.directions import rows_with_direction
from embedviz.core.neighbors.graph import neighbor_graph
from embedviz.core.progress import Report, silent


def hubness(vectors: ArrayLike, count: int = 10, report: Report = silent) -> float:
    """Return the skewness of the k-occurrence: of how many rows each row is a nearest neighbor.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        Every row is compared with every other, so 20,000 rows take seconds and a million hours.
    count : int
        The k: how many nearest other rows, by cosine, each row has. Of equally near ones the lower
        rows count.
    report : callable

    Returns
    -------
    float
        E (N - μ)³ / σ³ over the rows' occurrences N. Near 0 without hubs, 0 where all occur equally
        often; 1 and more with hubs. Rows of zeros have no direction and are left out; nan when
        fewer than two are left.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity, or the count is below 1.

    References
    ----------
    Radovanović, Nanopoulos, Ivanović: Hubs in Space: Popular Nearest Neighbors in High-Dimensional
    Data, JMLR 2010.
    """
    count = checked_count(count, "neighbors", least=1)
    rows = rows_with_direction(checked_matrix(vectors))
    if len(rows) < 2:
        return float("nan")
    return skewness(occurrences(neighbor_graph(rows, count, report=report).rows, len(rows)))


def occurrences(neighbors: NDArray[np.int32], n_rows: int) -> NDArray[np.int64]:
    """Return of how many rows each of `n_rows` is a neighbor, from an array (n, count) of rows."""
    return np.bincount(neighbors.ravel(), minlength=n_rows).astype(np.int64)


def skewness(counts: ArrayLike) -> float:
    """Return the third central moment in units of the standard deviation; 0 where all are equal."""
    numbers = np.asarray(counts, dtype=np.float64)
    away = numbers - numbers.mean()
    variance = float(np.mean(away**2))
    return float(np.mean(away**3)) / variance**1.5 if variance > 0 else 0.0

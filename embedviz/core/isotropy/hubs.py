"""Hubs: rows that are among the nearest of many others, as few rows are where space is even."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Rows
from embedviz.core.blocks import row_blocks, rows_per_block
from embedviz.core.compiled.checks import as_table, checked_count, checked_matrix, require_axes
from embedviz.core.isotropy.mean_direction import rows_with_direction
from embedviz.core.neighbors.adjacency import NeighborGraph
from embedviz.core.neighbors.graph import neighbor_graph
from embedviz.core.progress import Report, part_of, silent

_SPARE = 8
"""More neighbors than are asked for, of which float64 tells the nearest."""
_ROUNDING = 4e-7
"""How far cosines in float32 and in float64 may be apart, with the roundings of both rows."""


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
    given = as_table(vectors, "vectors")
    require_axes(given, 2, "vectors")
    rows = rows_with_direction(given)
    if len(rows) < 2:
        return float("nan")
    nearest = neighbor_graph(checked_matrix(rows), count + _SPARE, report=part_of(report, 0, 0.9))
    chosen = _nearest_of(rows, nearest, count, part_of(report, 0.9, 1))
    return skewness(occurrences(chosen, len(rows)))


def _nearest_of(
    rows: NDArray[Any], graph: NeighborGraph, count: int, report: Report
) -> NDArray[np.int32]:
    """Return the nearest of each row, in float64; of equally near ones the lower.

    Rows that differ in the last digits of float32, such as one text in two batches, are not equally
    near, and which of them is the nearer one counts. Where what float32 left out may be as near as
    what is chosen, all rows are compared.
    """
    # By row, so that a stable sort leaves equally near ones so.
    candidates = np.sort(graph.rows, axis=1)
    chosen = np.empty((len(rows), min(count, candidates.shape[1])), dtype=np.int32)
    last = np.empty(len(rows))
    step = max(1, rows_per_block(rows.shape[1]) // (4 * max(1, candidates.shape[1])))
    for first in range(0, len(rows), step):
        report(0.5 * first / len(rows), "ranking neighbors")
        part = slice(first, first + step)
        apart = _apart(_units(rows[candidates[part]]), _units(rows[part])[:, np.newaxis])
        order = np.argsort(apart, axis=1, kind="stable")[:, : chosen.shape[1]]
        chosen[part] = np.take_along_axis(candidates[part], order, axis=1)
        last[part] = np.take_along_axis(apart, order[:, -1:], axis=1)[:, 0]
    if candidates.shape[1] < len(rows) - 1:
        doubtful = np.flatnonzero(last > 1 - graph.scores.min(axis=1) - _ROUNDING)
        _compare_with_all(rows, doubtful, chosen, part_of(report, 0.5, 1.0))
    return chosen


def _compare_with_all(
    rows: NDArray[Any], doubtful: Rows, chosen: NDArray[np.int32], report: Report
) -> None:
    """Choose the nearest of some rows among all of them."""
    for done, row in enumerate(doubtful.tolist()):
        report(done / len(doubtful), "ranking neighbors that are all about as near")
        own = _units(rows[row])
        apart = np.concatenate([_apart(_units(block), own) for _, block in row_blocks(rows)])
        apart[row] = np.inf
        chosen[row] = np.argsort(apart, kind="stable")[: chosen.shape[1]]


def _apart(units: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 − cosine, from differences: of near rows a product of units leaves no digits."""
    differences = units - others
    return np.asarray(np.einsum("...k,...k->...", differences, differences) / 2)


def _units(rows: NDArray[Any]) -> NDArray[np.float64]:
    exact = rows.astype(np.float64)
    exact /= np.abs(exact).max(axis=-1, keepdims=True)  # Or the squares of long rows overflow.
    return np.asarray(exact / np.sqrt((exact**2).sum(axis=-1, keepdims=True)))


def occurrences(neighbors: NDArray[np.int32], n_rows: int) -> NDArray[np.int64]:
    """Return of how many rows each of `n_rows` is a neighbor, from an array (n, count) of rows."""
    return np.bincount(neighbors.ravel(), minlength=n_rows).astype(np.int64)


def skewness(counts: ArrayLike) -> float:
    """Return the third central moment in units of the standard deviation; 0 where all are equal."""
    numbers = np.asarray(counts, dtype=np.float64)
    away = numbers - numbers.mean()
    variance = float(np.mean(away**2))
    return float(np.mean(away**3)) / variance**1.5 if variance > 0 else 0.0

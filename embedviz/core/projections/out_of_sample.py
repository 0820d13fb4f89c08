"""Out-of-sample placement: rows that a layout left out, between those it has a place for.

Each row lies at the weighted mean of its nearest rows of the sample. A neighbor weighs one over
its squared distance (Shepard, "A two-dimensional interpolation function for irregularly-spaced
data", 1968), with 1 − cosine as the distance for cosines: the weights need no scale, which the
distances between embeddings differ in widely, and a row that equals one of the sample lies on it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.neighbors.adjacency import NeighborGraph

Weights = NDArray[np.float64]

_ROWS_AT_A_TIME = 16_384


def neighbor_weights(distances: ArrayLike) -> Weights:
    """Return how much each neighbor counts.

    Parameters
    ----------
    distances : array of shape (n_rows, count)
        `NeighborGraph.distances`, or infinity for a neighbor that does not count.

    Returns
    -------
    float64 array of shape (n_rows, count)
        With a sum of 1 in each row where any neighbor counts, else 0. Neighbors at distance 0
        share the whole weight equally.
    """
    far = np.asarray(distances, dtype=np.float64)
    nearest = far.min(axis=1, initial=np.inf, keepdims=True)
    # Over the nearest distance first, so that no square overflows or vanishes.
    weights: Weights = (far == 0.0).astype(np.float64)
    np.divide(nearest, far, out=weights, where=(far > 0.0) & np.isfinite(far))
    weights *= weights
    total = weights.sum(axis=1, keepdims=True)
    np.divide(weights, total, out=weights, where=total > 0.0)
    return weights


def place_among(
    positions: ArrayLike,
    sample_rows: ArrayLike,
    graph: NeighborGraph,
    first_row: int = 0,
) -> Matrix:
    """Return where rows lie between those of a sample that has been laid out.

    Parameters
    ----------
    positions : array of shape (n_sample, n_components)
        Where the rows of the sample lie. Neighbors with NaN in their position do not count.
    sample_rows : int array of shape (n_sample,)
        Which rows these are, in the order of `positions`.
    graph : NeighborGraph
        Of adjacent rows, with neighbors in the sample only: from `neighbors_within`, or one of
        the parts that it calls `on_part` with.
    first_row : int
        The row that the graph begins with.

    Returns
    -------
    float32 array of shape (n_rows of the graph, n_components)
        Rows of the sample lie where they lay. NaN where no neighbor has a position.
    """
    known = np.asarray(positions, dtype=np.float32)
    rows = np.asarray(sample_rows, dtype=np.intp)
    order = np.argsort(rows, kind="stable")
    placed = np.empty((len(graph), known.shape[1]), dtype=np.float32)
    for start in range(0, len(graph), _ROWS_AT_A_TIME):
        part = slice(start, start + _ROWS_AT_A_TIME)
        some = graph.of(part)
        places = order[np.searchsorted(rows, some.rows, sorter=order)]
        placed[part] = _weighted_means(known[places], some.distances)
    inside = (rows >= first_row) & (rows < first_row + len(graph))
    placed[rows[inside] - first_row] = known[inside]
    return placed


def place_near(positions: ArrayLike, rows: ArrayLike, distances: ArrayLike) -> Weights:
    """Return where a vector lies that is no row: at the weighted mean of its neighbors.

    Parameters
    ----------
    positions : array of shape (n_vectors, n_components)
        Where the rows lie. Neighbors with NaN in their position do not count.
    rows : int array of shape (count,)
        The neighbors.
    distances : array of shape (count,)
        How far each of them is, from 0 up.

    Returns
    -------
    float64 array of shape (n_components,)
        NaN where no neighbor has a position.
    """
    known = np.asarray(positions)[np.asarray(rows, dtype=np.intp)].astype(np.float64)
    there = np.asarray(np.isfinite(known).all(axis=1))
    weights = neighbor_weights(np.where(there, distances, np.inf)[np.newaxis])[0]
    place: Weights = weights @ np.where(there[:, np.newaxis], known, 0.0)
    return place if there.any() else np.full(known.shape[1], np.nan)


def _weighted_means(positions: Matrix, distances: Matrix) -> Matrix:
    """Return the mean position of neighbors, (n_rows, count, n_components), without NaN ones."""
    there = np.asarray(np.isfinite(positions).all(axis=2))
    weights = neighbor_weights(np.where(there, distances, np.inf))
    known = np.where(there[:, :, np.newaxis], positions, np.float32(0.0))
    means: Weights = np.einsum("nk,nkd->nd", weights, known)
    means[~there.any(axis=1)] = np.nan
    return means.astype(np.float32)

"""PCA of vectors that change, turned so that only the change moves points.

Each PCA stands alone: from one moment to the next its axes may change sign, swap or turn, although
the vectors have hardly moved. Here the axes of a moment are those in which the points come closest
to where they were (orthogonal Procrustes: Schönemann 1966), and are turned towards the principal
axes only as far as is needed to show nearly as much variance as those.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix, Vector
from embedviz.core.covariance.eigen import symmetric_eigen
from embedviz.core.errors import UserError

ENOUGH = 0.95
"""Of the variance that the best axes show: axes that show as much are not turned further."""
_MOST_TURNS = 50


class AlignedPositions(NamedTuple):
    """Points on a map, and how much of the vectors it shows.

    Attributes
    ----------
    positions : float32 array of shape (n_vectors, n_components)
        Centered; in the units of the vectors.
    share : float
        Of the variance of the vectors, 0 to 1; 1 where there is none.
    """

    positions: Matrix
    share: float


def aligned_pca(
    vectors: ArrayLike, previous: ArrayLike | None = None, n_components: int = 2
) -> AlignedPositions:
    """Return the positions of vectors on their principal axes, turned towards former positions.

    A copy of the vectors that was turned, mirrored or moved as a whole comes to lie where the
    vectors were.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    previous : array of shape (n_vectors, n_components), optional
        Positions of the same rows a moment ago; rows of NaN are new and have none. Default: as PCA
        gives them.
    n_components : {2, 3}

    Raises
    ------
    UserError
        When a vector holds NaN or an infinity, or the positions are not those of these rows.
    """
    rows = np.asarray(vectors, np.float64)
    if not np.isfinite(rows).all():
        raise UserError("The vectors hold NaN or infinite numbers, so they have no place on a map.")
    centered = rows - (rows.mean(axis=0) if len(rows) else 0.0)
    moments = centered.T @ centered
    total = float(np.trace(moments))
    n_axes = min(n_components, rows.shape[1])
    if previous is None:
        axes = _principal_axes(moments, n_axes)
    else:
        axes = _axes_near(centered, moments, _former(previous, len(rows), n_components), n_axes)
    positions = np.zeros((len(rows), n_components), np.float32)
    found = centered @ axes
    positions[:, : found.shape[1]] = found
    shown = float(np.einsum("ij,ij->", found, found))
    return AlignedPositions(positions, min(1.0, shown / total) if total > 0 else 1.0)


def _former(previous: ArrayLike, n_rows: int, n_components: int) -> Vector:
    former = np.array(previous, np.float64)
    if former.shape != (n_rows, n_components):
        raise UserError(
            f"The former positions have the shape {former.shape}, but there are {n_rows} rows of "
            f"{n_components} numbers to place."
        )
    return former


def _principal_axes(moments: Vector, count: int) -> Vector:
    """Return the axes as columns, of which the largest number is positive."""
    _, directions = symmetric_eigen(moments)
    axes: Vector = directions[:, ::-1][:, :count]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[np.newaxis], axis=0)
    return np.where(largest < 0, -axes, axes)


def _axes_near(centered: Vector, moments: Vector, former: Vector, count: int) -> Vector:
    """Return orthonormal axes that keep points near their places, and show nearly the most."""
    is_known = np.isfinite(former).all(axis=1)
    known = former[is_known]
    known -= known.mean(axis=0) if len(known) else 0.0
    towards = centered[is_known].T @ known
    best = float(np.linalg.eigvalsh(moments)[::-1][: former.shape[1]].sum())
    axes = _orthonormal(towards)
    if axes is None:
        return _turned(_principal_axes(moments, count), towards)
    for _ in range(_MOST_TURNS):
        shown = float(np.einsum("ij,ik,kj->", axes, moments, axes, optimize=True))
        if shown >= ENOUGH * best:
            return axes
        turned = _orthonormal(moments @ axes)
        if turned is None:
            break
        axes = turned
    return _turned(_principal_axes(moments, count), towards)


def _turned(axes: Vector, towards: Vector) -> Vector:
    """Return the principal axes, turned within what they span to keep points near their places."""
    left, _, right = np.linalg.svd(axes.T @ towards)
    return axes @ left @ right[: left.shape[1]] if axes.shape[1] == towards.shape[1] else axes


def _orthonormal(matrix: Vector) -> Vector | None:
    """Return the orthonormal columns nearest to those of a matrix; None where these are fewer."""
    left, lengths, right = np.linalg.svd(matrix, full_matrices=False)
    if left.shape[1] < right.shape[1] or lengths[-1] <= 1e-12 * max(lengths[0], 1e-300):
        return None
    nearest: Vector = left @ right
    return nearest

"""The plane, or 3-D space, in which a few vectors lie best: where an analogy is drawn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.analogies.scoring import products_and_lengths
from embedviz.core.analogies.terms import unit_rows
from embedviz.core.arrays import Matrix, Vector
from embedviz.core.compiled.checks import checked_matrix


class Subspace(NamedTuple):
    """The plane, or 3-D space, in which a few directions lie best.

    Attributes
    ----------
    origin : float64 array of shape (n_dimensions,)
        The mean of the unit rows.
    axes : float64 array of shape (n_components, n_dimensions)
        Orthogonal unit rows, the direction of the largest spread first; zeros when the vectors
        have fewer dimensions than components were asked for.
    share : float
        How much of the squared spread of the unit rows lies in it, from 0 to 1.
    """

    origin: Vector
    axes: Vector
    share: float

    def transform(self, vectors: ArrayLike) -> Matrix:
        """Return where rows are in it, after they are scaled to unit length.

        Parameters
        ----------
        vectors : array of shape (n_vectors, n_dimensions)

        Returns
        -------
        float32 array of shape (n_vectors, n_components)
        """
        products, lengths = products_and_lengths(checked_matrix(vectors), self.axes)
        lengths[lengths == 0] = 1.0
        return (products / lengths[:, np.newaxis] - self.axes @ self.origin).astype(np.float32)


def parallelogram(vectors: ArrayLike, n_components: int = 2) -> Subspace:
    """Return the plane, or 3-D space, in which the unit rows of a few vectors lie best.

    Parameters
    ----------
    vectors : array of shape (k, n_dimensions)
        The corners; scaled to unit length first.
    n_components : {2, 3}

    Returns
    -------
    Subspace
        (origin, axes, share), with `transform` for further rows. Where the corners span less
        than was asked for, the missing axes point from the origin of the vectors to them.

    Raises
    ------
    UserError
        When a corner holds NaN or an infinity.
    """
    corners = unit_rows(vectors)
    origin = corners.mean(axis=0) if len(corners) else np.zeros(corners.shape[1])
    _, lengths, directions = np.linalg.svd(corners - origin, full_matrices=False)
    spread = float(lengths @ lengths)
    real = directions[: np.count_nonzero(lengths[:n_components] > 1e-9)][:n_components]
    inside = float(lengths[: len(real)] @ lengths[: len(real)])
    axes = np.zeros((n_components, len(origin)))
    for i, axis in enumerate(_completed(real, origin, n_components)):
        axes[i] = axis if axis[np.abs(axis).argmax()] > 0 else -axis
    return Subspace(origin, axes, min(1.0, inside / spread) if len(real) else 1.0)


def _completed(axes: Vector, origin: Vector, count: int) -> list[Vector]:
    # Any direction would do; that of the origin shows the angle between two corners.
    found = list(axes)
    for candidate in (origin, *np.eye(min(count + 1, len(origin)), len(origin))):
        if len(found) == count:
            break
        rest = candidate.copy()
        for axis in (*found, *found):  # Twice, because once leaves rounding behind.
            rest -= (axis @ rest) * axis
        length = np.linalg.norm(rest)
        if length > 1e-6:
            found.append(rest / length)
    return found

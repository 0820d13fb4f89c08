"""Places of the words of a relation in a picture: in the plane of the words, or as a fan.

**In place**, as Mikolov et al. (2013, figure 2) drew countries and their capitals: the principal
axes of the words of all pairs, so that each word has one place. **As a fan**, all offsets begin at
one origin: the first axis points along the mean offset, and the others are those along which the
offsets differ most from it. What a picture leaves out is said by its share, and no number of the
page is measured in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedviz.core.analogies.subspace import parallelogram
from embedviz.core.arrays import Matrix, Rows

Axes = NDArray[np.float64]

_NO_MEAN = 1e-9


@dataclass(frozen=True, eq=False)
class PictureSpace:
    """The axes of a picture.

    Attributes
    ----------
    origin : float64 array of shape (n_dimensions,)
    axes : float64 array of shape (n_axes, n_dimensions)
        Unit rows, orthogonal; zeros where there is no such direction.
    share : float
        Part of what is drawn that lies within the axes, from 0 to 1.
    """

    origin: Axes
    axes: Axes
    share: float

    def places(self, vectors: Axes) -> Matrix:
        """Return where unit rows, or offsets, are: float32 of shape (n, n_axes)."""
        found: Matrix = ((vectors - self.origin) @ self.axes.T).astype(np.float32)
        return found


@dataclass(frozen=True, eq=False)
class RelationLayout:
    """Points of a picture, and which of them each pair joins.

    Attributes
    ----------
    space : PictureSpace
    positions : float32 array of shape (n_points, 2 or 3)
    rows : int array of shape (n_points,)
        Rows of the set; -1 for the origin of a fan.
    starts, ends : int array of shape (n_pairs,)
        Points of each pair.
    mean : float32 array of shape (2, 2 or 3)
        Start and end of the mean offset.
    """

    space: PictureSpace
    positions: Matrix
    rows: Rows
    starts: Rows
    ends: Rows
    mean: Matrix

    def pairs_at(self, points: Sequence[int] | Rows) -> Rows:
        """Return the pairs of which an end is among these points; the origin is of none."""
        is_given = np.zeros(len(self.rows), dtype=bool)
        is_given[np.asarray(points, dtype=np.intp)] = True
        is_given[self.rows < 0] = False
        return np.flatnonzero(is_given[self.starts] | is_given[self.ends])


def lay_out_in_place(
    first: Axes, second: Axes, rows: tuple[Rows, Rows], n_axes: int
) -> RelationLayout:
    """Return the words of pairs along their principal axes.

    Parameters
    ----------
    first, second : float64 array of shape (n_pairs, n_dimensions)
        Unit rows.
    rows : (int array, int array)
        Rows of the set of both.
    n_axes : {2, 3}
    """
    words, places = np.unique(np.concatenate(rows), return_index=True)
    both = np.concatenate([first, second])
    found = parallelogram(both[places], n_axes)
    axes = found.axes * _signs(found.axes @ (second - first).mean(axis=0))[:, np.newaxis]
    space = PictureSpace(found.origin, axes, found.share)
    ends = np.stack([first.mean(axis=0), second.mean(axis=0)])
    return RelationLayout(
        space,
        space.places(both[places]),
        words,
        np.searchsorted(words, rows[0]),
        np.searchsorted(words, rows[1]),
        space.places(ends),
    )


def lay_out_fan(first: Axes, second: Axes, rows: tuple[Rows, Rows], n_axes: int) -> RelationLayout:
    """Return the offsets of pairs from one origin, which is the last point.

    Parameters
    ----------
    first, second, rows, n_axes
        As for `lay_out_in_place`.
    """
    offsets = second - first
    axes = _fan_axes(offsets, n_axes)
    total = float((offsets**2).sum())
    places = offsets @ axes.T
    share = float((places**2).sum()) / total if total > 0 else 1.0
    origin = np.zeros(offsets.shape[1])
    space = PictureSpace(origin, axes, min(share, 1.0))
    n_pairs = len(offsets)
    positions = space.places(np.vstack([offsets, origin]))
    mean = space.places(np.stack([origin, offsets.mean(axis=0)]))
    starts = np.full(n_pairs, n_pairs, dtype=np.intp)
    return RelationLayout(
        space, positions, np.append(rows[1], -1), starts, np.arange(n_pairs), mean
    )


def _fan_axes(offsets: Axes, n_axes: int) -> Axes:
    """Return the direction of the mean offset, and those along which the rest is spread most."""
    axes = np.zeros((n_axes, offsets.shape[1]))
    mean = offsets.mean(axis=0)
    length, n_found = float(np.linalg.norm(mean)), 0
    rest = offsets
    if length > _NO_MEAN:
        axes[0], n_found = mean / length, 1
        rest = offsets - np.outer(offsets @ axes[0], axes[0])
    _, sizes, directions = np.linalg.svd(rest, full_matrices=False)
    wanted = directions[: n_axes - n_found][sizes[: n_axes - n_found] > _NO_MEAN]
    for place, axis in enumerate(wanted, n_found):
        axes[place] = axis * (1.0 if axis[np.abs(axis).argmax()] > 0 else -1.0)
    return axes


def _signs(offset: Axes) -> Axes:
    """Return signs that turn the picture so that the mean offset points right and up."""
    return np.where(offset < 0, -1.0, 1.0)

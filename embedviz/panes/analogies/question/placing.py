"""Places of a question in a picture: in the plane of its words, or on the layout of the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedviz.app.layouts import Layout, Layouts
from embedviz.app.searches import Searches
from embedviz.core.analogies.subspace import parallelogram
from embedviz.core.arrays import Matrix, Placed, Vector
from embedviz.core.progress import Report, part_of
from embedviz.core.projections.out_of_sample import place_near
from embedviz.panes.analogies.question.wanted import WantedAnswer

_COUNT = 15
"""Neighbors between which lies what has no exact place: as texts do on the map."""
_SAME = 0.01
"""Of the spread of a map: what is nearer than this is drawn at the same place."""
NO_ROW = -1


@dataclass(frozen=True, eq=False)
class QuestionPlaces:
    """Where everything of a question is drawn.

    Attributes
    ----------
    positions : array of shape (n_vectors, 2 or 3)
        All rows.
    corners : array of shape (n_terms + n_answers, 2 or 3)
        The terms, and the best answer, if there is one.
    target : array of shape (2 or 3,)
        The point that is asked for; NaN where the picture has no place for it.
    words : str
        What the picture is, and how true.
    is_exact : bool
        Whether sums of vectors are sums in the picture, so that arrows are parallel.
    share : float
        Part of the spread of the corners that is in the picture, 0 to 1; NaN on a map.
    """

    positions: Placed
    corners: Placed
    target: Placed
    words: str
    is_exact: bool
    share: float


def place_in_plane(
    wanted: WantedAnswer, terms: Vector, target: Vector, best: Sequence[int]
) -> QuestionPlaces:
    """Return places in the plane, or 3-D space, in which terms and answer lie best.

    Parameters
    ----------
    wanted : WantedAnswer
    terms : array of shape (n_terms, n_dimensions)
    target : float64 array of shape (n_dimensions,)
        Among unit vectors.
    best : sequence of int
        The row of the answer, or nothing.
    """
    vector_set = wanted.vector_set
    # As they are in the set, float32: so the corners lie where their rows do.
    corners = np.concatenate([np.asarray(terms, dtype=np.float32), vector_set.vectors[list(best)]])
    plane = parallelogram(corners, wanted.n_components)
    places = plane.transform(corners)
    signs = _signs(places[: len(terms)]) if wanted.is_parallelogram else np.ones(places.shape[1])
    signs = signs.astype(np.float32)
    shape = "plane" if wanted.n_components == 2 else "space"
    words = (
        f"the {shape} in which these {len(corners)} unit vectors lie best holds "
        f"{100 * plane.share:.0f} % of their spread; all other rows as context"
    )
    spot = (plane.axes @ (target - plane.origin)).astype(np.float32) * signs
    positions = plane.transform(vector_set.vectors) * signs
    return QuestionPlaces(positions, places * signs, spot, words, True, plane.share)


def place_on_map(
    wanted: WantedAnswer,
    terms: Vector,
    target: Vector,
    rows: Sequence[int],
    of: tuple[Layouts, Searches],
    report: Report,
) -> QuestionPlaces:
    """Return places on the layout of the map; it is computed where it is not known yet.

    Parameters
    ----------
    rows : sequence of int
        Of the terms, -1 for a text; and of the best answer.
    """
    layouts, searches = of
    assert wanted.request is not None
    layout = layouts.find(wanted.request, part_of(report, 0.3, 1.0), lambda _: None)
    positions = layout.positions[:, : wanted.n_components]
    corners = np.empty((len(rows), wanted.n_components))
    for place, row in enumerate(rows):
        if row != NO_ROW:
            corners[place] = positions[row]
        else:
            corners[place] = _spot(layout, positions, terms[place], searches)
    spot = _spot(layout, positions, target, searches)
    rows_of_labels = [place for place in range(len(terms)) if rows[place] != NO_ROW]
    is_exact = layout.mapping is not None and _draws_unit_vectors(
        layout, terms[rows_of_labels], corners[rows_of_labels]
    )
    words = f"on the map, {layout.words}"
    if layout.mapping is not None and not is_exact:
        words += (
            "; the point asked for is a sum of unit vectors, but rows are drawn with their own "
            "lengths, so that its place is only a hint"
        )
    elif not is_exact:
        words += (
            f"; the point asked for at the mean of its {min(_COUNT, len(positions))} neighbors, "
            "since such a layout has no exact place for it, and bends arrows"
        )
    return QuestionPlaces(positions, corners, spot, words, is_exact, np.nan)


def _draws_unit_vectors(layout: Layout, terms: Vector, corners: Placed) -> bool:
    """Return whether a layout draws rows where it has their unit vectors.

    Parameters
    ----------
    layout : Layout
        With a mapping.
    terms : float64 array of shape (n_rows, n_dimensions)
        Vectors of rows, with their own lengths.
    corners : array of shape (n_rows, 2 or 3)
        Where the rows are drawn.
    """
    assert layout.mapping is not None
    drawn = np.isfinite(corners).all(axis=1)
    if not drawn.any():
        return True
    lengths = np.linalg.norm(terms[drawn], axis=1, keepdims=True)
    units: Matrix = np.asarray(terms[drawn] / np.where(lengths, lengths, 1), dtype=np.float32)
    mapped = layout.mapping(units)[:, : corners.shape[1]]
    positions = layout.positions
    spread = float((np.nanmax(positions, axis=0) - np.nanmin(positions, axis=0)).max())
    return bool(np.abs(mapped - corners[drawn]).max() <= _SAME * spread)


def _spot(layout: Layout, positions: Placed, vector: Vector, searches: Searches) -> Placed:
    """Return where a layout has a vector: exactly where it can, else between its neighbors."""
    given: Matrix = np.asarray(vector, dtype=np.float32)
    if not given.any():
        return np.full(positions.shape[1], np.nan)
    if layout.mapping is not None:
        return np.asarray(layout.mapping(given[np.newaxis])[0][: positions.shape[1]])
    rows, cosines = searches.nearest(layout.vector_set, "cosine", given, _COUNT)
    return place_near(positions, rows, np.maximum(1.0 - cosines, 0.0))


def _signs(asked: Matrix) -> Matrix:
    """Return signs that mirror the picture so that a − b points right and c − b up."""
    signs = np.ones(asked.shape[1], dtype=np.float32)
    a, c, b = asked
    signs[0] = -1.0 if (a - b)[0] < 0 else 1.0
    signs[1] = -1.0 if (c - b)[1] < 0 else 1.0
    return signs

"""Placement of labels and pictures of points so that they do not touch each other.

Candidates are served in the order given, the most important first: each takes the first of eight
places around its point that is free, or goes without. Greedy placement is not optimal in number
(that is NP-hard: Marks and Shieber 1991), but it is what a reader expects, because an important
label never gives way to an unimportant one, and it is fast enough to run at every frame.

Two labels in one line with nothing between them read as one word. So they are a space apart, also
where they may come close above each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.compiled.kernels import serial_kernel

PLACES = (
    "right",
    "left",
    "above",
    "below",
    "above right",
    "above left",
    "below right",
    "below left",
)
"""Where a label can be, seen from its point, the most readable first."""

BESIDE = np.array(
    [
        [0.0, 0.5, 1.0, 0.0],
        [1.0, 0.5, -1.0, 0.0],
        [0.5, 1.0, 0.0, -1.0],
        [0.5, 0.0, 0.0, 1.0],
        [0.0, 1.0, 0.7, -0.7],
        [1.0, 1.0, -0.7, -0.7],
        [0.0, 0.0, 0.7, 0.7],
        [1.0, 0.0, -0.7, 0.7],
    ]
)
"""For each of `PLACES`, the part of the width and of the height of the box that lies left of and
above the point, and the direction of the gap between point and box."""

AROUND = np.vstack([BESIDE * (1.0, 1.0, away, away) for away in (1.0, 1.7, 2.5)])
"""The same at the usual distance, and then farther away: for what is worth looking for."""

OVER = np.array(
    [
        [0.5, 1.0, 0.0, -1.0],
        [0.5, 0.0, 0.0, 1.0],
        [0.5, 0.5, 0.0, 0.0],
        [0.25, 1.0, 0.0, -1.0],
        [0.75, 1.0, 0.0, -1.0],
        [0.5, 1.6, 0.0, -1.0],
        [0.5, -0.6, 0.0, 1.0],
        [0.0, 1.0, 0.0, -1.0],
        [1.0, 1.0, 0.0, -1.0],
        [0.5, 2.4, 0.0, -1.0],
        [0.5, -1.4, 0.0, 1.0],
    ]
)
"""The same for names of areas: right above the middle, which stays in view, or not far from it."""


@dataclass(frozen=True, eq=False)
class Placement:
    """Places of the labels that fit.

    Attributes
    ----------
    candidates : int array of shape (n_placed,)
        Which of the candidates have a place, ascending.
    places : int array of shape (n_placed,)
        Index of the place: for those beside a point, into `PLACES`.
    corners : array of shape (n_placed, 2)
        Upper left corners of their boxes, in pixels.
    """

    candidates: NDArray[np.intp]
    places: NDArray[np.intp]
    corners: NDArray[np.float64]


def place_labels(  # noqa: PLR0913 - all of a picture
    anchors: ArrayLike,
    boxes: ArrayLike,
    gaps: ArrayLike,
    clearances: ArrayLike,
    *,
    width: float,
    height: float,
    obstacles: ArrayLike = (),
    preferred: ArrayLike | None = None,
    most: int = 1000,
    shifts: NDArray[np.float64] = BESIDE,
    space: float = 0.0,
) -> Placement:
    """Return which labels fit, and where.

    Parameters
    ----------
    anchors : array-like of shape (n, 2)
        The points, in pixels, the one with the most important label first. Those with NaN get
        no label.
    boxes : array-like of shape (n, 2)
        Width and height of the labels, in pixels.
    gaps : array-like of shape (n,)
        Distance from the middle of the point to the label, in pixels.
    clearances : array-like of shape (n,)
        How far, in pixels, a label keeps away from labels placed before it.
    width, height : float
        Size of the picture; labels are wholly within it.
    obstacles : array-like of shape (m, 4)
        Left, top, width and height of what no label may cover.
    preferred : int array-like of shape (n,), optional
        Index of the place to try first; -1 for none. Keeps labels still from frame to frame.
    most : int
        No more labels than this.
    shifts : array of shape (n_places, 4)
        `BESIDE`, `AROUND` or `OVER`: which places there are, the first choice first.
    space : float
        How far, in pixels, labels beside each other are apart at least. Texts that are obstacles
        have it around them already: see `with_space`.
    """
    points = np.asarray(anchors, dtype=np.float64).reshape(-1, 2)
    first = np.full(len(points), -1) if preferred is None else preferred
    # Compiled loops do not look where they read.
    sizes = np.asarray(boxes, dtype=np.float64).reshape(-1, 2)
    each = (sizes, np.asarray(gaps), np.asarray(clearances), np.asarray(first))
    if any(len(values) != len(points) for values in each):
        raise ValueError(f"{[len(values) for values in each]} boxes … for {len(points)} labels")
    if len(points) and np.max(first) >= len(shifts):
        raise ValueError(f"place {np.max(first)} is preferred; there are {len(shifts)}")
    places = np.full(len(points), -1, dtype=np.intp)
    corners = np.zeros((len(points), 2))
    avoided = np.asarray(obstacles, dtype=np.float64).reshape(-1, 4)
    # What is taken: left, top, right and bottom, the obstacles first.
    taken = np.zeros((len(avoided) + min(len(points), most), 4))
    taken[: len(avoided)] = avoided
    taken[: len(avoided), 2:] += avoided[:, :2]
    _place(
        points,
        sizes,
        np.asarray(gaps, dtype=np.float64),
        np.asarray(clearances, dtype=np.float64),
        np.asarray(first, dtype=np.intp),
        shifts,
        float(width),
        float(height),
        float(space),
        taken,
        len(avoided),
        places,
        corners,
    )
    placed = np.flatnonzero(places >= 0)
    return Placement(placed, places[placed], corners[placed])


def with_space(boxes: ArrayLike, space: float) -> NDArray[np.float64]:
    """Return boxes of texts (left, top, width, height) with this much free to their sides."""
    around = np.array([-space, 0.0, 2 * space, 0.0])
    widened: NDArray[np.float64] = np.asarray(boxes, dtype=np.float64).reshape(-1, 4) + around
    return widened


def compile_all() -> None:
    """Compile every kernel, or load it from the cache of an earlier start."""
    place_labels([[0, 0]], [[1, 1]], [1], [1], width=9, height=9)
    rows_with_room([[0, 0]], 1.0)


@serial_kernel
def _place(  # noqa: PLR0913 - one pass
    anchors: Any,
    boxes: Any,
    gaps: Any,
    clearances: Any,
    preferred: Any,
    shifts: Any,
    width: float,
    height: float,
    space: float,
    taken: Any,
    n_obstacles: int,
    places: Any,
    corners: Any,
) -> None:
    n_taken = n_obstacles
    for i in range(len(anchors)):
        if n_taken == len(taken):
            break
        for turn in range(-1, len(shifts)):
            place = preferred[i] if turn < 0 else turn
            if place < 0:
                continue
            left = anchors[i, 0] - shifts[place, 0] * boxes[i, 0] + shifts[place, 2] * gaps[i]
            top = anchors[i, 1] - shifts[place, 1] * boxes[i, 1] + shifts[place, 3] * gaps[i]
            right, bottom = left + boxes[i, 0], top + boxes[i, 1]
            free = left >= 0 and top >= 0 and right <= width and bottom <= height
            k = 0
            while free and k < n_taken:
                away = clearances[i] if k >= n_obstacles else 0.0
                across = max(away, space) if k >= n_obstacles else 0.0
                free = (
                    left >= taken[k, 2] + across
                    or right <= taken[k, 0] - across
                    or top >= taken[k, 3] + away
                    or bottom <= taken[k, 1] - away
                )
                k += 1
            if free:
                taken[n_taken, 0], taken[n_taken, 1] = left, top
                taken[n_taken, 2], taken[n_taken, 3] = right, bottom
                n_taken += 1
                places[i] = place
                corners[i, 0], corners[i, 1] = left, top
                break


def rows_with_room(pixels: ArrayLike, side: float, most: int = 2000) -> NDArray[np.intp]:
    """Return which points can have a square around them that touches no other, ascending.

    Parameters
    ----------
    pixels : array-like of shape (n, 2)
        The points, the most important first. Those with NaN have no square.
    side : float
        Of the squares, in pixels.
    most : int
        No more squares than this.
    """
    points = np.asarray(pixels, dtype=np.float64).reshape(-1, 2)
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    if not len(known):
        return known
    low = points[known].min(axis=0)
    # No two squares apart from each other have their middles in one cell of their size.
    cells = ((points[known] - low) / side).astype(np.intp) + 1
    columns, rows = (cells.max(axis=0) + 2).tolist()
    taken = np.full((rows, columns), -1, dtype=np.intp)
    chosen = np.empty(min(most, len(known)), dtype=np.intp)
    count = _spread_squares(points[known], cells, float(side), taken, chosen)
    return np.asarray(known[chosen[:count]])


@serial_kernel
def _spread_squares(points: Any, cells: Any, side: float, taken: Any, chosen: Any) -> int:
    count = 0
    for i in range(len(points)):
        if count == len(chosen):
            break
        column, row = cells[i, 0], cells[i, 1]
        free = True
        for y in range(row - 1, row + 2):
            for x in range(column - 1, column + 2):
                other = taken[y, x]
                if other >= 0:
                    free &= (
                        abs(points[other, 0] - points[i, 0]) >= side
                        or abs(points[other, 1] - points[i, 1]) >= side
                    )
        if free:
            taken[row, column] = i
            chosen[count] = i
            count += 1
    return count

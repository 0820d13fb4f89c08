"""Which boxes overlap, and which lines go through boxes and each other: all pairs at once.

Boxes are rows of left, top, right and bottom; lines are rows of the two ends, x before y.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
Pairs = NDArray[np.bool_]
_SHORT = 1e-9


def overlaps(boxes: Table, others: Table) -> Table:
    """Return how large the common parts of boxes and others are, (n_boxes, n_others)."""
    one, other = boxes[:, np.newaxis], others[np.newaxis]
    starts = np.maximum(one[..., :2], other[..., :2])
    ends = np.minimum(one[..., 2:], other[..., 2:])
    found: Table = np.maximum(ends - starts, 0).prod(axis=2)
    return found


def within(boxes: Table, area: Table) -> Pairs:
    """Return which boxes are in another box of shape (4,), (n_boxes,)."""
    is_after, is_before = boxes[:, :2] >= area[:2], boxes[:, 2:] <= area[2:]
    found: Pairs = np.logical_and.reduce(np.hstack([is_after, is_before]), axis=1)
    return found


def run_through(lines: Table, boxes: Table) -> Pairs:
    """Return which lines have a part in which boxes, (n_lines, n_boxes)."""
    start = lines[:, np.newaxis, :2]
    way = lines[:, np.newaxis, 2:] - start
    way = np.where(np.abs(way) < _SHORT, _SHORT, way)
    # The shares of the line at which it enters and leaves the strips between a box's sides.
    one, other = (boxes[:, :2] - start) / way, (boxes[:, 2:] - start) / way
    enter = np.minimum(one, other).max(axis=2)
    leave = np.maximum(one, other).min(axis=2)
    found: Pairs = (enter <= leave) & (enter <= 1) & (leave >= 0)
    return found


def cross(lines: Table, others: Table) -> Pairs:
    """Return which lines cross which others between their ends, (n_lines, n_others)."""
    one, other = lines[:, np.newaxis], others[np.newaxis]
    is_cut = _side(one, other[..., :2]) * _side(one, other[..., 2:]) < 0
    cuts = _side(other, one[..., :2]) * _side(other, one[..., 2:]) < 0
    found: Pairs = is_cut & cuts
    return found


def _side(lines: Table, points: Table) -> Any:
    """Return on which side of lines points are: positive on one, negative on the other."""
    way, away = lines[..., 2:] - lines[..., :2], points - lines[..., :2]
    return way[..., 0] * away[..., 1] - way[..., 1] * away[..., 0]

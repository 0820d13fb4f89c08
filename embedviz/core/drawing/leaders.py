"""Names around a cloud of points, each joined to its place by a straight line.

The names stand in two columns that follow the outline of the cloud. No two of them overlap, since
each has a stretch of height of its own on its side; none covers a point or is crossed by a line,
since all of them are outside of a convex curve around the cloud and the lines are within it. Lines
that cross are uncrossed by exchanging the places of their names, which makes both shorter (the
boundary labeling of Bekos et al., 2007, with straight lines). A name whose line crosses another
one even so, or that has no room, is left out: the less important one.

Which names go to the left is decided by where their places are, seen from the middle of what is
in view. So the picture depends on the camera alone, and changes little while this moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""

_STEPS = 65
"""Heights at which the curve around the cloud is known."""
_ROUNDNESS = 0.72
"""How wide the curve is beside a cloud that is low, as a part of the cloud."""
_SPREAD = 1.3
"""How much farther from the middle names are than their places, up and down."""
_MOST_EXCHANGES, _TOGETHER = 60, 30
"""How often lines are uncrossed, and how often several at once, which takes fewer turns."""
_SHORT = 0.6
"""Of the gap, how far before a name its line ends."""
_LOOSEST = 1.5
"""Most space between two names, in heights of a line: more would look lost."""


@dataclass(frozen=True, eq=False)
class Around:
    """Names that have a place around a cloud.

    Attributes
    ----------
    names : int array of shape (n_placed,)
        Which of the names, ascending.
    corners : array of shape (n_placed, 2)
        Upper left corners of their boxes, in pixels.
    bends : array of shape (n_placed, 2)
        Where the straight line from the place of a name ends.
    ends : array of shape (n_placed, 2)
        From there a short horizontal one leads here, shortly before the box; the same as the bend
        where the first line comes from below the name, or from above.
    is_left : bool array of shape (n_placed,)
    """

    names: NDArray[np.intp]
    corners: Numbers
    bends: Numbers
    ends: Numbers
    is_left: NDArray[np.bool_]


NOTHING_AROUND = Around(
    np.empty(0, np.intp),
    *(np.empty((0, 2)), np.empty((0, 2)), np.empty((0, 2))),
    np.empty(0, np.bool_),
)


def place_around(
    anchors: ArrayLike, sizes: ArrayLike, outline: ArrayLike, area: Box, room: Box, gap: float
) -> Around:
    """Return where names are around a cloud.

    Parameters
    ----------
    anchors : array-like of shape (n, 2)
        Where the lines begin, in pixels, that of the most important name first. Those outside of
        the area, or with NaN, have no name.
    sizes : array-like of shape (n, 2)
        Width and height of the names, in pixels.
    outline : array-like of shape (m, 2)
        Corners of a convex polygon, in order, within which all points are.
    area : Box
        Where points are drawn.
    room : Box
        Where names may be; it reaches farther to the left and right than the area.
    gap : float
        Least space between two names, in pixels; there is twice as much between names and points.
    """
    given, boxes = np.array(anchors, dtype=np.float64), np.array(sizes, dtype=np.float64)
    left, top, right, bottom = area
    with np.errstate(invalid="ignore"):
        is_seen = (given[:, 0] >= left) & (given[:, 0] <= right)
        is_seen &= (given[:, 1] >= top) & (given[:, 1] <= bottom)
    seen = np.flatnonzero(is_seen)
    if not len(seen):
        return NOTHING_AROUND
    curve = _Curve(np.array(outline, dtype=np.float64), area, room, gap)
    sides = _divided(seen, given, boxes, curve.middle, room[3] - room[1], gap)
    parts = [
        _beside(names, given, boxes, curve, is_left=is_left, gap=gap)
        for names, is_left in zip(sides, (True, False), strict=True)
    ]
    names = np.concatenate([part.names for part in parts])
    order = np.argsort(names)
    return Around(
        names[order],
        np.concatenate([part.corners for part in parts])[order],
        np.concatenate([part.bends for part in parts])[order],
        np.concatenate([part.ends for part in parts])[order],
        np.concatenate([part.is_left for part in parts])[order],
    )


class _Curve:
    """A convex curve around the part of a cloud that is in view, as high as the room for names.

    Attributes
    ----------
    middle : float
        Of what is in view, from left to right.
    heights : array of shape (n,)
    lefts, rights : arrays of shape (n,)
        How far the curve reaches at each of the heights.
    """

    def __init__(self, outline: Numbers, area: Box, room: Box, gap: float) -> None:
        left, top, right, bottom = area
        self.room, self.gap = room, gap
        self.heights = np.linspace(room[1], room[3], _STEPS)
        low, high = _reach(outline, self.heights)
        is_seen = np.isfinite(low) & (self.heights >= top) & (self.heights <= bottom)
        is_seen &= (high >= left) & (low <= right)
        low = np.where(is_seen, np.clip(low, left, right), np.inf)
        high = np.where(is_seen, np.clip(high, left, right), -np.inf)
        first, last = (low.min(), high.max()) if is_seen.any() else (left, right)
        self.middle = float(first + last) / 2
        # An arc closes it above and below the cloud.
        from_middle = np.linspace(-1, 1, _STEPS)
        arc = _ROUNDNESS * (last - first) / 2 * np.sqrt(1 - 0.6 * from_middle**2)
        # As far above and below points as beside them.
        near = ceil(2 * gap / (self.heights[1] - self.heights[0])) if room[3] > room[1] else 0
        low, high = -_widest(-low, near), _widest(high, near)
        self.lefts = -_concave(self.heights, np.maximum(2 * gap - low, arc - self.middle))
        self.rights = _concave(self.heights, np.maximum(high + 2 * gap, arc + self.middle))

    def edge(self, centers: Numbers, boxes: Numbers, *, is_left: bool) -> tuple[Numbers, Numbers]:
        """Return where the curve is at the middles of boxes, and the inner edges of these."""
        known = -self.lefts if is_left else self.rights
        at = [np.interp(centers + part * boxes[:, 1], self.heights, known) for part in _ACROSS]
        outer = self.room[2] if not is_left else -self.room[0]
        inner = np.minimum(np.max(at, axis=0) + self.gap, outer - boxes[:, 0])
        middle = np.minimum(at[len(_ACROSS) // 2], inner)
        return (-middle, -inner) if is_left else (middle, inner)


_ACROSS = (-0.5, -0.25, 0.0, 0.25, 0.5)


def _reach(outline: Numbers, heights: Numbers) -> tuple[Numbers, Numbers]:
    """Return from where to where a convex polygon reaches at some heights; NaN where it is not."""
    start, end = outline, np.roll(outline, -1, axis=0)
    rise = (end - start)[:, 1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = (heights - start[:, 1:]) / rise
        part = np.where((part >= 0) & (part <= 1), part, np.nan)
        x = start[:, :1] + part * (end - start)[:, :1]
    is_crossed = np.isfinite(x)
    low = np.where(is_crossed, x, np.inf).min(axis=0, initial=np.inf)
    high = np.where(is_crossed, x, -np.inf).max(axis=0, initial=-np.inf)
    return np.where(np.isfinite(low), low, np.nan), np.where(np.isfinite(high), high, np.nan)


def _widest(values: Numbers, near: int) -> Numbers:
    """Return the greatest of so many values before and after each."""
    padded = np.pad(values, near, constant_values=-np.inf)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * near + 1).max(axis=1))


def _concave(at: Numbers, values: Numbers) -> Numbers:
    """Return the least concave function that is nowhere less than some values."""
    kept: list[int] = []
    for k in range(len(at)):
        while len(kept) > 1:
            i, j = kept[-2:]
            way = (at[j] - at[i]) * (values[k] - values[i])
            if way < (values[j] - values[i]) * (at[k] - at[i]):
                break
            kept.pop()
        kept.append(k)
    return np.asarray(np.interp(at, at[kept], values[kept]))


def _divided(
    seen: NDArray[np.intp],
    anchors: Numbers,
    boxes: Numbers,
    middle: float,
    height: float,
    gap: float,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the names on the left and on the right: as many of the first ones as fit."""
    needed = boxes[:, 1] + gap
    kept = seen[np.cumsum(needed[seen]) <= 2 * (height + gap)]
    while True:
        order = kept[np.argsort(anchors[kept, 0], kind="stable")]
        total = np.concatenate([[0.0], np.cumsum(needed[order])])
        # Both columns are about as long, unless the places themselves are to one side.
        wanted = np.searchsorted(anchors[order, 0], middle)
        is_fit = (total <= height + gap) & (total[-1] - total <= height + gap)
        is_fit &= np.maximum(total, total[-1] - total) <= 0.64 * total[-1] + needed.max()
        cuts = np.flatnonzero(is_fit)
        if len(cuts):
            cut = cuts[np.argmin(np.abs(cuts - wanted))]
            return order[:cut], order[cut:]
        if not len(kept):
            return kept, kept
        kept = kept[:-1]


def _beside(
    names: NDArray[np.intp],
    anchors: Numbers,
    boxes: Numbers,
    curve: _Curve,
    *,
    is_left: bool,
    gap: float,
) -> Around:
    """Return the places of the names on one side, from above to below."""
    center = (curve.room[1] + curve.room[3]) / 2
    order = names[np.argsort(center + _SPREAD * (anchors[names, 1] - center), kind="stable")]
    wanted = np.sort(center + _SPREAD * (anchors[names, 1] - center))
    exchanges = 0
    while True:
        centers = _stacked(wanted, boxes[order, 1], curve.room, gap)
        x, inner = curve.edge(centers, boxes[order], is_left=is_left)
        width, height = boxes[order].T
        corners = np.column_stack([inner - width if is_left else inner, centers - height / 2])
        bends, ends = _ends(anchors[order], corners, boxes[order], x, is_left=is_left, gap=gap)
        crossing = _crossings(anchors[order], bends)
        if not len(crossing):
            break
        if exchanges < _MOST_EXCHANGES:
            exchanges += 1
            for i, j in _apart(crossing) if exchanges < _TOGETHER else crossing[:1]:
                order[i], order[j] = order[j], order[i]
            continue
        # Exchanged back and forth, as names of different heights may be.
        worst = int(np.argmax(order[crossing].max(axis=1)))
        place = int(np.argmax(order == order[crossing[worst]].max()))
        order, wanted = np.delete(order, place), np.delete(wanted, place)
    return Around(order, corners, bends, ends, np.full(len(order), is_left))


def _ends(
    anchors: Numbers, corners: Numbers, boxes: Numbers, x: Numbers, *, is_left: bool, gap: float
) -> tuple[Numbers, Numbers]:
    """Return where lines bend, on a curve at x or farther out, and where they end at their boxes.

    A line does not turn back to its name: where that is over its place, or under it, it ends below
    the first letters or above them, unless it would cross another name on its way.
    """
    toward = -1.0 if is_left else 1.0
    inner = corners[:, 0] + (boxes[:, 0] if is_left else 0.0)
    centers = corners[:, 1] + boxes[:, 1] / 2
    tips = inner - toward * _SHORT * gap
    ends = np.column_stack([tips, centers])
    out = toward * np.maximum(toward * x, toward * anchors[:, 0])
    bends = np.column_stack([toward * np.minimum(toward * out, toward * tips), centers])
    down = np.sign(anchors[:, 1] - centers)
    is_beyond = (toward * (anchors[:, 0] - tips) > 0) & (
        np.abs(anchors[:, 1] - centers) > boxes[:, 1] / 2 + gap
    )
    for place in np.flatnonzero(is_beyond).tolist():
        width, height = boxes[place].tolist()
        end = np.array([inner[place] + toward * min(width, height) / 2, centers[place]])
        end[1] += down[place] * (height / 2 + _SHORT * gap / 2)
        others = np.arange(len(boxes)) != place
        if not _meets(end, anchors[place], corners[others] - gap, boxes[others] + 2 * gap):
            bends[place] = ends[place] = end
    return bends, ends


def _meets(start: Numbers, end: Numbers, corners: Numbers, boxes: Numbers) -> bool:
    """Return whether a line passes through one of some boxes."""
    along = start + np.linspace(0, 1, _STEPS)[:, np.newaxis] * (end - start)
    is_in = (along[:, np.newaxis] > corners) & (along[:, np.newaxis] < corners + boxes)
    return bool(is_in.all(axis=2).any())


def _stacked(wanted: Numbers, heights: Numbers, room: Box, gap: float) -> Numbers:
    """Return the middles of boxes, as near as possible to where they are wanted.

    The sum of the squares of the ways is the least (isotonic regression).
    """
    if not len(wanted):
        return wanted
    free = (room[3] - room[1] - heights.sum()) / max(len(heights) - 1, 1)
    space = max(min(free, _LOOSEST * float(heights.min())), min(gap, free))
    steps = np.concatenate([[0.0], np.cumsum((heights[1:] + heights[:-1]) / 2 + space)])
    least, most = room[1] + heights[0] / 2, room[3] - heights[-1] / 2 - steps[-1]
    blocks: list[tuple[float, int]] = []
    for value in (wanted - steps).tolist():
        mean, count = value, 1
        while blocks and blocks[-1][0] >= mean:
            before, number = blocks.pop()
            mean, count = (mean * count + before * number) / (count + number), count + number
        blocks.append((mean, count))
    means, counts = zip(*blocks, strict=True)
    placed = np.repeat(means, counts)
    return np.asarray(np.clip(placed, least, max(most, least)) + steps)


def _crossings(starts: Numbers, ends: Numbers) -> NDArray[np.intp]:
    """Return the pairs of lines that cross, (n, 2), those nearest to each other first."""
    count = len(starts)
    first, second = np.triu_indices(count, 1)
    if not len(first):
        return np.empty((0, 2), np.intp)
    a, b, c, d = starts[first], ends[first], starts[second], ends[second]
    is_crossed = (_turn(a, b, c) * _turn(a, b, d) < 0) & (_turn(c, d, a) * _turn(c, d, b) < 0)
    pairs = np.column_stack([first, second])[is_crossed]
    return pairs[np.argsort(pairs[:, 1] - pairs[:, 0], kind="stable")]


def _apart(pairs: NDArray[np.intp]) -> list[list[int]]:
    """Return those of some pairs, the first ones first, that have nothing in common."""
    taken: set[int] = set()
    found = []
    for pair in pairs.tolist():
        if taken.isdisjoint(pair):
            taken.update(pair)
            found.append(pair)
    return found


def _turn(a: Numbers, b: Numbers, c: Numbers) -> Numbers:
    ab, ac = b - a, c - a
    return np.asarray(ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0])

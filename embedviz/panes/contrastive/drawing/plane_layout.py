"""Points of the plane of alignment and uniformity: where they are, and where their names are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF

from embedviz.core.drawing.elision import shortened
from embedviz.core.wording import one_line
from embedviz.gui.charts.drawn_widget import width_of
from embedviz.gui.theme import GRID
from embedviz.panes.contrastive.drawing import crossings
from embedviz.panes.contrastive.drawing.crossings import Table

RADIUS = 4.5
_BESIDE = (
    *((1, 0), (-1, 0), (0, -1), (0, 1), (0.9, -0.9), (-0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    *((x, 1.25 * y) for x in (0, 0.3, -0.3, 0.6, -0.6) for y in (-1, 1)),
)
"""Where the name of a point can be, in half sizes of it, the most readable first."""
_FAR = tuple((x, y * n) for n in (2.2, 3.4, 4.6) for y in (-1, 1) for x in (0, 1, -1, 0.5, -0.5))
"""The same where a line has to lead from the name to its point."""
_REACH = RADIUS + 2
"""Half the side of the square around a point in which no name is."""
_MARGIN = np.array([-4.0, -1.0, 4.0, 1.0])
"""Between a name and what else is in the picture."""
_ORDER = ("run", "set", "whitened")
"""Whose names are placed first; an arrow leads to what was whitened, from something named."""


@dataclass(frozen=True)
class PlanePoint:
    """A set in the plane.

    Attributes
    ----------
    name : str
        Empty: it is not named.
    alignment, uniformity : float
        nan: it is left out.
    kind : {"set", "whitened", "run"}
        An arrow leads to a whitened one from the set before it. Those of a run are joined by a
        line, in their order.
    is_active : bool
    """

    name: str
    alignment: float
    uniformity: float
    kind: Literal["set", "whitened", "run"] = "set"
    is_active: bool = False

    @property
    def is_known(self) -> bool:
        """Whether it has a place."""
        return math.isfinite(self.alignment) and math.isfinite(self.uniformity)


@dataclass(frozen=True)
class PlaneFrame:
    """The part of the plane that is shown, and where."""

    area: QRectF
    left: float
    right: float
    low: float
    high: float

    def place(self, point: PlanePoint) -> QPointF:
        """Return where a point is."""
        return QPointF(self.x_of(point.alignment), self.y_of(point.uniformity))

    def x_of(self, alignment: float) -> float:
        """Return where an alignment is, in pixels."""
        share = (alignment - self.left) / (self.right - self.left)
        return self.area.left() + share * self.area.width()

    def y_of(self, uniformity: float) -> float:
        """Return where a uniformity is, in pixels."""
        share = (uniformity - self.low) / (self.high - self.low)
        return self.area.bottom() - share * self.area.height()


def frame_around(
    points: Sequence[PlanePoint], best: float | None, area: QRectF, below: float
) -> PlaneFrame:
    """Return the part of the plane with all points in it, and room below them, in pixels."""
    uniformities = [point.uniformity for point in points]
    if best is not None:
        uniformities.append(best)
    alignments = [point.alignment for point in points]
    left, right = _widened(alignments, area.width(), 3 * GRID, 3 * GRID)
    low, high = _widened(uniformities, area.height(), below, 2 * GRID)
    return PlaneFrame(area, left, right, low, high)


def _widened(
    values: Sequence[float], room: float, before: float, after: float
) -> tuple[float, float]:
    """Return the ends of an axis that shows some values with room, in pixels, around them."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high - low < 1e-9 * max(abs(low), abs(high), 1.0):
        half = max(0.5, abs(low) / 10)
        low, high = low - half, high + half
    pixel = (high - low) / max(room - before - after, 8.0)
    return low - before * pixel, high + after * pixel


@dataclass(frozen=True)
class PlacedName:
    """The name of a point.

    Attributes
    ----------
    point : PlanePoint
    text : str
        As much of it as fits.
    box : QRectF
    leader : QLineF or None
        From the point to the name, where it is not beside it.
    """

    point: PlanePoint
    text: str
    box: QRectF
    leader: QLineF | None = None


def place_names(
    frame: PlaneFrame,
    points: Sequence[PlanePoint],
    written: Sequence[QRectF],
    lines: Sequence[QLineF],
    fonts: tuple[QFont, QFont],
) -> list[PlacedName]:
    """Return names that touch neither each other nor a point; one without room is left out.

    Parameters
    ----------
    frame : PlaneFrame
    points : sequence of PlanePoint
        The active one is placed first.
    written : sequence of QRectF
        Where something else is written.
    lines : sequence of QLineF
        Over which no name is written where it has another place; heads of arrows are at their
        ends.
    fonts : (QFont, QFont)
        Of names, and of the active one.
    """
    named = [point for point in points if point.name]
    named.sort(key=lambda point: (not point.is_active, _ORDER.index(point.kind)))
    small, bold = fonts
    most = max(0.5 * frame.area.width(), 12.0)
    texts = shortened(
        [one_line(point.name) for point in named],
        [most] * len(named),
        lambda text: width_of(text, bold),
    )
    dots = np.array([_row(frame.place(point)) for point in points]).reshape(-1, 2)
    drawn = np.array([[*_row(line.p1()), *_row(line.p2())] for line in lines]).reshape(-1, 4)
    boxes = np.array([box.getCoords() for box in written]).reshape(-1, 4)
    surroundings = _Surroundings(
        np.array(frame.area.getCoords()),
        np.vstack([boxes, np.hstack([dots - _REACH, dots + _REACH]), _heads_of(drawn)]),
        drawn,
    )
    placed: dict[int, PlacedName] = {}
    # What has no room without crossing a line comes after all that has.
    for may_cross in (False, True):
        for number, (point, text) in enumerate(zip(named, texts, strict=True)):
            is_led_to = point.kind == "whitened" and not point.is_active
            if number in placed:
                continue
            given = bold if point.is_active else small
            size = np.array([width_of(text, given), QFontMetricsF(given).height()])
            place = np.array(_row(frame.place(point)))
            box, leader = surroundings.place(place, size, may_cross or not is_led_to)
            if box is None and point.is_active:  # It is named in any case.
                box = surroundings.least_covered(place, size)
            if box is not None:
                surroundings = surroundings.with_name(box, leader)
                shown = QRectF(QPointF(*box[:2].tolist()), QPointF(*box[2:].tolist()))
                line = None if leader is None else QLineF(*leader.tolist())
                placed[number] = PlacedName(point, text, shown, line)
    return [placed[number] for number in sorted(placed)]


@dataclass(frozen=True, eq=False)
class _Surroundings:
    """What is in the picture while names are placed, as `crossings` has it.

    Attributes
    ----------
    area : float64 array of shape (4,)
    boxes : float64 array of shape (n_boxes, 4)
        Points, heads of arrows, and what is written.
    lines : float64 array of shape (n_lines, 4)
    """

    area: Table
    boxes: Table
    lines: Table

    def with_name(self, box: Table, leader: Table | None) -> _Surroundings:
        """Return the picture with another name."""
        lines = self.lines if leader is None else np.vstack([self.lines, leader])
        return _Surroundings(self.area, np.vstack([self.boxes, box]), lines)

    def place(
        self, at: Table, size: Table, may_cross: bool
    ) -> tuple[Table, Table | None] | tuple[None, None]:
        """Return a box for the name of a point, and the line that leads to it where it is far.

        Parameters
        ----------
        at, size : float64 array of shape (2,)
        may_cross : bool
            Whether the name may be over a line where it has no other place.
        """
        own = (self.boxes == np.hstack([at - _REACH, at + _REACH])).all(axis=1)
        others = self.boxes[~own]
        beside = self._free(self._pushed_in(at, size, _BESIDE), others)
        far = self._free(self._pushed_in(at, size, _FAR), others)
        leaders = _leaders(at, far)
        if may_cross:  # Out from among points that are over this one.
            touching = np.hstack([at - 2 * _REACH, at + 2 * _REACH])
            others = others[crossings.overlaps(touching[np.newaxis], others)[0] == 0]
        is_short = ~crossings.run_through(leaders, others).any(axis=1)
        far, leaders = far[is_short], leaders[is_short]
        clear_beside = ~crossings.run_through(self.lines, beside).any(axis=0)
        if clear_beside.any():
            return beside[clear_beside][0], None
        begins_here = (self.lines[:, :2] == at).all(axis=1) | (self.lines[:, 2:] == at).all(axis=1)
        crossed = crossings.cross(leaders, self.lines[~begins_here]).any(axis=1)
        clear_far = ~crossed & ~crossings.run_through(self.lines, far).any(axis=0)
        if clear_far.any():
            return far[clear_far][0], leaders[clear_far][0]
        if may_cross and len(beside):
            return beside[0], None
        return (far[0], leaders[0]) if may_cross and len(far) else (None, None)

    def _pushed_in(self, at: Table, size: Table, ways: Sequence[tuple[float, float]]) -> Table:
        """Return boxes around a point; those above and below it as far aside as is in the picture.

        Else a point near the edge would have a name on one side only.
        """
        boxes = _boxes_around(at, size, ways)
        clear = np.abs([y for _, y in ways]) >= 1
        most = max(self.area[2] - size[0], self.area[0])
        boxes[clear, 0] = np.clip(boxes[clear, 0], self.area[0], most)
        boxes[clear, 2] = boxes[clear, 0] + size[0]
        return boxes

    def _free(self, boxes: Table, others: Table) -> Table:
        """Return those in the picture with nothing in them, or so near that it would touch."""
        is_inside = crossings.within(boxes, self.area)
        return boxes[is_inside & ~crossings.overlaps(boxes + _MARGIN, others).any(axis=1)]

    def least_covered(self, at: Table, size: Table) -> Table:
        """Return the box beside a point that covers least, pushed into the picture."""
        boxes = _boxes_around(at, size, _BESIDE)
        corners = np.clip(boxes[:, :2], self.area[:2], np.maximum(self.area[2:] - size, 0))
        boxes = np.hstack([corners, corners + size])
        best: Table = boxes[crossings.overlaps(boxes, self.boxes).sum(axis=1).argmin()]
        return best


def _row(point: QPointF) -> tuple[float, float]:
    return point.x(), point.y()


def _boxes_around(at: Table, size: Table, ways: Sequence[tuple[float, float]]) -> Table:
    """Return boxes of a size at some places around a point."""
    middles = at + np.array(ways) * (size / 2 + (RADIUS + 4, RADIUS + 1))
    return np.hstack([middles - size / 2, middles + size / 2])


def _heads_of(lines: Table) -> Table:
    """Return where the heads of arrows are."""
    starts, ends = lines[:, :2], lines[:, 2:]
    lengths = np.maximum(np.linalg.norm(ends - starts, axis=1, keepdims=True), 1e-6)
    middles = ends - (ends - starts) * np.minimum(1.0, (RADIUS + 5) / lengths)
    return np.hstack([middles - 4, middles + 4])


def _leaders(at: Table, boxes: Table) -> Table:
    """Return lines from the edge of a point to the nearest places of boxes."""
    ends = np.clip(at, boxes[:, :2], boxes[:, 2:])
    lengths = np.maximum(np.linalg.norm(ends - at, axis=1, keepdims=True), 1e-6)
    starts = at + (ends - at) * np.minimum(1.0, (RADIUS + 1) / lengths)
    return np.hstack([starts, ends])

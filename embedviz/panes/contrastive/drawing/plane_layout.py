"""Points of the plane of alignment and uniformity: where they are, and where their names are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF
from PySide6.QtGui import QFont, QFontMetricsF

from embedviz.core.drawing.elision import shortened
from embedviz.core.wording import one_line
from embedviz.gui.theme import GRID
from embedviz.panes.contrastive.drawing.widget import width_of

RADIUS = 4.5
_BESIDE = ((1, 0), (-1, 0), (0, -1), (0, 1), (0.9, -0.9), (-0.9, -0.9), (0.9, 0.9), (-0.9, 0.9))
"""Where the name of a point can be, in half sizes of it, the most readable first."""
_FAR = tuple((x, y * n) for n in (2.2, 3.4, 4.6) for y in (-1, 1) for x in (0, 1, -1))
"""The same where a line has to lead from the name to its point."""
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
    points: Sequence[PlanePoint], best: float | None, area: QRectF, line: float
) -> PlaneFrame:
    """Return the part of the plane with all points in it, and room for a line of text below."""
    uniformities = [point.uniformity for point in points]
    if best is not None:
        uniformities.append(best)
    alignments = [point.alignment for point in points]
    left, right = _widened(alignments, area.width(), 3 * GRID, 3 * GRID)
    low, high = _widened(uniformities, area.height(), line + 2 * GRID, 2 * GRID)
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
    taken: Sequence[QRectF],
    lines: Sequence[QLineF],
    fonts: tuple[QFont, QFont],
) -> list[PlacedName]:
    """Return names that touch neither each other nor a point; one without room is left out.

    Parameters
    ----------
    frame : PlaneFrame
    points : sequence of PlanePoint
        The active one is placed first.
    taken : sequence of QRectF
        Where something else is written.
    lines : sequence of QLineF
        Over which no name is written where it has another place.
    fonts : (QFont, QFont)
        Of names, and of the active one.
    """
    named = [point for point in points if point.name]
    named.sort(key=lambda point: (not point.is_active, _ORDER.index(point.kind)))
    most = max(0.5 * frame.area.width(), 12.0)
    small, bold = fonts
    texts = shortened(
        [one_line(point.name) for point in named],
        [most] * len(named),
        lambda text: width_of(text, bold),
    )
    reach = RADIUS + 2
    around = [frame.place(point) for point in points]
    dots = [QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach) for at in around]
    filled, drawn = [*taken, *dots, *map(_head_of, lines)], list(lines)
    found = []
    for point, text in zip(named, texts, strict=True):
        given = bold if point.is_active else small
        name = _placed(frame, point, text, given, filled, drawn)
        if name is not None:
            found.append(name)
            filled.append(name.box)
            if name.leader is not None:
                drawn.append(name.leader)
    return found


def _head_of(line: QLineF) -> QRectF:
    """Return where the head of an arrow is."""
    middle = line.pointAt(1 - min(1.0, (RADIUS + 5) / max(line.length(), 1e-6)))
    return QRectF(middle.x() - 4, middle.y() - 4, 8, 8)


def _placed(
    frame: PlaneFrame,
    point: PlanePoint,
    text: str,
    given: QFont,
    filled: Sequence[QRectF],
    lines: Sequence[QLineF],
) -> PlacedName | None:
    """Return a name beside its point, or farther away with a line to it."""
    width, height = width_of(text, given), QFontMetricsF(given).height()
    place = frame.place(point)
    others = [box for box in filled if not box.contains(place)]

    def is_free(box: QRectF) -> bool:
        near = box.adjusted(-4, -1, 4, 1)
        return frame.area.contains(box) and not any(map(near.intersects, others))

    def is_clear(box: QRectF) -> bool:
        return not any(_crosses(line, box) for line in lines)

    around = _boxes_around(place, QSizeF(width, height), _BESIDE)
    beside = list(filter(is_free, around))
    far = list(filter(is_free, _boxes_around(place, QSizeF(width, height), _FAR)))
    for box in filter(is_clear, beside):
        return PlacedName(point, text, box)
    leaders = [_leader(place, box) for box in far]
    led = [
        (box, leader)
        for box, leader in zip(far, leaders, strict=True)
        if not any(_crosses(leader, other) for other in others)
    ]
    for box, leader in led:
        if is_clear(box) and not any(_meet(leader, line, place) for line in lines):
            return PlacedName(point, text, box, leader)
    if point.kind == "whitened" and not point.is_active:
        return None  # Rather than over an arrow, one of which leads here.
    if beside:
        return PlacedName(point, text, beside[0])
    if led:
        return PlacedName(point, text, *led[0])
    # The active one is named in any case.
    return (
        PlacedName(point, text, _least_covered(frame, around, others)) if point.is_active else None
    )


def _boxes_around(
    place: QPointF, size: QSizeF, ways: Sequence[tuple[float, float]]
) -> list[QRectF]:
    """Return boxes of a size at some places around a point."""
    half = QPointF(size.width() / 2, size.height() / 2)
    away = QPointF(half.x() + RADIUS + 4, half.y() + RADIUS + 1)
    return [QRectF(place + QPointF(x * away.x(), y * away.y()) - half, size) for x, y in ways]


def _least_covered(frame: PlaneFrame, boxes: Sequence[QRectF], others: Sequence[QRectF]) -> QRectF:
    """Return the box with the fewest others in it, pushed into the picture."""
    inside = []
    for box in boxes:
        left = min(max(box.left(), frame.area.left()), frame.area.right() - box.width())
        top = min(max(box.top(), frame.area.top()), frame.area.bottom() - box.height())
        inside.append(QRectF(left, top, box.width(), box.height()))
    return min(inside, key=lambda box: sum(box.intersects(other) for other in others))


def _leader(place: QPointF, box: QRectF) -> QLineF:
    """Return the line from a point to the nearest place of a box."""
    x = min(max(place.x(), box.left()), box.right())
    y = min(max(place.y(), box.top()), box.bottom())
    line = QLineF(place, QPointF(x, y))
    start = line.pointAt(min(1.0, (RADIUS + 1) / max(line.length(), 1e-6)))
    return QLineF(start, line.p2())


def _crosses(line: QLineF, box: QRectF) -> bool:
    """Return whether a line goes through a box."""
    if box.contains(line.p1()) or box.contains(line.p2()):
        return True
    corners = (box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft())
    return any(_intersect(line, QLineF(corners[i], corners[(i + 1) % 4])) for i in range(4))


def _meet(leader: QLineF, line: QLineF, place: QPointF) -> bool:
    """Return whether a leader crosses a line that does not begin or end at its own point."""
    return place not in (line.p1(), line.p2()) and _intersect(leader, line)


def _intersect(first: QLineF, second: QLineF) -> bool:
    found = first.intersects(second)
    kind = found[0] if isinstance(found, tuple) else found  # PySide adds the point.
    return kind == QLineF.IntersectionType.BoundedIntersection

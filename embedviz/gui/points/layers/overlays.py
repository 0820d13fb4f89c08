"""Arrows, lines and notes in the space of the data, drawn as vectors over or under the points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import hypot, isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from embedviz.core.arrays import Rows
from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.raster import ALL_ROWS
from embedviz.gui.points.frame import Frame, polygon_of
from embedviz.gui.points.text import draw_text, text_size
from embedviz.gui.theme import theme_manager, with_alpha

END_GAP = 8.0
"""How far from the middle of a point an arrow starts and ends, in pixels."""
_BEHIND = 0.35
_TEXT_GAP = 5.0
_KEPT_FREE = 8.0
_ALONG = 0.5, 0.3, 0.7, 0.15, 0.85
"""Where along its shaft the text of an arrow may be."""
_CROSSED = 40
"""More arrows than this are not looked at, whether they go through a text."""
_FIRST_LINK, _LAST_LINK = 0.9, 0.35


@dataclass(frozen=True, eq=False)
class Arrow:
    """An arrow between two positions in the data (2 or 3 numbers each).

    Attributes
    ----------
    color : QColor or str
    text : str
        Written beside its middle.
    dashed : bool
    width : float
        Of the shaft, in pixels.
    gaps : (float, float)
        How far from the middles of its two points it starts and ends, in pixels.
    stays_clear : bool
        Whether labels keep away from its shaft, which many arrows have no room for.
    """

    start: ArrayLike
    end: ArrayLike
    color: QColor | str
    text: str = ""
    dashed: bool = False
    width: float = 2.0
    gaps: tuple[float, float] = (END_GAP, END_GAP)
    stays_clear: bool = True


@dataclass(frozen=True, eq=False)
class Line:
    """A line through positions in the data, an array of shape (m, 2) or (m, 3).

    Attributes
    ----------
    fade_behind : bool
        Parts farther away than the center of the view are fainter.
    """

    points: ArrayLike
    color: QColor | str
    width: float = 1.0
    fade_behind: bool = True


@dataclass(frozen=True, eq=False)
class PlacedText:
    """A text, centered at a position in the data."""

    position: ArrayLike
    text: str
    color: QColor | str


@dataclass(frozen=True, eq=False)
class Links:
    """Lines from one row to others, the first of which are the nearest.

    Attributes
    ----------
    row : int
        -1: no links.
    rows : int array
    """

    row: int = -1
    rows: Rows = field(default_factory=lambda: ALL_ROWS)


def draw_links(
    painter: QPainter,
    frame: Frame,
    start: QPointF,
    ends: Sequence[QPointF],
    radii: Sequence[float],
) -> None:
    """Draw lines over the points, the later ones fainter, with a ring around each end."""
    ground, ink = with_alpha(frame.theme.ground, 0.75), QColor(frame.theme.text)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, more in ((ground, 2.0), (ink, 0.0)):
        for index, (end, radius) in enumerate(zip(ends, radii, strict=True)):
            faded = QColor(color)
            part = index / max(1, len(ends) - 1)
            faded.setAlphaF(color.alphaF() * (_FIRST_LINK + (_LAST_LINK - _FIRST_LINK) * part))
            way = end - start
            length = hypot(way.x(), way.y())
            painter.setPen(QPen(faded, 1.0 + more, c=Qt.PenCapStyle.FlatCap))
            if length > radius:
                painter.drawLine(start, end - way * (radius / length))
            painter.setPen(QPen(faded, 1.5 + more))
            painter.drawEllipse(end, radius, radius)


def draw_lines(painter: QPainter, frame: Frame, lines: Sequence[Line]) -> None:
    """Draw lines, their parts behind the center of the view fainter, and first."""
    area = frame.area.getRect()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line, is_behind, pieces in _pieces_of(tuple(lines), frame.camera, area):
        color = QColor(line.color)
        if is_behind:
            color.setAlphaF(color.alphaF() * _BEHIND)
        painter.setPen(QPen(color, line.width, c=Qt.PenCapStyle.FlatCap))
        for piece in pieces:
            painter.drawPolyline(piece)


@lru_cache(maxsize=4)
def _pieces_of(
    lines: tuple[Line, ...], camera: Camera, area: tuple[float, float, float, float]
) -> list[tuple[Line, bool, list[QPolygonF]]]:
    """Return what is behind the center of the view of each line, and then what is before it.

    Kept for views whose points move under lines that stay: the arithmetic takes longer than the
    drawing.
    """
    frame = Frame(QRectF(*area), camera, theme_manager.theme)
    projected = [(line, *frame.project(line.points)) for line in lines]
    found = []
    for behind in (True, False):
        for line, pixels, depth in projected:
            is_behind = np.logical_and(depth > 1 + 1e-9, line.fade_behind)
            pieces = _pieces(pixels, (is_behind[:-1] & is_behind[1:]) == behind)
            found.append((line, behind, pieces))
    return found


def _pieces(pixels: NDArray[np.float64], wanted: NDArray[np.bool_]) -> list[QPolygonF]:
    """Return the segments that are wanted and in front of the eye, joined where they meet."""
    finite = np.isfinite(pixels[:, 0])
    segments = np.flatnonzero(wanted & finite[:-1] & finite[1:])
    runs = np.split(segments, np.flatnonzero(np.diff(segments) > 1) + 1)
    return [polygon_of(pixels[run[0] : run[-1] + 2]) for run in runs if len(run)]


def draw_notes(
    painter: QPainter, frame: Frame, notes: Sequence[PlacedText], taken: Sequence[QRectF] = ()
) -> None:
    """Draw texts at their positions, with a halo, but for those whose place is taken."""
    ground = QColor(frame.theme.ground)
    for note, box in _note_boxes(tuple(notes), *_seen_from(frame)):
        if not any(box.intersects(other) for other in taken):
            color = frame.toned(note.color)
            draw_text(painter, box.topLeft(), note.text, frame.small, color, ground)


def draw_arrows(painter: QPainter, frame: Frame, arrows: Sequence[Arrow]) -> None:
    """Draw arrows over a halo, and their texts over all of them."""
    shapes, texts, _ = _placed_arrows(tuple(arrows), *_seen_from(frame))
    for shape in shapes:
        shape.draw_halo(painter, with_alpha(frame.theme.ground, 0.85))
    for shape in shapes:
        shape.draw(painter)
    ground = QColor(frame.theme.ground)
    for arrow, box in texts:
        draw_text(painter, box.topLeft(), arrow.text, frame.small, frame.toned(arrow.color), ground)


def boxes_of_arrows(frame: Frame, arrows: Sequence[Arrow]) -> Sequence[tuple[float, ...]]:
    """Return left, top, width and height of boxes around shafts and texts, to keep free."""
    return _placed_arrows(tuple(arrows), *_seen_from(frame))[2]


def _seen_from(frame: Frame) -> tuple[Camera, object, float, str]:
    """Return all of a frame that places of arrows and texts depend on."""
    return frame.camera, frame.area.getRect(), frame.text_scale, frame.small.key()


@lru_cache(maxsize=4)
def _note_boxes(
    notes: tuple[PlacedText, ...],
    camera: Camera,
    area: tuple[float, float, float, float],
    text_scale: float,
    _font: str,
) -> Sequence[tuple[PlacedText, QRectF]]:
    """Return where texts are; not those behind the eye. Kept as lines are; see `_pieces_of`."""
    frame, found = Frame(QRectF(*area), camera, theme_manager.theme, text_scale=text_scale), []
    for note in notes:
        middle = frame.point(note.position)
        if isfinite(middle.x()):
            width, height = text_size(note.text, frame.small)
            corner = middle - QPointF(width / 2, height / 2)
            found.append((note, QRectF(corner.x(), corner.y(), width, height)))
    return found


@lru_cache(maxsize=4)
def _placed_arrows(
    arrows: tuple[Arrow, ...],
    camera: Camera,
    area: tuple[float, float, float, float],
    text_scale: float,
    _font: str,
) -> tuple[Sequence[_Shape], Sequence[tuple[Arrow, QRectF]], Sequence[tuple[float, ...]]]:
    """Return shapes, boxes of texts, and those to keep free. Kept as lines are."""
    frame = Frame(QRectF(*area), camera, theme_manager.theme, text_scale=text_scale)
    placed = [(arrow, shape) for arrow in arrows if (shape := _shape_of(frame, arrow))]
    texts = list(_text_boxes(frame, arrows))
    boxes: list[tuple[float, ...]] = [
        (box.left() - frame.space, box.top(), box.width() + 2 * frame.space, box.height())
        for _, box in texts
    ]
    half = _KEPT_FREE / 2
    for arrow, shape in placed:
        steps = max(2, int(shape.length / _KEPT_FREE) + 1) if arrow.stays_clear else 0
        for part in np.linspace(0, 1, steps).tolist():
            place = shape.start + (shape.tip - shape.start) * part
            boxes.append((place.x() - half, place.y() - half, _KEPT_FREE, _KEPT_FREE))
    return [shape for _, shape in placed], texts, boxes


@dataclass(frozen=True)
class _Shape:
    """An arrow on screen."""

    start: QPointF
    neck: QPointF
    tip: QPointF
    head: QPolygonF
    across: QPointF
    length: float
    arrow: Arrow

    def crosses(self, box: QRectF) -> bool:
        """Return whether the shaft goes through a box."""
        start, way = self.start, self.tip - self.start
        first, last = 0.0, 1.0  # The part of the shaft that is in the box, as far as is known.
        for at, step, low, high in (
            (start.x(), way.x(), box.left(), box.right()),
            (start.y(), way.y(), box.top(), box.bottom()),
        ):
            if abs(step) < 1e-9:
                if not low <= at <= high:
                    return False
                continue
            ends = sorted(((low - at) / step, (high - at) / step))
            first, last = max(first, ends[0]), min(last, ends[1])
        return first <= last

    def draw_halo(self, painter: QPainter, color: QColor) -> None:
        painter.setPen(QPen(color, self.arrow.width + 3, c=Qt.PenCapStyle.FlatCap))
        painter.drawLine(self.start, self.neck)
        painter.setPen(QPen(color, 3, j=Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(color)
        painter.drawPolygon(self.head)

    def draw(self, painter: QPainter) -> None:
        color = QColor(self.arrow.color)
        pen = QPen(color, self.arrow.width, c=Qt.PenCapStyle.FlatCap)
        if self.arrow.dashed:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawLine(self.start, self.neck)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(self.head)


def _shape_of(frame: Frame, arrow: Arrow) -> _Shape | None:
    """Return an arrow on screen; None where it is too short or its end is behind the eye."""
    start, end = frame.point(arrow.start), frame.point(arrow.end)
    length = hypot(end.x() - start.x(), end.y() - start.y())
    before, after = arrow.gaps
    head = 4 * arrow.width + 3
    if not max(1.5 * (before + after), head) < length < 1e5:
        return None
    along = (end - start) / length
    across = QPointF(-along.y(), along.x())
    tip = end - along * after
    half = head * 0.38
    neck = tip - along * head * 0.78
    back = tip - along * head
    wings = QPolygonF([tip, back + across * half, neck, back - across * half])
    return _Shape(start + along * before, neck, tip, wings, across, length, arrow)


def _text_boxes(frame: Frame, arrows: Sequence[Arrow]) -> Iterator[tuple[Arrow, QRectF]]:
    """Yield where the texts are: beside the shafts, on the outer side of all arrows together.

    Where that is cut by the edge of the picture, or another shaft goes through it, they are on the
    other side or farther along; at last they are moved into the picture.
    """
    shapes = [shape for arrow in arrows if (shape := _shape_of(frame, arrow))]
    named = [shape for shape in shapes if shape.arrow.text]
    if not named:
        return
    ends = [frame.point(end) for arrow in arrows for end in (arrow.start, arrow.end)]
    seen = [end for end in ends if isfinite(end.x())]
    middle = sum(seen, QPointF()) / max(1, len(seen))
    for shape in named:
        others = [each for each in shapes if each is not shape] if len(shapes) <= _CROSSED else []
        boxes = list(_boxes_beside(frame, shape, middle))
        within = [box for box in boxes if frame.area.contains(box)]
        free = (box for box in within if not any(each.crosses(box) for each in others))
        yield shape.arrow, next(free, within[0] if within else _moved_into(frame, boxes[0]))


def _boxes_beside(frame: Frame, shape: _Shape, middle: QPointF) -> Iterator[QRectF]:
    """Yield places for the text of an arrow, the best first."""
    width, height = text_size(shape.arrow.text, frame.small)
    across = shape.across
    away = abs(across.x()) * width / 2 + abs(across.y()) * height / 2
    away += _TEXT_GAP + shape.arrow.width / 2
    outward = QPointF.dotProduct(across, (shape.start + shape.tip) / 2 - middle)
    if outward < -1 or (abs(outward) <= 1 and across.y() > 0):
        across = -across
    for side in (across, -across):
        for part in _ALONG:
            center = shape.start + (shape.tip - shape.start) * part + side * away
            yield QRectF(center.x() - width / 2, center.y() - height / 2, width, height)


def _moved_into(frame: Frame, box: QRectF) -> QRectF:
    area = frame.area
    left = max(min(box.left(), area.right() - box.width()), area.left())
    top = max(min(box.top(), area.bottom() - box.height()), area.top())
    return QRectF(left, top, box.width(), box.height())

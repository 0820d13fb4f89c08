"""Translucent cones around the z axis of a unit sphere: half of the rows are within one.

A cone at 90° is the disc of the equator, one beyond it opens downward. A band on the sphere says
where nine rows in ten are. What is nearer to the eye than the axis is painted over the points,
the rest under them, so that the points are seen to be within the cone, on it and around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot, radians, tan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from embedviz.core.drawing.camera import FIELD_OF_VIEW
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.text import draw_text, text_size
from embedviz.gui.theme import with_alpha

Floats = NDArray[np.float64]

_TURNS = np.linspace(0, 2 * np.pi, 121)
_MIDDLES = (_TURNS[1:] + _TURNS[:-1]) / 2
_INSIDE, _OUTSIDE, _BAND = 0.17, 0.11, 0.13
"""Opacity of the cone seen from within and from without, and of the band."""
_RIM, _EDGE = (0.95, 0.4), (0.6, 0.25)
"""Opacity of the rim of the cone, and of the edges of the band: in front, and behind."""
_GAP = 8.0
_LEAST_TURN = 1e-9


@dataclass(frozen=True, eq=False)
class AngleCone:
    """A cone of directions around the z axis, and the band that most of them are in.

    Attributes
    ----------
    median : float
        Half the opening of the cone in degrees, from 0 to 180.
    low, high : float
        Where the band begins and ends, in degrees to the axis.
    color : str
    texts : sequence of str
        Lines that are written beside the rim, the first of them in the color.
    """

    median: float
    low: float
    high: float
    color: str
    texts: Sequence[str] = ()


class _Piece(NamedTuple):
    """A part of a surface that is seen from one side."""

    corners: Floats  # (n, 3) in the data.
    is_near: bool
    opacity: float


def paint_cones(painter: QPainter, frame: Frame, cones: Sequence[AngleCone], *, near: bool) -> None:
    """Paint the halves of cones that go over the points, or those that go under them."""
    eye = _eye_of(frame)
    for cone in cones:
        painter.setPen(Qt.PenStyle.NoPen)
        for piece in (*_surface(frame, cone, eye), *_band(cone, eye)):
            if piece.is_near == near:
                painter.setBrush(with_alpha(cone.color, piece.opacity))
                painter.drawPolygon(_polygon(frame.project(piece.corners)[0]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for angle, width, opacities in (
            (cone.low, 1.0, _EDGE),
            (cone.high, 1.0, _EDGE),
            (cone.median, 2.0, _RIM),
        ):
            color = with_alpha(cone.color, opacities[not near])
            painter.setPen(QPen(color, width, c=Qt.PenCapStyle.FlatCap))
            rim = _ring(np.full_like(_TURNS, radians(angle)))
            is_near = rim @ eye > 1
            pixels = frame.project(rim)[0]
            for first, last in _runs((is_near[1:] & is_near[:-1]) == near):
                painter.drawPolyline(_polygon(pixels[first : last + 1]))


def paint_texts(
    painter: QPainter, frame: Frame, placed: Sequence[tuple[AngleCone, QRectF]]
) -> None:
    """Write the texts of cones in their boxes, from `text_boxes`."""
    ground = QColor(frame.theme.ground)
    for cone, box in placed:
        top = box.top()
        for place, text in enumerate(cone.texts):
            width, height = text_size(text, frame.small)
            left = box.left() if box.center().x() > frame.area.center().x() else box.right() - width
            color = frame.toned(frame.theme.muted if place else cone.color)
            draw_text(painter, QPointF(left, top), text, frame.small, color, ground)
            top += height


def text_boxes(
    frame: Frame, cones: Sequence[AngleCone], *, on_the_right: bool
) -> list[tuple[AngleCone, QRectF]]:
    """Return where the texts of cones are: beside their rims, within the picture."""
    placed, area = [], frame.area
    for cone in cones:
        pixels, _ = frame.project(_ring(np.full_like(_TURNS, radians(cone.median))))
        if not cone.texts or not np.isfinite(pixels).all():
            continue
        sizes = [text_size(text, frame.small) for text in cone.texts]
        width, height = max(wide for wide, _ in sizes), sum(high for _, high in sizes)
        outermost = pixels[:, 0].argmax() if on_the_right else pixels[:, 0].argmin()
        y = float(pixels[outermost, 1])
        x = _outermost(frame, cone, on_the_right=on_the_right)
        left = x + _GAP if on_the_right else x - _GAP - width
        left = min(max(left, area.left() + 2), max(area.left() + 2, area.right() - 2 - width))
        top = min(max(y - height / 2, area.top()), max(area.top(), area.bottom() - height))
        placed.append((cone, QRectF(left, top, width, height)))
    return placed


def _outermost(frame: Frame, cone: AngleCone, *, on_the_right: bool) -> float:
    """Return how far a cone and its band reach to a side."""
    angles = (cone.low, cone.median, cone.high)
    rings = [_ring(np.full_like(_TURNS, radians(angle))) for angle in angles]
    across = frame.project(np.concatenate(rings))[0][:, 0]
    return float(np.nanmax(across) if on_the_right else np.nanmin(across))


def _eye_of(frame: Frame) -> Floats:
    """Return where the eye is, in the data."""
    camera = frame.camera
    away = camera.scale / tan(FIELD_OF_VIEW / 2)
    return np.asarray(np.add(camera.center, camera.origin) + away * camera.axes[2])


def _ring(angles: Floats) -> Floats:
    """Return points on the unit sphere at these angles to the axis, one for each turn, (n, 3)."""
    across = np.sin(angles)
    return np.stack([across * np.cos(_TURNS), across * np.sin(_TURNS), np.cos(angles)], axis=1)


def _surface(frame: Frame, cone: AngleCone, eye: Floats) -> Iterator[_Piece]:
    """Yield the surface from the origin to the rim, in pieces that do not hide themselves.

    A polygon that folds over itself would be filled once or not at all where two layers are.
    """
    rim = _ring(np.full_like(_TURNS, radians(cone.median)))
    apex = np.zeros((1, 3))
    pixels = frame.project(np.concatenate([apex, rim]))[0]
    if not np.isfinite(pixels).all():  # It reaches behind the eye.
        return
    arms = pixels[1:] - pixels[0]
    sides = arms[:-1, 0] * arms[1:, 1] - arms[:-1, 1] * arms[1:, 0] > 0
    is_near = np.cos(_MIDDLES) * eye[0] + np.sin(_MIDDLES) * eye[1] > _LEAST_TURN
    # Counterclockwise around the axis is clockwise on screen, where y points down, seen from
    # above: an upward cone is then seen from within.
    opens_up = cone.median <= 90
    for near in (False, True):
        for side in (False, True):
            opacity = _INSIDE if side != opens_up else _OUTSIDE
            for first, last in _runs((is_near == near) & (sides == side)):
                yield _Piece(np.concatenate([apex, rim[first : last + 1]]), near, opacity)


def _band(cone: AngleCone, eye: Floats) -> Iterator[_Piece]:
    """Yield the zone of the sphere between two angles, what faces the eye apart from the rest.

    Along a meridian, what faces the eye is an arc: A sin(angle) + B cos(angle) > 1.
    """
    low, high = radians(cone.low), radians(cone.high)
    toward = np.cos(_TURNS) * eye[0] + np.sin(_TURNS) * eye[1]
    sizes = np.hypot(toward, eye[2])
    middle = np.arctan2(toward, eye[2])
    middle = np.where(middle < -np.pi / 2, middle + 2 * np.pi, middle)
    half = np.arccos(np.clip(1 / np.maximum(sizes, 1.0), -1, 1))
    from_angle, to_angle = np.clip(middle - half, low, high), np.clip(middle + half, low, high)
    ends = np.full_like(_TURNS, low), np.full_like(_TURNS, high)
    for begin, end, near in (
        (from_angle, to_angle, True),
        (ends[0], from_angle, False),
        (to_angle, ends[1], False),
    ):
        is_wide = end > begin + 1e-6
        inner, outer = _ring(begin), _ring(end)
        for first, last in _runs(is_wide[1:] | is_wide[:-1]):
            there, back = inner[first : last + 1], outer[first : last + 1][::-1]
            yield _Piece(np.concatenate([there, back]), near, _BAND)


def _runs(wanted: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield from where to where segments are wanted: the first corner of each run and its last."""
    found = np.flatnonzero(wanted)
    for run in np.split(found, np.flatnonzero(np.diff(found) > 1) + 1):
        if len(run):
            yield int(run[0]), int(run[-1]) + 1


def _polygon(pixels: Floats) -> QPolygonF:
    seen = pixels[np.isfinite(pixels[:, 0])]
    return QPolygonF([QPointF(x, y) for x, y in seen.tolist() if hypot(x, y) < 1e6])

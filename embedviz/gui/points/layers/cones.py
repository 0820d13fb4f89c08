"""Translucent cones around the z axis of a unit sphere: half of the rows are within one.

A cone at 90° is the disc of the equator, one beyond it opens downward. A band on the sphere says
where nine rows in ten are. What is nearer to the eye than the axis is painted over the points,
the rest under them, so that the points are seen to be within the cone, on it and around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import radians, tan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from embedviz.core.drawing.camera import FIELD_OF_VIEW
from embedviz.gui.points.frame import Frame, polygon_of
from embedviz.gui.points.text import draw_text, text_size
from embedviz.gui.theme import with_alpha

Floats = NDArray[np.float64]

_TURNS = np.linspace(0, 2 * np.pi, 97)
_FEW_TURNS = np.linspace(0, 2 * np.pi, 33)
_MIDDLES = (_TURNS[1:] + _TURNS[:-1]) / 2
_INSIDE, _OUTSIDE, _BAND = 0.17, 0.11, 0.13
"""Opacity of the cone seen from within and from without, and of the band."""
_RIM, _EDGE = (0.95, 0.4), (0.6, 0.25)
"""Opacity of the rim of the cone, and of the edges of the band: in front, and behind."""
_GAP = 8.0
_LEAST_TURN = 1e-9
_FARTHEST = 1e6


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
    """A part of a surface that is seen from one side, or of its edge."""

    corners: Floats  # (n, 3) in the data.
    is_near: bool
    opacity: float
    width: float = 0.0  # Of a line in pixels; 0: a surface.


class ConeHalves:
    """Cones as they are seen in a frame: what goes over the points, and what goes under them.

    Parameters
    ----------
    frame : Frame
    cones : sequence of AngleCone
    """

    def __init__(self, frame: Frame, cones: Sequence[AngleCone]) -> None:
        self._halves: dict[bool, list[tuple[_Piece, QColor, QPolygonF]]] = {False: [], True: []}
        eye = _eye_of(frame)
        for cone in cones:
            pieces = [*_surface(frame, cone, eye), *_band(cone, eye), *_rims(cone, eye)]
            if not pieces:
                continue
            # All at once: projecting a few corners takes as long as projecting all.
            pixels = frame.project(np.concatenate([piece.corners for piece in pieces]))[0]
            ends = np.cumsum([len(piece.corners) for piece in pieces])[:-1]
            for piece, corners in zip(pieces, np.split(pixels, ends), strict=True):
                color = with_alpha(cone.color, piece.opacity)
                self._halves[piece.is_near].append((piece, color, _polygon(corners)))

    def paint(self, painter: QPainter, *, near: bool) -> None:
        """Paint what goes over the points, or what goes under them."""
        for piece, color, polygon in self._halves[near]:
            if piece.width:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(color, piece.width, c=Qt.PenCapStyle.FlatCap))
                painter.drawPolyline(polygon)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color)
                painter.drawPolygon(polygon)


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
    """Return where the texts of cones are: beside their rims, or in the corner above."""
    placed, area = [], frame.area
    for cone in cones:
        rings = [_ring(np.radians(each), _FEW_TURNS) for each in (cone.median, cone.low, cone.high)]
        pixels, _ = frame.project(np.concatenate(rings))
        if not cone.texts or not np.isfinite(pixels).all():
            continue
        sizes = [text_size(text, frame.small) for text in cone.texts]
        width, height = max(wide for wide, _ in sizes), sum(high for _, high in sizes)
        across, down = pixels.T
        rim = across[: len(_FEW_TURNS)]
        y = float(down[rim.argmax() if on_the_right else rim.argmin()])
        x = float(across.max() if on_the_right else across.min())
        beside = x + _GAP if on_the_right else x - _GAP - width
        left = min(max(beside, area.left() + 2), max(area.left() + 2, area.right() - 2 - width))
        top = min(max(y - height / 2, area.top()), max(area.top(), area.bottom() - height))
        if left != beside:  # There is no room beside the rim, but always above a sphere's side.
            top = area.top() + 2
        placed.append((cone, QRectF(left, top, width, height)))
    return placed


def _eye_of(frame: Frame) -> Floats:
    """Return where the eye is, in the data."""
    camera = frame.camera
    away = camera.scale / tan(FIELD_OF_VIEW / 2)
    return np.asarray(np.add(camera.center, camera.origin) + away * camera.axes[2])


def _ring(angles: Floats | float, turns: Floats = _TURNS) -> Floats:
    """Return points on the unit sphere at angles to the axis, one or one for each turn, (n, 3)."""
    across, up = np.sin(angles), np.cos(angles)
    return np.stack([across * np.cos(turns), across * np.sin(turns), up + 0 * turns], axis=1)


def _surface(frame: Frame, cone: AngleCone, eye: Floats) -> Iterator[_Piece]:
    """Yield the surface from the origin to the rim, in pieces that do not hide themselves.

    A polygon that folds over itself would be filled once or not at all where two layers are.
    """
    rim = _ring(radians(cone.median))
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


def _rims(cone: AngleCone, eye: Floats) -> Iterator[_Piece]:
    """Yield the rim of the cone and the edges of the band, what faces the eye apart."""
    for angle, width, opacities in (
        (cone.low, 1.0, _EDGE),
        (cone.high, 1.0, _EDGE),
        (cone.median, 2.0, _RIM),
    ):
        rim = _ring(radians(angle))
        faces = rim @ eye > 1
        is_near = faces[1:] & faces[:-1]
        for near in (False, True):
            for first, last in _runs(is_near == near):
                yield _Piece(rim[first : last + 1], near, opacities[not near], width)


def _runs(wanted: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield from where to where segments are wanted: the first corner of each run and its last."""
    found = np.flatnonzero(wanted)
    for run in np.split(found, np.flatnonzero(np.diff(found) > 1) + 1):
        if len(run):
            yield int(run[0]), int(run[-1]) + 1


def _polygon(pixels: Floats) -> QPolygonF:
    # Not beyond what Qt can count, nor NaN, where it is behind the eye.
    return polygon_of(pixels[np.abs(pixels).max(axis=1) < _FARTHEST])

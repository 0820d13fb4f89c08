"""Lines through many points, as quickly as Qt draws them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream, QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from embedviz.core.arrays import Vector
from embedviz.gui.points.text import is_pixel_device
from embedviz.gui.theme import with_alpha

_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
_WIDTH = 1.25
_FEW = 120
"""Points, up to which the joints of a line show, and it takes no time to do them well."""
_BAND = 0.22
"""Opacity of the band between the least and the largest values."""


def draw_curve(painter: QPainter, color: str, places: Vector, heights: Vector) -> None:
    """Draw a line through points; where one is nan, there is a gap.

    A point with gaps on both sides is a dot.
    """
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(QColor(color), _WIDTH)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)  # Or the joints of parts would be beads.
    painter.setPen(pen)
    if is_pixel_device(painter) and len(places) > _FEW:
        # The outline of a whole ragged path takes Qt ten times as long as its parts.
        painter.drawLines(_pieces(places[:-1], heights[:-1], places[1:], heights[1:]))
    else:
        painter.drawPath(path_through(places, heights))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    is_there = np.concatenate([[False], np.isfinite(heights), [False]])
    is_alone = is_there[1:-1] & ~is_there[:-2] & ~is_there[2:]
    for at in np.flatnonzero(is_alone):
        painter.drawEllipse(QPointF(places[at], heights[at]), 2, 2)


def _pieces(x1: Vector, y1: Vector, x2: Vector, y2: Vector) -> list[QLineF]:
    """Return lines from points to points, of which none is nan."""
    is_there = np.isfinite(y1) & np.isfinite(y2)
    ends = (each[is_there].tolist() for each in (x1, y1, x2, y2))
    return list(map(QLineF, *ends))


def draw_band(
    painter: QPainter, color: str, places: Vector, heights: tuple[Vector, Vector], width: float
) -> None:
    """Draw the area between two heights at places that are evenly so far apart."""
    upper, lower = heights
    tint = with_alpha(color, _BAND)
    if is_pixel_device(painter):
        pen = QPen(tint, width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        wide = np.abs(upper - lower) > 1
        painter.drawLines(_pieces(places[wide], upper[wide], places[wide], lower[wide]))
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    for part in parts_between_gaps(upper):
        around = np.concatenate([places[part], places[part][::-1]])
        painter.drawPath(path_through(around, np.concatenate([upper[part], lower[part][::-1]])))


def parts_between_gaps(values: Vector) -> list[slice]:
    """Return where there are values without a nan between them."""
    is_there = np.isfinite(values).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_there, [0]])))
    return [slice(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def path_through(places: Vector, heights: Vector) -> QPainterPath:
    """Return lines through points; where one is nan, there is a gap.

    The points go to Qt as it would read them from a file: made one by one, they would take longer
    than to draw them.
    """
    is_there = np.isfinite(heights)
    elements = np.zeros(len(places), _ELEMENT)
    elements["x"], elements["y"] = places, heights
    elements["kind"][1:] = is_there[:-1]  # 1 draws a line to the point, 0 begins there.
    elements = elements[is_there]
    path = QPainterPath()
    if len(elements):
        count = len(elements).to_bytes(4, "big")
        stream = QDataStream(QByteArray(count + elements.tobytes() + bytes(8)))
        stream >> path
    return path

"""Arrows, lines and notes in the space of the data, drawn as vectors over or under the points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from embedviz.gui.frame import Frame
from embedviz.gui.lettering import draw_text, text_size
from embedviz.gui.theme import with_alpha

END_GAP = 7.0
"""How far from the middle of a point an arrow starts and ends, in pixels."""
_BEHIND = 0.35


@dataclass(frozen=True, eq=False)
class Arrow:
    """An arrow between two positions in the data (2 or 3 numbers each).

    Attributes
    ----------
    color : QColor or str
    text : str
        Written in its middle.
    dashed : bool
    width : float
        Of the shaft, in pixels.
    """

    start: ArrayLike
    end: ArrayLike
    color: QColor | str
    text: str = ""
    dashed: bool = False
    width: float = 2.0


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
class Note:
    """A text at a position in the data."""

    position: ArrayLike
    text: str
    color: QColor | str


def draw_lines(painter: QPainter, frame: Frame, lines: Sequence[Line]) -> None:
    """Draw lines, their parts behind the center of the view fainter, and first."""
    projected = [(line, *frame.project(line.points)) for line in lines]
    for behind in (True, False):
        for line, pixels, depth in projected:
            is_behind = (depth > 1 + 1e-9) & line.fade_behind
            color = QColor(line.color)
            if behind:
                color.setAlphaF(color.alphaF() * _BEHIND)
            painter.setPen(QPen(color, line.width, c=Qt.PenCapStyle.FlatCap))
            wanted = (is_behind[:-1] | is_behind[1:]) == behind
            _draw_pieces(painter, pixels, wanted)


def _draw_pieces(painter: QPainter, pixels: np.ndarray, wanted: np.ndarray) -> None:
    """Draw the segments that are wanted and in front of the eye, joined where they meet."""
    finite = np.isfinite(pixels).all(axis=1)
    segments = np.flatnonzero(wanted & finite[:-1] & finite[1:])
    for run in np.split(segments, np.flatnonzero(np.diff(segments) > 1) + 1):
        if len(run):
            corners = pixels[run[0] : run[-1] + 2]
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in corners.tolist()]))


def draw_notes(painter: QPainter, frame: Frame, notes: Sequence[Note]) -> None:
    """Draw texts at their positions, centered, with a halo."""
    for note in notes:
        _draw_centered(painter, frame, frame.point(note.position), note.text, QColor(note.color))


def draw_arrows(painter: QPainter, frame: Frame, arrows: Sequence[Arrow]) -> None:
    """Draw arrows with a halo, then their texts over all of them."""
    for arrow in arrows:
        _draw_arrow(painter, frame, arrow)
    for arrow in arrows:
        if arrow.text:
            middle = (frame.point(arrow.start) + frame.point(arrow.end)) / 2
            _draw_centered(painter, frame, middle, arrow.text, QColor(arrow.color))


def _draw_arrow(painter: QPainter, frame: Frame, arrow: Arrow) -> None:
    start, end = frame.point(arrow.start), frame.point(arrow.end)
    length = hypot(end.x() - start.x(), end.y() - start.y())
    if not length > 2 * END_GAP + 4:  # Also where an end is behind the eye: NaN.
        return
    along = (end - start) / length
    across = QPointF(-along.y(), along.x())
    tip = end - along * END_GAP
    head = min(4.5 * arrow.width + 2, length / 2)
    neck = tip - along * head * 0.8
    half = head * 0.42
    wings = [tip, tip - along * head + across * half, neck, tip - along * head - across * half]
    shaft = [start + along * END_GAP, neck]
    halo = with_alpha(frame.theme.ground, 0.85)
    for color, more in ((halo, 3.0), (QColor(arrow.color), 0.0)):
        pen = QPen(color, arrow.width + more)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if arrow.dashed and not more:
            pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.drawLine(*shaft)
        outline = QPen(color, more) if more else QPen(Qt.PenStyle.NoPen)
        outline.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(outline)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF(wings))


def _draw_centered(
    painter: QPainter, frame: Frame, middle: QPointF, text: str, color: QColor
) -> None:
    if middle.x() != middle.x():
        return
    width, height = text_size(text, frame.small)
    corner = middle - QPointF(width / 2, height / 2)
    draw_text(painter, corner, text, frame.small, color, QColor(frame.theme.ground))

"""The names of categories around the points, each joined to its place by a line.

Where they are is found anew for each frame, from the camera alone: see `core.drawing.leaders`.
They stay as one zooms in, since they cover nothing.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from embedviz.core.drawing.leaders import Around, Box, place_around
from embedviz.core.drawing.outlines import outermost, outline_of
from embedviz.gui.coloring.contrast import TEXT_CONTRAST, readable_on
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.text import draw_text
from embedviz.gui.theme import TEXT_PIXELS, font, with_alpha

LONGEST = 54
"""Longer names are cut to this many characters."""
_LINE, _MOST_LINES = 18, 3
_GAP, _TAIL = 5.0, 6.0
_MOST_SHARE = 0.3
"""Of the width of a picture, on each side; where names need more, they are over the points."""
_LEAST_WIDTH = 420
_DIMMED = 0.5
_LINE_WIDTH, _HALO_WIDTH = 1.1, 3.2
_LEADING = 0.92
"""Height of a line of a name against that of its font."""
_MOST_MOVING = 20_000
_STEP = 14.0
"""Length of the boxes that keep labels off a line."""


@dataclass(frozen=True)
class NameAround:
    """A name that stands around the points.

    Attributes
    ----------
    lines : tuple of str
    color : QColor
    factor : float
        Its size against the usual one.
    """

    lines: tuple[str, ...]
    color: QColor
    factor: float


@dataclass(frozen=True, eq=False)
class PlacedNames:
    """Names that have places in one frame.

    Attributes
    ----------
    around : Around
    lines : array of shape (n_placed, 3, 2)
        The corners of their lines, in pixels.
    """

    around: Around
    lines: NDArray[np.float64]


class NamesAround:
    """Names around the points.

    Attributes
    ----------
    is_on : bool
        Whether names are to be there, as far as there is room.
    drawn : list of (QRectF, int)
        Where names are in the last frame, and which.
    """

    def __init__(self) -> None:
        self.is_on = False
        self._names: tuple[NameAround, ...] = ()
        self._measured: tuple[float, list[QFont], NDArray[np.float64]] | None = None
        self._outermost: tuple[NDArray[np.float32], NDArray[np.intp]] | None = None
        self._placed: PlacedNames | None = None
        self.drawn: list[tuple[QRectF, int]] = []

    def set_names(
        self, texts: Sequence[str], colors: Sequence[QColor], factors: Sequence[float]
    ) -> None:
        """Take other names, the most important first."""
        self._names = tuple(
            NameAround(wrapped(text), color, factor)
            for text, color, factor in zip(texts, colors, factors, strict=True)
        )
        self._measured, self._placed, self.drawn = None, None, []

    def margin(self, frame: Frame, width: float) -> float:
        """Return how much room they take on each side of a picture of this width, in pixels.

        0 where they are to be over the points: where they are not wanted, or too wide.
        """
        if not self.is_on or not self._names or width < _LEAST_WIDTH:
            return 0.0
        _, boxes = self._sizes(frame)
        margin = ceil(float(boxes[:, 0].max()) + frame.text(4 * _GAP + _TAIL))
        return float(margin) if margin <= _MOST_SHARE * width else 0.0

    def _sizes(self, frame: Frame) -> tuple[list[QFont], NDArray[np.float64]]:
        """Return the fonts of the names, and their sizes in pixels, (n, 2)."""
        scale = frame.name_scale
        if self._measured is None or self._measured[0] != scale:
            pixels = [TEXT_PIXELS * scale * name.factor for name in self._names]
            fonts = [font(each, semibold=True) for each in pixels]
            boxes = [
                _size_of(name.lines, metrics)
                for name, metrics in zip(self._names, map(QFontMetricsF, fonts), strict=True)
            ]
            self._measured = scale, fonts, np.array(boxes)
        return self._measured[1:]

    def place(
        self, frame: Frame, points: NDArray[np.float32], positions: NDArray[np.float64]
    ) -> None:
        """Find places for the names that have room, before they are painted.

        Parameters
        ----------
        points : float32 array of shape (n_points, 3)
            What they are around, seen from the origin of the camera.
        positions : array of shape (n, 3)
            Where the lines begin, in the data.
        """
        self._placed, self.drawn = None, []
        if frame.room is None:
            return
        _, boxes = self._sizes(frame)
        anchors = frame.project(positions)[0]
        outline = outline_of(frame.project_near(points[self._rows(points, frame)])[0])
        if len(outline) < 3:
            return
        around = place_around(
            anchors, boxes, outline, _box(frame.area), _box(frame.room), frame.text(_GAP)
        )
        lines = np.stack([anchors[around.names], around.bends, around.ends], axis=1)
        self._placed = PlacedNames(around, lines)
        self.drawn = [
            (QRectF(*corner, *boxes[index].tolist()), index)
            for index, corner in zip(around.names.tolist(), around.corners.tolist(), strict=True)
        ]

    def boxes_of_lines(self, frame: Frame) -> NDArray[np.float64]:
        """Return boxes along the lines, which no label should cover (left, top, width, height)."""
        if self._placed is None or not len(self._placed.lines):
            return np.empty((0, 4))
        return _along(self._placed.lines, frame.text(_STEP), frame.text(_HALO_WIDTH))

    def paint_lines(self, painter: QPainter, frame: Frame, faint: Sequence[bool]) -> None:
        """Draw the lines, of those that are faint dimmed: over points, and under what is chosen."""
        if self._placed is None:
            return
        painter.save()
        painter.setClipRect(frame.outer)
        names = self._placed.around.names.tolist()
        colors = [self._color(frame, index, faint[index]) for index in names]
        _draw_lines(painter, frame, self._placed.lines, colors)
        painter.restore()

    def paint(self, painter: QPainter, frame: Frame, faint: Sequence[bool]) -> None:
        """Draw the names that have room."""
        if self._placed is None:
            return
        fonts, _ = self._sizes(frame)
        for (box, index), is_left in zip(
            self.drawn, self._placed.around.is_left.tolist(), strict=True
        ):
            color = self._color(frame, index, faint[index])
            self._draw(painter, frame, index, fonts[index], box, color, is_left)

    def _rows(self, positions: NDArray[np.float32], frame: Frame) -> NDArray[np.intp]:
        """Return the outermost points; of those that move, of some."""
        known = self._outermost
        if known is not None and known[0] is positions:
            return known[1]
        is_quick = frame.is_moving or frame.camera.is_3d
        every = max(1, len(positions) // _MOST_MOVING) if is_quick else 1
        rows = outermost(positions[::every]) * every
        if not frame.is_moving:
            self._outermost = positions, rows
        return rows

    def _color(self, frame: Frame, index: int, is_faint: bool) -> QColor:
        ground, text = QColor(frame.theme.ground), QColor(frame.theme.text)
        color = readable_on(self._names[index].color, ground, text, TEXT_CONTRAST)
        return frame.faint(color, _DIMMED) if is_faint else color

    def _draw(
        self,
        painter: QPainter,
        frame: Frame,
        index: int,
        name_font: QFont,
        box: QRectF,
        color: QColor,
        is_left: bool,
    ) -> None:
        metrics = QFontMetricsF(name_font)
        ground = QColor(frame.theme.ground)
        for place, line in enumerate(self._names[index].lines):
            left = box.right() - metrics.horizontalAdvance(line) if is_left else box.left()
            corner = QPointF(left, box.top() + place * metrics.height() * _LEADING)
            draw_text(painter, corner, line, name_font, color, ground)


def wrapped(text: str) -> tuple[str, ...]:
    """Return a name in up to three lines of about one length, cut where it is longer than those."""
    if len(text) > LONGEST:
        text = text[: LONGEST - 1].rstrip() + "…"
    count = min(ceil(len(text) / _LINE), _MOST_LINES)
    for width in range(ceil(len(text) / max(count, 1)), len(text)):
        lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=True)
        if len(lines) <= count and max(map(len, lines), default=0) <= width:
            return tuple(lines)
    return (text,)


def _size_of(lines: Sequence[str], metrics: QFontMetricsF) -> tuple[float, float]:
    width = max(metrics.horizontalAdvance(line) for line in lines)
    return width, metrics.height() * (1 + _LEADING * (len(lines) - 1))


def _box(rectangle: QRectF) -> Box:
    return rectangle.left(), rectangle.top(), rectangle.right(), rectangle.bottom()


def _along(lines: NDArray[np.float64], step: float, width: float) -> NDArray[np.float64]:
    """Return boxes (left, top, width, height) so wide that cover lines, (n, k, 2)."""
    starts, ends = lines[:, :-1].reshape(-1, 2), lines[:, 1:].reshape(-1, 2)
    counts = np.maximum(np.ceil(np.abs(ends - starts).max(axis=1) / step), 1).astype(np.intp)
    which = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    ways = ((ends - starts) / counts[:, np.newaxis])[which]
    first = starts[which] + number[:, np.newaxis] * ways
    return np.hstack([np.minimum(first, first + ways) - width / 2, np.abs(ways) + width])


def _draw_lines(
    painter: QPainter, frame: Frame, lines: NDArray[np.float64], colors: Sequence[QColor]
) -> None:
    """Draw lines, all of their halos first, and a dot where each begins."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    paths = [[QPointF(*corner) for corner in line] for line in lines.tolist()]
    halo = QPen(with_alpha(frame.theme.ground, 0.75), frame.text(_HALO_WIDTH))
    halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pens = [QPen(color, frame.text(_LINE_WIDTH)) for color in colors]
    for each in ([halo] * len(paths), pens):
        for path, pen in zip(paths, each, strict=True):
            painter.setPen(pen)
            painter.drawPolyline(path)
    painter.setPen(QPen(QColor(frame.theme.ground), frame.text(1.0)))
    for (start, *_), color in zip(paths, colors, strict=True):
        painter.setBrush(color)
        painter.drawEllipse(start, frame.text(2.6), frame.text(2.6))

"""Pictures of rows in the place of their points, as far as there is room.

The most important rows come first, and no picture covers another. Which ones there are depends on
the zoom and not on time: as one zooms in, the pictures grow up to their largest size and more of
them find room; the others stay points. A picture has a thin frame in the color of its point, and
a broader one in the color of its highlight.

They are resampled once for each size that is in use, all of a kind together, by Catmull and Rom's
cubic spline: digits of 8 × 8 pixels have neither steps nor fog when they are enlarged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from embedviz.core.arrays import Rows
from embedviz.core.drawing.label_placement import rows_with_room
from embedviz.core.drawing.picking import rows_in_view
from embedviz.core.thumbnails import Pixels, Thumbnails
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers.cluster_labels import readable
from embedviz.gui.points.layers.highlights import DIMMED, styles
from embedviz.gui.points.layers.placed_points import PlacedPoints
from embedviz.gui.points.point_colors import mixed_colors

SIDES = (16, 20, 24, 28, 32, 40, 48)
"""Sizes of pictures in pixels: few, so that they need not be made anew at every step."""
MOST_SHOWN = 2000
_MOST_TRIED = 20_000
_MOST_KEPT = 6000
_FRAME = 1.25
_FRAME_FAINTER = 0.45
_INK_CONTRAST = 2.2
_HIGHLIGHTED_FRAME = 2.5
_FOG = 0.6
_ARRIVAL_MILLISECONDS = 50


class _ImageKind(NamedTuple):
    """Appearance of a row's picture: side and width of the frame are in pixels of the device."""

    row: int
    side: int
    color: int
    rim: int
    width: int


class PointThumbnails(QObject):
    """Pictures of rows, drawn over their points.

    Signals
    -------
    arrived : ()
        Pictures that had to be read first are at hand by now.

    Attributes
    ----------
    source : Thumbnails or None
    """

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.source: Thumbnails | None = None
        # They arrive one by one, and many within a moment.
        self._arrivals = QTimer(self, singleShot=True, interval=_ARRIVAL_MILLISECONDS)
        self._arrivals.timeout.connect(self.arrived)
        self._sources: dict[int, Pixels | None] = {}
        self._images: dict[_ImageKind, QImage] = {}
        self._shown: Rows = np.empty(0, dtype=np.intp)
        self._boxes = np.empty((0, 4))
        self._waits = False

    def set_source(self, source: Thumbnails | None) -> None:
        """Draw these pictures, or points alone."""
        if (before := getattr(self.source, "arrived", None)) is not None:
            before.disconnect(self._note_arrival)
        if (after := getattr(source, "arrived", None)) is not None:
            after.connect(self._note_arrival)
        self.source = source
        self._sources, self._images = {}, {}
        self._forget_shown()

    def _note_arrival(self) -> None:
        if not self._arrivals.isActive():
            self._arrivals.start()

    @contextmanager
    def into_file(self) -> Iterator[None]:
        """Wait for every picture meanwhile; where those on the screen are stays known."""
        before = self._shown, self._boxes
        self._waits = True
        try:
            yield
        finally:
            self._waits = False
            self._shown, self._boxes = before

    def row_at(self, x: float, y: float) -> int:
        """Return the row whose picture is at a place, or -1."""
        left, top, width, height = self._boxes.T
        inside = (x >= left) & (y >= top) & (x < left + width) & (y < top + height)
        return int(self._shown[inside][-1]) if inside.any() else -1

    def boxes_of(self, rows: Rows) -> NDArray[np.float64]:
        """Return left, top, width and height of the pictures of some rows, where they have one."""
        return np.asarray(self._boxes[np.isin(self._shown, rows)])

    def reach_of(self, rows: Rows) -> NDArray[np.float64]:
        """Return half the side of the picture of each row, 0 where it has none."""
        half = self._boxes[0, 2] / 2 if len(self._boxes) else 0.0
        return np.where(np.isin(rows, self._shown), half, 0.0)

    def paint(
        self, painter: QPainter, frame: Frame, canvas: PlacedPoints, order: Rows | None
    ) -> None:
        """Draw the pictures for which there is room, those of highlighted rows first."""
        self._forget_shown()
        if self.source is None or not len(canvas):
            return
        side = self._side(frame, canvas)
        rows, pixels, depth = self._chosen(frame, canvas, order, side)
        images = self._made(self._wanted(frame, canvas, rows, side), frame)
        highlighted = np.isin(rows, canvas.highlighted_rows())
        painter.save()
        # From back to front, which matters where a highlight has a picture in spite of another.
        for index in np.argsort(-depth, kind="stable").tolist():
            image = images[index]
            if image is None:
                continue
            x, y = pixels[index].tolist()
            fog = _FOG * frame.fog.part_at(float(depth[index]))
            dimmed = (
                DIMMED if canvas.drawn_highlights.dim_others and not highlighted[index] else 1.0
            )
            painter.setOpacity((1 - fog) * dimmed)
            painter.drawImage(_on_device(x - side / 2, y - side / 2, frame), image)
        painter.restore()
        has_one = np.array([image is not None for image in images], dtype=bool)
        self._shown = rows[has_one]
        corners = pixels[has_one] - side / 2
        self._boxes = np.hstack([corners, np.full(corners.shape, side)])

    def _forget_shown(self) -> None:
        self._shown, self._boxes = np.empty(0, dtype=np.intp), np.empty((0, 4))

    def _side(self, frame: Frame, canvas: PlacedPoints) -> float:
        """Return how large pictures are: with room for most where all are in view, then more."""
        area = frame.area.width() * frame.area.height()
        room = (0.5 * area / len(canvas)) ** 0.5 * frame.zoom
        return frame.text(max(side for side in SIDES if side <= max(room, SIDES[0])))

    def _chosen(
        self, frame: Frame, canvas: PlacedPoints, order: Rows | None, side: float
    ) -> tuple[Rows, NDArray[np.float64], NDArray[np.float64]]:
        assert self.source is not None
        known = min(len(self.source), len(canvas))
        every = np.arange(known) if order is None or not len(order) else order
        highlighted = canvas.highlighted_rows()[::-1]
        first = rows_in(highlighted[highlighted < known][:_MOST_TRIED], canvas, frame)
        every = rows_in(every[(every >= 0) & (every < known)], canvas, frame)
        rows = np.concatenate([first, every[~np.isin(every, first)]])
        pixels, depth = frame.project_near(canvas.positions[rows])
        chosen = rows_with_room(pixels, side, MOST_SHOWN)
        return rows[chosen], pixels[chosen], depth[chosen]

    def _wanted(
        self, frame: Frame, canvas: PlacedPoints, rows: Rows, side: float
    ) -> list[_ImageKind]:
        """Return how the picture of each row is to look."""
        own = canvas.colors_of(rows, frame.theme) | np.uint32(0xFF000000)
        rims = mixed_colors(own, QColor(frame.theme.ground).rgba(), _FRAME_FAINTER)
        widths = np.full(len(rows), _FRAME)
        for kind, style in styles(canvas.drawn_highlights, frame.theme):
            is_highlighted = np.isin(rows, kind)
            rims[is_highlighted], widths[is_highlighted] = style.color, _HIGHLIGHTED_FRAME
        scale = frame.device_scale
        pixels = np.maximum(np.rint(widths * scale), 1).astype(int)
        parts = rows.tolist(), own.tolist(), rims.tolist(), pixels.tolist()
        return [
            _ImageKind(row, round(side * scale), *look) for row, *look in zip(*parts, strict=True)
        ]

    def _made(self, kinds: Sequence[_ImageKind], frame: Frame) -> list[QImage | None]:
        """Return pictures in their frames, made as far as they are not kept."""
        if len(self._images) > _MOST_KEPT:
            kept = set(kinds)
            self._images = {kind: image for kind, image in self._images.items() if kind in kept}
        by_shape: dict[tuple[int, ...], list[tuple[_ImageKind, Pixels]]] = {}
        for kind in kinds:
            if kind not in self._images and (source := self._source(kind.row)) is not None:
                by_shape.setdefault((kind.side, *source.shape), []).append((kind, source))
        is_ink = bool(getattr(self.source, "is_ink", False))
        for (side, *_), alike in by_shape.items():
            sources = np.stack([source for _, source in alike])
            for (kind, _), pixels in zip(alike, resampled(sources, side), strict=True):
                self._images[kind] = _framed(pixels, kind, frame, is_ink=is_ink)
        return [self._images.get(kind) for kind in kinds]

    def _source(self, row: int) -> Pixels | None:
        if row in self._sources:
            return self._sources[row]
        if len(self._sources) > _MOST_KEPT:
            self._sources = {}
        # A screen does not wait for files: their pictures are drawn when they have arrived.
        at_hand = getattr(self.source, "at_hand", None)
        if at_hand is not None and not self._waits:
            found: Pixels | None = at_hand(row)
            if found is not None:
                self._sources[row] = found
            return found
        assert self.source is not None
        self._sources[row] = self.source.image(row)
        return self._sources[row]


def rows_in(rows: Rows, canvas: PlacedPoints, frame: Frame) -> Rows:
    """Return the first of these rows whose points are in the area."""
    width, height = frame.area.width(), frame.area.height()
    return rows_in_view(canvas.positions, frame.matrix, rows, width, height, _MOST_TRIED)


def resampled(images: Pixels, side: int) -> Pixels:
    """Return pictures in another size, with their proportions, in the middle of squares.

    Parameters
    ----------
    images : uint8 array of shape (n, height, width, 4)
        Red, green, blue and opacity.
    side : int
        Of the squares, in pixels.

    Returns
    -------
    uint8 array of shape (n, side, side, 4)
        Red, green and blue are premultiplied by the opacity.
    """
    count, height, width, _ = images.shape
    scale = side / max(height, width)
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    given = images.astype(np.float32)
    given[..., :3] *= given[..., 3:] / 255
    down, along = resampling(height, rows), resampling(width, columns)
    wide = down @ given.reshape(count, height, width * 4)
    wide = wide.reshape(count, rows, width, 4).swapaxes(1, 2).reshape(count, width, rows * 4)
    done = (along @ wide).reshape(count, columns, rows, 4).swapaxes(1, 2)
    squares = np.zeros((count, side, side, 4), dtype=np.uint8)
    top, left = (side - rows) // 2, (side - columns) // 2
    opacity = np.clip(np.rint(done[..., 3:]), 0, 255)
    colors = np.clip(np.rint(done[..., :3]), 0, opacity)
    squares[:, top : top + rows, left : left + columns] = np.concatenate([colors, opacity], axis=-1)
    return squares


@lru_cache(maxsize=64)
def resampling(before: int, after: int) -> NDArray[np.float32]:
    """Return the weights (after, before) of pixels in those of another size.

    Catmull and Rom's spline of 1974; where pictures become smaller, as wide as their new pixels.
    """
    step = max(before / after, 1.0)
    middles = (np.arange(after) + 0.5) * before / after
    away = np.abs(middles[:, np.newaxis] - (np.arange(before) + 0.5)) / step
    near = 1.5 * away**3 - 2.5 * away**2 + 1
    far = -0.5 * away**3 + 2.5 * away**2 - 4 * away + 2
    weights = np.where(away < 1, near, np.where(away < 2, far, 0.0))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


def _framed(pixels: Pixels, kind: _ImageKind, frame: Frame, *, is_ink: bool) -> QImage:
    """Return a premultiplied picture on the ground of panels, in its frame."""
    side, scale = kind.side, frame.device_scale
    opacity = pixels[..., 3:].astype(np.float32) / 255
    under = (1 - opacity) * _rgb(QColor(frame.theme.panel))
    over: NDArray[np.floating] = pixels[..., :3].astype(np.float32)
    if is_ink:  # Only how much of it there is counts.
        over = opacity * _rgb(readable(QColor.fromRgb(kind.color), frame, _INK_CONTRAST))
    seen = np.full((side, side, 4), 255, dtype=np.uint8)
    seen[..., 2::-1] = np.rint(over + under).clip(0, 255)
    seen[_rim(side, kind.width)] = [*_rgb(QColor.fromRgb(kind.rim))[::-1], 255]
    image = QImage(seen.data, side, side, 4 * side, QImage.Format.Format_RGB32).copy()
    image.setDevicePixelRatio(scale)
    return image


@lru_cache(maxsize=64)
def _rim(side: int, width: int) -> NDArray[np.bool_]:
    """Return which pixels of a square are its frame."""
    away = np.minimum(np.arange(side), np.arange(side)[::-1])
    return np.minimum.outer(away, away) < width


def _rgb(color: QColor) -> NDArray[np.float32]:
    return np.array([color.red(), color.green(), color.blue()], dtype=np.float32)


def _on_device(x: float, y: float, frame: Frame) -> QPointF:
    """Return a place on whole pixels of the device, or pictures would be blurred."""
    scale = frame.device_scale
    return QPointF(round(x * scale) / scale, round(y * scale) / scale)

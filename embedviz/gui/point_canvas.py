"""The points themselves: their arrays, and the images made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from embedviz.core import raster
from embedviz.core.camera import Extent, extent_of
from embedviz.core.raster import Colors, Edge, Fog, Image, Positions, Rows, Sizes
from embedviz.gui.frame import Frame
from embedviz.gui.theme import POINT_SIZE, Theme

MOST_FINE_PIXELS = 10_000_000
"""A cloud whose discs cover more pixels than this is drawn as dots while it moves."""
FOG_STRENGTH = 0.55
DIMMED = 0.25
_GATHERED_FROM = 200_000

Color = QColor | str


@dataclass(frozen=True, eq=False)
class Marks:
    """Rows that are drawn on top of all others.

    Attributes
    ----------
    query : int or None
    selected, neighbors : int arrays
    dim_others : bool
        All other points are fainter.
    """

    query: int | None = None
    selected: Rows = field(default_factory=lambda: raster.ALL_ROWS)
    neighbors: Rows = field(default_factory=lambda: raster.ALL_ROWS)
    dim_others: bool = False


class PointCanvas:
    """Points, and the image of them that was made last.

    Attributes
    ----------
    frames : int
        How many times the points were really drawn.
    """

    def __init__(self) -> None:
        self.frames = 0
        self.positions: Positions = np.empty((0, 3), dtype=np.float32)
        self.is_3d = False
        self.extent = Extent()
        self._colors: Colors | None = None
        self._sizes: Sizes = np.array([POINT_SIZE], dtype=np.float32)
        self._marks = Marks()
        self._image: Image = np.empty((0, 0), dtype=np.uint32)
        self._drawn: tuple[Any, ...] = ()

    def __len__(self) -> int:
        return len(self.positions)

    def set_points(self, positions: ArrayLike, colors: Any, sizes: Any) -> None:
        """Take copies of positions (n, 2) or (n, 3), colors and sizes."""
        given = np.asarray(positions)
        if given.ndim != 2 or given.shape[1] not in (2, 3):
            raise ValueError(f"positions must be (n, 2) or (n, 3), not {given.shape}")
        packed = packed_colors(colors, len(given))
        diameters = packed_sizes(sizes, len(given))
        self.move_points(given)
        self._colors, self._sizes = packed, diameters
        self._marks = Marks()

    def move_points(self, positions: NDArray[Any]) -> None:
        """Take a copy of positions (n, 2) or (n, 3), everything else staying as it is."""
        columns = positions.shape[1]
        moved = np.empty((len(positions), 3), dtype=np.float32)
        moved[:, :columns] = positions
        moved[:, columns:] = 0
        self.positions, self.is_3d = moved, columns == 3
        self.extent = extent_of(moved)
        self._drawn = ()

    def forget_image(self) -> None:
        """Draw the points again at the next painting."""
        self._drawn = ()

    def set_marks(self, marks: Marks) -> None:
        """Draw these rows on top."""
        self._marks = marks
        self._drawn = ()

    @property
    def marks(self) -> Marks:
        """Rows drawn on top."""
        return self._marks

    @property
    def is_large(self) -> bool:
        """Whether the points are drawn as dots while they move."""
        reach = float(self._sizes.mean()) + 2
        return len(self) * reach * reach > MOST_FINE_PIXELS

    def fog(self, frame: Frame) -> Fog:
        """Return how points fade with distance in this frame."""
        toward = frame.matrix[2]
        middle = float(toward[:3] @ np.array(self.extent.center) + toward[3])
        reach = float(np.linalg.norm(toward[:3])) * self.extent.radius
        ground = QColor(frame.theme.ground).rgba()
        return Fog(middle - reach, middle + reach, FOG_STRENGTH, ground)

    def pick(self, frame: Frame, x: float, y: float, radius: float) -> int:
        """Return the row at a place in the picture, or -1."""
        if not len(self):
            return -1
        left, top = frame.area.left(), frame.area.top()
        return raster.pick(self.positions, frame.matrix, self._sizes, x - left, y - top, radius)

    def rows_in_polygon(self, frame: Frame, outline: NDArray[np.float64]) -> Rows:
        """Return all rows within an outline in the picture."""
        corner = (frame.area.left(), frame.area.top())
        return raster.rows_in_polygon(self.positions, frame.matrix, outline - corner)

    def size_of(self, rows: Rows) -> Sizes:
        """Return the diameters of points, in pixels at the center of the view."""
        return self._sizes[rows] if len(self._sizes) > 1 else np.repeat(self._sizes, len(rows))

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the points into the area of the frame, making a new image if needed."""
        area, scale = frame.area, frame.device_scale
        width, height = round(area.width() * scale), round(area.height() * scale)
        if not len(self) or width < 1 or height < 1:
            return
        quick = frame.is_moving and self.is_large
        wanted = (frame.camera, width, height, scale, quick, frame.theme.name)
        if wanted != self._drawn:
            self._image = self._made(frame, width, height, quick)
            self._drawn = wanted
        image = QImage(
            self._image.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied
        )
        painter.drawImage(QRectF(area.left(), area.top(), width / scale, height / scale), image)

    def _made(self, frame: Frame, width: int, height: int, quick: bool) -> Image:
        self.frames += 1
        image = np.zeros((height, width), dtype=np.uint32)
        matrix = frame.camera.matrix(width, height)
        fog = self.fog(frame)
        sizes = self._sizes * np.float32(frame.device_scale)
        colors = self._colors_in(frame.theme, DIMMED if self._marks.dim_others else 1.0)
        if quick:
            raster.draw_dots(image, self.positions, matrix, colors, sizes, fog)
        else:
            _draw_fine(image, self.positions, matrix, colors, sizes, fog)
        self._draw_marks(image, matrix, frame, fog)
        return image

    def _draw_marks(
        self, image: Image, matrix: NDArray[np.float64], frame: Frame, fog: Fog
    ) -> None:
        marks, theme, scale = self._marks, frame.theme, np.float32(frame.device_scale)
        accent, ground = QColor(theme.accent).rgba(), QColor(theme.ground).rgba()
        query_color = QColor(theme.query).rgba()
        query = raster.ALL_ROWS if marks.query is None else np.array([marks.query])
        own = self._colors_in(theme, 1.0)
        for rows, rings, fill in (
            (marks.neighbors, ((4.0, ground), (2.5, QColor(theme.text).rgba())), None),
            (marks.selected, ((7.0, ground), (5.0, accent), (2.0, ground)), None),
            (query, ((12.0, ground), (10.0, query_color), (6.0, ground)), query_color),
        ):
            if not len(rows):
                continue
            points = self.positions[rows]
            sizes = self.size_of(rows) + 1
            for more, color in rings:
                ring = np.array([color], dtype=np.uint32)
                raster.draw_discs(image, points, matrix, ring, (sizes + more) * scale)
            inner = own if len(own) == 1 else own[rows]
            if fill is not None:
                inner = np.array([fill], dtype=np.uint32)
            opaque = inner | np.uint32(0xFF000000)
            raster.draw_discs(image, points, matrix, opaque, sizes * scale)

    def _colors_in(self, theme: Theme, opacity: float) -> Colors:
        colors = self._colors
        if colors is None:
            colors = np.array([theme.point.rgba()], dtype=np.uint32)
        if opacity == 1.0:
            return colors
        alpha = ((colors >> 24) * np.float32(opacity)).astype(np.uint32)
        return (colors & np.uint32(0x00FFFFFF)) | (alpha << np.uint32(24))


def _draw_fine(
    image: Image,
    positions: Positions,
    matrix: NDArray[np.float64],
    colors: Colors,
    sizes: Sizes,
    fog: Fog,
) -> None:
    ground = QColor(fog.ground)
    ground.setAlphaF(0.6)
    edge = Edge(ground.rgba(), 0.75) if float(sizes.mean()) >= 4 else raster.NO_EDGE
    rows = raster.ALL_ROWS
    if matrix[2, :3].any():
        rows = raster.rows_back_to_front(positions, matrix, fog)
        if not len(rows):
            return
        if len(rows) > _GATHERED_FROM:
            # Collected first: the drawing loop alone would wait for memory at every point.
            positions = positions[rows]
            colors = colors if len(colors) == 1 else colors[rows]
            sizes = sizes if len(sizes) == 1 else sizes[rows]
            rows = raster.ALL_ROWS
    raster.draw_discs(image, positions, matrix, colors, sizes, rows, edge=edge, fog=fog)


def packed_colors(colors: Any, count: int) -> Colors | None:
    """Return colors as 0xAARRGGBB, one per point or one for all; None stays None.

    Parameters
    ----------
    colors : QColor, str, or array of shape (n,) of uint32, (n, 3 | 4) of uint8 or of 0 to 1
    count : int
        The number of points.
    """
    if colors is None:
        return None
    if isinstance(colors, QColor | str):
        return np.array([QColor(colors).rgba()], dtype=np.uint32)
    given = np.asarray(colors)
    if len(given) != count:
        raise ValueError(f"{len(given)} colors for {count} points")
    if given.ndim == 1:
        return np.array(given, dtype=np.uint32)
    if given.dtype.kind == "f":
        given = np.rint(np.clip(given, 0, 1) * 255)
    channels = given.astype(np.uint32)
    alpha = channels[:, 3] if channels.shape[1] == 4 else np.uint32(255)
    packed = (alpha << np.uint32(24)) | (channels[:, 0] << np.uint32(16))
    return np.asarray(packed | (channels[:, 1] << np.uint32(8)) | channels[:, 2], dtype=np.uint32)


def packed_sizes(sizes: Any, count: int) -> Sizes:
    """Return diameters in pixels, one per point or one for all; None: by the number of points."""
    if sizes is None:
        return np.array([usual_size(count)], dtype=np.float32)
    given = np.atleast_1d(np.array(sizes, dtype=np.float32))
    if len(given) not in (1, count) or given.ndim != 1:
        raise ValueError(f"{given.shape} sizes for {count} points")
    return given


def usual_size(count: int) -> float:
    """Return a diameter in pixels at which a cloud of so many points is neither thin nor solid."""
    crowded = max(count / 10_000, 1.0)
    return max(POINT_SIZE / float(crowded**0.25), 1.3)

"""Highlights of the query, of what is selected, and of the neighbors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from embedviz.core.arrays import Rows
from embedviz.core.drawing import picking, raster
from embedviz.core.drawing.raster import ALL_ROWS, Colors, Edge, Image, Positions, Sizes
from embedviz.gui.points.frame import Frame
from embedviz.gui.theme import Theme, with_alpha

DIMMED = 0.22
"""What is left of the opacity of points when others are highlighted."""
MOST_RINGED = 30
"""More selected rows than this have one outline around all of them instead of rings."""
OUTLINE, LARGER = 0.7, 1.0
OUTLINE_OPACITY = 0.85
OUTLINED_FROM = 2.5
EDGE_OPACITY = 0.4


@dataclass(frozen=True, eq=False)
class PointHighlights:
    """Rows that are drawn on top of all others.

    Attributes
    ----------
    query : int or None
    selected, neighbors : int arrays
    dim_others : bool
        All other points are fainter.
    """

    query: int | None = None
    selected: Rows = field(default_factory=lambda: ALL_ROWS)
    neighbors: Rows = field(default_factory=lambda: ALL_ROWS)
    dim_others: bool = False

    @property
    def query_rows(self) -> Rows:
        """The row of the query, or none."""
        return ALL_ROWS if self.query is None else np.array([self.query], dtype=np.intp)

    def without_selected(self) -> PointHighlights:
        """Return what is left when to be selected is nothing special."""
        return PointHighlights(self.query, neighbors=self.neighbors)

    def among(self, count: int) -> PointHighlights:
        """Return the highlights that are on the first so many rows."""
        query = self.query if self.query is not None and 0 <= self.query < count else None
        selected, neighbors = (_among(rows, count) for rows in (self.selected, self.neighbors))
        return PointHighlights(query, selected, neighbors, self.dim_others)


@dataclass(frozen=True)
class Style:
    """Style of highlighted points: rings of so many pixels more than the point, and the inside.

    Attributes
    ----------
    rings : tuple of (pixels, 0xAARRGGBB)
        The widest first.
    fill : int or None
        0xAARRGGBB, or the color of the point.
    color : int
        What the highlight is known by.
    most_ringed : int or None
        Of more rows than this, all together have one outline; None: each has its rings.
    """

    rings: tuple[tuple[float, int], ...]
    fill: int | None
    color: int
    most_ringed: int | None = None

    def is_outline(self, count: int) -> bool:
        """Return whether so many rows have one outline around all of them."""
        return self.most_ringed is not None and count > self.most_ringed

    def reach(self, count: int) -> float:
        """Return how much wider than its point a highlight is, for so many rows, in pixels."""
        if self.is_outline(count):
            return LARGER + 2 * OUTLINE
        return 1 + max(more for more, _ in self.rings[1:])


def styles(highlights: PointHighlights, theme: Theme) -> Iterator[tuple[Rows, Style]]:
    """Yield the rows of each kind of highlight, the topmost last; all start with a ground ring."""
    ground, accent = QColor(theme.ground).rgba(), QColor(theme.accent).rgba()
    query, text = QColor(theme.query).rgba(), QColor(theme.text).rgba()
    kinds = (
        (highlights.neighbors, Style(((4.0, ground), (2.5, text), (0.5, ground)), None, text)),
        (
            highlights.selected,
            Style(((7.0, ground), (5.0, accent), (1.5, ground)), None, accent, MOST_RINGED),
        ),
        (
            highlights.query_rows,
            Style(((12.0, ground), (10.0, query), (6.0, ground)), query, query),
        ),
    )
    for rows, style in kinds:
        if len(rows):
            yield rows, style


def _among(rows: Rows, count: int) -> Rows:
    if not len(rows) or (rows.min() >= 0 and rows.max() < count):
        return rows
    return rows[(rows >= 0) & (rows < count)]


def draw_ringed(
    image: Image,
    positions: Positions,
    matrix: NDArray[np.float64],
    colors: Colors,
    sizes: Sizes,
    style: Style,
    scale: float,
) -> None:
    """Draw a few points in their rings.

    Parameters
    ----------
    sizes : float32 array of shape (n,)
        In pixels before scaling.
    scale : float
        Pixels of the device per pixel of points as large as usual.
    """
    factor = np.float32(scale)
    for more, color in style.rings:
        ring = np.array([color], dtype=np.uint32)
        raster.draw_discs(image, positions, matrix, ring, (sizes + 1 + np.float32(more)) * factor)
    inside = colors if style.fill is None else np.array([style.fill], dtype=np.uint32)
    opaque = inside | np.uint32(0xFF000000)
    raster.draw_discs(image, positions, matrix, opaque, (sizes + 1) * factor)


def draw_outlined(
    image: Image,
    positions: Positions,
    matrix: NDArray[np.float64],
    colors: Colors,
    sizes: Sizes,
    style: Style,
    frame: Frame,
    quick: bool,
) -> None:
    """Draw many points with one thin outline around all of them together.

    Rings of so many would be one blot that hides their colors, and would take seconds. Points
    that are smaller than an outline is wide, or drawn quickly, have none.

    Parameters
    ----------
    sizes : float32 array of shape (n,)
        In pixels of the device.
    """
    opaque = colors | np.uint32(0xFF000000)
    if quick:
        raster.draw_dots(image, positions, matrix, opaque, sizes, frame.fog)
        return
    if frame.camera.is_3d:
        rows = picking.rows_back_to_front(positions, matrix)
        if not len(rows):
            return
        positions = positions.take(rows, axis=0)
        opaque, sizes = opaque.take(rows), sizes.take(rows)
    if float(sizes.mean()) < OUTLINED_FROM * frame.device_scale:
        raster.draw_discs(image, positions, matrix, opaque, sizes, fog=frame.fog)
        return
    outline = with_alpha(QColor.fromRgba(style.color).name(), OUTLINE_OPACITY).rgba()
    pixel = frame.point_scale * frame.device_scale
    sizes, width = sizes + np.float32(LARGER * pixel), OUTLINE * pixel
    around = sizes + np.float32(2 * width)
    raster.draw_discs(image, positions, matrix, np.array([outline], dtype=np.uint32), around)
    edge = Edge(with_alpha(frame.theme.ground, EDGE_OPACITY).rgba(), 0.5 * frame.device_scale)
    raster.draw_discs(image, positions, matrix, opaque, sizes, edge=edge, fog=frame.fog)

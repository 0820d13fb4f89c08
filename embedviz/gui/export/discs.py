"""Points as discs with places, sizes and colors: for files of vectors, in which they stay round.

The same discs in the same order as `point_image` draws them, in the pixels of the painter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from embedviz.core.arrays import Rows
from embedviz.core.drawing import picking
from embedviz.core.drawing.extents import NEAREST
from embedviz.core.drawing.raster import NO_EDGE, NO_FOG, Colors, Edge, Fog, Image, Sizes
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers.highlights import (
    DIMMED,
    EDGE_OPACITY,
    LARGER,
    OUTLINE,
    OUTLINE_OPACITY,
    OUTLINED_FROM,
    Style,
    styles,
)
from embedviz.gui.points.point_image import (
    DrawnPoints,
    colors_of,
    edge_of,
    scaled_sizes,
    shuffled,
    sizes_of,
)
from embedviz.gui.theme import with_alpha


@dataclass(frozen=True)
class Discs:
    """Discs that are drawn one over the other, the first at the bottom.

    Attributes
    ----------
    x, y, radius : float64 array (n,)
        In pixels of the painter; the radius with the rim.
    colors : uint32 array (n,)
        0xAARRGGBB.
    edge : Edge
        Their rim, in pixels of the painter.
    opacity : float
        Of all together.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    radius: NDArray[np.float64]
    colors: Colors
    edge: Edge = NO_EDGE
    opacity: float = 1.0

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class PlacedImage:
    """Image of points, and where it is in the pixels of the painter.

    Attributes
    ----------
    pixels : uint32 array (height, width)
        0xAARRGGBB, premultiplied.
    left, top, width, height : float
    """

    pixels: Image
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class PlacedDiscs:
    """Discs of points, and the area that they are in, in the pixels of the painter.

    Attributes
    ----------
    discs : sequence of Discs
        The first at the bottom.
    left, top, width, height : float
    """

    discs: Sequence[Discs]
    left: float
    top: float
    width: float
    height: float


Part = PlacedImage | PlacedDiscs
"""What stands for the points of one view in a file of vectors."""


def discs_of(points: DrawnPoints, frame: Frame) -> list[Discs]:
    """Return all discs that are in view, those of highlights last.

    Parameters
    ----------
    points : DrawnPoints
    frame : Frame
    """
    on_device, sizes = edge_of(points, frame), scaled_sizes(points.sizes, frame)
    edge = Edge(on_device.color, on_device.width / frame.device_scale)
    rows: Rows = np.arange(len(points.positions))
    if frame.camera.is_3d:
        rows = picking.rows_back_to_front(points.positions, frame.matrix)
    elif len(points.faint) > 1:
        rows = shuffled(len(points.positions))
    dimmed = DIMMED if points.highlights.dim_others else 1.0
    found = [
        _located(
            frame,
            points,
            rows,
            sizes_of(sizes, rows) + np.float32(edge.width),
            colors_of(points.faint, rows),
            edge=edge,
            opacity=dimmed,
            fog=frame.fog,
        )
    ]
    for of_kind, style in styles(points.highlights, frame.theme):
        colors, own = colors_of(points.colors, of_kind), sizes_of(points.sizes, of_kind)
        draw = _outlined if style.is_outline(len(of_kind)) else _ringed
        found += draw(frame, points, of_kind, style, own, colors)
    return [each for each in found if len(each)]


def _ringed(
    frame: Frame, points: DrawnPoints, rows: Rows, style: Style, sizes: Sizes, colors: Colors
) -> Iterator[Discs]:
    factor = np.float32(frame.point_scale)
    for more, color in style.rings:
        ring = np.full(len(rows), color, dtype=np.uint32)
        yield _located(frame, points, rows, (sizes + 1 + np.float32(more)) * factor, ring)
    inside = colors if style.fill is None else np.full(len(rows), style.fill, dtype=np.uint32)
    opaque = inside | np.uint32(0xFF000000)
    yield _located(frame, points, rows, (sizes + 1) * factor, opaque)


def _outlined(
    frame: Frame, points: DrawnPoints, rows: Rows, style: Style, sizes: Sizes, colors: Colors
) -> Iterator[Discs]:
    pixel = np.float32(frame.point_scale)
    opaque, sizes = colors | np.uint32(0xFF000000), sizes * pixel
    if frame.camera.is_3d:
        order = picking.rows_back_to_front(points.positions.take(rows, axis=0), frame.matrix)
        rows, opaque, sizes = rows[order], opaque[order], sizes[order]
    if len(sizes) and float(sizes.mean()) < OUTLINED_FROM:
        yield _located(frame, points, rows, sizes, opaque, fog=frame.fog)
        return
    color = with_alpha(QColor.fromRgba(style.color).name(), OUTLINE_OPACITY).rgba()
    sizes, width = sizes + np.float32(LARGER) * pixel, OUTLINE * pixel
    outline = np.full(len(rows), color, dtype=np.uint32)
    yield _located(frame, points, rows, sizes + np.float32(2 * width), outline)
    edge = Edge(with_alpha(frame.theme.ground, EDGE_OPACITY).rgba(), 0.5)
    yield _located(frame, points, rows, sizes, opaque, edge=edge, fog=frame.fog)


def _located(
    frame: Frame,
    points: DrawnPoints,
    rows: Rows,
    sizes: Sizes,
    colors: Colors,
    *,
    edge: Edge = NO_EDGE,
    opacity: float = 1.0,
    fog: Fog = NO_FOG,
) -> Discs:
    """Return those discs of some rows that are in view, in their order."""
    pixels, depth = frame.project_near(points.positions.take(rows, axis=0))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        radius = sizes / depth / 2
        reach, area = radius + 1, frame.area
        seen = depth > NEAREST
        seen &= (pixels[:, 0] > area.left() - reach) & (pixels[:, 0] < area.right() + reach)
        seen &= (pixels[:, 1] > area.top() - reach) & (pixels[:, 1] < area.bottom() + reach)
    x, y = pixels[seen].T
    foggy = _in_fog(colors[seen], depth[seen], fog)
    return Discs(x, y, radius[seen].astype(np.float64), foggy, edge, opacity)


def _in_fog(colors: Colors, depth: NDArray[np.float64], fog: Fog) -> Colors:
    """Return colors as the fog leaves them at their distances."""
    if not fog.far > fog.near or not fog.strength:
        return colors
    part = np.clip((depth - fog.near) / (fog.far - fog.near), 0, 1) * fog.strength
    mixed: Any = colors & np.uint32(0xFF000000)
    for shift in (16, 8, 0):
        own = (colors >> shift) & 0xFF
        ground = (fog.ground >> shift) & 0xFF
        mixed = mixed | (
            np.round(own + (ground - own.astype(float)) * part).astype(np.uint32) << shift
        )
    return np.asarray(mixed, dtype=np.uint32)

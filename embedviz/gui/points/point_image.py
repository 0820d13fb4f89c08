"""The image of points: as discs, as dots while they move, or as a density, highlights on top."""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Rows
from embedviz.core.drawing import picking, raster
from embedviz.core.drawing.density import draw_density
from embedviz.core.drawing.glow import draw_glow
from embedviz.core.drawing.raster import ALL_ROWS, Colors, Edge, Image, Positions, Sizes
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers.highlights import (
    DIMMED,
    PointHighlights,
    draw_outlined,
    draw_ringed,
    styles,
)
from embedviz.gui.points.point_colors import density_tones
from embedviz.gui.theme import with_alpha

_EDGED_FROM = 3.0
_MOST_IN_QUICK_DENSITY = 150_000
"""Points that are counted while they move: more would take longer than a frame may."""
_MOST_IN_QUICK_GLOW = 50_000
_MOST_ON_DENSITY = 2000
_GLOW_WIDTH = 0.018
"""Standard deviation of the light behind a point, against the shorter side of the picture."""
_GLOW_ON_LIGHT, _GLOW_ON_DARK = 0.42, 0.5
"""How opaque it is where it is densest."""
GATHERED_FROM = 200_000
"""From this number of points on, they are collected before they are drawn."""

Matrix = NDArray[np.float64]


class DrawnPoints(NamedTuple):
    """Points as they are drawn.

    Attributes
    ----------
    positions : float32 array (n, 3)
    colors : uint32 array (n,) or (1,)
        0xAARRGGBB.
    faint : uint32 array (n,) or (1,)
        The same as each is drawn among all: in a crowd fainter, so that its dense parts show.
    sizes : float32 array (n,) or (1,)
        Diameters in pixels, before they grow with the text.
    highlights : PointHighlights
    has_glow : bool
        Whether there is a soft light behind them.
    """

    positions: Positions
    colors: Colors
    faint: Colors
    sizes: Sizes
    highlights: PointHighlights
    has_glow: bool = False


def colors_of(colors: Colors, rows: Rows) -> Colors:
    """Return the colors of rows; given are one per row or one for all."""
    return colors.take(rows) if len(colors) > 1 else np.repeat(colors, len(rows))


def sizes_of(sizes: Sizes, rows: Rows) -> Sizes:
    """Return the sizes of rows; given are one per row or one for all."""
    return sizes[rows] if len(sizes) > 1 else np.repeat(sizes, len(rows))


def scaled_sizes(sizes: Sizes, frame: Frame) -> Sizes:
    """Return diameters in pixels of the painter, grown with the text."""
    return sizes * np.float32(frame.point_scale)


def draw_points(
    points: DrawnPoints, frame: Frame, width: int, height: int, *, quick: bool, is_density: bool
) -> Image:
    """Return the image of points with their highlights.

    Parameters
    ----------
    width, height : int
        In pixels of the device.
    quick : bool
        As dots, or the density of some of the points: another frame follows at once.
    is_density : bool
        How many points there are at each place, instead of each of them.
    """
    image = np.zeros((height, width), dtype=np.uint32)
    matrix = frame.camera.matrix(width, height)
    if is_density:
        _draw_density(image, matrix, points, frame, quick)
    else:
        if points.has_glow:
            _draw_glow(image, matrix, points, frame, quick)
        _draw_each(image, matrix, points, frame, quick)
    if points.highlights.dim_others:
        # All together: as many faint points on one place, a crowd would not be dimmed.
        raster.fade(image, DIMMED)
    _draw_highlights(image, matrix, points, frame, quick, is_density)
    return image


def _draw_density(
    image: Image,
    matrix: Matrix,
    points: DrawnPoints,
    frame: Frame,
    quick: bool,
    rows: Rows = ALL_ROWS,
) -> None:
    tones, scale = density_tones(frame.theme), frame.device_scale
    count = len(rows) or len(points.positions)
    every = max(1, ceil(count / _MOST_IN_QUICK_DENSITY)) if quick else 1
    draw_density(
        image, points.positions, matrix, points.colors, tones, rows, scale=scale, every=every
    )


def _draw_glow(
    image: Image, matrix: Matrix, points: DrawnPoints, frame: Frame, quick: bool
) -> None:
    """Draw a soft light behind points. It is wider where one looks nearer, but not by as much."""
    shorter = min(frame.area.width(), frame.area.height())
    width = _GLOW_WIDTH * shorter * frame.zoom**0.5 * frame.device_scale
    every = max(1, ceil(len(points.positions) / _MOST_IN_QUICK_GLOW)) if quick else 1
    strength = _GLOW_ON_DARK if frame.theme.is_dark else _GLOW_ON_LIGHT
    draw_glow(image, points.positions, matrix, points.colors, width, strength, every=every)


def _draw_each(
    image: Image, matrix: Matrix, points: DrawnPoints, frame: Frame, quick: bool
) -> None:
    colors = points.faint
    if quick and frame.camera.is_3d:
        # These dots hide each other, as many translucent ones would together.
        colors = points.colors | np.uint32(0xFF000000)
    sizes = scaled_sizes(points.sizes, frame) * np.float32(frame.device_scale)
    if quick:
        raster.draw_dots(image, points.positions, matrix, colors, sizes, frame.fog)
    else:
        edge = edge_of(points, frame)
        _draw_discs(image, matrix, points.positions, colors, sizes, edge, frame)


def _draw_discs(
    image: Image,
    matrix: Matrix,
    positions: Positions,
    colors: Colors,
    sizes: Sizes,
    edge: Edge,
    frame: Frame,
) -> None:
    rows = ALL_ROWS
    if frame.camera.is_3d:
        rows = picking.rows_back_to_front(positions, matrix)
        if not len(rows):
            return
    elif len(colors) > 1:
        # In any order that has to do with the colors, the last one would hide the others.
        rows = shuffled(len(positions))
    if len(rows) > GATHERED_FROM:
        # Collected first: the drawing loop alone would wait for memory at every point. And
        # with `take`, as indexing needs three times as long for rows of three numbers.
        positions = positions.take(rows, axis=0)
        colors = colors if len(colors) == 1 else colors.take(rows)
        sizes = sizes if len(sizes) == 1 else sizes.take(rows)
        rows = ALL_ROWS
    sizes = sizes + np.float32(edge.width)
    raster.draw_discs(image, positions, matrix, colors, sizes, rows, edge=edge, fog=frame.fog)


def edge_of(points: DrawnPoints, frame: Frame) -> Edge:
    """Return the rim that sets points apart from each other; none for the smallest.

    The more of the area the points cover, the fainter it is: in a crowd, the rims of all
    together would hide the color.
    """
    diameter = float(scaled_sizes(points.sizes, frame).mean())
    if diameter < _EDGED_FROM:
        return raster.NO_EDGE
    covered = len(points.positions) * diameter**2 / (frame.area.width() * frame.area.height())
    opacity = 0.55 / (1 + 3 * covered)
    ground = with_alpha(frame.theme.ground, opacity)
    return Edge(ground.rgba(), 0.75 * frame.device_scale)


def _draw_highlights(
    image: Image,
    matrix: Matrix,
    points: DrawnPoints,
    frame: Frame,
    quick: bool,
    is_density: bool,
) -> None:
    scale = frame.device_scale * frame.point_scale
    for rows, style in styles(points.highlights, frame.theme):
        if len(rows) > _MOST_ON_DENSITY and is_density:
            _draw_density(image, matrix, points, frame, quick, rows)
            continue
        positions, colors = points.positions.take(rows, axis=0), colors_of(points.colors, rows)
        sizes = sizes_of(points.sizes, rows)
        if style.is_outline(len(rows)):
            sizes = sizes * np.float32(scale)
            draw_outlined(image, positions, matrix, colors, sizes, style, frame, quick)
        else:
            draw_ringed(image, positions, matrix, colors, sizes, style, scale)


@lru_cache(maxsize=2)
def shuffled(count: int) -> Rows:
    """Return all of so many rows, in an order that has to do with nothing."""
    return np.random.default_rng(0).permutation(count)

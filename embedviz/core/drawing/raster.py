"""Points drawn into an image.

One pass over the points in compiled code, straight into the pixels: a million points take a few
hundredths of a second on one core, with no graphics card. There are two qualities. *Dots* are
small blocks of pixels for clouds that move: in 2-D each lets what is under it through, in 3-D a
depth buffer keeps the nearest. *Discs* are round, smooth and translucent, with a thin edge, and
in 3-D are drawn from back to front; up to about a hundred thousand are fast enough to move, too.
In 3-D both fade toward the ground color and shrink with the distance.

All functions take the same things:

- positions: float32 (n, 3). Rows with NaN or infinity are never drawn.
- matrix: float64 (3, 4), from `Camera.matrix`, for an image of the size meant.
- colors: uint32 (n,) or (1,) for one color, 0xAARRGGBB as in `QColor.rgba()`.
- sizes: float32 (n,) or (1,) for one size, diameters in pixels at the center of the view.
- image: uint32 (height, width), 0xAARRGGBB with premultiplied alpha, drawn over.

Arrays must be C-contiguous, writable and of just these types: a kernel is compiled anew for
every other combination, which takes a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Rows
from embedviz.core.compiled.checks import require_points
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.core.drawing.bands import draw_in_bands
from embedviz.core.drawing.extents import NEAREST

Image = NDArray[np.uint32]
Positions = NDArray[np.float32]
Colors = NDArray[np.uint32]
Sizes = NDArray[np.float32]
CameraMatrix = NDArray[np.float64]

ALL_ROWS: Rows = np.empty(0, dtype=np.intp)
"""Given as the rows to draw: all of them, the first one at the bottom."""

_BLOCK = 1024
_DOTS_OF_A_DISC = 16
"""How many dots are drawn in the time of a disc of the usual size."""
# Four 8-bit channels, each with 8 bits of headroom, so that one product blends all four.
CHANNELS = 0x00FF00FF00FF00FF
_HALF = 0x0080008000800080
_RED_BLUE = 0x00FF00FF
_ALPHA_GREEN = 0xFF00FF00


@dataclass(frozen=True)
class Fog:
    """Fading of colors toward the ground with distance from the eye.

    Attributes
    ----------
    near, far : float
        Distances, 1 being the center of the view, at which fading starts and is complete.
    strength : float
        Part of the ground color at `far`, 0 to 1. No fading where `near` is `far`.
    ground : int
        0xAARRGGBB; its alpha is not used.
    """

    near: float = 1.0
    far: float = 1.0
    strength: float = 0.0
    ground: int = 0xFF000000

    def part_at(self, depth: float) -> float:
        """Return the part of the ground color in a color at a distance."""
        if not self.far > self.near:
            return 0.0
        part = (depth - self.near) / (self.far - self.near)
        return self.strength * min(max(part, 0.0), 1.0)

    def packed(self) -> NDArray[np.float64]:
        """Return the four numbers that the kernels take."""
        return np.array([self.near, self.far, self.strength, float(self.ground)])


@dataclass(frozen=True)
class Edge:
    """The rim of a disc.

    Attributes
    ----------
    color : int
        0xAARRGGBB.
    width : float
        In pixels, within the diameter of the disc. 0: no rim.
    """

    color: int = 0
    width: float = 0.0


NO_FOG, NO_EDGE = Fog(), Edge()


def draw_dots(
    image: Image,
    positions: Positions,
    matrix: CameraMatrix,
    colors: Colors,
    sizes: Sizes,
    fog: Fog = NO_FOG,
) -> None:
    """Draw points as blocks of pixels, quickly: for large clouds that move.

    In 3-D they are opaque, translucent colors being mixed with the ground color of the fog.
    """
    require_points(positions, matrix, colors=colors, sizes=sizes)
    if not len(positions):
        return
    is_3d = bool(matrix[2, :3].any())
    largest, haze = float(sizes.max()), fog.packed()

    def draw(band: Image, shifted: CameraMatrix) -> None:
        depth = np.full(band.shape if is_3d else (1, 1), np.inf, dtype=np.float32)
        found = np.empty((3, _BLOCK), dtype=np.float32)
        _draw_dots(band, depth, positions, shifted, colors, sizes, largest, haze, found)

    draw_in_bands(draw, image, matrix, positions, len(positions))


def draw_discs(  # noqa: PLR0913 - all of a picture
    image: Image,
    positions: Positions,
    matrix: CameraMatrix,
    colors: Colors,
    sizes: Sizes,
    rows: Rows = ALL_ROWS,
    *,
    edge: Edge = NO_EDGE,
    opacity: float = 1.0,
    fog: Fog = NO_FOG,
) -> None:
    """Draw points as smooth, round discs, in the order of the rows given.

    Parameters
    ----------
    rows : int array
        Which points, the first at the bottom; see `picking.rows_back_to_front`. Default: all.
    edge : Edge
    opacity : float
        The alpha of every color is multiplied by it.
    """
    require_points(positions, matrix, rows, colors=colors, sizes=sizes)
    rim = np.array([float(edge.color), edge.width, opacity])
    haze = fog.packed()

    def draw(band: Image, shifted: CameraMatrix) -> None:
        _draw_discs(band, positions, shifted, colors, sizes, rows, rim, haze)

    count = len(rows) or len(positions)
    draw_in_bands(draw, image, matrix, positions, _DOTS_OF_A_DISC * count)


def fade(image: Image, opacity: float) -> None:
    """Make all that is in an image fainter, `opacity` from 0 to 1."""
    _fade(image.reshape(-1), round(256 * opacity))


def compile_all() -> None:
    """Compile every kernel, or load it from the cache of an earlier start."""
    positions = np.zeros((1, 3), dtype=np.float32)
    matrix = np.eye(3, 4)
    matrix[2] = 0, 0, 0, 1
    colors, sizes = np.zeros(1, dtype=np.uint32), np.ones(1, dtype=np.float32)
    image = np.zeros((4, 4), dtype=np.uint32)
    draw_dots(image, positions, matrix, colors, sizes)
    draw_discs(image, positions, matrix, colors, sizes, np.zeros(1, dtype=np.intp))
    fade(image, 0.5)


@serial_kernel
def _mixed(color: int, ground: int, part: float) -> int:
    """Return a color with a part of the ground color in it; its alpha stays."""
    of_ground = int(part * 256)
    rest = 256 - of_ground
    red_blue = ((color & 0xFF00FF) * rest + (ground & 0xFF00FF) * of_ground) >> 8
    green = ((color & 0xFF00) * rest + (ground & 0xFF00) * of_ground) >> 8
    return (color & 0xFF000000) | (red_blue & 0xFF00FF) | (green & 0xFF00)


@serial_kernel
def _faded(color: int, w: float, near: float, far: float, strength: float, ground: int) -> int:
    """Return a color as the fog leaves it at a distance."""
    if not far > near:
        return color
    return _mixed(color, ground, min(max((w - near) / (far - near), 0.0), 1.0) * strength)


@serial_kernel
def spread(color: int) -> int:
    """Return a color with eight free bits above each of its channels."""
    return (color & _RED_BLUE) | ((color & _ALPHA_GREEN) << 24)


@serial_kernel
def packed(channels: int) -> int:
    """Return a color that was spread."""
    return (channels & _RED_BLUE) | ((channels >> 24) & _ALPHA_GREEN)


@serial_kernel
def _over(under: int, alpha: int, source: int) -> int:
    """Return a pixel drawn over: 256ths of alpha, and a color times that plus a half a channel.

    Takes and returns pixels rather than an image, because then it is compiled into its callers;
    a call for each pixel would take ten times as long.
    """
    return packed(((spread(under) * (256 - alpha) + source) >> 8) & CHANNELS)


@serial_kernel
def _fade(pixels: Any, part: int) -> None:
    for i in range(len(pixels)):
        if pixels[i] != 0:
            pixels[i] = packed(((spread(int(pixels[i])) * part) >> 8) & CHANNELS)


@serial_kernel
def locate(
    positions: Any, matrix: Any, width: float, height: float, reach: float, found: Any
) -> None:
    """Write x, y and w of each point; w is 0 for those that are not seen.

    Nothing else happens in this loop, so that the processor takes eight points at a time.
    """
    m00, m01, m02, m03 = matrix[0, 0], matrix[0, 1], matrix[0, 2], matrix[0, 3]
    m10, m11, m12, m13 = matrix[1, 0], matrix[1, 1], matrix[1, 2], matrix[1, 3]
    m20, m21, m22, m23 = matrix[2, 0], matrix[2, 1], matrix[2, 2], matrix[2, 3]
    for i in range(len(positions)):
        px, py, pz = positions[i, 0], positions[i, 1], positions[i, 2]
        w = m20 * px + m21 * py + m22 * pz + m23
        x = (m00 * px + m01 * py + m02 * pz + m03) / w
        y = (m10 * px + m11 * py + m12 * pz + m13) / w
        border = reach / w
        is_seen = (w > NEAREST) & (x > -border) & (y > -border)
        is_seen &= (x < width + border) & (y < height + border)
        found[0, i], found[1, i] = x, y
        found[2, i] = w if is_seen else 0.0


@serial_kernel
def _draw_dots(  # noqa: PLR0913, PLR0915 - one pass
    image: Any,
    depth: Any,
    positions: Any,
    matrix: Any,
    colors: Any,
    sizes: Any,
    largest: float,
    fog: Any,
    found: Any,
) -> None:
    """Draw blocks of points, each located first."""
    height, width = image.shape
    is_3d = depth.shape[0] == height
    color_step, size_step = int(len(colors) > 1), int(len(sizes) > 1)
    near, far, strength, ground = fog[0], fog[1], fog[2], int(fog[3])
    for start in range(0, len(positions), _BLOCK):
        stop = min(start + _BLOCK, len(positions))
        locate(positions[start:stop], matrix, width, height, largest, found)
        for i in range(start, stop):
            w = found[2, i - start]
            if w == 0:
                continue
            side = max(1, int(sizes[i * size_step] / w * 0.9 + 0.5))
            left = floor(found[0, i - start] - side * 0.5 + 0.5)
            top = floor(found[1, i - start] - side * 0.5 + 0.5)
            color = int(colors[i * color_step])
            alpha = color >> 24
            if is_3d:
                color = _faded(color, w, near, far, strength, ground)
                color = _mixed(color, ground, (255 - alpha) / 255) | 0xFF000000
            alpha += alpha >> 7
            source = spread(color | 0xFF000000) * alpha + _HALF
            right, below = left + side - 1, top + side - 1
            is_inside = left >= 0 and top >= 0 and right < width and below < height
            # Most points of a large cloud are the first two cases. Unrolled, as the loops for
            # larger ones would take twice as long.
            if is_inside and side == 1 and is_3d:
                if w < depth[top, left]:
                    depth[top, left], image[top, left] = w, color
            elif is_inside and side <= 2 and not is_3d:
                image[top, left] = _over(int(image[top, left]), alpha, source)
                if side == 2:
                    image[top, right] = _over(int(image[top, right]), alpha, source)
                    image[below, left] = _over(int(image[below, left]), alpha, source)
                    image[below, right] = _over(int(image[below, right]), alpha, source)
            else:
                _draw_block(image, depth, left, top, side, w, color, alpha, source)


@serial_kernel
def _draw_block(  # noqa: PLR0913 - one pass
    image: Any,
    depth: Any,
    left: int,
    top: int,
    side: int,
    w: float,
    color: int,
    alpha: int,
    source: int,
) -> None:
    height, width = image.shape
    is_3d = depth.shape[0] == height
    # Blocks from 3 pixels on lose their corners, which makes them round enough.
    corner = 1 if side > 2 else 0
    for row in range(max(top, 0), min(top + side, height)):
        inset = corner if row == top or row == top + side - 1 else 0
        for column in range(max(left + inset, 0), min(left + side - inset, width)):
            if not is_3d:
                image[row, column] = _over(int(image[row, column]), alpha, source)
            elif w < depth[row, column]:
                depth[row, column], image[row, column] = w, color


@serial_kernel
def _draw_discs(
    image: Any,
    positions: Any,
    matrix: Any,
    colors: Any,
    sizes: Any,
    rows: Any,
    rim: Any,
    fog: Any,
) -> None:
    height, width = image.shape
    color_step, size_step = int(len(colors) > 1), int(len(sizes) > 1)
    m00, m01, m02, m03 = matrix[0, 0], matrix[0, 1], matrix[0, 2], matrix[0, 3]
    m10, m11, m12, m13 = matrix[1, 0], matrix[1, 1], matrix[1, 2], matrix[1, 3]
    m20, m21, m22, m23 = matrix[2, 0], matrix[2, 1], matrix[2, 2], matrix[2, 3]
    near, far, strength, ground = fog[0], fog[1], fog[2], int(fog[3])
    edge_width, opacity = rim[1], rim[2] * 256.0 / 255.0
    edge = int(rim[0])
    edge_alpha = (edge >> 24) * opacity
    for k in range(len(rows) if len(rows) else len(positions)):
        i = rows[k] if len(rows) else k
        px, py, pz = positions[i, 0], positions[i, 1], positions[i, 2]
        w = m20 * px + m21 * py + m22 * pz + m23
        if not w > NEAREST:
            continue
        x = (m00 * px + m01 * py + m02 * pz + m03) / w
        y = (m10 * px + m11 * py + m12 * pz + m13) / w
        radius = sizes[i * size_step] / w * 0.5
        reach = radius + 0.5
        if not (x > -reach and y > -reach and x < width + reach and y < height + reach):
            continue
        color = _faded(int(colors[i * color_step]), w, near, far, strength, ground)
        alpha = (color >> 24) * opacity
        if radius < 0.5:
            # Less than a pixel: the same light, on the pixels that half a pixel reaches.
            alpha *= 4 * radius * radius
            radius = 0.5
        _draw_disc(image, x, y, radius, edge_width, color, alpha, edge, edge_alpha)


@serial_kernel
def _draw_disc(  # noqa: PLR0913 - one pass
    image: Any,
    x: float,
    y: float,
    radius: float,
    edge_width: float,
    color: int,
    alpha: float,
    edge: int,
    edge_alpha: float,
) -> None:
    """Draw one disc; alphas are in 256ths. A pixel is covered as far as its middle is inside."""
    height, width = image.shape
    reach = radius + 0.5
    core = reach - edge_width
    fill_channels, edge_channels = spread(color | 0xFF000000), spread(edge | 0xFF000000)
    for row in range(max(ceil(y - reach - 0.5), 0), min(int(y + reach + 0.5), height)):
        dy = row + 0.5 - y
        half = sqrt(max(reach * reach - dy * dy, 0.0))
        first = max(ceil(x - half - 0.5), 0)
        last = min(floor(x + half - 0.5) + 1, width)
        for column in range(first, last):
            dx = column + 0.5 - x
            distance = sqrt(dx * dx + dy * dy)
            covered = min(max(reach - distance, 0.0), 1.0)
            inside = min(max(core - distance, 0.0), covered)
            of_fill = int(inside * alpha + 0.5)
            of_edge = int((covered - inside) * edge_alpha + 0.5)
            source = fill_channels * of_fill + edge_channels * of_edge + _HALF
            image[row, column] = _over(int(image[row, column]), of_fill + of_edge, source)

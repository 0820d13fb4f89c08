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

from embedviz.core.camera import NEAREST
from embedviz.core.kernels import serial_kernel

Image = NDArray[np.uint32]
Positions = NDArray[np.float32]
Colors = NDArray[np.uint32]
Sizes = NDArray[np.float32]
CameraMatrix = NDArray[np.float64]
Rows = NDArray[np.intp]

ALL_ROWS: Rows = np.empty(0, dtype=np.intp)
"""Given as the rows to draw: all of them, the first one at the bottom."""

_DEPTH_STEPS = 1 << 15
# Four 8-bit channels, each with 8 bits of headroom, so that one product blends all four.
_CHANNELS = 0x00FF00FF00FF00FF
_HALF = 0x0080008000800080
_RED_BLUE = 0x00FF00FF
_ALPHA_GREEN = 0xFF00FF00


@dataclass(frozen=True)
class Fog:
    """How colors fade toward the ground with distance from the eye.

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
    is_3d = bool(matrix[2, :3].any())
    depth = np.full(image.shape if is_3d else (1, 1), np.inf, dtype=np.float32)
    _draw_dots(image, depth, positions, matrix, colors, sizes, fog.packed())


def draw_discs(
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
        Which points, the first at the bottom; see `rows_back_to_front`. Default: all.
    edge : Edge
    opacity : float
        The alpha of every color is multiplied by it.
    """
    rim = np.array([float(edge.color), edge.width, opacity])
    _draw_discs(image, positions, matrix, colors, sizes, rows, rim, fog.packed())


def rows_back_to_front(positions: Positions, matrix: CameraMatrix) -> Rows:
    """Return the rows in front of the eye, the farthest first.

    Depths are told apart in 32,768 steps between the nearest and the farthest point; rows
    within one step keep their order.
    """
    depths = np.empty(len(positions), dtype=np.float32)
    ordered = np.empty(len(positions), dtype=np.intp)
    starts = np.zeros(_DEPTH_STEPS + 1, dtype=np.intp)
    seen = _sort_back_to_front(positions, matrix, depths, starts, ordered)
    return ordered[:seen]


def compile_all() -> None:
    """Compile every kernel, or load it from the cache of an earlier start."""
    positions = np.zeros((1, 3), dtype=np.float32)
    matrix = np.eye(3, 4)
    matrix[2] = 0, 0, 0, 1
    colors, sizes = np.zeros(1, dtype=np.uint32), np.ones(1, dtype=np.float32)
    image = np.zeros((4, 4), dtype=np.uint32)
    draw_dots(image, positions, matrix, colors, sizes)
    draw_discs(image, positions, matrix, colors, sizes, np.zeros(1, dtype=np.intp))
    rows_back_to_front(positions, matrix)


@serial_kernel
def _mixed(color: int, ground: int, part: float) -> int:
    """Mix 256ths of `ground` into a color, keeping its alpha."""
    of_ground = int(part * 256)
    rest = 256 - of_ground
    red_blue = ((color & 0xFF00FF) * rest + (ground & 0xFF00FF) * of_ground) >> 8
    green = ((color & 0xFF00) * rest + (ground & 0xFF00) * of_ground) >> 8
    return (color & 0xFF000000) | (red_blue & 0xFF00FF) | (green & 0xFF00)


@serial_kernel
def _spread(color: int) -> int:
    return (color & _RED_BLUE) | ((color & _ALPHA_GREEN) << 24)


@serial_kernel
def _draw_dots(
    image: Any, depth: Any, positions: Any, matrix: Any, colors: Any, sizes: Any, fog: Any
) -> None:
    height, width = image.shape
    is_3d = depth.shape[0] == height
    color_step, size_step = int(len(colors) > 1), int(len(sizes) > 1)
    m00, m01, m02, m03 = matrix[0, 0], matrix[0, 1], matrix[0, 2], matrix[0, 3]
    m10, m11, m12, m13 = matrix[1, 0], matrix[1, 1], matrix[1, 2], matrix[1, 3]
    m20, m21, m22, m23 = matrix[2, 0], matrix[2, 1], matrix[2, 2], matrix[2, 3]
    fade_from, ground = fog[0], int(fog[3])
    fade = fog[2] / (fog[1] - fog[0]) if fog[1] > fog[0] else 0.0
    for i in range(len(positions)):
        px, py, pz = positions[i, 0], positions[i, 1], positions[i, 2]
        w = m20 * px + m21 * py + m22 * pz + m23
        if not w > NEAREST:
            continue
        x = (m00 * px + m01 * py + m02 * pz + m03) / w
        y = (m10 * px + m11 * py + m12 * pz + m13) / w
        size = sizes[i * size_step] / w
        if not (x > -size and y > -size and x < width + size and y < height + size):
            continue
        side = max(1, int(size * 0.9 + 0.5))
        left = floor(x - side * 0.5 + 0.5)
        top = floor(y - side * 0.5 + 0.5)
        color = int(colors[i * color_step])
        alpha = color >> 24
        if is_3d:
            if fade > 0:
                part = min(max((w - fade_from) * fade, 0.0), fog[2])
                color = _mixed(color, ground, part)
            color = _mixed(color, ground, (255 - alpha) / 255) | 0xFF000000
        alpha += alpha >> 7
        source = _spread(color | 0xFF000000) * alpha + _HALF
        # Blocks from 3 pixels on lose their corners, which makes them round enough.
        corner = 1 if side > 2 else 0
        for row in range(max(top, 0), min(top + side, height)):
            inset = corner if row == top or row == top + side - 1 else 0
            first, last = max(left + inset, 0), min(left + side - inset, width)
            if is_3d:
                for column in range(first, last):
                    if w < depth[row, column]:
                        depth[row, column] = w
                        image[row, column] = color
            else:
                for column in range(first, last):
                    under = _spread(int(image[row, column]))
                    over = ((under * (256 - alpha) + source) >> 8) & _CHANNELS
                    image[row, column] = (over & _RED_BLUE) | ((over >> 24) & _ALPHA_GREEN)


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
    edge_color, edge_width, opacity = int(rim[0]), rim[1], rim[2]
    edge_alpha = (edge_color >> 24) / 255.0 * opacity * 256.0
    edge = _spread(edge_color | 0xFF000000)
    fade_from, ground = fog[0], int(fog[3])
    fade = fog[2] / (fog[1] - fog[0]) if fog[1] > fog[0] else 0.0
    count = len(rows) if len(rows) else len(positions)
    for k in range(count):
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
        color = int(colors[i * color_step])
        alpha = (color >> 24) / 255.0 * opacity * 256.0
        if fade > 0:
            part = min(max((w - fade_from) * fade, 0.0), fog[2])
            color = _mixed(color, ground, part)
        if radius < 0.5:
            # Less than a pixel: the same light, on the pixels that half a pixel reaches.
            alpha *= 4 * radius * radius
            radius, reach = 0.5, 1.0
        fill = _spread(color | 0xFF000000)
        core = radius - edge_width + 0.5 if edge_width > 0 else reach
        for row in range(max(ceil(y - reach - 0.5), 0), min(int(y + reach + 0.5), height)):
            dy = row + 0.5 - y
            half = reach * reach - dy * dy
            if half <= 0:
                continue
            half = sqrt(half)
            first = max(ceil(x - half - 0.5), 0)
            last = min(floor(x + half - 0.5) + 1, width)
            for column in range(first, last):
                dx = column + 0.5 - x
                distance = sqrt(dx * dx + dy * dy)
                covered = min(max(reach - distance, 0.0), 1.0)
                inside = min(max(core - distance, 0.0), covered)
                of_fill = int(inside * alpha + 0.5)
                of_edge = int((covered - inside) * edge_alpha + 0.5)
                rest = 256 - of_fill - of_edge
                under = _spread(int(image[row, column]))
                over = (under * rest + fill * of_fill + edge * of_edge + _HALF) >> 8
                image[row, column] = (over & _RED_BLUE) | ((over >> 24) & _ALPHA_GREEN)


@serial_kernel
def _sort_back_to_front(positions: Any, matrix: Any, depths: Any, starts: Any, ordered: Any) -> int:
    """Sort by counting; `depths` and `starts` are room to work in."""
    m20, m21, m22, m23 = matrix[2, 0], matrix[2, 1], matrix[2, 2], matrix[2, 3]
    near, far = np.inf, 0.0
    for i in range(len(positions)):
        w = m20 * positions[i, 0] + m21 * positions[i, 1] + m22 * positions[i, 2] + m23
        is_seen = w > NEAREST and w < np.inf
        depths[i] = w if is_seen else -1.0
        if is_seen:
            near, far = min(near, w), max(far, w)
    last = len(starts) - 2
    per_step = last / (far - near) if far > near else 0.0
    for i in range(len(positions)):
        if depths[i] >= 0:
            starts[min(max(int((far - depths[i]) * per_step), 0), last) + 1] += 1
    for step in range(last + 1):
        starts[step + 1] += starts[step]
    for i in range(len(positions)):
        if depths[i] >= 0:
            step = min(max(int((far - depths[i]) * per_step), 0), last)
            ordered[starts[step]] = i
            starts[step] += 1
    return int(starts[last])

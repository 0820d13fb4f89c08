"""Points drawn into an image, picked from it and gathered in it.

One pass over the points in compiled code, straight into the pixels: a million points take a few
hundredths of a second on one core, with no graphics card. There are two qualities. *Dots* are
small blocks of pixels for clouds that move: in 2-D each lets what is under it through, in 3-D a
depth buffer keeps the nearest. *Discs* are round, smooth and translucent, with a thin edge, and
in 3-D are drawn from back to front; up to about a hundred thousand are fast enough to move, too.
In 3-D both fade toward the ground color and shrink with the distance.

All functions take the same things:

- positions: float32 (n, 3). Rows with NaN or infinity are never drawn, picked or gathered.
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


def rows_back_to_front(positions: Positions, matrix: CameraMatrix, fog: Fog) -> Rows:
    """Return the rows in front of the eye, the farthest first.

    Depths are told apart in steps of a 32,768th of the distance between the `near` and `far`
    of the fog; rows within one step keep their order.
    """
    ordered: Rows = _rows_back_to_front(positions, matrix, fog.packed())
    return ordered


def pick(
    positions: Positions,
    matrix: CameraMatrix,
    sizes: Sizes,
    x: float,
    y: float,
    radius: float,
) -> int:
    """Return the row of the point at a pixel, or -1.

    Parameters
    ----------
    x, y : float
        In pixels from the upper left corner of the image.
    radius : float
        How far away, in pixels, the center of a point that does not cover the pixel may be.

    Returns
    -------
    int
        In 3-D, the front-most of the points whose discs cover the pixel, if there are any.
        Otherwise the nearest point on screen; of equally near ones the last, which is on top.
    """
    return int(_pick(positions, matrix, sizes, float(x), float(y), float(radius)))


def rows_in_polygon(
    positions: Positions, matrix: CameraMatrix, polygon: NDArray[np.float64]
) -> Rows:
    """Return the rows, ascending, of all points within an outline on screen, hidden or not.

    Parameters
    ----------
    polygon : array of shape (n_vertices, 2)
        Pixels; the last vertex is joined to the first. Where the outline crosses itself,
        everything that it goes around counts as within (the non-zero winding rule).
    """
    outline = np.ascontiguousarray(polygon, dtype=np.float64)
    if len(outline) < 3:
        return ALL_ROWS.copy()
    bands = _edges_by_band(outline)
    found: Rows = _rows_in_polygon(positions, matrix, outline, *bands)
    return found


def rows_in_box(
    positions: Positions, matrix: CameraMatrix, x: float, y: float, width: float, height: float
) -> Rows:
    """Return the rows, ascending, of all points within a rectangle on screen, hidden or not."""
    right, bottom = x + width, y + height
    corners = np.array([[x, y], [right, y], [right, bottom], [x, bottom]], dtype=np.float64)
    return rows_in_polygon(positions, matrix, corners)


def rows_in_view(
    positions: Positions,
    matrix: CameraMatrix,
    rows: Rows,
    width: float,
    height: float,
    most: int,
) -> Rows:
    """Return the first `most` of the rows given whose points are within the image."""
    found: Rows = _rows_in_view(positions, matrix, rows, float(width), float(height), most)
    return found


def compile_all() -> None:
    """Compile every kernel, or load it from the cache of an earlier start."""
    positions = np.zeros((1, 3), dtype=np.float32)
    matrix = np.eye(3, 4)
    matrix[2] = 0, 0, 0, 1
    colors, sizes = np.zeros(1, dtype=np.uint32), np.ones(1, dtype=np.float32)
    image = np.zeros((4, 4), dtype=np.uint32)
    draw_dots(image, positions, matrix, colors, sizes)
    draw_discs(image, positions, matrix, colors, sizes, np.zeros(1, dtype=np.intp))
    rows_back_to_front(positions, matrix, NO_FOG)
    pick(positions, matrix, sizes, 0, 0, 1)
    rows_in_box(positions, matrix, 0, 0, 1, 1)
    rows_in_view(positions, matrix, np.zeros(1, dtype=np.intp), 4, 4, 1)


def _edges_by_band(
    polygon: NDArray[np.float64],
) -> tuple[NDArray[np.intp], NDArray[np.intp], float, float]:
    """Sort the edges of a polygon into horizontal bands, so that a point looks at few of them."""
    heights = polygon[:, 1]
    following = np.roll(heights, -1)
    low, high = float(heights.min()), float(heights.max())
    count = min(len(polygon), 1024)
    per_band = count / (high - low) if high > low else 0.0
    # The same expression as in the kernel, so that a point never misses an edge by rounding.
    first = np.minimum(((np.minimum(heights, following) - low) * per_band).astype(int), count - 1)
    last = np.minimum(((np.maximum(heights, following) - low) * per_band).astype(int), count - 1)
    bands: list[list[int]] = [[] for _ in range(count)]
    for edge in range(len(polygon)):
        for band in range(first[edge], last[edge] + 1):
            bands[band].append(edge)
    starts = np.cumsum([0, *map(len, bands)], dtype=np.intp)
    members = np.array([edge for band in bands for edge in band], dtype=np.intp)
    return starts, members, low, per_band


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
    m00, m01, m02, m03 = matrix[0]
    m10, m11, m12, m13 = matrix[1]
    m20, m21, m22, m23 = matrix[2]
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
    m00, m01, m02, m03 = matrix[0]
    m10, m11, m12, m13 = matrix[1]
    m20, m21, m22, m23 = matrix[2]
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
def _rows_back_to_front(positions: Any, matrix: Any, fog: Any) -> Any:
    m20, m21, m22, m23 = matrix[2]
    far = fog[1]
    per_step = (_DEPTH_STEPS - 1) / (fog[1] - fog[0]) if fog[1] > fog[0] else 0.0
    steps = np.full(len(positions), -1, dtype=np.int32)
    starts = np.zeros(_DEPTH_STEPS + 1, dtype=np.intp)
    for i in range(len(positions)):
        w = m20 * positions[i, 0] + m21 * positions[i, 1] + m22 * positions[i, 2] + m23
        if w > NEAREST and w < np.inf:
            step = int(min(max((far - w) * per_step, 0.0), _DEPTH_STEPS - 1.0))
            steps[i] = step
            starts[step + 1] += 1
    for step in range(_DEPTH_STEPS):
        starts[step + 1] += starts[step]
    ordered = np.empty(starts[_DEPTH_STEPS], dtype=np.intp)
    for i in range(len(positions)):
        step = steps[i]
        if step >= 0:
            ordered[starts[step]] = i
            starts[step] += 1
    return ordered


@serial_kernel
def _pick(positions: Any, matrix: Any, sizes: Any, x: float, y: float, radius: float) -> int:
    size_step = int(len(sizes) > 1)
    m00, m01, m02, m03 = matrix[0]
    m10, m11, m12, m13 = matrix[1]
    m20, m21, m22, m23 = matrix[2]
    is_3d = m20 != 0 or m21 != 0 or m22 != 0
    nearest, nearest_row = radius * radius, -1
    front, front_row = np.inf, -1
    for i in range(len(positions)):
        px, py, pz = positions[i, 0], positions[i, 1], positions[i, 2]
        w = m20 * px + m21 * py + m22 * pz + m23
        if not w > NEAREST:
            continue
        dx = (m00 * px + m01 * py + m02 * pz + m03) / w - x
        dy = (m10 * px + m11 * py + m12 * pz + m13) / w - y
        distance = dx * dx + dy * dy
        if distance <= nearest:
            nearest, nearest_row = distance, i
        if is_3d and w <= front:
            reach = sizes[i * size_step] / w * 0.5
            if distance <= reach * reach:
                front, front_row = w, i
    return front_row if front_row >= 0 else nearest_row


@serial_kernel
def _rows_in_polygon(
    positions: Any,
    matrix: Any,
    polygon: Any,
    starts: Any,
    members: Any,
    low: float,
    per_band: float,
) -> Any:
    m00, m01, m02, m03 = matrix[0]
    m10, m11, m12, m13 = matrix[1]
    m20, m21, m22, m23 = matrix[2]
    left, right = polygon[:, 0].min(), polygon[:, 0].max()
    high = polygon[:, 1].max()
    found = np.empty(len(positions), dtype=np.intp)
    count = 0
    for i in range(len(positions)):
        px, py, pz = positions[i, 0], positions[i, 1], positions[i, 2]
        w = m20 * px + m21 * py + m22 * pz + m23
        if not w > NEAREST:
            continue
        x = (m00 * px + m01 * py + m02 * pz + m03) / w
        y = (m10 * px + m11 * py + m12 * pz + m13) / w
        if not (x >= left and x <= right and y >= low and y <= high):
            continue
        band = min(int((y - low) * per_band), len(starts) - 2)
        turns = 0
        for k in range(starts[band], starts[band + 1]):
            a = members[k]
            b = a + 1 if a + 1 < len(polygon) else 0
            ax, ay, bx, by = polygon[a, 0], polygon[a, 1], polygon[b, 0], polygon[b, 1]
            if (ay <= y) != (by <= y):
                side = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
                if by > ay and side > 0:
                    turns += 1
                elif by < ay and side < 0:
                    turns -= 1
        if turns != 0:
            found[count] = i
            count += 1
    return found[:count].copy()


@serial_kernel
def _rows_in_view(
    positions: Any, matrix: Any, rows: Any, width: float, height: float, most: int
) -> Any:
    m00, m01, m02, m03 = matrix[0]
    m10, m11, m12, m13 = matrix[1]
    m20, m21, m22, m23 = matrix[2]
    found = np.empty(min(most, len(rows)), dtype=np.intp)
    count = 0
    for k in range(len(rows)):
        if count == len(found):
            break
        i = rows[k]
        px, py, pz = positions[i, 0], positions[i, 1], positions[i, 2]
        w = m20 * px + m21 * py + m22 * pz + m23
        if w > NEAREST:
            x = (m00 * px + m01 * py + m02 * pz + m03) / w
            y = (m10 * px + m11 * py + m12 * pz + m13) / w
            if x >= 0 and y >= 0 and x < width and y < height:
                found[count] = i
                count += 1
    return found[:count].copy()

"""Picking of points: at a place of a picture, within an outline, in view, or in front.

Every function looks at each point once, in compiled code: a million points take a few
milliseconds, so that no index has to be built and kept while points and camera move. Arguments
are those of `raster`.
"""

from __future__ import annotations

from math import ceil, floor, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Rows
from embedviz.core.compiled.checks import require_points
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.core.drawing.extents import NEAREST
from embedviz.core.drawing.raster import CameraMatrix, Positions, Sizes

_DEPTH_STEPS = 1 << 15
_Bands = tuple[tuple[float, float, float, float], Rows, Rows, float]


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
    require_points(positions, matrix, sizes=sizes)
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
    require_points(positions, matrix)
    outline = np.ascontiguousarray(polygon, dtype=np.float64).reshape(-1, 2)
    outline = outline[np.isfinite(outline).all(axis=1)]
    if len(outline) < 3:
        return np.empty(0, dtype=np.intp)
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
    """Return the first `most` of the rows given whose points are there and within the image."""
    require_points(positions, matrix)
    most = max(0, most)
    found: Rows = _rows_in_view(positions, matrix, rows, float(width), float(height), most)
    return found


def rows_in_front(
    positions: Positions,
    matrix: CameraMatrix,
    sizes: Sizes,
    width: int,
    height: int,
    rows: Rows,
) -> Rows:
    """Return those of some rows whose discs are not wholly behind others, in 3-D.

    A disc covers the pixel that its center is in, and all whose middles are within its radius.
    It is in front where no other that covers the pixel is nearer to the eye; of equally near
    ones, the lower row is. In 2-D, nothing is behind anything, and all rows given are returned.

    Parameters
    ----------
    sizes : float32 array of shape (n,) or (1,)
        Diameters in pixels at the center of the view.
    width, height : int
        Size of the image in pixels. What is outside of it is not in front.
    rows : int array
        Any rows; what they are behind may be any row of all.
    """
    require_points(positions, matrix, rows, sizes=sizes)
    if not matrix[2, :3].any():
        return rows
    depths = np.full((height, width), np.inf, dtype=np.float32)
    on_top = np.full((height, width), -1, dtype=np.int32)
    _draw_depths(positions, matrix, sizes, depths, on_top)
    is_in_front = np.zeros(len(positions) + 1, dtype=np.bool_)
    is_in_front[on_top] = True  # -1, no point, is the last place.
    return rows[is_in_front[rows]]


def rows_back_to_front(positions: Positions, matrix: CameraMatrix) -> Rows:
    """Return the rows in front of the eye, the farthest first.

    Depths are told apart in 32,768 steps between the nearest and the farthest point; rows
    within one step keep their order.
    """
    require_points(positions, matrix)
    depths = np.empty(len(positions), dtype=np.float32)
    ordered = np.empty(len(positions), dtype=np.intp)
    starts = np.zeros(_DEPTH_STEPS + 1, dtype=np.intp)
    seen = _sort_back_to_front(positions, matrix, depths, starts, ordered)
    return ordered[:seen]


def compile_all() -> None:
    """Compile every kernel, or load it from the cache of an earlier start."""
    positions, matrix = np.zeros((1, 3), dtype=np.float32), np.zeros((3, 4))
    matrix[2, 3] = 1
    pick(positions, matrix, np.ones(1, dtype=np.float32), 0, 0, 1)
    rows_in_box(positions, matrix, 0, 0, 1, 1)
    rows_back_to_front(positions, matrix)
    rows_in_view(positions, matrix, np.zeros(1, dtype=np.intp), 4, 4, 1)
    matrix[2, 0] = 1
    rows_in_front(positions, matrix, np.ones(1, dtype=np.float32), 4, 4, np.zeros(1, dtype=np.intp))


def _edges_by_band(polygon: NDArray[np.float64]) -> _Bands:
    """Sort the edges of a polygon into horizontal bands, so that a point looks at few of them."""
    heights = polygon[:, 1]
    following = np.roll(heights, -1)
    (left, low), (right, high) = polygon.min(axis=0).tolist(), polygon.max(axis=0).tolist()
    count = min(len(polygon), 1024)
    per_band = count / (high - low) if high - low > 1e-9 else 0.0
    # The same expression as in the kernel, so that a point never misses an edge by rounding.
    first = np.minimum(((np.minimum(heights, following) - low) * per_band).astype(int), count - 1)
    last = np.minimum(((np.maximum(heights, following) - low) * per_band).astype(int), count - 1)
    bands: list[list[int]] = [[] for _ in range(count)]
    for edge in range(len(polygon)):
        for band in range(first[edge], last[edge] + 1):
            bands[band].append(edge)
    starts = np.cumsum([0, *map(len, bands)], dtype=np.intp)
    members = np.array([edge for band in bands for edge in band], dtype=np.intp)
    return (left, low, right, high), starts, members, per_band


@serial_kernel
def _pick(positions: Any, matrix: Any, sizes: Any, x: float, y: float, radius: float) -> int:
    size_step = int(len(sizes) > 1)
    m00, m01, m02, m03 = matrix[0, 0], matrix[0, 1], matrix[0, 2], matrix[0, 3]
    m10, m11, m12, m13 = matrix[1, 0], matrix[1, 1], matrix[1, 2], matrix[1, 3]
    m20, m21, m22, m23 = matrix[2, 0], matrix[2, 1], matrix[2, 2], matrix[2, 3]
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
    box: Any,
    starts: Any,
    members: Any,
    per_band: float,
) -> Any:
    m00, m01, m02, m03 = matrix[0, 0], matrix[0, 1], matrix[0, 2], matrix[0, 3]
    m10, m11, m12, m13 = matrix[1, 0], matrix[1, 1], matrix[1, 2], matrix[1, 3]
    m20, m21, m22, m23 = matrix[2, 0], matrix[2, 1], matrix[2, 2], matrix[2, 3]
    left, low, right, high = box
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
    m00, m01, m02, m03 = matrix[0, 0], matrix[0, 1], matrix[0, 2], matrix[0, 3]
    m10, m11, m12, m13 = matrix[1, 0], matrix[1, 1], matrix[1, 2], matrix[1, 3]
    m20, m21, m22, m23 = matrix[2, 0], matrix[2, 1], matrix[2, 2], matrix[2, 3]
    found = np.empty(min(most, len(rows)), dtype=np.intp)
    count = 0
    for k in range(len(rows)):
        if count == len(found):
            break
        i = rows[k]
        if i < 0 or i >= len(positions):
            continue
        px, py, pz = positions[i, 0], positions[i, 1], positions[i, 2]
        w = m20 * px + m21 * py + m22 * pz + m23
        if w > NEAREST:
            x = (m00 * px + m01 * py + m02 * pz + m03) / w
            y = (m10 * px + m11 * py + m12 * pz + m13) / w
            if x >= 0 and y >= 0 and x < width and y < height:
                found[count] = i
                count += 1
    return found[:count].copy()


@serial_kernel
def _draw_depths(positions: Any, matrix: Any, sizes: Any, depths: Any, on_top: Any) -> None:
    """Write how near the nearest disc is at each pixel, and whose it is."""
    height, width = depths.shape
    size_step = int(len(sizes) > 1)
    m00, m01, m02, m03 = matrix[0, 0], matrix[0, 1], matrix[0, 2], matrix[0, 3]
    m10, m11, m12, m13 = matrix[1, 0], matrix[1, 1], matrix[1, 2], matrix[1, 3]
    m20, m21, m22, m23 = matrix[2, 0], matrix[2, 1], matrix[2, 2], matrix[2, 3]
    for i in range(len(positions)):
        px, py, pz = positions[i, 0], positions[i, 1], positions[i, 2]
        w = m20 * px + m21 * py + m22 * pz + m23
        if not w > NEAREST:
            continue
        x = (m00 * px + m01 * py + m02 * pz + m03) / w
        y = (m10 * px + m11 * py + m12 * pz + m13) / w
        radius = sizes[i * size_step] / w * 0.5
        if not (x > -radius and y > -radius and x < width + radius and y < height + radius):
            continue
        depth = np.float32(w)
        if x >= 0 and y >= 0 and x < width and y < height and depth < depths[int(y), int(x)]:
            depths[int(y), int(x)], on_top[int(y), int(x)] = depth, i
        for row in range(max(ceil(y - radius - 0.5), 0), min(floor(y + radius + 0.5), height)):
            dy = row + 0.5 - y
            half = sqrt(max(radius * radius - dy * dy, 0.0))
            first, last = max(ceil(x - half - 0.5), 0), min(floor(x + half + 0.5), width)
            for column in range(first, last):
                if depth < depths[row, column]:
                    depths[row, column], on_top[row, column] = depth, i


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

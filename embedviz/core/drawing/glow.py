"""A soft light behind points, of their colors: it shows groups as areas, and points as points.

The points are counted in a coarse grid with the light of their colors, as for a density, and
spread widely; the number decides how opaque a place is. Single points far from others have next
to none. It costs one pass over the points, and little else: the cells are a few pixels wide, and
what is this smooth is enlarged without a trace.
"""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.compiled.checks import require_points
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.core.drawing.bands import work_in_halves
from embedviz.core.drawing.density import ENCODED, LIGHT, blur_weights, draw_enlarged
from embedviz.core.drawing.raster import CameraMatrix, Colors, Image, Positions, locate

_BLOCK = 1024
_CELLS_WIDE = 2.5
"""Standard deviation of the light of a point, in cells."""
_LEAST_ALPHA = 128
"""Points more transparent than half have no light: they are in no group."""
_FULL = 0.97
"""Part of all lit places that are not as opaque as can be."""
_STEEPNESS = 1.8
_CHROMA = 1.4
"""Mixed colors are more vivid by this: where groups mingle, they would be as gray as fog else."""
_FADES_OVER = 2.0
"""How far from the border of the picture the light is whole, in standard deviations."""


def draw_glow(
    image: Image,
    positions: Positions,
    matrix: CameraMatrix,
    colors: Colors,
    width: float,
    strength: float,
    *,
    every: int = 1,
) -> None:
    """Draw a soft light where points are. Arguments are those of `raster`.

    Parameters
    ----------
    colors : uint32 array of shape (n,) or (1,)
        Points more than half transparent have no light.
    width : float
        Standard deviation of the light of a point, in pixels of the image.
    strength : float
        How opaque the densest places are, 0 to 1.
    every : int
        Only one point in so many is looked at, at least 1: for a picture seen for a moment.
    """
    require_points(positions, matrix, colors=colors)
    if every > 1:
        positions = np.ascontiguousarray(positions[::every])
        colors = colors if len(colors) == 1 else np.ascontiguousarray(colors[::every])
    cell = max(1, round(width / _CELLS_WIDE))
    weights = blur_weights(width / cell)
    reach = len(weights) // 2
    high, wide = (ceil(side / cell) + 2 * reach for side in image.shape)
    sums = np.zeros((high, wide * 4), dtype=np.float32)
    to_cells = matrix.copy()
    to_cells[:2] = matrix[:2] / cell + reach * matrix[2]
    _gather(positions, to_cells, colors, LIGHT, sums)
    spread = _spread(sums.reshape(high, wide, 4), weights)
    lit = spread[..., 0][spread[..., 0] > weights.max() ** 2 / every]
    if not len(lit):
        return
    full = max(float(np.quantile(lit, _FULL)), float(weights.max() ** 2))
    toned = np.ascontiguousarray(_toned(spread, full, strength * _fading(*spread.shape[:2])))
    rows = len(image)
    work_in_halves(lambda first, last: draw_enlarged(toned, cell, image, first, last), rows)


def compile_all() -> None:
    """Compile every kernel, or load it from the cache of an earlier start."""
    positions, matrix = np.zeros((2, 3), dtype=np.float32), np.eye(3, 4)
    matrix[2] = 0, 0, 0, 1
    image = np.zeros((4, 4), dtype=np.uint32)
    draw_glow(image, positions, matrix, np.full(1, 0xFFFF0000, dtype=np.uint32), 2.0, 0.5)


def _spread(sums: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return sums to which the cells around contribute, without the border of those."""
    beyond = len(weights) - 1
    high, wide = sums.shape[0] - beyond, sums.shape[1] - beyond
    down = sum(weight * sums[tap : tap + high] for tap, weight in enumerate(weights))
    along = sum(weight * down[:, tap : tap + wide] for tap, weight in enumerate(weights))
    return np.asarray(along)


def _fading(high: int, wide: int) -> NDArray[np.float32]:
    """Return what is left of the light, from 0 at the border to 1 farther in: it is not cut off."""
    down, along = (
        np.minimum(np.arange(count), np.arange(count)[::-1]) + np.float32(0.5)
        for count in (high, wide)
    )
    nearest = np.minimum(down[:, np.newaxis], along) / np.float32(_FADES_OVER * _CELLS_WIDE)
    part = np.minimum(nearest, 1)
    return np.asarray(part * part * (3 - 2 * part), dtype=np.float32)


def _toned(
    spread: NDArray[np.float32], full: float, strength: NDArray[np.float32]
) -> NDArray[np.uint32]:
    """Return the premultiplied colors of sums of light, 0xAARRGGBB."""
    amount = spread[..., 0]
    shares = (1 - np.exp(-_STEEPNESS * amount / full)) / (1 - np.exp(-_STEEPNESS))
    alpha = strength * np.minimum(shares, 1)
    mixed = spread[..., 1:] / np.maximum(amount, 1e-9)[..., np.newaxis]
    last = len(ENCODED) - 1
    shown = ENCODED[np.clip(mixed * last, 0, last).astype(np.int32)].astype(np.float32)
    gray = shown.mean(axis=-1, keepdims=True)
    shown = np.clip(gray + _CHROMA * (shown - gray), 0, 255)
    parts = np.rint(shown * alpha[..., np.newaxis]).astype(np.uint32)
    packed = np.rint(255 * alpha).astype(np.uint32) << np.uint32(24)
    for channel, shift in enumerate((16, 8, 0)):
        packed |= parts[..., channel] << np.uint32(shift)
    return np.asarray(packed)


@serial_kernel
def _gather(positions: Any, matrix: Any, colors: Any, light: Any, sums: Any) -> None:
    """Add every point that has a color to its cell: one, and its light."""
    found = np.empty((3, _BLOCK), dtype=np.float32)
    rows, columns = sums.shape[0], sums.shape[1] // 4
    is_one = len(colors) == 1
    for start in range(0, len(positions), _BLOCK):
        stop = min(start + _BLOCK, len(positions))
        locate(positions[start:stop], matrix, columns, rows, 0.0, found)
        for i in range(start, stop):
            color = int(colors[0 if is_one else i])
            if found[2, i - start] == 0 or (color >> 24) < _LEAST_ALPHA:
                continue
            column, row = int(found[0, i - start]), int(found[1, i - start])
            if column >= columns or row >= rows:  # Rounded up to the border.
                continue
            at = 4 * column
            sums[row, at] += np.float32(1)
            sums[row, at + 1] += light[(color >> 16) & 0xFF]
            sums[row, at + 2] += light[(color >> 8) & 0xFF]
            sums[row, at + 3] += light[color & 0xFF]

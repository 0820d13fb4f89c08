"""Crowds of points drawn as a density: how many there are at each place, and of which colors.

Points of a crowd cover each other, so that a picture of them says where some are, not how many.
Here every cell of a fine grid counts its points and adds up their colors, as light. A slight
blur makes this smooth. The number decides how opaque a place is, on a logarithmic scale: of a
cloud whose middle is ten thousand times as dense as its outskirts, both are seen. The colors of a
place are mixed by their shares; the densest places are deeper still, toward black on a light
ground and toward white on a dark one, so that there is structure within what is opaque.

The most that the scale reaches is the density that one in five hundred of the cells with points
exceeds, not the greatest: one place with a thousand equal rows must not make all others pale.

A cell is a pixel of the picture before it is scaled for the screen: at two device pixels per
pixel, the blur is two of them wide, and nothing finer would survive it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Rows
from embedviz.core.compiled.checks import require_points
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.core.drawing.bands import work_in_halves
from embedviz.core.drawing.raster import (
    ALL_ROWS,
    CHANNELS,
    CameraMatrix,
    Colors,
    Image,
    Positions,
    locate,
    packed,
    spread,
)

_Numbers = NDArray[np.float32]

_BLOCK = 1024
_BLUR = 0.85
"""Standard deviation of the blur, in pixels before scaling."""
_BEYOND_FULL = 1 / 500
_STEPS = 256
# A positive float32 without its last 15 bits: eight bits of exponent and eight of the fraction.
_SHORT_BITS = 15
_LIGHT_STEPS = 4096


@dataclass(frozen=True)
class Tones:
    """Mapping of densities to colors.

    Attributes
    ----------
    deep : int
        0xAARRGGBB, what the colors of the densest places go toward.
    depth : float
        How far, 0 to 1.
    faintest : float
        The opacity of a place with a single point, 0 to 1.
    ramp : tuple of int
        0xAARRGGBB from the thinnest to the densest place, at least two; used instead of the
        colors of the points where these have only one.
    """

    deep: int = 0xFF000000
    depth: float = 0.4
    faintest: float = 0.2
    ramp: tuple[int, ...] = (0x40808080, 0xFF000000)


def draw_density(
    image: Image,
    positions: Positions,
    matrix: CameraMatrix,
    colors: Colors,
    tones: Tones,
    rows: Rows = ALL_ROWS,
    *,
    scale: float = 1.0,
    every: int = 1,
) -> None:
    """Draw how dense points are, mixing their colors. Arguments are those of `raster`.

    Parameters
    ----------
    colors : uint32 array of shape (n,) or (1,)
        A point counts as much as it is opaque. One color for all: `tones.ramp` is used.
    tones : Tones
    rows : int array
        Which points. Default: all.
    scale : float
        Pixels of the image per pixel of the picture before it is scaled for the screen.
    every : int
        Only one point in so many is looked at, at least 1, and counts for all of them: for a
        picture that is seen for a moment. Beyond 1, cells and blur are twice as wide, too.
    """
    require_points(positions, matrix, rows, colors=colors)
    if every > 1:
        rows = rows[::every] if len(rows) else np.arange(0, len(positions), every)
    if len(rows):
        positions = positions.take(rows, axis=0)
        colors = colors if len(colors) == 1 else colors.take(rows)
    cell = max(1, round(scale))
    weights = blur_weights(_BLUR * scale / cell)
    cell *= 1 if every == 1 else 2
    height, width = image.shape
    reach = len(weights) // 2
    cells = ceil(height / cell) + 2 * reach, ceil(width / cell) + 2 * reach
    channels = 1 if len(colors) == 1 else 4
    # Cells beyond the border, too, whose points are blurred into the picture.
    sums = np.zeros((cells[0], cells[1] * channels), dtype=np.float32)
    to_cells = matrix.copy()
    to_cells[:2] = matrix[:2] / cell + reach * matrix[2]
    _gather(positions, to_cells, colors, LIGHT, channels, sums)
    if every > 1:
        sums *= np.float32(every / 4)
    levels = _levels(sums, weights, channels, tones.faintest)
    toned = np.empty((cells[0] - 2 * reach, cells[1] - 2 * reach), dtype=np.uint32)
    by_ramp, by_mixture = _ramp_table(tones), _mix_table(tones)

    def tone(first: int, last: int) -> None:
        blurred, part = sums[first : last + 2 * reach], toned[first:last]
        if channels == 1:
            _tone_by_ramp(blurred, weights, levels, by_ramp, part)
        else:
            _tone_by_mixture(blurred, weights, levels, ENCODED, by_mixture, part)

    work_in_halves(tone, len(toned))
    work_in_halves(lambda first, last: draw_enlarged(toned, cell, image, first, last), height)


def compile_all() -> None:
    """Compile every kernel, or load it from the cache of an earlier start."""
    positions, matrix = np.zeros((2, 3), dtype=np.float32), np.eye(3, 4)
    matrix[2] = 0, 0, 0, 1
    image = np.zeros((4, 4), dtype=np.uint32)
    for count in (1, 2):
        draw_density(image, positions, matrix, np.zeros(count, dtype=np.uint32), Tones())


def blur_weights(deviation: float) -> _Numbers:
    """Return a Gaussian as far as two deviations, of sum 1."""
    reach = max(1, ceil(2 * deviation))
    weights = np.array([exp(-((k / deviation) ** 2) / 2) for k in range(-reach, reach + 1)])
    return np.asarray(weights / weights.sum(), dtype=np.float32)


def _levels(sums: _Numbers, weights: _Numbers, channels: int, faintest: float) -> NDArray[np.uint8]:
    """Return the level, 0 to 255, for each density, by its bits.

    Up to the middle of a single point, the level rises to the faintest.
    """
    single = float(weights.max() ** 2)
    counts = np.zeros(1 << (31 - _SHORT_BITS), dtype=np.int64)
    _count_densities(sums, weights, channels, counts)
    counts[: _bits_of(single / 64)] = 0  # The rims of the blur are not places.
    places = counts.sum()
    values = (np.arange(len(counts), dtype=np.int32) << _SHORT_BITS).view(np.float32)
    full = single
    if places:
        beyond = np.searchsorted(np.cumsum(counts), places * (1 - _BEYOND_FULL))
        full = max(float(values[min(beyond, len(values) - 1)]), 2 * single)
    first, last = _bits_of(single / 256), _bits_of(full)
    levels = np.zeros(len(counts), dtype=np.uint8)
    levels[last:] = _STEPS - 1
    between = values[first:last].astype(np.float64) / single
    shares = np.log1p(between) / np.log1p(full / single)
    shares = faintest * np.minimum(between, 1) + (1 - faintest) * shares
    levels[first:last] = np.rint((_STEPS - 1) * np.minimum(shares, 1))
    return levels


def _bits_of(value: float) -> int:
    return int(np.array(value, dtype=np.float32).view(np.int32)) >> _SHORT_BITS


def _ramp_table(tones: Tones) -> Colors:
    """Return the premultiplied color of each level; the first is clear."""
    ends = np.linspace(0, 1, len(tones.ramp))
    shares = np.linspace(0, 1, _STEPS)
    given = _channels(np.array(tones.ramp, dtype=np.uint32))
    alpha, red, green, blue = (np.interp(shares, ends, given[:, k]) for k in range(4))
    # From nothing to the first color within the first levels, which are rims of single points.
    alpha = alpha * np.minimum(shares / max(tones.faintest, 1e-6), 1)
    packed = np.rint(alpha).astype(np.uint32) << np.uint32(24)
    for shift, channel in ((16, red), (8, green), (0, blue)):
        packed |= np.rint(channel * alpha / 255).astype(np.uint32) << np.uint32(shift)
    return packed


def _mix_table(tones: Tones) -> _Numbers:
    """Return per level the opacity in 255ths, the part of the own color, and the deep color's."""
    shares = np.linspace(0, 1, _STEPS)
    part = tones.depth * np.clip(2 * shares - 1, 0, 1) ** 1.5
    deep = _channels(np.array([tones.deep], dtype=np.uint32))[0, 1:]
    table = np.empty((_STEPS, 5), dtype=np.float32)
    table[:, 0] = 255 * np.minimum(1.25 * shares, 1)
    table[:, 1] = 1 - part
    table[:, 2:] = part[:, np.newaxis] * deep
    return table


def _channels(colors: Colors) -> NDArray[np.float64]:
    shifts = np.array([24, 16, 8, 0], dtype=np.uint32)
    return ((colors[:, np.newaxis] >> shifts) & np.uint32(0xFF)).astype(np.float64)


def _linear_light() -> _Numbers:
    """Return the light of each 8-bit sRGB value (IEC 61966-2-1)."""
    value = np.arange(256) / 255
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return light.astype(np.float32)


def _encoded_light() -> _Numbers:
    """Return the sRGB value, 0 to 255, of light in even steps."""
    light = np.arange(_LIGHT_STEPS) / (_LIGHT_STEPS - 1)
    value = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return (255 * value).astype(np.float32)


LIGHT, ENCODED = _linear_light(), _encoded_light()


@serial_kernel
def _gather(positions: Any, matrix: Any, colors: Any, light: Any, channels: int, sums: Any) -> None:
    """Add every point to its cell: one, or its opacity and its light times that."""
    found = np.empty((3, _BLOCK), dtype=np.float32)
    rows, columns = sums.shape[0], sums.shape[1] // channels
    for start in range(0, len(positions), _BLOCK):
        stop = min(start + _BLOCK, len(positions))
        locate(positions[start:stop], matrix, columns, rows, 0.0, found)
        for i in range(start, stop):
            if found[2, i - start] == 0:
                continue
            column, row = int(found[0, i - start]), int(found[1, i - start])
            if column >= columns or row >= rows:  # Rounded up to the border.
                continue
            if channels == 1:
                sums[row, column] += np.float32(1)
                continue
            color = int(colors[i])
            weight = np.float32(color >> 24) * np.float32(1 / 255)
            at = 4 * column
            sums[row, at] += weight
            sums[row, at + 1] += weight * light[(color >> 16) & 0xFF]
            sums[row, at + 2] += weight * light[(color >> 8) & 0xFF]
            sums[row, at + 3] += weight * light[color & 0xFF]


@serial_kernel
def _blur_row(sums: Any, row: int, weights: Any, channels: int, down: Any, blurred: Any) -> None:
    """Blur down into one row and then along it; what is beyond the border is left out."""
    down[:] = 0
    for tap in range(len(weights)):
        weight = weights[tap]
        for at in range(len(down)):
            down[at] += weight * sums[row + tap, at]
    blurred[:] = 0
    for tap in range(len(weights)):
        weight = weights[tap]
        shift = tap * channels
        for at in range(len(blurred)):
            blurred[at] += weight * down[at + shift]


@serial_kernel
def _count_densities(sums: Any, weights: Any, channels: int, counts: Any) -> None:
    """Count how often each density is there, in every fourth row."""
    beyond = len(weights) - 1
    down = np.empty(sums.shape[1], dtype=np.float32)
    blurred = np.empty(sums.shape[1] - beyond * channels, dtype=np.float32)
    bits = blurred.view(np.int32)
    for row in range(0, sums.shape[0] - beyond, 4):
        _blur_row(sums, row, weights, channels, down, blurred)
        for at in range(0, len(bits), channels):
            counts[bits[at] >> _SHORT_BITS] += 1


@serial_kernel
def _tone_by_ramp(sums: Any, weights: Any, levels: Any, table: Any, toned: Any) -> None:
    rows, columns = toned.shape
    down = np.empty(sums.shape[1], dtype=np.float32)
    blurred = np.empty(columns, dtype=np.float32)
    for row in range(rows):
        _blur_row(sums, row, weights, 1, down, blurred)
        bits = blurred.view(np.int32)
        for column in range(columns):
            toned[row, column] = table[levels[bits[column] >> _SHORT_BITS]]


@serial_kernel
def _tone_by_mixture(
    sums: Any, weights: Any, levels: Any, encoded: Any, table: Any, toned: Any
) -> None:
    rows, columns = toned.shape
    last = np.float32(len(encoded) - 1)
    half, per_alpha = np.float32(0.5), np.float32(1 / 255)
    down = np.empty(sums.shape[1], dtype=np.float32)
    mixed = np.empty(4 * columns, dtype=np.float32)
    for row in range(rows):
        _blur_row(sums, row, weights, 4, down, mixed)
        bits = mixed.view(np.int32)
        for column in range(columns):
            at = 4 * column
            level = levels[bits[at] >> _SHORT_BITS]
            if level == 0:
                toned[row, column] = 0
                continue
            per_light = last / mixed[at]
            alpha, own = table[level, 0], table[level, 1]
            part = alpha * per_alpha
            red = encoded[np.int32(min(mixed[at + 1] * per_light, last))] * own + table[level, 2]
            green = encoded[np.int32(min(mixed[at + 2] * per_light, last))] * own + table[level, 3]
            blue = encoded[np.int32(min(mixed[at + 3] * per_light, last))] * own + table[level, 4]
            color = np.uint32(alpha + half) << np.uint32(24)
            color |= np.uint32(red * part + half) << np.uint32(16)
            color |= np.uint32(green * part + half) << np.uint32(8)
            toned[row, column] = color | np.uint32(blue * part + half)


@serial_kernel
def draw_enlarged(small: Any, factor: int, image: Any, first: int, last: int) -> None:
    """Draw a premultiplied picture over an image, each pixel `factor` wide, joined smoothly.

    Only the rows from the first to before the last are drawn.
    """
    width = image.shape[1]
    rows, columns = small.shape
    line = np.empty(columns + 1, dtype=np.uint64)
    for row in range(first, last):
        # In 16ths of a pixel of the small picture, from the middles of its pixels.
        place = max((2 * row + 1 - factor) * 8 // factor, 0)
        upper, down = min(place >> 4, rows - 1), place & 15
        lower = min(upper + 1, rows - 1)
        for column in range(columns):
            above, below = spread(int(small[upper, column])), spread(int(small[lower, column]))
            line[column] = ((above * (16 - down) + below * down) >> 4) & CHANNELS
        line[columns] = line[columns - 1]
        for column in range(width):
            place = max((2 * column + 1 - factor) * 8 // factor, 0)
            along = place & 15
            left, right = int(line[place >> 4]), int(line[(place >> 4) + 1])
            source = ((left * (16 - along) + right * along) >> 4) & CHANNELS
            alpha = source >> 48
            if alpha != 0:
                # Unsigned: the product of an opaque pixel has all 64 bits.
                share = np.uint64(256 - alpha - (alpha >> 7))
                under = np.uint64(spread(int(image[row, column]))) * share >> np.uint64(8)
                image[row, column] = packed(source + (int(under) & CHANNELS))

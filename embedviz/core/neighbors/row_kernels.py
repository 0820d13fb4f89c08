"""Sums over rows, in compiled loops: lengths, and products of 256 rows with 256 others."""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Flat, Matrix
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel

Pairs = NDArray[np.int64]
Exact = NDArray[np.float64]

TILE = 256
"""Rows and columns of a tile: 256 kB, beside the rows that it is made from, fit a cache."""

# Rows and dimensions that the innermost loop takes at once. Their 24 numbers stay in registers
# of AVX-512 and NEON; AVX2 has half of the registers and reads them from its nearest cache.
_ROWS, STEP = 4, 6
# Dimensions after which the next rows are taken; their columns fill half of the nearest cache.
_CHUNK = 4 * STEP
# Of float32, and how many of it come on top of a sum of products.
_ROUNDING, _FEW_ROUNDINGS = 2.0**-24, 8
# 1 − cosine below which it is taken from the difference: from the product, it has nine digits here.
CLOSE = 1e-4
# The square of the smallest angle between rows that are told apart.
_NO_ANGLE = 1e-28


def rounding_of_cosines(dimensions: int) -> float:
    """Return how far a cosine from sums of so many products in float32 is off at the most."""
    share = dimensions * _ROUNDING
    return share / (1.0 - share) + _FEW_ROUNDINGS * _ROUNDING if share < 0.5 else np.inf


@serial_kernel
def fill_tile(rows: Flat, columns: Flat, width: int, is_euclidean: bool, tile: Flat) -> None:
    """Compare 256 rows with 256 others: the higher the score, the nearer.

    Parameters
    ----------
    rows, columns : float32 arrays of shape (256 * width,)
        A panel of `packed_rows`, and one of `packed_columns`.
    width : int
    is_euclidean : bool
    tile : float32 array of shape (256 * 256,)
        Gets the products row by row, or the squared distances with a minus sign.
    """
    tile[:] = np.float32(0.0)
    for start in range(0, width, _CHUNK):
        end = min(start + _CHUNK, width)
        for i in range(0, TILE, _ROWS):
            some, found = rows[i * width : (i + _ROWS) * width], tile[i * TILE : (i + _ROWS) * TILE]
            if is_euclidean:
                _subtract_squares(some, columns, start, end, found)
            else:
                _add_products(some, columns, start, end, found)


# Written out, because only then all 24 numbers are in registers and the loop is vectorized.
@serial_kernel
def _add_products(rows: Flat, columns: Flat, start: int, end: int, found: Flat) -> None:
    width = len(rows) // _ROWS
    a, b, c, d = rows[:width], rows[width:], rows[2 * width :], rows[3 * width :]
    for k in range(start, end, STEP):
        part = columns[k * TILE : (k + STEP) * TILE]
        a0, a1, a2, a3, a4, a5 = a[k], a[k + 1], a[k + 2], a[k + 3], a[k + 4], a[k + 5]
        b0, b1, b2, b3, b4, b5 = b[k], b[k + 1], b[k + 2], b[k + 3], b[k + 4], b[k + 5]
        c0, c1, c2, c3, c4, c5 = c[k], c[k + 1], c[k + 2], c[k + 3], c[k + 4], c[k + 5]
        d0, d1, d2, d3, d4, d5 = d[k], d[k + 1], d[k + 2], d[k + 3], d[k + 4], d[k + 5]
        for j in range(TILE):
            x0, x1, x2 = part[j], part[TILE + j], part[2 * TILE + j]
            x3, x4, x5 = part[3 * TILE + j], part[4 * TILE + j], part[5 * TILE + j]
            found[j] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3 + a4 * x4 + a5 * x5
            found[TILE + j] += b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3 + b4 * x4 + b5 * x5
            found[2 * TILE + j] += c0 * x0 + c1 * x1 + c2 * x2 + c3 * x3 + c4 * x4 + c5 * x5
            found[3 * TILE + j] += d0 * x0 + d1 * x1 + d2 * x2 + d3 * x3 + d4 * x4 + d5 * x5


@serial_kernel
def _subtract_squares(rows: Flat, columns: Flat, start: int, end: int, found: Flat) -> None:
    width = len(rows) // _ROWS
    a, b, c, d = rows[:width], rows[width:], rows[2 * width :], rows[3 * width :]
    for k in range(start, end, STEP):
        part = columns[k * TILE : (k + STEP) * TILE]
        a0, a1, a2, a3, a4, a5 = a[k], a[k + 1], a[k + 2], a[k + 3], a[k + 4], a[k + 5]
        b0, b1, b2, b3, b4, b5 = b[k], b[k + 1], b[k + 2], b[k + 3], b[k + 4], b[k + 5]
        c0, c1, c2, c3, c4, c5 = c[k], c[k + 1], c[k + 2], c[k + 3], c[k + 4], c[k + 5]
        d0, d1, d2, d3, d4, d5 = d[k], d[k + 1], d[k + 2], d[k + 3], d[k + 4], d[k + 5]
        for j in range(TILE):
            x0, x1, x2 = part[j], part[TILE + j], part[2 * TILE + j]
            x3, x4, x5 = part[3 * TILE + j], part[4 * TILE + j], part[5 * TILE + j]
            found[j] -= _squares(a0 - x0, a1 - x1, a2 - x2, a3 - x3, a4 - x4, a5 - x5)
            found[TILE + j] -= _squares(b0 - x0, b1 - x1, b2 - x2, b3 - x3, b4 - x4, b5 - x5)
            found[2 * TILE + j] -= _squares(c0 - x0, c1 - x1, c2 - x2, c3 - x3, c4 - x4, c5 - x5)
            found[3 * TILE + j] -= _squares(d0 - x0, d1 - x1, d2 - x2, d3 - x3, d4 - x4, d5 - x5)


@serial_kernel
def _squares(a: float, b: float, c: float, d: float, e: float, f: float) -> float:
    return a * a + b * b + c * c + d * d + e * e + f * f


# Rows are handed over as slices: `flat[start + j]` might be negative for all the compiler knows,
# and then it does not vectorize.
@serial_kernel
def product(row: Flat, query: Matrix) -> float:
    """Return the product of a row with a query, from a float32 sum."""
    total = np.float32(0.0)
    for j in range(len(query)):
        total += row[j] * query[j]
    return np.float64(total)


@serial_kernel
def length_of(row: Flat) -> float:
    """Return the Euclidean length of a row, from a float64 sum."""
    total = 0.0
    for j in range(len(row)):
        value = np.float64(row[j])
        total += value * value
    return math.sqrt(total)


@serial_kernel
def cosine_distance(row: Flat, other: Flat, scale: float, other_scale: float) -> float:
    """Return 1 − cosine of two rows, from 0 to 2, right also where it is very small.

    Close rows are compared by the difference of the unit rows. That these are rounded turns a row
    by some 1e-16; so angles below 1e-14 are none, and a row is not told from a multiple of it.

    Parameters
    ----------
    row, other : float32 arrays of shape (n_dimensions,)
    scale, other_scale : float
        One over their lengths; 0 for a row of zeros, whose cosine is 0.
    """
    total = 0.0
    for k in range(len(row)):
        total += np.float64(row[k]) * np.float64(other[k])
    distance = 1.0 - total * scale * other_scale
    if distance < CLOSE:
        squares = 0.0
        for k in range(len(row)):
            difference = np.float64(row[k]) * scale - np.float64(other[k]) * other_scale
            squares += difference * difference
        return 0.0 if squares < _NO_ANGLE else 0.5 * squares
    # Not `min`, for NaN must stay NaN.
    return 2.0 if distance > 2.0 else distance


@parallel_kernel
def measure_rows(flat: Flat, stride: int, dimensions: int, lengths: NDArray[np.float64]) -> None:
    """Write the Euclidean length of each row, of its first dimensions, into `lengths`."""
    for i in numba.prange(len(lengths)):
        lengths[i] = length_of(flat[i * stride : i * stride + dimensions])

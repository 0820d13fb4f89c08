"""Unit rows in a byte a number, and how far each is from what its bytes say.

A row is made unit length, a center is subtracted, and each number of what is left becomes a whole
number from -127 to 127, times one scale for the row. What rounding takes away is measured row by
row, so that by the Cauchy-Schwarz inequality a product with the codes tells within which bounds
the product with the row lies: |r·p − s c·p| ≤ |r − s c| |p|. Where all rows point nearly the same
way, their mean is a good center: what is left is short, and so is what rounding takes away.

Codes are a quarter of the bytes of float32, and as many times quicker to read from the memory.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Flat, Matrix
from embedviz.core.blocks import row_blocks, strided_blocks
from embedviz.core.compiled.kernels import few_rows, parallel_kernel, serial_kernel
from embedviz.core.neighbors.row_kernels import Exact, length_of
from embedviz.core.progress import Report, silent

Codes = NDArray[np.int8]
Weights = NDArray[np.int16]

_LARGEST = 127
"""-128 is not used, so that codes are as many on either side of 0."""
_LARGEST_WEIGHT = 32767
# Rounds a float64 up, where it becomes a float32.
_UP = 1.0 + 2.0**-22
# A row that is so close to the center has no codes: its scale would be lost in float32.
_SHORTEST_SCALE = 1e-30
_ROUNDING = 2.0**-53
_NO_SIGN = 2**63 - 1


class Int8Codes(NamedTuple):
    """Rows r of unit length less a center as s c, which takes `n_dimensions` + 12 bytes a row."""

    codes: Codes
    """c: int8 array of shape (n_rows, n_dimensions), from -127 to 127."""
    scales: NDArray[np.float32]
    """s: float32 array of shape (n_rows,); NaN for a row that holds NaN or infinities."""
    errors: NDArray[np.float32]
    """No less than the length of r − s c, and NaN like the scale: float32 (n_rows,)."""
    squares: NDArray[np.float32]
    """The squared length of r, to the seven digits of float32; without a center 1, or 0 for a row
    of zeros: float32 (n_rows,)."""

    @property
    def nbytes(self) -> int:
        """How many bytes they take in memory."""
        return sum(each.nbytes for each in self)


def int8_codes(vectors: Matrix, center: Exact | None = None, report: Report = silent) -> Int8Codes:
    """Return rows of unit length, less a center, as bytes; in one pass over the rows.

    Parameters
    ----------
    vectors : float32 array of shape (n_rows, n_dimensions)
        Of any length, also such as no float32 product has room for, and in any memory layout. A
        prefix of longer rows is made unit length by itself.
    center : float64 array of shape (n_dimensions,), optional
        Default: the origin. A row of zeros stays zero before it is subtracted.
    report : Report
        Called every some megabytes.
    """
    n_rows, dimensions = vectors.shape
    center = np.zeros(dimensions) if center is None else np.ascontiguousarray(center, np.float64)
    codes = np.empty((n_rows, dimensions), dtype=np.int8)
    scales, errors, squares = np.empty((3, n_rows), dtype=np.float32)
    for first, part in row_blocks(vectors):
        report(first / n_rows, "vectors read")
        for block in strided_blocks(part):
            rows = slice(first + block.first, first + block.first + block.n_rows)
            parts = codes[rows], scales[rows], errors[rows], squares[rows]
            _encode(block.flat, block.stride, center, *parts)
    return Int8Codes(codes, scales, errors, squares)


class Int16Weights(NamedTuple):
    """A vector p as t w, to be multiplied with codes."""

    weights: Weights
    """w: int16 array of shape (n_dimensions,). No sum of products with codes overflows int32."""
    scale: float
    """t"""
    error: float
    """No less than the length of p − t w."""


def int16_weights(vector: NDArray[np.floating]) -> Int16Weights:
    """Return a vector, such as a query, in two bytes a number.

    Parameters
    ----------
    vector : array of shape (n_dimensions,)
        Finite, of a size that a float32 holds.
    """
    exact = np.asarray(vector, dtype=np.float64)
    peak = float(np.abs(exact).max(initial=0.0))
    if peak < _SHORTEST_SCALE:
        return Int16Weights(np.zeros(len(exact), np.int16), 0.0, math.sqrt(float(exact @ exact)))
    # Of the sum of all weights, half of each one may come by rounding.
    room = (2**31 - 1) / _LARGEST - 0.5 * len(exact)
    scale = max(peak / _LARGEST_WEIGHT, float(np.abs(exact).sum()) / max(room, 1.0))
    weights = np.rint(exact / scale)
    rest = exact - scale * weights
    error = math.sqrt(float(rest @ rest)) + peak * len(exact) * _ROUNDING
    return Int16Weights(weights.astype(np.int16), scale, error * _UP)


# Whole numbers are cut to 32 bits at each step: numba else sums 64 bits, at a fifth of the speed.
@serial_kernel
def code_product(codes: Codes, weights: Weights) -> np.int32:
    """Return the product of a row's codes with weights."""
    total = np.int32(0)
    for j in range(len(weights)):
        product = np.int32(np.int32(codes[j]) * np.int32(weights[j]))
        total = np.int32(total + product)
    return total


@parallel_kernel
def _encode(
    flat: Flat,
    stride: int,
    center: Exact,
    codes: Codes,
    scales: Flat,
    errors: Flat,
    squares: Flat,
) -> None:
    n_rows, dimensions = codes.shape
    # Of the row and its length, by the roundings of float64.
    rounding = (dimensions + 8) * _ROUNDING
    pieces = min(64, n_rows)
    for piece in numba.prange(pieces):
        rest = np.empty(dimensions, dtype=np.float64)
        for i in range(piece * n_rows // pieces, (piece + 1) * n_rows // pieces):
            row = flat[i * stride : i * stride + dimensions]
            length = length_of(row)
            if not length < np.inf:
                codes[i] = 0
                scales[i] = errors[i] = squares[i] = np.nan
                continue
            square = _subtract(row, 0.0 if length == 0.0 else 1.0 / length, center, rest)
            scale = np.float32(_peak(rest) / _LARGEST)
            scale = scale if scale > _SHORTEST_SCALE else np.float32(0.0)
            error = _round(rest, np.float64(scale), codes[i])
            scales[i] = scale
            errors[i] = np.float32((math.sqrt(error) + rounding) * _UP)
            squares[i] = np.float32(square)


@serial_kernel
def _subtract(row: Flat, scale: float, center: Exact, rest: Exact) -> float:
    square = 0.0
    for j in range(len(rest)):
        value = np.float64(row[j]) * scale - center[j]
        rest[j] = value
        square += value * value
    return square


@serial_kernel
def _peak(rest: Exact) -> float:
    # Numbers from 0 up are in the order of their bits, whose maximum is vectorized.
    bits = rest.view(np.int64)
    peak = np.zeros(1, dtype=np.int64)
    largest = np.int64(0)
    for j in range(len(bits)):
        largest = max(largest, bits[j] & _NO_SIGN)
    peak[0] = largest
    return float(peak.view(np.float64)[0])


@serial_kernel
def _round(rest: Exact, scale: float, codes: Codes) -> float:
    """Write the nearest codes; return the square of what is lost."""
    inverse = 0.0 if scale == 0.0 else 1.0 / scale
    lost = 0.0
    for j in range(len(rest)):
        # Cut off above 0, which is quicker than rounding.
        code = np.int32(rest[j] * inverse + 128.5) - np.int32(128)
        codes[j] = code
        difference = rest[j] - scale * code
        lost += difference * difference
    return lost


def compile_all() -> None:
    """Run the kernels once."""
    int8_codes(few_rows())

"""Scores of codes against the code of a query, row by row, with the best rows picked on the way.

Each kernel walks codes of one kind. Those of whole numbers and signs are exact, whatever the order
of the sums; halves are widened as they are read, without a table: their bits, moved to where
float32 has them, are the number over 2 to the power 112, which the query makes good. So numbers
below the least normal half come right as well.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Flat, Rows
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel
from embedviz.core.neighbors.top_k import TILE, Scores, keep_best_of

WIDENED = 2.0**112
"""What a query against halves is multiplied by, first."""

_EVEN = np.uint64(0x5555555555555555)
_PAIRS = np.uint64(0x3333333333333333)
_NIBBLES = np.uint64(0x0F0F0F0F0F0F0F0F)
_ONES = np.uint64(0x0101010101010101)
_1, _2, _4, _56 = np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56)


@parallel_kernel
def score_halves(
    codes: NDArray[np.uint16],
    scales: Scores,
    query: Flat,
    bounds: Rows,
    scores: Scores,
    rows: Rows,
    kept: Rows,
) -> None:
    """Offer the rows of halves to the heaps of `Candidates`; the query is float32 × `WIDENED`."""
    for piece in numba.prange(len(bounds) - 1):
        tile = np.empty(TILE, dtype=np.float32)
        bits = np.empty(codes.shape[1], dtype=np.int32)
        held = 0
        for first in range(bounds[piece], bounds[piece + 1], TILE):
            found = tile[: min(TILE, bounds[piece + 1] - first)]
            for i in range(len(found)):
                total = _product_of_halves(codes[first + i], bits, query)
                found[i] = total * scales[first + i]
            held = keep_best_of(found, first, scores[piece], rows[piece], held)
        kept[piece] = held


@serial_kernel
def _product_of_halves(
    code: NDArray[np.uint16], bits: NDArray[np.int32], query: Flat
) -> np.float32:
    for k in range(len(code)):
        half = np.int32(code[k])
        bits[k] = ((half & 0x8000) << 16) | ((half & 0x7FFF) << 13)
    numbers = bits.view(np.float32)
    total = np.float32(0.0)
    for k in range(len(query)):
        total += numbers[k] * query[k]
    return total


@parallel_kernel
def score_whole_numbers(
    codes: NDArray[np.int8],
    scales: Scores,
    query: NDArray[np.int8],
    bounds: Rows,
    scores: Scores,
    rows: Rows,
    kept: Rows,
) -> None:
    """Offer the rows of whole numbers to the heaps of `Candidates`."""
    for piece in numba.prange(len(bounds) - 1):
        tile = np.empty(TILE, dtype=np.float32)
        held = 0
        for first in range(bounds[piece], bounds[piece + 1], TILE):
            found = tile[: min(TILE, bounds[piece + 1] - first)]
            for i in range(len(found)):
                total = _product_of_whole_numbers(codes[first + i], query)
                found[i] = np.float32(np.float64(total) * np.float64(scales[first + i]))
            held = keep_best_of(found, first, scores[piece], rows[piece], held)
        kept[piece] = held


@serial_kernel
def _product_of_whole_numbers(code: NDArray[np.int8], query: NDArray[np.int8]) -> np.int32:
    total = np.int32(0)  # Of 133,000 dimensions the sum would no longer fit.
    for k in range(len(query)):
        total += np.int32(code[k]) * np.int32(query[k])
    return total


@parallel_kernel
def score_signs(
    codes: NDArray[np.uint64],
    scales: Scores,
    query: NDArray[np.uint64],
    dimensions: int,
    bounds: Rows,
    scores: Scores,
    rows: Rows,
    kept: Rows,
) -> None:
    """Offer the rows of signs to the heaps of `Candidates`, by signs that agree less others."""
    for piece in numba.prange(len(bounds) - 1):
        tile = np.empty(TILE, dtype=np.float32)
        held = 0
        for first in range(bounds[piece], bounds[piece + 1], TILE):
            found = tile[: min(TILE, bounds[piece + 1] - first)]
            for i in range(len(found)):
                differ = _differing_signs(codes[first + i], query)
                found[i] = np.float32(dimensions - 2 * differ) * scales[first + i]
            held = keep_best_of(found, first, scores[piece], rows[piece], held)
        kept[piece] = held


@serial_kernel
def _differing_signs(code: NDArray[np.uint64], query: NDArray[np.uint64]) -> np.int64:
    total = np.int64(0)
    for k in range(len(query)):
        word = code[k] ^ query[k]
        word = word - ((word >> _1) & _EVEN)
        word = (word & _PAIRS) + ((word >> _2) & _PAIRS)
        word = (word + (word >> _4)) & _NIBBLES
        total += np.int64((word * _ONES) >> _56)
    return total

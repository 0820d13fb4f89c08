"""The few rows that may be the nearest on a prefix, from marks and a copy at half the size.

**How far a score is off.** Let x be the prefix of a row, x' what marks and copy say of it, and E
the length of their difference. The unit vectors of both differ by at most 2 E / (|x| + |x'|)
(Dunkl and Williams, A simple norm inequality, 1964), and so do the cosines with any query. Since
|x| ≥ |x'| − E, with h = E / |x'| this is at most h / (1 − h/2) ≤ h + h² for h ≤ 1; for a larger h,
h + h² is 2 or more, which no two cosines differ by. A number of the copy is off by half of its
scale s at the most, and by the rounding of the division, so of r numbers E is at most 0.505 √r s;
what marks say differs from x only by the rounding of sums. To this comes the rounding of a sum of
k products in float32 (`rounding_of_cosines`) and of the few operations here.

**Which rows may be the nearest.** Each row has an upper and a lower bound of its cosine. At least
`count` rows have cosines from the `count`-th largest lower bound up, so no row whose upper bound is
below that is among the nearest. The others are compared in float64. Rows of which float32 says
nothing, because they are too long or too short, are always compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numba
import numpy as np

from embedviz.core.arrays import Flat, Matrix, Rows
from embedviz.core.blocks import ScoreBlock, read_only, strided_blocks
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel, threads_for
from embedviz.core.matryoshka.prefix_marks import STEP, Marks, Whole
from embedviz.core.neighbors.exact_cosines import LONGEST, SHORTEST
from embedviz.core.neighbors.row_kernels import rounding_of_cosines
from embedviz.core.neighbors.top_k import (
    FEW_PRODUCTS,
    TILE,
    Candidates,
    Scores,
    keep_best_of,
)

# Roundings of the operations below, and of the distances by which the nearest are ranked.
_FEW_ROUNDINGS = 24 * 2.0**-24
# Of a scale: how far a number of the copy is off, with what is rounded on the way to it.
_HALF = 0.505
_NOT_COPIED = np.empty(0, dtype=np.int16)
_NO_ROWS = read_only(np.empty(0, dtype=np.float32))
# Tiles of which rows are first taken for a comparison; then twice as many, and so on.
_FIRST_TILES = 32


@dataclass(frozen=True, eq=False)
class _Part:
    """Adjacent rows, what kernels are told of them, and the largest upper bound of each tile."""

    first: int
    given: tuple[Flat, int, Whole, Scores, Matrix, Scores, Scores, float, float]
    peaks: Scores


class PrefixBounds:
    """Bounds of the cosines of all rows with a query on one prefix.

    Parameters
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
    marks : Marks
        Of the vectors.
    query : float32 array of shape (dimensions,)
        The prefix of a query.
    scale : float
        One over its length; 0 where it is zero.
    products : float32 array of shape (1 + n_dimensions // 16, n_vectors)
        Of the rows with the whole query.
    """

    def __init__(
        self, vectors: Matrix, marks: Marks, query: Matrix, scale: float, products: Matrix
    ) -> None:
        self._vectors, self._marks, self._products = vectors, marks, products
        self._query, self._scale = query, scale
        self._rounding = rounding_of_cosines(len(query)) + _FEW_ROUNDINGS
        self._parts: list[_Part] = []

    def fill(self, found: Candidates) -> None:
        """Offer the lower bounds of all rows to heaps of candidates."""
        known = len(self._query) // STEP
        rest = len(self._query) - known * STEP
        with threads_for(len(self._vectors) * (2 + rest), few=FEW_PRODUCTS):
            for block in self._blocks(known, rest):
                part = self._part(block, known, rest)
                self._parts.append(part)
                bounds, scores, rows, kept = found.heaps_for(block)
                # Whole tiles only.
                bounds[1:-1] = bounds[1:-1] // TILE * TILE
                _screen(*part.given, part.peaks, bounds, scores, rows, kept)

    def rows_from(self, least: float) -> Iterator[Rows]:
        """Yield, ascending and some at a time, the rows whose upper bounds reach a cosine."""
        for part in self._parts:
            tiles = np.flatnonzero(part.peaks >= least)
            first, size = 0, _FIRST_TILES
            while first < len(tiles):
                some = tiles[first : first + size]
                rows = np.empty(TILE * len(some), dtype=np.intp)
                n_rows = _take_rows(*part.given, some, least, rows)
                yield rows[:n_rows] + part.first
                first, size = first + size, 2 * size

    def _blocks(self, known: int, rest: int) -> Iterator[ScoreBlock]:
        if rest and known >= len(self._marks.copy):
            return strided_blocks(self._vectors[:, known * STEP : known * STEP + rest], TILE)
        n_vectors = len(self._vectors)
        return iter([ScoreBlock(0, n_vectors, _NO_ROWS, 0)] if n_vectors else [])

    def _part(self, block: ScoreBlock, known: int, rest: int) -> _Part:
        is_copied = rest and known < len(self._marks.copy)
        given = (
            block.flat,
            block.stride,
            self._marks.copy[known] if is_copied else _NOT_COPIED,
            self._marks.scales[known] if is_copied else self._marks.lengths[0],
            self._query[known * STEP :],
            self._products[known, block.rows],
            self._marks.lengths[known, block.rows],
            self._scale,
            self._rounding,
        )
        peaks = np.empty(-(-block.n_rows // TILE), dtype=np.float32)
        return _Part(block.first, given, peaks)


@parallel_kernel
def _screen(  # noqa: PLR0913 - one pass
    flat: Flat,
    stride: int,
    copy: Whole,
    scales: Scores,
    query: Matrix,
    products: Scores,
    lengths: Scores,
    scale: float,
    rounding: float,
    peaks: Scores,
    bounds: Rows,
    scores: Scores,
    rows: Rows,
    kept: Rows,
) -> None:
    for piece in numba.prange(len(bounds) - 1):
        kept[piece] = _screen_piece(
            flat, stride, copy, scales, query, products, lengths, scale, rounding, peaks,
            bounds[piece], bounds[piece + 1], scores[piece], rows[piece],
        )  # fmt: skip


# In a function of its own, because what is within `prange` takes much longer to compile.
@serial_kernel
def _screen_piece(  # noqa: PLR0913 - as `_screen`
    flat: Flat,
    stride: int,
    copy: Whole,
    scales: Scores,
    query: Matrix,
    products: Scores,
    lengths: Scores,
    scale: float,
    rounding: float,
    peaks: Scores,
    begin: int,
    end: int,
    scores: Scores,
    rows: Rows,
) -> int:
    room = np.empty((5, TILE), dtype=np.float32)
    held = 0
    for first in range(begin, end, TILE):
        last = min(first + TILE, end)
        upper, lower = room[3, : last - first], room[4, : last - first]
        _bound_tile(
            flat, stride, copy, scales, query, products, lengths, scale, rounding, first, room,
            upper, lower,
        )  # fmt: skip
        peak = upper[0]
        for i in range(len(upper)):
            peak = upper[i] if upper[i] > peak else peak
        peaks[first // TILE] = peak
        held = keep_best_of(lower, first, scores, rows, held)
    return held


@serial_kernel
def _take_rows(  # noqa: PLR0913 - as `_screen`
    flat: Flat,
    stride: int,
    copy: Whole,
    scales: Scores,
    query: Matrix,
    products: Scores,
    lengths: Scores,
    scale: float,
    rounding: float,
    tiles: Rows,
    least: float,
    taken: Rows,
) -> int:
    room = np.empty((5, TILE), dtype=np.float32)
    n_taken = 0
    for tile in tiles:
        first = tile * TILE
        size = min(TILE, len(lengths) - first)
        upper, lower = room[3, :size], room[4, :size]
        _bound_tile(
            flat, stride, copy, scales, query, products, lengths, scale, rounding, first, room,
            upper, lower,
        )  # fmt: skip
        for i in range(size):
            if upper[i] >= least:
                taken[n_taken] = first + i
                n_taken += 1
    return n_taken


@serial_kernel
def _bound_tile(  # noqa: PLR0913 - as `_screen`
    flat: Flat,
    stride: int,
    copy: Whole,
    scales: Scores,
    query: Matrix,
    products: Scores,
    lengths: Scores,
    scale: float,
    rounding: float,
    first: int,
    room: Matrix,
    upper: Scores,
    lower: Scores,
) -> None:
    last = first + len(upper)
    product, length, error = room[0, : len(upper)], room[1, : len(upper)], room[2, : len(upper)]
    known_products, known_lengths = products[first:last], lengths[first:last]
    for i in range(len(upper)):
        product[i], length[i] = known_products[i], known_lengths[i]
        error[i] = np.float32(0.0)
    if len(copy):
        _add_copied(copy[first * STEP :], scales[first:last], query, product, length, error)
    elif len(query):
        _add_rows(flat[first * stride :], stride, query, product, length)
    for i in range(len(upper)):
        # Not `/`, of which numba makes a branch for zero, so that nothing is vectorized.
        inverse = np.divide(np.float32(1.0), length[i])
        share = error[i] * inverse
        slack = share + share * share + np.float32(rounding)
        value = np.float32(scale) * (product[i] * inverse)
        is_told = length[i] >= np.float32(SHORTEST) and length[i] <= np.float32(LONGEST)
        high = value + slack if is_told else np.float32(np.inf)
        low = value - slack if is_told else np.float32(-np.inf)
        is_zero = length[i] == 0.0 and error[i] == 0.0
        high = np.float32(rounding) if is_zero else high
        low = np.float32(-rounding) if is_zero else low
        upper[i] = np.float32(-np.inf) if length[i] != length[i] else high
        lower[i] = low


@serial_kernel
def _add_copied(
    copy: Whole, scales: Scores, query: Matrix, product: Scores, length: Scores, error: Scores
) -> None:
    """Add to products and lengths what the copy says; tell how far the rows may be off."""
    sums = np.zeros(TILE, dtype=np.float32)
    squares = np.zeros(TILE, dtype=np.float32)
    j = 0
    while j + 4 <= len(query):
        a, b = query[j], query[j + 1]
        c, d = query[j + 2], query[j + 3]
        four = copy[j * TILE : (j + 4) * TILE]
        for i in range(TILE):
            w, x = np.float32(four[i]), np.float32(four[TILE + i])
            y, z = np.float32(four[2 * TILE + i]), np.float32(four[3 * TILE + i])
            sums[i] += a * w + b * x + c * y + d * z
            squares[i] += w * w + x * x + y * y + z * z
        j += 4
    while j < len(query):
        a = query[j]
        one = copy[j * TILE : (j + 1) * TILE]
        for i in range(TILE):
            w = np.float32(one[i])
            sums[i] += a * w
            squares[i] += w * w
        j += 1
    half = np.float32(_HALF * math.sqrt(len(query)))
    for i in range(len(product)):
        s, known = scales[i], length[i]
        # Over the larger of both, so that no square overflows or vanishes.
        most = s if s > known else known
        inverse = np.divide(np.float32(1.0), most) if most > 0.0 else np.float32(0.0)
        before, added = known * inverse, s * inverse
        whole = most * np.sqrt(before * before + squares[i] * (added * added))
        product[i] += s * sums[i]
        error[i] = half * s
        # Numbers that are not finite may come after the prefix: such a row is compared. One that
        # held them at the mark is nobody's neighbor.
        length[i] = np.float32(np.inf) if s != s and known == known else whole


@serial_kernel
def _add_rows(flat: Flat, stride: int, query: Matrix, product: Scores, length: Scores) -> None:
    for i in range(len(product)):
        row = flat[i * stride : i * stride + len(query)]
        total = product[i]
        square = np.float64(length[i]) * np.float64(length[i])
        for j in range(len(query)):
            total += row[j] * query[j]
            square += np.float64(row[j]) * np.float64(row[j])
        product[i] = total
        length[i] = np.float32(math.sqrt(square))

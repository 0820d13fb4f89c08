"""Bounds of a search from int8 codes, so that only a few rows are compared exactly.

A search reads all vectors, and reading is what takes its time. A byte a number is a quarter of
that. By `int8_codes` each row is known but for an error of known length, so each score is known
to lie between two bounds: a row whose upper bound is below the `count`-th best lower bound is not
among the nearest. What is left, mostly some tens of a million, is compared as without codes, so
that the answer is the same to the last bit.

**The bounds.** Let u be a row of unit length, m the center, r = u − m, and p the query of unit
length less the center. Then 1 − cos = |u − q|² / 2 = |p|² / 2 − (r·p − |r|² / 2), in which |p| is
the same for all rows. With codes c, r·p is off by no more than |r − s c| |p|, and by the rounding
of the query. Both factors are short where rows and query are near the center: also in a narrow
cone, where cosines differ in late digits only, the bounds are as tight, beside what tells the
rows apart, as around the origin. A row of zeros has the cosine 0, so another half is taken off.
Dot products and distances follow from cosines and lengths.

**Roundings.** Sums are in float64 or in whole numbers, bounds in float32; so are the scores of the
exact search, whose order is the one that counts. All that is off by a few times 2⁻²⁴ of
|r|² + |p|² at the most. Sixteen times as much is added to each bound, which is little beside the
error of the codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numba
import numpy as np

from embedviz.core.arrays import Flat, Matrix, Rows
from embedviz.core.blocks import ScoreBlock, read_only, row_blocks, strided_blocks
from embedviz.core.compiled.kernels import few_rows, parallel_kernel, threads_for
from embedviz.core.neighbors.exact_cosines import are_ordinary
from embedviz.core.neighbors.int8_codes import (
    Codes,
    Weights,
    code_product,
    int8_codes,
    int16_weights,
)
from embedviz.core.neighbors.row_kernels import Exact, product, rounding_of_cosines
from embedviz.core.neighbors.top_k import (
    COSINE,
    DOT,
    EUCLIDEAN,
    FEW_PRODUCTS,
    TILE,
    Candidates,
    Scores,
    cosine,
    keep_best_of,
    scaled_query,
)
from embedviz.core.progress import Report, silent

_CENTER_ROWS, _CENTER_NUMBERS = 4096, 4_000_000
"""From so many rows, evenly spread, the center is taken: any one will do, a mean is a good one."""
_SLACK = 2.0**-20
_TINIEST = 1e-37
"""Bounds are that far apart at least: smaller numbers lose digits in float32."""
_SMALLEST = 2.0**-149
_ROUNDING = 2.0**-53
_MOST_DIMENSIONS = 1_000_000
"""With more, the roundings of float64 would matter."""
_FEW_ROWS = 512
"""So many rows are compared exactly at once; of more, float32 first tells which may be near."""
_MOST_COUNTED = 64
"""Of that many rows, one may be asked for: a longer list has bounds that leave too much."""
_MOST_LEFT, _MOST_COMPARED = 0.4, 0.02
"""Shares of the rows that bounds may leave for float32, and these for exact comparison: where it
is more, a search without codes is about as quick."""


class _Scale(NamedTuple):
    """How a score follows from a cosine: it is a times the cosine, or 1 less, minus b.

    For cosines a is 1; for dot products it is the row's length. A squared distance, with a minus
    sign, is a (cosine − 1) − b, in which a is twice the product of the lengths, and b the square
    of their difference.
    """

    metric: int
    unit: float
    """Lengths are divided by this."""
    query_length: float
    """In the unit."""
    rounding: float
    """Of the scores of the exact search, and of these: a share of a."""
    tiniest: float
    """Rounding beside, whatever a and b are."""

    def bounds(self, cosines: Exact, lengths: Exact, rounding: float) -> tuple[Exact, Exact]:
        """Return lower and upper bounds of scores, from cosines that are off by some rounding."""
        if self.metric == COSINE:
            return cosines - rounding, cosines + rounding
        lengths = lengths / self.unit
        factors, less = lengths, np.zeros(len(lengths))
        if self.metric == EUCLIDEAN:
            factors = 2.0 * self.query_length * lengths
            less = np.square(lengths - self.query_length)
            cosines = cosines - 1.0
        scores = factors * cosines - less
        widths = factors * (rounding + self.rounding) + _SLACK * less + self.tiniest
        return scores - widths, scores + widths


class Screen:
    """Codes of a set, and which rows they leave for a query.

    They take a byte a number and 20 bytes a row, and are made in one pass.

    Parameters
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
    lengths : float64 array of shape (n_vectors,)
        Of the rows.
    report : Report
    """

    def __init__(self, vectors: Matrix, lengths: Exact, report: Report = silent) -> None:
        self._vectors, self._lengths = vectors, lengths
        self._center = _center_of(vectors)
        made = int8_codes(vectors, self._center, report)
        self._codes, self._scales, self._errors, self._halves = made
        self._halves *= np.float32(0.5)
        self._halves[lengths == 0.0] += np.float32(0.5)
        self._is_ordinary = are_ordinary(lengths)
        self._is_finite = not np.isinf(lengths).any()
        self._longest = float(lengths[np.isfinite(lengths)].max(initial=0.0))

    def rows_near(
        self, query: Matrix, metric: int, count: int, exclude: Iterable[int] = ()
    ) -> Rows | None:
        """Return the rows that may be among the nearest, in their order; few of all.

        Parameters
        ----------
        query : float32 array of shape (n_dimensions,)
            Finite.
        metric : int
            `COSINE`, `DOT` or `EUCLIDEAN`.
        count : int
        exclude : iterable of int

        Returns
        -------
        int array or None
            All of the nearest rows are among them, those that tie with the last one too. None
            where bounds do not help: ask all rows.
        """
        n_vectors, excluded = len(self._vectors), list(exclude)
        scale = self._scale(query, metric)
        if scale is None or not can_help(n_vectors, count + len(excluded)):
            return None
        uppers = np.empty(n_vectors, dtype=np.float32)
        found = Candidates(n_vectors, count, excluded)
        self._bound(query, scale, uppers, found)
        _, lowers = found.best()
        if len(lowers) < count:
            return None
        left = _without(np.flatnonzero(uppers >= lowers[-1]), excluded)
        if len(left) > _FEW_ROWS + 2 * count:
            if len(left) > _MOST_LEFT * n_vectors or not self._is_ordinary:
                return None
            left = self._narrowed(left, query, scale, count)
        return left if len(left) <= max(_FEW_ROWS + 2 * count, _MOST_COMPARED * n_vectors) else None

    def compile_for(self, query: Matrix, metric: int) -> None:
        """Run all kernels once, also where there are too few rows for them."""
        scale = self._scale(query, metric)
        assert scale is not None
        n_vectors = len(self._vectors)
        self._bound(query, scale, np.empty(n_vectors, np.float32), Candidates(n_vectors, 1, ()))
        self._narrowed(np.arange(n_vectors), query, scale, 1)

    def _scale(self, query: Matrix, metric: int) -> _Scale | None:
        exact = query.astype(np.float64)
        length, dimensions = float(np.sqrt(exact @ exact)), len(query)
        if not length or dimensions > _MOST_DIMENSIONS:
            return None
        if metric == COSINE:
            return _Scale(metric, 1.0, 1.0, 0.0, 0.0)
        # What overflows, or has infinite numbers, is at an infinite distance, and that counts.
        if not (self._is_ordinary and self._is_finite and are_ordinary(np.array([length]))):
            return None
        if metric == DOT:
            largest = self._longest * length
            if not 0.0 < largest < 1e38:
                return None
            lost = dimensions * _SMALLEST / self._longest + _SMALLEST / largest
            rounding = rounding_of_cosines(dimensions) + _SLACK
            return _Scale(metric, self._longest, 1.0, rounding, _TINIEST + 2.0 * lost)
        unit = max(self._longest, length)
        # Lengths are in float64, and the distances of the exact search at the end in float32.
        lost = (2.0 * (dimensions + 8) * _ROUNDING) ** 2 / _SLACK + (1e-41 / unit) ** 2
        return _Scale(metric, unit, length / unit, 0.0, _TINIEST + lost)

    def _bound(self, query: Matrix, scale: _Scale, uppers: Scores, found: Candidates) -> None:
        """Fill the upper bounds of all rows, and the candidates by their lower bounds."""
        n_vectors, dimensions = self._codes.shape
        exact = query.astype(np.float64)
        exact /= np.sqrt(exact @ exact)
        exact -= self._center
        weights, step, lost = int16_weights(exact)
        square = float(exact @ exact)
        # Of unit rows and the unit query, by float64.
        rounding = (dimensions + 8) * _ROUNDING
        widths = np.array(
            [
                np.sqrt(square) + 2.0 * rounding,
                # Codes are from -127 to 127, which bounds their length.
                127.0 * np.sqrt(dimensions) * (lost + rounding),
                _SLACK * 0.5 * square + rounding * rounding / 2.0**-24 + 1e-28,
            ]
        )
        whole = ScoreBlock(0, n_vectors, self._scales, 1)
        with threads_for(self._codes.size // 16, few=FEW_PRODUCTS):
            _bound_rows(
                self._codes,
                weights,
                step,
                self._scales,
                self._errors,
                self._halves,
                self._lengths,
                widths,
                (1.0 if scale.metric == DOT else 0.0) - 0.5 * square,
                scale,
                uppers,
                *found.heaps_for(whole),
            )

    def _narrowed(self, left: Rows, query: Matrix, scale: _Scale, count: int) -> Rows:
        """Return those of some rows that products in float32 leave."""
        scaled, _ = scaled_query(query)
        length = float(np.linalg.norm(scaled.astype(np.float64)))
        cosines = np.empty(len(left), dtype=np.float32)
        with threads_for(len(left) * len(query), few=FEW_PRODUCTS):
            for block in strided_blocks(self._vectors):
                start, end = np.searchsorted(left, [block.first, block.first + block.n_rows])
                _compare_rows(
                    block.flat,
                    block.stride,
                    left[start:end] - block.first,
                    scaled,
                    1.0 / length,
                    self._lengths[block.rows],
                    cosines[start:end],
                )
        rounding = rounding_of_cosines(len(query)) + _SLACK
        lowers, uppers = scale.bounds(cosines.astype(np.float64), self._lengths[left], rounding)
        least = np.partition(lowers, len(lowers) - count)[len(lowers) - count]
        near: Rows = left[uppers >= least]
        return near


def can_help(n_vectors: int, count: int) -> bool:
    """Return whether so many of the rows, excluded ones included, are few enough for bounds."""
    return 0 < count * _MOST_COUNTED < n_vectors


def _center_of(vectors: Matrix) -> Exact:
    n_vectors, dimensions = vectors.shape
    wanted = max(1, min(_CENTER_ROWS, _CENTER_NUMBERS // max(1, dimensions), n_vectors))
    rows = vectors[np.arange(wanted) * n_vectors // wanted] if n_vectors else vectors
    total, n_summed = np.zeros(dimensions), 0
    for _, part in row_blocks(rows):
        exact = part.astype(np.float64)
        lengths = np.sqrt(np.einsum("ij,ij->i", exact, exact))
        known = np.isfinite(lengths) & (lengths > 0.0)
        total += (exact[known] / lengths[known, np.newaxis]).sum(axis=0)
        n_summed += int(known.sum())
    return total / max(1, n_summed)


def _without(rows: Rows, excluded: list[int]) -> Rows:
    return rows[~np.isin(rows, excluded)] if excluded else rows


@parallel_kernel
def _bound_rows(  # noqa: PLR0913 - one pass
    codes: Codes,
    weights: Weights,
    step: float,
    scales: Scores,
    errors: Scores,
    halves: Scores,
    lengths: Exact,
    widths: Exact,
    constant: float,
    scale: _Scale,
    uppers: Scores,
    bounds: Rows,
    scores: Scores,
    rows: Rows,
    kept: Rows,
) -> None:
    per_error, per_scale, fixed = widths[0], widths[1], widths[2]
    metric, unit, other = scale.metric, scale.unit, scale.query_length
    rounding, tiniest = scale.rounding, scale.tiniest
    for piece in numba.prange(len(bounds) - 1):
        tile = np.empty(TILE, dtype=np.float32)
        held = 0
        for first in range(bounds[piece], bounds[piece + 1], TILE):
            last = min(first + TILE, bounds[piece + 1])
            lowers = tile[: last - first]
            for i in range(first, last):
                score = scales[i] * (step * code_product(codes[i], weights)) - halves[i]
                width = per_error * errors[i] + per_scale * scales[i] + _SLACK * halves[i] + fixed
                if metric != COSINE:
                    length = lengths[i] / unit
                    factor, less = length, 0.0
                    if metric == EUCLIDEAN:
                        factor, less = 2.0 * other * length, (length - other) ** 2
                    score = factor * (constant + score) - less
                    width = factor * (width + rounding) + _SLACK * less + tiniest
                lowers[i - first] = score - width
                uppers[i] = score + width
            held = keep_best_of(lowers, first, scores[piece], rows[piece], held)
        kept[piece] = held


@parallel_kernel
def _compare_rows(
    flat: Flat,
    stride: int,
    listed: Rows,
    query: Matrix,
    scale: float,
    lengths: Exact,
    cosines: Scores,
) -> None:
    for j in numba.prange(len(listed)):
        row = flat[listed[j] * stride : listed[j] * stride + len(query)]
        cosines[j] = cosine(scale * product(row, query), lengths[listed[j]])


def compile_all() -> None:
    """Run the kernels once."""
    vectors = read_only(few_rows())
    screen = Screen(vectors, np.linalg.norm(vectors.astype(np.float64), axis=1))
    for metric in (COSINE, DOT, EUCLIDEAN):
        screen.compile_for(vectors[0], metric)

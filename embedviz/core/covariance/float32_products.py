"""Covariance of many float32 rows from products in float32, precise where it matters.

Products in float32 take half the time of those in float64. How far they may be trusted:

- Blocks of at most 2,048 rows are multiplied and added up in float64, so no error grows with the
  number of rows. Rows are shifted first by the mean of a sample, rounded to float32: a difference
  of two float32 numbers is off by 6e-8 of itself at most, and not at all where both lie within a
  factor of two, so an offset of 1e6 costs nothing. A constant dimension is exactly zero after it.
- What is left is the rounding of the products. It is relative to the spreads of both dimensions
  and has no sign, so as a matrix its norm is 1.4e-8 to 2.6e-8 √(λ₁ tr / b), measured on spectra of
  sentence encoders, powers and equal eigenvalues for 2 to 25 blocks b (λ₁ the largest eigenvalue,
  tr the trace): 2e-8 λ₁ to 3e-7 λ₁ at the least number of rows, far below 1e-5 λ₁. Large
  eigenvalues and their axes are right.
- Numbers of few bits, such as those of quantized vectors, would be rounded the same way over and
  over, and such errors do have a sign. The shift is a multiple of about a sixteenth of the spread,
  which leaves them their few bits: then products and sums are exact.
- A small eigenvalue, by which whitening divides, would not be right. Directions of whose variance
  rounding may be more than `_ERROR` are measured again: rows are projected onto them alone, y = xW,
  and the sums of yᵀy and yᵀx take the place of what the first pass found. Rounding is now relative
  to the small spread of y itself. What the projection adds is noise of 1e-14 λ₁ in the mean of many
  rows, so that a direction without variance is found to have none at a floor of 1e-6; and how W
  differs from its float32 numbers is known, and taken off in float64.
- Where more than half of the directions are that small, a pass in float64 is no slower, and takes
  over; so it does where numbers go beyond float32.

Products of so few rows are too small for the threads of a BLAS library, which waits for all of them
after each: 50,000 x 512 took 118 ms with its two, 82 ms with two of our own (`own_threads`).

Numbers that are very small or very large are multiplied by a power of two first, which is exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, Table, Vector
from embedviz.core.covariance.eigen import eigenvectors, symmetric_eigen
from embedviz.core.covariance.own_threads import blas_in_own_threads
from embedviz.core.covariance.parts import sum_of_parts
from embedviz.core.covariance.routines import routine
from embedviz.core.progress import Report, part_of, silent

_BLOCK_ROWS = 2048
_CACHED_BYTES = 384 * 2048
"""Numbers of a block that are multiplied while they are in a cache of the processor: they are read
once for the shift, and twice by the product."""
_LEAST_PIECE = 128
"""Rows below which a product in pieces takes longer."""
_PARTS = 4
"""Of the rows, as many as there are threads at most: the same for any number of threads."""
_SAMPLE_ROWS = 512
_LEAST_ROWS = 2 * _BLOCK_ROWS
_LEAST_PRODUCTS = 1 << 30
"""Of n_rows · n_dimensions²: fewer take no time in float64 either."""
_ROUNDING = 2.5e-8
"""Error of the covariance in units of √(largest eigenvalue · trace / number of blocks)."""
_LEAST_ROUNDING = 4e-9
"""The same in units of √(largest eigenvalue · trace), however many blocks."""
_ERROR = 3e-4
"""How far the covariance of whitened rows may be from the identity, at most, by that.

What was measured, as a norm of the difference, is a fifth of it, also for Student's t with 2.1
degrees of freedom; up to two fifths for clipped Cauchy numbers; and twice it, 6e-4, where a few
rows make each variance: numbers that are zero but for 0.2 %, with a smallest variance of 3e-6.
"""
_SHIFT_BITS = 5
"""The shift is a multiple of the spread, rounded to a power of two, over 2 to the power of this."""
_MODERATE = 2.0**20
"""Spreads within a factor of this of 1 need no scaling."""


class Spread(NamedTuple):
    """What the rows of a cloud have for mean, variances and axes.

    Attributes
    ----------
    mean : float64 array of shape (n_dimensions,)
    variances : float64 array of shape (n_dimensions,)
        Ascending.
    axes : float64 array of shape (n_dimensions, n_dimensions)
        A column for each variance.
    """

    mean: Vector
    variances: Vector
    axes: Vector


def is_worthwhile(rows: Table) -> bool:
    """Return whether products in float32 are as good for these rows, and faster."""
    n_rows, dimensions = rows.shape
    is_small = rows.dtype.kind == "f" and rows.dtype.itemsize <= 4
    return is_small and n_rows >= _LEAST_ROWS and n_rows * dimensions**2 >= _LEAST_PRODUCTS


def spread_of(rows: Table, report: Report) -> Spread | None:
    """Return the spread of float32 or float16 rows, or None where it takes float64.

    Parameters
    ----------
    rows : table of shape (n_rows, n_dimensions)
        At least two rows. Read block by block, and once more where directions with hardly any
        variance are measured again.
    report : callable
    """
    with np.errstate(over="ignore", invalid="ignore"):  # Told by whoever sums in float64.
        deviations = Deviations.of(rows)
        if deviations is None:
            return None
        sums = _sums_in_threads(deviations, part_of(report, 0.0, 0.5))
        report(0.5, "finding the principal axes")
        found = first_spread(sums)
        if found is None:
            return None
        if found.n_weak:
            weak = _weak_sums_in_threads(deviations, found, part_of(report, 0.5, 1.0))
            found = measured_again(found, weak)
    return in_units_of_rows(found, deviations)


class ProductSums(NamedTuple):
    """Sums over the deviations of some rows, which those over other rows are added to.

    Attributes
    ----------
    n_rows : int
    total : float64 array of shape (n_dimensions,)
    scatter : float64 array of shape (n_dimensions, n_dimensions)
        Of products; the upper triangle.
    """

    n_rows: int
    total: Vector
    scatter: Vector


class WeakSums(NamedTuple):
    """The same over deviations x, projected onto weak directions as y = xP.

    Attributes
    ----------
    total : float64 array of shape (n_weak,)
    own : float64 array of shape (n_weak, n_weak)
        Of yᵀy.
    common : float64 array of shape (n_weak, n_dimensions)
        Of yᵀx.
    """

    total: Vector
    own: Vector
    common: Vector


class FirstSpread(NamedTuple):
    """Spread of deviations, with directions whose variance products in float32 do not tell.

    Attributes
    ----------
    n_rows : int
    spread : Spread
        Of the deviations.
    n_constant : int
        How many axes come first that have no variance at all.
    n_weak : int
        How many of those after them have to be measured by themselves.
    """

    n_rows: int
    spread: Spread
    n_constant: int
    n_weak: int

    @property
    def projection(self) -> Matrix:
        """The weak axes, (n_dimensions, n_weak), rounded."""
        return self.spread.axes[:, self._weak].astype(np.float32)

    @property
    def _weak(self) -> slice:
        return slice(self.n_constant, self.n_constant + self.n_weak)


def first_spread(sums: ProductSums) -> FirstSpread | None:
    """Return what sums over all rows tell of their spread; None where it takes float64."""
    n_rows, total, scatter = sums
    mean = total / n_rows
    covariance = (scatter - np.outer(total, mean)) / (n_rows - 1)
    if not np.isfinite(covariance).all():
        return None
    variances, axes = eigenvectors(covariance)
    # Dimensions without any variance come first, and are sure to have none.
    first = int(np.count_nonzero(covariance.diagonal() == 0))
    n_weak = int(np.count_nonzero(variances[first:] < _least_sure(variances, n_rows)))
    if 2 * n_weak > len(variances) - first:
        return None
    return FirstSpread(n_rows, Spread(mean, variances, axes), first, n_weak)


def in_units_of_rows(found: FirstSpread, deviations: Deviations) -> Spread:
    """Return the spread of the rows themselves."""
    mean, variances, axes = found.spread
    factor = float(deviations.factor)
    return Spread(deviations.shift + mean / factor, variances / factor / factor, axes)


class Deviations(NamedTuple):
    """Rows less a vector near their mean, times a power of two: block by block, in float32.

    Attributes
    ----------
    rows : table of shape (n_rows, n_dimensions)
    shift : float32 array of shape (n_dimensions,)
    factor : float32
    """

    rows: Table
    shift: Matrix
    factor: np.float32

    @classmethod
    def of(cls, rows: Table) -> Self | None:
        """Return the deviations of rows, or None where a sample of them tells of no size."""
        sample = rows[:: -(-len(rows) // _SAMPLE_ROWS)].astype(np.float64)
        # The mean of equal numbers is exactly that number, and the spread about it zero.
        mean = sample.mean(axis=0)
        sample -= mean
        spread = np.sqrt(np.square(sample, out=sample).mean(axis=0))
        step = np.ldexp(1.0, np.frexp(spread)[1] - _SHIFT_BITS)
        shift = np.where(spread > 0, np.round(mean / step) * step, mean).astype(np.float32)
        size = float(np.sqrt(np.square(spread).mean()))
        if not 0 < size < math.inf:
            return None
        exponent = 0 if 1 / _MODERATE < size < _MODERATE else -round(math.log2(size))
        return cls(rows, shift, np.float32(2.0 ** min(126, max(-126, exponent))))

    def blocks(self, part: int, n_parts: int, report: Report, words: str) -> Iterator[_Block]:
        """Yield one of some parts of the rows, block by block; all parts are about as long."""
        n_rows, dimensions = self.rows.shape
        first, last = (n_rows * each // n_parts for each in (part, part + 1))
        # Whole pieces, since one of few rows takes as long to add as one of many.
        piece = min(_BLOCK_ROWS, max(_LEAST_PIECE, _CACHED_BYTES // (4 * dimensions)))
        step = _BLOCK_ROWS // piece * piece
        space = np.empty((min(n_rows, step), dimensions), np.float32)
        for start in range(first, last, step):
            report((start - first) / max(1, last - first), words)
            yield _Block(self, self.rows[start : min(last, start + step)], piece, space)


class _Block(NamedTuple):
    """Some of the rows, and space for their deviations."""

    deviations: Deviations
    rows: NDArray[Any]
    n_cached: int
    space: Matrix

    def whole(self) -> Matrix:
        """Return all deviations, which are written over those of the block before."""
        return next(self._parts(len(self.space)))

    def pieces(self) -> Iterator[Matrix]:
        """Yield as many as a cache holds; each is written over the one before."""
        return self._parts(self.n_cached)

    def _parts(self, n_rows: int) -> Iterator[Matrix]:
        for start in range(0, len(self.rows), n_rows):
            rows = self.rows[start : start + n_rows]
            piece = np.subtract(rows, self.deviations.shift, out=self.space[: len(rows)])
            if self.deviations.factor != 1:
                piece *= self.deviations.factor
            yield piece


def _sums_in_threads(deviations: Deviations, report: Report) -> ProductSums:
    """Return the sums over all rows."""
    n_rows, dimensions = deviations.rows.shape
    routine("cython_blas", "ssyrk")  # Loaded before, or this library would keep its threads.
    with blas_in_own_threads() as n_threads:
        # Which blocks a part has is fixed, or sums would differ in their last digits.
        total, scatter = sum_of_parts(
            lambda part, report: _sums(
                deviations.blocks(part, _PARTS, report, "measuring the spread"), dimensions
            ),
            _PARTS,
            report,
            n_threads,
        )
    return ProductSums(n_rows, total, scatter)


def product_sums(deviations: Deviations) -> ProductSums:
    """Return the sums over all rows, added up in this thread."""
    n_rows, dimensions = deviations.rows.shape
    with np.errstate(over="ignore", invalid="ignore"):
        return ProductSums(n_rows, *_sums(deviations.blocks(0, 1, silent, ""), dimensions))


def _sums(blocks: Iterator[_Block], dimensions: int) -> tuple[Vector, Vector]:
    """Return the sum of the rows of blocks, and the upper triangle of that of their products."""
    total, scatter = np.zeros(dimensions), np.zeros((dimensions, dimensions))
    products = np.zeros((dimensions, dimensions), np.float32)
    for block in blocks:
        is_first = True
        for piece in block.pieces():
            total += _sum(piece)
            _add_products(piece, products, is_first)
            is_first = False
        scatter += products
    return total, scatter


def _add_products(rows: Matrix, products: Matrix, is_first: bool) -> None:
    """Add the products of columns to those of other rows, at least in the upper triangle."""
    add = routine("cython_blas", "ssyrk")
    n_rows, dimensions = rows.shape
    if add is None:
        found = np.matmul(rows.T, rows)
        np.add(0 if is_first else products, found, out=products)
        return
    one, factor = np.float32(1), np.float32(0 if is_first else 1)
    add(b"L", b"N", dimensions, n_rows, one, rows, dimensions, factor, products, dimensions)


def _least_sure(variances: Vector, n_rows: int) -> float:
    """Return the least variance that the rounding of products leaves precise enough."""
    rounding = max(_LEAST_ROUNDING, _ROUNDING * math.sqrt(_BLOCK_ROWS / n_rows))
    return rounding / _ERROR * math.sqrt(max(0.0, variances[-1] * variances.sum()))


def _weak_sums_in_threads(deviations: Deviations, found: FirstSpread, report: Report) -> WeakSums:
    rounded, words = found.projection, "measuring the smallest spreads"
    with blas_in_own_threads() as n_threads:
        return WeakSums(
            *sum_of_parts(
                lambda part, report: _weak_sums(
                    deviations.blocks(part, _PARTS, report, words), rounded
                ),
                _PARTS,
                report,
                n_threads,
            )
        )


def weak_sums(deviations: Deviations, projection: Matrix) -> WeakSums:
    """Return the sums over all rows projected onto weak directions, added up in this thread."""
    return WeakSums(*_weak_sums(deviations.blocks(0, 1, silent, ""), projection))


def _weak_sums(blocks: Iterator[_Block], projection: Matrix) -> tuple[Vector, Vector, Vector]:
    dimensions, n_weak = projection.shape
    total = np.zeros(n_weak)
    own, common = np.zeros((n_weak, n_weak)), np.zeros((n_weak, dimensions))
    for block in blocks:
        rows = block.whole()
        along = rows @ projection
        total += _sum(along)
        own += along.T @ along
        common += along.T @ rows
    return total, own, common


def measured_again(first: FirstSpread, sums: WeakSums) -> FirstSpread:
    """Return the spread with the weakest directions as they were measured by themselves.

    With W their axes, P the same in float32, and y = xP: the covariance C of the rows, in the
    axes that were found, is diagonal but for the weak ones, and there WᵀC is what y has in common
    with x, less (P - W)ᵀC, for which what was found of C is good enough.
    """
    n_rows, n_weak, rounded = first.n_rows, first.n_weak, first.projection
    mean, variances, axes = first.spread
    before, found_axes = variances[first.n_constant :], axes[:, first.n_constant :]
    total, own, common = sums
    own = (own - np.outer(total, total / n_rows)) / (n_rows - 1)
    common = (common - np.outer(total, mean)) / (n_rows - 1)
    astray = (rounded - found_axes[:, :n_weak]).T @ found_axes
    in_axes = common @ found_axes
    wrong = in_axes @ astray.T
    own += -wrong - wrong.T + (astray * before) @ astray.T
    in_axes -= astray * before
    covariance = np.diag(before)
    covariance[:n_weak], covariance[:, :n_weak] = in_axes, in_axes.T
    covariance[:n_weak, :n_weak] = own
    again, turns = symmetric_eigen(covariance)
    turned = np.concatenate([axes[:, : first.n_constant], found_axes @ turns], axis=1)
    spread = Spread(mean, np.concatenate([variances[: first.n_constant], again]), turned)
    return first._replace(spread=spread)


def _sum(block: Matrix) -> Vector:
    """Return the sums of columns; as a product, which is ten times as fast as a sum."""
    total: Vector = (np.ones(len(block), np.float32) @ block).astype(np.float64)
    return total

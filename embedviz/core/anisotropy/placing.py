"""Rows put on the sphere around an axis, in one pass over them for each position of a dial."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import kernel_rows
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel, threads_for
from embedviz.core.covariance import Vector

# More pieces than processors, so that one that is busy elsewhere does not keep all waiting.
_PIECES = 16
# So many rows are added in float32 before their sum goes into a float64 one.
_STRIP = 64
_FEW_NUMBERS = 6_000_000
"""A pass over more is worth a second thread: with each number it does ten times what a sum does."""


class PairOrder(NamedTuple):
    """Pairs of rows that are near each other in memory, so that they cost hardly more than rows.

    Rows are stored in a random order. Then a row and the next ones are random pairs, which are
    read together: pairs of rows from anywhere would be two more reads of all rows.

    Attributes
    ----------
    order : int array of shape (n_rows,)
        Which row is stored at each place.
    starts : int array of shape (n_rows + 1,)
        Pairs `starts[i]` to `starts[i + 1]` are of the row stored at i with those after it; after
        the last comes the first.
    """

    order: Rows
    starts: Rows

    @classmethod
    def sampled(cls, n_rows: int, count: int, random: np.random.Generator) -> PairOrder:
        """Return an order of so many pairs; of all pairs there are, where these are fewer."""
        if n_rows * (n_rows - 1) // 2 <= count:
            counts = np.arange(n_rows - 1, -1, -1) if n_rows else np.zeros(0, dtype=np.intp)
            return cls(np.arange(n_rows), np.concatenate([[0], np.cumsum(counts)]).astype(np.intp))
        starts = np.arange(n_rows + 1, dtype=np.intp) * count // n_rows
        return cls(random.permutation(n_rows), starts)

    @classmethod
    def without_pairs(cls, n_rows: int) -> PairOrder:
        """Return the order of the rows themselves, of which no pairs are wanted."""
        return cls(np.arange(n_rows), np.zeros(n_rows + 1, dtype=np.intp))

    def pairs(self) -> Rows:
        """Return the pairs of rows, of shape (n_pairs, 2)."""
        first = np.repeat(np.arange(len(self.order)), np.diff(self.starts))
        after = np.arange(len(first)) - self.starts[first] + 1
        stored = np.stack([first, (first + after) % max(1, len(self.order))], axis=1)
        return np.asarray(self.order[stored])


class Placed(NamedTuple):
    """Rows put on the sphere."""

    positions: Matrix
    linear: Matrix
    inverse_lengths: NDArray[np.float32]  # 0 for a row without a direction.
    products: NDArray[np.float32]  # Of the pairs, before they are divided by the lengths.
    total: Vector  # The sum of the unit rows.

    @property
    def n_rows(self) -> int:
        """Number of rows that have a direction."""
        return int(np.count_nonzero(self.inverse_lengths))

    def cosines(self, pairs: Rows) -> NDArray[np.float32]:
        """Return the cosines of the pairs, between -1 and 1."""
        scales = self.inverse_lengths.take(pairs[:, 0]) * self.inverse_lengths.take(pairs[:, 1])
        return np.clip(self.products * scales, -1, 1)


def place(
    rows: Matrix,
    first: int,
    factors: Vector,
    offsets: Vector,
    frame: Vector,
    leading: tuple[int, int],
    order: PairOrder,
) -> Placed:
    """Put rows y = factors * z + offsets on the sphere of a frame.

    Parameters
    ----------
    rows : float32 array of shape (n_rows, at least first + n_columns)
        The z, stored in the order of `order`.
    first : int
        The first column that counts.
    factors, offsets : arrays of shape (n_columns,)
    frame : array of shape (3, n_columns)
        The pole, and the two directions that decide how a row is turned around it.
    leading : pair of int
        The columns, counted from the first that counts, from one up to another, of which the
        first three are those of the linear picture.
    order : PairOrder
    """
    n_rows, last = len(rows), first + len(factors)
    if last > rows.shape[1] or frame.shape[1] != len(factors) or len(offsets) != len(factors):
        raise ValueError("factors, offsets and frame do not fit the rows")
    if len(order.order) != n_rows or len(order.starts) != n_rows + 1:
        raise ValueError("the order does not fit the rows")
    positions = np.empty((n_rows, 3), np.float32)
    linear = np.zeros((n_rows, 3), np.float32)
    inverse_lengths = np.empty(n_rows, np.float32)
    products = np.empty(int(order.starts[-1]), np.float32)
    shown = min(3, leading[1] - leading[0])
    with threads_for(n_rows * len(factors), _FEW_NUMBERS):
        sums, weights = _place_rows(
            kernel_rows(rows),
            first,
            _float32(factors),
            _float32(offsets),
            _float32(frame),
            leading[0],
            shown,
            order.order,
            order.starts,
            positions,
            linear,
            inverse_lengths,
            products,
        )
    total = sums.sum(axis=0) * factors + weights.sum() * offsets
    return Placed(positions, linear, inverse_lengths, products, total)


def place_in_own_size(rows: Matrix, frame: Vector, axes: Vector) -> Placed:
    """Put rows on the sphere as they are.

    Parameters
    ----------
    rows : float32 array of shape (n_rows, n_dimensions)
    frame : array of shape (3, n_dimensions)
        As for `place`.
    axes : array of shape (at most 3, n_dimensions)
        Those of the linear picture.
    """
    # The squares of very long and very short rows do not fit float32.
    size = float(np.abs(rows).max(initial=0.0)) or 1.0
    factors, offsets = np.full(rows.shape[1], 1.0 / size), np.zeros(rows.shape[1])
    order = PairOrder.without_pairs(len(rows))
    placed = place(rows, 0, factors, offsets, frame, (0, 0), order)
    along = (rows / np.float32(size)) @ _float32(axes).T * placed.inverse_lengths[:, np.newaxis]
    placed.linear[:, : along.shape[1]] = along
    return placed


def _float32(numbers: Vector) -> NDArray[np.float32]:
    # A float64 factor would turn the whole pass into float64.
    return np.ascontiguousarray(numbers, dtype=np.float32)


@serial_kernel
def _multiply_with_next(
    rows: Matrix,
    i: int,
    first_column: int,
    mapped: NDArray[np.float32],
    factors: NDArray[np.float32],
    offsets: NDArray[np.float32],
    starts: Rows,
    products: NDArray[np.float32],
) -> None:
    """Fill in the products of a mapped row with those stored after it."""
    n_columns = len(factors)
    for pair in range(starts[i], starts[i + 1]):
        at = (i + 1 + pair - starts[i]) % len(rows)
        other = rows[at, first_column : first_column + n_columns]
        product = np.float32(0.0)
        for j in range(n_columns):
            product += mapped[j] * (other[j] * factors[j] + offsets[j])
        products[pair] = product


@serial_kernel
def _put(
    position: NDArray[np.float32],
    height: np.float32,
    first: np.float32,
    second: np.float32,
    inverse: np.float32,
) -> None:
    """Fill in a place on the sphere at a height, turned toward two coordinates."""
    height = min(max(height, np.float32(-1.0)), np.float32(1.0))
    radius = np.sqrt(np.float32(1.0) - height * height)
    across = np.sqrt(first * first + second * second)
    position[2] = height
    if across > np.float32(0.0):
        position[0] = first / across * radius
        position[1] = second / across * radius
    else:
        position[0] = radius if inverse > np.float32(0.0) else np.float32(0.0)
        position[1] = np.float32(0.0)


@parallel_kernel
def _place_rows(  # noqa: PLR0913 - one pass
    rows: Matrix,
    first_column: int,
    factors: NDArray[np.float32],
    offsets: NDArray[np.float32],
    frame: Matrix,
    leading: int,
    n_leading: int,
    order: Rows,
    starts: Rows,
    positions: Matrix,
    linear: Matrix,
    inverse_lengths: NDArray[np.float32],
    products: NDArray[np.float32],
) -> tuple[Vector, Vector]:
    """Fill in the four arrays; return the sums of z divided by length, and of 1 / length."""
    n_rows, n_columns = len(rows), len(factors)
    sums, weights = np.zeros((_PIECES, n_columns)), np.zeros(_PIECES)
    for piece in numba.prange(_PIECES):
        total = np.zeros(n_columns)
        strip, mapped = np.zeros(n_columns, np.float32), np.zeros(n_columns, np.float32)
        last = n_rows * (piece + 1) // _PIECES
        for i in range(n_rows * piece // _PIECES, last):
            own = rows[i, first_column : first_column + n_columns]
            squares = up = first = second = np.float32(0.0)
            for j in range(n_columns):
                number = own[j] * factors[j] + offsets[j]
                mapped[j] = number
                squares += number * number
                up += number * frame[0, j]
                first += number * frame[1, j]
                second += number * frame[2, j]
            inverse = np.float32(0.0)
            if squares > np.float32(0.0):
                inverse = np.float32(1.0) / np.sqrt(squares)
            place = order[i]
            inverse_lengths[place] = inverse
            weights[piece] += inverse
            for j in range(n_columns):
                strip[j] += own[j] * inverse
            if i % _STRIP == 0 or i == last - 1:
                for j in range(n_columns):
                    total[j] += strip[j]
                    strip[j] = np.float32(0.0)
            _multiply_with_next(rows, i, first_column, mapped, factors, offsets, starts, products)
            for k in range(n_leading):
                linear[place, k] = mapped[leading + k] * inverse
            _put(positions[place], up * inverse, first, second, inverse)
        sums[piece] = total
    return sums, weights

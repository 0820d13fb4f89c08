"""Means over all pairs of rows of what no sum of rows tells: mean |cosine| and uniformity's mean.

Rows are compared in tiles of some hundred by some hundred that stay in a processor's cache, each
pair once; both means come from the same product. Beyond 20,000 rows it is two million pairs that
are drawn at random, and the standard error of their means is known.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import read_only, rows_per_block, scale_to_unit_length
from embedviz.core.compiled.checks import checked_matrix
from embedviz.core.compiled.kernels import parallel_kernel
from embedviz.core.isotropy.mean_direction import Vector, rows_with_direction
from embedviz.core.pairs.row_pairs import sampled_pairs
from embedviz.core.progress import Report, silent

MOST_EXACT_ROWS = 20_000
SAMPLED_PAIRS = 2_000_000
_TILE = 1024


class PairMeans(NamedTuple):
    """Means over pairs of unit rows.

    Attributes
    ----------
    absolute : float
        Of |cosine|.
    potential : float
        Of exp(-2 ‖x - y‖²), whose logarithm is the uniformity.
    n_sampled : int
        How many pairs were drawn at random; 0: the means are exact, over all pairs.
    absolute_error, potential_error : float
        Standard errors of the means; 0 where they are exact.
    """

    absolute: float
    potential: float
    n_sampled: int = 0
    absolute_error: float = 0.0
    potential_error: float = 0.0

    @property
    def uniformity(self) -> float:
        """Logarithm of the mean potential, from 0 down."""
        # Rounding may leave a little more than 1; and nothing, of rows that are all opposites.
        return math.log(min(max(self.potential, float(np.finfo(float).tiny)), 1.0))


def pair_means(unit: Matrix | Vector, seed: int = 0, report: Report = silent) -> PairMeans:
    """Return means over all pairs of different rows.

    Parameters
    ----------
    unit : float32 or float64 array of shape (n_rows, n_dimensions)
        Rows of unit length. Products are summed in their type, the means in float64.
    seed : int
        For the pairs that are drawn where there are too many to take all.
    report : callable

    Returns
    -------
    PairMeans
        nan when there are fewer than two rows.
    """
    n_rows = len(unit)
    if n_rows < 2:
        return PairMeans(float("nan"), float("nan"))
    if n_rows > MOST_EXACT_ROWS:
        return _sampled_means(unit, seed, report)
    absolute = potential = 0.0
    starts = range(0, n_rows, _TILE)
    n_tiles, done = len(starts) * (len(starts) + 1) // 2, 0
    for first in starts:
        rows = unit[first : first + _TILE]
        for other in range(first, n_rows, _TILE):
            report(done / n_tiles, "comparing pairs")
            done += 1
            cosines = rows @ unit[other : other + _TILE].T
            sums = _tile_sums(cosines, is_own=other == first)
            absolute, potential = absolute + sums[0], potential + sums[1]
    n_pairs = n_rows * (n_rows - 1) / 2
    return PairMeans(absolute / n_pairs, potential / n_pairs)


def _tile_sums(cosines: NDArray[Any], *, is_own: bool) -> tuple[float, float]:
    """Return the sums of |cosine| and of the potential over the pairs of a tile.

    A tile of rows with themselves has each pair twice, of which the one above the diagonal counts.
    """
    if cosines.dtype == np.float32:
        sums = _row_sums(cosines, is_own).sum(axis=0)
    else:
        # Of a tile with itself, the part above the diagonal.
        chosen = cosines[np.triu_indices(len(cosines), 1)] if is_own else cosines
        sums = np.array([np.abs(chosen).sum(), _potential(chosen).sum()])
    return float(sums[0]), float(sums[1])


def _potential(cosines: Vector) -> Vector:
    return np.asarray(np.exp(4 * (cosines - 1)))


@parallel_kernel
def _row_sums(cosines: Matrix, is_own: bool) -> Vector:
    """Return the sums of |cosine| and of exp(4 (cosine - 1)) over each row, (n, 2).

    Over all of it, or where the tile is of rows with themselves, from right of the diagonal on.

    exp(x) of x from -8 to 0 is the eighth power of exp(x/8), which is a Taylor polynomial about
    -1/2 that is right to 1e-7: processors work on many at a time, where they call `exp` one by one.
    """
    n_rows, n_columns = cosines.shape
    sums = np.empty((n_rows, 2))
    half, one = np.float32(0.5), np.float32(1.0)
    scale = np.float32(np.exp(-0.5))
    for i in numba.prange(n_rows):
        absolute = potential = np.float32(0.0)
        for j in range(i + 1 if is_own else 0, n_columns):
            cosine = cosines[i, j]
            absolute += abs(cosine)
            y = half * cosine  # x/8 + 1/2, from -1/2 to 1/2.
            power = one + y * np.float32(1 / 7)
            power = one + y * np.float32(1 / 6) * power
            power = one + y * np.float32(1 / 5) * power
            power = one + y * np.float32(1 / 4) * power
            power = one + y * np.float32(1 / 3) * power
            power = one + y * half * power
            power = scale * (one + y * power)
            power *= power
            power *= power
            potential += power * power
        sums[i, 0], sums[i, 1] = absolute, potential
    return sums


def _sampled_means(unit: Matrix | Vector, seed: int, report: Report) -> PairMeans:
    pairs = sampled_pairs(len(unit), SAMPLED_PAIRS, np.random.default_rng(seed))
    cosines = np.concatenate(list(_cosines(unit, pairs.T, report)))
    absolute, potential = np.abs(cosines), _potential(cosines)
    root = math.sqrt(len(pairs))
    return PairMeans(
        float(absolute.mean()),
        float(potential.mean()),
        len(pairs),
        float(absolute.std()) / root,
        float(potential.std()) / root,
    )


def _cosines(unit: Matrix | Vector, sides: Rows, report: Report) -> Iterator[Vector]:
    first, second = sides
    step = rows_per_block(2 * unit.shape[1])
    for start in range(0, len(first), step):
        report(start / len(first), "comparing random pairs")
        part = slice(start, start + step)
        products = np.einsum("ij,ij->i", unit[first[part]], unit[second[part]])
        yield products.astype(np.float64)


def mean_absolute_cosine(vectors: ArrayLike, seed: int = 0, report: Report = silent) -> float:
    """Return the mean of |cosine| over all pairs of different rows, which does not cancel.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        Up to 20,000 rows, all pairs count; of more, two million that are drawn at random.
    seed : int
        For these.
    report : callable

    Returns
    -------
    float
        From 0 to 1; independent directions have `chance_of_absolute_cosine`. Rows of zeros have no
        direction and are left out; nan when fewer than two are left.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.
    """
    return pair_means(unit_rows(checked_matrix(vectors)), seed, report).absolute


def unit_rows(rows: Matrix) -> Matrix:
    """Return a copy of the rows that have a direction, each of unit length.

    Raises
    ------
    UserError
        When one holds NaN or an infinity.
    """
    unit = np.array(rows_with_direction(rows))
    scale_to_unit_length(unit)
    return read_only(unit)


def chance_of_absolute_cosine(dimensions: int) -> float:
    """Return E |cosine| of two independent directions: Γ(d/2) / (√π Γ((d + 1)/2)), d from 1 up."""
    return math.exp(math.lgamma(dimensions / 2) - math.lgamma((dimensions + 1) / 2)) / math.sqrt(
        math.pi
    )

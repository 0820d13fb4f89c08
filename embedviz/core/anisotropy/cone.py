"""The cone that makes every cosine look alike, and the same rows while whitening opens it.

Prepared once for a set (`Cone`), then one pass over the rows for each position of a dial
(`Cone.after`).

**What the picture shows.** A projection onto three axes would lie: in 384 dimensions 90 % of the
length of a row is outside of any three. So each row is put on the unit sphere at its true angle,
in all dimensions, to one reference axis: the mean direction of the unit rows *before*, which
stays the pole while the dial moves. Around the pole it is turned to where the two leading
directions of the rest point. Distances between two rows are not true, distances to the pole are.

**The same space before and after.** After is U diag(s^(-t/2)) Uᵀ (x - μ): whitened and rotated
back, with the first components kept. So the angle to the old mean direction still means
something, and the cosines are those of the whitened coordinates. In the eigenbasis, where the
rows are kept, this is a factor per column; the rest is four sums per row.

**The numbers.** Mean cosine and the sampled cosines are those of the unit rows. IsoScore and
effective rank are those of the cloud before it is scaled to unit length, and follow from its
variances: whitening makes s^(1-t) of s. After, they are about the directions that are kept.

**Large sets.** Beyond 200,000 rows, or a quarter of a gigabyte, a seeded sample of the rows is
copied and drawn, and `Cone.rows` says which. Axes, IsoScore and effective rank still come from all
rows; positions, cosines and the mean cosine from those in the picture, before as after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import kernel_rows, rows_per_block, scale_to_unit_length
from embedviz.core.compiled.checks import checked_matrix
from embedviz.core.compiled.kernels import few_rows, parallel_kernel, threads_for
from embedviz.core.covariance import (
    Directions,
    PrincipalAxes,
    Vector,
    describe_rank,
    kept_directions,
    leading_directions,
    map_rows,
    principal_axes,
    spread_powers,
)
from embedviz.core.isotropy import (
    effective_rank_of,
    iso_score_of,
    mean_cosine_of,
    padded_variances,
    unit_row_sum,
)
from embedviz.core.pairs.row_pairs import cosines_of_pairs, multiply_pairs, sampled_pairs
from embedviz.core.progress import Report, silent

_MOST_ROWS = 200_000
_MOST_NUMBERS = 64_000_000

# Below this mean cosine the rows lean to one side no more than centered ones do.
_LEAST_MEAN_COSINE = 0.01

# More pieces than processors, so that one that is busy elsewhere does not keep all waiting.
_PIECES = 16
# So many rows are added in float32 before their sum goes into a float64 one.
_STRIP = 64


@dataclass(frozen=True, eq=False)
class ConeView:
    """The rows at one position of the dial.

    Attributes
    ----------
    positions : float32 array of shape (n_rows, 3)
        On the unit sphere; z is the cosine with the reference axis. A row without a direction
        (of zeros; or equal to the mean, once the cloud is centered) is at the origin.
    cosines : float32 array of shape (n_pairs,)
        Of the same pairs of rows at every position of the dial; 0 where a row has no direction.
    mean_cosine : float
        Exact, over all pairs of rows that have a direction; nan when there are none.
    iso_score, effective_rank : float
        Of the cloud before it is scaled to unit length; nan when it has no variance.
    rank : int
        How many directions the cloud has.
    mean_direction : float32 array of shape (3,), optional
        Where the mean direction is in the picture; None when the rows are centered, or lean to
        one side so little (a mean cosine below 0.01) that they might as well be.
    mean_unit : float64 array
        Mean of the unit rows, whose product with a unit vector is its mean cosine with them.
    """

    positions: Matrix
    cosines: NDArray[np.float32]
    mean_cosine: float
    iso_score: float
    effective_rank: float
    rank: int
    mean_direction: NDArray[np.float32] | None = None
    mean_unit: Vector = field(default_factory=lambda: np.zeros(0))


class Cone:
    """A set of vectors, prepared to be seen while the strength of whitening changes.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    report : callable
    pairs : int
        How many pairs of rows are sampled for the distribution of cosines; all pairs when there
        are not so many.
    seed : int
        For the sample of pairs and, of a large set, of rows.

    Attributes
    ----------
    before : ConeView
        The rows as they are.
    rows : int array of shape (n_rows,)
        The rows in the picture, ascending: all, or a sample of a large set.
    n_vectors : int
        How many rows there are.
    rank : int
        How many directions have a variance worth keeping: the largest number of components.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.
    """

    def __init__(
        self, vectors: ArrayLike, report: Report = silent, pairs: int = 20_000, seed: int = 0
    ) -> None:
        given = checked_matrix(vectors)
        axes = principal_axes(given, lambda done, message: report(0.5 * done, message))
        total, n_rows = unit_row_sum(given, lambda done, message: report(0.5 + 0.1 * done, message))
        kept = kept_directions(axes)
        self.n_vectors = len(given)
        self.rank = kept.rank
        self._axes = axes
        random = np.random.default_rng(seed)
        self.rows = _picture_rows(self.n_vectors, axes.dimensions, random)
        self._pairs = sampled_pairs(len(self.rows), pairs, random)
        frame = _reference_frame(total, n_rows, kept)
        # Relative to the largest variance, so that numbers of any size suit float32.
        largest = float(kept.variances[0]) if kept.rank else 1.0
        self._variances = kept.variances / largest
        self._own_frame, self._frame = frame, frame @ kept.axes.T
        self._turn = kept.axes / largest**0.5
        self._rotated = _rotated_rows(given, self.rows, axes.mean, self._turn, report)
        report(0.8, "measuring angles")
        before = _view_before(given, self.rows, self._pairs, frame, axes, kept.rank)
        # Exact also where the picture is of a sample: the sum over all rows is there already.
        mean = total / max(n_rows, 1)
        self.before = replace(before, mean_cosine=mean_cosine_of(total, n_rows), mean_unit=mean)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know about the rank where all components are kept."""
        return self.notes_on()

    def notes_on(self, n_components: int | None = None) -> tuple[str, ...]:
        """Return what a reader should know about the rank where so many components are kept."""
        return describe_rank(self._axes, self.rank, min(n_components or self.rank, self.rank))

    def after(self, strength: float, n_components: int | None = None) -> ConeView:
        """Return the rows whitened, rotated back and scaled to unit length.

        Parameters
        ----------
        strength : float
            The t of s^(-t/2): 0 only centers, 1 whitens fully.
        n_components : int, optional
            Keep so many of the directions with the largest variance. Default: all.

        Raises
        ------
        ValueError
            When the strength is not from 0 to 1, or the number of components is below 1.
        """
        if not 0 <= strength <= 1:
            raise ValueError(f"strength is {strength!r}; it must be from 0 to 1")
        if n_components is not None and n_components < 1:
            raise ValueError(f"n_components is {n_components!r}; it must be from 1 up")
        kept = self.rank if n_components is None else min(n_components, self.rank)
        variances = self._variances[:kept]
        factors = spread_powers(variances, strength)
        with threads_for(self._rotated.size):
            placed = _place(self._rotated, factors, self._frame[:, :kept])
            scales = placed.inverse_lengths[self._pairs].prod(axis=1)
            cosines = multiply_pairs(self._rotated, self._pairs, scales, _float32(factors**2))
        return ConeView(
            placed.positions,
            cosines,
            mean_cosine_of(placed.total, placed.n_rows),
            iso_score_of(variances ** (1.0 - strength)),
            effective_rank_of(variances ** (1.0 - strength)),
            kept,
            mean_unit=placed.total / max(placed.n_rows, 1),
        )

    def look_at(
        self, vectors: Matrix, strength: float | None = None, n_components: int | None = None
    ) -> tuple[Matrix, Vector]:
        """Return where vectors are that need not be rows, and their unit vectors.

        Parameters
        ----------
        vectors : float32 array of shape (n, n_dimensions)
        strength, n_components
            As for `after`, in whose space the unit vectors then are. Default: as before.
        """
        if strength is None:
            return _placed_in_own_size(kernel_rows(vectors), self._own_frame).positions, _units(
                vectors
            )
        kept = self.rank if n_components is None else min(n_components, self.rank)
        factors = spread_powers(self._variances[:kept], strength)
        turned = kernel_rows(map_rows(vectors, self._axes.mean, self._turn.T))
        placed = _place(turned, factors, self._frame[:, :kept])
        return placed.positions, _units(turned[:, :kept] * factors)


class _Placed(NamedTuple):
    """Rows put on the sphere."""

    positions: Matrix
    inverse_lengths: NDArray[np.float32]  # 0 for a row without a direction.
    total: Vector  # The sum of the unit rows.

    @property
    def n_rows(self) -> int:
        """Number of rows that have a direction."""
        return int(np.count_nonzero(self.inverse_lengths))


def _picture_rows(n_vectors: int, dimensions: int, random: np.random.Generator) -> Rows:
    most = min(_MOST_ROWS, max(1, _MOST_NUMBERS // max(1, dimensions)))
    if n_vectors <= most:
        return np.arange(n_vectors)
    return np.sort(random.choice(n_vectors, most, replace=False, shuffle=False))


def _reference_frame(total: Vector, n_rows: int, kept: Directions) -> Vector:
    """Return the pole and the two directions of the azimuth, float64 (3, n_dimensions).

    The pole is the direction of the summed unit rows, or, where these cancel, of the largest
    variance. The other two are the leading directions of what is left of the cloud when the
    pole is projected out. A direction that does not exist is zero.
    """
    frame = np.zeros((3, len(total)))
    length = float(np.linalg.norm(total))
    if length > 1e-6 * n_rows:
        frame[0] = total / length
    elif kept.rank:
        frame[0] = kept.axes[0]
    rest = leading_directions(kept.variances, kept.axes @ frame[0], 2)
    frame[1 : 1 + len(rest)] = rest @ kept.axes
    return frame


def _picture_blocks(given: Matrix, rows: Rows) -> Iterator[tuple[int, Matrix]]:
    step = rows_per_block(given.shape[1])
    for first in range(0, len(rows), step):
        chosen: Rows | slice = slice(first, first + step)
        if len(rows) < len(given):
            chosen = rows[chosen]
        yield first, kernel_rows(given[chosen])


def _rotated_rows(given: Matrix, rows: Rows, mean: Vector, axes: Vector, report: Report) -> Matrix:
    rotated = np.empty((len(rows), len(axes)), np.float32)
    for first, block in _picture_blocks(given, rows):
        report(0.6 + 0.2 * first / len(rows), "turning the rows")
        rotated[first : first + len(block)] = map_rows(block, mean, axes.T)
    return kernel_rows(rotated)


def _view_before(
    given: Matrix, rows: Rows, pairs: Rows, frame: Vector, axes: PrincipalAxes, rank: int
) -> ConeView:
    parts = [_placed_in_own_size(block, frame) for _, block in _picture_blocks(given, rows)]
    placed = _joined(parts, axes.dimensions)
    mean_cosine = mean_cosine_of(placed.total, placed.n_rows)
    variances = padded_variances(axes.variances, axes.dimensions)
    return ConeView(
        placed.positions,
        cosines_of_pairs(given, rows[pairs]),
        mean_cosine,
        iso_score_of(variances),
        effective_rank_of(variances),
        rank,
        np.array([0, 0, 1], np.float32) if mean_cosine > _LEAST_MEAN_COSINE else None,
    )


def _placed_in_own_size(rows: Matrix, frame: Vector) -> _Placed:
    # The squares of very long and very short rows do not fit float32.
    size = float(np.abs(rows).max(initial=0.0)) or 1.0
    factors = np.full(rows.shape[1], 1.0 / size)
    return _place(rows, factors, frame)


def _place(rows: Matrix, factors: Vector, frame: Vector) -> _Placed:
    """Put rows, multiplied by a factor for each column, on the sphere of a frame (3, columns)."""
    positions = np.empty((len(rows), 3), np.float32)
    inverse_lengths = np.empty(len(rows), np.float32)
    sums = _place_rows(
        rows, _float32(factors), _float32(frame * factors), positions, inverse_lengths
    )
    return _Placed(positions, inverse_lengths, sums.sum(axis=0) * factors)


def _joined(parts: list[_Placed], dimensions: int) -> _Placed:
    return _Placed(
        np.concatenate([np.empty((0, 3), np.float32), *(part.positions for part in parts)]),
        np.concatenate([np.empty(0, np.float32), *(part.inverse_lengths for part in parts)]),
        sum((part.total for part in parts), np.zeros(dimensions)),
    )


def _units(rows: ArrayLike) -> Vector:
    units = np.array(rows, dtype=np.float64)
    scale_to_unit_length(units)
    return units


def _float32(numbers: Vector) -> NDArray[np.float32]:
    # A float64 factor would turn the whole pass into float64.
    return np.ascontiguousarray(numbers, dtype=np.float32)


@parallel_kernel
def _place_rows(  # noqa: PLR0915 - one pass
    rows: Matrix,
    factors: NDArray[np.float32],
    frame: Matrix,
    positions: Matrix,
    inverse_lengths: NDArray[np.float32],
) -> Vector:
    """Fill in positions and inverse lengths; return the sums of unit rows, without the factors."""
    n_rows, n_columns = len(rows), len(factors)
    sums = np.zeros((_PIECES, n_columns))
    for piece in numba.prange(_PIECES):
        total = np.zeros(n_columns)
        strip = np.zeros(n_columns, dtype=np.float32)
        last = n_rows * (piece + 1) // _PIECES
        for i in range(n_rows * piece // _PIECES, last):
            squares = up = first = second = np.float32(0.0)
            for j in range(n_columns):
                number = rows[i, j]
                scaled = number * factors[j]
                squares += scaled * scaled
                up += number * frame[0, j]
                first += number * frame[1, j]
                second += number * frame[2, j]
            inverse = np.float32(0.0)
            if squares > np.float32(0.0):
                inverse = np.float32(1.0) / np.sqrt(squares)
            inverse_lengths[i] = inverse
            for j in range(n_columns):
                strip[j] += rows[i, j] * inverse
            if i % _STRIP == 0 or i == last - 1:
                for j in range(n_columns):
                    total[j] += strip[j]
                    strip[j] = np.float32(0.0)
            height = min(max(up * inverse, np.float32(-1.0)), np.float32(1.0))
            radius = np.sqrt(np.float32(1.0) - height * height)
            across = np.sqrt(first * first + second * second)
            positions[i, 2] = height
            if across > np.float32(0.0):
                positions[i, 0] = first / across * radius
                positions[i, 1] = second / across * radius
            else:
                positions[i, 0] = radius if inverse > np.float32(0.0) else np.float32(0.0)
                positions[i, 1] = np.float32(0.0)
        sums[piece] = total
    return sums


def compile_all() -> None:
    """Run the kernels of the cone once."""
    Cone(few_rows()).after(0.5, 8)

"""The cone that makes every cosine look alike, and the same rows while a linear map opens it.

Prepared once for a set and a fit (`Cone`), then one pass over the rows for each position of a
dial from raw over centered to white (`Cone.after`).

**What the picture shows.** A projection onto three axes would lie: in 384 dimensions 90 % of the
length of a row is outside of any three. So each row is put on the unit sphere at its true angle,
in all dimensions, to one reference axis: the mean direction of the unit rows *before*, which
stays the pole while the dial moves. Around the pole it is turned to where the two leading
directions of the rest point. Distances between two rows are not true, distances to the pole are.
The linear picture is there beside it (`ConeView.linear`), with the share of length that it shows.

**The same space before and after.** After is mapped and rotated back. So the angle to the old
mean direction still means something, and the cosines are those of the mapped rows, whether "pca"
or "zca". In a complete eigenbasis, where the rows are kept, the whole dial is a factor and an
offset per column (see `eigenbasis`); the rest is four sums per row.

**The numbers.** Mean cosine, angles and the sampled cosines are those of the unit rows. IsoScore
and effective rank are those of the cloud before it is scaled to unit length, rotated back: of all
dimensions wherever the dial stands, so that no number jumps where directions are dropped.

**Large sets.** Beyond 200,000 rows, or a quarter of a gigabyte, a seeded sample of the rows is
copied and drawn, and `Cone.rows` says which. Axes, IsoScore and effective rank still come from all
rows; positions, angles, cosines and the mean cosine from those in the picture, before as after.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.anisotropy.cone_view import AngleBand, ConeView
from embedviz.core.anisotropy.eigenbasis import ColumnMap, Eigenbasis
from embedviz.core.anisotropy.placing import PairOrder, place, place_in_own_size
from embedviz.core.anisotropy.transform import Fit, Transform, TransformSettings, fit_rows
from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import kernel_rows, rows_per_block, scale_to_unit_length
from embedviz.core.compiled.checks import checked_matrix
from embedviz.core.compiled.kernels import few_rows
from embedviz.core.covariance import (
    Directions,
    PrincipalAxes,
    Vector,
    kept_directions,
    leading_directions,
    principal_axes,
)
from embedviz.core.isotropy import mean_cosine_of, padded_variances, unit_row_sum
from embedviz.core.pairs.row_pairs import cosines_of_pairs
from embedviz.core.progress import Report, silent

__all__ = ["AngleBand", "Cone", "ConePlaces", "ConeView", "compile_all"]

_MOST_ROWS = 200_000
_MOST_NUMBERS = 64_000_000

# Below this mean cosine the rows lean to one side no more than centered ones do.
_LEAST_MEAN_COSINE = 0.01


class ConePlaces(NamedTuple):
    """Where vectors are that need not be rows.

    Attributes
    ----------
    positions, linear : float32 arrays of shape (n, 3)
        As in `ConeView`.
    units : float64 array of shape (n, n_dimensions)
        Their unit vectors.
    """

    positions: Matrix
    linear: Matrix
    units: Vector


class Cone:
    """A set of vectors, prepared to be seen while the dial moves.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    fit : Fit, optional
        What the map is fitted on: the same rows, or others of as many dimensions. Default: the
        vectors themselves.
    report : callable
    own : PrincipalAxes, optional
        Of the vectors themselves, where they are known and the fit is of others.
    pairs : int
        How many pairs of rows are sampled for the distribution of cosines; all pairs when there
        are not so many.
    seed : int
        For the sample of pairs and, of a large set, of rows.

    Attributes
    ----------
    before : ConeView
        The rows as they are.
    fit : Fit
    own : PrincipalAxes
        Of the vectors themselves.
    rows : int array of shape (n_rows,)
        The rows in the picture, ascending: all, or a sample of a large set.
    pairs : int array of shape (n_pairs, 2)
        The sampled pairs, as places in `rows`.
    n_vectors : int
        How many rows there are.
    rank : int
        How many directions have a variance worth keeping: the largest number of components.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.
    ValueError
        When the fit is of rows with another number of dimensions.
    """

    def __init__(
        self,
        vectors: ArrayLike,
        fit: Fit | None = None,
        report: Report = silent,
        *,
        own: PrincipalAxes | None = None,
        pairs: int = 20_000,
        seed: int = 0,
    ) -> None:
        given = checked_matrix(vectors)
        self.fit = fit or fit_rows(given, report=lambda part, text: report(0.5 * part, text))
        if self.fit.axes.dimensions != given.shape[1]:
            raise ValueError(
                f"the fit has {self.fit.axes.dimensions} dimensions, the rows {given.shape[1]}"
            )
        self._is_own = not self.fit.source and not self.fit.left_out
        if own is None:
            measure = partial(principal_axes, given, lambda part, text: report(0.5 * part, text))
            own = self.fit.axes if self._is_own else measure()
        total, n_rows = unit_row_sum(given, lambda done, message: report(0.5 + 0.1 * done, message))
        self.n_vectors, self.own = len(given), own
        self.rank = kept_directions(self.fit.axes).rank
        random = np.random.default_rng(seed)
        self.rows = _picture_rows(self.n_vectors, given.shape[1], random)
        self._order = PairOrder.sampled(len(self.rows), pairs, random)
        self.pairs = self._order.pairs()
        self._frame = _reference_frame(total, n_rows, kept_directions(own))
        self._basis = Eigenbasis(self.fit, _few_of(given, self.rows, given.shape[1]))
        self._rotated = _rotated_rows(given, self.rows, self._order.order, self._basis, report)
        self._frame_in_basis = self._frame @ self._basis.axes.T
        self._covariance = None if self._is_own else self._basis.covariance(own)
        report(0.8, "measuring angles")
        self.before = self._view_before(given, total, n_rows)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know about the rank where all components are kept."""
        return self.notes_on(TransformSettings())

    def notes_on(self, settings: TransformSettings) -> tuple[str, ...]:
        """Return what a reader should know about the rank with these settings."""
        return Transform(self.fit, settings).notes

    def after(self, settings: TransformSettings) -> ConeView:
        """Return the rows mapped, rotated back and scaled to unit length.

        Raises
        ------
        UserError
            When nothing is left of the rows; see `Transform`.
        """
        step = self._basis.column_map(settings)
        columns = step.columns
        placed = place(
            self._rotated,
            step.first,
            step.factors,
            step.offsets,
            self._frame_in_basis[:, columns],
            (step.leading, step.leading + step.n_kept),
            self._order,
        )
        mean_cosine = mean_cosine_of(placed.total, placed.n_rows)
        frame, mean = self._frame_in_basis[:, columns], placed.total / max(placed.n_rows, 1)
        view = ConeView(
            placed.positions,
            placed.linear,
            placed.cosines(self.pairs),
            mean_cosine,
            step.n_kept,
            _mean_direction(mean, mean_cosine, frame),
            partial(self._in_space, mean, columns),
            partial(self._spectrum, step),
        )
        return view.measured()

    def look_at(self, vectors: Matrix, settings: TransformSettings | None = None) -> ConePlaces:
        """Return where vectors are that need not be rows, and their unit vectors.

        Parameters
        ----------
        vectors : float32 array of shape (n, n_dimensions)
        settings : TransformSettings, optional
            Where the dial stands. Default: as before.
        """
        axes = self.own.axes[:3]
        units = np.array(vectors, dtype=np.float64)
        if settings is not None:
            units = self._basis.mapped(vectors, settings)
            axes = Transform(self.fit, settings).kept.axes[:3]
        scale_to_unit_length(units)
        placed = place_in_own_size(units.astype(np.float32), self._frame, axes)
        return ConePlaces(placed.positions, placed.linear, units)

    def _view_before(self, given: Matrix, total: Vector, n_rows: int) -> ConeView:
        axes = self.own.axes[:3]
        parts = [
            place_in_own_size(block, self._frame, axes)
            for _, block in _picture_blocks(given, self.rows)
        ]
        # Exact also where the picture is of a sample: the sum over all rows is there already.
        mean_cosine, mean = mean_cosine_of(total, n_rows), total / max(n_rows, 1)
        return ConeView(
            _joined([part.positions for part in parts]),
            _joined([part.linear for part in parts]),
            cosines_of_pairs(given, self.rows[self.pairs]),
            mean_cosine,
            kept_directions(self.own).rank,
            _mean_direction(mean, mean_cosine, self._frame),
            lambda: mean,
            partial(padded_variances, self.own.variances, self.own.dimensions),
        )

    def _in_space(self, coordinates: Vector, columns: slice) -> Vector:
        return np.asarray(coordinates @ self._basis.axes[columns])

    def _spectrum(self, step: ColumnMap) -> Vector:
        """Return the variances of the mapped rows, with zeros for what is dropped."""
        factors, columns = step.factors, step.columns
        if self._covariance is None:
            variances = self._basis.variances[columns] * factors**2
        else:
            mapped = self._covariance[columns, columns] * np.outer(factors, factors)
            variances = np.maximum(np.linalg.eigvalsh(mapped)[::-1], 0.0)
        return padded_variances(variances, self.own.dimensions)


def _picture_rows(n_vectors: int, dimensions: int, random: np.random.Generator) -> Rows:
    most = min(_MOST_ROWS, max(1, _MOST_NUMBERS // max(1, dimensions)))
    if n_vectors <= most:
        return np.arange(n_vectors)
    return np.sort(random.choice(n_vectors, most, replace=False, shuffle=False))


def _few_of(given: Matrix, rows: Rows, most: int) -> Matrix:
    """Return the rows of the picture; of many, so many of them."""
    return given[rows[:most]]


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


def _mean_direction(mean: Vector, mean_cosine: float, frame: Vector) -> NDArray[np.float32] | None:
    """Return where the mean of the unit rows points in the picture; None where nowhere."""
    if not mean_cosine > _LEAST_MEAN_COSINE:
        return None
    unit = mean / np.linalg.norm(mean)
    up, first, second = (frame @ unit).tolist()
    height = min(max(up, -1.0), 1.0)
    radius, across = (1 - height**2) ** 0.5, float(np.hypot(first, second))
    x, y = (first / across * radius, second / across * radius) if across > 0 else (radius, 0.0)
    return np.array([x, y, height], np.float32)


def _picture_blocks(given: Matrix, rows: Rows) -> Iterator[tuple[int, Matrix]]:
    step = rows_per_block(given.shape[1])
    for first in range(0, len(rows), step):
        chosen: Rows | slice = slice(first, first + step)
        if len(rows) < len(given):
            chosen = rows[chosen]
        yield first, kernel_rows(given[chosen])


def _rotated_rows(
    given: Matrix, rows: Rows, order: Rows, basis: Eigenbasis, report: Report
) -> Matrix:
    """Return the coordinates of the rows of the picture, stored in an order."""
    rotated = np.empty((len(rows), len(basis.axes)), np.float32)
    stored_at = np.empty(len(rows), np.intp)
    stored_at[order] = np.arange(len(rows))
    for first, block in _picture_blocks(given, rows):
        report(0.6 + 0.2 * first / len(rows), "turning the rows")
        rotated[stored_at[first : first + len(block)]] = basis.coordinates(block)
    return kernel_rows(rotated)


def _joined(parts: list[Matrix]) -> Matrix:
    return np.concatenate([np.empty((0, 3), np.float32), *parts])


def compile_all() -> None:
    """Run the kernels of the cone once."""
    Cone(few_rows()).after(TransformSettings(strength=0.5, n_components=8))

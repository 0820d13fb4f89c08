"""Axes that the user chooses: "man → woman" along x.

An axis runs from one row to another, or from one group of rows to another; a group stands for the
mean of its rows at unit length, as in "woman, queen". A coordinate is the product of the row at
unit length with the unit direction of the axis: the cosine between the two, from -1 to 1, so that
the number can be read. Axes that were chosen are therefore not made orthogonal to each other, nor
is the mean taken off: a row at 0 leans to neither end. Where two axes are related, the picture
shows it, as a cloud along its diagonal.

When fewer axes are chosen than the picture has, the others are the principal components of what is
left: of the rows at unit length without their parts along the chosen directions. These are
orthogonal to everything that was chosen and to each other, and their coordinates are products in
the same way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix
from embedviz.core.blocks import row_blocks, scale_to_unit_length
from embedviz.core.covariance import Moments, Vector, principal_axes
from embedviz.core.errors import UserError
from embedviz.core.progress import OnLayout, Report, part_of, silent
from embedviz.core.projections.axis import plain_axes
from embedviz.core.projections.projection import PlacedRows, Projection
from embedviz.core.vector_set import VectorSet

_MOST_AXES = 3
_SHORTEST = 1e-5
"""Means of rows at unit length that are closer than this are the same, up to rounding."""
_PARALLEL = 1 - 1e-6
_MOST_NAMED = 3
_arrow = re.compile("→|->|⟶|=>").finditer


@dataclass(frozen=True)
class ChosenAxis:
    """A direction from some rows to others.

    Attributes
    ----------
    start, end : tuple of int
        Row numbers; several stand for their mean.
    start_name, end_name : str
        What the ends are called on screen.
    """

    start: tuple[int, ...]
    end: tuple[int, ...]
    start_name: str
    end_name: str

    def __post_init__(self) -> None:
        if not self.start or not self.end:
            raise UserError("An axis needs at least one row at each end.")

    @property
    def title(self) -> str:
        """Text at the axis: "man → woman"."""
        return f"{self.start_name} → {self.end_name}"


@dataclass(frozen=True)
class ChosenAxes(Projection):
    """Directions between rows as axes of the picture.

    Attributes
    ----------
    axes : tuple of ChosenAxis
        One to three: along x, y and z.
    """

    name: ClassVar[str] = "chosen axes"
    caveat: ClassVar[str] = (
        "How far each row points from one end to the other; all else is not seen."
    )

    axes: tuple[ChosenAxis, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.axes) <= _MOST_AXES:
            raise UserError(f"{len(self.axes)} axes are chosen; there can be one to three.")

    def __str__(self) -> str:
        return f"chosen axes {', '.join(axis.title for axis in self.axes)}"

    @property
    def titles(self) -> tuple[str, ...]:
        """Texts at x, y and z, also at those axes that were not chosen."""
        chosen = tuple(axis.title for axis in self.axes)
        missing = range(1, _MOST_AXES - len(chosen) + 1)
        return (*chosen, *(f"PC{number} of the rest" for number in missing))

    def directions(self, vectors: ArrayLike) -> Vector:
        """Return the unit directions of the chosen axes.

        Parameters
        ----------
        vectors : array of shape (n_vectors, n_dimensions)

        Returns
        -------
        float64 array of shape (number of chosen axes, n_dimensions)

        Raises
        ------
        UserError
            When an axis names a row that is not there, or begins where it ends.
        """
        rows = np.asarray(vectors, dtype=np.float32)
        return np.array([_direction(axis, rows) for axis in self.axes])

    def place(
        self,
        vector_set: VectorSet,
        n_components: int,
        report: Report = silent,
        on_layout: OnLayout | None = None,
    ) -> PlacedRows:
        """Return where the rows lie between the ends of the axes."""
        rows = vector_set.vectors
        directions = self._all_directions(rows, n_components, part_of(report, 0.0, 0.8))
        positions = _products(rows, directions, part_of(report, 0.8, 1.0))
        axes = plain_axes(self.titles[:n_components])
        return PlacedRows(positions, axes, partial(_products, directions=directions))

    def fit_transform(
        self,
        vectors: ArrayLike,
        n_components: int = 2,
        *,
        report: Report = silent,
        on_layout: OnLayout | None = None,
    ) -> Matrix:
        """See `Projection.fit_transform`; coordinates are cosines, from -1 to 1.

        Raises
        ------
        UserError
            When an axis begins where it ends or names a row that is not there, two axes are the
            same or opposite directions, or a row holds NaN or infinities.
        """
        rows = np.asarray(vectors, dtype=np.float32)
        directions = self._all_directions(rows, n_components, part_of(report, 0.0, 0.8))
        return _products(rows, directions, part_of(report, 0.8, 1.0))

    def _all_directions(self, rows: Matrix, n_components: int, report: Report) -> Vector:
        """Return the directions of all axes of the picture, also of those that were not chosen."""
        chosen = ChosenAxes(self.axes[:n_components])
        directions = chosen.directions(rows)
        chosen._require_different(directions)
        missing = n_components - len(directions)
        if missing:
            rest = _leading_of_rest(rows, directions, missing, report)
            directions = np.concatenate([directions, rest])
        return directions

    def _require_different(self, directions: Vector) -> None:
        cosines = directions @ directions.T
        for first, second in combinations(range(len(directions)), 2):
            if abs(cosines[first, second]) > _PARALLEL:
                raise UserError(
                    f"{self.axes[first].title} and {self.axes[second].title} are the same "
                    "direction, so all points would lie on a line. Choose another axis."
                )


def axis_between(
    vector_set: VectorSet,
    start: Sequence[int],
    end: Sequence[int],
    start_name: str = "",
    end_name: str = "",
) -> ChosenAxis:
    """Return the axis from a row, or a group of rows, to another.

    Parameters
    ----------
    vector_set : VectorSet
    start, end : sequence of int
        Row numbers.
    start_name, end_name : str
        Default: the labels, or their number when they are more than three.

    Raises
    ------
    UserError
        When there are no rows at one end.
    """
    return ChosenAxis(
        tuple(int(row) for row in start),
        tuple(int(row) for row in end),
        start_name or _name_of(vector_set, start),
        end_name or _name_of(vector_set, end),
    )


def read_axis(vector_set: VectorSet, text: str) -> ChosenAxis:
    """Return the axis that a user has typed: "man → woman", or "man, king -> woman, queen".

    Labels may have spaces, commas and arrows in them: of several ways to read the text, the first
    one in which all labels are known is taken, with labels as long as possible.

    Parameters
    ----------
    vector_set : VectorSet
    text : str

    Raises
    ------
    UserError
        When there is no arrow, nothing at one side of it, or a label that the set has not; the
        message names labels that are nearly the same.
    """
    problem = None
    for arrow in _arrow(text):
        try:
            start = _rows_of(vector_set, text[: arrow.start()])
            end = _rows_of(vector_set, text[arrow.end() :])
        except UserError as error:
            problem = problem or error
        else:
            return axis_between(vector_set, start, end)
    raise problem or UserError(
        "An axis runs from one label to another: write two of them with an arrow between, as in "
        "man → woman or man -> woman."
    )


def _rows_of(vector_set: VectorSet, side: str) -> list[int]:
    """Return the rows of labels with commas between them, each label as long as possible."""
    pieces = side.split(",")
    rows = []
    first = 0
    while first < len(pieces):
        label, length = _longest_label(vector_set, pieces[first:])
        if label:
            rows.append(_row(vector_set, label))
        first += length
    if not rows:
        raise UserError("There is no label at one end of the arrow. Write one before and after it.")
    return rows


def _longest_label(vector_set: VectorSet, pieces: Sequence[str]) -> tuple[str, int]:
    """Return the longest label that the pieces begin with, else the first, and its length."""
    for length in range(len(pieces), 0, -1):
        label = ",".join(pieces[:length]).strip()
        if label in vector_set:
            return label, length
    return pieces[0].strip(), 1


def _row(vector_set: VectorSet, label: str) -> int:
    try:
        return vector_set.row(label)
    except KeyError as error:
        raise UserError(error.args[0]) from None


def _name_of(vector_set: VectorSet, rows: Sequence[int]) -> str:
    if len(rows) > _MOST_NAMED:
        return f"{len(rows):,} rows"
    return ", ".join(vector_set.labels[row] for row in rows)


def _direction(axis: ChosenAxis, rows: Matrix) -> Vector:
    ends = [_mean_of_units(rows, axis, end) for end in (axis.start, axis.end)]
    direction: Vector = ends[1] - ends[0]
    length = np.linalg.norm(direction)
    if not np.isfinite(length):
        raise UserError(f"{axis.title}: a row of it holds NaN or infinite numbers.")
    if length < _SHORTEST:
        raise UserError(
            f"{axis.title}: both ends are the same vector, so there is no direction from one to "
            "the other. Choose another end."
        )
    return direction / length


def _mean_of_units(rows: Matrix, axis: ChosenAxis, end: tuple[int, ...]) -> Vector:
    beyond = next((row for row in end if not 0 <= row < len(rows)), None)
    if beyond is not None:
        raise UserError(
            f"{axis.title} was chosen in another set: there is no row {beyond:,} among "
            f"{len(rows):,}. Choose it again."
        )
    total: Vector = np.zeros(rows.shape[1])
    for _, places in row_blocks(np.array(end)[:, np.newaxis]):
        total += _units(rows[places[:, 0]]).sum(axis=0)
    return total / len(end)


def _units(rows: Matrix) -> Vector:
    """Return rows at unit length in float64; rows of zeros stay zeros."""
    units = rows.astype(np.float64)
    with np.errstate(invalid="ignore"):  # NaN is told in words.
        scale_to_unit_length(units)
    return units


def _leading_of_rest(rows: Matrix, directions: Vector, count: int, report: Report) -> Vector:
    """Return the principal axes of the rows without their parts along the directions."""
    _, _, basis = np.linalg.svd(directions, full_matrices=False)
    dimensions = rows.shape[1]
    if 2 * len(rows) <= dimensions:
        units = _units(rows)
        found = principal_axes(units - (units @ basis.T) @ basis, report)
    else:
        moments = Moments(dimensions)
        for first, block in row_blocks(rows):
            report(first / len(rows), "principal components of the rest")
            moments.add(_units(block))
        rest = np.eye(dimensions) - basis.T @ basis
        moments.scatter = rest @ moments.scatter @ rest
        found = moments.principal_axes()
    axes = np.zeros((count, dimensions))
    # Beyond the rank there are only directions of rounding errors, which may be the chosen ones.
    floor = found.variances.max(initial=0.0) * dimensions * np.finfo(np.float64).eps
    there = np.flatnonzero(found.variances[:count] > floor)
    axes[there] = found.axes[there]
    return axes


def _products(rows: Matrix, directions: Vector, report: Report = silent) -> Matrix:
    positions = np.empty((len(rows), len(directions)), dtype=np.float32)
    turned = directions.T.astype(np.float32)
    for first, block in row_blocks(rows):
        report(first / len(rows), "coordinates")
        units = block.copy()
        with np.errstate(invalid="ignore"):
            scale_to_unit_length(units)
        np.matmul(units, turned, out=positions[first : first + len(block)])
    return positions

"""What a map needs to know of the rows that it is fitted on.

Dimensions that are left out are not there at all while axes are looked for: an axis with a zero in
their place is found in the space of the others, so that rounding never brings them back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Rows
from embedviz.core.blocks import row_blocks
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.covariance import (
    PrincipalAxes,
    axes_of_table,
    principal_axes,
    shrinkage_of_blocks,
)
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, part_of, silent

_MEASURED = 0.85
_MOST_COPIED_BYTES = 200_000_000


@dataclass(frozen=True, eq=False)
class Fit:
    """What is known of the rows that a map is fitted on. Two are equal where all of it is.

    Attributes
    ----------
    axes : PrincipalAxes
        Of the rows, in which the numbers of `left_out` are zero, as they are in the axes.
    shrinkage : float, optional
        How far Ledoit and Wolf move the variances toward their mean, 0 to 1; None: not asked for.
    left_out : tuple of int
        Dimensions that count as zero, in these rows and in all that are mapped; ascending.
    source : str
        What they are, such as "412 selected rows"; nothing for all rows of the set itself.
    """

    axes: PrincipalAxes
    shrinkage: float | None = None
    left_out: tuple[int, ...] = ()
    source: str = ""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fit):
            return NotImplemented
        return self is other or self._digest == other._digest

    def __hash__(self) -> int:
        return hash(self._digest)

    @property
    def n_dimensions(self) -> int:
        """How many dimensions are not left out."""
        return self.axes.dimensions - len(self.left_out)

    @cached_property
    def shrunk(self) -> PrincipalAxes:
        """The axes with shrunk variances: one for each dimension that is not left out.

        Raises
        ------
        ValueError
            When the shrinkage is not known.
        """
        if self.shrinkage is None:
            raise ValueError("the rows were fitted without shrinkage=True")
        axes, toward = self.axes, self.axes.variances.sum() / max(self.n_dimensions, 1)
        directions, variances = axes.axes, axes.variances
        n_more = self.n_dimensions - len(directions)
        if n_more > 0:
            # Of few rows there are few axes, but shrinkage gives every direction a variance.
            inner = np.delete(directions, self.left_out, axis=1)
            rest = np.zeros((n_more, axes.dimensions))
            found = np.linalg.qr(inner.T, mode="complete")[0][:, len(directions) :].T
            rest[:, _others(axes.dimensions, self.left_out)] = found
            directions = np.concatenate([directions, rest])
            variances = np.concatenate([variances, np.zeros(n_more)])
        shrunk = (1 - self.shrinkage) * variances + self.shrinkage * toward
        return axes._replace(axes=directions, variances=shrunk)

    @cached_property
    def _digest(self) -> bytes:
        """What differs where any bit of the fit does."""
        axes = self.axes
        facts = axes.n_rows, axes.n_distinct, self.shrinkage, self.left_out, self.source
        digest = blake2b(repr(facts).encode(), digest_size=16)
        for array in (axes.mean, axes.axes, axes.variances):
            digest.update(f"\0{array.shape}\0".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.digest()


def fit_rows(
    vectors: ArrayLike,
    *,
    rows: Rows | None = None,
    left_out: tuple[int, ...] = (),
    source: str = "",
    shrinkage: bool = False,
    report: Report = silent,
) -> Fit:
    """Return what a map needs to know of some rows.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        Read block by block.
    rows : int array, optional
        Which of them count. Default: all.
    left_out : tuple of int
        Dimensions that count as zero.
    source : str
        What the rows are; nothing for all rows of the set that is mapped.
    shrinkage : bool
        Whether the shrinkage of Ledoit and Wolf is measured, which takes another pass.
    report : Report

    Raises
    ------
    UserError
        When a row holds NaN or an infinity, or all dimensions are left out.
    """
    table = as_table(vectors, "vectors")
    require_axes(table, 2, "vectors")
    dimensions = table.shape[1]
    left_out = tuple(sorted(set(left_out)))
    if left_out and not 0 <= left_out[0] <= left_out[-1] < dimensions:
        raise UserError(
            f"Dimension {left_out[-1] if left_out[0] >= 0 else left_out[0]} is to be left out, and "
            f"there are {dimensions:,}, counted from 0. Leave out others."
        )
    if len(left_out) == dimensions:
        raise UserError("All dimensions are left out, so nothing is left. Leave out fewer.")
    chosen = _ChosenNumbers(table, rows, _others(dimensions, left_out) if left_out else None)
    axes = chosen.principal_axes(part_of(report, 0.0, _MEASURED) if shrinkage else report)
    measured = None
    if shrinkage:
        measured = shrinkage_of_blocks(chosen.blocks(), axes, part_of(report, _MEASURED, 1.0))
    return Fit(chosen.embedded(axes), measured, left_out, source)


def _others(dimensions: int, left_out: tuple[int, ...]) -> Rows:
    """Return the dimensions that are not left out."""
    return np.delete(np.arange(dimensions), left_out)


@dataclass(frozen=True, eq=False)
class _ChosenNumbers:
    """Some rows and some columns of a table, copied a few megabytes at a time."""

    table: NDArray[Any]
    rows: Rows | None
    columns: Rows | None

    def __len__(self) -> int:
        return len(self.table) if self.rows is None else len(self.rows)

    def __getitem__(self, rows: slice) -> NDArray[Any]:
        found = self.table[rows if self.rows is None else self.rows[rows]]
        return found if self.columns is None else found[:, self.columns]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        n_columns = self.table.shape[1] if self.columns is None else len(self.columns)
        return len(self), int(n_columns)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return self.table.dtype

    def blocks(self) -> Iterator[NDArray[Any]]:
        """Yield the numbers, some rows at a time."""
        for _, block in row_blocks(self):
            yield block

    def principal_axes(self, report: Report) -> PrincipalAxes:
        """Return the principal axes, in the space of the columns."""
        if self.rows is None and self.columns is None:
            return principal_axes(self.table, report)
        n_rows, dimensions = self.shape
        if 2 * n_rows <= dimensions or 4 * n_rows * dimensions <= _MOST_COPIED_BYTES:
            report(0.0, "choosing the rows")
            empty = np.empty((0, dimensions), self.dtype)
            return principal_axes(np.concatenate([empty, *self.blocks()]), report)
        return axes_of_table(self, report)

    def embedded(self, axes: PrincipalAxes) -> PrincipalAxes:
        """Return axes of the columns as axes of the table, with zeros in the other columns."""
        if self.columns is None:
            return axes
        mean = np.zeros(self.table.shape[1])
        wide = np.zeros((len(axes.axes), self.table.shape[1]))
        mean[self.columns], wide[:, self.columns] = axes.mean, axes.axes
        return axes._replace(mean=mean, axes=wide)

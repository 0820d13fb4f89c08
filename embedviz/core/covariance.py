"""Mean and principal axes of a cloud of rows, and the linear maps made from them.

What PCA, whitening and the cone share. Nothing here needs scikit-learn, which takes 0.8 s to
import.

The scatter is summed in float64, block by block, about the mean of each block, and blocks are
merged as by Chan, Golub and LeVeque (1983); so a million rows are never copied and a large mean
costs no digits. Covariances of real embeddings are singular (constant dimensions, fewer rows than
dimensions), and a sum in float32 would bury their smallest variances in noise of 1e-7 of the
largest one, which whitening then blows up. The first row is subtracted before anything is summed:
rows that are all equal, and dimensions that are constant, get a variance of exactly zero.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.blocks import row_blocks, scale_to_unit_length
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent

Vector = NDArray[np.float64]

FLOOR = 1e-6
"""Smallest variance that whitening keeps, as a share of the largest one."""
_NEARLY_ALL = 0.9
"""Of all directions: who keeps fewer has done what the warning advises."""


class PrincipalAxes(NamedTuple):
    """The orthogonal directions along which a cloud of rows spreads, most spread first.

    Attributes
    ----------
    mean : float64 array of shape (n_dimensions,)
    axes : float64 array of shape (n_axes, n_dimensions)
        Unit rows, each with its largest number positive. There is no variance outside of them.
    variances : float64 array of shape (n_axes,)
        Along each axis, with n - 1 in the denominator; descending, never negative.
    n_rows : int
        How many rows they were computed from.
    n_distinct : int
        How many of these rows differ from all before them; not counted beyond n_dimensions + 2,
        since more do not matter for what they span.
    """

    mean: Vector
    axes: Vector
    variances: Vector
    n_rows: int
    n_distinct: int

    @property
    def dimensions(self) -> int:
        """Length of the rows."""
        return len(self.mean)


class Directions(NamedTuple):
    """The principal axes that are left when a cloud is reduced and nothing degenerate is kept.

    Attributes
    ----------
    axes : float64 array of shape (n_kept, n_dimensions)
    variances : float64 array of shape (n_kept,)
        All above zero.
    rank : int
        How many there were before the number of components was limited.
    cloud_rank : int
        How many there were before any were removed: the rank of the cloud.
    """

    axes: Vector
    variances: Vector
    rank: int
    cloud_rank: int


class Moments:
    """Number, mean and scatter of the rows added so far."""

    def __init__(self, dimensions: int) -> None:
        self.n_rows = 0
        self.mean: Vector = np.zeros(dimensions)
        self.scatter: Vector = np.zeros((dimensions, dimensions))
        self._first: Vector = np.zeros(dimensions)
        self._mean: Vector = np.zeros(dimensions)  # Of the rows minus the first one.
        self._distinct = _DistinctRows(dimensions + 2)

    @classmethod
    def of(cls, axes: PrincipalAxes) -> Moments:
        """Return the moments of the rows that some axes were computed from."""
        moments = cls(axes.dimensions)
        moments.n_rows = axes.n_rows
        moments.mean, moments._first = axes.mean, axes.mean
        spread = axes.variances * max(0, axes.n_rows - 1)
        moments.scatter = (axes.axes.T * spread) @ axes.axes
        # Which they were is not known any more; a row that comes again may be counted twice.
        moments._distinct.n_before = axes.n_distinct
        return moments

    def add(self, rows: NDArray[Any], report: Report = silent) -> None:
        """Count in more rows, an array (n_vectors, n_dimensions) of floats."""
        for first, block in row_blocks(rows):
            report(first / len(rows), "measuring the spread")
            self._distinct.add(block)
            with np.errstate(invalid="ignore", over="ignore"):  # Told in words at the end.
                self._add(np.array(block, dtype=np.float64))

    def _add(self, block: Vector) -> None:
        if not self.n_rows:
            self._first = block[0].copy()
        block -= self._first
        mean = block.mean(axis=0)
        block -= mean
        total = self.n_rows + len(block)
        step = mean - self._mean
        self.scatter += block.T @ block
        self.scatter += np.outer(step * (self.n_rows * len(block) / total), step)
        self._mean = self._mean + step * (len(block) / total)
        self.mean = self._first + self._mean
        self.n_rows = total

    def principal_axes(self) -> PrincipalAxes:
        """Return the mean, all principal axes and the variances of the rows added so far.

        Raises
        ------
        UserError
            When a row held NaN or an infinity.
        """
        _require_finite(self.scatter)
        variances, columns = np.linalg.eigh(self.scatter / max(1, self.n_rows - 1))
        counts = self.n_rows, self._distinct.count
        return _sorted_axes(self.mean, columns.T[::-1], variances[::-1], counts)


class _DistinctRows:
    """Counter of rows that differ, up to a limit, from which on nothing is looked at any more."""

    def __init__(self, limit: int) -> None:
        self.n_before = 0
        self._limit = limit
        self._seen: set[bytes] = set()

    @property
    def count(self) -> int:
        """Number of distinct rows, at most the limit."""
        return min(self.n_before + len(self._seen), self._limit)

    def add(self, rows: NDArray[Any]) -> None:
        """Look at more rows, an array (n_rows, n_dimensions)."""
        for row in rows:
            if self.count == self._limit:
                break
            # A digest, since the rows themselves may be as large as the scatter. Zero has two
            # signs, which are the same number.
            self._seen.add(blake2b((row + 0.0).tobytes(), digest_size=16).digest())


def principal_axes(vectors: ArrayLike, report: Report = silent) -> PrincipalAxes:
    """Return the mean, the principal axes and the variances of a cloud of rows.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        Read block by block, never copied as a whole unless it is wider than long.
    report : callable

    Returns
    -------
    PrincipalAxes
        As many axes as dimensions, or as rows when those are less than half as many. Not one
        has a variance when there are fewer than two rows.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.
    """
    rows = as_table(vectors, "vectors")
    require_axes(rows, 2, "vectors")
    n_rows, dimensions = rows.shape
    if 2 * n_rows > dimensions:
        moments = Moments(dimensions)
        moments.add(rows, report)
        report(0.9, "finding the principal axes")
        return moments.principal_axes()
    if not n_rows:
        return PrincipalAxes(np.zeros(dimensions), np.zeros((0, dimensions)), np.zeros(0), 0, 0)
    report(0.0, "finding the principal axes")
    shifted = rows.astype(np.float64)
    _require_finite(shifted)
    first = shifted[0].copy()
    shifted -= first
    mean = shifted.mean(axis=0)
    shifted -= mean
    _, lengths, axes = np.linalg.svd(shifted, full_matrices=False)
    distinct = _DistinctRows(dimensions + 2)
    distinct.add(rows)
    counts = n_rows, distinct.count
    return _sorted_axes(first + mean, axes, lengths**2 / max(1, n_rows - 1), counts)


def kept_directions(
    axes: PrincipalAxes,
    n_components: int | None = None,
    floor: float = FLOOR,
    remove_top: int = 0,
) -> Directions:
    """Return the directions that are left after removing the top ones and the degenerate ones.

    Parameters
    ----------
    axes : PrincipalAxes
    n_components : int, optional
        Keep at most so many. Default: all.
    floor : float
        Directions whose variance is below this share of the largest one left are dropped.
    remove_top : int
        Leave out so many of the directions with the largest variance, as in "All-but-the-top"
        (Mu and Viswanath, ICLR 2018).
    """
    variances = axes.variances[remove_top:]
    rank = 0
    if len(variances):
        rank = int(np.count_nonzero((variances > 0) & (variances >= floor * variances[0])))
    last = remove_top + (rank if n_components is None else min(n_components, rank))
    n_removed = int(np.count_nonzero(axes.variances[:remove_top]))
    kept = slice(remove_top, last)
    return Directions(axes.axes[kept], axes.variances[kept], rank, n_removed + rank)


def spread_powers(variances: Vector, strength: float) -> Vector:
    """Return variance^(-strength/2): what whitening multiplies each direction with."""
    return np.asarray(variances ** (-0.5 * strength))


def describe_rank(axes: PrincipalAxes, rank: int, n_kept: int | None = None) -> tuple[str, ...]:
    """Return what a reader should know about the rank of a cloud, in a few sentences or none.

    Whitened rows have the Gram matrix (n - 1)(I - 11ᵀ/n) when the cloud fills all n - 1
    directions that n centered rows can span: a regular simplex whatever the vectors were. Rows
    that are there several times weigh more and change the angles, but add no direction: that
    what is left tells nothing of the vectors depends on how many rows are distinct.

    Parameters
    ----------
    axes : PrincipalAxes
    rank : int
        How many directions of the cloud have a variance worth keeping.
    n_kept : int, optional
        How many of them are kept. Default: all.
    """
    notes = []
    if rank < axes.dimensions:
        notes.append(f"rank {rank:,} of {axes.dimensions:,}")
    if n_kept is not None and n_kept < rank:
        notes.append(f"{n_kept:,} of {rank:,} directions kept")
    if 2 <= axes.n_distinct == rank + 1 and _NEARLY_ALL * rank <= (n_kept or rank):
        notes.append(_describe_simplex(axes, rank))
    return tuple(notes)


def _describe_simplex(axes: PrincipalAxes, rank: int) -> str:
    if axes.n_rows == axes.n_distinct:
        return (
            f"{axes.n_rows:,} rows span only {rank:,} directions: fully whitened, every two of "
            f"them have the cosine −1/{rank:,}, whatever they mean. Keep fewer components."
        )
    return (
        f"{axes.n_rows:,} rows, {axes.n_distinct:,} of which are distinct, span only {rank:,} "
        "directions: fully whitened, the distinct ones are all about as far from each other, "
        "whatever they mean. Keep fewer components."
    )


def map_rows(
    vectors: NDArray[Any],
    mean: Vector,
    matrix: Vector,
    *,
    unit_length: bool = False,
    report: Report = silent,
) -> NDArray[Any]:
    """Return (vectors - mean) @ matrix, computed block by block in the type of the vectors.

    Parameters
    ----------
    vectors : float array of shape (n_vectors, n_dimensions)
    mean : array of shape (n_dimensions,)
        Subtracted in two parts, so that a mean far from zero is not rounded to float32.
    matrix : array of shape (n_dimensions, n_columns)
    unit_length : bool
        Divide each row of the result by its length. Rows of zeros, such as blank texts, have no
        direction and get none, or they would be near to whatever is far from the mean.
    report : callable

    Returns
    -------
    array of shape (n_vectors, n_columns)
        Of the same type as `vectors`.
    """
    kind = vectors.dtype
    coarse = mean.astype(kind)
    fine = (mean - coarse).astype(kind)
    matrix = matrix.astype(kind)
    result = np.empty((len(vectors), matrix.shape[1]), dtype=kind)
    for first, block in row_blocks(vectors):
        report(first / len(vectors), "mapping the rows")
        centered = block - coarse
        centered -= fine
        rows = result[first : first + len(block)]
        np.matmul(centered, matrix, out=rows)
        if unit_length:
            scale_to_unit_length(rows)
            rows[~block.any(axis=1)] = 0
    return result


def _sorted_axes(
    mean: Vector, axes: Vector, variances: Vector, counts: tuple[int, int]
) -> PrincipalAxes:
    if not axes.size:
        return PrincipalAxes(mean, axes, np.zeros(len(axes)), *counts)
    order = np.argsort(-variances, kind="stable")
    axes = axes[order]
    peaks = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, np.newaxis], axis=1)
    return PrincipalAxes(
        mean, axes * np.where(peaks < 0, -1.0, 1.0), _not_negative(variances[order]), *counts
    )


def _not_negative(variances: Vector) -> Vector:
    # Rounding leaves a null direction with about ±1e-16 of the largest variance.
    return np.maximum(variances, 0.0)


def _require_finite(numbers: Vector) -> None:
    if not np.isfinite(numbers).all():
        raise UserError(
            "The vectors hold NaN or infinite numbers, so they have no principal axes. "
            "Leave those rows out when the file is opened."
        )


def leading_directions(variances: Vector, pole: Vector, count: int) -> Vector:
    """Return the leading directions of diag(variances) with a pole projected out, (≤ count, r).

    By subspace iteration, because the matrix is diagonal but for the pole: a hundred products
    cost milliseconds where its decomposition would cost as much as that of the covariance. The
    pole is given in the eigenbasis and need not have unit length.
    """
    length = float(np.linalg.norm(pole))
    pole = pole / length if length > 1e-9 else np.zeros_like(pole)

    def without_pole(columns: Vector) -> Vector:
        return np.asarray(columns - np.outer(pole, pole @ columns))

    shares = variances / variances.max(initial=0.0)
    basis = np.eye(len(shares), min(len(shares), count + 8))
    for _ in range(100):
        basis, _ = np.linalg.qr(without_pole(shares[:, np.newaxis] * without_pole(basis)))
    basis = without_pole(basis)
    sizes, turns = np.linalg.eigh(basis.T @ (shares[:, np.newaxis] * basis))
    found = (basis @ turns[:, ::-1][:, :count]).T
    lengths = np.linalg.norm(found, axis=1)
    real = (lengths > 0.5) & (sizes[::-1][:count] > 0)
    return np.asarray(found[real] / lengths[real, np.newaxis])

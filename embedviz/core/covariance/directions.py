"""Principal axes that are kept, their factors in whitening, and what is said of the rank."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Vector
from embedviz.core.covariance.axes import PrincipalAxes
from embedviz.core.covariance.own_threads import blas_in_own_threads

FLOOR = 1e-6
"""Smallest variance that whitening keeps, as a share of the largest one."""
_ROUNDING = 1e-13
"""Variance that a direction without any may be found to have, as a share of the largest one."""
_NEARLY_ALL = 0.9
"""Of all directions: who keeps fewer has done what the warning advises."""


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
        (Mu and Viswanath, ICLR 2018). Where these are all there are, what is left is the rounding
        of their variances, and is dropped.
    """
    variances = axes.variances[remove_top:]
    rank = 0
    if len(variances):
        least = floor * variances[0]
        if remove_top:
            least = max(least, _ROUNDING * axes.variances[0])
        rank = int(np.count_nonzero((variances > 0) & (variances >= least)))
    last = remove_top + (rank if n_components is None else min(n_components, rank))
    n_removed = int(np.count_nonzero(axes.variances[:remove_top]))
    kept = slice(remove_top, last)
    return Directions(axes.axes[kept], axes.variances[kept], rank, n_removed + rank)


def variance_shares(variances: ArrayLike) -> Vector:
    """Return variances scaled to the sum 1; zeros where there is none.

    Parameters
    ----------
    variances : array of shape (n_axes,)
        Of any size: neither their sum overflows nor their shares vanish.
    """
    given = np.asarray(variances, dtype=np.float64)
    largest = given.max(initial=0.0)
    if not largest > 0:
        return np.zeros(len(given))
    scaled = given / largest  # First, or the sum might be infinite.
    return np.asarray(scaled / scaled.sum())


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
    if rank == 1:
        distinct = "" if axes.n_rows == 2 else ", 2 of which are distinct,"
        return (
            f"{axes.n_rows:,} rows{distinct} span only 1 direction: once centered, every two of "
            "them are equal or opposite, whatever they mean. Use more rows."
        )
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


def leading_directions(variances: Vector, pole: Vector, count: int) -> Vector:
    """Return the leading directions of diag(variances) with a pole projected out, (≤ count, r).

    By subspace iteration, because the matrix is diagonal but for the pole: a hundred products
    cost milliseconds where its decomposition would cost as much as that of the covariance. The
    pole is given in the eigenbasis and need not have unit length. The largest number of each is
    positive.
    """
    length = float(np.linalg.norm(pole))
    pole = pole / length if length > 1e-9 else np.zeros_like(pole)

    def without_pole(columns: Vector) -> Vector:
        return np.asarray(columns - np.outer(pole, pole @ columns))

    shares = variances / variances.max(initial=0.0)
    basis = np.eye(len(shares), min(len(shares), count + 8))
    with blas_in_own_threads():  # So thin a matrix is not worth sharing out.
        for _ in range(100):
            basis, _ = np.linalg.qr(without_pole(shares[:, np.newaxis] * without_pole(basis)))
        basis = without_pole(basis)
        sizes, turns = np.linalg.eigh(basis.T @ (shares[:, np.newaxis] * basis))
        found = (basis @ turns[:, ::-1][:, :count]).T
    lengths = np.linalg.norm(found, axis=1)
    real = (lengths > 0.5) & (sizes[::-1][:count] > 0)
    directions = found[real] / lengths[real, np.newaxis]
    # LAPACK may turn one around with another number of threads: its largest part points ahead.
    signs = [np.sign(each[np.abs(each).argmax()]) for each in directions]
    return np.asarray(directions * np.reshape(signs, (-1, 1)))

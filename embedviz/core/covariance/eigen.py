"""Eigenvalues and eigenvectors of a symmetric matrix, by threads that do not wait for each other.

`np.linalg.eigh` lets a BLAS library share out each of its thousand small products, so that its
threads mostly wait, busily: 512 x 512 took 35 ms in two threads as in one, and ten times as long
where other programs wanted a processor. Its steps are LAPACK's (Householder's reduction to a
tridiagonal matrix, divide and conquer on that, and the product of both), and are the same here; but
each runs in one thread of BLAS, and what can be done at the same time is: 19 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from ctypes import c_int
from functools import partial
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np

from embedviz.core.arrays import Vector
from embedviz.core.covariance.own_threads import at_once, blas_in_own_threads
from embedviz.core.covariance.routines import Routine, routine

_FEWEST, _MOST = 450, 1600
"""Dimensions for which this is faster: products of more are large enough to be shared out."""
_MODERATE = 1e-100, 1e100
"""Size of the largest number that needs no scaling."""
_PADDING = 8
"""Numbers between rows: a distance of 2ⁿ would send all of a column to one set of a cache."""
_PARTS = 4
"""Of the last product: as many as there are threads at most."""
_BLOCK = 64
"""Columns that LAPACK reduces at once, at most."""


def symmetric_eigen(matrix: Vector) -> tuple[Vector, Vector]:
    """Return the eigenvalues of a symmetric matrix, ascending, and a column of unit length each.

    Parameters
    ----------
    matrix : float64 array of shape (n, n)
        All finite. Only the upper triangle is read.
    """
    size = float(np.abs(matrix).max(initial=0.0))
    if _FEWEST <= len(matrix) <= _MOST and _MODERATE[0] < size < _MODERATE[1]:
        steps = _Steps.found()
        if steps is not None and (found := _decomposed(matrix, steps)) is not None:
            return found
    if len(matrix) > _MOST:
        return np.linalg.eigh(matrix, UPLO="U")
    with blas_in_own_threads():  # Nothing to gain by more, which would give other last digits.
        return np.linalg.eigh(matrix, UPLO="U")


def eigenvectors(covariance: Vector) -> tuple[Vector, Vector]:
    """Return the eigenvalues of a covariance, ascending, and a column of the axes for each.

    Dimensions without variance have exactly none: they are left out, and are axes of their own.

    Parameters
    ----------
    covariance : array of shape (n_dimensions, n_dimensions)
        Only its upper triangle is read.
    """
    varies = covariance.diagonal() != 0
    if varies.all():
        return symmetric_eigen(covariance)
    dimensions, constant = np.flatnonzero(varies), np.flatnonzero(~varies)
    n_constant = len(constant)
    variances, axes = np.zeros(len(covariance)), np.zeros(covariance.shape)
    axes[constant, np.arange(n_constant)] = 1.0
    variances[n_constant:], axes[dimensions, n_constant:] = symmetric_eigen(
        covariance[np.ix_(dimensions, dimensions)]
    )
    return variances, axes


class _Steps(NamedTuple):
    """LAPACK's routines for the steps."""

    reduce: Routine
    solve: Routine
    form: Routine

    @classmethod
    def found(cls) -> Self | None:
        """Return them, or None where SciPy lacks one."""
        routines = [routine("cython_lapack", name) for name in ("dsytrd", "dstedc", "dorgtr")]
        found = [each for each in routines if each is not None]
        return cls(*found) if len(found) == len(routines) else None


def _decomposed(matrix: Vector, steps: _Steps) -> tuple[Vector, Vector] | None:
    """Return eigenvalues and eigenvectors, or None where a step failed."""
    n = len(matrix)
    width = n + _PADDING
    reduced, turns = np.empty((n, width)), np.empty((n, width))
    reduced[:, :n] = matrix
    diagonal, beside, scales = np.empty(n), np.empty(n - 1), np.empty(n - 1)
    space, counts = np.empty(1 + 4 * n + n * n), np.empty(3 + 5 * n, np.intc)
    own_space, vectors = np.empty(_BLOCK * n), np.empty((n, n))
    failed = c_int(), c_int(), c_int()
    sizes = len(space), counts, len(counts)

    def form() -> None:
        steps.form(b"L", n, reduced, width, scales, own_space, len(own_space), failed[1])

    def solve() -> None:
        steps.solve(b"I", n, diagonal, beside, turns, width, space, *sizes, failed[2])

    def multiply(parts: Sequence[slice]) -> None:
        for rows in parts:
            np.matmul(turns[rows, :n], reduced[:, :n], out=vectors[rows])

    with blas_in_own_threads() as n_threads:
        steps.reduce(
            *(b"L", n, reduced, width, diagonal, beside, scales),
            *(own_space, len(own_space), failed[0]),
        )
        at_once([solve, form], n_threads)
        parts = _parts(n, _PARTS)  # The same in any number of threads, to the last digit.
        at_once([partial(multiply, parts[k::n_threads]) for k in range(n_threads)], n_threads)
    return None if any(each.value for each in failed) else (diagonal, vectors.T)


def _parts(n: int, count: int) -> list[slice]:
    """Return n rows in parts of about the same length."""
    ends = [n * part // count for part in range(count + 1)]
    return [slice(*each) for each in pairwise(ends)]

"""Mean direction of rows: the sum of unit rows, and the mean cosine of all pairs, which follows."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.blocks import kernel_rows, row_blocks
from embedviz.core.compiled.checks import checked_matrix
from embedviz.core.compiled.kernels import few_rows, parallel_kernel
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, silent

Vector = NDArray[np.float64]

# More pieces than processors, so that one that is busy elsewhere does not keep all waiting.
_PIECES = 16


def mean_cosine(vectors: ArrayLike, report: Report = silent) -> float:
    """Return the exact mean of the cosines of all pairs of different rows.

    It is (‖Σ x̂‖² - n) / (n(n - 1)), so it takes one pass over the rows and no sampling.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    report : callable

    Returns
    -------
    float
        Between -1 / (n - 1) and 1. Rows of zeros have no direction and are left out; nan when
        fewer than two rows are left.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.
    """
    return mean_cosine_of(*unit_row_sum(vectors, report))


def mean_cosine_of(total: Vector, n_rows: int) -> float:
    """Return the mean cosine of `n_rows` unit rows whose sum is `total`."""
    if n_rows < 2:
        return float("nan")
    return float((total @ total - n_rows) / (n_rows * (n_rows - 1)))


def unit_row_sum(vectors: ArrayLike, report: Report = silent) -> tuple[Vector, int]:
    """Return the sum of the rows scaled to unit length, and how many rows have a length.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    report : callable

    Returns
    -------
    total : float64 array of shape (n_dimensions,)
    n_rows : int
        Rows of zeros are not counted.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.
    """
    rows = checked_matrix(vectors)
    total, count, n_bad = np.zeros(rows.shape[1]), 0, 0
    for first, block in row_blocks(rows):
        report(first / len(rows), "adding up directions")
        sums, counts, bad = _add_unit_rows(kernel_rows(block))
        total += sums.sum(axis=0)
        count += int(counts.sum())
        n_bad += int(bad.sum())
    if n_bad:
        raise no_directions(n_bad)
    return total, count


def no_directions(n_bad: int) -> UserError:
    """Return the error that so many rows hold NaN or an infinity."""
    return UserError(
        f"{counted(n_bad, 'row')} of the vectors {'holds' if n_bad == 1 else 'hold'} NaN or "
        "infinite numbers, which have no direction. Leave such rows out when the file is opened."
    )


def rows_with_direction(rows: NDArray[Any]) -> NDArray[Any]:
    """Return the rows that are not all zeros; the array itself where all are.

    Raises
    ------
    UserError
        When one holds NaN or an infinity.
    """
    # The largest number of a row, without a copy of all: NaN and infinities stay what they are.
    peaks = np.maximum(rows.max(axis=1, initial=0.0), -rows.min(axis=1, initial=0.0))
    if n_bad := int((~np.isfinite(peaks)).sum()):
        raise no_directions(n_bad)
    there = peaks > 0
    return rows if there.all() else rows[there]


@parallel_kernel
def _add_unit_rows(rows: Matrix) -> tuple[Vector, NDArray[np.int64], NDArray[np.int64]]:
    n_rows, dimensions = rows.shape
    sums = np.zeros((_PIECES, dimensions))
    counts = np.zeros(_PIECES, dtype=np.int64)
    bad = np.zeros(_PIECES, dtype=np.int64)
    for piece in numba.prange(_PIECES):
        total = np.zeros(dimensions)
        for i in range(n_rows * piece // _PIECES, n_rows * (piece + 1) // _PIECES):
            squares = 0.0
            for j in range(dimensions):
                value = np.float64(rows[i, j])
                squares += value * value
            if not squares < np.inf:
                bad[piece] += 1
            elif squares > 0.0:
                scale = 1.0 / np.sqrt(squares)
                counts[piece] += 1
                for j in range(dimensions):
                    total[j] += scale * np.float64(rows[i, j])
        sums[piece] = total
    return sums, counts, bad


def compile_all() -> None:
    """Run the kernel once."""
    mean_cosine(few_rows())

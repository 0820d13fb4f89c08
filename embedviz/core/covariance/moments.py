"""Number, mean and scatter of rows that come in parts, in float64.

The scatter is summed block by block about the mean of each block, and blocks are merged as by
Chan, Golub and LeVeque (1983), so a large mean costs no digits. The first row is subtracted before
anything is summed: what is constant is exactly zero after it.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Table, Vector
from embedviz.core.blocks import row_blocks
from embedviz.core.covariance.axes import PrincipalAxes, require_finite, sorted_axes
from embedviz.core.covariance.eigen import eigenvectors
from embedviz.core.progress import Report, silent

_BLOCK_ROWS = 2048
"""Few enough to stay in the cache of a processor while they are worked on."""

_PER_WANTED, _COLUMNS = 4, 3
"""How many rows are looked at for each distinct one that is wanted, and columns of them."""


class Moments:
    """Number, mean and scatter of the rows added so far."""

    def __init__(self, dimensions: int) -> None:
        self.n_rows = 0
        self.mean: Vector = np.zeros(dimensions)
        self.scatter: Vector = np.zeros((dimensions, dimensions))
        self._first: Vector = np.zeros(dimensions)
        self._mean: Vector = np.zeros(dimensions)  # Of the rows minus the first one.
        self._distinct = DistinctRows(dimensions + 2)

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

    def add(self, rows: Table, report: Report = silent) -> None:
        """Count in more rows, a table (n_vectors, n_dimensions) of floats."""
        for first, block in row_blocks(rows):
            report(first / len(rows), "measuring the spread")
            self._distinct.add(block)
            with np.errstate(invalid="ignore", over="ignore"):  # Told in words at the end.
                for start in range(0, len(block), _BLOCK_ROWS):
                    self._add(np.array(block[start : start + _BLOCK_ROWS], dtype=np.float64))

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

    def merge(self, other: Moments) -> None:
        """Count in the rows of another, of the same dimensions, which is left as it is."""
        self._distinct.merge(other._distinct)
        if not other.n_rows:
            return
        if not self.n_rows:
            self._first, self._mean = other._first.copy(), other._mean.copy()
            self.mean, self.scatter = other.mean.copy(), other.scatter.copy()
            self.n_rows = other.n_rows
            return
        total = self.n_rows + other.n_rows
        # The first rows before the means, so that a large offset costs no digits.
        step = (other._first - self._first) + (other._mean - self._mean)
        self.scatter += other.scatter
        self.scatter += np.outer(step * (self.n_rows * other.n_rows / total), step)
        self._mean = self._mean + step * (other.n_rows / total)
        self.mean = self._first + self._mean
        self.n_rows = total

    def principal_axes(self) -> PrincipalAxes:
        """Return the mean, all principal axes and the variances of the rows added so far.

        Raises
        ------
        UserError
            When a row held NaN or an infinity.
        """
        require_finite(self.scatter)
        variances, columns = eigenvectors(self.scatter / max(1, self.n_rows - 1))
        counts = self.n_rows, self._distinct.count
        return sorted_axes(self.mean, columns.T[::-1], variances[::-1], counts)


class DistinctRows:
    """Counter of rows that differ, up to a limit, from which on nothing is looked at any more."""

    def __init__(self, limit: int) -> None:
        self.n_before = 0
        self._limit = limit
        self._seen: set[bytes] = set()

    @property
    def count(self) -> int:
        """Number of distinct rows, at most the limit."""
        return min(self.n_before + len(self._seen), self._limit)

    @property
    def is_full(self) -> bool:
        """Whether there are as many as are counted."""
        return self.count == self._limit

    def merge(self, other: DistinctRows) -> None:
        """Count in what another has seen, up to the limit."""
        self.n_before = min(self._limit, self.n_before + other.n_before)
        for each in sorted(other._seen):
            if self.is_full:
                break
            self._seen.add(each)

    def add(self, rows: NDArray[Any]) -> None:
        """Look at more rows, an array (n_rows, n_dimensions)."""
        if not self.is_full and self._has_enough_numbers(rows[: _PER_WANTED * self._limit]):
            self.n_before = self._limit
        for row in rows:
            if self.is_full:
                break
            # A digest, since the rows themselves may be as large as the scatter. Zero has two
            # signs, which are the same number.
            self._seen.add(blake2b((row + 0.0).tobytes(), digest_size=16).digest())

    def _has_enough_numbers(self, rows: NDArray[Any]) -> bool:
        """Whether the numbers of some column are different enough: rows that differ there do."""
        columns = rows.shape[1] * np.arange(_COLUMNS) // _COLUMNS if rows.size else ()
        return any(len(np.unique(rows[:, column])) >= self._limit for column in columns)

"""Rows that are scored: mapped block by block, and what several scores share, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.anisotropy.transform import AffineMap
from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import row_blocks, scale_to_unit_length
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.covariance import PrincipalAxes, Vector, map_rows, principal_axes
from embedviz.core.directions import unit_row_sum
from embedviz.core.isotropy.pairwise import PairMeans, pair_means
from embedviz.core.isotropy.spread import padded_variances
from embedviz.core.progress import Report, part_of, silent

MOST_NUMBERS = 64_000_000
"""Numbers that are kept in memory; of a larger set, a sample of the rows."""
_CONSTANT = 1e-12
"""Variance, as a share of the largest of a dimension, up to which a dimension is constant."""


@dataclass(frozen=True, eq=False)
class UnitRows:
    """The rows that have a direction, at unit length.

    Attributes
    ----------
    total : float64 array of shape (n_dimensions,)
        The sum over all of them, also where only a sample is kept.
    n_rows : int
        How many there are.
    kept : float32 array of shape (n_kept, n_dimensions)
        All of them, or the ones among a sample of the rows.
    is_sample : bool
    """

    total: Vector
    n_rows: int
    kept: Matrix
    is_sample: bool


class ScoredRows:
    """Rows, as they are or mapped, of which scores are measured.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        Read block by block.
    mapping : AffineMap, optional
        What the scores are of: the rows mapped by it. Default: the rows as they are.
    axes : PrincipalAxes, optional
        Of `vectors`, where they are known already.
    seed : int
        For the samples of a large set.
    report : callable
        Of whoever asks first for what takes long; `reporting` changes it.

    Attributes
    ----------
    dimensions : int
        Of the mapped rows.

    Raises
    ------
    UserError
        When the vectors are no table; what holds NaN or an infinity is found when it is read.
    """

    def __init__(
        self,
        vectors: ArrayLike,
        mapping: AffineMap | None = None,
        *,
        axes: PrincipalAxes | None = None,
        seed: int = 0,
    ) -> None:
        rows = as_table(vectors, "vectors")
        require_axes(rows, 2, "vectors")
        # Sums and products of whole numbers and of halves are taken in a type that holds them.
        self._rows = rows if rows.dtype in (np.float32, np.float64) else _widened(rows)
        self._mapping, self._axes, self.seed = mapping, axes, seed
        self.n_vectors = len(rows)
        self.dimensions = rows.shape[1] if mapping is None else mapping.matrix.shape[1]
        self.report: Report = silent

    @cached_property
    def covariance(self) -> tuple[Vector, Vector]:
        """The variances along the principal axes, zeros included, and those of each dimension."""
        axes = self._axes or principal_axes(self._rows, self.report)
        if self._mapping is None:
            each = (axes.axes**2 * axes.variances[:, np.newaxis]).sum(axis=0)
            return padded_variances(axes.variances, axes.dimensions), each
        # Of the axes times their spread, whose product with itself is the covariance.
        spread = (axes.axes * np.sqrt(axes.variances)[:, np.newaxis]) @ self._mapping.matrix
        along = np.asarray(np.linalg.svd(spread, compute_uv=False) ** 2, dtype=np.float64)
        return padded_variances(along, self.dimensions), np.einsum("ij,ij->j", spread, spread)

    @property
    def n_constant(self) -> int:
        """How many dimensions have no variance, but for the last digits of a sum."""
        each = self.covariance[1]
        if self.n_vectors < 2:
            return 0
        return int(np.count_nonzero(each <= _CONSTANT * each.max(initial=0.0)))

    @cached_property
    def unit(self) -> UnitRows:
        """The rows at unit length."""
        sampled = self._sample()
        total, n_rows, parts = np.zeros(self.dimensions), 0, []
        for first, block in row_blocks(self._rows):
            self.report(first / len(self._rows), "adding up directions")
            mapped = self._mapped(block)
            added, count = unit_row_sum(mapped)
            total, n_rows = total + added, n_rows + count
            if sampled is not None:
                last = np.searchsorted(sampled, [first, first + len(block)])
                mapped = mapped[sampled[slice(*last)] - first]
            parts.append(_units(mapped))
        none = np.empty((0, self.dimensions), np.float32)
        return UnitRows(total, n_rows, np.concatenate([none, *parts]), sampled is not None)

    @cached_property
    def pairs(self) -> PairMeans:
        """Means over pairs of rows."""
        unit = self.unit.kept
        return pair_means(unit, self.seed, self.report)

    def few(self, most: int) -> tuple[Matrix, bool]:
        """Return at most so many of the unit rows, and whether they are a sample."""
        rows = self.unit.kept
        if len(rows) <= most:
            return rows, self.unit.is_sample
        random = np.random.default_rng(self.seed)
        return rows[np.sort(random.choice(len(rows), most, replace=False, shuffle=False))], True

    def reporting(self, report: Report, start: float, end: float) -> None:
        """Report what is computed next as this part of the whole."""
        self.report = part_of(report, start, end)

    def _sample(self) -> Rows | None:
        most = max(2, MOST_NUMBERS // max(1, self.dimensions))
        if self.n_vectors <= most:
            return None
        random = np.random.default_rng(self.seed)
        return np.sort(random.choice(self.n_vectors, most, replace=False, shuffle=False))

    def _mapped(self, block: NDArray[Any]) -> Matrix:
        if self._mapping is not None:
            block = map_rows(block, self._mapping.mean, self._mapping.matrix)
        return block.astype(np.float32, copy=False)


def _widened(rows: NDArray[Any]) -> NDArray[Any]:
    return rows.astype(np.float32 if rows.dtype == np.float16 else np.float64)


def _units(rows: Matrix) -> Matrix:
    unit = np.array(rows[(rows != 0).any(axis=1)])
    scale_to_unit_length(unit)
    return unit

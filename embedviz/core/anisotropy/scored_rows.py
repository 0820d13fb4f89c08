"""Rows that are scored: mapped block by block, and what several scores share, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.anisotropy.transform import AffineMap
from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import row_blocks, scale_to_unit_length
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.covariance import PrincipalAxes, Vector, map_rows, principal_axes
from embedviz.core.isotropy.mean_direction import unit_row_sum
from embedviz.core.isotropy.pairwise import PairMeans, pair_means
from embedviz.core.isotropy.spread import padded_variances
from embedviz.core.progress import Report, part_of, silent

MOST_NUMBERS = 64_000_000
"""Numbers that are kept in memory; of a larger set, a sample of the rows."""
MOST_COMPARED = 20_000
"""Rows whose nearest neighbors are sought among each other; of more, a sample."""
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
    compared : float array of shape (at most 20,000, n_dimensions)
        Rows in their own length and with all digits that are known: all, or a sample.
    """

    total: Vector
    n_rows: int
    kept: Matrix
    is_sample: bool
    compared: NDArray[Any]


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
        most = max(2, MOST_NUMBERS // max(1, self.dimensions))
        sampled, compared = self._sample(most), self._sample(MOST_COMPARED)
        total, n_rows = np.zeros(self.dimensions), 0
        none = np.empty((0, self.dimensions), np.float32)
        kept, others = [none], list[NDArray[Any]]()
        seen: dict[bytes, NDArray[Any]] = {}
        for first, block in row_blocks(self._rows):
            self.report(first / len(self._rows), "adding up directions")
            exact = self._alike(block, self._mapped(block), seen)
            mapped = exact.astype(np.float32, copy=False)
            added, count = unit_row_sum(mapped)
            total, n_rows = total + added, n_rows + count
            kept.append(_units(_part(mapped, sampled, first)))
            others.append(_part(exact, compared, first))
        is_sample = sampled is not None
        return UnitRows(
            total, n_rows, np.concatenate(kept), is_sample, np.concatenate(others or [none])
        )

    @cached_property
    def pairs(self) -> PairMeans:
        """Means over pairs of rows."""
        unit = self.unit.kept
        return pair_means(unit, self.seed, self.report)

    def reporting(self, report: Report, start: float, end: float) -> None:
        """Report what is computed next as this part of the whole."""
        self.report = part_of(report, start, end)

    def _sample(self, most: int) -> Rows | None:
        """Return which rows are taken where not all are, ascending."""
        if self.n_vectors <= most:
            return None
        random = np.random.default_rng(self.seed)
        return np.sort(random.choice(self.n_vectors, most, replace=False, shuffle=False))

    def _alike(
        self, block: NDArray[Any], mapped: NDArray[Any], seen: dict[bytes, NDArray[Any]]
    ) -> NDArray[Any]:
        """Make mapped rows equal where the rows are, and return them.

        A product of matrices may differ in the last digit from one place to another. Then chance
        would say which of two equal rows is the nearer one.
        """
        if self._mapping is not None and self.n_vectors <= MOST_COMPARED:
            for place, row in enumerate(block):
                digest = blake2b(row.tobytes(), digest_size=16).digest()
                mapped[place] = seen.setdefault(digest, mapped[place])
        return mapped

    def _mapped(self, block: NDArray[Any]) -> NDArray[Any]:
        if self._mapping is not None:
            # In float32, a few in a thousand neighbors that are almost equally near change places.
            if self.n_vectors <= MOST_COMPARED:
                block = block.astype(np.float64, copy=False)
            block = map_rows(block, self._mapping.mean, self._mapping.matrix)
        return block


def _widened(rows: NDArray[Any]) -> NDArray[Any]:
    return rows.astype(np.float32 if rows.dtype == np.float16 else np.float64)


def _part(block: NDArray[Any], rows: Rows | None, first: int) -> NDArray[Any]:
    """Return those rows of a block, which begins with row `first`, that are among some rows."""
    if rows is None:
        return block
    start, end = np.searchsorted(rows, [first, first + len(block)])
    return block[rows[start:end] - first]


def _units(rows: Matrix) -> Matrix:
    unit = np.array(rows[(rows != 0).any(axis=1)])
    scale_to_unit_length(unit)
    return unit

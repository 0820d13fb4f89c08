"""Dimensions of a set one by one: mean, variance, and how much of the mean cosine each makes.

A cosine is a sum over the dimensions, x̂·ŷ = Σₖ x̂ₖŷₖ, and so is the mean cosine over all pairs. What
dimension k adds to it, its *contribution*, is exact without looking at a single pair:
((Σ x̂ₖ)² − Σ x̂ₖ²) / (n(n − 1)). In many models a few dimensions, called rogue, make most of it
(Timkey and van Schijndel 2021): without them unrelated texts are no longer alike.

**Which ones are outliers.** A lean is the square root of a contribution: how far the unit rows lean
along this dimension. Were the mean direction like any other, the leans would be like the sizes of
normal numbers, whose spread follows from their median whatever a few of them are. A dimension is
an outlier where it leans further than the largest of so many would in one set of a hundred; and
further, by the same number of standard errors, than so few rows lean by chance. Fewer than about
twenty rows can name none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Rows
from embedviz.core.blocks import row_blocks, scale_to_unit_length
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, silent

_Numbers = NDArray[np.float64]

_BY_CHANCE = 0.01
"""Share of sets without rogue dimensions in which one is named all the same."""
_CONSTANT = 1e-12
"""Variance of a constant dimension, as a share of the largest one: its spread is a millionth."""
_MEDIAN_SIZE = NormalDist().inv_cdf(0.75)
"""Median size of a normal number with a standard deviation of 1."""


@dataclass(frozen=True, eq=False)
class DimensionProfile:
    """Mean, variance and part in the mean cosine of each dimension.

    Attributes
    ----------
    n_rows : int
    n_directions : int
        How many of the rows are not all zeros: those that have a cosine.
    means, variances : float64 array of shape (n_dimensions,)
        Of the rows as they are; variances with n - 1 in the denominator, exactly zero where a
        dimension is constant.
    contributions : float64 array of shape (n_dimensions,)
        What each adds to the mean cosine, which is their sum; nan without two directions.
    squares : float64 array of shape (n_dimensions,)
        Mean of the squared numbers of the unit rows; their sum is 1.
    """

    n_rows: int
    n_directions: int
    means: _Numbers
    variances: _Numbers
    contributions: _Numbers
    squares: _Numbers

    @property
    def mean_cosine(self) -> float:
        """Exact mean over all pairs of rows that have a direction; nan without such a pair."""
        return float(self.contributions.sum()) if self.n_directions > 1 else float("nan")

    @property
    def shares(self) -> _Numbers:
        """Contributions as shares of the mean cosine; nan where that is not above zero."""
        total = self.mean_cosine
        if not total > 0:
            return np.full(len(self.contributions), np.nan)
        return np.asarray(self.contributions / total)

    @property
    def constant(self) -> Rows:
        """Dimensions in which all rows have the same number, ascending; none of a single row.

        What differs in the last digits alone counts as the same.
        """
        if self.n_rows < 2:
            return np.zeros(0, dtype=np.intp)
        return np.flatnonzero(self.variances <= _CONSTANT * self.variances.max(initial=0.0))

    @cached_property
    def outliers(self) -> Rows:
        """Rogue dimensions, that of the largest contribution first; equal ones by their number."""
        used = self.squares > 0
        if not used.any() or not self.mean_cosine > 0:
            return np.zeros(0, dtype=np.intp)
        leans = np.sqrt(np.maximum(self.contributions, 0.0))
        spread = float(np.median(leans[used])) / _MEDIAN_SIZE
        by_chance = np.sqrt(self.squares / self.n_directions)
        limit = NormalDist().inv_cdf(1 - _BY_CHANCE / (2 * np.count_nonzero(used)))
        found = np.flatnonzero(used & (leans > limit * np.maximum(spread, by_chance)))
        ranked: Rows = found[np.argsort(-self.contributions[found], kind="stable")]
        return ranked


def outlier_dimensions(vectors: ArrayLike, report: Report = silent) -> tuple[Rows, _Numbers]:
    """Return the few dimensions that make more of the mean cosine than any is likely to.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        Rows of zeros have no direction and do not count.
    report : callable

    Returns
    -------
    dimensions : int array of shape (n_outliers,)
        From 0, that of the largest share first; empty where all take part, where the mean cosine
        is not above zero, and of fewer than about twenty rows.
    shares : float64 array of shape (n_outliers,)
        The part of the mean cosine that each of them makes. Those of all dimensions have the sum
        1, and may be below zero: where rows differ in sign, a dimension takes away.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.

    References
    ----------
    Timkey and van Schijndel: All Bark and No Bite: Rogue Dimensions in Transformer Language Models
    Obscure Representational Quality, EMNLP 2021, section 3. Which are outliers is said above.
    """
    profile = profile_dimensions(vectors, report)
    return profile.outliers, profile.shares[profile.outliers]


def profile_dimensions(vectors: ArrayLike, report: Report = silent) -> DimensionProfile:
    """Return mean, variance and contribution to the mean cosine of each dimension, in one pass.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.
    """
    rows = _checked(vectors)
    moments = _ColumnMoments(rows.shape[1])
    total, squares, count = np.zeros(rows.shape[1]), np.zeros(rows.shape[1]), 0
    for first, block in row_blocks(rows):
        report(first / len(rows), "measuring each dimension")
        exact = _finite(block)
        with np.errstate(over="ignore", invalid="ignore"):  # Beyond 1e154, squares are infinite.
            moments.add(exact)
        count += int(exact.any(axis=1).sum())
        scale_to_unit_length(exact)
        total += exact.sum(axis=0)
        squares += np.einsum("ij,ij->j", exact, exact)
    pairs = count * (count - 1)
    contributions = (total**2 - squares) / pairs if pairs else np.full(len(total), np.nan)
    return DimensionProfile(
        len(rows), count, moments.mean, moments.variances, contributions, squares / max(count, 1)
    )


def mean_cosine_without(
    vectors: ArrayLike, dimensions: Sequence[int] | Rows, report: Report = silent
) -> float:
    """Return the exact mean cosine of all pairs of rows in which some dimensions are left out.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    dimensions : sequence of int
        From 0. Without them, a row is scaled to unit length again.
    report : callable

    Returns
    -------
    float
        nan where fewer than two rows have a direction in what is left.

    Raises
    ------
    UserError
        When the array holds NaN or an infinity.
    """
    rows = _checked(vectors)
    total, count = np.zeros(rows.shape[1]), 0
    for first, block in row_blocks(rows):
        report(first / len(rows), "adding up directions without some dimensions")
        exact = _finite(block)
        exact[:, np.asarray(dimensions, dtype=np.intp)] = 0.0
        count += int(exact.any(axis=1).sum())
        scale_to_unit_length(exact)
        total += exact.sum(axis=0)
    if count < 2:
        return float("nan")
    return float((total @ total - count) / (count * (count - 1)))


class _ColumnMoments:
    """Mean and variance of each column of the rows added so far, exact where it is constant."""

    def __init__(self, dimensions: int) -> None:
        self._count = 0
        self._first: _Numbers = np.zeros(dimensions)
        self._mean: _Numbers = np.zeros(dimensions)  # Of the rows minus the first one.
        self._squares: _Numbers = np.zeros(dimensions)

    @property
    def mean(self) -> _Numbers:
        """Mean of each column."""
        return np.asarray(self._first + self._mean)

    @property
    def variances(self) -> _Numbers:
        """Variance of each column, with n - 1 in the denominator."""
        return np.asarray(self._squares / max(self._count - 1, 1))

    def add(self, block: _Numbers) -> None:
        """Count in more rows, which are not changed."""
        if not self._count:
            self._first = block[0].copy()
        shifted = block - self._first
        mean = shifted.mean(axis=0)
        shifted -= mean
        total, step = self._count + len(block), mean - self._mean
        self._squares += np.einsum("ij,ij->j", shifted, shifted)
        if self._count:
            self._squares += step**2 * (self._count * len(block) / total)
        self._mean = self._mean + step * (len(block) / total)
        self._count = total


def _checked(vectors: ArrayLike) -> NDArray[Any]:
    rows = as_table(vectors, "vectors")
    require_axes(rows, 2, "vectors")
    return rows


def _finite(block: NDArray[Any]) -> _Numbers:
    """Return a block as float64, a copy."""
    exact = np.array(block, dtype=np.float64)
    if n_bad := int((~np.isfinite(exact).all(axis=1)).sum()):
        raise UserError(
            f"{counted(n_bad, 'row')} of the vectors {'holds' if n_bad == 1 else 'hold'} NaN or "
            "infinite numbers, so no dimension has a mean. Leave such rows out when the file is "
            "opened."
        )
    return exact

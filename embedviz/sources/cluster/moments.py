"""Mean, covariance and what follows from both, of all rows of something that is read in parts.

Products are summed in float32 as by `core.covariance.float32_products`, from one shift for all
parts, so that merging is adding. Where these sums do not tell the smallest variances, rows are read
once more: for these directions alone, or in float64 where there are many of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from embedviz.core.arrays import Matrix, Vector
from embedviz.core.covariance import Moments, PrincipalAxes, float32_products
from embedviz.core.covariance.axes import sorted_axes
from embedviz.core.covariance.moments import DistinctRows
from embedviz.core.covariance.own_threads import blas_in_own_threads
from embedviz.core.errors import UserError
from embedviz.core.isotropy import (
    effective_rank_of,
    iso_score_of,
    mean_cosine_of,
    padded_variances,
    participation_ratio_of,
    unit_row_sum,
)
from embedviz.core.progress import Report, part_of, silent
from embedviz.sources.cluster.parquet_rows import ParquetPart, ParquetRows
from embedviz.sources.cluster.running import sum_in_threads

_SAMPLED_PARTS, _SAMPLED_ROWS = 8, 512
_FIRST, _SECOND = 0.6, 0.98


@dataclass(frozen=True, eq=False)
class AllRowsMoments:
    """What is known of all rows.

    Attributes
    ----------
    name : str
    axes : PrincipalAxes
        With how many rows were counted; `Fit(axes)` is what a map needs of them.
    unit_total : float64 array of shape (n_dimensions,)
        Sum of the rows at unit length.
    n_directions : int
        How many rows are not all zeros.
    n_not_finite, n_left_out : int
        Rows not counted: with NaN or infinities; without a vector, or with one of another length.
    """

    name: str
    axes: PrincipalAxes
    unit_total: Vector
    n_directions: int
    n_not_finite: int
    n_left_out: int

    @property
    def covariance(self) -> Vector:
        """The covariance, (n_dimensions, n_dimensions), with n - 1 in the denominator."""
        axes = self.axes.axes
        return np.asarray((axes.T * self.axes.variances) @ axes)

    @property
    def mean_cosine(self) -> float:
        """Exact mean cosine of all pairs."""
        return mean_cosine_of(self.unit_total, self.n_directions)

    @property
    def iso_score(self) -> float:
        """IsoScore of Rudman et al."""
        return iso_score_of(padded_variances(self.axes.variances, self.axes.dimensions))

    @property
    def effective_rank(self) -> float:
        """Effective rank of Roy and Vetterli."""
        return effective_rank_of(self.axes.variances)

    @property
    def participation_ratio(self) -> float:
        """Participation ratio of the variances."""
        return participation_ratio_of(self.axes.variances)


def moments_of_all(rows: ParquetRows, report: Report = silent) -> AllRowsMoments:
    """Return mean, principal axes and variances of all rows, read in parts by Dask.

    Parameters
    ----------
    rows : ParquetRows
    report : Report

    Raises
    ------
    UserError
        When no row can be counted, a file cannot be read, or Dask is not installed.
    """
    frame = _frame_of(rows)
    counts, exact = sum_in_threads(
        partial(_sums_of_part, frame),
        rows.parts,
        _merged,
        part_of(report, 0.0, _FIRST),
        "measuring the spread of all rows",
    )
    if not counts.n_rows:
        raise UserError(f"No row of {rows.name} has a vector of finite numbers.")
    axes = _axes_of(rows, frame, counts, exact, part_of(report, _FIRST, _SECOND))
    return AllRowsMoments(
        rows.name,
        axes,
        counts.unit_total,
        counts.n_directions,
        counts.n_not_finite,
        counts.n_left_out,
    )


class _Counts(NamedTuple):
    """Counts and sums over some parts, beside those of products."""

    n_rows: int
    n_not_finite: int
    n_left_out: int
    n_directions: int
    unit_total: Vector
    distinct: DistinctRows


_Sums = float32_products.ProductSums | Moments
_PartSums = tuple[_Counts, _Sums]


def _frame_of(rows: ParquetRows) -> float32_products.Deviations | None:
    """Return from what and in what unit rows deviate; None: they are summed in float64."""
    if not rows.parts:
        return None
    samples = [
        block[:: -(-len(block) // _SAMPLED_ROWS)]
        for part in rows.parts[:: -(-len(rows.parts) // _SAMPLED_PARTS)]
        for block in _first_blocks(part)
    ]
    # As large as all rows, without any.
    shape = np.broadcast_to(np.zeros(1, np.float32), (rows.n_rows, rows.dimensions))
    if not samples or not float32_products.is_worthwhile(shape):
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        return float32_products.Deviations.of(np.concatenate(samples))


def _first_blocks(part: ParquetPart) -> Iterator[Matrix]:
    smallest = replace(part, groups=part.groups[:1])
    for block in smallest.blocks():
        finite = _finite(block.vectors)
        if len(finite):
            yield finite
            return


def _finite(vectors: Matrix) -> Matrix:
    """Return the rows that hold neither NaN nor infinities; the array itself where all do."""
    peaks = np.maximum(vectors.max(axis=1, initial=0.0), -vectors.min(axis=1, initial=0.0))
    is_good = np.isfinite(peaks)
    return vectors if is_good.all() else vectors[is_good]


def _sums_of_part(
    frame: float32_products.Deviations | None, part: ParquetPart, check: Callable[[], None]
) -> _PartSums:
    n_left_out = n_not_finite = n_rows = n_directions = 0
    unit_total = np.zeros(part.dimensions)
    distinct = DistinctRows(part.dimensions + 2)
    sums: _Sums = Moments(part.dimensions)
    if frame is not None:
        square = np.zeros((part.dimensions, part.dimensions))
        sums = float32_products.ProductSums(0, np.zeros(part.dimensions), square)
    with blas_in_own_threads():
        for block in part.blocks():
            check()
            rows = _finite(block.vectors)
            n_left_out += block.n_left_out
            n_not_finite += len(block.vectors) - len(rows)
            n_rows += len(rows)
            if not len(rows):
                continue
            total, count = unit_row_sum(rows)
            unit_total, n_directions = unit_total + total, n_directions + count
            distinct.add(rows)
            sums = _with_rows(sums, rows, frame)
    counts = _Counts(n_rows, n_not_finite, n_left_out, n_directions, unit_total, distinct)
    return counts, sums


def _with_rows(sums: _Sums, rows: Matrix, frame: float32_products.Deviations | None) -> _Sums:
    if isinstance(sums, Moments):
        sums.add(rows)
        return sums
    assert frame is not None
    return _added(sums, float32_products.product_sums(frame._replace(rows=rows)))


def _added(
    first: float32_products.ProductSums, second: float32_products.ProductSums
) -> float32_products.ProductSums:
    return float32_products.ProductSums(
        first.n_rows + second.n_rows, first.total + second.total, first.scatter + second.scatter
    )


def _merged(first: _PartSums, second: _PartSums) -> _PartSums:
    (counts, sums), (more, others) = first, second
    counts.distinct.merge(more.distinct)
    merged = _Counts(
        counts.n_rows + more.n_rows,
        counts.n_not_finite + more.n_not_finite,
        counts.n_left_out + more.n_left_out,
        counts.n_directions + more.n_directions,
        counts.unit_total + more.unit_total,
        counts.distinct,
    )
    if isinstance(sums, Moments) and isinstance(others, Moments):
        sums.merge(others)
        return merged, sums
    assert not isinstance(sums, Moments)
    assert not isinstance(others, Moments)
    return merged, _added(sums, others)


def _axes_of(
    rows: ParquetRows,
    frame: float32_products.Deviations | None,
    counts: _Counts,
    sums: _Sums,
    report: Report,
) -> PrincipalAxes:
    if isinstance(sums, Moments):
        return sums.principal_axes()
    assert frame is not None
    found = float32_products.first_spread(sums) if counts.n_rows > 1 else None
    if found is None:
        return _axes_in_float64(rows.parts, report)
    if found.n_weak:
        weak = sum_in_threads(
            partial(_weak_sums_of_part, frame, found.projection),
            rows.parts,
            _added_weak,
            report,
            "measuring the smallest spreads",
        )
        found = float32_products.measured_again(found, weak)
    spread = float32_products.in_units_of_rows(found, frame)
    numbers = counts.n_rows, counts.distinct.count
    return sorted_axes(spread.mean, spread.axes.T[::-1], spread.variances[::-1], numbers)


def _axes_in_float64(parts: Sequence[ParquetPart], report: Report) -> PrincipalAxes:
    words = "measuring the spread of all rows in float64"
    _, sums = sum_in_threads(partial(_sums_of_part, None), parts, _merged, report, words)
    assert isinstance(sums, Moments)
    return sums.principal_axes()


def _weak_sums_of_part(
    frame: float32_products.Deviations,
    projection: Matrix,
    part: ParquetPart,
    check: Callable[[], None],
) -> float32_products.WeakSums:
    dimensions, n_weak = projection.shape
    sums = float32_products.WeakSums(
        np.zeros(n_weak), np.zeros((n_weak, n_weak)), np.zeros((n_weak, dimensions))
    )
    with blas_in_own_threads():
        for block in part.blocks():
            check()
            deviations = frame._replace(rows=_finite(block.vectors))
            if len(deviations.rows):
                sums = _added_weak(sums, float32_products.weak_sums(deviations, projection))
    return sums


def _added_weak(
    first: float32_products.WeakSums, second: float32_products.WeakSums
) -> float32_products.WeakSums:
    return float32_products.WeakSums(*(a + b for a, b in zip(first, second, strict=True)))

"""PCA of a prefix: of the first dimensions alone, each row at unit length again.

It is made to be dialed. Each length stands alone, so its axes may change sign, swap or turn from
one length to the next although the points have hardly moved; here they are turned, as a whole, to
where the points were (orthogonal Procrustes: Schönemann 1966), so that a point can be followed by
eye. Where they were is not what was seen last, or a picture would depend on the way to it, and
undo, a session and a figure would show others: there is a chain of lengths, from all dimensions
down in small steps, each turned towards the one before, and a length between is turned towards the
next longer one of the chain.

The covariance of rows at unit length is not a part of the covariance at full length, because each
length divides each row by another number; it is summed anew. Where that would take too long to be
dialed, the axes come from a seeded sample of the rows, and the words of the picture say of how
many. All rows are placed along them in any case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import ClassVar, NamedTuple, Self
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import rows_per_block, scale_to_unit_length
from embedviz.core.compiled.checks import checked_matrix, require_axes
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import OnLayout, Report, part_of, silent
from embedviz.core.projections.axis import Axis
from embedviz.core.projections.projection import PlacedRows, Projection, all_rows
from embedviz.core.setting import setting
from embedviz.core.vector_set import VectorSet

Exact = NDArray[np.float64]

_MOST_PRODUCTS = 1_500_000_000
"""Multiply-adds for one covariance: a thirtieth of a second on two cores that are free."""
_LEAST_ROWS, _MOST_ROWS = 4000, 20_000
"""Rows that a covariance is of at least, where there are so many, and at most."""
_CHAIN_ROWS = 4000
"""Rows of the chain, by which pictures are turned: three numbers each, so more change nothing."""
_CHAIN_STEP = 0.75
"""Of one length of the chain to the next: so much shorter, the points are still known again."""
_DENSE = 128
"""Dimensions up to which all axes of a covariance are found sooner than the first three."""
_COUNT = 3
_SEED = 0
# Squares of shorter and longer rows leave the range of float32.
_SHORTEST, _LONGEST = 1e-12, 1e18


class PrefixAxes(NamedTuple):
    """Principal axes of rows cut to a prefix and made unit length.

    Attributes
    ----------
    mean : float64 array of shape (n_dimensions,)
    axes : float64 array of shape (n_axes, n_dimensions)
        Orthonormal; zero where there are no more axes with a variance.
    shares : float64 array of shape (n_axes,)
        Of the variance along each axis, 0 to 1.
    n_rows : int
        Of how many rows they are the axes.
    """

    mean: Exact
    axes: Exact
    shares: Exact
    n_rows: int

    def turned(self, turn: Exact) -> PrefixAxes:
        """Return the first axes, turned among themselves.

        Parameters
        ----------
        turn : orthogonal float64 array of shape (count, count)
            From the axes, which are its rows, to the turned ones.
        """
        count = len(turn)
        # Axes along which rows do not correlate: variances add up with the squares.
        shares = (turn**2).T @ self.shares[:count]
        return PrefixAxes(self.mean, turn.T @ self.axes[:count], shares, self.n_rows)

    def transform(self, vectors: ArrayLike, report: Report = silent) -> Matrix:
        """Return the coordinates of vectors along the axes, after cutting them to the prefix.

        Parameters
        ----------
        vectors : array of shape (n_vectors, at least n_dimensions)
        report : Report

        Returns
        -------
        float32 array of shape (n_vectors, n_axes)
        """
        rows = checked_matrix(vectors)
        dimensions = len(self.mean)
        axes, middle = self.axes.T.astype(np.float32), self.axes @ self.mean
        coordinates = np.empty((len(rows), len(self.axes)), np.float32)
        for part in _parts(len(rows), dimensions, report, "coordinates"):
            prefix = rows[part, :dimensions]
            lengths, odd = _lengths(prefix)
            with np.errstate(over="ignore", invalid="ignore"):
                found = (prefix @ axes) / lengths
            if len(odd):
                found[odd] = _safe_units(prefix[odd]) @ axes
            coordinates[part] = found - middle
        return coordinates


class Chain(NamedTuple):
    """Pictures of some rows at lengths from all dimensions down, each turned to the one before.

    Attributes
    ----------
    rows : array of int
        Which rows.
    positions : mapping of a length and a number of axes to an array (n_rows, number of axes)
    """

    rows: Rows
    positions: Mapping[tuple[int, int], Matrix]

    def turn(self, axes: PrefixAxes, vectors: Matrix, n_components: int) -> Exact:
        """Return how to turn axes to where the points are at the next longer length.

        Parameters
        ----------
        axes : PrefixAxes
        vectors : float32 array of shape (n_vectors, n_dimensions)
        n_components : {2, 3}

        Returns
        -------
        orthogonal float64 array of shape (n_components, n_components)
        """
        longer = min(mark for mark, _ in self.positions if mark >= len(axes.mean))
        now = axes.transform(vectors[self.rows, : len(axes.mean)])
        return _turn(now[:, :n_components], self.positions[longer, n_components])


@dataclass(frozen=True)
class PrefixPCA(Projection):
    """The directions of most variance of the first dimensions, each row at unit length.

    Attributes
    ----------
    dimensions : int or None
        How many; None: as many as the program works with elsewhere (see `at_prefix`), else all.
    """

    name: ClassVar[str] = "PCA of a prefix"
    caveat: ClassVar[str] = (
        "The plane of most variance of the first dimensions, rows at unit length, turned so that "
        "points can be followed while the length changes."
    )
    is_dialed: ClassVar[bool] = True

    dimensions: int | None = setting(
        None,
        "First dimensions",
        "how many of the first dimensions",
        least=1,
        option="prefix",
        is_alone=True,
        unset="as the slider",
    )

    def at_prefix(self, dimensions: int | None) -> Self:
        """Return the length that the program works with, unless there is one of its own."""
        return self if self.dimensions is not None else replace(self, dimensions=dimensions)

    def limits(self, n_rows: int, n_dimensions: int) -> dict[str, int | None]:
        """Return no more dimensions than there are."""
        return {"dimensions": n_dimensions}

    def words(self, n_rows: int) -> str:
        """Return of how many dimensions and rows it is."""
        length = "a prefix" if self.dimensions is None else f"the first {self.dimensions:,}"
        return f"PCA of {length} · {all_rows(n_rows)}"

    def place(
        self,
        vector_set: VectorSet,
        n_components: int,
        report: Report = silent,
        on_layout: OnLayout | None = None,
    ) -> PlacedRows:
        """Return where the rows lie in the plane, or space, of most variance."""
        rows = vector_set.vectors
        with _changing:
            chain = _chains.get(vector_set)
        if chain is None:
            chain = make_chain(rows, part_of(report, 0.0, 0.5))
            with _changing:
                _chains[vector_set] = chain
        axes = self._fit(rows, chain, n_components, part_of(report, 0.5, 0.8))
        positions = axes.transform(rows, part_of(report, 0.8, 1.0))
        shape = "plane" if n_components == 2 else "space"
        titles = (f"principal {shape}, {letter}" for letter in "xyz")
        shown = tuple(
            Axis(title, share) for title, share in zip(titles, axes.shares.tolist(), strict=False)
        )
        words = self._said(len(axes.mean), rows.shape[1], axes.n_rows, len(rows))
        return PlacedRows(positions, shown, axes.transform, words)

    def fit_transform(
        self,
        vectors: ArrayLike,
        n_components: int = 2,
        *,
        report: Report = silent,
        on_layout: OnLayout | None = None,
    ) -> Matrix:
        """See `Projection.fit_transform`; rows are of unit length, so these are parts of it.

        Raises
        ------
        UserError
            When a row holds NaN or infinities.
        """
        rows = checked_matrix(vectors)
        chain = make_chain(rows, part_of(report, 0.0, 0.5))
        axes = self._fit(rows, chain, n_components, part_of(report, 0.5, 0.8))
        return axes.transform(rows, part_of(report, 0.8, 1.0))

    def _fit(self, rows: Matrix, chain: Chain, n_components: int, report: Report) -> PrefixAxes:
        full = rows.shape[1]
        length = full if self.dimensions is None else min(max(self.dimensions, 1), full)
        axes = fit_prefix(rows, length, report)
        return axes.turned(chain.turn(axes, rows, n_components))

    def _said(self, length: int, full: int, n_fitted: int, n_rows: int) -> str:
        of = "all" if length == full else f"the first {length:,} of"
        said = f"PCA of {of} {counted(full, 'dimension')} · {all_rows(n_rows)}"
        return said if n_fitted == n_rows else f"{said}, axes of a sample of {n_fitted:,}"


_chains: WeakKeyDictionary[VectorSet, Chain] = WeakKeyDictionary()
_changing = Lock()


def fit_prefix(rows: Matrix, length: int, report: Report = silent) -> PrefixAxes:
    """Return the three principal axes of the first dimensions of rows, each of unit length.

    Parameters
    ----------
    rows : float32 array of shape (n_vectors, n_dimensions)
    length : int
        From 1 to n_dimensions.
    report : Report

    Raises
    ------
    UserError
        When a row that counts holds NaN or infinities.
    """
    require_axes(rows, 2, "vectors")
    affordable = _MOST_PRODUCTS // length**2
    sample = _sample(len(rows), min(max(affordable, _LEAST_ROWS), _MOST_ROWS))
    near, total, scatter = None, np.zeros(length), np.zeros((length, length))
    for part in _parts(len(sample), length, report, "covariance"):
        units = _units(rows[sample[part], :length])
        if near is None:
            near = units.mean(axis=0)
        units -= near
        total += units.sum(axis=0, dtype=np.float64)
        scatter += units.T @ units
    n_rows = len(sample)
    shift = total / max(n_rows, 1)
    scatter -= n_rows * np.outer(shift, shift)
    if not np.isfinite(scatter).all():
        raise UserError(
            f"A row holds NaN or infinite numbers among its first {counted(length, 'dimension')}, "
            "so there are no principal components. Leave such rows out."
        )
    report(0.9, "axes")
    variances, axes = _leading(scatter)
    all_variance = max(float(np.trace(scatter)), 0.0)
    is_there = variances > 1e-12 * all_variance
    shares = np.where(is_there, variances / (all_variance or 1.0), 0.0)
    mean = shift if near is None else near + shift
    return PrefixAxes(mean, axes * is_there[:, np.newaxis], shares, n_rows)


def make_chain(vectors: Matrix, report: Report = silent) -> Chain:
    """Return pictures of a seeded sample of rows at lengths from all dimensions down to one.

    Parameters
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
    report : Report

    Raises
    ------
    UserError
        When a row that counts holds NaN or infinities.
    """
    rows = _sample(len(vectors), _CHAIN_ROWS)
    some, length = vectors[rows], vectors.shape[1]
    positions: dict[tuple[int, int], Matrix] = {}
    before: dict[int, Matrix] = {}
    while length:
        report(1 - (length / vectors.shape[1]) ** 2, "covariance")
        found = fit_prefix(some, length).transform(some)
        for count in (2, 3):
            now = found[:, :count]
            turn = _turn(now, before[count]) if before else np.eye(count)
            positions[length, count] = (now @ turn).astype(np.float32)
        before = {count: positions[length, count] for count in (2, 3)}
        length = int(length * _CHAIN_STEP)
    return Chain(rows, positions)


def _turn(now: Matrix, former: Matrix) -> Exact:
    """Return the orthogonal matrix that takes points nearest to where they were."""
    left, _, right = np.linalg.svd(now.T.astype(np.float64) @ former)
    turn: Exact = left @ right
    return turn


def _sample(n_rows: int, most: int) -> Rows:
    """Return all rows, or a seeded sample of them, in their order."""
    if n_rows <= most:
        return np.arange(n_rows)
    return np.sort(np.random.default_rng(_SEED).choice(n_rows, most, replace=False))


def _units(rows: Matrix) -> Matrix:
    lengths, odd = _lengths(rows)
    with np.errstate(over="ignore", invalid="ignore"):
        units: Matrix = rows / lengths
    if len(odd):
        units[odd] = _safe_units(rows[odd])
    return units


def _lengths(rows: Matrix) -> tuple[Matrix, Rows]:
    """Return the length of each row, as a column, and the rows whose squares are out of range."""
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
        odd = np.flatnonzero(~((lengths > _SHORTEST) & (lengths < _LONGEST)))
    lengths[odd] = 1.0
    return lengths[:, np.newaxis], odd


def _safe_units(rows: Matrix) -> Matrix:
    units = np.array(rows, np.float32)
    with np.errstate(invalid="ignore"):
        scale_to_unit_length(units)
    return units


def _leading(scatter: Exact) -> tuple[Exact, Exact]:
    """Return the three largest variances and their axes, zero where there are fewer."""
    dimensions = len(scatter)
    if dimensions <= _DENSE:
        variances, columns = np.linalg.eigh(scatter)
    else:
        # It takes a moment to import.
        from scipy.sparse.linalg import ArpackError, eigsh

        start = np.random.default_rng(_SEED).standard_normal(dimensions)
        try:
            variances, columns = eigsh(scatter, k=_COUNT, which="LA", v0=start, tol=1e-8)
        except ArpackError:
            variances, columns = np.linalg.eigh(scatter)
    order = np.argsort(variances)[::-1][:_COUNT]
    found, axes = np.zeros(_COUNT), np.zeros((_COUNT, dimensions))
    found[: len(order)] = variances[order].clip(0.0)
    axes[: len(order)] = columns[:, order].T
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, np.newaxis], axis=1)
    return found, np.where(largest < 0, -axes, axes)


def _parts(count: int, dimensions: int, report: Report, message: str) -> Iterator[slice]:
    step = rows_per_block(dimensions)
    for first in range(0, count, step):
        report(first / count, message)
        yield slice(first, min(first + step, count))

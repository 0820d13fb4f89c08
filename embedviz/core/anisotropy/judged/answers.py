"""What a judge is answered by the rows as they are, and by the rows that a dial has turned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.anisotropy.judged.axis_rows import AxisRows, DialAxes, with_direction
from embedviz.core.anisotropy.judged.votes import right_votes
from embedviz.core.arrays import Matrix, Rows
from embedviz.core.compiled.checks import require_rows
from embedviz.core.compiled.kernels import parallel_kernel
from embedviz.core.covariance import Vector
from embedviz.core.judging.halves import Halves
from embedviz.core.judging.judges import CategoryVotes, Judge, Partners, ScoredPairs, divided
from embedviz.core.progress import Report, silent

_PRODUCTS_AT_ONCE = 1 << 21
_EXACT_VOTERS = 400_000
"""Numbers of all rows up to which their products are in float64, which takes twice as long."""


class Answers(NamedTuple):
    """Answers of the rows at one position of the dial, on several numbers of components.

    Attributes
    ----------
    all : float64 array of shape (n_lengths, n_judged)
        Cosines of pairs; or whether the right partner or category was found, 0 or 1.
    within : float64 array of shape (n_lengths, n_judged)
        The same as far as the other half is not known: categories are said by rows of the same
        half. For a choice that is to be judged on the other half.
    """

    all: Vector
    within: Vector


class DialAnswers(ABC):
    """Answers to a judge at any position of the dial.

    Parameters
    ----------
    dial : DialAxes
    vectors : float array of shape (n_vectors, n_dimensions)
        Which the judge is of.
    judge : Judge
    halves : Halves
        Of what it judges.
    """

    def __init__(self, dial: DialAxes, vectors: Matrix, judge: Judge, halves: Halves) -> None:
        self.dial, self.judge, self.halves = dial, judge, halves
        self._vectors = vectors

    @cached_property
    def before(self) -> Answers:
        """Answers of the rows as they are; a single length."""
        return self._raw()

    def at(self, position: float, lengths: Rows, report: Report = silent) -> Answers:
        """Return answers at a position, 0 raw, 1 centered, 2 white.

        Parameters
        ----------
        position : float
        lengths : int array of shape (n_lengths,)
            Numbers of components, ascending, 1 to the rank.
        report : Report
        """
        if position == 0 and not self.dial.fit.left_out:
            return Answers(*(np.repeat(each, len(lengths), axis=0) for each in self.before))
        rest = max(1.0 - position, 0.0)
        return self._turned(rest, self.dial.factors(position), lengths, report)

    @abstractmethod
    def _raw(self) -> Answers: ...

    @abstractmethod
    def _turned(self, rest: float, factors: Vector, lengths: Rows, report: Report) -> Answers: ...


def dial_answers(dial: DialAxes, vectors: Matrix, judge: Judge, halves: Halves) -> DialAnswers:
    """Return what answers a judge; see `DialAnswers`."""
    if isinstance(judge, ScoredPairs):
        return PairAnswers(dial, vectors, judge, halves)
    if isinstance(judge, Partners):
        return PartnerAnswers(dial, vectors, judge, halves)
    return VoteAnswers(dial, vectors, judge, halves)


class PairAnswers(DialAnswers):
    """Cosines of scored pairs."""

    judge: ScoredPairs

    def _raw(self) -> Answers:
        rows, pairs = _used(self.judge.pairs)
        raw = AxisRows.raw(self._vectors, rows)
        sums = _sums(raw.along, pairs, np.ones(raw.along.shape[1]), np.array([raw.along.shape[1]]))
        cosines = _cosines(sums, _any_of(raw.is_blank, pairs))
        return Answers(cosines, cosines)

    @cached_property
    def _rows(self) -> tuple[AxisRows, Rows, Vector]:
        """The rows of the pairs, where they are among these, and centered sums of the pairs."""
        rows, pairs = _used(self.judge.pairs)
        turned = AxisRows.of(self.dial, self._vectors, rows)
        d = turned.centered.shape[1]
        return turned, pairs, _sums(turned.centered, pairs, np.ones(d), np.array([d]))

    def _turned(self, rest: float, factors: Vector, lengths: Rows, report: Report) -> Answers:
        report(0.0, "cosines of judged pairs")
        rows, pairs, centered = self._rows
        sums = _sums(rows.shifted(self.dial, rest), pairs, factors**2, lengths)
        if rest:
            one, other = rows.toward_mean[pairs].T
            shifts = np.stack([one + other, 2 * one, 2 * other], axis=1)
            square = float(self.dial.mean @ self.dial.mean)
            total = centered[:, 0] + rest * shifts + rest**2 * square
            sums += rest**2 * (total[:, np.newaxis] - sums)
        cosines = _cosines(sums, _any_of(rows.is_blank, pairs))
        return Answers(cosines, cosines)


def _used(pairs: Rows) -> tuple[Rows, Rows]:
    """Return the rows that pairs name, and pairs of places among these."""
    rows, places = np.unique(pairs, return_inverse=True)
    return rows, places.reshape(pairs.shape)


def _any_of(is_blank: NDArray[np.bool_], pairs: Rows) -> NDArray[np.bool_]:
    return np.asarray(is_blank[pairs[:, 0]] | is_blank[pairs[:, 1]])


def _cosines(sums: Vector, is_blank: NDArray[np.bool_]) -> Vector:
    """Return cosines, (n_lengths, n_pairs); 0 where a row has no direction.

    Parameters
    ----------
    sums : float64 array of shape (n_pairs, n_lengths, 3)
        Products of the two rows, and their squared lengths.
    is_blank : bool array of shape (n_pairs,)
    """
    products, one, other = np.moveaxis(sums, (2, 1), (0, 1))
    scales = np.sqrt(_kept(one)) * np.sqrt(_kept(other))
    scales[:, is_blank] = 0
    cosines = np.divide(products, scales, out=np.zeros(products.shape), where=scales > 0)
    return np.asarray(np.clip(cosines, -1, 1))


def _kept(squares: Vector) -> Vector:
    return np.stack([with_direction(each) for each in squares])


def _sums(rows: NDArray[Any], pairs: Rows, weights: Vector, lengths: Rows) -> Vector:
    require_rows(pairs, len(rows), "pairs")
    if lengths[-1] > min(rows.shape[1], len(weights)):
        raise ValueError(f"{lengths[-1]} columns of {rows.shape[1]}")
    return _pair_sums(rows, pairs, weights, lengths.astype(np.int64))


@parallel_kernel
def _pair_sums(
    rows: NDArray[Any], pairs: Rows, weights: Vector, lengths: NDArray[np.int64]
) -> Vector:
    """Return products and squared lengths of pairs on the first columns, (n, n_lengths, 3)."""
    sums = np.empty((len(pairs), len(lengths), 3))
    for i in numba.prange(len(pairs)):
        one, other = pairs[i, 0], pairs[i, 1]
        product = square = other_square = 0.0
        start = 0
        for at in range(len(lengths)):
            for k in range(start, lengths[at]):
                a, b, weight = np.float64(rows[one, k]), np.float64(rows[other, k]), weights[k]
                product += a * b * weight
                square += a * a * weight
                other_square += b * b * weight
            start = lengths[at]
            sums[i, at, 0] = product
            sums[i, at, 1] = square
            sums[i, at, 2] = other_square
    return sums


class PartnerAnswers(DialAnswers):
    """Whether partners are the nearest candidates."""

    judge: Partners

    def _raw(self) -> Answers:
        one, other = (AxisRows.raw(self._vectors, rows) for rows in self.judge.rows)
        found = self.judge.found(
            one.along @ other.along.T, _squares(one.along), _squares(other.along)
        )
        return Answers(found[np.newaxis], found[np.newaxis])

    @cached_property
    def _sides(self) -> tuple[AxisRows, AxisRows]:
        one, other = (AxisRows.of(self.dial, self._vectors, rows) for rows in self.judge.rows)
        return one, other

    def _turned(self, rest: float, factors: Vector, lengths: Rows, report: Report) -> Answers:
        one, other = self._sides
        turned = [side.shifted(self.dial, rest) * factors for side in (one, other)]
        whole = [_whole(side, self.dial, rest) for side in (one, other)] if rest else turned
        total = whole[0] @ whole[1].T if rest else np.zeros((1, 1))
        totals = [_squares(each) for each in whole]
        products = np.zeros((len(turned[0]), len(turned[1])))
        squares = [np.zeros(len(each)) for each in turned]
        answers, start = np.empty((len(lengths), len(turned[0]))), 0
        for at, length in enumerate(lengths.tolist()):
            report(at / len(lengths), "looking for partners")
            a, b = (each[:, start:length] for each in turned)
            products += a @ b.T
            for sums, added in zip(squares, (a, b), strict=True):
                sums += _squares(added)
            lengths_now = [
                np.where(side.is_blank, 0.0, with_direction(_blend(sums, all_of_it, rest)))
                for side, sums, all_of_it in zip((one, other), squares, totals, strict=True)
            ]
            mixed = _blend(products, total, rest) if rest else products
            answers[at] = self.judge.found(mixed, *lengths_now)
            start = length
        return Answers(answers, answers)


class VoteAnswers(DialAnswers):
    """Whether the nearest neighbors of a row say its category."""

    judge: CategoryVotes

    @cached_property
    def _voters(self) -> Rows:
        """All rows that take part."""
        return np.flatnonzero(self.judge.codes >= 0)

    @cached_property
    def _halves(self) -> NDArray[np.int8]:
        """Which half each of them is in; those that are not asked are drawn into one."""
        halves = np.random.default_rng(3).integers(2, size=len(self._voters)).astype(np.int8)
        halves[self._asked] = self.halves.is_held_out
        return halves

    @property
    def _asked(self) -> Rows:
        return np.searchsorted(self._voters, self.judge.queries)

    @cached_property
    def _rows(self) -> AxisRows:
        return AxisRows.of(self.dial, self._vectors, self._voters, _EXACT_VOTERS)

    def _raw(self) -> Answers:
        raw = AxisRows.raw(self._vectors, self._voters, _EXACT_VOTERS)
        return self._voted([raw.along], [_squares(raw.along)], 0.0, np.array([raw.along.shape[1]]))

    def _turned(self, rest: float, factors: Vector, lengths: Rows, report: Report) -> Answers:
        rows = self._rows
        turned = rows.shifted(self.dial, rest) * factors.astype(rows.along.dtype)
        tables, totals = [turned], []
        if rest:
            tables.append(_whole(rows, self.dial, rest))
            totals.append(_squares(tables[1]))
        squares = np.stack([_squares(turned[:, :length]) for length in lengths.tolist()])
        if rest:
            squares = _blend(squares, totals[0], rest)
        return self._voted(tables, list(squares), rest, lengths, report)

    def _voted(
        self,
        tables: list[NDArray[Any]],
        squares: list[Vector],
        rest: float,
        lengths: Rows,
        report: Report = silent,
    ) -> Answers:
        """Return who is right; `tables` are the turned rows, and these in all dimensions."""
        inverse = [divided(np.ones(len(s)), np.sqrt(with_direction(s))) for s in squares]
        asked, codes = self._asked, self.judge.codes[self._voters]
        answers = np.empty((2, len(lengths), len(asked)))
        step = max(1, _PRODUCTS_AT_ONCE // max(len(codes), 1))
        for first in range(0, len(asked), step):
            own = asked[first : first + step]
            total = tables[1][own] @ tables[1].T if rest else None
            products = np.zeros((len(own), len(codes)), dtype=tables[0].dtype)
            start = 0
            for at, length in enumerate(lengths.tolist()):
                done = first + len(own) * at / len(lengths)
                report(done / len(asked), "asking the nearest rows")
                columns = tables[0][:, start:length]
                products += columns[own] @ columns.T
                mixed = products if total is None else _blend(products, total, rest)
                answers[:, at, first : first + step] = right_votes(
                    mixed, inverse[at], own, codes, self._halves, self.judge.neighbors
                )
                start = length
        return Answers(answers[0], answers[1])


def _whole(rows: AxisRows, dial: DialAxes, rest: float) -> NDArray[Any]:
    """Return rows minus a part of the mean, in all dimensions."""
    return np.asarray(rows.centered + (rest * dial.mean).astype(rows.centered.dtype))


def _blend(kept: NDArray[Any], total: NDArray[Any], rest: float) -> NDArray[Any]:
    """Return products of rows of which what is not kept is multiplied by β."""
    share = kept.dtype.type(rest**2)
    return np.asarray(kept * (1 - share) + share * total)


def _squares(rows: NDArray[Any]) -> Vector:
    return np.asarray(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))


def compile_all() -> None:
    """Run the kernels once."""
    for kind in (np.float32, np.float64):
        few = np.ones((4, 3), dtype=kind)
        _sums(few, np.array([[0, 1]]), np.ones(3), np.array([1, 3]))
        codes, halves = np.zeros(4, dtype=np.intp), np.zeros(4, dtype=np.int8)
        right_votes(few[:, :1] @ few[:, :1].T, np.ones(4), np.arange(4), codes, halves, 2)

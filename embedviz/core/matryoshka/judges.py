"""Judges of prefixes: pairs with scores, pairs that belong together, and categories."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.stats import rankdata

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.compiled.checks import require_length
from embedviz.core.contrastive.quality import PairQuestions
from embedviz.core.contrastive.rows import finite_rows
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.orderings import Reordering
from embedviz.core.matryoshka.overlap_passes import prefix_neighbors
from embedviz.core.neighbors.lengths import row_lengths
from embedviz.core.notes import counted
from embedviz.core.pairs.judged import group_codes
from embedviz.core.progress import Report

Floats = NDArray[np.float64]

_MOST_NUMBERS = 1 << 25
"""Numbers of the rows of pairs, on each side."""
_MOST_COSINES = 4_000_000
_MOST_QUERIES = 2_000
_MOST_PRODUCTS = 2e9
"""Multiplications for the neighbors of all rows that are asked, in one order."""
_SAME = 1e-9
_DIGITS = 12
"""Of cosines that are ranked: what differs beyond is the rounding of sums."""


class Judge(Protocol):
    """Somebody who gives a number to some rows of a set in an order, on several prefixes.

    Attributes
    ----------
    measure : str
    chance : float
        What guessing gets.
    n_judged : int
    notes : tuple of str
    """

    @property
    def measure(self) -> str: ...  # noqa: D102 - see above
    @property
    def chance(self) -> float: ...  # noqa: D102
    @property
    def n_judged(self) -> int: ...  # noqa: D102
    @property
    def notes(self) -> tuple[str, ...]: ...  # noqa: D102

    def values(self, arrange: Reordering, lengths: Rows, report: Report) -> Floats:
        """Return a number for each of some lengths, which ascend."""


def pair_judge(rows: Matrix, pairs: Any, seed: int) -> Judge:
    """Return the judge that pairs are: by their scores, or by whether partners find each other.

    Raises
    ------
    UserError
        When there are fewer than two, or a row is not there or holds NaN or an infinity.
    """
    scores = getattr(pairs, "scores", None)
    if scores is not None and len(scores) and np.ptp(np.asarray(scores, dtype=float)) > 0:
        return _scored_pairs(rows, pairs, seed)
    return _partners(rows, pairs, seed)


@dataclass(frozen=True, eq=False)
class ScoredPairs:
    """Pairs of rows with scores: their cosines are to have the same order."""

    first: Matrix
    second: Matrix
    ranks: Floats
    notes: tuple[str, ...]
    measure: str = "spearman"
    chance: float = 0.0

    @property
    def n_judged(self) -> int:
        """Number of pairs."""
        return len(self.first)

    def values(self, arrange: Reordering, lengths: Rows, report: Report) -> Floats:
        """Return Spearman's correlation at each length; NaN where all cosines are equal."""
        report(0.0, "cosines of judged pairs")
        one, other = (arrange(side, int(lengths[-1])) for side in (self.first, self.second))
        products, squares, other_squares = (
            np.zeros(len(one)) for _ in range(3)
        )  # Of the prefixes so far.
        values, start = np.full(len(lengths), np.nan), 0
        for at, length in enumerate(lengths.tolist()):
            a = one[:, start:length].astype(np.float64)
            b = other[:, start:length].astype(np.float64)
            products += np.einsum("ij,ij->i", a, b)
            squares += np.einsum("ij,ij->i", a, a)
            other_squares += np.einsum("ij,ij->i", b, b)
            cosines = _divided(products, np.sqrt(squares) * np.sqrt(other_squares))
            values[at] = _correlation(rankdata(np.round(cosines, _DIGITS)), self.ranks)
            start = length
        return values


def _scored_pairs(rows: Matrix, pairs: Any, seed: int) -> ScoredPairs:
    first, second = np.asarray(pairs.first), np.asarray(pairs.second)
    scores = np.asarray(pairs.scores, dtype=np.float64)
    _require_there(first, second, len(rows))
    notes: tuple[str, ...] = ()
    most = max(_MOST_NUMBERS // max(rows.shape[1], 1), 2)
    if len(first) > most:
        drawn = np.sort(np.random.default_rng(seed).choice(len(first), most, replace=False))
        notes = (f"Measured on {most:,} of the {len(first):,} pairs, drawn at random.",)
        first, second, scores = first[drawn], second[drawn], scores[drawn]
    return ScoredPairs(finite_rows(rows, first), finite_rows(rows, second), rankdata(scores), notes)


def _correlation(one: Floats, other: Floats) -> float:
    a, b = one - one.mean(), other - other.mean()
    scale = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / scale) if scale > 0 else float("nan")


@dataclass(frozen=True, eq=False)
class Partners:
    """Pairs of rows that belong together: the partner is to be the nearest candidate."""

    first: Matrix
    second: Matrix
    places: Rows
    """Where in `second` the partners are."""
    left_out: coo_array
    """Which second rows are no candidates for which first ones."""
    chance: float
    notes: tuple[str, ...]
    measure: str = "top1"

    @property
    def n_judged(self) -> int:
        """Number of first rows that are asked."""
        return len(self.first)

    def values(self, arrange: Reordering, lengths: Rows, report: Report) -> Floats:
        """Return the share of the partners found; candidates that are as near count against it."""
        one, other = (
            arrange(side, int(lengths[-1])).astype(np.float64) for side in (self.first, self.second)
        )
        products = np.zeros((len(one), len(other)))
        squares, other_squares = np.zeros(len(one)), np.zeros(len(other))
        asked = np.arange(len(one))
        values, start = np.full(len(lengths), np.nan), 0
        for at, length in enumerate(lengths.tolist()):
            report(at / len(lengths), "looking for partners")
            a, b = one[:, start:length], other[:, start:length]
            products += a @ b.T
            squares += np.einsum("ij,ij->i", a, a)
            other_squares += np.einsum("ij,ij->i", b, b)
            # The length of the query changes nothing, unless it is zero.
            cosines = products * _divided(np.ones(len(b)), np.sqrt(other_squares))
            limits = cosines[asked, self.places] - _SAME * np.sqrt(squares)
            cosines[self.left_out.coords] = -np.inf
            nearer = np.count_nonzero(cosines >= limits[:, np.newaxis], axis=1)
            values[at] = np.mean(nearer == 0)
            start = length
        return values


def _partners(rows: Matrix, pairs: Any, seed: int) -> Partners:
    questions = PairQuestions.of(pairs, rows.shape, seed)
    n_pairs, notes = len(questions.first), [*questions.notes]
    # What is said of the uniformity does not matter here.
    notes = [note for note in notes if "uniformity" not in note]
    most = max(_MOST_COSINES // n_pairs, 30)
    places = np.arange(n_pairs)
    if n_pairs > most:
        places = np.sort(np.random.default_rng(seed).choice(n_pairs, most, replace=False))
        notes.append(f"{most:,} of {n_pairs:,} pairs are asked, drawn at random.")
    left_out = questions.left_out(slice(0, n_pairs)).tocsr()[places].tocoo()
    candidates = n_pairs + 1 - np.bincount(left_out.coords[0], minlength=len(places))
    return Partners(
        finite_rows(rows, questions.first[places]),
        finite_rows(rows, questions.second),
        places,
        left_out,
        float(np.mean(1.0 / candidates)),
        tuple(notes),
    )


@dataclass(frozen=True, eq=False)
class CategoryVotes:
    """A category of each row: most of its nearest neighbors are to have the same."""

    rows: Matrix
    codes: Rows
    """-1 for rows that do not take part."""
    queries: Rows
    neighbors: int
    chance: float
    notes: tuple[str, ...]
    measure: str = "knn"

    @property
    def n_judged(self) -> int:
        """Number of rows that are asked."""
        return len(self.queries)

    def values(self, arrange: Reordering, lengths: Rows, report: Report) -> Floats:
        """Return the share of the rows whose category the others say, at each length."""
        taking_part = self.codes >= 0
        found = prefix_neighbors(
            self.rows, self.queries, arrange, lengths, self.neighbors, report, taking_part
        )
        asked = arrange(self.rows[self.queries], int(lengths[-1]))
        own = self.codes[self.queries]
        values = np.empty(len(lengths))
        for at, length in enumerate(lengths.tolist()):
            votes = self.codes[found.ranked(at)]
            # For each voter, how many say the same; of as many, the nearest comes first.
            support = (votes[:, :, np.newaxis] == votes[:, np.newaxis, :]).sum(axis=2)
            said = votes[np.arange(len(votes)), support.argmax(axis=1)]
            # A prefix of zeros is as near to all, and says nothing.
            values[at] = np.mean((said == own) & asked[:, :length].any(axis=1))
        return values


def category_judge(rows: Matrix, category: Iterable[Any], neighbors: int, seed: int) -> Judge:
    """Return the judge that a category is.

    Raises
    ------
    UserError
        When there is not a value for each row, no two rows have the same, or all have.
    """
    codes = group_codes(category)
    require_length(codes, len(rows), "categories", "vectors")
    lengths = row_lengths(rows)
    has_direction = np.isfinite(lengths) & (lengths > 0)
    n_known = int(np.count_nonzero(codes >= 0))
    codes = np.where(has_direction, codes, -1)
    sizes = np.bincount(codes[codes >= 0], minlength=1)
    if np.count_nonzero(sizes) < 2 or sizes.max() < 2:
        what = "All rows are in one group" if sizes.max() > 1 else "No two rows are in one group"
        raise UserError(f"{what}, so nothing tells what belongs together. Choose another column.")
    asked = np.flatnonzero((codes >= 0) & (sizes[codes] > 1))
    n_rows = int(sizes.sum())
    notes = []
    if n_missing := len(rows) - n_known:
        notes.append(f"{counted(n_missing, 'row')} without a category left out.")
    if n_blank := n_known - n_rows:
        notes.append(f"{counted(n_blank, 'row')} without a direction left out.")
    affordable = int(_MOST_PRODUCTS // max(rows.size, 1))
    most = min(_MOST_QUERIES, max(affordable, 30))
    if len(asked) > most:
        notes.append(f"{most:,} of {len(asked):,} rows are asked, drawn at random.")
        asked = np.sort(np.random.default_rng(seed).choice(asked, most, replace=False))
    neighbors = max(1, min(neighbors, (n_rows - 1) // 2))
    chance = float(np.mean(codes[asked] == sizes.argmax()))
    return CategoryVotes(rows, codes, asked, neighbors, chance, tuple(notes))


def _divided(numbers: Floats, by: Floats) -> Floats:
    """Return quotients, 0 where something is divided by zero."""
    return np.divide(numbers, by, out=np.zeros(len(by)), where=by > 0)


def _require_there(first: Rows, second: Rows, n_rows: int) -> None:
    if len(first) < 2:
        raise UserError(f"{counted(len(first), 'pair')} cannot be ranked. Give at least two.")
    last = int(max(first.max(), second.max()))
    if last >= n_rows or min(first.min(), second.min()) < 0:
        raise UserError(
            f"The pairs name row {last:,}, and there are the rows 0 to {n_rows - 1:,}. Use the "
            "pairs with the vectors that they were made for."
        )

"""Judges of vectors: pairs with scores, pairs that belong together, and categories.

A judge says which rows are asked and what is right. How the rows are compared, on a prefix of their
dimensions or after a map, is up to who asks: that gives an answer for each judged pair or row, a
cosine or whether it was right, of which `value` makes one number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.compiled.checks import require_length
from embedviz.core.contrastive.quality import PairQuestions
from embedviz.core.contrastive.rows import finite_rows
from embedviz.core.errors import UserError
from embedviz.core.judging.ranks import mean_ranks
from embedviz.core.neighbors.lengths import row_lengths
from embedviz.core.notes import counted
from embedviz.core.pairs.judged import group_codes

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


def pair_judge(rows: Matrix, pairs: Any, seed: int) -> Judge:
    """Return the judge that pairs are: by their scores, or by whether partners find each other.

    Raises
    ------
    UserError
        When there are fewer than two, or a row is not there or holds NaN or an infinity.
    """
    scores = getattr(pairs, "scores", None)
    if scores is None or len(scores) < 2:
        return _partners(rows, pairs, seed)
    scores = np.asarray(scores, dtype=np.float64)
    if np.ptp(scores) > 0:
        return _scored_pairs(rows, pairs, seed)
    found = _partners(rows, pairs, seed)
    said = f"All scores are {scores[0]:g}, which gives no order, so pairs count as partners."
    return replace(found, notes=(said, *found.notes))


@dataclass(frozen=True, eq=False)
class ScoredPairs:
    """Pairs of rows with scores: their cosines are to have the same order.

    Attributes
    ----------
    sides : pair of arrays of shape (n_pairs, n_dimensions)
    pairs : int array of shape (n_pairs, 2)
        Which rows these are.
    scores : float64 array of shape (n_pairs,)
    """

    sides: tuple[Matrix, Matrix]
    pairs: Rows
    scores: Floats
    notes: tuple[str, ...]
    measure: str = "spearman"
    chance: float = 0.0

    @property
    def n_judged(self) -> int:
        """Number of pairs."""
        return len(self.pairs)

    @cached_property
    def ranks(self) -> Floats:
        """Ranks of the scores, from 1; equal scores share the mean of theirs."""
        return mean_ranks(self.scores)

    def value(self, cosines: Floats, chosen: Rows | None = None) -> float:
        """Return Spearman's correlation, of some of the pairs; NaN where all cosines are equal."""
        ranks = self.ranks
        if chosen is not None:
            cosines, ranks = cosines[chosen], mean_ranks(self.scores[chosen])
        return _correlation(mean_ranks(ranked_digits(cosines)), ranks)


def ranked_digits(cosines: Floats) -> Floats:
    """Return cosines in which no difference is the rounding of sums alone."""
    return np.round(cosines, _DIGITS) + 0.0


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
    sides = finite_rows(rows, first), finite_rows(rows, second)
    if n_same := int(np.count_nonzero(first == second)):
        said = f"{counted(n_same, 'pair')} of a row with itself, whose cosine nothing changes."
        notes = (*notes, said)
    if n_blank := int(np.count_nonzero(~(sides[0].any(axis=1) & sides[1].any(axis=1)))):
        said = f"{counted(n_blank, 'pair')} with a row of zeros, which count as a cosine of 0."
        notes = (*notes, said)
    return ScoredPairs(sides, np.stack([first, second], axis=1), scores, notes)


def _correlation(one: Floats, other: Floats) -> float:
    a, b = one - one.mean(), other - other.mean()
    scale = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / scale) if scale > 0 else float("nan")


@dataclass(frozen=True, eq=False)
class Partners:
    """Pairs of rows that belong together: the partner is to be the nearest candidate.

    Attributes
    ----------
    sides : pair of arrays of shape (n_asked, n_dimensions) and (n_candidates, n_dimensions)
    rows : pair of int arrays of shape (n_asked,) and (n_candidates,)
        Which rows these are.
    places : int array of shape (n_asked,)
        Where among the candidates the partners are.
    left_out : sparse array of shape (n_asked, n_candidates)
        Which candidates are none for whom; the partners are among them.
    """

    sides: tuple[Matrix, Matrix]
    rows: tuple[Rows, Rows]
    places: Rows
    left_out: coo_array
    chance: float
    notes: tuple[str, ...]
    measure: str = "top1"

    @property
    def n_judged(self) -> int:
        """Number of first rows that are asked."""
        return len(self.places)

    @property
    def pairs(self) -> Rows:
        """The rows that are asked and their partners, (n_asked, 2)."""
        return np.stack([self.rows[0], self.rows[1][self.places]], axis=1)

    def found(self, products: Floats, squares: Floats, candidate_squares: Floats) -> Floats:
        """Return whose partner is the nearest, 0 or 1; candidates that are as near count against.

        Parameters
        ----------
        products : array of shape (n_asked, n_candidates)
        squares, candidate_squares : arrays of the squared lengths
        """
        # The length of the query changes nothing, unless it is zero.
        cosines = products * divided(np.ones(products.shape[1]), np.sqrt(candidate_squares))
        asked = np.arange(len(products))
        limits = cosines[asked, self.places] - _SAME * np.sqrt(squares)
        cosines[self.left_out.coords] = -np.inf
        nearer = np.count_nonzero(cosines >= limits[:, np.newaxis], axis=1)
        return np.asarray(nearer == 0, dtype=np.float64)

    def value(self, answers: Floats, chosen: Rows | None = None) -> float:
        """Return the share of the partners found, of some of those that are asked."""
        return _share(answers, chosen)


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
    asked, others = questions.first[places], questions.second
    return Partners(
        (finite_rows(rows, asked), finite_rows(rows, others)),
        (asked, others),
        places,
        left_out,
        float(np.mean(1.0 / candidates)),
        tuple(notes),
    )


@dataclass(frozen=True, eq=False)
class CategoryVotes:
    """A category of each row: most of its nearest neighbors are to have the same.

    Attributes
    ----------
    rows : array of shape (n_vectors, n_dimensions)
    codes : int array of shape (n_vectors,)
        -1 for rows that do not take part.
    queries : int array of shape (n_asked,)
        Rows that are asked: each by the others, never by itself.
    neighbors : int
        How many vote; of categories with as many votes, that of the nearer row wins.
    """

    rows: Matrix
    codes: Rows
    queries: Rows
    neighbors: int
    chance: float
    notes: tuple[str, ...]
    measure: str = "knn"

    @property
    def n_judged(self) -> int:
        """Number of rows that are asked."""
        return len(self.queries)

    def said(self, voters: Rows) -> Rows:
        """Return the category that most of some rows have, (n_asked, n_voters), nearest first."""
        votes = self.codes[voters]
        # For each voter, how many say the same; of as many, the nearest comes first.
        support = (votes[:, :, np.newaxis] == votes[:, np.newaxis, :]).sum(axis=2)
        said: Rows = votes[np.arange(len(votes)), support.argmax(axis=1)]
        return said

    def value(self, answers: Floats, chosen: Rows | None = None) -> float:
        """Return the share of the rows whose category the others say."""
        return _share(answers, chosen)


Judge = ScoredPairs | Partners | CategoryVotes


def _share(answers: Floats, chosen: Rows | None) -> float:
    answers = answers if chosen is None else answers[chosen]
    return float(np.mean(answers)) if len(answers) else float("nan")


def category_judge(
    rows: Matrix,
    category: Iterable[Any],
    neighbors: int,
    seed: int,
    most_products: float = _MOST_PRODUCTS,
    most_rows: int | None = None,
) -> CategoryVotes:
    """Return the judge that a category is.

    Parameters
    ----------
    rows : array of shape (n_vectors, n_dimensions)
    category : iterable of length n_vectors
    neighbors : int
        How many vote; in a small set at most half of the other rows.
    seed : int
        Of what is drawn.
    most_products : float
        Multiplications that may be spent on the neighbors of all that are asked, in one pass.
    most_rows : int, optional
        Rows that may take part. Default: all with a category.

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
    codes, n_directed = _thinned(np.where(has_direction, codes, -1), most_rows, seed)
    sizes = np.bincount(codes[codes >= 0], minlength=1)
    if np.count_nonzero(sizes) < 2 or sizes.max() < 2:
        what = "All rows are in one group" if sizes.max() > 1 else "No two rows are in one group"
        raise UserError(f"{what}, so nothing tells what belongs together. Choose another column.")
    asked = np.flatnonzero((codes >= 0) & (sizes[codes] > 1))
    n_rows, notes = int(sizes.sum()), []
    if n_missing := len(rows) - n_known:
        notes.append(f"{counted(n_missing, 'row')} without a category left out.")
    if n_blank := n_known - n_directed:
        notes.append(f"{counted(n_blank, 'row')} without a direction left out.")
    if n_rows < n_directed:
        notes.append(f"{n_rows:,} of {n_directed:,} rows take part, drawn at random.")
    affordable = int(most_products // max(rows.size, 1))
    most = min(_MOST_QUERIES, max(affordable, 30))
    if len(asked) > most:
        notes.append(f"{most:,} of {len(asked):,} rows are asked, drawn at random.")
        asked = np.sort(np.random.default_rng(seed).choice(asked, most, replace=False))
    neighbors = max(1, min(neighbors, (n_rows - 1) // 2))
    chance = float(np.mean(codes[asked] == sizes.argmax()))
    return CategoryVotes(rows, codes, asked, neighbors, chance, tuple(notes))


def _thinned(codes: Rows, most: int | None, seed: int) -> tuple[Rows, int]:
    """Return codes in which at most so many rows take part, and how many would have."""
    taking_part = np.flatnonzero(codes >= 0)
    count = len(taking_part)
    if most is None or count <= most:
        return codes, count
    kept = np.random.default_rng([seed, 3]).choice(taking_part, most, replace=False)
    thinned = np.full(len(codes), -1, dtype=codes.dtype)
    thinned[kept] = codes[kept]
    return thinned, count


def divided(numbers: Floats, by: Floats) -> Floats:
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

"""Answers to many analogy questions at once.

The distinct words of all questions are multiplied with the vocabulary once, block by block, and
three rows of that product are combined per question in one pass, which also keeps the best
candidates; so memory is bounded by a block, and nothing is sorted. All methods share the products.

In the same pass, at little cost, it is counted how many rows score above the right answer, and the
ten nearest rows of each word are kept. These come first in each block: rows near b and c are what
most questions are answered with, so their scores are a bound that hardly any other row reaches, and
rows are left with one comparison each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numba
import numpy as np

from embedviz.core.analogies.benchmark.asked import AskedQuestions
from embedviz.core.analogies.scoring import METHODS, Method, combine_cosines
from embedviz.core.arrays import Matrix, Rows, Vector
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel, threads_for
from embedviz.core.neighbors.top_k import Scores, keep_best_of
from embedviz.core.progress import Report

CANDIDATES = 5
"""As in gensim, the answer is looked for among the five best rows besides the question's own."""
NEIGHBORS = 10
_BLOCK_NUMBERS = 4_000_000
_RIGHT_ROWS = 2_048
_TILE = 1024
_PART = 32
_LOOKED_AT = 8
"""How many rows near b and near c are looked at for a bound."""
_SAME = 1e-6
"""Scores that differ by less may be the same, computed twice."""


class Found(NamedTuple):
    """What was found for each question, by one method.

    Attributes
    ----------
    rows : int array of shape (n_asked, 5)
        The best rows but for the question's own three, best first; -1 where there are fewer.
    above : int array of shape (n_asked,)
        How many rows with no label of the question score above the best right answer; -1 where
        no right answer can be one.
    with_inputs : int array of shape (n_asked,)
        The best row of all, its own ones too; -1 where there is none.
    """

    rows: Rows
    above: Rows
    with_inputs: Rows


class Words(NamedTuple):
    """The distinct words of questions.

    Attributes
    ----------
    rows : int array of shape (n_words,)
    places : int array of shape (n_asked, 3)
        Which of them a, b and c are.
    directions : float64 array of shape (n_words, n_dimensions)
        Unit rows.
    """

    rows: Rows
    places: Rows
    directions: Vector


def words_of(vectors: Matrix, inputs: Rows) -> Words:
    """Return the distinct words of questions, as `Words`."""
    rows, places = np.unique(inputs, return_inverse=True)
    directions = vectors[rows].astype(np.float64)
    scale_to_unit_length(directions)
    return Words(rows, places.reshape(-1, 3), directions)


def find_answers(
    vectors: Matrix, asked: AskedQuestions, methods: Sequence[Method], report: Report
) -> tuple[list[Found], Rows]:
    """Return what each method answers, and the rows nearest to a, b and c of each question.

    Parameters
    ----------
    vectors : float32 array of shape (n_rows, n_dimensions)
    asked : AskedQuestions
    methods : sequence of {"3CosAdd", "3CosMul", "PairDirection"}
    report : callable
        Called with each block.

    Returns
    -------
    found : list of Found
    neighbors : int array of shape (n_asked, 3, 10)
        Nearest first; -1 where there are fewer.
    """
    words = words_of(vectors, asked.inputs)
    singles = words.directions.astype(np.float32)
    searches = [_Search(vectors, asked, words, method) for method in methods]
    nearest = _empty_heaps(len(words.rows), NEIGHBORS)
    block_rows = max(_TILE, _BLOCK_NUMBERS // max(1, len(words.rows)))
    for first in range(0, len(vectors), block_rows):
        report(first / len(vectors), "asking the questions")
        products = _products(singles, vectors[first : first + block_rows])
        with threads_for(products.shape[1] * (len(words.rows) + len(asked.numbers))):
            _keep_nearest(products, words.rows, first, *nearest)
            for search in searches:
                search.offer(products, first, nearest[1])
    return [search.found() for search in searches], _ordered(nearest)[words.places]


_Heaps = tuple[Matrix, Rows, Rows]
"""Scores, rows and number of the best rows of many queries, as kernels fill them in."""


def _empty_heaps(count: int, capacity: int) -> _Heaps:
    scores = np.zeros((count, capacity), np.float32)
    rows = np.full((count, capacity), -1, np.intp)
    return scores, rows, np.zeros(count, np.intp)


def _ordered(heaps: _Heaps) -> Rows:
    """Return the rows of each heap, best first, the lower one of equals first."""
    scores, rows, _ = heaps
    order = np.lexsort((rows, np.where(rows < 0, np.inf, -scores)), axis=1)
    return np.take_along_axis(rows, order, axis=1)


class _Search:
    """Search of the answers to all questions by one method, block by block."""

    def __init__(
        self, vectors: Matrix, asked: AskedQuestions, words: Words, method: Method
    ) -> None:
        n_asked = len(asked.numbers)
        self._asked, self._words = asked, words
        self._method = METHODS.index(method)
        self._offsets = np.zeros(n_asked, np.float32)
        if method == "PairDirection":
            self._offsets = _offsets(words)
        self._bounds = self._right_scores(vectors)
        self._heaps = _empty_heaps(n_asked, CANDIDATES)
        self._above = np.zeros(n_asked, np.intp)
        self._own = np.full((n_asked, 3), -np.inf, np.float32)
        further = self._scores(vectors, asked.further, asked.further_owners)
        is_above = further > self._bounds[asked.further_owners]
        np.subtract.at(self._above, asked.further_owners[is_above], 1)

    def _right_scores(self, vectors: Matrix) -> Matrix:
        """Return the score of the best right answer of each question, a little more."""
        asked = self._asked
        best = np.full(len(asked.numbers), np.nan, np.float32)
        owners = asked.owners[asked.is_open]
        np.fmax.at(best, owners, self._scores(vectors, asked.right[asked.is_open], owners))
        return np.asarray(best + _SAME * np.maximum(1, np.abs(best)), np.float32)

    def _scores(self, vectors: Matrix, rows: Rows, owners: Rows) -> Scores:
        """Return the scores of some rows as answers to some questions."""
        scores = np.empty(len(rows), np.float32)
        order = np.argsort(rows, kind="stable")
        distinct, starts = np.unique(rows[order], return_index=True)
        starts = np.append(starts, len(order))
        singles = self._words.directions.astype(np.float32)
        for first in range(0, len(distinct), _RIGHT_ROWS):
            chosen = distinct[first : first + _RIGHT_ROWS]
            products = _products(singles, vectors[chosen])
            places = order[starts[first] : starts[first + len(chosen)]]
            columns = np.searchsorted(chosen, rows[places])
            whose = owners[places]
            a, b, c = (products[each, columns] for each in self._words.places[whose].T)
            part = np.empty(len(places), np.float32)
            _combine_each(a, b, c, self._offsets[whose], self._method, part)
            scores[places] = part
        return scores

    def offer(self, products: Matrix, first: int, nearest: Rows) -> None:
        """Take a block of rows into account, given the cosines of all words with them.

        Parameters
        ----------
        products : float32 array of shape (n_words, n_block_rows)
        first : int
            The number of the block's first row.
        nearest : int array of shape (n_words, k)
            Rows near each word, from this block where it is the first; -1 where there are fewer.
        """
        _keep_candidates(
            products,
            (self._words.places, self._asked.inputs),
            nearest,
            (self._offsets, self._bounds),
            self._method,
            first,
            self._heaps,
            (self._above, self._own),
        )

    def found(self) -> Found:
        """Return what was found."""
        rows = _ordered(self._heaps)
        scores = np.where(self._heaps[1] < 0, -np.inf, self._heaps[0]).max(axis=1)
        candidates = np.column_stack([rows[:, 0], self._asked.inputs])
        all_scores = np.column_stack([scores, self._own])
        all_scores[candidates < 0] = -np.inf
        best = all_scores.max(axis=1, keepdims=True)
        most = np.iinfo(np.intp).max
        with_inputs = np.where(all_scores == best, candidates, most).min(axis=1)
        with_inputs[best[:, 0] == -np.inf] = -1
        above = np.where(np.isnan(self._bounds), -1, self._above)
        return Found(rows, above, with_inputs)


def _products(singles: Matrix, rows: Matrix) -> Matrix:
    """Return the cosines of words with rows, (n_words, n_rows); NaN for rows of zeros."""
    block = np.array(rows, np.float32)
    scale_to_unit_length(block)
    products = singles @ block.T
    products[:, ~block.any(axis=1)] = np.nan
    return products


def _offsets(words: Words) -> Scores:
    """Return (b - a) · c of each question."""
    found = np.empty(len(words.places), np.float32)
    for start in range(0, len(found), _RIGHT_ROWS):
        part = slice(start, start + _RIGHT_ROWS)
        a, b, c = words.directions[words.places[part].T]
        found[part] = np.einsum("ij,ij->i", b - a, c)
    return found


@serial_kernel
def _combine_each(
    a: Scores, b: Scores, c: Scores, offsets: Scores, method: int, scores: Scores
) -> None:
    for i in range(len(a)):
        one = slice(i, i + 1)
        combine_cosines(a[one], b[one], c[one], offsets[i], method, scores[one])


@parallel_kernel
def _keep_nearest(
    products: Matrix, words: Rows, first: int, best: Matrix, rows: Rows, kept: Rows
) -> None:
    """Offer a block of rows to each word, but for its own row."""
    n_rows = products.shape[1]
    for word in numba.prange(len(words)):
        tile = np.empty(_TILE, dtype=np.float32)
        for start in range(0, n_rows, _TILE):
            stop = min(start + _TILE, n_rows)
            scores = tile[: stop - start]
            scores[:] = products[word, start:stop]
            own = words[word] - first - start
            if 0 <= own < stop - start:
                scores[own] = np.nan
            kept[word] = keep_best_of(scores, first + start, best[word], rows[word], kept[word])


@parallel_kernel
def _keep_candidates(
    products: Matrix,
    questions: tuple[Rows, Rows],
    nearest: Rows,
    numbers: tuple[Scores, Scores],
    method: int,
    first: int,
    heaps: tuple[Matrix, Rows, Rows],
    found: tuple[Rows, Matrix],
) -> None:
    """Offer a block of rows to each question, but for its own three rows."""
    places, inputs = questions
    offsets, bounds = numbers
    best_scores, best_rows, kept = heaps
    above, own_scores = found
    n_rows = products.shape[1]
    for q in numba.prange(len(inputs)):
        a, b, c = products[places[q, 0]], products[places[q, 1]], products[places[q, 2]]
        tile = np.empty(_TILE, dtype=np.float32)
        least = np.float32(-np.inf)
        if kept[q] < CANDIDATES:
            least = _least_score(products, places[q], inputs[q], nearest, offsets[q], method, first)
        for start in range(0, n_rows, _TILE):
            stop = min(start + _TILE, n_rows)
            scores = tile[: stop - start]
            if kept[q] == CANDIDATES:
                least = max(least, best_scores[q, 0])
            higher, enough = _score_tile(
                a[start:stop],
                b[start:stop],
                c[start:stop],
                offsets[q],
                method,
                scores,
                bounds[q],
                least,
            )
            for i in range(3):
                own = inputs[q, i] - first - start
                # The same row may be two of the three.
                if 0 <= own < stop - start and scores[own] == scores[own]:
                    own_scores[q, i] = scores[own]
                    higher -= scores[own] > bounds[q]
                    enough -= scores[own] >= least
                    scores[own] = np.nan
            above[q] += higher
            if enough > 0:
                kept[q] = _offer_tile(
                    scores, first + start, least, best_scores[q], best_rows[q], kept[q]
                )


@serial_kernel
def _score_tile(
    a: Scores,
    b: Scores,
    c: Scores,
    offset: float,
    method: int,
    scores: Scores,
    bound: np.float32,
    least: np.float32,
) -> tuple[int, int]:
    """Write scores, and return how many are above a bound, and how many at least another one."""
    # Sums of float32 numbers are vectorized, those of whole numbers not as well.
    higher = enough = zero = np.float32(0.0)
    one = np.float32(1.0)
    if method == 0:
        for j in range(len(scores)):  # In one loop with the counting, a third faster.
            score = b[j] + c[j] - a[j]
            scores[j] = score
            higher += one if score > bound else zero
            enough += one if score >= least else zero
    else:
        combine_cosines(a, b, c, offset, method, scores)
        for j in range(len(scores)):
            higher += one if scores[j] > bound else zero
            enough += one if scores[j] >= least else zero
    return int(higher), int(enough)


@serial_kernel
def _offer_tile(
    scores: Scores, first: int, least: np.float32, best: Scores, rows: Rows, kept: int
) -> int:
    """Offer to a heap those parts of a tile that hold a score of at least `least`."""
    one, zero = np.float32(1.0), np.float32(0.0)
    for start in range(0, len(scores), _PART):
        part = scores[start : start + _PART]
        enough = zero
        for j in range(len(part)):
            enough += one if part[j] >= least else zero
        if enough > zero:
            for j in range(len(part)):
                if part[j] >= least:
                    row = first + start + j
                    kept = keep_best_of(part[j : j + 1], row, best, rows, kept)
    return kept


@serial_kernel
def _least_score(
    products: Matrix,
    places: Rows,
    inputs: Rows,
    nearest: Rows,
    offset: float,
    method: int,
    first: int,
) -> np.float32:
    """Return a score that at least as many rows of the block reach as candidates are kept.

    It is that of the rows near b and c; less an error of rounding.
    """
    best = np.full(CANDIDATES, -np.inf, dtype=np.float32)
    cosines = np.empty((4, 1), dtype=np.float32)
    near_b, near_c = nearest[places[1]], nearest[places[2]]
    for i in range(2 * _LOOKED_AT):
        row = near_c[i] if i < _LOOKED_AT else near_b[i - _LOOKED_AT]
        column = row - first
        is_other = 0 <= column < products.shape[1]
        for k in range(3):
            is_other &= row != inputs[k]
        for k in range(_LOOKED_AT if i >= _LOOKED_AT else 0):
            is_other &= row != near_c[k]
        if not is_other:
            continue
        a, b = products[places[0], column], products[places[1], column]
        c = products[places[2], column]
        score = b + c - a
        if method != 0:
            cosines[0, 0], cosines[1, 0], cosines[2, 0] = a, b, c
            combine_cosines(cosines[0], cosines[1], cosines[2], offset, method, cosines[3])
            score = cosines[3, 0]
        if score > best[0]:
            at = 1
            while at < CANDIDATES and best[at] < score:
                best[at - 1] = best[at]
                at += 1
            best[at - 1] = score
    return np.float32(best[0] - _SAME * max(1.0, abs(best[0])))

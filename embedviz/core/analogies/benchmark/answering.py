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
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel
from embedviz.core.neighbors.top_k import Scores, keep_best_of
from embedviz.core.progress import Report

CANDIDATES = 5
"""As in gensim, the answer is looked for among the five best rows besides the question's own."""
NEIGHBORS = 10
_BLOCK_NUMBERS = 4_000_000
_TILE = 256
_SAME = 1e-6
"""Scores that differ by less may be the same, computed twice."""


class Found(NamedTuple):
    """What was found for each question, by one method.

    Attributes
    ----------
    rows : int array of shape (n_asked, 5)
        The best rows but for the question's own three, best first; -1 where there are fewer.
    above : int array of shape (n_asked,)
        How many rows but for the question's own three score above the best right answer.
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
        block = np.array(vectors[first : first + block_rows])
        scale_to_unit_length(block)
        products = singles @ block.T
        products[:, ~block.any(axis=1)] = np.nan
        _keep_nearest(products, words.rows, first, *nearest)
        for search in searches:
            search.offer(products, first)
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
        self._offsets = _offsets(words)
        self._bounds = self._right_scores(vectors)
        self._heaps = _empty_heaps(n_asked, CANDIDATES)
        self._above = np.zeros(n_asked, np.float32)
        self._own = np.full((n_asked, 3), np.nan, np.float32)

    def _right_scores(self, vectors: Matrix) -> Matrix:
        """Return the score of the best right answer of each question, a little more."""
        best = np.full(len(self._asked.numbers), np.nan, np.float32)
        scores = self.scores_of(vectors, self._asked.right, self._asked.owners)
        np.fmax.at(best, self._asked.owners, scores)
        return np.asarray(best + _SAME * np.maximum(1, np.abs(best)), np.float32)

    def scores_of(self, vectors: Matrix, rows: Rows, owners: Rows) -> Scores:
        """Return the scores of some rows as answers to some questions."""
        scores = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), 10_000):
            part = slice(start, start + 10_000)
            directions = vectors[rows[part]].astype(np.float32)
            scale_to_unit_length(directions)
            is_zero = ~directions.any(axis=1)
            three = self._words.places[owners[part]].T
            singles = self._words.directions.astype(np.float32)
            a, b, c = (np.einsum("ij,ij->i", singles[each], directions) for each in three)
            _combine_each(a, b, c, self._offsets[owners[part]], self._method, scores[part])
            scores[part][is_zero] = np.nan
        return scores

    def offer(self, products: Matrix, first: int) -> None:
        """Take a block of rows into account, given the cosines of all words with them."""
        _keep_candidates(
            products,
            (self._words.places, self._asked.inputs),
            (self._offsets, self._bounds),
            self._method,
            first,
            self._heaps,
            self._above,
            self._own,
        )

    def found(self) -> Found:
        """Return what was found."""
        rows = _ordered(self._heaps)
        scores = np.where(self._heaps[1] < 0, -np.inf, self._heaps[0]).max(axis=1)
        candidates = np.column_stack([rows[:, 0], self._asked.inputs])
        all_scores = np.column_stack([scores, np.nan_to_num(self._own, nan=-np.inf)])
        all_scores[candidates < 0] = -np.inf
        order = np.lexsort((candidates, -all_scores), axis=1)[:, :1]
        with_inputs = np.take_along_axis(candidates, order, axis=1)[:, 0]
        is_none = np.take_along_axis(all_scores, order, axis=1)[:, 0] == -np.inf
        with_inputs[is_none] = -1
        return Found(rows, self._above.astype(np.intp), with_inputs)


def _offsets(words: Words) -> Scores:
    a, b, c = words.directions[words.places.T]
    return np.asarray(np.einsum("ij,ij->i", b - a, c), np.float32)


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
    numbers: tuple[Scores, Scores],
    method: int,
    first: int,
    heaps: tuple[Matrix, Rows, Rows],
    above: Scores,
    own_scores: Matrix,
) -> None:
    """Offer a block of rows to each question, but for its own three rows."""
    places, inputs = questions
    offsets, bounds = numbers
    best_scores, best_rows, kept = heaps
    n_rows = products.shape[1]
    one, zero = np.float32(1.0), np.float32(0.0)
    for q in numba.prange(len(inputs)):
        a, b, c = places[q, 0], places[q, 1], places[q, 2]
        tile = np.empty(_TILE, dtype=np.float32)
        for start in range(0, n_rows, _TILE):
            stop = min(start + _TILE, n_rows)
            scores = tile[: stop - start]
            combine_cosines(
                products[a, start:stop],
                products[b, start:stop],
                products[c, start:stop],
                offsets[q],
                method,
                scores,
            )
            for i in range(3):
                own = inputs[q, i] - first - start
                if 0 <= own < stop - start:
                    if scores[own] == scores[own]:
                        own_scores[q, i] = scores[own]
                    scores[own] = np.nan
            # A sum of float32 numbers is vectorized, one of whole numbers is not as well.
            better = zero
            for j in range(len(scores)):
                better += one if scores[j] > bounds[q] else zero
            above[q] += better
            kept[q] = keep_best_of(scores, first + start, best_scores[q], best_rows[q], kept[q])

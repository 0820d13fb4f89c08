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
from functools import partial
from typing import NamedTuple

import numpy as np

from embedviz.core.analogies.benchmark.asked import AskedQuestions
from embedviz.core.analogies.benchmark.candidates import (
    CANDIDATES,
    SAME,
    TILE,
    combine_each,
    keep_candidates,
    keep_nearest,
)
from embedviz.core.analogies.scoring import METHODS, Method
from embedviz.core.arrays import Matrix, Rows, Vector
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.compiled.kernels import threads_for
from embedviz.core.covariance.own_threads import at_once, blas_in_own_threads
from embedviz.core.neighbors.top_k import Scores
from embedviz.core.progress import Report

NEIGHBORS = 10
_BLOCK_NUMBERS = 4_000_000
_RIGHT_ROWS = 2_048
_FEW_MULTIPLICATIONS = 200_000_000
"""Up to which a product stays in one thread: a few milliseconds, and waiting for another, on busy
processors, takes eight."""


class FoundAnswers(NamedTuple):
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
) -> tuple[list[FoundAnswers], Rows]:
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
    found : list of FoundAnswers
    neighbors : int array of shape (n_asked, 3, 10)
        Nearest first; -1 where there are fewer.
    """
    words = words_of(vectors, asked.inputs)
    singles = words.directions.astype(np.float32)
    searches = [_Search(vectors, asked, words, method) for method in methods]
    nearest = _empty_heaps(len(words.rows), NEIGHBORS)
    block_rows = max(TILE, _BLOCK_NUMBERS // max(1, len(words.rows)))
    for first in range(0, len(vectors), block_rows):
        report(first / len(vectors), "asking the questions")
        products = _products(singles, vectors[first : first + block_rows])
        with threads_for(products.shape[1] * (len(words.rows) + len(asked.numbers))):
            keep_nearest(products, words.rows, first, *nearest)
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
        return np.asarray(best + SAME * np.maximum(1, np.abs(best)), np.float32)

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
            combine_each(a, b, c, self._offsets[whose], self._method, part)
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
        keep_candidates(
            products,
            (self._words.places, self._asked.inputs),
            nearest,
            (self._offsets, self._bounds),
            self._method,
            first,
            self._heaps,
            (self._above, self._own),
        )

    def found(self) -> FoundAnswers:
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
        return FoundAnswers(rows, above, with_inputs)


def _products(singles: Matrix, rows: Matrix) -> Matrix:
    """Return the cosines of words with rows, (n_words, n_rows); NaN for rows of zeros."""
    block = np.array(rows, np.float32)
    scale_to_unit_length(block)
    products = np.empty((len(singles), len(block)), np.float32)
    with blas_in_own_threads() as n_threads:
        if len(singles) * block.size < _FEW_MULTIPLICATIONS:
            n_threads = 1
        ends = np.linspace(0, len(block), n_threads + 1, dtype=np.intp)
        parts = list(map(slice, ends[:-1], ends[1:]))
        at_once(
            [partial(_multiply, singles, block[each].T, products[:, each]) for each in parts],
            n_threads,
        )
    products[:, ~block.any(axis=1)] = np.nan
    return products


def _multiply(words: Matrix, rows: Matrix, products: Matrix) -> None:
    # Rows that hold infinities; nobody's answer.
    with np.errstate(invalid="ignore", over="ignore"):
        np.matmul(words, rows, products)


def _offsets(words: Words) -> Scores:
    """Return (b - a) · c of each question."""
    found = np.empty(len(words.places), np.float32)
    for start in range(0, len(found), _RIGHT_ROWS):
        part = slice(start, start + _RIGHT_ROWS)
        a, b, c = words.directions[words.places[part].T]
        found[part] = np.einsum("ij,ij->i", b - a, c)
    return found

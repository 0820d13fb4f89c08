"""Kernels that combine cosines of words with rows into scores of questions, and keep the best."""

from __future__ import annotations

import numba
import numpy as np

from embedviz.core.analogies.scoring import combine_cosines
from embedviz.core.arrays import Matrix, Rows
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel
from embedviz.core.neighbors.top_k import Scores, keep_best_of

CANDIDATES = 5
"""As in gensim, the answer is looked for among the five best rows besides the question's own."""
SAME = 1e-6
"""Scores that differ by less may be the same, computed twice."""
TILE = 1024
_PART = 32
_LOOKED_AT = 8
"""How many rows near b and near c are looked at for a bound."""


@serial_kernel
def combine_each(
    a: Scores, b: Scores, c: Scores, offsets: Scores, method: int, scores: Scores
) -> None:
    """Write the score of each row as an answer to a question of its own; see `combine_cosines`."""
    for i in range(len(a)):
        one = slice(i, i + 1)
        combine_cosines(a[one], b[one], c[one], offsets[i], method, scores[one])


@parallel_kernel
def keep_nearest(
    products: Matrix, words: Rows, first: int, best: Matrix, rows: Rows, kept: Rows
) -> None:
    """Offer a block of rows to each word, but for its own row."""
    n_rows = products.shape[1]
    for word in numba.prange(len(words)):
        tile = np.empty(TILE, dtype=np.float32)
        for start in range(0, n_rows, TILE):
            stop = min(start + TILE, n_rows)
            scores = tile[: stop - start]
            scores[:] = products[word, start:stop]
            own = words[word] - first - start
            if 0 <= own < stop - start:
                scores[own] = np.nan
            kept[word] = keep_best_of(scores, first + start, best[word], rows[word], kept[word])


@parallel_kernel
def keep_candidates(
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
        tile = np.empty(TILE, dtype=np.float32)
        least = np.float32(-np.inf)
        if kept[q] < CANDIDATES:
            least = _least_score(products, places[q], inputs[q], nearest, offsets[q], method, first)
        for start in range(0, n_rows, TILE):
            stop = min(start + TILE, n_rows)
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
    return np.float32(best[0] - SAME * max(1.0, abs(best[0])))

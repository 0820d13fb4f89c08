"""What answers analogies without the offset: the nearest row of c, of b + c, and the inputs.

An analogy is answered by the row that is nearest to b − a + c. Where an offset is short beside the
distances between rows, that place is still nearest to c or to b themselves, and once those are left
out, to what is near them: so an answer may be right without an offset that means anything. Each
question is therefore asked in other ways too (Linzen 2016, *Issues in evaluating semantic spaces
using word analogies*; he writes a : a* :: b : b*, so that his *only b* is c here):

- **offset**: the nearest row of b − a + c that is not an input, as benchmarks count it;
- **with inputs**: the nearest row of all, the inputs among them;
- **neighbor**: the nearest row of c alone;
- **sum**: the nearest row of b + c, which does not know a;
- **opposite**: the nearest row of a − b + c, one step in the wrong direction.

All five come out of one pass over the rows, which keeps the few best of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, Rows, Vector
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.compiled.kernels import parallel_kernel
from embedviz.core.neighbors.top_k import TILE, Scores, keep_best_of
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet

WAYS = ("offset", "with inputs", "neighbor", "sum", "opposite")
"""How a question is answered, in the order of the columns of answers."""

_WEIGHTS = np.array([[-1, 1, 1], [0, 0, 1], [0, 1, 1], [1, -1, 1]], np.float32)
"""Of a, b and c, in the target of each way; those with and without inputs have one target."""
_CANDIDATES = 8
"""Of each target: three inputs, an answer, and rows that have the label of an input too."""
_PRODUCT_NUMBERS = 4_000_000
_MOST_SCORES = 3_000_000_000
"""Questions times rows, up to which all questions are asked: some seconds."""
_FEWEST_ASKED = 50
"""Of a relation: fewer say nothing."""


@dataclass(frozen=True, eq=False)
class Couples:
    """Questions made of two pairs of one relation: a is to b as c is to which row.

    Attributes
    ----------
    rows : int array of shape (n_questions, 4)
        a, b, c, and the answer that is expected.
    relations : int array of shape (n_questions,)
        Of which relation each is.
    n_possible : int
        How many there are, of which these are a random sample where they are fewer.
    accepted : int array of shape (n_pairs, 3)
        Relation, c and a row that is right: a word may have several right answers.
    """

    rows: Rows
    relations: Rows
    n_possible: int
    accepted: Rows

    def are_right(self, answers: Rows) -> NDArray[np.bool_]:
        """Return which rows are right answers, shape (n_questions,)."""
        size = 1 + max(int(answers.max(initial=0)), int(self.accepted.max(initial=0)))
        given = np.column_stack([self.relations, self.rows[:, 2], answers])
        powers = np.array([size * size, size, 1])
        is_known = np.isin(given @ powers, self.accepted @ powers)
        return np.asarray((is_known | (answers == self.rows[:, 3])) & (answers >= 0))


def couples_of(pairs: Sequence[Rows], n_vectors: int, seed: int = 0) -> Couples:
    """Return the questions that the pairs of some relations make, two of a relation each.

    Parameters
    ----------
    pairs : sequence of int arrays of shape (n_pairs, 2)
        The rows of each relation's pairs.
    n_vectors : int
        How many rows will be looked at for an answer: of very many, fewer questions are asked.
    seed : int
        Of the choice.

    Returns
    -------
    Couples
        Those whose rows a, b and c differ, and whose answer is none of them.
    """
    most = most_of_a_relation(n_vectors, len(pairs))
    random = np.random.default_rng(seed)
    chosen, relations, n_possible = [np.zeros((0, 4), np.intp)], [np.zeros(0, np.intp)], 0
    accepted = [np.zeros((0, 3), np.intp)]
    for place, each in enumerate(pairs):
        first, second = np.divmod(np.arange(len(each) ** 2), max(len(each), 1))
        rows = np.hstack([each[first], each[second]])
        rows = rows[are_questions(rows)]
        n_possible += len(rows)
        if len(rows) > most:
            rows = rows[np.sort(random.choice(len(rows), most, replace=False))]
        chosen.append(rows)
        relations.append(np.full(len(rows), place, np.intp))
        accepted.append(np.insert(each, 0, place, axis=1))
    return Couples(
        np.concatenate(chosen).astype(np.intp),
        np.concatenate(relations),
        n_possible,
        np.concatenate(accepted).astype(np.intp),
    )


def most_of_a_relation(n_vectors: int, n_relations: int) -> int:
    """Return how many questions of a relation are asked, so that all are within some seconds."""
    return max(_FEWEST_ASKED, _MOST_SCORES // max(n_vectors, 1) // max(n_relations, 1))


def are_questions(rows: Rows) -> NDArray[np.bool_]:
    """Return which rows a, b, c and answer, (n, 4), differ as those of a question must."""
    a, b, c, answer = rows.T
    differ = (a != b) & (a != c) & (b != c)
    return np.asarray(differ & (answer != a) & (answer != b) & (answer != c))


def answer_baselines(vector_set: VectorSet, questions: Rows, report: Report = silent) -> Rows:
    """Return how each question is answered in each of the `WAYS`.

    Parameters
    ----------
    vector_set : VectorSet
    questions : int array of shape (n_questions, 3 or more)
        Rows a, b and c.
    report : callable

    Returns
    -------
    int array of shape (n_questions, 5)
        Rows, of several with one label the first; -1 where there is none. Equal cosines are ordered
        by row. Rows of zeros, and rows that hold NaN, are nobody's answer.
    """
    words, places = np.unique(questions[:, :3], return_inverse=True)
    places = places.reshape(-1, 3)
    vectors = vector_set.vectors
    directions = vectors[words].astype(np.float64)
    scale_to_unit_length(directions)
    n_ways = len(_WEIGHTS)
    scores = np.zeros((len(questions), n_ways, _CANDIDATES), np.float32)
    rows = np.full(scores.shape, -1, np.intp)
    kept = np.zeros(scores.shape[:2], np.intp)
    block_rows = max(TILE, _PRODUCT_NUMBERS // max(1, len(words)))
    for first in range(0, len(vectors) if len(questions) else 0, block_rows):
        report(first / len(vectors), "asking with and without the offset")
        block = np.array(vectors[first : first + block_rows])
        scale_to_unit_length(block)
        products = directions.astype(np.float32) @ block.T
        products[:, ~block.any(axis=1)] = np.nan
        _keep_candidates(products, places, _WEIGHTS, first, scores, rows, kept)
    return _chosen(vector_set, questions[:, :3], scores, rows)


def _chosen(vector_set: VectorSet, inputs: Rows, scores: Scores, rows: Rows) -> Rows:
    """Return the best candidate of each way: of all, and of those that are no input."""
    order = np.lexsort((rows, np.where(rows < 0, np.inf, -scores)), axis=2)
    ordered = _first_of_label(vector_set, np.take_along_axis(rows, order, axis=2))
    own = (ordered[..., np.newaxis] == inputs[:, np.newaxis, np.newaxis, :]).any(axis=3)
    others = ~own & (ordered >= 0)
    best = np.take_along_axis(ordered, others.argmax(axis=2)[..., np.newaxis], axis=2)[..., 0]
    best = np.where(others.any(axis=2), best, -1)
    return np.column_stack([best[:, 0], ordered[:, 0, 0], best[:, 1:]])


def _first_of_label(vector_set: VectorSet, rows: Rows) -> Rows:
    """Return for each row the first one with its label."""
    found, places = np.unique(rows, return_inverse=True)
    labels = vector_set.labels
    first = [-1 if row < 0 else vector_set.row(labels[row]) for row in found.tolist()]
    return np.asarray(first, np.intp)[places].reshape(rows.shape)


@parallel_kernel
def _keep_candidates(
    products: Matrix,
    places: Rows,
    weights: Matrix,
    first: int,
    best_scores: Scores,
    best_rows: Rows,
    kept: Rows,
) -> None:
    """Offer a block of rows to each way of each question."""
    n_rows = products.shape[1]
    for q in numba.prange(len(places)):
        a, b, c = places[q, 0], places[q, 1], places[q, 2]
        tile = np.empty(TILE, dtype=np.float32)
        for start in range(0, n_rows, TILE):
            stop = min(start + TILE, n_rows)
            scores = tile[: stop - start]
            for way in range(len(weights)):
                of_a, of_b, of_c = weights[way, 0], weights[way, 1], weights[way, 2]
                for j in range(start, stop):
                    total = of_a * products[a, j] + of_b * products[b, j]
                    scores[j - start] = total + of_c * products[c, j]
                kept[q, way] = keep_best_of(
                    scores, first + start, best_scores[q, way], best_rows[q, way], kept[q, way]
                )


@dataclass(frozen=True)
class OffsetSizes:
    """Sizes and directions of the offsets of one relation, of unit vectors.

    Attributes
    ----------
    length : float
        Mean length of b − a.
    angle : float
        Mean angle between a and b, in degrees.
    between : float
        Mean angle between two offsets, in degrees; nan of one pair.
    to_c, to_b, to_answer : float
        Mean cosine of b − a + c with c, with b and with the answer that is expected.
    """

    length: float
    angle: float
    between: float
    to_c: float
    to_b: float
    to_answer: float


def measure_offsets(vectors: Matrix, pairs: Rows, questions: Rows) -> OffsetSizes:
    """Return how long the offsets of some pairs are, and where they lead.

    Parameters
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
    pairs : int array of shape (n_pairs, 2)
    questions : int array of shape (n_questions, 4)
        Of the same pairs.
    """
    words, places = np.unique(pairs, return_inverse=True)
    rows = vectors[words].astype(np.float64)
    scale_to_unit_length(rows)
    first, second = rows[places.reshape(-1, 2).T]
    lengths = np.linalg.norm(second - first, axis=1)
    between = _mean_angle(second - first)
    a, b, c, answer = rows[np.searchsorted(words, questions.T)]
    target = b - a + c
    scale_to_unit_length(target)
    towards = [
        float(np.einsum("ij,ij->i", target, to).mean()) if len(target) else np.nan
        for to in (c, b, answer)
    ]
    angles = np.degrees(2 * np.arcsin(np.clip(lengths / 2, 0, 1)))
    if not len(pairs):
        return OffsetSizes(np.nan, np.nan, np.nan, *towards)
    return OffsetSizes(float(lengths.mean()), float(angles.mean()), between, *towards)


def _mean_angle(offsets: Vector) -> float:
    """Return the mean angle between two of some vectors, in degrees, without those of no length."""
    offsets = offsets[offsets.any(axis=1)]
    if len(offsets) < 2:
        return float("nan")
    scale_to_unit_length(offsets)
    cosines = np.clip(offsets @ offsets.T, -1.0, 1.0)
    upper = np.triu_indices(len(offsets), 1)
    return float(np.degrees(np.arccos(cosines[upper])).mean())

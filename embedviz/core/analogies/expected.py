"""Where the expected answer of an analogy is ranked, and what goes before it.

The rank is told three times: by the nearest rows of the point of the question, by those of the term
c alone, and by those of the sum without what is subtracted. Where the first is no better than the
others, the offset has done nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedviz.core.analogies.explaining import Explanation, explain
from embedviz.core.analogies.scoring import products_and_lengths, summed
from embedviz.core.analogies.terms import unit_rows
from embedviz.core.arrays import Rows, Vector
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed


@dataclass(frozen=True, eq=False)
class ExpectedAnswer:
    """The rows nearest to the point of a question, the expected one among them.

    Attributes
    ----------
    rows : int array of shape (n_shown,)
        Inputs, the best answers and the expected one, those nearest to the point first.
    are_inputs : bool array of shape (n_shown,)
    scores : float64 array of shape (n_shown,)
        Cosines with the point.
    explanation : Explanation
        Of these rows, in this order.
    rank, rank_by_c, rank_by_sum : int
        Of the expected row among those that are no inputs, from 1, by the point, by c alone and by
        what is added; 0 where no answer is expected, or there is no such question.
    neighbor : int
        The nearest row of c that is no input; -1 where there is none.
    """

    rows: Rows
    are_inputs: NDArray[np.bool_]
    scores: Vector
    explanation: Explanation
    rank: int
    rank_by_c: int
    rank_by_sum: int
    neighbor: int


def explain_expected(
    vector_set: VectorSet,
    positive: Sequence[int],
    negative: Sequence[int],
    expected: int | None = None,
    asked: int | None = None,
    count: int = 4,
) -> ExpectedAnswer:
    """Return where an expected answer is ranked, beside the best ones.

    Parameters
    ----------
    vector_set : VectorSet
    positive, negative : sequence of int
        Rows of the terms; one positive at the least.
    expected : int, optional
        Row of the answer.
    asked : int, optional
        The one of the terms that is c: "a is to b as c is to which".
    count : int
        How many answers that are no inputs are given.

    Raises
    ------
    UserError
        When the vector of a term holds NaN or an infinity.
    """
    vectors = vector_set.vectors
    added, subtracted = (unit_rows(vectors[list(each)]) for each in (positive, negative))
    c = np.zeros(vector_set.dimensions) if asked is None else unit_rows(vectors[[asked]])[0]
    queries = np.stack([summed(added, subtracted), c, added.sum(axis=0)])
    scale_to_unit_length(queries)
    scores, lengths = products_and_lengths(vectors, queries)
    with np.errstate(invalid="ignore", divide="ignore"):
        scores /= lengths[:, np.newaxis]
    scores[~np.isfinite(scores)] = -np.inf
    barred = _rows_with_labels_of(vector_set, (*positive, *negative))
    others = scores.copy()
    others[barred] = -np.inf
    best = _best(others[:, 0], count)
    shown = list(dict.fromkeys([*positive, *negative, *best.tolist()]))
    if expected is not None and expected not in shown:
        shown.append(expected)
    rows = np.array(shown, np.intp)
    rows = rows[np.argsort(-scores[rows, 0], kind="stable")]
    ranks = [0 if expected is None else _rank(others[:, way], expected) for way in range(3)]
    nearest = _best(others[:, 1], 1) if asked is not None else np.zeros(0, np.intp)
    return ExpectedAnswer(
        rows,
        np.isin(rows, barred),
        scores[rows, 0],
        explain(added, subtracted, vectors[rows]),
        ranks[0],
        0 if asked is None else ranks[1],
        ranks[2],
        int(nearest[0]) if len(nearest) else -1,
    )


def _rows_with_labels_of(vector_set: VectorSet, rows: Sequence[int]) -> Rows:
    barred = {composed(vector_set.labels[row]) for row in rows}
    found = (row for row, label in enumerate(vector_set.labels) if composed(label) in barred)
    return np.fromiter(found, np.intp)


def _best(scores: Vector, count: int) -> Rows:
    """Return the rows of the largest scores, of equal ones the first; none without a score."""
    count = min(count, len(scores))
    if not count:
        return np.zeros(0, np.intp)
    least = -np.partition(-scores, count - 1)[count - 1]
    rows = np.flatnonzero((scores >= least) & (scores > -np.inf))
    return rows[np.argsort(-scores[rows], kind="stable")][:count]


def _rank(scores: Vector, row: int) -> int:
    """Return the place of a row by its score, of equal ones by row; 0 where it has none."""
    own = scores[row]
    if own == -np.inf:
        return 0
    return int(np.count_nonzero(scores > own) + np.count_nonzero(scores[:row] == own)) + 1

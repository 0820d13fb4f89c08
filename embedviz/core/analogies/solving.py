"""Answers to one analogy: which labels complete it best.

The vectors are read once and their lengths are computed on the way, which costs nothing beside the
reading; so nothing has to be prepared, kept or copied for a set. How rows are scored is told in
`scoring`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from embedviz.core.analogies.scoring import Method, require_method, score_rows
from embedviz.core.analogies.terms import Term, Terms, unit_rows, vectors_of
from embedviz.core.arrays import Vector
from embedviz.core.compiled.checks import checked_count, checked_limit
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed


def solve(
    vector_set: VectorSet,
    positive: Terms,
    negative: Terms = (),
    count: int = 10,
    method: Method = "3CosAdd",
    exclude_inputs: bool = True,
    restrict_vocab: int | None = None,
) -> list[tuple[str, float]]:
    """Return the labels that best complete an analogy, with their scores, best first.

    Parameters
    ----------
    vector_set : VectorSet
    positive, negative : sequence of str or array of shape (n_dimensions,)
        `positive=["king", "woman"], negative=["man"]` asks what is to woman as king is to man. An
        array is a vector that is no row, such as that of a text; it is scaled to unit length.
        With "3CosAdd" and "3CosMul" any number of each; "PairDirection" takes two and one.
    count : int
        How many answers; fewer come back when there are not so many.
    method : {"3CosAdd", "3CosMul", "PairDirection"}
    exclude_inputs : bool
        Leave out all rows with one of the given labels; a vector leaves none out.
    restrict_vocab : int, optional
        Answers are among the first so many rows, usually those of the most frequent words; the
        labels that are given may be any. None: all.

    Returns
    -------
    list of (str, float)
        Equal scores are ordered by row, where gensim's order is by chance. Scores are cosines
        from -1 to 1, but from 0 up and without an upper end for "3CosMul".

    Raises
    ------
    KeyError
        When a label is not in the set; the message names labels that are nearly the same.
    UserError
        When there are no labels, or not two and one for "PairDirection", or the vector of one
        of them holds NaN or an infinity, or has another length than the rows.
    """
    found = solve_rows(
        vector_set, positive, negative, count, method, exclude_inputs, restrict_vocab
    )
    return [(vector_set.labels[row], score) for row, score in found]


def solve_rows(
    vector_set: VectorSet,
    positive: Terms,
    negative: Terms = (),
    count: int = 10,
    method: Method = "3CosAdd",
    exclude_inputs: bool = True,
    restrict_vocab: int | None = None,
) -> list[tuple[int, float]]:
    """Return what `solve` does, by rows: labels need not be unique. See there."""
    added, subtracted = _as_list(positive), _as_list(negative)
    _require_question(method, added, subtracted)
    inputs = unit_rows(vectors_of(vector_set, (*added, *subtracted)))
    n_added = len(added)
    vectors = vector_set.vectors[: checked_limit(restrict_vocab)]
    scores = score_rows(vectors, inputs[:n_added], inputs[n_added:], method)
    labels = [term for term in (*added, *subtracted) if isinstance(term, str)]
    barred = set(map(composed, labels)) if exclude_inputs else set()
    answers: list[tuple[int, float]] = []
    count = checked_count(count, "answers")
    for row in _rows_by_score(scores, count + len(labels)):
        if len(answers) >= count:
            break
        if composed(vector_set.labels[row]) not in barred:
            answers.append((int(row), float(scores[row])))
    return answers


def _as_list(terms: Terms) -> list[Term]:
    if isinstance(terms, str):
        return [terms]
    if isinstance(terms, np.ndarray):  # One vector, or an array of them.
        return [terms] if terms.ndim == 1 else list(terms)
    return list(terms)


def _require_question(method: str, added: list[Term], subtracted: list[Term]) -> None:
    require_method(method)
    if method == "PairDirection" and (len(added), len(subtracted)) != (2, 1):
        raise UserError(
            "PairDirection asks what is to c as b is to a, so it needs two positive labels "
            f"(b, c) and one negative (a); {len(added)} and {len(subtracted)} are given."
        )
    if not added and (method == "3CosMul" or not subtracted):
        raise UserError("An analogy needs at least one positive label. Add one.")


def _rows_by_score(scores: Vector, count: int) -> Iterator[int]:
    """Yield all rows with a score, best first, sorting only as many as are asked for."""
    scores = np.where(np.isnan(scores), -np.inf, scores)
    done = 0
    while done < len(scores):
        last = min(count, len(scores)) - 1
        rows = np.flatnonzero(scores >= -np.partition(-scores, last)[last])
        for row in rows[np.argsort(-scores[rows], kind="stable")][done:]:
            if scores[row] == -np.inf:
                return
            yield int(row)
        done, count = len(rows), 4 * count

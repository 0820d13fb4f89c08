"""Directions that carry meaning: a is to b as c is to which label.

`solve` answers one question. It reads the vectors once and computes their lengths on the way, which
costs nothing beside the reading; so nothing has to be prepared, kept or copied for a set.
`parallelogram` finds where to draw it. `evaluate` asks a whole file of questions. How rows are
scored is told in `analogy_methods`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.analogies.benchmark import (
    BenchmarkComparison,
    BenchmarkReport,
    QuestionSet,
    SectionResult,
    compare_reports,
    evaluate,
    evaluate_methods,
    read_questions,
    relation_questions,
)
from embedviz.core.analogies.scoring import (
    METHODS,
    Method,
    products_and_lengths,
    require_method,
    score_rows,
)
from embedviz.core.analogies.similarity import (
    SimilarityReport,
    evaluate_similarity,
    read_judged_pairs,
)
from embedviz.core.arrays import Matrix, Vector
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.compiled.checks import checked_count, checked_matrix
from embedviz.core.compiled.kernels import few_rows
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed

__all__ = [
    "METHODS",
    "BenchmarkComparison",
    "BenchmarkReport",
    "Method",
    "QuestionSet",
    "SectionResult",
    "SimilarityReport",
    "Subspace",
    "compare_reports",
    "evaluate",
    "evaluate_methods",
    "evaluate_similarity",
    "parallelogram",
    "read_judged_pairs",
    "read_questions",
    "relation_questions",
    "solve",
]


Term = str | NDArray[Any]
"""A label of the set, or a vector in its space."""
Terms = Term | Sequence[Term]


def solve(
    vector_set: VectorSet,
    positive: Terms,
    negative: Terms = (),
    count: int = 10,
    method: Method = "3CosAdd",
    exclude_inputs: bool = True,
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

    Returns
    -------
    list of (str, float)
        Equal scores are ordered by row. Scores are cosines from -1 to 1, but from 0 up and
        without an upper end for "3CosMul".

    Raises
    ------
    KeyError
        When a label is not in the set; the message names labels that are nearly the same.
    UserError
        When there are no labels, or not two and one for "PairDirection", or the vector of one
        of them holds NaN or an infinity, or has another length than the rows.
    """
    found = solve_rows(vector_set, positive, negative, count, method, exclude_inputs)
    return [(vector_set.labels[row], score) for row, score in found]


def solve_rows(
    vector_set: VectorSet,
    positive: Terms,
    negative: Terms = (),
    count: int = 10,
    method: Method = "3CosAdd",
    exclude_inputs: bool = True,
) -> list[tuple[int, float]]:
    """Return what `solve` does, by rows: labels need not be unique. See there."""
    added, subtracted = _as_list(positive), _as_list(negative)
    _require_question(method, added, subtracted)
    inputs = _unit_rows(vectors_of(vector_set, (*added, *subtracted)))
    n_added = len(added)
    scores = score_rows(vector_set.vectors, inputs[:n_added], inputs[n_added:], method)
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


def vectors_of(vector_set: VectorSet, terms: Sequence[Term]) -> Vector:
    """Return the vectors of labels, and vectors as they are.

    Parameters
    ----------
    vector_set : VectorSet
    terms : sequence of str or array of shape (n_dimensions,)

    Returns
    -------
    float64 array of shape (n_terms, n_dimensions)

    Raises
    ------
    KeyError
        When a label is not in the set; the message names labels that are nearly the same.
    UserError
        When a vector has another length than the rows.
    """
    found = np.empty((len(terms), vector_set.dimensions), dtype=np.float64)
    for place, term in enumerate(terms):
        if isinstance(term, str):
            found[place] = vector_set.vectors[vector_set.row(term)]
            continue
        if np.shape(term) != (vector_set.dimensions,):
            raise UserError(
                f"A vector of the question has {np.size(term)} numbers, but the rows of "
                f"{vector_set.name or 'the set'} have {vector_set.dimensions}. Use one from the "
                "same model."
            )
        found[place] = term
    return found


class Subspace(NamedTuple):
    """The plane, or 3-D space, in which a few directions lie best.

    Attributes
    ----------
    origin : float64 array of shape (n_dimensions,)
        The mean of the unit rows.
    axes : float64 array of shape (n_components, n_dimensions)
        Orthogonal unit rows, the direction of the largest spread first; zeros when the vectors
        have fewer dimensions than components were asked for.
    share : float
        How much of the squared spread of the unit rows lies in it, from 0 to 1.
    """

    origin: Vector
    axes: Vector
    share: float

    def transform(self, vectors: ArrayLike) -> Matrix:
        """Return where rows are in it, after they are scaled to unit length.

        Parameters
        ----------
        vectors : array of shape (n_vectors, n_dimensions)

        Returns
        -------
        float32 array of shape (n_vectors, n_components)
        """
        products, lengths = products_and_lengths(checked_matrix(vectors), self.axes)
        lengths[lengths == 0] = 1.0
        return (products / lengths[:, np.newaxis] - self.axes @ self.origin).astype(np.float32)


def parallelogram(vectors: ArrayLike, n_components: int = 2) -> Subspace:
    """Return the plane, or 3-D space, in which the unit rows of a few vectors lie best.

    Parameters
    ----------
    vectors : array of shape (k, n_dimensions)
        The corners; scaled to unit length first.
    n_components : {2, 3}

    Returns
    -------
    Subspace
        (origin, axes, share), with `transform` for further rows. Where the corners span less
        than was asked for, the missing axes point from the origin of the vectors to them.

    Raises
    ------
    UserError
        When a corner holds NaN or an infinity.
    """
    corners = _unit_rows(vectors)
    origin = corners.mean(axis=0) if len(corners) else np.zeros(corners.shape[1])
    _, lengths, directions = np.linalg.svd(corners - origin, full_matrices=False)
    spread = float(lengths @ lengths)
    real = directions[: np.count_nonzero(lengths[:n_components] > 1e-9)][:n_components]
    inside = float(lengths[: len(real)] @ lengths[: len(real)])
    axes = np.zeros((n_components, len(origin)))
    for i, axis in enumerate(_completed(real, origin, n_components)):
        axes[i] = axis if axis[np.abs(axis).argmax()] > 0 else -axis
    return Subspace(origin, axes, min(1.0, inside / spread) if len(real) else 1.0)


def _completed(axes: Vector, origin: Vector, count: int) -> list[Vector]:
    # Any direction would do; that of the origin shows the angle between two corners.
    found = list(axes)
    for candidate in (origin, *np.eye(min(count + 1, len(origin)), len(origin))):
        if len(found) == count:
            break
        rest = candidate.copy()
        for axis in (*found, *found):  # Twice, because once leaves rounding behind.
            rest -= (axis @ rest) * axis
        length = np.linalg.norm(rest)
        if length > 1e-6:
            found.append(rest / length)
    return found


def _unit_rows(vectors: ArrayLike) -> Vector:
    rows = np.array(vectors, dtype=np.float64)
    if not np.isfinite(rows).all():
        raise UserError(
            "The vector of one of these labels holds NaN or infinite numbers, so it has no "
            "direction. Choose another label."
        )
    scale_to_unit_length(rows)
    return rows


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


def compile_all() -> None:
    """Run the kernels of all methods, and of the picture, once."""
    vectors = few_rows()
    some = VectorSet(vectors, [f"row {i}" for i in range(len(vectors))])
    for method in METHODS:
        solve(some, ["row 1", "row 2"], ["row 3"], method=method)
    parallelogram(vectors[:4]).transform(vectors)

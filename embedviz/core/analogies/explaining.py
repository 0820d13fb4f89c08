"""Why an answer is one: the point that is asked for, the gap to it, and what it owes to each term.

The point of `a − b + c` is just that, of unit vectors. Any other question has one as well: the
signed sum over the number of positive terms that no negative one balances, so that the point of
`a + b` is the middle of the two; where there are none of these, as for `a − b`, the sum scaled to
unit length. 3CosAdd asks for the rows at the smallest angle to it, and its score is a sum:

    cos(x, point) = (± cos(x, term) ± …) / |± term ± …|

so that the signed cosine with a term, over that length, is what an answer owes to the term.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.analogies.scoring import summed
from embedviz.core.arrays import Vector
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.origin import FileOrigin, SampleOrigin
from embedviz.core.texts.trained_origin import TrainedOrigin
from embedviz.core.vector_set import VectorSet

_LOOKED_AT, _FEWEST_LABELS, _MOSTLY = 2_000, 100, 0.9
"""Labels by which a file is seen to be in the order of the alphabet; frequent words are not."""
_ORDERED_FORMATS = ("word2vec text", "word2vec binary", "GloVe text", "fastText model")
_ORDERED_SAMPLES = ("words", "words-final", "words-nested", "words-wordllama")


@dataclass(frozen=True, eq=False)
class Explanation:
    """How far answers are from the point that is asked for, and why they are near it.

    Attributes
    ----------
    signs : float64 array of shape (n_terms,)
        1 for positive terms, -1 for negative ones.
    target : float64 array of shape (n_dimensions,)
        The point that is asked for; zeros where the terms cancel out.
    total_length : float
        Length of the signed sum of the unit vectors: what the signed cosines of an answer are
        divided by.
    cosines : float64 array of shape (n_answers, n_terms)
        Of each answer with each term; 0 with a vector of zeros.
    gaps : float64 array of shape (n_answers,)
        Distance of each answer, at unit length, to the point.
    angles : float64 array of shape (n_answers,)
        Angle between each answer and the point, seen from the origin of the vectors, in degrees;
        NaN where one of the two has no direction.
    """

    signs: Vector
    target: Vector
    total_length: float
    cosines: Vector
    gaps: Vector
    angles: Vector

    @property
    def cancels(self) -> bool:
        """Whether nothing is left of the terms, so that all rows are equally far."""
        return self.total_length == 0.0

    @property
    def shares(self) -> Vector:
        """What each answer owes to each term, (n_answers, n_terms): their sum is the cosine."""
        signed: Vector = self.cosines * self.signs
        return signed / self.total_length if self.total_length else np.zeros_like(signed)


def explain(positive: ArrayLike, negative: ArrayLike, answers: ArrayLike) -> Explanation:
    """Return how far answers are from what is asked for, and what they owe to each term.

    Parameters
    ----------
    positive, negative : arrays of shape (k, n_dimensions)
        The vectors of the terms, of any length; one of them may have no rows.
    answers : array of shape (n_answers, n_dimensions)

    Returns
    -------
    Explanation
        Computed in float64, its terms in this order.
    """
    added, subtracted, found = (_unit_rows(each) for each in (positive, negative, answers))
    width = max(each.shape[1] for each in (added, subtracted, found))
    added, subtracted, found = (each.reshape(-1, width) for each in (added, subtracted, found))
    terms = np.concatenate([added, subtracted])
    signs = np.repeat([1.0, -1.0], [len(added), len(subtracted)])
    total = summed(added, subtracted)
    length = float(np.linalg.norm(total))
    surplus = len(added) - len(subtracted)
    target = total / (surplus if surplus > 0 else length or 1.0)
    gaps = np.linalg.norm(found - target, axis=1)
    return Explanation(signs, target, length, found @ terms.T, gaps, _angles(found, total))


def _angles(rows: Vector, direction: Vector) -> Vector:
    """Return the angles of unit rows, in degrees; exact also where a cosine is nearly 1."""
    unit = direction[np.newaxis].copy()
    scale_to_unit_length(unit)
    # Kahan: of u and v, 2 atan2(|u − v|, |u + v|).
    apart, together = (np.linalg.norm(each, axis=1) for each in (rows - unit, rows + unit))
    angles = np.degrees(2.0 * np.arctan2(apart, together))
    has_none = ~rows.any(axis=1) | (not unit.any())
    return np.where(has_none, np.nan, angles)


def _unit_rows(vectors: ArrayLike) -> Vector:
    rows = np.array(vectors, dtype=np.float64)
    rows = rows.reshape(len(rows), -1) if rows.size else rows.reshape(0, rows.shape[-1])
    scale_to_unit_length(rows)
    return rows


def describe_odd_terms(
    vector_set: VectorSet, positive: Sequence[str], negative: Sequence[str]
) -> tuple[str, ...]:
    """Return what is odd about the terms of a question, a sentence each; nothing where all is well.

    A term on both sides cancels out, one that stands there twice counts twice, and a vector of
    zeros adds nothing. Terms that are no labels are texts, of which the vectors are not looked at.
    """
    labels = [each for each in dict.fromkeys((*positive, *negative)) if each in vector_set]
    zeros = [each for each in labels if not vector_set.vectors[vector_set.row(each)].any()]
    both = [each for each in dict.fromkeys(positive) if each in negative]
    twice = [
        each
        for side in (positive, negative)
        for each in dict.fromkeys(side)
        if side.count(each) > 1 and each not in both
    ]
    return (
        *(f"“{each}” is added and subtracted, which cancels out." for each in both),
        *(f"“{each}” is there more than once, and counts as often." for each in twice),
        *(f"“{each}” is a vector of zeros, so it adds nothing." for each in zeros),
    )


def is_by_frequency(vector_set: VectorSet) -> bool:
    """Return whether the order of rows is known to be that of how frequent their words are.

    So are the files that word2vec, GloVe and fastText write, what is trained here, and the bundled
    words; also a first part of them, but no sample, and no rows that somebody chose, and no file
    in the order of the alphabet, as ConceptNet Numberbatch is.
    """
    origin = vector_set.origin
    line = [] if vector_set.provenance is None else vector_set.provenance.line
    if origin is None and line:
        origin = line[0].step
    if any(not getattr(each.step, "keeps_rows", True) for each in line):
        return False
    if isinstance(origin, FileOrigin):
        is_sample = origin.settings.sample is not None
        is_ordered = origin.format_name in _ORDERED_FORMATS and not is_sample
        return is_ordered and not _is_alphabetical(vector_set.labels)
    if isinstance(origin, SampleOrigin):
        return origin.name in _ORDERED_SAMPLES
    return isinstance(origin, TrainedOrigin)


def _is_alphabetical(labels: Sequence[str]) -> bool:
    """Return whether nearly all of the first labels are in the order of the alphabet."""
    first = [label.casefold() for label in labels[:_LOOKED_AT]]
    n_ascending = sum(one <= other for one, other in pairwise(first))
    return len(first) >= _FEWEST_LABELS and n_ascending > _MOSTLY * len(first)

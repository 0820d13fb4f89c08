"""Measures of one relation: whether its pairs have one offset, and whether that gives answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedviz.core.analogies.relations.answering import RankedRows, nearest_to, rows_of_labels
from embedviz.core.analogies.relations.consistency import (
    MOST_PAIRS,
    Consistency,
    ShuffledStatistic,
    compare_with_shuffles,
    concentration,
)
from embedviz.core.analogies.relations.found_pairs import FoundPairs, GivenPairs, find_pairs
from embedviz.core.analogies.relations.offsets import LEAST_OFFSET, unit_vectors
from embedviz.core.arrays import Rows, Vector
from embedviz.core.compiled.checks import checked_count
from embedviz.core.notes import counted
from embedviz.core.pairs.label_lookup import LabelLookup
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line

_N_ANSWERS = 5


@dataclass(frozen=True, eq=False)
class RelationMeasures:
    """How far some pairs of words have one offset in common.

    All rows are scaled to unit length first, and nothing is centered. What cannot be told is NaN,
    and `notes` say why.

    Attributes
    ----------
    found : FoundPairs
        The pairs that are measured, and those left out.
    consistency, null_mean, null_std, p_value : float
        Offset concentration: the mean cosine of all couples of offsets, from -1 to 1; its mean and
        standard deviation where the second words are shuffled; and the share of shuffles that
        reach it, which comes in steps. See `consistency` for the definitions and their source, and
        for when the p value is larger than it need be.
    shuffled : float64 array of shape (n_shuffles,)
        The offset concentration of each shuffle.
    pairing : ShuffledStatistic
        Pairing consistency, from 0 to 1, and 0.5 where the pairing does not matter.
    n_shuffles : int
        How many shuffles the p values are of.
    is_exact : bool
        Whether those are all pairings that there are.
    mean_offset : float64 array of shape (n_dimensions,)
        Zeros where there is no pair.
    agreements : float64 array of shape (n_pairs,)
        Cosine of each pair's offset with the mean offset of all other pairs.
    length_ratios : float64 array of shape (n_pairs,)
        Length of each pair's offset over the mean length of the others.
    answers : RankedRows
        For the first word of each pair: the five rows nearest to it plus the mean offset of the
        pairs of other words, and the rank of the right answer; 0 where it could not be asked.
    notes : tuple of str
    """

    found: FoundPairs
    consistency: float
    null_mean: float
    null_std: float
    p_value: float
    shuffled: Vector
    pairing: ShuffledStatistic
    n_shuffles: int
    is_exact: bool
    mean_offset: Vector
    agreements: Vector
    length_ratios: Vector
    answers: RankedRows
    notes: tuple[str, ...]

    @property
    def n_asked(self) -> int:
        """How many pairs could be left out and asked for."""
        return int(np.count_nonzero(self.answers.ranks))

    @property
    def accuracy(self) -> float:
        """Share of those asked for whose right answer came first; NaN where none was."""
        return self._share_within(1)

    @property
    def top5_accuracy(self) -> float:
        """Share of those asked for whose right answer was among the first five."""
        return self._share_within(_N_ANSWERS)

    @property
    def order(self) -> Rows:
        """Places of the pairs from the one that agrees best with the others to the worst."""
        return np.argsort(-np.nan_to_num(self.agreements, nan=-2.0), kind="stable")

    def _share_within(self, rank: int) -> float:
        ranks = self.answers.ranks[self.answers.ranks > 0]
        return float((ranks <= rank).mean()) if len(ranks) else float("nan")


def measure_relation(
    vector_set: VectorSet,
    pairs: GivenPairs,
    n_shuffles: int = 1000,
    seed: int = 0,
    *,
    case_insensitive: bool = False,
    exclude_inputs: bool = True,
    restrict_vocab: int | None = None,
    report: Report = silent,
) -> RelationMeasures:
    """Return how far some pairs of words have one offset in common, and what it answers.

    Parameters
    ----------
    vector_set : VectorSet
    pairs : iterable of (str, str or sequence of str), or Pairs
        Labels, or rows. Several right answers may stand in place of the second word.
    n_shuffles : int
        With how many other pairings of the same words the pairs are compared; with all of them
        where there are no more.
    seed : int
    case_insensitive : bool
        Whether words may be found in another case, and labels that differ in it alone are one.
    exclude_inputs : bool
        Whether a word is no answer to itself.
    restrict_vocab : int, optional
        Answers are among the first so many rows. None: all.
    report : Report
        May raise `Cancelled`.

    Raises
    ------
    UserError
        When something given is no pair of labels, or a row is not in the set.
    """
    (measured,) = measure_relations(
        vector_set,
        [pairs],
        n_shuffles,
        seed,
        case_insensitive=case_insensitive,
        exclude_inputs=exclude_inputs,
        restrict_vocab=restrict_vocab,
        report=report,
    )
    return measured


def measure_relations(
    vector_set: VectorSet,
    relations: Sequence[GivenPairs],
    n_shuffles: int = 1000,
    seed: int = 0,
    *,
    case_insensitive: bool = False,
    exclude_inputs: bool = True,
    restrict_vocab: int | None = None,
    report: Report = silent,
) -> list[RelationMeasures]:
    """Return the measures of several relations, of which the rows are read once; see above."""
    checked_count(n_shuffles, "shuffles")
    report(0.0, "finding the pairs")
    lookup = LabelLookup(vector_set)
    founds = [
        find_pairs(vector_set, pairs, case_insensitive=case_insensitive, lookup=lookup)
        for pairs in relations
    ]
    compared = []
    for place, found in enumerate(founds):
        report(0.1 + 0.5 * place / len(founds), "shuffling the pairs")
        compared.append(_compared(vector_set, found, n_shuffles, seed))
    same = _rows_of_words(vector_set, founds, case_insensitive=case_insensitive)
    questions = [_questions(vector_set, found, same, exclude_inputs) for found in founds]
    answers = _answered(vector_set, questions, restrict_vocab, part_of(report, 0.6, 1.0))
    return [
        _measures(vector_set, found, each, answer)
        for found, each, answer in zip(founds, compared, answers, strict=True)
    ]


def _offsets(vector_set: VectorSet, found: FoundPairs) -> Vector:
    return unit_vectors(vector_set, found.second) - unit_vectors(vector_set, found.first)


def _measures(
    vector_set: VectorSet, found: FoundPairs, compared: Consistency, answers: RankedRows
) -> RelationMeasures:
    offsets = _offsets(vector_set, found)
    agreements, length_ratios = _agreements(offsets)
    return RelationMeasures(
        found,
        concentration(offsets),
        *compared.concentration[1:],
        compared.pairing,
        compared.n_shuffles,
        compared.is_exact,
        offsets.mean(axis=0) if len(offsets) else np.zeros(vector_set.dimensions),
        agreements,
        length_ratios,
        answers,
        (*found.notes, *_notes(found, compared)),
    )


def _notes(found: FoundPairs, compared: Consistency) -> list[str]:
    """Return sentences on what the numbers of a relation cannot tell."""
    n_pairs = len(found)
    if n_pairs == 0:
        return ["No pair is left to measure: give two or more whose words are in the set."]
    if n_pairs == 1:
        return ["One pair has no other to agree with. Give two or more."]
    notes = []
    if len(set(found.first.tolist())) == 1:
        word = one_line(found.labels[0][0])
        notes.append(
            f"All pairs have the first word “{word}”, so no pair of another word gives an offset, "
            "and none can be left out and asked for."
        )
    if n_pairs > MOST_PAIRS:
        notes.append(f"The shuffles are of {MOST_PAIRS:,} of the pairs, drawn at random.")
    if compared.is_exact and not compared.n_shuffles:
        notes.append(
            "These words can make no other pairs, so there is nothing to compare with, and no p "
            "value. Give more pairs, of different words."
        )
        return notes
    if compared.is_exact:
        least = 1.0 / (1 + compared.n_shuffles)
        ways = counted(1 + compared.n_shuffles, "way")
        notes.append(f"These words make pairs in {ways}, so no p value is below {least:.2g}.")
    if np.isnan(compared.pairing.value):
        notes.append(
            "However these words are shuffled, they make pairs of the relation, so the pairing "
            "consistency is unknown."
        )
    return notes


def _compared(vector_set: VectorSet, found: FoundPairs, n_shuffles: int, seed: int) -> Consistency:
    """Return both statistics, for so many of the pairs as can be shuffled in good time."""
    places = np.arange(len(found))
    if len(found) > MOST_PAIRS:
        rng = np.random.default_rng(seed)
        places = np.sort(rng.choice(len(found), MOST_PAIRS, replace=False))
    first_rows, first = np.unique(found.first[places], return_inverse=True)
    second_rows, second = np.unique(found.second[places], return_inverse=True)
    is_true = np.zeros((len(first_rows), len(second_rows)), np.bool_)
    columns = {row: column for column, row in enumerate(second_rows.tolist())}
    for word, place in zip(first.tolist(), places.tolist(), strict=True):
        for row in found.answers[place].tolist():
            if row in columns:
                is_true[word, columns[row]] = True
    units = unit_vectors(vector_set, first_rows), unit_vectors(vector_set, second_rows)
    return compare_with_shuffles(first, second, units, is_true, n_shuffles, seed)


def _agreements(offsets: Vector) -> tuple[Vector, Vector]:
    """Return the cosine of each offset with the mean of the others, and the ratio of lengths."""
    count = len(offsets)
    if count < 2:
        return np.full(count, np.nan), np.full(count, np.nan)
    others = offsets.sum(axis=0) - offsets
    lengths = np.linalg.norm(offsets, axis=1)
    across = np.linalg.norm(others, axis=1)
    products = np.einsum("ij,ij->i", offsets, others)
    has_direction = across > LEAST_OFFSET
    cosines = np.zeros(count)
    cosines[has_direction] = (products / lengths)[has_direction] / across[has_direction]
    return cosines.clip(-1.0, 1.0), lengths * (count - 1) / (lengths.sum() - lengths)


# Leaving one word out, and asking for its answer.


class _Questions(NamedTuple):
    """What is asked of a relation: for each pair the point, and which rows are right."""

    is_asked: NDArray[np.bool_]
    points: Vector
    excluded: list[Rows]
    wanted: list[Rows]


def _rows_of_words(
    vector_set: VectorSet, founds: Sequence[FoundPairs], *, case_insensitive: bool
) -> dict[int, Rows]:
    """Return all rows with the label of each row that is a word or an answer."""
    rows = {int(row) for found in founds for row in found.first}
    rows.update(int(row) for found in founds for answers in found.answers for row in answers)
    return rows_of_labels(vector_set, rows, case_insensitive=case_insensitive)


def _questions(
    vector_set: VectorSet, found: FoundPairs, same: Mapping[int, Rows], exclude_inputs: bool
) -> _Questions:
    """Return the questions of each pair: its word plus the mean offset of all other words."""
    offsets = _offsets(vector_set, found)
    words, place = np.unique(found.first, return_inverse=True)
    own = np.zeros((len(words), offsets.shape[1]))
    np.add.at(own, place, offsets)
    n_others = len(found) - np.bincount(place, minlength=len(words))
    is_asked = n_others > 0
    means = (offsets.sum(axis=0) - own) / np.maximum(n_others, 1)[:, np.newaxis]
    points = unit_vectors(vector_set, words) + means
    right: list[list[Rows]] = [[] for _ in words]
    for word, answers in zip(place.tolist(), found.answers, strict=True):
        right[word] += [same[row] for row in answers.tolist()]
    right_rows = [np.unique(np.concatenate(each)) for each in right]
    none = np.empty(0, np.intp)
    asked = np.flatnonzero(is_asked[place]).tolist()
    return _Questions(
        is_asked[place],
        points[place[asked]],
        [same[int(found.first[i])] if exclude_inputs else none for i in asked],
        [right_rows[place[i]] for i in asked],
    )


def _answered(
    vector_set: VectorSet,
    questions: Sequence[_Questions],
    restrict_vocab: int | None,
    report: Report,
) -> list[RankedRows]:
    """Return the answers to the questions of each relation."""
    empty = np.empty((0, vector_set.dimensions))
    ranked = nearest_to(
        vector_set,
        np.concatenate([empty, *(each.points for each in questions)]),
        [rows for each in questions for rows in each.excluded],
        [rows for each in questions for rows in each.wanted],
        _N_ANSWERS,
        restrict_vocab,
        report,
    )
    answers, first = [], 0
    for each in questions:
        last = first + len(each.points)
        part = slice(first, last)
        own = RankedRows(ranked.rows[part], ranked.scores[part], ranked.ranks[part])
        answers.append(_spread(each.is_asked, own))
        first = last
    return answers


def _spread(is_asked: NDArray[np.bool_], ranked: RankedRows) -> RankedRows:
    """Return answers for all pairs, given those of the ones that were asked for."""
    count = ranked.rows.shape[1]
    rows = np.full((len(is_asked), count), -1, np.intp)
    scores = np.full((len(is_asked), count), np.nan, np.float32)
    ranks = np.zeros(len(is_asked), np.intp)
    rows[is_asked], scores[is_asked], ranks[is_asked] = ranked
    return RankedRows(rows, scores, ranks)

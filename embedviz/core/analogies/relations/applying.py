"""Answers of a relation for other words: where its mean offset leads from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from embedviz.core.analogies.relations.answering import nearest_to, rows_of_labels
from embedviz.core.analogies.relations.found_pairs import FoundPairs, GivenPairs, find_pairs
from embedviz.core.analogies.relations.offsets import unit_vectors
from embedviz.core.analogies.terms import Term, unit_length, vectors_of
from embedviz.core.arrays import Vector
from embedviz.core.compiled.checks import checked_count
from embedviz.core.pairs.label_lookup import LabelLookup, Lookup
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed, one_line


@dataclass(frozen=True, eq=False)
class AppliedWord:
    """What a relation answers for one word.

    Attributes
    ----------
    label : str
        Of the row, composed; as it was given where it is not in the set; empty for a vector.
    row : int
        -1 where it is none.
    start, point : float64 arrays of shape (n_dimensions,)
        The unit vector of the word, and where the mean offset leads from it, of any length; zeros
        where the word has no vector.
    answers : tuple of (int, str, float)
        Rows, their labels and their cosines with the point, best first.
    note : str
        Why there is no answer, or what a reader should know of it; mostly empty.
    """

    label: str
    row: int
    start: Vector
    point: Vector
    answers: tuple[tuple[int, str, float], ...]
    note: str


@dataclass(frozen=True, eq=False)
class AppliedRelation:
    """What a relation answers for some words.

    Attributes
    ----------
    found : FoundPairs
        The pairs that its offset is from.
    mean_offset : float64 array of shape (n_dimensions,)
    words : tuple of AppliedWord
        In the order they were given.
    notes : tuple of str
    """

    found: FoundPairs
    mean_offset: Vector
    words: tuple[AppliedWord, ...]
    notes: tuple[str, ...]


def apply_relation(
    vector_set: VectorSet,
    pairs: GivenPairs,
    words: Sequence[Term],
    count: int = 10,
    *,
    case_insensitive: bool = False,
    exclude_inputs: bool = True,
    restrict_vocab: int | None = None,
    report: Report = silent,
) -> AppliedRelation:
    """Return the rows nearest to each word plus the mean offset of some pairs.

    Parameters
    ----------
    vector_set : VectorSet
    pairs : iterable of (str, str or sequence of str), or Pairs
        Those of a word that is asked are left out of its mean offset: it would be told the answer.
    words : sequence of str or array of shape (n_dimensions,)
        Labels, or vectors in the space of the set.
    count : int
        How many answers for each.
    case_insensitive, exclude_inputs, restrict_vocab, report
        As for `measure_relation`.

    Raises
    ------
    UserError
        When something given is no pair of labels, or a vector has another length than the rows.
    """
    checked_count(count, "answers")
    lookup = LabelLookup(vector_set)
    found = find_pairs(vector_set, pairs, case_insensitive=case_insensitive, lookup=lookup)
    offsets = unit_vectors(vector_set, found.second) - unit_vectors(vector_set, found.first)
    find = lookup.by_label if case_insensitive else lookup.by_exact_label
    begun = [_start(vector_set, word, find) for word in words]
    started = [_with_point(word, found, offsets) for word in begun]
    asked = [place for place, word in enumerate(started) if word.point.any()]
    rows = [started[place].row for place in asked]
    same = rows_of_labels(
        vector_set, (row for row in rows if row >= 0), case_insensitive=case_insensitive
    )
    none = np.empty(0, np.intp)
    ranked = nearest_to(
        vector_set,
        np.array([started[place].point for place in asked]).reshape(-1, vector_set.dimensions),
        [same.get(row, none) if exclude_inputs else none for row in rows],
        [none] * len(asked),
        count,
        restrict_vocab,
        report,
    )
    for place, best, scores in zip(
        asked, ranked.rows.tolist(), ranked.scores.tolist(), strict=True
    ):
        answers = tuple(
            (row, composed(vector_set.labels[row]), score)
            for row, score in zip(best, scores, strict=True)
            if row >= 0
        )
        started[place] = replace(started[place], answers=answers)
    mean = offsets.mean(axis=0) if len(offsets) else np.zeros(vector_set.dimensions)
    notes = list(found.notes)
    if not len(found):
        notes.append("No pair is left, so there is no offset: give one whose words are in the set.")
    return AppliedRelation(found, mean, tuple(started), tuple(notes))


def _start(vector_set: VectorSet, word: Term, find: Lookup) -> AppliedWord:
    """Return a word with the vector that it has, and without answers."""
    zeros = np.zeros(vector_set.dimensions)
    if isinstance(word, str):
        row = find(word)
        if row is None:
            note = f"“{one_line(word)}” is not a label of {vector_set.name or 'the set'}."
            return AppliedWord(composed(word), -1, zeros, zeros, (), note)
        label = composed(vector_set.labels[row])
        (start,) = unit_vectors(vector_set, np.array([row], np.intp))
        called = f"“{one_line(label)}”"
    else:
        row, label, called = -1, "", "The vector"
        (start,) = unit_length(vectors_of(vector_set, [word]))
    note = "" if start.any() else f"{called} has no direction: it is zero, or holds NaN."
    return AppliedWord(label, row, start, zeros, (), note)


def _with_point(word: AppliedWord, found: FoundPairs, offsets: Vector) -> AppliedWord:
    """Return a word with the point that the mean offset of the pairs of other words leads to."""
    others = offsets[found.first != word.row]
    if not word.start.any():
        return word
    if not len(others):
        note = "There is no pair of another word, so no offset to apply."
        return replace(word, note=note)
    note = ""
    if len(others) < len(offsets):
        n_own = len(offsets) - len(others)
        own = "pair is" if n_own == 1 else f"{n_own:,} pairs are"
        called = f"“{one_line(word.label)}”"
        note = f"{called} is in the relation, so its own {own} left out of the mean."
    return replace(word, point=word.start + others.mean(axis=0), note=note)

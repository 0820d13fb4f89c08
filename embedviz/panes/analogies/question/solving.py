"""Answers to a question: ranked, explained, and laid out.

A term is a label of the set; where the set has an encoder, it may be any text, which is encoded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from embedviz.app.layouts import Layouts
from embedviz.app.searches import Searches
from embedviz.app.texts.encoders import Encoders, require_known, title_of
from embedviz.core.analogies.explaining import Explanation, explain
from embedviz.core.analogies.solving import solve_rows
from embedviz.core.analogies.terms import Term, vectors_of
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, part_of
from embedviz.core.query_vector import QueryVector
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed, one_line
from embedviz.panes.analogies.question.placing import (
    NO_ROW,
    QuestionPlaces,
    place_in_plane,
    place_on_map,
)
from embedviz.panes.analogies.question.wanted import WantedAnswer

SHOWN = 20


@dataclass(frozen=True)
class AnswerCandidate:
    """A row as an answer.

    Attributes
    ----------
    row : int
    label : str
    score : float
    place : int
        From 1, among all rows, the terms of the question too.
    is_input : bool
        Whether it has the label of a term, so that it is usually left out.
    """

    row: int
    label: str
    score: float
    place: int
    is_input: bool


@dataclass(frozen=True, eq=False)
class Solved:
    """An answered question, and its picture.

    Attributes
    ----------
    wanted : WantedAnswer
    candidates : tuple of AnswerCandidate
        Best first, with the terms of the question.
    corners : tuple of int
        Rows of the question's terms, positive ones first, and of the best answer; -1 for a text.
    explanation : Explanation
        Of the candidates, in their order.
    places : QuestionPlaces
    texts : tuple of QueryVector
        Terms that are not labels.
    """

    wanted: WantedAnswer
    candidates: tuple[AnswerCandidate, ...]
    corners: tuple[int, ...]
    explanation: Explanation
    places: QuestionPlaces
    texts: tuple[QueryVector, ...] = ()

    @property
    def vector_set(self) -> VectorSet:
        """The set that was asked."""
        return self.wanted.vector_set

    @property
    def answers(self) -> tuple[AnswerCandidate, ...]:
        """What is shown: without the terms, where these are left out."""
        return _answers(self.wanted, self.candidates)

    @property
    def left_out(self) -> tuple[AnswerCandidate, ...]:
        """The terms that would be among so many answers, if they were not left out."""
        return tuple(each for each in self.candidates if each.is_input and each.place <= SHOWN)


def _answers(
    wanted: WantedAnswer, candidates: Sequence[AnswerCandidate]
) -> tuple[AnswerCandidate, ...]:
    is_left_out = wanted.exclude_inputs
    return tuple(each for each in candidates if not (is_left_out and each.is_input))[:SHOWN]


def describe_texts(texts: Sequence[QueryVector]) -> str:
    """Return which terms are not labels, and what became of them; nothing where all are."""
    if not texts or texts[0].encoder is None:
        return ""
    *first, last = (f"“{one_line(each.name)}”" for each in texts)
    names = f"{', '.join(first)} and {last}" if first else last
    is_not = "is not a label" if len(texts) == 1 else "are not labels"
    return f"{names} {is_not}; encoded by {title_of(texts[0].encoder)}"


def solve(
    wanted: WantedAnswer,
    encoders: Encoders,
    known: Mapping[str, QueryVector],
    of: tuple[Layouts, Searches],
    report: Report,
) -> Solved:
    """Answer the question, explain the answers, and lay them out. Runs off the UI thread.

    Parameters
    ----------
    wanted : WantedAnswer
    encoders : Encoders
        For terms that are not labels.
    known : mapping of str to QueryVector
        Texts that need not be encoded again.
    of : Layouts, Searches
        Of the session.
    report : Report

    Raises
    ------
    UserError
        When a text cannot be encoded, or the model knows nothing in it; or when nothing is left
        of the terms.
    """
    vector_set = wanted.vector_set
    texts = _encoded(vector_set, wanted.texts, encoders, known, part_of(report, 0.0, 0.1))
    vectors = {each.name: vector_set.transform_query(each.vector) for each in texts}
    terms: list[Term] = [vectors.get(each, each) for each in wanted.labels]
    given, n_added = vectors_of(vector_set, terms), len(wanted.positive)
    _require_direction(wanted, explain(given[:n_added], given[n_added:], given[:0]))
    report(0.1, "ranking answers")
    candidates = _ranked(wanted, terms)
    rows = [each.row for each in candidates]
    explanation = explain(given[:n_added], given[n_added:], vector_set.vectors[rows])
    report(0.3, "laying out")
    asked = [NO_ROW if each in vectors else vector_set.row(each) for each in wanted.labels]
    best = [each.row for each in _answers(wanted, candidates)[:1]]
    if wanted.request is None:
        places = place_in_plane(wanted, given, explanation.target, best)
    else:
        spots = [*asked, *best]
        places = place_on_map(wanted, given, explanation.target, spots, of, report)
    return Solved(wanted, candidates, (*asked, *best), explanation, places, texts)


def _ranked(wanted: WantedAnswer, terms: Sequence[Term]) -> tuple[AnswerCandidate, ...]:
    """Return the best rows of all, and as many more as may be left out."""
    vector_set = wanted.vector_set
    barred = {composed(each) for each in wanted.labels if each in vector_set}
    found = _found(wanted, terms, SHOWN + len(terms), exclude_inputs=False)
    inputs = [composed(vector_set.labels[row]) in barred for row, _ in found]
    if len(found) - sum(inputs) < SHOWN < len(found):  # Many rows have one label.
        others = _found(wanted, terms, SHOWN, exclude_inputs=True)
        rows = {row for row, _ in found}
        found += [each for each in others if each[0] not in rows]
    return tuple(
        AnswerCandidate(
            row,
            composed(vector_set.labels[row]),
            score,
            place,
            composed(vector_set.labels[row]) in barred,
        )
        for place, (row, score) in enumerate(found, 1)
    )


def _found(
    wanted: WantedAnswer, terms: Sequence[Term], count: int, *, exclude_inputs: bool
) -> list[tuple[int, float]]:
    n_added = len(wanted.positive)
    return solve_rows(
        wanted.vector_set, terms[:n_added], terms[n_added:], count, wanted.method, exclude_inputs
    )


def _require_direction(wanted: WantedAnswer, of_terms: Explanation) -> None:
    """Refuse a question of which nothing is left."""
    if not of_terms.cancels or wanted.method == "3CosMul":
        return
    vector_set = wanted.vector_set
    zeros = [
        each
        for each in dict.fromkeys(wanted.labels)
        if each in vector_set and not vector_set.vectors[vector_set.row(each)].any()
    ]
    if len(zeros) == len(set(wanted.labels)):
        raise UserError(
            f"The vector of “{one_line(zeros[0])}” holds only zeros, so it has no direction. "
            "Choose another label."
        )
    raise UserError(
        "The terms cancel out: nothing is left of them, and so all rows are equally near. Take "
        "one of them away, or another one."
    )


def _encoded(
    vector_set: VectorSet,
    names: Sequence[str],
    encoders: Encoders,
    known: Mapping[str, QueryVector],
    report: Report,
) -> tuple[QueryVector, ...]:
    missing, settings = [each for each in names if each not in known], encoder_of(vector_set)
    made: dict[str, QueryVector] = {}
    if missing and settings is not None:
        made = {each.name: each for each in encoders.encode(settings, missing, report)}
    texts = tuple(known[each] if each in known else made[each] for each in names)
    for each in texts:
        require_known([each])
    return texts

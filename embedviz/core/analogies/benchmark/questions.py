"""Questions of an analogy benchmark: a is to b as c is to which word, in sections.

A question may have several right answers, as in BATS. Words are as in the file; whether upper case
matters is decided when they are asked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedviz.core.analogies.benchmark.question_words import numbered
from embedviz.core.arrays import Rows
from embedviz.core.notes import counted

Layout = Literal["Google", "MSR", "BATS", "relations"]
Kind = Literal["semantic", "syntactic", ""]
Pair = tuple[str, tuple[str, ...]]
"""A word, and the right answers to it, the one that is shown as an example first."""

MOST_OF_A_RELATION = 2_450
"""As many as all ordered pairs of 50 pairs make, which is a relation of BATS."""


class Section(NamedTuple):
    """Questions of one relation, which follow each other.

    Attributes
    ----------
    name : str
    kind : {"semantic", "syntactic", ""}
        Nothing where the file does not tell.
    first, last : int
        Numbers of its questions in the set, from 0; the last one is not among them.
    """

    name: str
    kind: Kind
    first: int
    last: int


class Question(NamedTuple):
    """One question: a is to b as c is to one of the answers."""

    section: str
    a: str
    b: str
    c: str
    answers: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.a} is to {self.b} as {self.c} is to {' or '.join(self.answers)}"


@dataclass(frozen=True, eq=False)
class QuestionSet:
    """Questions of a file, or made of relations.

    Attributes
    ----------
    name : str
        Of the file, without its folder.
    layout : {"Google", "MSR", "BATS", "relations"}
    sections : tuple of Section
    words : tuple of str
        The different words of all questions, as in the file.
    inputs : int array of shape (n_questions, 3)
        Which of the words a, b and c of each question are.
    answers : int array of shape (n_answers,)
        The right answers of all questions, one after the other.
    bounds : int array of shape (n_questions + 1,)
        Where those of each question begin, and the end.
    malformed : int
        Lines that are neither a section nor a question; left out.
    notes : tuple of str
        What a reader of the results should know, such as that questions were drawn.
    """

    name: str
    layout: Layout
    sections: tuple[Section, ...]
    words: tuple[str, ...]
    inputs: Rows
    answers: Rows
    bounds: Rows
    malformed: int = 0
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def first_sections(self, count: int) -> QuestionSet:
        """Return the questions of the first sections, as if the file ended there."""
        if count >= len(self.sections):
            return self
        last = self.sections[count].first
        return replace(
            self,
            sections=self.sections[:count],
            inputs=self.inputs[:last],
            answers=self.answers[: self.bounds[last]],
            bounds=self.bounds[: last + 1],
        )

    def section_of(self, number: int) -> Section:
        """Return the section that a question is in."""
        return self.sections[bisect_right(self.sections, number, key=lambda each: each.first) - 1]

    def question(self, number: int) -> Question:
        """Return a question by its number, from 0."""
        name = self.section_of(number).name
        a, b, c = (self.words[word] for word in self.inputs[number].tolist())
        right = self.answers[self.bounds[number] : self.bounds[number + 1]]
        return Question(name, a, b, c, tuple(self.words[word] for word in right.tolist()))

    def asks_same_as(self, other: QuestionSet) -> bool:
        """Return whether another set has the same questions, in the same sections."""
        return self is other or (
            self.sections == other.sections
            and self.words == other.words
            and all(
                np.array_equal(getattr(self, name), getattr(other, name))
                for name in ("inputs", "answers", "bounds")
            )
        )


def relation_questions(
    relations: Mapping[str, Sequence[tuple[str, str]]],
    most: int = MOST_OF_A_RELATION,
    seed: int = 0,
    name: str = "relations",
) -> QuestionSet:
    """Return the questions that the pairs of relations make, so that nothing has to be downloaded.

    Each ordered pair of two different pairs is a question, but for those whose right answers are
    all words of the question, as where two countries have one language: nobody could answer them.
    Where pairs of a relation have the same first word, each of their second words is a right
    answer.

    Parameters
    ----------
    relations : mapping of name to pairs of words
    most : int
        Of a relation with more questions than this, so many are drawn; a note says so.
    seed : int
    name : str
    """
    return crossed({each: grouped(pairs) for each, pairs in relations.items()}, most, seed, name)


def grouped(pairs: Sequence[tuple[str, str]]) -> list[Pair]:
    """Return each first word once, with all of its second words in their order."""
    found: dict[str, dict[str, None]] = {}
    for first, second in pairs:
        found.setdefault(first, {})[second] = None
    return [(first, tuple(seconds)) for first, seconds in found.items()]


def crossed(
    relations: Mapping[str, Sequence[Pair]],
    most: int | None,
    seed: int,
    name: str,
    layout: Layout = "relations",
    kinds: Mapping[str, Kind] | None = None,
) -> QuestionSet:
    """Return all ordered pairs of the pairs of each relation as questions, as `relation_questions`.

    The first right answer of the one pair is the example b; any one of the other is right.
    """
    random = np.random.default_rng(seed)
    sections: list[Section] = []
    inputs: list[str] = []
    answers: list[str] = []
    counts: list[int] = []
    notes: list[str] = []
    for relation, pairs in relations.items():
        first = len(counts)
        places = np.arange(len(pairs) * (len(pairs) - 1))
        if layout == "relations":
            places = places[_can_be_answered(pairs)]
        for place in _drawn(places, most, random):
            example, asked = divmod(int(place), max(1, len(pairs) - 1))
            (a, seconds), (c, right) = pairs[example], pairs[asked + (asked >= example)]
            inputs += (a, seconds[0], c)
            answers += right
            counts.append(len(right))
        n_all, n_drawn = len(places), len(counts) - first
        if n_drawn < n_all:
            notes.append(
                f"{relation}: {n_drawn:,} of {counted(n_all, 'question')}, drawn with seed {seed}."
            )
        sections.append(Section(relation, (kinds or {}).get(relation, ""), first, len(counts)))
    bounds = np.concatenate([[0], np.cumsum(counts, dtype=np.intp)]).astype(np.intp)
    words, numbers = numbered([*inputs, *answers])
    return QuestionSet(
        name,
        layout,
        tuple(sections),
        words,
        numbers[: len(inputs)].reshape(-1, 3),
        numbers[len(inputs) :],
        bounds,
        notes=tuple(notes),
    )


def _can_be_answered(pairs: Sequence[Pair]) -> NDArray[np.bool_]:
    """Return which ordered pairs of two different pairs have a right answer that is no input.

    Shape (n_pairs · (n_pairs - 1),): for each example all others that are asked with it.
    """
    firsts = np.array([first for first, _ in pairs])
    examples = np.array([seconds[0] for _, seconds in pairs])
    can_be = np.ones((len(pairs), len(pairs)), np.bool_)
    for asked, (c, right) in enumerate(pairs):
        others = set(right) - {c}
        if len(others) <= 2:  # More cannot all be words of a question.
            is_input = [(firsts == word) | (examples == word) for word in others]
            can_be[:, asked] = ~np.logical_and.reduce(is_input) if is_input else False
    return can_be[~np.eye(len(pairs), dtype=np.bool_)]


def _drawn(places: Rows, most: int | None, random: np.random.Generator) -> Rows:
    """Return which of some questions are asked, ascending."""
    if most is None or len(places) <= most:
        return places
    return places[np.sort(random.choice(len(places), most, replace=False))]

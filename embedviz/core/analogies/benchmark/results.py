"""Results of a benchmark: counts by section, kind and frequency, and each answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import NamedTuple

import numpy as np

from embedviz.core.analogies.benchmark.asked import Flags
from embedviz.core.analogies.benchmark.questions import Question, QuestionSet
from embedviz.core.analogies.scoring import Method
from embedviz.core.arrays import Rows

BAND_ENDS = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000)
TOP = 5


class SectionResult(NamedTuple):
    """Result of one section of a benchmark."""

    name: str
    correct: int
    total: int
    skipped: int


@dataclass(frozen=True)
class Tally:
    """Counts of some questions: of a section, a kind or a frequency band.

    Attributes
    ----------
    name : str
    correct : int
        Answered as the file says.
    in_top5 : int
        With a right answer among the first five.
    correct_with_inputs : int
        Answered right when the three words of the question may be answers, too.
    total : int
        Questions that count.
    skipped : int
        Questions with a word that is not in the set, which do not count.
    n_near_inputs : int
        Wrong answers that are among the ten nearest rows of a word of the question.
    rows : (int, int) or None
        Of a band: the first and last row, from 1, of the rarest word.
    """

    name: str
    correct: int
    in_top5: int
    correct_with_inputs: int
    total: int
    skipped: int = 0
    n_near_inputs: int = 0
    rows: tuple[int, int] | None = None

    @property
    def accuracy(self) -> float:
        """Share that was answered correctly; 0 when none was asked."""
        return self.correct / self.total if self.total else 0.0

    @property
    def top5_accuracy(self) -> float:
        """Share with a right answer among the first five; 0 when none was asked."""
        return self.in_top5 / self.total if self.total else 0.0

    @property
    def accuracy_with_inputs(self) -> float:
        """Share that is right when inputs are not left out; 0 when none was asked."""
        return self.correct_with_inputs / self.total if self.total else 0.0


@dataclass(frozen=True, eq=False)
class QuestionAnswers:
    """What was answered to each question that was asked.

    Attributes
    ----------
    numbers : int array of shape (n_asked,)
        Which of the questions these are, ascending.
    inputs : int array of shape (n_asked, 3)
        The rows of a, b and c.
    rows : int array of shape (n_asked,)
        The row that was answered; -1 where there was none.
    is_correct : bool array of shape (n_asked,)
    ranks : int array of shape (n_asked,)
        Of the best right answer, from 1, among rows that have no label of the question; 0 where
        none can be an answer, as it is a word of the question or a row of zeros.
    with_inputs : int array of shape (n_asked,)
        The row that is answered when inputs are not left out; -1 where there is none.
    is_correct_with_inputs : bool array of shape (n_asked,)
    is_near : bool array of shape (n_asked, 3)
        Whether the answer is among the ten nearest rows of a, b, c.
    is_nearest_of_c : bool array of shape (n_asked,)
        Whether the answer is the row nearest to c that has no label of the question.
    rarest : int array of shape (n_asked,)
        The row of the rarest word of the question, where rows are by frequency.
    """

    numbers: Rows
    inputs: Rows
    rows: Rows
    is_correct: Flags
    ranks: Rows
    with_inputs: Rows
    is_correct_with_inputs: Flags
    is_near: Flags
    is_nearest_of_c: Flags
    rarest: Rows

    @classmethod
    def joined(cls, parts: Sequence[QuestionAnswers]) -> QuestionAnswers:
        """Return the answers of parts of the questions as one, in the order of the parts."""
        if len(parts) == 1:
            return parts[0]
        names = [each.name for each in fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


class QuestionResult(NamedTuple):
    """Result of one question.

    Attributes
    ----------
    number : int
        In the question set, from 0.
    question : Question
    answer : str
        Empty where there was none.
    row : int
        Of the answer; -1 where there was none.
    is_correct : bool
    rank : int
        Of the best right answer, from 1; 0 where none can be an answer.
    answer_with_inputs : str
        What is answered when inputs are not left out.
    near : str
        Which of the inputs, such as "bc", have the answer among their ten nearest rows.
    is_nearest_of_c : bool
    rarest_row : int
        From 0.
    inputs : (int, int, int)
        The rows of a, b and c.
    """

    number: int
    question: Question
    answer: str
    row: int
    is_correct: bool
    rank: int
    answer_with_inputs: str
    near: str
    is_nearest_of_c: bool
    rarest_row: int
    inputs: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class BenchmarkReport:
    """Results of a set on a file of analogy questions, by one method.

    Attributes
    ----------
    questions : QuestionSet
    method : {"3CosAdd", "3CosMul", "PairDirection"}
    answers : QuestionAnswers
    labels : sequence of str
        Of the set.
    counts_unknown : bool
        Whether questions with an unknown word count as wrong ones.
    is_by_frequency : bool
        Whether the rows are known to be ordered by falling frequency: bands are of frequency then,
        and else of the order in the file.
    """

    questions: QuestionSet
    method: Method
    answers: QuestionAnswers
    labels: tuple[str, ...] = field(repr=False)
    counts_unknown: bool = False
    is_by_frequency: bool = False

    @property
    def malformed(self) -> int:
        """Lines that are neither a section nor a question; ignored, as in gensim."""
        return self.questions.malformed

    @cached_property
    def tallies(self) -> list[Tally]:
        """Counts by section, in the order of the file."""
        return [
            self._tally(
                each.name,
                (self._numbers >= each.first) & (self._numbers < each.last),
                each.last - each.first,
            )
            for each in self.questions.sections
        ]

    @cached_property
    def kinds(self) -> list[Tally]:
        """Counts of the semantic and of the syntactic sections; empty where kinds are unknown."""
        found = []
        for kind in ("semantic", "syntactic"):
            parts = [s for s in self.questions.sections if s.kind == kind]
            if parts:
                chosen = np.zeros(len(self._numbers), np.bool_)
                for part in parts:
                    chosen |= (self._numbers >= part.first) & (self._numbers < part.last)
                found.append(self._tally(kind, chosen, sum(s.last - s.first for s in parts)))
        return found

    @cached_property
    def whole(self) -> Tally:
        """Counts of all questions."""
        everything = np.ones(len(self._numbers), np.bool_)
        return self._tally("all", everything, len(self.questions))

    @cached_property
    def bands(self) -> list[Tally]:
        """Counts by the row of the rarest word of a question; bands without a question left out.

        Only questions that were asked. Bands are of frequency where rows are ordered by it: see
        `is_by_frequency`.
        """
        found, rarest, first = [], self.answers.rarest, 1
        for last in (*BAND_ENDS, len(self.labels)):
            last = min(last, len(self.labels))
            chosen = (rarest >= first - 1) & (rarest < last)
            if chosen.any():
                n_chosen = int(chosen.sum())
                name = f"{first:,} to {last:,}"
                found.append(self._tally(name, chosen, n_chosen, (first, last)))
            first = last + 1
        return found

    @property
    def sections(self) -> list[SectionResult]:
        """(name, correct, total, skipped) of each section, in the order of the file.

        `total` counts the questions that were asked, `skipped` those with a label that is not in
        the set.
        """
        return [SectionResult(t.name, t.correct, t.total, t.skipped) for t in self.tallies]

    @property
    def correct(self) -> int:
        """Questions answered as the file says."""
        return self.whole.correct

    @property
    def total(self) -> int:
        """Questions that were asked, or that count as wrong as they could not be."""
        return self.whole.total

    @property
    def skipped(self) -> int:
        """Questions with a label that is not in the set."""
        return self.whole.skipped

    @property
    def accuracy(self) -> float:
        """Share of the questions asked that were answered correctly; 0 when none was asked."""
        return self.whole.accuracy

    @property
    def top5_accuracy(self) -> float:
        """Share of the questions asked with a right answer among the first five."""
        return self.whole.top5_accuracy

    @property
    def accuracy_with_inputs(self) -> float:
        """Share answered correctly when inputs are not left out."""
        return self.whole.accuracy_with_inputs

    @property
    def n_asked(self) -> int:
        """Questions of which all words are known."""
        return len(self._numbers)

    def result(self, place: int) -> QuestionResult:
        """Return what came of one of the questions asked, by its place among them, from 0."""
        answers = self.answers
        near = "".join(np.array(list("abc"))[answers.is_near[place]])
        a, b, c = answers.inputs[place].tolist()
        return QuestionResult(
            int(answers.numbers[place]),
            self.questions.question(int(answers.numbers[place])),
            self.label_of(int(answers.rows[place])),
            int(answers.rows[place]),
            bool(answers.is_correct[place]),
            int(answers.ranks[place]),
            self.label_of(int(answers.with_inputs[place])),
            near,
            bool(answers.is_nearest_of_c[place]),
            int(answers.rarest[place]),
            (a, b, c),
        )

    def label_of(self, row: int) -> str:
        """Return the label of a row that was answered, or nothing for none."""
        return self.labels[row] if row >= 0 else ""

    def wrong_places(self, section: str | None = None) -> Rows:
        """Return the places, among the questions asked, of those answered wrongly."""
        wrong = ~self.answers.is_correct
        if section is not None:
            inside = np.zeros(len(wrong), np.bool_)
            for each in self.questions.sections:
                if each.name == section:
                    inside |= (self._numbers >= each.first) & (self._numbers < each.last)
            wrong = wrong & inside
        return np.flatnonzero(wrong)

    def frequent_wrong_answers(self, count: int = 10) -> list[tuple[str, int]]:
        """Return the words that were answered wrongly most often, and how often."""
        rows = self.answers.rows[~self.answers.is_correct]
        found = Counter(self.label_of(row) for row in rows.tolist() if row >= 0)
        return found.most_common(count)

    @property
    def _numbers(self) -> Rows:
        return self.answers.numbers

    def _tally(
        self, name: str, chosen: Flags, n_all: int, rows: tuple[int, int] | None = None
    ) -> Tally:
        answers = self.answers
        n_asked = int(chosen.sum())
        unknown = n_all - n_asked

        def count(flags: Flags) -> int:
            return int(np.count_nonzero(flags & chosen))

        return Tally(
            name,
            count(answers.is_correct),
            count(answers.is_correct | ((answers.ranks > 0) & (answers.ranks <= TOP))),
            count(answers.is_correct_with_inputs),
            n_asked + (unknown if self.counts_unknown else 0),
            0 if self.counts_unknown else unknown,
            count(answers.is_near.any(axis=1) & ~answers.is_correct),
            rows,
        )

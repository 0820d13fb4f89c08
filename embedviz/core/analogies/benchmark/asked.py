"""The questions of a set whose words are all known, by rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedviz.core.analogies.benchmark.questions import QuestionSet
from embedviz.core.analogies.benchmark.vocabulary import Vocabulary
from embedviz.core.arrays import Rows

Flags = NDArray[np.bool_]


class AskedQuestions(NamedTuple):
    """Questions that can be asked of a set.

    Attributes
    ----------
    numbers : int array of shape (n_asked,)
        Which of all questions these are, ascending.
    inputs : int array of shape (n_asked, 3)
        The rows of a, b and c: of labels that are the same, the first.
    right : int array of shape (n_right,)
        The rows of right answers that are known, question by question, with further rows of the
        same labels.
    owners : int array of shape (n_right,)
        Which of the questions asked, from 0, each is an answer to; ascending.
    """

    numbers: Rows
    inputs: Rows
    right: Rows
    owners: Rows

    def is_right(self, rows: Rows) -> Flags:
        """Return which of these rows, one for each question or -1, is a right answer to it."""
        found = np.zeros(len(self.numbers), np.bool_)
        found[self.owners[rows[self.owners] == self.right]] = True
        return found

    def rarest_rows(self) -> Rows:
        """Return the row of the rarest word of each question, with its commonest right answer."""
        answers = np.full(len(self.numbers), np.iinfo(np.intp).max)
        np.minimum.at(answers, self.owners, self.right)
        return np.asarray(np.maximum(self.inputs.max(axis=1, initial=0), answers))


def asked_questions(questions: QuestionSet, vocabulary: Vocabulary) -> AskedQuestions:
    """Return the questions whose three words are known, and at least one of the answers."""
    inputs = vocabulary.rows_of(questions.inputs).reshape(-1, 3)
    right = vocabulary.rows_of(questions.answers)
    owners = np.repeat(np.arange(len(questions)), np.diff(questions.bounds))
    right, owners = right[right >= 0], owners[right >= 0]
    has_answer = np.zeros(len(questions), np.bool_)
    has_answer[owners] = True
    is_asked = (inputs >= 0).all(axis=1) & has_answer
    places = np.cumsum(is_asked) - 1
    kept = is_asked[owners]
    right, owners = _with_repeated(right[kept], places[owners[kept]], vocabulary)
    return AskedQuestions(np.flatnonzero(is_asked), inputs[is_asked], right, owners)


def _with_repeated(rows: Rows, owners: Rows, vocabulary: Vocabulary) -> tuple[Rows, Rows]:
    """Return rows with the further ones of the same labels, and whose they are, ascending."""
    repeated = vocabulary.repeated
    if repeated:
        more = [
            (row, owner)
            for first, owner in zip(rows.tolist(), owners.tolist(), strict=True)
            for row in repeated.get(first, ())
        ]
        if more:
            further = np.array(more, np.intp)
            rows = np.concatenate([rows, further[:, 0]])
            owners = np.concatenate([owners, further[:, 1]])
            order = np.argsort(owners, kind="stable")
            rows, owners = rows[order], owners[order]
    return rows, owners

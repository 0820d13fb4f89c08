"""The questions of a set whose words are all known, by rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedviz.core.analogies.benchmark.questions import QuestionSet
from embedviz.core.analogies.benchmark.vocabulary import LabelRows
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
    is_open : bool array of shape (n_right,)
        Whether it can be answered: whether its label is none of the question's own.
    further : int array of shape (n_further,)
        Further rows with the labels of a, b and c, which are no answers either.
    further_owners : int array of shape (n_further,)
        Of which question.
    """

    numbers: Rows
    inputs: Rows
    right: Rows
    owners: Rows
    is_open: Flags
    further: Rows
    further_owners: Rows

    def is_right(self, rows: Rows) -> Flags:
        """Return which of these rows, one for each question or -1, is a right answer to it."""
        found = np.zeros(len(self.numbers), np.bool_)
        found[self.owners[rows[self.owners] == self.right]] = True
        return found

    def part(self, first: int, last: int) -> AskedQuestions:
        """Return those with the numbers from `first` to before `last`."""
        start, stop = np.searchsorted(self.numbers, [first, last])
        a, b = np.searchsorted(self.owners, [start, stop])
        is_own = (self.further_owners >= start) & (self.further_owners < stop)
        return AskedQuestions(
            self.numbers[start:stop],
            self.inputs[start:stop],
            self.right[a:b],
            self.owners[a:b] - start,
            self.is_open[a:b],
            self.further[is_own],
            self.further_owners[is_own] - start,
        )

    def rarest_rows(self) -> Rows:
        """Return the row of the rarest word of each question, with its commonest right answer."""
        answers = np.full(len(self.numbers), np.iinfo(np.intp).max)
        np.minimum.at(answers, self.owners, self.right)
        return np.asarray(np.maximum(self.inputs.max(axis=1, initial=0), answers))


def asked_questions(questions: QuestionSet, vocabulary: LabelRows) -> AskedQuestions:
    """Return the questions whose three words are known, and at least one of the answers."""
    rows = vocabulary.rows_of(questions.words)
    inputs, right = rows[questions.inputs], rows[questions.answers]
    owners = np.repeat(np.arange(len(questions)), np.diff(questions.bounds))
    right, owners = right[right >= 0], owners[right >= 0]
    has_answer = np.zeros(len(questions), np.bool_)
    has_answer[owners] = True
    a, b, c = inputs.T
    is_asked = (a >= 0) & (b >= 0) & (c >= 0) & has_answer
    places = np.cumsum(is_asked) - 1
    kept = is_asked[owners]
    right, owners, inputs = right[kept], places[owners[kept]], inputs[is_asked]
    is_open = (right[:, np.newaxis] != inputs[owners]).all(axis=1)
    more, more_owners, whose = _repeated(right, owners, vocabulary)
    order = np.argsort(np.concatenate([owners, more_owners]), kind="stable")
    own_owners = np.repeat(np.arange(len(inputs)), 3)
    further, further_owners, _ = _repeated(inputs.ravel(), own_owners, vocabulary)
    own = np.unique(np.column_stack([further, further_owners]), axis=0)
    return AskedQuestions(
        np.flatnonzero(is_asked),
        inputs,
        np.concatenate([right, more])[order],
        np.concatenate([owners, more_owners])[order],
        np.concatenate([is_open, is_open[whose]])[order],
        own[:, 0],
        own[:, 1],
    )


def _repeated(rows: Rows, owners: Rows, vocabulary: LabelRows) -> tuple[Rows, Rows, Rows]:
    """Return further rows with the labels of some, their owners, and which these are of."""
    repeated = vocabulary.repeated
    found = [
        (row, place)
        for place in np.flatnonzero(np.isin(rows, list(repeated))).tolist()
        for row in repeated[int(rows[place])].tolist()
    ]
    more, places = np.array(found, np.intp).reshape(-1, 2).T
    return more, owners[places], places

"""A benchmark from its questions to its report."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np

from embedviz.core.analogies.benchmark.answering import Found, find_answers
from embedviz.core.analogies.benchmark.asked import AskedQuestions, Flags, asked_questions
from embedviz.core.analogies.benchmark.layouts import read_questions
from embedviz.core.analogies.benchmark.questions import QuestionSet
from embedviz.core.analogies.benchmark.results import Answers, BenchmarkReport
from embedviz.core.analogies.benchmark.vocabulary import Vocabulary
from embedviz.core.analogies.scoring import METHODS, Method, require_method
from embedviz.core.arrays import Rows
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet

Source = str | PathLike[str] | QuestionSet
"""A file, a folder of BATS, or questions."""


def evaluate(
    vector_set: VectorSet,
    path: Source,
    method: Method = "3CosAdd",
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
    report: Report = silent,
    *,
    dummy4unknown: bool = False,
) -> BenchmarkReport:
    """Return how many questions of an analogy file a set answers correctly.

    Counts as gensim's `evaluate_word_analogies`, which knows 3CosAdd alone: questions with an
    unknown label are skipped; the answer is the best of the five nearest rows that is not, in
    any case, one of the question's own labels.

    Parameters
    ----------
    vector_set : VectorSet
    path : path or QuestionSet
        A file in the layout of Google, MSR or BATS, a folder of BATS, or questions.
    method : {"3CosAdd", "3CosMul", "PairDirection"}
    restrict_vocab : int, optional
        Use the first so many rows only, usually the most frequent ones. None: all.
    case_insensitive : bool
        Compare in upper case; of labels that are then equal the first one counts.
    report : callable
    dummy4unknown : bool
        Count questions with an unknown label as wrong, and skip none.

    Raises
    ------
    UserError
        When the file cannot be read, or is in none of the layouts.
    """
    (found,) = evaluate_methods(
        vector_set,
        path,
        (method,),
        restrict_vocab,
        case_insensitive,
        report,
        dummy4unknown=dummy4unknown,
    )
    return found


def evaluate_methods(
    vector_set: VectorSet,
    path: Source,
    methods: Sequence[Method] = METHODS,
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
    report: Report = silent,
    *,
    dummy4unknown: bool = False,
) -> list[BenchmarkReport]:
    """Return the report of each method, of one pass over the vectors. See `evaluate`."""
    for method in methods:
        require_method(method)
    questions = path if isinstance(path, QuestionSet) else read_questions(Path(path))
    labels = vector_set.labels[:restrict_vocab]
    vocabulary = Vocabulary(labels, case_insensitive)
    asked = asked_questions(questions, vocabulary)
    vectors = vector_set.vectors[: len(labels)]
    found, neighbors = find_answers(vectors, asked, methods, report)
    return [
        BenchmarkReport(
            questions,
            method,
            _answers(asked, each, neighbors, vocabulary),
            vector_set.labels,
            dummy4unknown,
        )
        for method, each in zip(methods, found, strict=True)
    ]


def _answers(
    asked: AskedQuestions, found: Found, neighbors: Rows, vocabulary: Vocabulary
) -> Answers:
    first_rows, inputs = vocabulary.first_rows, asked.inputs
    is_own = _has_label_of(found.rows, inputs, first_rows)
    is_other = ~is_own & (found.rows >= 0)
    # Where all have a label of the question, gensim takes the last of them, and so does this.
    last = np.maximum((found.rows >= 0).sum(axis=1) - 1, 0)
    chosen = np.where(is_other.any(axis=1), is_other.argmax(axis=1), last)
    rows = np.take_along_axis(found.rows, chosen[:, np.newaxis], axis=1)[:, 0]
    is_correct = asked.is_right(rows)
    is_near = (neighbors == rows[:, np.newaxis, np.newaxis]).any(axis=2)
    is_near &= rows[:, np.newaxis] >= 0
    around = neighbors[:, 2]
    foreign = ~_has_label_of(around, inputs, first_rows) & (around >= 0)
    nearest = np.take_along_axis(around, foreign.argmax(axis=1)[:, np.newaxis], axis=1)[:, 0]
    return Answers(
        asked.numbers,
        inputs,
        rows,
        is_correct,
        _ranks(asked, found, is_other),
        found.with_inputs,
        asked.is_right(found.with_inputs),
        is_near,
        (nearest == rows) & foreign.any(axis=1),
        asked.rarest_rows(),
    )


def _has_label_of(rows: Rows, inputs: Rows, first_rows: Rows) -> Flags:
    """Return which of some rows of each question, (n_asked, k), have a label of the question."""
    firsts = np.where(rows < 0, -1, first_rows[rows]) if len(first_rows) else rows
    return np.asarray((firsts[:, :, np.newaxis] == inputs[:, np.newaxis, :]).any(axis=2))


def _ranks(asked: AskedQuestions, found: Found, is_other: Flags) -> Rows:
    """Return the rank of the best right answer among rows with no label of the question."""
    ranks = found.above + 1
    places = np.cumsum(is_other, axis=1)
    for column in range(found.rows.shape[1] - 1, -1, -1):
        is_right = asked.is_right(found.rows[:, column]) & is_other[:, column]
        ranks = np.where(is_right, places[:, column], ranks)
    return np.asarray(ranks)

"""A benchmark from its questions to its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np

from embedviz.core.analogies.benchmark.answering import FoundAnswers, find_answers
from embedviz.core.analogies.benchmark.asked import AskedQuestions, Flags, asked_questions
from embedviz.core.analogies.benchmark.layouts import read_questions
from embedviz.core.analogies.benchmark.questions import QuestionSet
from embedviz.core.analogies.benchmark.results import BenchmarkReport, QuestionAnswers
from embedviz.core.analogies.benchmark.vocabulary import LabelRows
from embedviz.core.analogies.explaining import is_by_frequency
from embedviz.core.analogies.scoring import METHODS, Method, require_method
from embedviz.core.arrays import Rows
from embedviz.core.compiled.checks import checked_limit
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.vector_set import VectorSet

Source = str | PathLike[str] | QuestionSet
"""A file, a folder of BATS, or questions."""
Tell = Callable[[list[BenchmarkReport]], None]
_MOST_GROUPS = 16
_LEAST_GROUP = 10_000_000_000
"""Multiplications of a group of sections that are asked together, but for the last one."""
_OF_A_SCORE = 10
"""Multiplications that take as long as one score of one row."""


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
    tell: Tell | None = None,
) -> list[BenchmarkReport]:
    """Return the report of each method, of one pass over the vectors. See `evaluate`.

    Parameters
    ----------
    vector_set, path, methods, restrict_vocab, case_insensitive, report, dummy4unknown
        As `evaluate` takes them.
    tell : callable, optional
        Called with the reports on the first sections, whenever there are some more: the sections
        are then asked in groups, a pass over the vectors each.
    """
    for method in methods:
        require_method(method)
    questions = path if isinstance(path, QuestionSet) else read_questions(Path(path))
    labels = vector_set.labels[: checked_limit(restrict_vocab)]
    vocabulary = LabelRows(labels, case_insensitive)
    asked = asked_questions(questions, vocabulary)
    vectors = vector_set.vectors[: len(labels)]
    groups = [_Group(len(questions.sections), 0, len(questions), 1.0)]
    if tell is not None:
        groups = _groups_of(questions, asked, vectors.shape, len(methods))
    parts: list[list[QuestionAnswers]] = [[] for _ in methods]
    reports: list[BenchmarkReport] = []
    done = 0.0
    for group in groups:
        part = asked.part(group.first, group.last)
        rest = part_of(report, done, done + group.share)
        found, neighbors = find_answers(vectors, part, methods, rest)
        for answers, each in zip(parts, found, strict=True):
            answers.append(_answers(part, each, neighbors, vocabulary))
        done += group.share
        so_far = questions.first_sections(group.n_sections)
        reports = [
            BenchmarkReport(
                so_far,
                method,
                QuestionAnswers.joined(each),
                vector_set.labels,
                dummy4unknown,
                is_by_frequency(vector_set),
            )
            for method, each in zip(methods, parts, strict=True)
        ]
        if tell is not None and group is not groups[-1]:
            tell(reports)
    return reports


class _Group(NamedTuple):
    """Sections that are asked together.

    Attributes
    ----------
    n_sections : int
        How many sections there are up to its last one.
    first, last : int
        Numbers of its questions; the last one is not among them.
    share : float
        Of all the work.
    """

    n_sections: int
    first: int
    last: int
    share: float


def _groups_of(
    questions: QuestionSet, asked: AskedQuestions, shape: tuple[int, ...], n_methods: int
) -> list[_Group]:
    """Return groups of sections that take a while each, so that passes are not many."""
    costs = []
    for each in questions.sections:
        inputs = asked.part(each.first, each.last).inputs
        scores = len(inputs) * n_methods * _OF_A_SCORE
        costs.append(shape[0] * (len(np.unique(inputs)) * shape[1] + scores))
    total = max(1, sum(costs))
    least = max(_LEAST_GROUP, total / _MOST_GROUPS)
    groups, first, cost = [], 0, 0
    for count, (section, own) in enumerate(zip(questions.sections, costs, strict=True), 1):
        cost += own
        is_last = count == len(costs)
        if cost >= least or is_last:
            last = len(questions) if is_last else section.last
            groups.append(_Group(count, first, last, cost / total))
            first, cost = last, 0
    return groups or [_Group(0, 0, len(questions), 1.0)]


def _answers(
    asked: AskedQuestions, found: FoundAnswers, neighbors: Rows, vocabulary: LabelRows
) -> QuestionAnswers:
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
    return QuestionAnswers(
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


def _ranks(asked: AskedQuestions, found: FoundAnswers, is_other: Flags) -> Rows:
    """Return the rank of the best right answer among rows with no label of the question."""
    ranks = found.above + 1
    places = np.cumsum(is_other, axis=1)
    for column in range(found.rows.shape[1] - 1, -1, -1):
        is_right = asked.is_right(found.rows[:, column]) & is_other[:, column]
        ranks = np.where(is_right, places[:, column], ranks)
    return np.asarray(ranks)

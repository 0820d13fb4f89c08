"""Counts of some of the questions: of a section, a kind or all, by frequency, and when wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedviz.core.analogies.benchmark import BenchmarkReport, QuestionSet
from embedviz.core.arrays import Rows

ALL, SEMANTIC, SYNTACTIC = ": all", ": semantic", ": syntactic"
"""Keys of the totals. No section is called so, since names lose such signs at their beginning."""
NEIGHBORS = 10
_MOST_LISTED = 200

Flags = NDArray[np.bool_]


def is_within(questions: QuestionSet, key: str) -> Flags:
    """Return which questions are of a section or a total, (n_questions,)."""
    if key == ALL:
        return np.ones(len(questions), dtype=bool)
    found = np.zeros(len(questions), dtype=bool)
    for each in questions.sections:
        is_of = f": {each.kind}" == key if key in (SEMANTIC, SYNTACTIC) else each.name == key
        if is_of:
            found[each.first : each.last] = True
    return found


def places_of(report: BenchmarkReport, key: str) -> Rows:
    """Return which of the questions asked, by their places, are of a section or a total."""
    return np.flatnonzero(is_within(report.questions, key)[report.answers.numbers])


@dataclass(frozen=True)
class WrongWord:
    """Word that was answered wrongly.

    Attributes
    ----------
    label : str
    row, count : int
    near : (int, int, int)
        How often it was among the nearest rows of a, of b, of c.
    """

    label: str
    row: int
    count: int
    near: tuple[int, int, int]


@dataclass(frozen=True)
class WrongAnswers:
    """What was answered when it was wrong.

    Attributes
    ----------
    total : int
    near : (int, int, int)
        How many answers were among the ten nearest rows of a, of b, of c.
    near_any : int
        Among those of at least one of the three.
    nearest_of_c : int
        How many were the row nearest to c, as if nothing had been added to it.
    words : tuple of WrongWord
        The most frequent ones.
    """

    total: int
    near: tuple[int, int, int]
    near_any: int
    nearest_of_c: int
    words: tuple[WrongWord, ...]


def wrong_answers(report: BenchmarkReport, key: str) -> WrongAnswers:
    """Return what was answered wrongly in a section or a total."""
    answers = report.answers
    places = places_of(report, key)
    wrong = places[~answers.is_correct[places]]
    near, rows = answers.is_near[wrong], answers.rows[wrong]
    words = _frequent_words(report, rows[rows >= 0], near[rows >= 0])
    a, b, c = near.sum(axis=0).tolist()
    return WrongAnswers(
        len(wrong),
        (a, b, c),
        int(near.any(axis=1).sum()),
        int(answers.is_nearest_of_c[wrong].sum()),
        words,
    )


def _frequent_words(report: BenchmarkReport, rows: Rows, near: Flags) -> tuple[WrongWord, ...]:
    """Return the most frequent of some rows; of equals, the one that was answered first."""
    distinct, first, whose, counts = np.unique(
        rows, return_index=True, return_inverse=True, return_counts=True
    )
    of_rows = [np.bincount(whose, each, len(distinct)).astype(int).tolist() for each in near.T]
    order = np.lexsort((first, -counts))[:_MOST_LISTED].tolist()
    return tuple(
        WrongWord(
            report.label_of(int(distinct[place])),
            int(distinct[place]),
            int(counts[place]),
            (of_rows[0][place], of_rows[1][place], of_rows[2][place]),
        )
        for place in order
    )


def numbers_listed(
    report: BenchmarkReport, other: BenchmarkReport | None, key: str, shown: str
) -> Rows:
    """Return the numbers of the questions of a section or a total that a filter lets through.

    Parameters
    ----------
    report : BenchmarkReport
    other : BenchmarkReport or None
        Of the set that is compared.
    key : str
    shown : {"asked", "right", "wrong", "skipped", "gained", "lost"}
        "gained": right in the other set alone; "lost": right in this one alone.
    """
    within = is_within(report.questions, key)
    verdicts = verdicts_of(report)
    own = verdicts[within]
    numbers = np.flatnonzero(within)
    if shown in ("gained", "lost"):
        if other is None:
            return numbers[:0]
        theirs = verdicts_of(other)[within]
        both = (own >= 0) & (theirs >= 0)
        wanted = (0, 1) if shown == "gained" else (1, 0)
        chosen = both & (own == wanted[0]) & (theirs == wanted[1])
        return np.asarray(numbers[chosen])
    chosen = {"asked": own >= 0, "right": own == 1, "wrong": own == 0, "skipped": own < 0}[shown]
    return np.asarray(numbers[chosen])


def verdicts_of(report: BenchmarkReport) -> NDArray[np.int8]:
    """Return what came of each question, (n_questions,): 1 right, 0 wrong, -1 not asked."""
    found = np.full(len(report.questions), -1, dtype=np.int8)
    found[report.answers.numbers] = report.answers.is_correct
    return found

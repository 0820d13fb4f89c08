"""Results of a benchmark as columns, for files that other programs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embedviz.core.analogies.benchmark.comparison import BenchmarkComparison
from embedviz.core.analogies.benchmark.results import BenchmarkReport, Tally

Columns = dict[str, Sequence[Any]]
_FAR = np.iinfo(np.int64).max // 2


def section_columns(
    reports: Sequence[BenchmarkReport], comparison: BenchmarkComparison | None = None
) -> Columns:
    """Return a line for each section, each kind and all questions, by each method.

    Parameters
    ----------
    reports : sequence of BenchmarkReport
        On the same questions, one for each method.
    comparison : BenchmarkComparison, optional
        Of the first report with that of another set: further columns, which are None in lines of
        other methods and of kinds.

    Returns
    -------
    dict of str to list
        section, kind ("section", "kind" or "all"), method, correct, asked, skipped, accuracy,
        top5_accuracy, accuracy_with_inputs, near_inputs; of a comparison also asked_of_both,
        correct_in_other, right_here_alone, right_there_alone, p_value, p_value_adjusted.
    """
    lines = []
    for number, report in enumerate(reports):
        compared = comparison if number == 0 else None
        whole = None if compared is None else compared.whole
        lines.append(("all", report, report.whole, whole))
        lines += [("kind", report, tally, None) for tally in report.kinds]
        sections = [None] * len(report.tallies) if compared is None else compared.sections
        lines += [
            ("section", report, tally, each)
            for tally, each in zip(report.tallies, sections, strict=True)
        ]
    found: Columns = {
        "section": [tally.name for _, _, tally, _ in lines],
        "kind": [kind for kind, _, _, _ in lines],
        "method": [report.method for _, report, _, _ in lines],
        **_counts([tally for _, _, tally, _ in lines]),
    }
    if comparison is not None:
        names = {
            "asked_of_both": "n_both",
            "correct_in_other": "second_correct",
            "right_here_alone": "n_first_alone",
            "right_there_alone": "n_second_alone",
            "p_value": "p_value",
            "p_value_adjusted": "adjusted_p_value",
        }
        for name, field in names.items():
            found[name] = [getattr(each, field, None) for _, _, _, each in lines]
    return found


def _counts(tallies: Sequence[Tally]) -> Columns:
    return {
        "correct": [each.correct for each in tallies],
        "asked": [each.total for each in tallies],
        "skipped": [each.skipped for each in tallies],
        "accuracy": [each.accuracy if each.total else None for each in tallies],
        "top5_accuracy": [each.top5_accuracy if each.total else None for each in tallies],
        "accuracy_with_inputs": [
            each.accuracy_with_inputs if each.total else None for each in tallies
        ],
        "near_inputs": [each.n_near_inputs for each in tallies],
    }


def question_columns(
    reports: Sequence[BenchmarkReport], others: Mapping[str, BenchmarkReport] | None = None
) -> Columns:
    """Return a line for each question, skipped ones too, with the answers of each method.

    Parameters
    ----------
    reports : sequence of BenchmarkReport
        On the same questions, one for each method.
    others : mapping of str to BenchmarkReport, optional
        Of other sets on the same questions, by what their columns are called.

    Returns
    -------
    dict of str to list
        section, a, b, c, expected (right answers, "/" between them), asked, rarest_row (from 1);
        then for each method, and each other set, its answer, whether it is correct, the rank of
        the right answer (from 1), and which of a, b and c have the answer among their ten nearest
        rows. None where the question was skipped.
    """
    first = reports[0]
    questions = first.questions
    sections: list[str] = []
    for each in questions.sections:
        sections += [each.name] * (each.last - each.first)
    bounds = questions.bounds.tolist()
    expected = [
        "/".join(questions.answers[start:stop])
        for start, stop in zip(bounds[:-1], bounds[1:], strict=True)
    ]
    inputs = list(questions.inputs)
    asked = np.zeros(len(questions), dtype=bool)
    asked[first.answers.numbers] = True
    found: Columns = {
        "section": sections,
        "a": inputs[0::3],
        "b": inputs[1::3],
        "c": inputs[2::3],
        "expected": expected,
        "asked": asked.tolist(),
        "rarest_row": _spread(first, (first.answers.rarest + 1).tolist()),
    }
    for report in reports:
        found |= _answer_columns(report, report.method)
    for name, report in (others or {}).items():
        found |= _answer_columns(report, name)
    return found


def _answer_columns(report: BenchmarkReport, name: str) -> Columns:
    answers = report.answers
    labels = [report.label_of(row) for row in answers.rows.tolist()]
    near = ["".join(np.array(list("abc"))[each]) for each in answers.is_near]
    ranks = [rank if rank < _FAR else None for rank in answers.ranks.tolist()]
    return {
        f"{name} answer": _spread(report, labels),
        f"{name} correct": _spread(report, answers.is_correct.tolist()),
        f"{name} rank": _spread(report, ranks),
        f"{name} near": _spread(report, near),
    }


def _spread(report: BenchmarkReport, values: Sequence[Any]) -> list[Any]:
    """Return a value for each question: None for those that were not asked."""
    found: list[Any] = [None] * len(report.questions)
    for number, value in zip(report.answers.numbers.tolist(), values, strict=True):
        found[number] = value
    return found

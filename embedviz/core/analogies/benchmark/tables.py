"""Results of benchmarks as columns, for files and for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from embedviz.core.analogies.benchmark.comparison import BenchmarkComparison
from embedviz.core.analogies.benchmark.results import BenchmarkReport, Tally

Columns = dict[str, list[Any]]
"""Values by the name of their column, all of one length; None where there is none."""

_QUESTION_COLUMNS = (
    *("method", "number", "section", "kind", "a", "b", "c", "right_answers", "asked"),
    *("answer", "answer_row", "correct", "rank", "answer_with_inputs", "correct_with_inputs"),
    *("near_a", "near_b", "near_c", "nearest_of_c", "rarest_row"),
)


def question_columns(reports: Sequence[BenchmarkReport]) -> Columns:
    """Return a line for each question and method.

    Rows and numbers count from 0. What was answered is None for a question that was not asked, as
    is the rank where no right answer can be one. Several right answers are separated by slashes.
    """
    lines = [line for report in reports for line in _question_lines(report)]
    return _columns(_QUESTION_COLUMNS, lines)


def _question_lines(report: BenchmarkReport) -> Iterable[tuple[Any, ...]]:
    places = {int(number): place for place, number in enumerate(report.answers.numbers)}
    n_results = len(_QUESTION_COLUMNS) - 9
    for number in range(len(report.questions)):
        section = report.questions.section_of(number)
        question = report.questions.question(number)
        right = "/".join(question.answers)
        words = (section.name, section.kind, question.a, question.b, question.c, right)
        place = places.get(number)
        results: Iterable[Any] = [None] * n_results
        if place is not None:
            results = _results(report, place)
        yield (report.method, number, *words, place is not None, *results)


def _results(report: BenchmarkReport, place: int) -> Iterable[Any]:
    answers = report.answers
    row, other = int(answers.rows[place]), int(answers.with_inputs[place])
    yield report.label_of(row) if row >= 0 else None
    yield row if row >= 0 else None
    yield bool(answers.is_correct[place])
    yield int(answers.ranks[place]) or None
    yield report.label_of(other) if other >= 0 else None
    yield bool(answers.is_correct_with_inputs[place])
    yield from answers.is_near[place].tolist()
    yield bool(answers.is_nearest_of_c[place])
    yield int(answers.rarest[place])


_SECTION_COLUMNS = (
    *("method", "level", "name", "correct", "total", "skipped", "accuracy", "in_top5"),
    *("top5_accuracy", "correct_with_inputs", "accuracy_with_inputs", "wrong_near_inputs"),
)


def section_columns(reports: Sequence[BenchmarkReport]) -> Columns:
    """Return a line for each section, kind, band and all questions together, of each method.

    `level` is "section", "kind", "all", and "frequency band", or "band in the file" where its order
    is not known to be that of frequency; accuracies are None where nothing was asked.
    """
    lines = []
    for report in reports:
        levels: dict[str, Sequence[Tally]] = {
            "section": report.tallies,
            "kind": report.kinds,
            ("frequency band" if report.is_by_frequency else "band in the file"): report.bands,
            "all": [report.whole],
        }
        for level, tallies in levels.items():
            lines += [(report.method, level, *_counts(tally)) for tally in tallies]
    return _columns(_SECTION_COLUMNS, lines)


def _counts(tally: Tally) -> tuple[Any, ...]:
    shares = (tally.accuracy, tally.top5_accuracy, tally.accuracy_with_inputs)
    accuracy, top5, with_inputs = shares if tally.total else (None, None, None)
    return (
        *(tally.name, tally.correct, tally.total, tally.skipped, accuracy),
        *(tally.in_top5, top5, tally.correct_with_inputs, with_inputs, tally.n_near_inputs),
    )


_COMPARISON_COLUMNS = (
    *("level", "name", "asked_of_both", "first_correct", "second_correct", "first_accuracy"),
    *("second_accuracy", "first_alone", "second_alone", "p_value", "adjusted_p_value"),
)


def comparison_columns(comparison: BenchmarkComparison) -> Columns:
    """Return a line for each section that was asked of both, and one for all together."""
    lines = []
    for level, parts in (("section", comparison.sections), ("all", [comparison.whole])):
        for part in parts:
            counts = (part.n_both, part.first_correct, part.second_correct)
            shares = (part.first_accuracy, part.second_accuracy) if part.n_both else (None, None)
            alone = (part.n_first_alone, part.n_second_alone)
            lines.append(
                (level, part.name, *counts, *shares, *alone, part.p_value, part.adjusted_p_value)
            )
    return _columns(_COMPARISON_COLUMNS, lines)


def _columns(names: Sequence[str], lines: Sequence[tuple[Any, ...]]) -> Columns:
    values = zip(*lines, strict=True) if lines else ([] for _ in names)
    return {name: list(each) for name, each in zip(names, values, strict=True)}

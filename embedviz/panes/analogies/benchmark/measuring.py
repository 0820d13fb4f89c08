"""Measuring of a benchmark, off the UI thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from embedviz.core.analogies.benchmark import (
    BenchmarkReport,
    QuestionSet,
    evaluate_methods,
)
from embedviz.core.analogies.scoring import Method
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, part_of
from embedviz.panes.analogies.benchmark.asked import BenchmarkRun


@dataclass(frozen=True, eq=False)
class MeasuredBenchmark:
    """What is known of one set.

    Attributes
    ----------
    run : BenchmarkRun
    questions : QuestionSet
    reports : mapping of Method to BenchmarkReport
    problem : str
        Why there is nothing; empty where there is.
    """

    run: BenchmarkRun
    questions: QuestionSet
    reports: Mapping[Method, BenchmarkReport]
    problem: str = ""

    @property
    def n_sections(self) -> int:
        """How many of the sections were asked."""
        return max((len(each.questions.sections) for each in self.reports.values()), default=0)

    @property
    def is_partial(self) -> bool:
        """Whether there are sections that were not asked yet."""
        return not self.problem and self.n_sections < len(self.questions.sections)

    def report(self, method: Method) -> BenchmarkReport | None:
        """Return what a method answered; None where it was not measured."""
        return self.reports.get(method)


Tell = Callable[[MeasuredBenchmark], None]


def measure(
    run: BenchmarkRun, questions: QuestionSet, report: Report, tell: Tell | None = None
) -> MeasuredBenchmark:
    """Ask the questions. Runs off the UI thread.

    A set that cannot be derived is a problem of the comparison, and not of the page.

    Parameters
    ----------
    run : BenchmarkRun
    questions : QuestionSet
    report : Report
    tell : callable, optional
        Is given what is known of the first sections, whenever that is more.
    """
    asked, rest = run.vector_set, report
    if run.recipe is not None:
        try:
            asked = run.recipe.derive(asked, part_of(report, 0.0, 0.4))
        except UserError as error:
            return MeasuredBenchmark(run, questions, {}, str(error))
        rest = part_of(report, 0.4, 1.0)
    found = evaluate_methods(
        asked,
        questions,
        run.methods,
        run.restrict_vocab,
        run.case_insensitive,
        rest,
        dummy4unknown=run.dummy4unknown,
        tell=None if tell is None else lambda found: tell(_measured(run, questions, found)),
    )
    return _measured(run, questions, found)


def _measured(
    run: BenchmarkRun, questions: QuestionSet, found: Sequence[BenchmarkReport]
) -> MeasuredBenchmark:
    for each in found:  # Counted here, and not when it is drawn.
        _ = each.tallies, each.kinds, each.whole
    return MeasuredBenchmark(run, questions, dict(zip(run.methods, found, strict=True)))

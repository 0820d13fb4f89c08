"""Measuring of a benchmark, off the UI thread: part by part, so that one can watch it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np

from embedviz.core.analogies import Method
from embedviz.core.analogies.benchmark import (
    BenchmarkReport,
    QuestionSet,
    evaluate_methods,
)
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, part_of
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.benchmark.asked import BenchmarkRun

_derived: WeakKeyDictionary[VectorSet, dict[object, VectorSet]] = WeakKeyDictionary()
"""What was made of sets to compare them with it, which takes longer than to ask the questions."""


@dataclass(frozen=True, eq=False)
class Measured:
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

    def report(self, method: Method) -> BenchmarkReport | None:
        """Return what a method answered; None where it was not measured."""
        return self.reports.get(method)


def measure(run: BenchmarkRun, questions: QuestionSet, report: Report) -> Measured:
    """Ask the questions. Runs off the UI thread.

    A set that cannot be derived is a problem of the comparison, and not of the page.
    """
    try:
        asked = _set_of(run, part_of(report, 0.0, 0.4))
    except UserError as error:
        return Measured(run, questions, {}, str(error))
    rest = report if run.recipe is None else part_of(report, 0.4, 1.0)
    found = evaluate_methods(
        asked,
        questions,
        run.methods,
        run.restrict_vocab,
        run.case_insensitive,
        rest,
        dummy4unknown=run.dummy4unknown,
    )
    return Measured(run, questions, dict(zip(run.methods, found, strict=True)))


def _set_of(run: BenchmarkRun, report: Report) -> VectorSet:
    """Return the set that is asked, made where it is not there yet."""
    if run.recipe is None:
        return run.vector_set
    made = _derived.setdefault(run.vector_set, {})
    if run.recipe not in made:
        made[run.recipe] = run.recipe.derive(run.vector_set, report)
    return made[run.recipe]

"""Comparison of two sets on the same questions: by section, by kind, and in words."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.core.analogies.benchmark import BenchmarkReport
from embedviz.core.analogies.benchmark.comparison import (
    CORRECTION,
    BenchmarkComparison,
    SectionComparison,
    compare_answers,
    compare_reports,
)
from embedviz.core.analogies.significance import SIGNIFICANT
from embedviz.core.notes import counted
from embedviz.core.progress import Report
from embedviz.gui.charts.numbers import number_text, percent
from embedviz.panes.analogies.benchmark.counting import (
    ALL,
    SEMANTIC,
    SYNTACTIC,
    is_within,
    verdicts_of,
)


@dataclass(frozen=True, eq=False)
class ComparedSets:
    """A set and another one, on the questions that both were asked.

    Attributes
    ----------
    report, other : BenchmarkReport
    name, title : str
        Of the other set: in a chart, and in a sentence.
    comparison : BenchmarkComparison
    counts : dict of str to SectionComparison
        By the keys of the totals and of the sections.
    """

    report: BenchmarkReport
    other: BenchmarkReport
    name: str
    title: str
    comparison: BenchmarkComparison
    counts: dict[str, SectionComparison]


def compare_sets(
    report: BenchmarkReport, other: BenchmarkReport, name: str, title: str, tell: Report
) -> ComparedSets:
    """Return how another set compares. Runs off the UI thread.

    Parameters
    ----------
    report, other : BenchmarkReport
    name, title : str
        Of the other set: in a chart, and in a sentence.
    tell : Report
    """
    tell(0.0, "comparing the answers")
    comparison = compare_reports(report, other)
    one, two = verdicts_of(report), verdicts_of(other)
    both = (one >= 0) & (two >= 0)
    found = {ALL: comparison.whole}
    for key in (SEMANTIC, SYNTACTIC):
        within = is_within(report.questions, key) & both
        if within.any():
            found[key] = compare_answers(key, one[within] == 1, two[within] == 1)
    for section in comparison.sections:
        found.setdefault(section.name, section)
    return ComparedSets(report, other, name, title, comparison, found)


def way_of(counts: SectionComparison) -> int:
    """Return 1 where the other set is better beyond chance, -1 where it is worse, 0 else."""
    lost, gained = counts.n_first_alone, counts.n_second_alone
    if counts.adjusted_p_value >= SIGNIFICANT or lost == gained:
        return 0
    return 1 if gained > lost else -1


def p_text(p: float) -> str:
    """Return a p value as it is written: "0.032", "< 0.001"."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.9995 else "1"


def describe_verdict(compared: ComparedSets) -> str:
    """Return which of the two is better, in a sentence."""
    whole, title = compared.counts[ALL], compared.title
    if not whole.n_both:
        return f"No question was asked of both this set and {compared.name}."
    verdict = {1: "better", -1: "worse", 0: ""}[way_of(whole)]
    if not verdict:
        return f"{title} makes no clear difference."
    return f"{title} is {verdict}."


def describe_numbers(compared: ComparedSets) -> str:
    """Return the numbers that the verdict is made of."""
    whole = compared.counts[ALL]
    if not whole.n_both:
        return "Their words are others. Compare sets with the same words."
    difference = number_text(100 * whole.difference, 1)
    signed = f"+{difference}" if whole.difference > 0 else difference
    p = p_text(whole.p_value)
    said = [
        f"Of {counted(whole.n_both, 'question')} asked of both, {percent(whole.first_accuracy)} → "
        f"{percent(whole.second_accuracy)} right ({signed} points): "
        f"{whole.n_second_alone:,} gained, {whole.n_first_alone:,} lost, McNemar's p "
        f"{p if p.startswith('<') else f'= {p}'}."
    ]
    asked = [each for each in compared.comparison.sections if each.n_both]
    if len(asked) > 1:
        ways = [way_of(each) for each in asked]
        said.append(
            f"By section: better in {ways.count(1)}, worse in {ways.count(-1)}, no clear "
            f"difference in {ways.count(0)} ({CORRECTION}'s correction)."
        )
    alone = compared.comparison.n_first_only, compared.comparison.n_second_only
    if any(alone):
        said.append(
            f"Left out, as a word is unknown: {alone[1]:,} here, {alone[0]:,} in {compared.name}."
        )
    return " ".join(said)

"""Words of the page: what was counted, and what was answered when it was wrong."""

from __future__ import annotations

from embedviz.core.analogies.benchmark import BenchmarkReport, QuestionSet
from embedviz.core.notes import counted
from embedviz.core.wording import one_line
from embedviz.gui.charts.numbers import percent
from embedviz.panes.analogies.benchmark.counting import ALL, NEIGHBORS, WrongAnswers

_TITLES = {ALL: "all questions", ": semantic": "semantic", ": syntactic": "syntactic"}
_LAYOUTS = {
    "Google": "in Google's layout",
    "MSR": "in MSR's layout",
    "BATS": "in the layout of BATS",
    "relations": "made of all pairs of each relation",
}


def name_of(key: str) -> str:
    """Return what a section or a total is called in a sentence."""
    return _TITLES.get(key) or one_line(key)


def describe_questions(questions: QuestionSet) -> str:
    """Return which questions there are."""
    count, sections = len(questions), len(questions.sections)
    return (
        f"{counted(count, 'question')} in {counted(sections, 'section')} of {questions.name}, "
        f"{_LAYOUTS[questions.layout]}"
    )


def describe_result(report: BenchmarkReport) -> str:
    """Return the result in a sentence."""
    whole = report.whole
    if not len(report.questions):
        return f"{one_line(report.questions.name)} holds no question."
    if not report.n_asked:
        return (
            f"None of {counted(len(report.questions), 'question')} can be asked: each has a word "
            "that is not a label of this set."
        )
    return (
        f"{report.method} answers {percent(whole.accuracy)} of "
        f"{counted(whole.total, 'question')} right"
    )


def describe_counts(report: BenchmarkReport) -> str:
    """Return the other totals, as short facts."""
    whole = report.whole
    if not report.n_asked:
        return "Choose a file of questions whose words are labels of this set."
    said = [f"{kind.name} {percent(kind.accuracy)}" for kind in report.kinds if kind.total]
    said.append(f"in the first five: {percent(whole.top5_accuracy)}")
    said.append(f"if the inputs may be answers: {percent(whole.accuracy_with_inputs)}")
    if whole.skipped:
        said.append(f"{whole.skipped:,} skipped, as a word is unknown")
    if report.counts_unknown and report.n_asked < len(report.questions):
        unknown = len(report.questions) - report.n_asked
        said.append(f"{unknown:,} count as wrong, as a word is unknown")
    if report.malformed:
        said.append(f"{counted(report.malformed, 'line')} of the file left out, being no question")
    said += [note.rstrip(".") for note in report.questions.notes[:2]]
    return " · ".join(said)


def describe_partial(n_sections: int, n_all: int, *, is_busy: bool) -> str:
    """Return how much of the questions a result is of, where it is not of all."""
    which = f"the first {n_sections:,} of {counted(n_all, 'section')}"
    if is_busy:
        return f"So far: {which}. Asking the questions …"
    return f"Partial: only {which}, as it was stopped. Press Run to ask all of them."


def describe_wrong(wrong: WrongAnswers, key: str) -> str:
    """Return what was answered when it was wrong, and whose neighbor that was."""
    if not wrong.total:
        return f"No wrong answer: {name_of(key)}."
    a, b, c = wrong.near
    answers = "1 wrong answer is" if wrong.total == 1 else f"{wrong.total:,} wrong answers are"
    said = f"{c:,} of {answers} among the {NEIGHBORS} nearest of c, {b:,} of b, {a:,} of a"
    if wrong.nearest_of_c:
        said += f"; {wrong.nearest_of_c:,} are the nearest of c, as if a and b had not been given"
    return f"{said}."


def describe_frequency(*, is_by_frequency: bool) -> str:
    """Return what the bands of rows mean."""
    if is_by_frequency:
        return "Rows are in the order of frequency."
    return (
        "Bands are of the order in the file, by the word of a question that comes last in it. "
        "Whether it is that of frequency is not known."
    )


def describe_listed(key: str, count: int, shown: str, *, is_compared: bool) -> str:
    """Return how many questions are listed of a section or a total, or what is needed for it."""
    if shown in ("gained", "lost") and not is_compared:
        return "Choose above what to compare with, to see what only one of the two answers right."
    name = name_of(key)
    return f"{name[:1].upper()}{name[1:]}: {counted(count, 'question')}"

"""Lines of the questions one by one, made as they come into view."""

from __future__ import annotations

from typing import Any, overload

import numpy as np

from embedviz.core.analogies.benchmark import BenchmarkReport
from embedviz.core.arrays import Rows
from embedviz.core.wording import one_line
from embedviz.panes.analogies.line_table import Cell, LazyLines, TableColumn, TableLine

COLUMNS = (
    TableColumn("name", "Question", "a is to b as c is to …; click one to see its picture"),
    TableColumn("expected", "Expected", "What the file says"),
    TableColumn("answered", "Answered", "The nearest row that is none of a, b and c"),
    TableColumn("rank", "Rank", "Of the right answer, 1 being the best", 2),
    TableColumn("near", "Near", "Which of a, b and c has the answer among its ten nearest rows", 3),
)
COLUMN_OF_OTHER = TableColumn("other", "Other", "What the set answered that is compared", 1)
_MOST_EXPECTED, _MOST_KEPT = 2, 500


class QuestionLines(LazyLines):
    """Lines of some questions.

    Parameters
    ----------
    report : BenchmarkReport
    numbers : int array of shape (n_lines,)
        Which of all questions.
    other : BenchmarkReport or None
        Of the set that is compared.
    """

    def __init__(
        self, report: BenchmarkReport, numbers: Rows, other: BenchmarkReport | None = None
    ) -> None:
        self._report, self.numbers, self._other = report, numbers, other
        self._made: dict[int, TableLine] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> TableLine: ...

    @overload
    def __getitem__(self, place: slice) -> list[TableLine]: ...

    def __getitem__(self, place: Any) -> Any:
        """Return a line, or several."""
        if isinstance(place, slice):
            return [self._line(int(each)) for each in self.numbers[place]]
        return self._line(int(self.numbers[place]))

    def place(self, key: str) -> int:
        """Return where the line of a key is; -1 where there is none."""
        if not key:
            return -1
        found = np.flatnonzero(self.numbers == int(key))
        return int(found[0]) if len(found) else -1

    def _line(self, number: int) -> TableLine:
        """Return the line of a question; those last looked at are asked for again and again."""
        found = self._made.get(number)
        if found is None:
            if len(self._made) >= _MOST_KEPT:
                self._made.clear()
            found = self._made[number] = self._new_line(number)
        return found

    def _new_line(self, number: int) -> TableLine:
        report, question = self._report, self._report.questions.question(number)
        a, b, c = map(one_line, (question.a, question.b, question.c))
        right = [one_line(each) for each in question.answers[:_MOST_EXPECTED]]
        more = ", …" if len(question.answers) > _MOST_EXPECTED else ""
        cells = {"expected": Cell(", ".join(right) + more, tip=", ".join(question.answers))}
        cells["answered"] = _answered(report, number)
        if self._other is not None:
            cells["other"] = _answered(self._other, number)
        if (place := place_of(report, number)) is not None:
            result = report.result(place)
            cells["rank"] = Cell(f"{result.rank:,}" if result.rank else "–")
            near = ", ".join("" if result.is_correct else result.near)
            cells["near"] = Cell(near, tip=_describe_near(result.near), color="muted")
        return TableLine(str(number), f"{a} : {b} = {c} : ?", cells)


def _answered(report: BenchmarkReport, number: int) -> Cell:
    place = place_of(report, number)
    if place is None:
        return Cell("skipped", tip=_unknown(report, number), color="muted")
    result = report.result(place)
    words = one_line(result.answer) or "nothing"
    tip, color = ("right", "after") if result.is_correct else ("wrong", "before")
    return Cell(words, tip=f"{words}: {tip}", color=color)


def place_of(report: BenchmarkReport, number: int) -> int | None:
    """Return where a question is among those asked; None where it was skipped."""
    numbers = report.answers.numbers
    place = int(np.searchsorted(numbers, number))
    return place if place < len(numbers) and numbers[place] == number else None


def _describe_near(near: str) -> str:
    if not near:
        return "Among the ten nearest rows of none of a, b and c"
    return f"Among the ten nearest rows of {' and '.join(near)}"


def _unknown(report: BenchmarkReport, number: int) -> str:
    question = report.questions.question(number)
    words = [one_line(each) for each in (question.a, question.b, question.c, *question.answers)]
    return f"A word of it is not in the set: {', '.join(words)}"

"""Details of a section: its bands of frequency, its wrong answers, its questions."""

from __future__ import annotations

import numpy as np

from embedviz.core.analogies.benchmark import BenchmarkReport
from embedviz.core.analogies.benchmark.intervals import wilson_interval
from embedviz.core.analogies.benchmark.results import BAND_ENDS
from embedviz.core.wording import one_line
from embedviz.panes.analogies.benchmark.band_chart import BandColumn, BandShare
from embedviz.panes.analogies.benchmark.compared import ComparedSets
from embedviz.panes.analogies.benchmark.counting import (
    Flags,
    WrongAnswers,
    places_of,
    verdicts_of,
)
from embedviz.panes.analogies.line_table import Cell, TableColumn, TableLine

DETAILS = ("wrong", "questions")
"""What is listed of a section, in the order of its buttons."""
WRONG_COLUMNS = (
    TableColumn("name", "Answered", "The word that was answered; click it to make it the query"),
    TableColumn("count", "Times", "How often it was answered wrongly"),
    TableColumn("near_c", "Near c", "How often it was among the ten nearest rows of c", 1),
    TableColumn("near_b", "Near b", "How often it was among the ten nearest rows of b", 2),
    TableColumn("near_a", "Near a", "How often it was among the ten nearest rows of a", 3),
)


def wrong_lines(wrong: WrongAnswers) -> list[TableLine]:
    """Return a line for each of the most frequent wrong answers."""
    found = []
    for word in wrong.words:
        cells = {"count": Cell(f"{word.count:,}")}
        for letter, count in zip("abc", word.near, strict=True):
            cells[f"near_{letter}"] = Cell(f"{count:,}" if count else "–", color="muted")
        found.append(TableLine(str(word.row), one_line(word.label) or "␣", cells))
    return found


def band_columns(
    report: BenchmarkReport, key: str, compared: ComparedSets | None
) -> list[BandColumn]:
    """Return the bands of the questions of a section or a total; those without any left out.

    Where another set is compared, only questions that were asked of both count.
    """
    places = places_of(report, key)
    correct, rarest = report.answers.is_correct, report.answers.rarest
    other: Flags | None = None
    if compared is not None:
        theirs = verdicts_of(compared.other)[report.answers.numbers]
        places = places[theirs[places] >= 0]
        other = theirs == 1
    found, first = [], 1
    n_rows = len(report.labels)
    for last in dict.fromkeys(min(end, n_rows) for end in (*BAND_ENDS, n_rows)):
        chosen = places[(rarest[places] >= first - 1) & (rarest[places] < last)]
        if len(chosen):
            shares = [_share(flags[chosen]) for flags in (correct, other) if flags is not None]
            found.append(BandColumn(f"{first:,}–{last:,}", _short(last), *shares))
        first = last + 1
    return found


def _share(flags: Flags) -> BandShare:
    correct, total = int(np.count_nonzero(flags)), len(flags)
    return BandShare(correct, total, *wilson_interval(correct, total))


def _short(last: int) -> str:
    return f"≤{last // 1000}k" if last >= 1000 and last % 1000 == 0 else f"≤{last:,}"

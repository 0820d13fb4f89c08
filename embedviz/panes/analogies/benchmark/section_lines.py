"""Lines of the table of sections: what was counted, by which method, beside another set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from embedviz.core.analogies.benchmark import BenchmarkReport, Tally
from embedviz.core.analogies.benchmark.comparison import SectionComparison
from embedviz.core.analogies.scoring import Method
from embedviz.gui.charts.numbers import number_text, percent
from embedviz.panes.analogies.benchmark.compared import ComparedSets, p_text, way_of
from embedviz.panes.analogies.benchmark.counting import ALL
from embedviz.panes.analogies.line_table import Cell, TableColumn, TableLine

_TITLES = {ALL: "All questions"}


def columns_of(method: Method, methods: Sequence[Method], other: str) -> list[TableColumn]:
    """Return the columns of the table.

    Parameters
    ----------
    method : Method
        The one that is looked at.
    methods : sequence of Method
        All that were measured.
    other : str
        Name of the set that is compared; empty where there is none.
    """
    found = [
        TableColumn("name", "Section", "Section of the questions; click one to look at it"),
        TableColumn("correct", "Correct", "Questions whose first answer is the right one", 4),
        TableColumn("asked", "Asked", "Questions of which all words are in the set"),
        TableColumn("skipped", "Skipped", "Questions with a word that is not in the set", 3),
        TableColumn("top1", "Top 1", f"Share right, by {method}", is_share=True),
        TableColumn("top5", "Top 5", "Share with a right answer among the first five", 2, True),
        TableColumn(
            "inputs",
            "With inputs",
            "Share right where a, b and c may be answers too: mostly one of them is nearest",
            9,
            True,
        ),
    ]
    found += [
        TableColumn(each, each, f"Share right, by {each}", 8 if other else 5, True)
        for each in methods
        if each != method
    ]
    if other:
        found += [
            TableColumn(
                "other", "Other", f"Share right in {other}, of questions asked of both", 0, True
            ),
            TableColumn("change", "Change", f"{other} against this set, in percentage points", 1),
            TableColumn(
                "alone",
                "Gained / lost",
                f"Right in {other} alone, and right in this set alone: McNemar's c and b",
                6,
            ),
            TableColumn(
                "p",
                "p",
                "McNemar's exact test: how likely so large a difference is between two sets that "
                "are equally good; over the sections corrected by Holm's method",
                1,
            ),
        ]
    return found


def lines_of(
    method: Method,
    reports: Mapping[Method, BenchmarkReport],
    compared: ComparedSets | None,
) -> list[TableLine]:
    """Return a line for all questions, for each kind, and for each section."""
    report = reports[method]
    counts = {} if compared is None else compared.counts
    others = {name: dict(_tallies(each)) for name, each in reports.items() if name != method}
    found = []
    for key, tally in _tallies(report):
        cells = _cells_of(tally)
        for name, tallies in others.items():
            if key in tallies:
                cells[name] = _share(tallies[key].accuracy, tallies[key].total)
        if key in counts:
            cells |= _cells_compared(counts[key])
        title = _TITLES.get(key, tally.name.capitalize() if key.startswith(": ") else tally.name)
        found.append(TableLine(key, title, cells, is_total=key.startswith(": ")))
    return found


def _tallies(report: BenchmarkReport) -> Iterator[tuple[str, Tally]]:
    """Yield the totals and the sections with their keys; of sections of one name, the first."""
    yield ALL, report.whole
    for kind in report.kinds:
        yield f": {kind.name}", kind
    seen = set()
    for tally in report.tallies:
        if tally.name not in seen:
            seen.add(tally.name)
            yield tally.name, tally


def _cells_of(tally: Tally) -> dict[str, Cell]:
    return {
        "correct": _count(tally.correct),
        "asked": _count(tally.total),
        "skipped": _count(tally.skipped),
        "top1": _share(tally.accuracy, tally.total),
        "top5": _share(tally.top5_accuracy, tally.total),
        "inputs": _share(tally.accuracy_with_inputs, tally.total),
    }


def _cells_compared(counts: SectionComparison) -> dict[str, Cell]:
    change = 100 * counts.difference
    color = {1: "after", -1: "before", 0: "text"}[way_of(counts)]
    signed = number_text(change, 1)
    signed = signed if change < 0 or not signed.strip("0.") else f"+{signed}"
    p = counts.adjusted_p_value
    return {
        "other": _share(counts.second_accuracy, counts.n_both),
        "change": Cell(signed if counts.n_both else "–", change, color=color),
        "alone": Cell(
            f"{counts.n_second_alone:,} / {counts.n_first_alone:,}",
            float(counts.n_second_alone - counts.n_first_alone),
        ),
        "p": Cell(p_text(p) if counts.n_both else "–", p, color=color),
    }


def _count(value: int) -> Cell:
    return Cell(f"{value:,}", float(value))


def _share(share: float, total: int) -> Cell:
    if not total:
        return Cell("–", -1.0)
    # "99.96 %" would pretend that it matters.
    text = f"{min(100 * share, 99.9):.1f} %" if 0.995 <= share < 1 else percent(share)
    return Cell(text, share)

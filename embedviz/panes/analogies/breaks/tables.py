"""Lines of the tables of the page: relations, wrong answers, and versions of the set."""

from __future__ import annotations

from collections.abc import Sequence

from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.gui.charts.numbers import number_text, percent
from embedviz.panes.analogies.breaks.measuring import MeasuredBreaks, RelationBreak, Shares
from embedviz.panes.analogies.breaks.words import ADDS_LITTLE, FAILS, verdict
from embedviz.panes.analogies.line_table import Cell, TableColumn, TableLine

MOST_WRONG = 200
"""Wrong answers of a relation that are listed, those of the most frequent words first."""

_SHARES = (
    TableColumn("right", "Right", "Right answers by b − a + c, inputs left out", 0, is_share=True),
    TableColumn(
        "neighbor", "c alone", "Right answers by the nearest neighbor of c", 1, is_share=True
    ),
    TableColumn("gain", "Offset adds", "Points that the offset adds to the neighbor of c", 2),
    TableColumn("inputs", "Inputs let in", "Right answers where the inputs may answer", 4),
)
RELATION_COLUMNS = (
    TableColumn("name", "Relation", "Click: its wrong answers"),
    *_SHARES,
    TableColumn(
        "between", "Offsets", "Mean angle between two offsets of the relation: 90° is chance", 3
    ),
    TableColumn("pairs", "Pairs", "How many of its pairs are in this set", 6),
    TableColumn("verdict", "", "Fails: less than half is right", 5),
)
WRONG_COLUMNS = (
    TableColumn("name", "Question", "Click: why it fails"),
    TableColumn("expected", "Expected", "The answer that the relation gives"),
    TableColumn("answer", "Nearest", "The nearest row of b − a + c that is not an input"),
    TableColumn("neighbor", "Of c alone", "The nearest neighbor of c that is not an input", 1),
)
SET_COLUMNS = (TableColumn("name", "Set", "Open sets with the same rows"), *_SHARES)


def relation_lines(measured: MeasuredBreaks) -> list[TableLine]:
    """Return a line for each relation, those first of which the fewest answers are right."""
    order = sorted(
        measured.relations,
        key=lambda each: (each.shares.n_questions == 0, each.shares.of("offset")),
    )
    return [_relation_line(each) for each in order]


def _relation_line(relation: RelationBreak) -> TableLine:
    said, between = verdict(relation), relation.offsets.between
    cells = {
        **_share_cells(relation.shares),
        "pairs": Cell(f"{relation.n_pairs:,}", relation.n_pairs),
        "between": Cell(
            "–" if between != between else f"{between:.0f}°",
            between if between == between else -1.0,
        ),
        "verdict": Cell(said, -relation.shares.of("offset"), color=_COLORS.get(said, "muted")),
    }
    return TableLine(relation.name, one_line(relation.name), cells)


_COLORS = {"fails": "lost", "by the offset": "new"}


def _share_cells(shares: Shares) -> dict[str, Cell]:
    if not shares.n_questions:
        return {}
    right, gain = shares.of("offset"), shares.gain
    asked = f"of {shares.n_questions:,} questions"
    return {
        "right": Cell(
            percent(right), right, f"{percent(right)} {asked}", "lost" if right < FAILS else "text"
        ),
        "neighbor": Cell(percent(shares.of("neighbor")), shares.of("neighbor")),
        "gain": Cell(
            f"{'+' if gain > 0 else ''}{number_text(100 * gain, 0)}",
            gain,
            color="lost" if gain < ADDS_LITTLE else "text",
        ),
        "inputs": Cell(
            percent(shares.of("with inputs")),
            shares.of("with inputs"),
            f"The nearest row is a word of the question for {percent(shares.nearest_input)}",
        ),
    }


def wrong_lines(measured: MeasuredBreaks, relation: RelationBreak) -> list[TableLine]:
    """Return a line for each wrong answer of a relation."""
    labels, lines = measured.wanted.vector_set.labels, []
    for number in relation.wrong[:MOST_WRONG].tolist():
        a, b, c, expected = (one_line(labels[row]) for row in measured.couples.rows[number])
        answer, neighbor = (measured.answers[number, way] for way in (0, 2))
        cells = {
            "expected": Cell(expected),
            "answer": Cell(_label(measured.wanted.vector_set, answer), color="lost"),
            "neighbor": Cell(_label(measured.wanted.vector_set, neighbor), color="muted"),
        }
        lines.append(TableLine(str(number), f"{a} : {b} :: {c} : ?", cells))
    return lines


def _label(vector_set: VectorSet, row: int) -> str:
    return "–" if row < 0 else one_line(vector_set.labels[row])


def set_lines(measured: MeasuredBreaks) -> list[TableLine]:
    """Return a line for the set, and one for each other set that was measured."""
    found: Sequence[tuple[VectorSet, Shares]] = [
        (measured.wanted.vector_set, measured.shares),
        *((each, shares) for each, shares, _ in measured.others),
    ]
    return [
        TableLine(str(place), one_line(each.name or "vectors"), _share_cells(shares), not place)
        for place, (each, shares) in enumerate(found)
    ]

"""Lines of the table of pairs: agreement, length, and what the other pairs find."""

from __future__ import annotations

import math

import numpy as np

from embedviz.core.arrays import Rows
from embedviz.core.wording import one_line
from embedviz.gui.charts.numbers import number_text
from embedviz.panes.analogies.relation.lists.cell_table import Cell, CellLine
from embedviz.panes.analogies.relation.measuring import MeasuredRelation
from embedviz.panes.analogies.relation.settings import RelationSettings
from embedviz.panes.analogies.relation.strips import ColorScale


def pair_order(measured: MeasuredRelation, settings: RelationSettings) -> Rows:
    """Return the pairs in the order of the table; what is not known comes last."""
    if settings.sorted_by == "pair":
        names = [f"{first}\0{second}".casefold() for first, second in measured.labels]
        order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.intp)
        return order[::-1] if settings.worst_first else order
    keys = {
        "agreement": -measured.agreements,
        "length": -measured.lengths,
        "rank": measured.ranks,
    }[settings.sorted_by]
    keys = -keys if settings.worst_first else keys
    # By agreement where equal, as most ranks are.
    return np.lexsort((-measured.agreements, np.where(np.isnan(keys), np.inf, keys)))


def pair_lines(
    measured: MeasuredRelation, order: Rows, scale: ColorScale, current: int = -1
) -> list[CellLine]:
    """Return a line for each pair.

    Parameters
    ----------
    measured : MeasuredRelation
    order : int array
        Pairs, the first line first.
    scale : ColorScale
        Of the arrows.
    current : int
        The pair that is the question of the pane; -1: none.
    """
    return [
        CellLine(pair, _cells(measured, pair, scale), is_current=pair == current)
        for pair in order.tolist()
    ]


def _cells(measured: MeasuredRelation, pair: int, scale: ColorScale) -> tuple[Cell, ...]:
    tip = describe_pair(measured, pair)
    agreement, length = float(measured.agreements[pair]), float(measured.lengths[pair])
    name = " → ".join(one_line(end) for end in measured.labels[pair])
    return (
        Cell(name, tip, color=scale.color(float(scale.values[pair]))),
        Cell(number_text(agreement), tip),
        Cell("–" if math.isnan(length) else f"{number_text(length)}×", tip, "quiet"),
        _found(measured, pair, tip),
    )


def _found(measured: MeasuredRelation, pair: int, tip: str) -> Cell:
    answer = measured.answer(pair)
    if answer is None:
        return Cell("…" if measured.measures is None else "–", tip, "quiet")
    if answer.is_right:
        return Cell(f"✓ {one_line(answer.label)}", tip, "good")
    return Cell(f"✗ {answer.rank:,} · {one_line(answer.label)}", tip, "bad")


def describe_pair(measured: MeasuredRelation, pair: int) -> str:
    """Return all that is known of a pair, in words."""
    first, second = (one_line(end) for end in measured.labels[pair])
    said = [f"{first} → {second}"]
    agreement, length = float(measured.agreements[pair]), float(measured.lengths[pair])
    if not math.isnan(agreement):
        said.append(f"agreement with the others {number_text(agreement)}")
    if not math.isnan(length):
        said.append(f"{number_text(length)} × as long as the others")
    answer = measured.answer(pair)
    if answer is not None and answer.is_right:
        said.append(f"the others find “{one_line(answer.label)}”")
    elif answer is not None:
        said.append(
            f"the others find “{one_line(answer.label)}”, and “{second}” at rank {answer.rank:,}"
        )
    return " · ".join(said)

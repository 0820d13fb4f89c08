"""Lines of the table of all relations of a set, sorted by consistency."""

from __future__ import annotations

import math
from collections.abc import Sequence

from embedviz.core.analogies.significance import SIGNIFICANT
from embedviz.core.wording import one_line
from embedviz.gui.charts.numbers import number_text
from embedviz.panes.analogies.relation.lists.cell_table import CellLine, TableCell, Tone
from embedviz.panes.analogies.relation.lists.columns import RELATION_COLUMNS
from embedviz.panes.analogies.relation.measuring import MeasuredRelation
from embedviz.panes.analogies.relation.offered import OfferedRelation
from embedviz.panes.analogies.relation.words import describe_relation, p_text


def relation_lines(
    offered: Sequence[OfferedRelation],
    measured: Sequence[MeasuredRelation | None],
    corrected: Sequence[float],
    shown: OfferedRelation | None,
) -> list[CellLine]:
    """Return a line for each relation, the most consistent first, then those not measured yet.

    Parameters
    ----------
    offered : sequence of OfferedRelation
    measured : sequence of MeasuredRelation or None
        What is known of each so far.
    corrected : sequence of float
        Corrected p values; NaN where there is none.
    shown : OfferedRelation or None
        The one that is drawn.
    """
    order = sorted(range(len(offered)), key=lambda place: _key(measured[place]))
    return [
        CellLine(
            place,
            _cells(offered[place], measured[place], corrected[place]),
            is_current=offered[place] == shown,
        )
        for place in order
    ]


def _key(measured: MeasuredRelation | None) -> tuple[bool, float]:
    consistency = math.nan if measured is None else measured.consistency
    return math.isnan(consistency), -consistency if not math.isnan(consistency) else 0.0


def _cells(
    offered: OfferedRelation, measured: MeasuredRelation | None, corrected: float
) -> tuple[TableCell, ...]:
    name = one_line(offered.name)
    if measured is None:
        return TableCell(name, tone="quiet"), *(
            TableCell("…", tone="quiet") for _ in RELATION_COLUMNS[1:]
        )
    tip = f"{name}\n{describe_relation(measured)}"
    measures = measured.measures
    assert measures is not None  # The table has what is known to its end.
    share = measures.accuracy
    p_tone: Tone = "" if corrected < SIGNIFICANT else "quiet"
    return (
        TableCell(name, tip),
        TableCell(f"{len(measured.labels):,}", tip, "quiet"),
        TableCell(number_text(measured.consistency), tip),
        TableCell(number_text(measures.pairing.value), tip, "quiet"),
        TableCell(p_text(corrected), tip, p_tone),
        TableCell("–" if math.isnan(share) else f"{100 * share:.0f} %", tip),
    )

"""Columns of the lists."""

from __future__ import annotations

from embedviz.panes.analogies.relation.lists.cell_table import CellColumn
from embedviz.panes.analogies.relation.settings import SortedBy

PAIR_COLUMNS = (
    CellColumn("Pair", "The two words; a click asks them as an analogy"),
    CellColumn(
        "Agrees",
        "Agreement: cosine of the offset of this pair with the mean offset of the others",
        "−0.000",
        is_number=True,
    ),
    CellColumn(
        "Length",
        "Length of the offset of this pair against the mean length of the others",
        "0.00×",
        is_number=True,
        need=2,
    ),
    CellColumn(
        "Found",
        "What the first word plus the mean offset of the other pairs finds; where it is wrong, "
        "first the rank of the right word",
        "✗ 00 · mmmm",
        need=1,
    ),
)
SORTS: tuple[SortedBy, ...] = ("pair", "agreement", "length", "rank")
"""What a click on the head of each column sorts by."""

RELATION_COLUMNS = (
    CellColumn("Relation", "A click shows its pairs"),
    CellColumn("Pairs", "Pairs whose words the set has", "0,000", is_number=True, need=3),
    CellColumn(
        "Consist.",
        "Consistency: mean cosine of the offsets of two pairs; the table is sorted by it",
        "−0.00",
        is_number=True,
    ),
    CellColumn(
        "AUC",
        "Pairing consistency: how often the offsets of two pairs are more alike than those of two "
        "shuffled pairs; 0.5 is chance",
        "0.00",
        is_number=True,
        need=2,
    ),
    CellColumn(
        "p",
        "Share of shuffled pairs that are as consistent, corrected for how many relations are "
        "tested; in large steps where pairs are few, and too large where shuffles are equal",
        "0.0000",
        is_number=True,
        need=1,
    ),
    CellColumn(
        "Found",
        "Pairs for which the mean offset of the others finds the second word",
        "100 %",
        is_number=True,
    ),
)

"""What the tables of the pages have in common: columns that are left out, and larger text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QTableView

from embedviz.gui.theme import CAPTION_PIXELS


def columns_left_out(widths: Sequence[int], needs: Sequence[int], room: int) -> set[int]:
    """Return the places of the columns for which there is no room.

    Parameters
    ----------
    widths : sequence of int
        What each column wants, in pixels.
    needs : sequence of int
        Those with a larger number go first, of equals the one farther right; 0 stays.
    room : int
    """
    left_out: set[int] = set()
    for place in sorted(range(len(widths)), key=lambda i: (-needs[i], -i)):
        if sum(width for i, width in enumerate(widths) if i not in left_out) <= room:
            break
        if needs[place]:
            left_out.add(place)
    return left_out


def scale_text(table: QTableView, row_height: int, scale: float) -> None:
    """Make room for larger text in the lines and the heads of a table."""
    table.verticalHeader().setDefaultSectionSize(round(row_height * scale))
    # The style sheet of the window has a size of its own for heads.
    rule = f"QHeaderView::section {{ font-size: {round(CAPTION_PIXELS * scale)}px; }}"
    table.horizontalHeader().setStyleSheet("" if scale == 1 else rule)

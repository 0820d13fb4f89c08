"""Adding pairs of rows to the shown set: from a file, a column, or their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QInputDialog

from embedviz.app.first_color import first_color
from embedviz.app.judged_pairs import (
    describe_pairs,
    describe_unmatched,
    pairing_columns,
    pairs_of_column,
    pairs_of_halves,
    with_pairs,
)
from embedviz.core.errors import UserError
from embedviz.core.matching import share_rows
from embedviz.core.pairs import Pairs, load_pairs, names_pairs
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.host import Host

TIP = "Rows that belong together, maybe with a score, from a second file"
COLUMN_TIP = "Rows with the same value belong together"
HALVES_TIP = "Row i and row i + n/2 belong together"
_KINDS = "Pairs (*.tsv *.csv *.jsonl *.json *.txt);;All files (*)"


def add_pairs(window: Host) -> None:
    """Ask for a file of pairs, and add them to the shown set."""
    active = window.session.state.active
    if active is None:
        window.message_bar.show_message(
            "Open a file of vectors first; pairs of its rows are then read from a second file."
        )
        return
    path, _ = QFileDialog.getOpenFileName(window.widget, "Pairs of rows", "", _KINDS)
    if path:
        _add(window, active, path)


def by_column(window: Host) -> None:
    """Ask for a column, and add pairs of rows that have the same value in it."""
    active = window.session.state.active
    if active is None:
        window.message_bar.show_message("Open a file of vectors with a column of metadata first.")
        return
    columns = pairing_columns(active)
    if not columns:
        window.message_bar.show_message(
            f"{active.name or 'The set'} has no column whose values rows could share. Add one by "
            "File → Add Labels or Metadata…"
        )
        return
    usual = first_color(active)
    column, accepted = QInputDialog.getItem(
        window.widget,
        "Pairs from a column",
        "Rows belong together that have the same",
        columns,
        columns.index(usual) if usual in columns else 0,
        False,
    )
    if accepted:
        window.message_bar.clear()
        work = partial(_paired, active, column)
        window.writing.run(work, partial(_show, window, active, f"of rows with the same {column}"))


def of_halves(window: Host) -> None:
    """Add the pairs of row i and row i + n/2, where there is an even number of rows."""
    active = window.session.state.active
    if active is None:
        window.message_bar.show_message(
            "Open a file of vectors first, whose second half belongs to the first, row by row."
        )
        return
    try:
        pairs = pairs_of_halves(active)
    except UserError as error:
        window.message_bar.show_message(str(error))
    else:
        window.message_bar.clear()
        _show(window, active, "of the two halves", pairs)


def _paired(vector_set: VectorSet, column: str, report: Report) -> Pairs:
    """Pair rows by a column. Runs off the UI thread."""
    return pairs_of_column(vector_set, column, report)


def take_pairs(window: Host, paths: Sequence[str]) -> bool:
    """Add a file that was dropped to the shown set, where it begins with pairs of its labels.

    Returns
    -------
    bool
        Whether that is what it is; else it is to be opened.
    """
    active = window.session.state.active
    if active is None or len(paths) != 1 or not names_pairs(active, paths[0]):
        return False
    _add(window, active, paths[0])
    return True


def _add(window: Host, vector_set: VectorSet, path: str) -> None:
    window.message_bar.clear()
    show = partial(_show, window, vector_set, f"from {Path(path).name}")
    window.writing.run(partial(_load, vector_set, path), show)


def _load(vector_set: VectorSet, path: str, report: Report) -> Pairs:
    """Read a file of pairs. Runs off the UI thread."""
    return load_pairs(vector_set, path, report)


def _show(window: Host, vector_set: VectorSet, which: str, pairs: Pairs) -> None:
    """Keep the pairs with the first set that has their rows, and say what did not match."""
    state = window.session.state
    owner = next((each for each in state.sets if share_rows(each, vector_set)), None)
    if owner is None:  # It was closed meanwhile.
        return
    window.session.show(replace(state, pairs=with_pairs(state.pairs, owner, pairs)))
    window.statusBar().showMessage(f"{describe_pairs(pairs)} {which}", 6000)
    said = describe_unmatched(pairs)
    if said:
        window.message_bar.show_message(f"{pairs.name}: {describe_pairs(pairs)}. {said}")

"""Adding pairs of rows to the shown set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QFileDialog

from embedviz.app.judged_pairs import describe_pairs, describe_unmatched, with_pairs
from embedviz.core.matching import share_rows
from embedviz.core.pairs import Pairs, load_pairs, names_pairs
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.host import Host

TIP = "Rows that belong together, maybe with a score, from a second file"
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
    window.writing.run(partial(_load, vector_set, path), partial(_show, window, vector_set))


def _load(vector_set: VectorSet, path: str, report: Report) -> Pairs:
    """Read a file of pairs. Runs off the UI thread."""
    return load_pairs(vector_set, path)


def _show(window: Host, vector_set: VectorSet, pairs: Pairs) -> None:
    """Keep the pairs with the first set that has their rows, and say what did not match."""
    state = window.session.state
    owner = next((each for each in state.sets if share_rows(each, vector_set)), None)
    if owner is None:  # It was closed meanwhile.
        return
    window.session.show(replace(state, pairs=with_pairs(state.pairs, owner, pairs)))
    window.statusBar().showMessage(f"{describe_pairs(pairs)} from {pairs.name}", 6000)
    said = describe_unmatched(pairs)
    if said:
        window.message_bar.show_message(f"{pairs.name}: {describe_pairs(pairs)}. {said}")

"""Actions on texts: embedding a file or a column, and naming the encoder of a set."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from embedviz.app.judged_pairs import with_pairs
from embedviz.core.errors import UserError
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.host import Host
from embedviz.sources.consent import Ask
from embedviz.sources.texts.dropout_views import DropoutViews, dropout_views, views_of

_KINDS = (
    "Tables and lists of texts (*.csv *.tsv *.txt *.jsonl *.json *.parquet *.feather *.arrow);;"
)


def embed_file(window: Host) -> None:
    """Ask for a table or a list of texts, and which column of it to embed."""
    path, _ = QFileDialog.getOpenFileName(
        window.widget, "Texts to embed", "", f"{_KINDS}All files (*)"
    )
    if path:
        window.message_bar.clear()
        window.embeddings.ask_about_file(Path(path))


def embed_column(window: Host) -> None:
    """Ask which column of the shown set to embed."""
    active = window.session.state.active
    if active is None:
        window.message_bar.show_message(
            "Open a set first, whose labels or column of metadata are to be embedded; or choose "
            "File → Embed Texts… for a file."
        )
        return
    window.message_bar.clear()
    window.embeddings.ask_about_set(active)


def set_encoder(window: Host) -> None:
    """Ask which model made the vectors of the shown set."""
    active = window.session.state.active
    if active is None:
        window.message_bar.show_message("Open a file of vectors first; then say what made them.")
        return
    window.message_bar.clear()
    window.embeddings.name_encoder(active)


def make_dropout_views(window: Host) -> None:
    """Encode the texts of the shown set twice with dropout, and open both views as pairs."""
    active = window.session.state.active
    if active is None:
        window.message_bar.show_message("Open a set of texts first.")
        return
    window.message_bar.clear()
    try:
        step = views_of(active)
    except UserError as error:
        window.message_bar.show_message(str(error))
        return
    work = partial(_views, active, step, window.embeddings.consent)
    window.writing.run(work, partial(_show_views, window))


def _views(vector_set: VectorSet, step: DropoutViews, ask: Ask, report: Report) -> VectorSet:
    """Encode texts twice. Runs off the UI thread."""
    made = dropout_views(vector_set, step, ask, report)
    made.index_labels()
    return made


def _show_views(window: Host, made: VectorSet) -> None:
    """Show both views, with the pairs that they are."""
    state = window.session.state.opened(made)
    pairs = Pairs.halves(len(made), "two dropout views")
    window.session.show(replace(state, pairs=with_pairs(state.pairs, made, pairs)))
    window.statusBar().showMessage(
        f"{len(pairs):,} pairs of views: the Contrastive pane trains on them", 6000
    )

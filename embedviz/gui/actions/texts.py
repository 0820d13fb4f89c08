"""Actions on texts: embedding a file or a column, and naming the encoder of a set."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from embedviz.gui.host import Host

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

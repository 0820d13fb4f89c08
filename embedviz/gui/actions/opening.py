"""Actions that open files and bundled sets, and where vectors come from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from embedviz.app.pairing import describe_with
from embedviz.core.origin import ReadSettings
from embedviz.gui.host import Host


def open_files(window: Host) -> None:
    """Ask for files, show what is in each of them, and open them."""
    from embedviz.formats import known_suffixes

    known = " ".join(f"*{suffix}" for suffix in known_suffixes())
    filters = f"Vectors ({known});;All files (*)"
    paths, _ = QFileDialog.getOpenFileNames(window.widget, "Open vectors", "", filters)
    window.message_bar.clear()
    window.open_paths(paths, asks=True)


def open_folder(window: Host) -> None:
    """Ask for a folder of parts, show what is in it, and open it as one set."""
    path = QFileDialog.getExistingDirectory(window.widget, "Open a folder of Parquet or Arrow")
    window.message_bar.clear()
    window.open_paths([path] if path else [], asks=True)


def open_words(window: Host) -> None:
    """Open the bundled words of layer 2."""
    window.opener.open_sample("words")


def open_final_words(window: Host) -> None:
    """Open the bundled words of the final output."""
    window.opener.open_sample("words-final")


def open_nested_words(window: Host) -> None:
    """Open the bundled words of layer 2, made nested."""
    window.opener.open_sample("words-nested")


def open_wordllama_words(window: Host) -> None:
    """Open the bundled words as WordLlama encodes them."""
    window.opener.open_sample("words-wordllama")


def open_sentences(window: Host) -> None:
    """Open the bundled sentences of layer 5."""
    window.opener.open_sample("sentences")


def open_final_sentences(window: Host) -> None:
    """Open the bundled sentences of the final output."""
    window.opener.open_sample("sentences-final")


def open_digits(window: Host) -> None:
    """Open scikit-learn's handwritten digits."""
    window.opener.open_sample("digits")


def train_words(window: Host) -> None:
    """Show the pane in which word vectors are trained."""
    window.bring_to_front("training")


def add_labels(window: Host) -> None:
    """Ask for a file of labels or metadata, and open the shown file again with it."""
    active = window.session.state.active
    if active is None or not active.root.path:
        window.message_bar.show_message(
            "Open a file of vectors first; labels are then read from a second file."
        )
        return
    path, _ = QFileDialog.getOpenFileName(
        window.widget,
        "Labels or metadata, one line per row",
        "",
        "Text (*.txt *.tsv *.csv);;All files (*)",
    )
    if path:
        opened = active.root.opened
        wanted = describe_with(Path(active.root.path), Path(path))
        settings = ReadSettings() if opened is None else opened.settings
        window.open_files([replace(wanted, settings=settings)])

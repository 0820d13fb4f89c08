"""Actions on sessions: asking where to save one, and which one to open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from embedviz.app.files.session.contents import SUFFIX
from embedviz.app.files.session.writing import can_be_kept
from embedviz.app.files.settings import read_settings
from embedviz.app.state import State
from embedviz.gui.host import Host

_KINDS = f"Sessions (*{SUFFIX});;All files (*)"


def ask_to_save(window: Host) -> None:
    """Ask where to, and save what is open as a session."""
    state = window.session.state
    if not any(map(can_be_kept, state.sets)):
        told = "Open a file of vectors first." if not state.sets else _only_in_memory(state)
        window.message_bar.show_message(told)
        return
    folder = Path(read_settings().folder)
    path, _ = QFileDialog.getSaveFileName(
        window.widget, "Save session", str(folder / f"session{SUFFIX}"), _KINDS
    )
    if path:
        written = Path(path)
        window.files.save(written if written.suffix else written.with_name(written.name + SUFFIX))


def ask_to_open(window: Host) -> None:
    """Ask for a session and open it."""
    path, _ = QFileDialog.getOpenFileName(
        window.widget, "Open session", read_settings().folder, _KINDS
    )
    if path:
        window.files.open(Path(path))


def _only_in_memory(state: State) -> str:
    names = ", ".join(each.name or "unnamed" for each in state.sets)
    return (
        f"A session holds the places of files, but {names} "
        f"{'is' if len(state.sets) == 1 else 'are'} only in memory. Save vectors as a file and "
        "open that first."
    )

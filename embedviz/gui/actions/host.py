"""Interface of the window that actions are done in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QDockWidget

from embedviz.app.tasks import Task
from embedviz.gui.pane import Pane
from embedviz.gui.panels.library import LibraryPanel
from embedviz.gui.sessions.controller import SessionFiles
from embedviz.gui.sessions.host import SessionHost
from embedviz.gui.window.talk import TalkWindow


class Host(SessionHost, Protocol):
    """A window, as actions see it.

    Attributes
    ----------
    files : SessionFiles
    docks : dict of str to QDockWidget
        By the names of their panes.
    library : LibraryPanel
    writing : Task
        Writes files, and makes sets of rows.
    talk : TalkWindow or None
        The one that has borrowed a pane.
    """

    files: SessionFiles
    docks: dict[str, QDockWidget]
    library: LibraryPanel
    writing: Task
    talk: TalkWindow | None

    @property
    def active_pane(self) -> Pane:
        """The pane in view that has the focus, or else the first in view."""

    @property
    def map_in_use(self) -> Pane:
        """The map that shows the active set."""

    def open_paths(self, paths: Sequence[str | Path], *, asks: bool = False) -> None:
        """Open files, or a session, where wanted after a look at what is in them."""

    def show_beside(self, name: str) -> None:
        """Put a pane to the right of the others, or back among them."""

"""Interface of the window that sessions are saved from and opened in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtWidgets import QStatusBar, QWidget

from embedviz.app.pairing import OpenRequest
from embedviz.app.session import Session
from embedviz.gui.opening.loader import Opener
from embedviz.gui.pane import Pane
from embedviz.gui.widgets.message_bar import MessageBar
from embedviz.gui.window.dock_layout import DockLayout


class SessionHost(Protocol):
    """A window, as sessions see it.

    Attributes
    ----------
    session : Session
    message_bar : MessageBar
    opener : Opener
    dock_layout : DockLayout
    panes : list of Pane
    """

    session: Session
    message_bar: MessageBar
    opener: Opener
    dock_layout: DockLayout
    panes: list[Pane]

    @property
    def widget(self) -> QWidget:
        """The window itself, which dialogs belong to."""

    def statusBar(self) -> QStatusBar:  # noqa: N802 - Qt's name
        """Return where it is said what was done."""

    def open_files(self, files: Sequence[OpenRequest]) -> None:
        """Open files, and show what cannot be opened in the bar at the top."""

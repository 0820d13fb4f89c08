"""Questions about files, one after the other: a queue, and the dialog on the screen."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from embedviz.app.pairing import OpenRequest
from embedviz.gui.opening.dialog import OpenDialog
from embedviz.gui.opening.loader import Opener


class OpenDialogs(QObject):
    """Queue of dialogs about files; what is decided in one is opened by the opener.

    Parameters
    ----------
    opener : Opener
        Says which files are to be asked about, and shows what was read.
    window : QWidget
        Has the dialogs.

    Attributes
    ----------
    session : Session
    dialog : OpenDialog or None
        The one on the screen, or at work behind it.
    """

    def __init__(self, opener: Opener, window: QWidget) -> None:
        super().__init__(window)
        self.session = opener.session
        self._opener, self._window = opener, window
        self._waiting: list[OpenRequest] = []
        self.dialog: OpenDialog | None = None
        opener.undecided.connect(self.ask)

    def ask(self, request: OpenRequest) -> None:
        """Ask about a file, after those that are being asked about."""
        self._waiting.append(request)
        self._next()

    def close(self) -> None:
        """Ask nothing any more."""
        self._waiting.clear()
        if self.dialog is not None:
            self.dialog.reject()

    def _next(self) -> None:
        if self.dialog is None and self._waiting:
            request = self._waiting.pop(0)
            self.dialog = OpenDialog(request, self.session, self._window)
            self.dialog.ready.connect(lambda opened: self._opener.show(opened, request))
            self.dialog.ended.connect(self._on_ended)
            self.dialog.begin()

    def _on_ended(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
        self._next()

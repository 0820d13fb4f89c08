"""Failures of the program itself: a log entry, one dialog, and it goes on."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

log = logging.getLogger("embedviz")


def log_path() -> Path:
    """Return where errors are written down."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
    return Path(folder) / "embedviz.log"


class FailureHandler(QObject):
    """Handler of every error that nothing else caught, in the UI thread and in others.

    Signals
    -------
    caught : (str, str)
        The last line of an error, and all of it. Emitted in the thread of the error, received
        in the UI thread.
    """

    caught = Signal(str, str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.dialog: QMessageBox | None = None
        self.caught.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Begin to catch, and to write the log."""
        path = log_path()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
            handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
            log.addHandler(handler)
        except OSError:
            pass  # A home that cannot be written to is not a reason not to run.
        sys.excepthook = self.handle
        threading.excepthook = lambda args: self.handle(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

    def handle(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Write an error to the log and show it."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        log.error(text)
        if sys.stderr is not None:  # As it is in a program without a console.
            sys.stderr.write(text)
        self.caught.emit(f"{kind.__name__}: {error}", text)

    def _show(self, summary: str, text: str) -> None:
        if self.dialog is not None:  # One at a time: a failing paint event would open hundreds.
            return
        self.dialog = QMessageBox(self._window)
        self.dialog.setIcon(QMessageBox.Icon.Warning)
        self.dialog.setWindowTitle("embedviz")
        self.dialog.setText("Something went wrong inside embedviz. Your files are untouched.")
        self.dialog.setInformativeText(f"{summary}\n\nYou can go on. Details are in\n{log_path()}")
        self.dialog.setDetailedText(text)
        self.dialog.setModal(False)
        self.dialog.finished.connect(self._on_closed)
        self.dialog.show()

    def _on_closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

"""The end of the window by a signal: as when its user closes it.

Python calls what handles a signal only between two steps of its own, and while Qt waits for the
next event it takes none. So the number of the signal goes through a pipe, which Qt listens to as
to anything else. Windows has no such signals, but for Ctrl+C, which stays as it is there.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier
from PySide6.QtWidgets import QApplication, QWidget

NAMES = ("SIGTERM", "SIGINT", "SIGHUP")
"""What asks a program to end: at the end of a desktop's session, by
Ctrl+C, when the terminal is closed."""


class EndBySignal(QObject):
    """Watch for signals that end the program: the window is closed, and what it had is kept.

    Parameters
    ----------
    window : QWidget
        Closed at the first signal.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self._window = window
        self._read, self._write = os.pipe()
        for end in (self._read, self._write):
            os.set_blocking(end, False)
        self._notifier = QSocketNotifier(self._read, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)
        self._before: dict[int, Any] = {}

    def install(self) -> None:
        """Take over the signals of this process; needs its main thread."""
        self._wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for name in NAMES:
            number: int = getattr(signal, name)
            # Who started it may have wanted it to outlive the terminal, as `nohup` does.
            if signal.getsignal(number) != signal.SIG_IGN:
                self._before[number] = signal.signal(number, lambda *_: None)

    def remove(self) -> None:
        """Give the signals back."""
        if self._before:
            signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()
        self._notifier.setEnabled(False)
        os.close(self._read)
        os.close(self._write)

    def _on_signal(self) -> None:
        try:
            numbers = os.read(self._read, 4096)
        except OSError:  # Nothing there after all.
            return
        if not self._before.keys() & set(numbers):  # One that somebody else handles.
            return
        # A dialog in front waits in an event loop of its own, which would keep the window.
        while (dialog := QApplication.activeModalWidget()) is not None:
            if not dialog.close():
                break
        with suppress(RuntimeError):  # It has gone by itself.
            self._window.close()
        QCoreApplication.exit(0)

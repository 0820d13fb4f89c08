"""The random user, and what must not come of it: errors, tasks that never end, kept memory."""

import gc
import random
import sys
import threading
import time
import traceback
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QMessageBox

from embedviz.app.tasks import THREAD_NAME

from .steps import KEYS, STEPS, ConsentDialog, close_dialogs, dialogs_of

_NOBODY_ANSWERS = {
    QFileDialog: {
        "getOpenFileName": ("", ""),
        "getOpenFileNames": ([], ""),
        "getSaveFileName": ("", ""),
        "getExistingDirectory": "",
    },
    QInputDialog: {
        "getInt": (1, False),
        "getItem": ("", False),
        "getText": ("", False),
        "getDouble": (0.0, False),
    },
    QMessageBox: {
        "about": None,
        "question": QMessageBox.StandardButton.No,
        "warning": QMessageBox.StandardButton.Ok,
        "information": QMessageBox.StandardButton.Ok,
    },
    QDesktopServices: {"openUrl": False},
}
"""What would wait for somebody, and what is answered."""
_LONGEST_WAIT = 120
_REMEMBERED = 25


@dataclass(order=True, frozen=True)
class Stall:
    """Time between two turns of the loop of events.

    Attributes
    ----------
    seconds : float
        As a user waits, also for other programs.
    computed : float
        Of them, those in which this thread had a processor.
    step : str
        What was done.
    """

    seconds: float = 0.0
    computed: float = 0.0
    step: str = ""


class RandomUser:
    """User of a window who does whatever the random numbers say.

    Attributes
    ----------
    errors : list of str
        What was raised, in slots, events and threads.
    lately : deque of str
        The last steps.
    stall : Stall
        The longest time for which the loop of events did not go on.
    """

    def __init__(self, window, seed):
        self.window, self.rng = window, random.Random(seed)
        self.errors, self.lately = [], deque(maxlen=_REMEMBERED)
        self.stall, self._beat = Stall(), _now()
        # Ticks in the loops of menus and dialogs too, where nothing stalls.
        self._heart = QTimer(interval=0)
        self._heart.timeout.connect(self._note_gap)
        # Menus and some dialogs run a loop of their own: someone has to go on meanwhile.
        self._popups = QTimer(interval=20)
        self._popups.timeout.connect(self._in_popup)

    def do(self, n_steps, after=lambda n: None):
        """Do so many steps, and end what they began.

        Parameters
        ----------
        n_steps : int
        after : callable
            Called with the number of each step that is done.
        """
        with self._nothing_waits(), self._errors_noted():
            self._popups.start()
            self._heart.start()
            for number in range(n_steps):
                self.step()
                after(number + 1)
                if self.errors:
                    break
            self._popups.stop()
            self._heart.stop()
            self.settle()

    def step(self):
        """Do one thing, and let the window answer."""
        step = self.rng.choice(STEPS)
        self.lately.append(step.__name__)
        self._beat = _now()
        try:
            about = step(self.window, self.rng)
        except Exception:
            self.errors.append(traceback.format_exc())
            return
        name = about.objectName() if hasattr(about, "objectName") else about
        self.lately[-1] = f"{step.__name__} {name or type(about).__name__}"
        self._note_gap()
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._note_gap()
        for dialog in dialogs_of(self.window):
            if isinstance(dialog, ConsentDialog) or self.rng.random() < 0.02:
                dialog.reject()
        if not self.window.isVisible():
            self.window.show()

    def settle(self):
        """Stop what is being calculated, close dialogs, and wait for the ends."""
        close_dialogs(self.window, self.rng)
        stage = self.window.stage
        if stage.talk is not None:
            stage.talk.close()
        self.window.session.board.stop()
        end = time.monotonic() + _LONGEST_WAIT
        while self.is_busy and time.monotonic() < end:
            QApplication.processEvents()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            self.window.session.board.stop()
            time.sleep(0.005)
        if self.is_busy:
            self.errors.append("something is still being calculated")

    @property
    def is_busy(self):
        """Whether anything is calculated, or a thread of a task is alive."""
        threads = [each for each in threading.enumerate() if each.name == THREAD_NAME]
        return self.window.session.board.current is not None or bool(threads)

    def _note_gap(self):
        now = _now()
        gap = Stall(now[0] - self._beat[0], now[1] - self._beat[1], self.lately[-1])
        self.stall, self._beat = max(self.stall, gap), now

    def _in_popup(self):
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            if self.rng.random() < 0.5:
                QTest.keyClick(popup, self.rng.choice(KEYS))
            else:
                popup.close()
        elif modal is not None and self.rng.random() < 0.2:
            modal.close()

    @contextmanager
    def _errors_noted(self):
        hooks = sys.excepthook, threading.excepthook, sys.unraisablehook

        def note(kind, value, trace, *_):
            self.errors.append("".join(traceback.format_exception(kind, value, trace)))

        sys.excepthook = note
        threading.excepthook = lambda args: note(*args[:3])
        sys.unraisablehook = lambda args: note(args.exc_type, args.exc_value, args.exc_traceback)
        try:
            yield
        finally:
            sys.excepthook, threading.excepthook, sys.unraisablehook = hooks

    @staticmethod
    @contextmanager
    def _nothing_waits():
        kept = []
        for owner, answers in _NOBODY_ANSWERS.items():
            for name, answer in answers.items():
                kept.append((owner, name, getattr(owner, name)))
                setattr(owner, name, staticmethod(lambda *_, _answer=answer, **__: _answer))
        try:
            yield
        finally:
            for owner, name, function in kept:
                setattr(owner, name, function)


def _now():
    return time.monotonic(), time.thread_time()


def memory_used():
    """Return the memory of this process that is in use, in MB, after a collection."""
    gc.collect()
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise OSError("the system does not say how much memory is used")

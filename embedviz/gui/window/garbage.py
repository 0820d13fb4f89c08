"""Collection of Python's garbage in the UI thread alone.

Python breaks up cycles in whichever thread happens to allocate one object too many. Where Qt's
objects are caught in a cycle, as those of a closed window are, that may be a thread in which a task
is at work; but Qt lets its objects be deleted in their own thread only, and else may crash.
"""

from __future__ import annotations

import gc
from time import perf_counter

from PySide6.QtCore import QObject, QTimer

_INTERVAL = 100
"""Milliseconds between two looks at what there is to collect."""
_SHARE = 0.01
"""Share of the time that collecting everything may take."""


class UiThreadCollector(QObject):
    """Collector of garbage that runs in the UI thread, as often as Python's own would.

    Parameters
    ----------
    parent : QObject
        Of the UI thread. With it, Python's own collecting begins again.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        parent.destroyed.connect(gc.enable)
        self._not_all_before = 0.0
        timer = QTimer(self)
        timer.timeout.connect(self.collect)
        timer.start(_INTERVAL)

    def collect(self) -> None:
        """Collect the oldest generation that is due, and those that are younger."""
        due = [
            count > threshold > 0
            for count, threshold in zip(gc.get_count(), gc.get_threshold(), strict=True)
        ]
        if due[2] and perf_counter() > self._not_all_before:
            begun = perf_counter()
            gc.collect()
            ended = perf_counter()
            self._not_all_before = ended + (ended - begun) / _SHARE
        elif due[1] or due[0]:
            gc.collect(1 if due[1] else 0)

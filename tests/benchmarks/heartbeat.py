"""Beats of the event loop: how late an answer to a click may come."""

from __future__ import annotations

import itertools
import time
from typing import Any

BEAT_MILLISECONDS = 5
LONG_MILLISECONDS = 20
"""More work at once than this is counted."""


class Heartbeat:
    """A timer that notes when it beats, by the clock and by the processor time of this thread.

    On a machine that others use too, a gap by the clock is no proof of a stall: how long the
    UI thread was at work in it tells whether it was the program's own.
    """

    def __init__(self) -> None:
        from PySide6.QtCore import QTimer

        self._beats: list[tuple[float, float]] = []
        self._timer: Any = QTimer(interval=BEAT_MILLISECONDS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def stop(self) -> None:
        """Beat no longer."""
        self._timer.stop()

    @property
    def gaps(self) -> list[float]:
        """By the clock, in milliseconds."""
        return [1000 * (later[0] - beat[0]) for beat, later in itertools.pairwise(self._beats)]

    @property
    def at_work(self) -> list[float]:
        """How long the thread was at work in each gap, in milliseconds."""
        return [1000 * (later[1] - beat[1]) for beat, later in itertools.pairwise(self._beats)]

    def told(self) -> str:
        """Return in words how long it was at work in the worst gap, and at most in any."""
        at_work = self.at_work
        worst = max(zip(self.gaps, at_work, strict=True))
        n_long = sum(each > LONG_MILLISECONDS for each in at_work)
        return (
            f"{worst[1]:.0f} ms at work in the worst gap, {max(at_work):.0f} at most, "
            f"{n_long} of {len(at_work)} over {LONG_MILLISECONDS}"
        )

    def _beat(self) -> None:
        self._beats.append((time.perf_counter(), time.thread_time()))

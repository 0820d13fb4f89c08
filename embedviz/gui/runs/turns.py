"""Turns: what is done less often than it could be."""

from __future__ import annotations

import time


class Turns:
    """Clock that says whether it is time again.

    Parameters
    ----------
    seconds : float
        Between two turns, at least.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds, self._last = seconds, float("-inf")

    def is_next(self) -> bool:
        """Return whether so much time has passed since it was last true."""
        now = time.perf_counter()
        if now - self._last < self._seconds:
            return False
        self._last = now
        return True

"""Progress of a download in words: how much is there, how quickly it comes, how long it takes."""

from __future__ import annotations

import time
from collections import deque

from embedviz.core.progress import Report
from embedviz.core.wording import in_words

_BETWEEN = 0.1
_WINDOW = 5.0


class Pace:
    """Teller of how far a download is, ten times a second at most.

    Parameters
    ----------
    report : Report
    total : int or None
        In bytes; None: not known.
    """

    def __init__(self, report: Report, total: int | None) -> None:
        self._report = report
        self.total = total
        self._seen: deque[tuple[float, int]] = deque()
        self._told = float("-inf")

    def restart(self, n_bytes: int) -> None:
        """Measure the rate anew, as a connection begins; told in any case, so that it can stop."""
        self._seen.clear()
        self._told = float("-inf")
        self.tell(n_bytes)

    def tell(self, n_bytes: int) -> None:
        """Report that so many bytes are there by now; raises `Cancelled` where that is wanted."""
        now = time.monotonic()
        if now - self._told < _BETWEEN:
            return
        self._told = now
        self._seen.append((now, n_bytes))
        while now - self._seen[0][0] > _WINDOW and len(self._seen) > 2:
            self._seen.popleft()
        share = 0.0 if not self.total else min(n_bytes / self.total, 1.0)
        self._report(share, self._words(n_bytes))

    def _words(self, n_bytes: int) -> str:
        done = in_words(n_bytes)
        words = [done if self.total is None else f"{done} of {in_words(self.total)}"]
        (begun, before), (now, after) = self._seen[0], self._seen[-1]
        if now > begun and after > before:
            rate = (after - before) / (now - begun)
            words.append(f"{in_words(round(rate))}/s")
            if self.total is not None:
                words.append(f"{describe_time((self.total - n_bytes) / rate)} left")
        return " · ".join(words)


def describe_time(seconds: float) -> str:
    """Return a time as people say it: "40 s", "12 min", "3.5 h"."""
    if seconds < 90:
        return f"{max(seconds, 0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

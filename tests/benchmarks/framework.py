"""What a benchmark is, and how its numbers are taken."""

from __future__ import annotations

import time
from collections.abc import Callable


class Missing(Exception):
    """Raised by a side that cannot run here; the text says what there is not."""


class Benchmark:
    """One piece of work done by embedviz, and by a peer where there is one.

    Each side is called once, in a process of its own with `QT_QPA_PLATFORM=offscreen`, and
    returns samples in `unit`. Preparing belongs outside of what is timed; an import that fails
    on the peer's side, or `Missing`, makes the peer a missing one.
    """

    name: str
    """Words joined by hyphens, with the size: "neighbors-10000x384-numpy"."""

    unit: str = "ms"
    more_is_better: bool = False

    peer_name: str | None = None
    """What it is compared with, or None: then median and worst are printed."""

    slow: bool = False
    """Whether it takes many minutes: then it is run only when it is named in full."""

    def ours(self) -> list[float]:
        """Return samples of embedviz."""
        raise NotImplementedError

    def peer(self) -> list[float]:
        """Return samples of the peer, doing the same with the same data."""
        raise NotImplementedError

    def note(self) -> str:
        """Return a few words on what a side found, such as how good it is, or none.

        Called after it ran, in the same process; what this takes is not measured.
        """
        return ""


def durations(work: Callable[[], object], *, least: int = 7, seconds: float = 1.0) -> list[float]:
    """Return how many milliseconds some work takes, each time it is done.

    It is done once before, unmeasured, for what happens only the first time.

    Parameters
    ----------
    work : callable
    least : int
        How often at least.
    seconds : float
        It is repeated until so much time has passed.
    """
    work()
    samples: list[float] = []
    end = time.perf_counter() + seconds
    while len(samples) < least or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        samples.append(1000 * (time.perf_counter() - start))
    return samples

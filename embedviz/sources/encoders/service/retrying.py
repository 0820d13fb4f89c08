"""Retrying: which failures may pass, and how long to wait before a request is sent again.

The wait doubles from a second to a minute, less up to a quarter by chance, so that many who wait
do not all come back at once; what a service asks for with `Retry-After` goes before.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from embedviz.sources.encoders.service.failures import RequestFailure

_PASSING = (408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529)
# Of a 429 that waiting does not help.
_SPENT = ("insufficient_quota", "billing_hard_limit_reached")
_STEP = 0.2


@dataclass(frozen=True)
class Patience:
    """Patience with a service: how often and how long.

    Attributes
    ----------
    most_tries : int
        How often a request is sent before it is given up.
    first, longest : float
        Shortest and longest wait, in seconds.
    most_asked : float
        Longest wait, in seconds, that a service may ask for.
    clock : callable
        Returns seconds; monotonic.
    sleep : callable
        Waits for some seconds.
    chance : callable
        Returns a number from 0 to 1.
    """

    most_tries: int = 7
    first: float = 1.0
    longest: float = 60.0
    most_asked: float = 600.0
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    chance: Callable[[], float] = field(default=random.random, repr=False)

    def delay(self, failure: RequestFailure, n_tries: int, *, has_answered: bool) -> float | None:
        """Return how many seconds to wait after a failure; None: trying again does not help.

        Parameters
        ----------
        failure : RequestFailure
        n_tries : int
            How often the request was sent, 1 or more.
        has_answered : bool
            Whether the service has answered before; one that never did may not be there at all.
        """
        if n_tries >= self.most_tries or not _may_pass(failure, has_answered=has_answered):
            return None
        if failure.retry_after is not None:
            # A little more than asked for: clocks differ.
            wanted = failure.retry_after + 0.1 * self.chance()
            return wanted if failure.retry_after <= self.most_asked else None
        delay = min(self.first * 2 ** (n_tries - 1), self.longest)
        return float(delay * (1 - 0.25 * self.chance()))

    def wait(self, seconds: float, look: Callable[[float], None]) -> None:
        """Wait, and call `look` with the seconds that are left, which may raise to end it."""
        end = self.clock() + seconds
        while (left := end - self.clock()) > 0:
            look(left)
            self.sleep(min(_STEP, left))


def is_spent(failure: RequestFailure) -> bool:
    """Return whether the service says that no credit is left."""
    return failure.code in _SPENT or failure.status == 402


def _may_pass(failure: RequestFailure, *, has_answered: bool) -> bool:
    if failure.kind == "status":
        return failure.status in _PASSING and not is_spent(failure)
    if failure.kind == "unreachable":
        return has_answered
    return failure.kind in ("timeout", "cut")

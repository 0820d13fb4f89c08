"""What a child process of ours does first: keep its pipes for messages, and step back."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import IO


def take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Return the pipes for requests and replies, and point the standard descriptors elsewhere.

    What libraries print then goes to standard error, and does not get between messages.
    """
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def lower_priority(*, niceness: int, oom_score: int) -> None:
    """Let the process that started this one end it, go first, and live on where memory runs out.

    Parameters
    ----------
    niceness : int
        By how much it steps back from the processors, behind the main thread of the process that
        started it, 0 to 19.
    oom_score : int
        How likely the system ends it where memory runs out, 0 to 1000.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Whoever started this process ends it.
    with suppress(AttributeError, OSError):  # Not there, or it was started by a thread behind that.
        first = os.getpriority(os.PRIO_PROCESS, os.getppid())
        os.setpriority(os.PRIO_PROCESS, 0, min(first + niceness, 19))
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write(str(oom_score))

"""Threads that step back from the processors, so that the one that draws goes first.

Where all processors are at work on a long calculation, a window waits for its turn at each of the
pieces that it paints: 40 ms of work then take 130 ms. Linux gives each thread a niceness of its
own, which the threads that it starts inherit, those of numba among them. Elsewhere nothing is done
here: Windows lets the thread of the window in front go first by itself, and macOS knows the
niceness of whole processes only.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

STEP = 5
"""By how much threads step back: as much as child processes that calculate.

Further back, they would get so little where other programs are at work that a window has to wait
for the GIL, which one of them holds and cannot give away while it does not run.
"""


def step_back() -> None:
    """Let the calling thread, and those that it starts, go after the main thread of the process.

    There is no way back for a thread without special rights, so call it in threads of our own;
    in the main thread it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        _lower(threading.get_native_id())


def let_libraries_step_back() -> None:
    """Let the threads that BLAS started when it was imported go after the main thread.

    They are those that Python did not start and nobody gave a name to; Qt names its own.
    """
    own = {thread.native_id for thread in threading.enumerate()}
    with suppress(OSError):  # No such folder where threads have no niceness either.
        name = Path("/proc/self/comm").read_text()
        for folder in Path("/proc/self/task").iterdir():
            with suppress(OSError):  # It has ended.
                if int(folder.name) not in own and (folder / "comm").read_text() == name:
                    _lower(int(folder.name))


def _lower(thread: int) -> None:
    if sys.platform != "linux":  # There the number of a thread may be that of a process.
        return
    with suppress(OSError):  # It has ended, or is further back already.
        first = os.getpriority(os.PRIO_PROCESS, os.getpid())
        os.setpriority(os.PRIO_PROCESS, thread, min(first + STEP, 19))

"""A process that lays out t-SNE and UMAP, and can be ended at any moment.

It gets the neighbor graph and a start, not the vectors, and sends back positions while they move.
Ending it gives all of its memory back, and its death, also for want of memory, is not more than a
message here. Starting it early makes it warm: what it runs has been imported and compiled when the
first job comes. After a job it takes the next one.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Any, Self

from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, RowIds
from embedviz.core.errors import UserError
from embedviz.core.processes.child_process import ChildProcess
from embedviz.core.processes.messages import Message
from embedviz.core.progress import Cancelled, OnLayout, Report, silent

_CHILD = "embedviz.core.projections.worker"
_POLL_SECONDS = 0.05
_FRAME_SECONDS = 0.05


@dataclass(frozen=True, eq=False)
class Job:
    """A layout to be computed.

    Attributes
    ----------
    method : {"t-SNE", "UMAP"}
    settings : mapping of str to number
        Those of the method: perplexity, or n_neighbors and min_dist; and seed.
    rows : int32 array of shape (n_rows, count)
        The nearest other rows of each row.
    distances : float32 array of the same shape
    start : float32 array of shape (n_rows, n_components)
        Where the points are in the beginning, in the units of the method.
    """

    method: str
    settings: Mapping[str, Any]
    rows: RowIds
    distances: Matrix
    start: Matrix

    def as_message(self) -> Message:
        """Return what the process is told."""
        arrays: dict[str, NDArray[Any]] = {
            "rows": self.rows,
            "distances": self.distances,
            "start": self.start,
        }
        return Message("lay out", {"method": self.method, "settings": self.settings}, arrays)


class LayoutProcess:
    """A child that computes layouts, one at a time; it gets ready as soon as it is made.

    Use it in a `with` statement, or call `kill`. It also ends when this process does.

    Raises
    ------
    UserError
        When the system lets no process be started.
    """

    def __init__(self) -> None:
        self._is_warm = Event()
        self._in_use = Lock()
        self._sender: Thread | None = None
        self._child = ChildProcess(_CHILD, "computes layouts", takes=self._note_warmth)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be given a job."""
        return self._child.is_alive

    def wait_until_warm(self, timeout: float) -> bool:
        """Wait until all methods are ready, or the process has ended; return whether they are.

        Parameters
        ----------
        timeout : float
            In seconds.
        """
        self._is_warm.wait(timeout)
        return self._is_warm.is_set() and self.is_alive

    def run(self, job: Job, report: Report = silent, on_layout: OnLayout | None = None) -> Matrix:
        """Return the positions of a layout. Waits for it, so call it in a thread.

        The process is killed when `report` raises, which it is given the chance to at least
        every 0.1 s, and when anything goes wrong. When `run` returns, it is ready for another job.

        Parameters
        ----------
        job : Job
        report : Report
        on_layout : callable, optional
            Called in this thread with copies of the positions on the way, at most 20 times a
            second.

        Returns
        -------
        float32 array of shape (n_rows, n_components)

        Raises
        ------
        UserError
            When the process was ended from outside, or could not do it.
        Cancelled
            When `report` raised it, or `kill` was called meanwhile.
        """
        with self._in_use:
            # In a thread, as a process that is busy may be slow to take it.
            self._sender = Thread(target=self._child.send, args=(job.as_message(),), daemon=True)
            self._sender.start()
            try:
                positions = self._follow(job, report, _Frames(on_layout))
            except BaseException:
                self.kill()
                raise
            self._sender.join()
            return positions

    def kill(self) -> None:
        """End it, and wait until it is gone and its memory free. May be called at any time."""
        self._child.kill()
        if self._sender is not None:
            self._sender.join()

    def _note_warmth(self, message: Message | None) -> bool:
        if message is None or message.kind == "warm":
            self._is_warm.set()
        return message is not None and message.kind == "warm"

    def _follow(self, job: Job, report: Report, frames: _Frames) -> Matrix:
        fraction, words = 0.0, f"starting {job.method}"
        while True:
            report(fraction, words)
            for message in self._child.receive(_POLL_SECONDS):
                if message is None:
                    raise self._death(job)
                if message.kind == "failed":
                    raise UserError(_words_for(job, message.facts["error"], message.facts["words"]))
                positions: Matrix | None = message.arrays.get("positions")
                if message.kind == "done":
                    assert positions is not None
                    return positions
                fraction, words = message.facts["fraction"], message.facts["words"]
                frames.add(positions)
            frames.show()

    def _death(self, job: Job) -> Exception:
        if self._child.is_killed:
            return Cancelled()
        if self._child.exit_code == -getattr(signal, "SIGKILL", 9):
            return UserError(
                f"The process that computes {job.method} was ended from outside (signal 9), as "
                "systems do when memory runs out. Close other programs or use fewer rows, then "
                "run it again."
            )
        return UserError(
            f"The process that computes {job.method} ended unexpectedly "
            f"({self._child.how_it_ended()}). Run it again."
        )


class _Frames:
    """Thread that shows the newest positions, at most 20 times a second."""

    def __init__(self, on_layout: OnLayout | None) -> None:
        self._on_layout = on_layout
        self._newest: Matrix | None = None
        self._next = 0.0

    def add(self, positions: Matrix | None) -> None:
        """Take positions in the place of older ones."""
        if positions is not None:
            self._newest = positions

    def show(self) -> None:
        """Hand on what is new, if it is time."""
        now = time.monotonic()
        if self._newest is None or self._on_layout is None or now < self._next:
            return
        positions, self._newest = self._newest, None
        self._next = now + _FRAME_SECONDS
        self._on_layout(positions)


def _words_for(job: Job, error: str, words: str) -> str:
    if error == "MemoryError":
        return (
            f"There is not enough memory for {job.method} of {len(job.start):,} rows. "
            "Close other programs or use fewer rows."
        )
    return f"{job.method} of {len(job.start):,} rows failed ({error}: {words})."

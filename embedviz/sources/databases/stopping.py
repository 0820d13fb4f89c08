"""Work with a database that can be stopped at any time, also while the database does not answer.

A library of an engine waits for its server as long as its time limit, a minute or ten, and reports
nothing meanwhile. So it waits in a thread of its own, while whoever asked keeps on reporting, and
with that learns that nobody wants an answer any more. What is left then is a thread that ends with
the connection, which is closed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

from embedviz.core.progress import Cancelled, Report

T = TypeVar("T")

THREAD_NAME = "embedviz database"
_SECONDS = 0.1
"""Between two looks at whether an answer is still wanted."""


@dataclass(eq=False)
class _Said:
    """What the work reported, and how whoever asked took it."""

    fraction: float
    message: str
    is_taken: Event = field(default_factory=Event)
    refusal: BaseException | None = None


@dataclass(eq=False)
class _Work(Generic[T]):
    work: Callable[[Report], T]
    said: Queue[_Said | None] = field(default_factory=Queue)
    is_stopped: Event = field(default_factory=Event)
    result: list[T] = field(default_factory=list)
    error: BaseException | None = None

    def run(self) -> None:
        """Do it, in a thread of its own."""
        try:
            self.result.append(self.work(self.report))
        except BaseException as error:  # noqa: BLE001 - raised where it was asked for
            self.error = error
        self.said.put(None)

    def report(self, fraction: float, message: str) -> None:
        """Report as if the work were done where it was asked for."""
        said = _Said(fraction, message)
        self.said.put(said)
        while not said.is_taken.wait(_SECONDS):
            if self.is_stopped.is_set():
                raise Cancelled
        if said.refusal is not None:
            raise said.refusal

    def answer(self) -> T:
        """Return what came of it, or raise what it raised."""
        if self.error is not None:
            raise self.error
        return self.result[0]


def stoppable(work: Callable[[Report], T], report: Report, on_stop: Callable[[], object]) -> T:
    """Return what some work with a database returns, or raise what it raises.

    Parameters
    ----------
    work : callable
        Called with a report, in another thread; what it reports comes in the thread of the caller.
    report : Report
        Called several times a second, also where the work reports nothing. What it raises ends the
        waiting at once.
    on_stop : callable
        Called then, in another thread: to close the connection, by which the work ends too. What it
        raises means nothing.
    """
    at_work = _Work(work)
    Thread(target=at_work.run, name=THREAD_NAME, daemon=True).start()
    try:
        _relay(at_work, report)
    except BaseException:
        at_work.is_stopped.set()
        Thread(target=_quietly, args=(on_stop,), name=THREAD_NAME, daemon=True).start()
        raise
    return at_work.answer()


def _relay(work: _Work[T], report: Report) -> None:
    """Hand on what the work reports, until it is done."""
    last = _Said(0.0, "")
    while True:
        try:
            said = work.said.get(timeout=_SECONDS)
        except Empty:
            if last.message:
                report(last.fraction, last.message)
            continue
        if said is None:
            return
        last = said
        try:
            report(said.fraction, said.message)
        except BaseException as refusal:
            said.refusal = refusal
            raise
        finally:
            said.is_taken.set()


def _quietly(call: Callable[[], object]) -> None:
    with suppress(Exception):
        call()

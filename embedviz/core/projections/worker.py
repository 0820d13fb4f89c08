"""The process in which t-SNE and UMAP run, which hold the GIL and cannot be stopped otherwise.

It is started early (`core.projections.process`) and gets ready in a thread of its own, what is
ready soonest first, so that a t-SNE that is asked for meanwhile does not wait until umap is
imported. Then it takes one job after the other from its standard input, and answers on its
standard output with messages (`core.processes.messages`). What libraries print goes to standard
error. It ends when its standard input does: when the process that started it has died, in whatever
way.

Nothing else imports umap: that takes seconds, fails where warnings are errors, and sets the
locale. Here warnings are not looked at, as nobody would read them.
"""

from __future__ import annotations

import os
import time
import traceback
import warnings
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread
from typing import IO, Any, Protocol

import numpy as np

from embedviz.core.arrays import Matrix, RowIds
from embedviz.core.processes.child_setup import lower_priority, take_pipes
from embedviz.core.processes.messages import Message, read_message, write_message
from embedviz.core.projections import tsne, umap

FRAME_SECONDS = 0.05


class _Method(Protocol):
    """Interface of a module that lays points out."""

    def prepare(self) -> None: ...

    def lay_out(
        self, rows: RowIds, distances: Matrix, start: Matrix, settings: Mapping[str, Any], tell: Any
    ) -> Matrix: ...


METHODS: dict[str, _Method] = {"t-SNE": tsne, "UMAP": umap}
"""By name, in the order in which they get ready. What openTSNE imports, umap needs too."""


def main() -> None:
    """Answer one job after the other, until standard input ends."""
    requests, replies = take_pipes()
    writer = MessageWriter(replies)
    lower_priority(niceness=5, oom_score=500)  # The window goes first.
    warnings.simplefilter("ignore")
    jobs: SimpleQueue[Message] = SimpleQueue()
    Thread(target=_read_jobs, args=(requests, jobs), daemon=True).start()
    ready: dict[str, Future[None]] = {name: Future() for name in METHODS}
    Thread(target=_get_ready, args=(ready, writer), daemon=True).start()
    while True:
        _answer(jobs.get(), ready, writer)


def _read_jobs(requests: IO[bytes], jobs: SimpleQueue[Message]) -> None:
    with suppress(EOFError, OSError):
        while (message := read_message(requests)) is not None:
            jobs.put(message)
    os._exit(0)


def _get_ready(ready: Mapping[str, Future[None]], writer: MessageWriter) -> None:
    for name, method in METHODS.items():
        try:
            method.prepare()
        except BaseException as error:  # noqa: BLE001 - raised again by the job that needs it
            ready[name].set_exception(error)
        else:
            ready[name].set_result(None)
    writer.send(Message("warm"))


def _answer(job: Message, ready: Mapping[str, Future[None]], writer: MessageWriter) -> None:
    name, settings = job.facts["method"], job.facts["settings"]
    try:
        if not ready[name].done():
            writer.tell(0.0, f"starting {name}")
        ready[name].result()
        positions = METHODS[name].lay_out(**job.arrays, settings=settings, tell=writer.tell)
    except Exception as error:  # noqa: BLE001 - shown where the job came from
        traceback.print_exc()
        facts = {"error": type(error).__name__, "words": str(error)}
        writer.send(Message("failed", facts))
    else:
        writer.send(Message("done", arrays={"positions": positions}))


class MessageWriter:
    """Writer of messages, and of progress as often as it can be seen.

    Parameters
    ----------
    replies : binary file
    """

    def __init__(self, replies: IO[bytes]) -> None:
        self._replies = replies
        self._speaking = Lock()
        self._next_frame = 0.0

    def send(self, message: Message) -> None:
        """Send a message; end this process when nobody is there to hear it."""
        with self._speaking:
            try:
                write_message(self._replies, message)
            except OSError:
                os._exit(0)

    def tell(self, fraction: float, words: str, positions: Any = None) -> None:
        """Send progress, unless the last one was less than 0.05 s ago."""
        now = time.monotonic()
        if now < self._next_frame:
            return
        self._next_frame = now + FRAME_SECONDS
        arrays = {} if positions is None else {"positions": np.asarray(positions, np.float32)}
        self.send(Message("progress", {"fraction": fraction, "words": words}, arrays))


if __name__ == "__main__":
    main()

"""The process in which containers are parsed: one file after the other, with a memory limit.

It is told to open a file, says what is there, is told what to read, and sends blocks of rows, as
many as it has been asked for and no more. It never writes a file, and opens no other than the one
it is told. What a library prints goes to standard error. It ends when its standard input does.

The limit is on what this process allocates for itself (RLIMIT_DATA), not on address space, so that
mapped files of any size can be read. Beyond it, allocations fail here, which is an error or the
death of this process and of no other.
"""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, Protocol

from embedviz.core.errors import UserError
from embedviz.core.processes.child_setup import lower_priority, take_pipes
from embedviz.core.processes.messages import Message, read_message, write_message


class Reader(Protocol):
    """Reader of one kind of container."""

    def __init__(self, path: str) -> None: ...

    def describe(self) -> dict[str, Any]:
        """Return what is there, as JSON can hold it."""

    def blocks(self, request: Mapping[str, Any]) -> Iterator[Message]:
        """Yield blocks of rows."""


READERS = {
    "Parquet": ("embedviz.formats.containers.worker.arrow_reader", "ParquetReader"),
    "Arrow file": ("embedviz.formats.containers.worker.arrow_reader", "FileReader"),
    "Arrow stream": ("embedviz.formats.containers.worker.arrow_reader", "StreamReader"),
    "parts": ("embedviz.formats.containers.worker.parts_reader", "PartsReader"),
    "Zarr": ("embedviz.formats.containers.worker.zarr_reader", "ZarrReader"),
    "HDF5": ("embedviz.formats.containers.worker.hdf5_reader", "HDF5Reader"),
}
"""Module and class by kind; imported when they are needed."""

_LONGEST_REASON = 200


def main() -> None:
    """Answer one request after the other, until standard input ends."""
    requests, replies = take_pipes()
    lower_priority(niceness=0, oom_score=800)
    _leave_no_core_dump()
    warnings.simplefilter("ignore")
    RequestLoop(requests, replies).go_on()


class RequestLoop:
    """Server of requests.

    Parameters
    ----------
    requests, replies : binary files
    """

    def __init__(self, requests: IO[bytes], replies: IO[bytes]) -> None:
        self._heard: SimpleQueue[Message] = SimpleQueue()
        self._replies = replies
        self._reader: Reader | None = None
        Thread(target=self._listen, args=(requests,), daemon=True).start()

    def go_on(self) -> None:
        """Answer for ever."""
        while True:
            request = self._heard.get()
            try:
                self._answer(request)
            except UserError as error:
                self._say("refused", words=str(error))
            except MemoryError:
                self._say("lacks memory")
            except Exception as error:  # noqa: BLE001 - shown where the request came from
                self._say("failed", words=_first_line(error), part=getattr(error, "part", ""))

    def _answer(self, request: Message) -> None:
        if request.kind == "open":
            self._reader = None
            module, name = READERS[request.facts["kind"]]
            reader = getattr(importlib.import_module(module), name)
            limit_memory(request.facts["limit"])
            self._say("opening")
            self._reader = reader(request.facts["path"], **request.facts["more"])
            self._say("found", **self._reader.describe())
        elif request.kind == "read":
            assert self._reader is not None
            self._send_blocks(self._reader.blocks(request.facts))
        elif request.kind == "close":
            self._reader = None
            self._say("closed")

    def _send_blocks(self, blocks: Iterator[Message]) -> None:
        """Send a block for each time that one is asked for, until there are no more."""
        while (request := self._heard.get()).kind == "more":
            block = next(blocks, None)
            if block is None:
                self._say("end")
                return
            self._write(block)
        if request.kind == "close":
            self._answer(request)

    def _say(self, kind: str, **facts: Any) -> None:
        self._write(Message(kind, facts))

    def _write(self, message: Message) -> None:
        try:
            write_message(self._replies, message)
        except OSError:  # Nobody is there to hear it.
            os._exit(0)

    def _listen(self, requests: IO[bytes]) -> None:
        with suppress(EOFError, OSError):
            while (message := read_message(requests)) is not None:
                self._heard.put(message)
        os._exit(0)


def limit_memory(n_bytes: int) -> None:
    """Let this process allocate so much more than it has; does nothing where that cannot be."""
    try:
        import resource

        used = 1024 * next(
            int(line.split()[1])
            for line in Path("/proc/self/status").read_text().splitlines()
            if line.startswith("VmData:")
        )
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = used + n_bytes
        if most != resource.RLIM_INFINITY:
            wanted = min(wanted, most)
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, most))
    except (ImportError, OSError, StopIteration, ValueError):
        return


def _first_line(error: Exception) -> str:
    line = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
    return line[:_LONGEST_REASON] + ("…" if len(line) > _LONGEST_REASON else "")


def _leave_no_core_dump() -> None:
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()

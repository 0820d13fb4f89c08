"""Containers as this process sees them: what is there, and blocks of rows, from a child process.

The child is started when the first container is opened and kept for a minute for the next one. It
is ended when it does not get on, when a reading is cancelled, and when this process ends. Time is
counted as what the child computes, so that a busy machine or a slow disk is not taken for damage;
there is a generous limit on waiting, too.
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Timer
from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.processes.child_process import ChildProcess
from embedviz.core.processes.memory import available_memory
from embedviz.core.processes.messages import Message
from embedviz.core.progress import Report, silent
from embedviz.core.wording import in_words

_MODULE = "embedviz.formats.containers.worker.child"
_POLL_SECONDS = 0.05
_KEPT_SECONDS = 60.0
_AHEAD = 3
"""Blocks asked for before they are needed, so that both processes are busy."""

_START_SECONDS = 60.0
_CLOSE_SECONDS = 1.0
_SHUTDOWN_SECONDS = 3.0
_COMPUTED_SECONDS, _WAITED_SECONDS = 0.8, 20.0
_BYTES_A_SECOND = 4 << 20
"""A block may take so long, and longer the larger the file is: it may be stored in one chunk."""
_COLUMN_SECONDS = 0.002
_PART_SECONDS = 0.01

_LEAST_MEMORY = 512 << 20
_MEMORY_PER_BYTE = 4  # Of the file, for the same reason.
_SHARE_OF_FREE = 0.8

_CUT_SHORT = ("magic bytes not found in footer", "truncated file", "Not an Arrow file")
"""What libraries say of a file that was not written or copied to its end."""

# A file cannot make a library load code or read other files by what is set for other programs.
_UNSET = ("HDF5_VOL_CONNECTOR", "HDF5_DRIVER", "HDF5_EXTFILE_PREFIX", "HDF5_VDS_PREFIX")
_SET = {
    "HDF5_PLUGIN_PATH": os.devnull,
    "HDF5_PLUGIN_PRELOAD": "::",
    "HDF5_USE_FILE_LOCKING": "FALSE",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "ARROW_IO_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Whole:
    """What is opened, where it is more than one file.

    Attributes
    ----------
    size : int
        Bytes on disk of all files.
    n_files : int
    arguments : mapping of str
        Of the reader, beside the path.
    """

    size: int = 0
    n_files: int = 0
    arguments: Mapping[str, Any] = field(default_factory=dict)


_ONE_FILE = Whole()


class Container:
    """An open file in the child process.

    Attributes
    ----------
    facts : mapping of str
        What its reader found: see there.
    """

    def __init__(
        self,
        process: ChildProcess,
        path: Path,
        kind: str,
        name: str,
        report: Report,
        whole: Whole,
    ) -> None:
        self._process = process
        self._name = name
        self._size = whole.size or path.stat().st_size
        self._n_parts = whole.n_files
        self._report = report
        self._progress = (0.0, f"opening {name}")
        self._received: deque[Message | None] = deque()
        self._n_columns = 0
        self._limit = _memory_for(self._size)
        facts = {"path": str(path.absolute()), "kind": kind, "limit": self._limit}
        facts["more"] = dict(whole.arguments)
        process.send(Message("open", facts))
        self._expect(["opening"], _START_SECONDS, _START_SECONDS)
        self.facts: Mapping[str, Any] = self._next("found").facts

    def blocks(self, request: Mapping[str, Any]) -> Iterator[Message]:
        """Yield blocks of rows, as the reader makes them.

        Parameters
        ----------
        request : mapping of str
            What the reader needs to know.

        Raises
        ------
        UserError
            When the file cannot be read right.
        Cancelled
            When `report` raises it, which it is given the chance to 20 times a second.
        """
        self._n_columns = len(request.get("vectors", ())) + len(request["columns"])
        self._process.send(Message("read", request))
        for _ in range(_AHEAD):
            self._process.send(Message("more"))
        while (block := self._next("block", "end")).kind == "block":
            self._process.send(Message("more"))
            yield block

    def report(self, fraction: float, words: str) -> None:
        """Report progress, now and while waiting for the next block."""
        self._progress = (fraction, words)
        self._report(fraction, words)

    def _next(self, *expected: str) -> Message:
        extra = self._size / _BYTES_A_SECOND + self._n_columns * _COLUMN_SECONDS
        extra += self._n_parts * _PART_SECONDS
        return self._expect(expected, _COMPUTED_SECONDS + extra, _WAITED_SECONDS + extra)

    def _expect(self, expected: Sequence[str], computed: float, waited: float) -> Message:
        message = self._hear(computed, waited)
        if message is None:
            raise self._damaged(f"what reads it was ended: {self._process.how_it_ended()}")
        if message.kind in expected:
            return message
        if message.kind == "refused":
            raise UserError(message.facts["words"])
        if message.kind == "lacks memory":
            self._process.kill()
            raise self._damaged("an allocation failed")
        if message.kind == "failed":
            words = message.facts["words"].rstrip(".")
            is_short = any(sign in words for sign in _CUT_SHORT)
            reason = "its end is missing" if is_short else words
            part = message.facts.get("part")
            name = f"{self._name}: {part}" if part else self._name
            raise UserError(
                f"{name} cannot be read: {reason}. It may be damaged: copy or download it again."
            )
        raise self._damaged("what reads it said something else than expected")

    def _hear(self, computed: float, waited: float) -> Message | None:
        patience = _Deadline(self._process, computed, waited)
        while not self._received:
            self._report(*self._progress)
            self._received += self._process.receive(_POLL_SECONDS)
            if not self._received and patience.is_at_end():
                self._process.kill()
                raise self._damaged("reading it does not get on")
            if _is_too_large(self._process, self._limit + self._size):
                self._process.kill()
                raise self._damaged("reading it took more")
        return self._received.popleft()

    def _damaged(self, reason: str) -> UserError:
        return UserError(
            f"{self._name} is damaged, or asks for more memory than the "
            f"{in_words(self._limit)} that reading it may take ({reason}). Copy or download it "
            "again; where it is whole, write it again in smaller parts, or as .npy."
        )


class _Deadline:
    """Deadline for a process that has been silent for too long."""

    def __init__(self, process: ChildProcess, computed: float, waited: float) -> None:
        self._process = process
        self._start = time.monotonic()
        self._computed, self._waited = computed, waited
        self._first: float | None = None

    def is_at_end(self) -> bool:
        """Return whether it has computed, or been waited for, longer than allowed."""
        passed = time.monotonic() - self._start
        if self._first is None:
            self._first = _computed_seconds(self._process.pid)
        if passed < self._computed:
            return False
        return (
            passed > self._waited
            or _computed_seconds(self._process.pid) - self._first > self._computed
        )


def _computed_seconds(pid: int) -> float:
    import psutil

    with suppress(psutil.Error):
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)
    return 0.0


def _is_too_large(process: ChildProcess, limit: int) -> bool:
    """Return whether a process took more memory than it may, where no system forbids it."""
    if sys.platform.startswith("linux"):
        return False
    import psutil

    with suppress(psutil.Error):
        return int(psutil.Process(process.pid).memory_info().rss) > limit
    return False


def _memory_for(n_bytes: int) -> int:
    wanted = _LEAST_MEMORY + _MEMORY_PER_BYTE * n_bytes
    return min(wanted, int(_SHARE_OF_FREE * available_memory()))


class _Spare:
    """Pool of one process, kept idle for a while."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: ChildProcess | None = None
        self._timer: Timer | None = None

    def take(self) -> ChildProcess:
        """Return the idle process, or a new one."""
        process = self._take()
        if process is not None and process.is_alive:
            return process
        if process is not None:
            process.kill()
        unset = dict.fromkeys(_UNSET)
        environment = {k: v for k, v in os.environ.items() if k not in unset} | _SET
        return ChildProcess(
            _MODULE, "reads containers", environment, shutdown_timeout=_SHUTDOWN_SECONDS
        )

    def keep(self, process: ChildProcess) -> None:
        """Keep a process for the next file, in the place of another one."""
        self.end()
        with self._lock:
            self._process = process
            self._timer = Timer(_KEPT_SECONDS, self.end)
            self._timer.daemon = True
            self._timer.start()

    def end(self) -> None:
        """End the idle process, if there is one."""
        process = self._take()
        if process is not None:
            process.end()

    def _take(self) -> ChildProcess | None:
        with self._lock:
            process, self._process = self._process, None
            if self._timer is not None:
                self._timer.cancel()
            return process


spare = _Spare()


@contextmanager
def opened_container(
    path: Path, kind: str, name: str, report: Report = silent, whole: Whole = _ONE_FILE
) -> Iterator[Container]:
    """Open a file in a child process.

    Parameters
    ----------
    path : Path
    kind : {"Parquet", "Arrow file", "Arrow stream", "parts", "Zarr", "HDF5"}
    name : str
        What it is called in messages.
    report : callable
        Called while waiting; may raise `Cancelled`.
    whole : Whole, optional
        What `path` is where it is more than one file.

    Raises
    ------
    UserError
        When the file is damaged, refused, or asks for too much.
    """
    process = spare.take()
    try:
        yield Container(process, path, kind, name, report, whole)
    except UserError:
        _put_back(process)
        raise
    except BaseException:  # Cancelled: nobody waits for it to come to an end.
        process.kill()
        raise
    _put_back(process)


def _put_back(process: ChildProcess) -> None:
    """Close its file and keep a process, if it is well and answers at once; else end it."""
    process.send(Message("close"))
    end = time.monotonic() + _CLOSE_SECONDS
    while process.is_alive and time.monotonic() < end:
        received = process.receive(_POLL_SECONDS)
        if any(message is not None and message.kind == "closed" for message in received):
            spare.keep(process)
            return
    process.kill()

"""A child process of our own code, that is told things and answers, and can be ended at any moment.

Ending it gives all of its memory back, and its death is not more than a message here. The child
ends by itself when its standard input does, that is when this process is gone.
"""

from __future__ import annotations

import atexit
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import IO

from embedviz.core.errors import UserError
from embedviz.core.processes.messages import Message, read_message, write_message

# Python looks for modules first where a process runs: not in a folder of the user's, in which
# another file may be named as one of ours.
_FOLDER = Path(__file__).resolve().parents[3]
_PIPE_BYTES = 1 << 20


class ChildProcess:
    """A Python process that runs a module and exchanges messages with this one.

    Parameters
    ----------
    module : str
        What `python -m` runs.
    purpose : str
        What it does, for messages: "computes layouts".
    environment : mapping of str to str, optional
        Its environment variables. Default: those of this process.
    takes : callable, optional
        Given each message as it comes, and None in the end, in another thread; returns whether it
        has taken it, which then is nothing new.
    shutdown_timeout : float
        Seconds that it has to end by itself when it is not needed any more.

    Raises
    ------
    UserError
        When the system lets no process be started.
    """

    def __init__(
        self,
        module: str,
        purpose: str,
        environment: Mapping[str, str] | None = None,
        *,
        takes: Callable[[Message | None], bool] = lambda message: False,
        shutdown_timeout: float = 0.0,
    ) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=_FOLDER,
                env=None if environment is None else dict(environment),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise UserError(
                f"The process that {purpose} could not be started: {error}. "
                "Close other programs and try again."
            ) from error
        _widen(self._process.stdout)
        self._purpose = purpose
        self._takes = takes
        self._shutdown_timeout = shutdown_timeout
        self._heard: SimpleQueue[Message | None] = SimpleQueue()
        self._last_words: deque[str] = deque(maxlen=20)
        self._threads = [self._start(self._listen), self._start(self._overhear)]
        self._saying = Lock()
        self.is_killed = False
        atexit.register(self.end)

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be told anything."""
        return not self.is_killed and self._process.poll() is None

    def send(self, message: Message) -> None:
        """Tell it something, and wait until its pipe has taken it."""
        assert self._process.stdin is not None
        # Where it is dead, `receive` will say so.
        with self._saying, suppress(OSError, ValueError):
            write_message(self._process.stdin, message)

    def receive(self, timeout: float) -> list[Message | None]:
        """Return what it has said since the last time; None in the end, once it is dead.

        Parameters
        ----------
        timeout : float
            How many seconds to wait for anything.
        """
        heard: list[Message | None] = []
        with suppress(Empty):
            heard.append(self._heard.get(timeout=timeout))
            while True:
                heard.append(self._heard.get_nowait())
        if None in heard:
            self._heard.put(None)  # For whoever asks it again.
        return heard

    def end(self) -> None:
        """Let it end by itself, which one that has nothing to do does at once, or kill it."""
        assert self._process.stdin is not None
        if self._shutdown_timeout:
            with suppress(OSError, subprocess.TimeoutExpired):
                self._process.stdin.close()
                self._process.wait(self._shutdown_timeout)
        self.kill()

    def kill(self) -> None:
        """End it, and wait until it is gone and its memory free. May be called at any time."""
        self.is_killed = True
        self._process.kill()  # Does nothing to one that has ended.
        self._process.wait()
        for thread in self._threads:
            thread.join()
        assert self._process.stdin is not None
        with self._saying:
            self._process.stdin.close()
        atexit.unregister(self.end)

    @property
    def exit_code(self) -> int:
        """Exit code, after waiting for it; a signal with a minus."""
        return self._process.wait()

    def how_it_ended(self) -> str:
        """Wait for its end and return how it came about: "SIGSEGV", "exit code 1: killed"."""
        code = self.exit_code
        self._threads[1].join()  # It may have said why.
        how = f"exit code {code}"
        if code < 0:
            with suppress(ValueError):
                how = signal.Signals(-code).name
        said = f": {self._last_words[-1]}" if self._last_words else ""
        return how + said

    def _start(self, work: Callable[[], None]) -> Thread:
        thread = Thread(target=work, name=f"embedviz {self._purpose}", daemon=True)
        thread.start()
        return thread

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with (
            self._process.stdout as replies,
            suppress(OSError, EOFError, ValueError, TypeError, MemoryError),
        ):
            while (message := read_message(replies)) is not None:
                if not self._takes(message):
                    self._heard.put(message)
        if not self._takes(None):
            self._heard.put(None)

    def _overhear(self) -> None:
        """Keep the end of what it prints, for the day it dies."""
        assert self._process.stderr is not None
        with self._process.stderr as errors:
            for line in errors:
                if said := line.decode("utf-8", "replace").strip():
                    self._last_words.append(said)


def _widen(pipe: IO[bytes] | None) -> None:
    """Let more fit into a pipe where the system can: fewer turns between the processes."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        assert pipe is not None
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

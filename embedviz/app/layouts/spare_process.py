"""One warm child process, ready for the next t-SNE or UMAP."""

from __future__ import annotations

import atexit
from contextlib import suppress
from threading import Lock

from embedviz.core.errors import UserError
from embedviz.core.projections.process import LayoutProcess


class SpareProcess:
    """Pool of at most one idle child: getting ready takes it seconds, which nobody should wait for.

    All methods may be called from any thread.
    """

    def __init__(self) -> None:
        self._changing = Lock()
        self._idle: LayoutProcess | None = None

    def warm(self) -> None:
        """Start a child in the background, unless one is idle already."""
        with self._changing, suppress(UserError):  # Whoever takes it will be told.
            if self._idle is not None and not self._idle.is_alive:
                self._idle.kill()  # It died by itself: give back what it held.
                self._idle = None
            if self._idle is None:
                self._idle = LayoutProcess()

    def take(self) -> LayoutProcess:
        """Return the idle child, or one that has just been started, for the caller to use alone.

        Raises
        ------
        UserError
            When no process can be started.
        """
        with self._changing:
            process, self._idle = self._idle, None
            if process is not None and process.is_alive:
                return process
            if process is not None:
                process.kill()
            return LayoutProcess()

    def give_back(self, process: LayoutProcess) -> None:
        """Keep a child for the next time; one that is dead is replaced by a new one.

        Parameters
        ----------
        process : LayoutProcess
            From `take`, with no job at work.
        """
        with self._changing:
            if process.is_alive and self._idle is None:
                self._idle = process
                return
        process.kill()
        self.warm()

    def stop(self) -> None:
        """End the idle child, if there is one."""
        with self._changing:
            process, self._idle = self._idle, None
            if process is not None:
                process.kill()


spare = SpareProcess()
"""The one of this process."""

atexit.register(spare.stop)

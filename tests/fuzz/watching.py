"""Sees which files a process opens that are none of its business.

Python's own audit hook sees what is opened from Python. What libraries in C open, also in a child
process, is seen by the kernel: the neighbors' folder is watched with inotify, where there is such a
thing.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_SYSTEM = (
    "/proc/", "/sys/", "/dev/null", "/dev/urandom", "/usr/lib", "/usr/share", "/lib",
    "/etc/localtime", "/etc/timezone", "/etc/os-release", "/etc/ld.so",
)  # fmt: skip
_IN_OPEN = 0x20


class Watch:
    """The files that are opened during a case.

    Parameters
    ----------
    allowed : sequence of Path
        Folders of the case.
    neighbors : Path
        A folder in which nothing may be opened by anybody.
    """

    def __init__(self, allowed: list[Path], neighbors: Path) -> None:
        import embedviz

        own = [Path(embedviz.__file__).parent, Path(sys.prefix), Path(sys.base_prefix)]
        own += [Path(tempfile.gettempdir()), Path(sysconfig.get_paths()["stdlib"])]
        own += [Path(each) for each in sys.path if "site-packages" in each]
        folders = {str(path.resolve()) for path in (*allowed, *own)} | {str(each) for each in own}
        self._allowed = tuple(f"{folder}{os.sep}" for folder in folders) + _SYSTEM
        self._is_on = False
        self._found: list[str] = []
        self._inotify = _watch(neighbors)
        sys.addaudithook(self._hear)

    @contextmanager
    def __call__(self) -> Iterator[list[str]]:
        """Give a list that holds what was done that must not be, after the block."""
        self._found = []
        self._is_on = True
        try:
            yield self._found
        finally:
            self._is_on = False
            if self._inotify is not None:
                with suppress(BlockingIOError):
                    names = os.read(self._inotify, 4096)[16:].split(b"\0")[0].decode()
                    self._found.append(f"the neighbor {names!r} was opened")

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._is_on:
            return
        if event == "open":
            self._hear_path(arguments[0])
        elif event == "os.system" or (
            event == "socket.connect" and isinstance(arguments[1], tuple)
        ):
            self._found.append(f"{event} {arguments[1:]}")

    def _hear_path(self, path: Any) -> None:
        if not isinstance(path, str | bytes):
            return  # A descriptor, which was opened before.
        absolute = os.path.realpath(os.fsdecode(path))
        if not f"{absolute}{os.sep}".startswith(self._allowed):
            self._found.append(f"{absolute} was opened")


def _watch(folder: Path) -> int | None:
    """Return a descriptor that tells what is opened in a folder, or None where that cannot be."""
    if not sys.platform.startswith("linux"):
        return None
    system = ctypes.CDLL(None, use_errno=True)
    descriptor: int = system.inotify_init1(os.O_NONBLOCK)
    if descriptor < 0 or system.inotify_add_watch(descriptor, os.fsencode(folder), _IN_OPEN) < 0:
        return None
    return descriptor

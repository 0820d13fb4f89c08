"""Sees which files a process opens that are none of its business.

Python's own audit hook sees what is opened from Python. What libraries in C open, also in a child
process, is seen by the kernel: the neighbors' folder is watched with inotify, where there is such a
thing.
"""

from __future__ import annotations

import ctypes
import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np

_SYSTEM = (
    "/proc/", "/sys/", "/dev/null", "/dev/urandom", "/usr/lib", "/usr/share", "/lib",
    "/etc/localtime", "/etc/timezone", "/etc/os-release", "/etc/ld.so",
)  # fmt: skip
_IN_OPEN = 0x20


SECRET = "the secret of the neighbor"


class Neighbors:
    """Files that nobody may open, each of which would be a good set.

    Parameters
    ----------
    folder : Path
        Where they are written. What is executed from a file leaves `executed` there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        vectors = np.full((8, 4), 0.5, np.float32)
        names = [f"{SECRET} {i}" for i in range(8)]
        (folder / "secret.bytes").write_bytes(vectors.tobytes())
        np.save(folder / "secret.npy", vectors)
        (folder / "secret.txt").write_text("\n".join(names))
        (folder / "secret.tsv").write_text("0.5\t0.5\t0.5\n" * 8)
        with h5py.File(folder / "secret.h5", "w") as file:
            file["vectors"] = vectors
            file["words"] = names
        self._inotify = _watch(folder)

    def disturbed(self) -> list[str]:
        """Return what was done to them since the last time, in words."""
        found = []
        if (self._folder / "executed").exists():
            (self._folder / "executed").unlink()
            found.append("code from the file was executed")
        if self._inotify is not None:
            with suppress(BlockingIOError):
                name = os.read(self._inotify, 4096)[16:].split(b"\0")[0].decode()
                found.append(f"the neighbor {name!r} was opened")
        return found

    def close(self) -> None:
        """Watch them no longer."""
        if self._inotify is not None:
            os.close(self._inotify)


class Watch:
    """The files that are opened during a case.

    Parameters
    ----------
    allowed : sequence of Path
        Folders of the case.
    neighbors : Neighbors
    """

    def __init__(self, allowed: list[Path], neighbors: Neighbors) -> None:
        import embedviz

        own = [Path(embedviz.__file__).parent, Path(sys.prefix), Path(sys.base_prefix)]
        own += [Path(tempfile.gettempdir()), Path(sysconfig.get_paths()["stdlib"])]
        own += [Path(each) for each in sys.path if "site-packages" in each]
        # Kernels that were compiled before are loaded when one is called first.
        own += [Path(each) for name, each in os.environ.items() if name == "NUMBA_CACHE_DIR"]
        folders = {str(path.resolve()) for path in (*allowed, *own)} | {str(each) for each in own}
        self._allowed = tuple(f"{folder}{os.sep}" for folder in folders) + _SYSTEM
        self._is_on = False
        self._found: list[str] = []
        self._neighbors = neighbors
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
            self._found += self._neighbors.disturbed()

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

"""File of Milvus Lite, opened without changing it.

Milvus Lite writes when it opens a file: it removes files that it finds no use for, flushes its
log, merges segments and builds indexes. So it is given a copy, in a folder of this user alone that
is deleted in the end.
"""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from embedviz.core.errors import UserError
from embedviz.core.processes.child_process import ChildProcess
from embedviz.core.processes.messages import Message

_WORKER = "embedviz.sources.databases.milvus.lite_worker"
_START_SECONDS = 120.0
_MARK = "collections"


def is_lite_file(path: Path) -> bool:
    """Return whether a path looks like a file of Milvus Lite, which is a folder since version 3."""
    return path.suffix == ".db" and (path / _MARK).is_dir()


class LiteServer:
    """Process that serves a copy of a file of Milvus Lite.

    Parameters
    ----------
    path : Path

    Raises
    ------
    UserError
        When it is not such a file, is in use, or cannot be read or copied.
    """

    def __init__(self, path: Path) -> None:
        _check(path)
        self._folder = Path(mkdtemp(prefix="embedviz-milvus-"))
        self._child: ChildProcess | None = None
        try:
            copy = self._folder / "copy.db"
            _copy(path, copy)
            self._start(path, copy)
        except BaseException:
            self.close()
            raise

    @property
    def address(self) -> str:
        """What the client connects to: a socket that only this user may open."""
        return f"unix:{self._folder / 'socket'}"

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._child is not None
        return self._child.pid

    def close(self) -> None:
        """End the process and delete the copy; may be called twice."""
        if self._child is not None:
            self._child.kill()
            self._child = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, path: Path, copy: Path) -> None:
        child = self._child = ChildProcess(_WORKER, "reads the file of Milvus Lite")
        socket = str(self._folder / "socket")
        child.send(Message("serve", {"path": str(copy), "socket": socket}))
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            for message in child.receive(0.5):
                if message is None:
                    raise UserError(
                        f"Milvus Lite could not open {path}: its process ended "
                        f"({child.how_it_ended()})."
                    )
                if message.kind == "ready":
                    return
                words = str(message.facts.get("words", "")).replace(str(copy), str(path))
                raise UserError(f"Milvus Lite could not open {path}: {words}")
        raise UserError(f"Milvus Lite did not open {path} within {_START_SECONDS:.0f} s.")


def _check(path: Path) -> None:
    if path.is_file():
        raise UserError(
            f"{path} is a single file, as Milvus Lite before version 3 wrote it, and cannot be "
            "read. Open it with that version and copy its collections into a new one."
        )
    if not (path / _MARK).is_dir():
        raise UserError(
            f"{path} is not a file of Milvus Lite: such a one is a folder whose name ends in .db, "
            "with a folder called collections in it."
        )


def _copy(path: Path, copy: Path) -> None:
    try:
        n_bytes = sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
        free = shutil.disk_usage(gettempdir()).free
        if n_bytes > free:
            raise UserError(
                f"To leave {path} as it is, a copy of {n_bytes / 1e9:.1f} GB is made in "
                f"{gettempdir()}, where {free / 1e9:.1f} GB are free. Make room, or set TMPDIR."
            )
        with (path / "LOCK").open("rb") as lock:
            _hold(lock.fileno(), path)
            shutil.copytree(path, copy, ignore=shutil.ignore_patterns("LOCK"))
    except FileNotFoundError:
        raise UserError(f"{path} changed while it was copied. Try again.") from None
    except shutil.Error:
        raise UserError(f"{path} changed while it was copied, or may not be read.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be copied: {error.strerror}.") from None


def _hold(descriptor: int, path: Path) -> None:
    """Let no program write while the file is copied; the lock ends when it is closed."""
    with suppress(ImportError):
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            raise UserError(f"{path} is open in another program. Close it there first.") from None

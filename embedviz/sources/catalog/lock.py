"""Lock of a file that is being downloaded, so that two processes do not write into one another.

It ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from embedviz.core.errors import UserError

LOCKED = "download"
"""What is locked in a folder that only one download goes to."""


@contextmanager
def only_one(target: Path, doing: str = "downloaded") -> Iterator[None]:
    """Hold the lock of a file that is to be written.

    Parameters
    ----------
    target : Path
    doing : str
        What is done to it, for the message.

    Raises
    ------
    UserError
        When another process or thread holds it.
    """
    path = target.with_name(target.name + ".lock")
    with path.open("ab") as file:
        try:
            _lock(file)
            # Another one may have removed it after it was opened here: then this is none any more.
            is_ours = os.fstat(file.fileno()).st_ino == path.stat().st_ino
        except OSError:
            is_ours = False
        if not is_ours:
            raise UserError(
                f"{target.name} is being {doing} already, by another window or command. Wait "
                "until it is there, or stop it there."
            )
        try:
            yield
        finally:
            if sys.platform != "win32":
                with suppress(OSError):
                    path.unlink()


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

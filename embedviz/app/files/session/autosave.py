"""The last session, saved by itself every minute, and what is left of one after a crash.

Each process that has something to save has a file and a lock of its own in the folder of the
program's data. Both are removed when its window is closed; a file whose lock nobody holds is from
a process that ended in another way. The lock is Qt's, which knows whether its process is alive.

The state is immutable, so the UI thread only hands it over; all writing happens in another thread.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from embedviz.app.files.documents import read_document
from embedviz.app.files.paths import data_folder
from embedviz.app.files.session.contents import FORMAT, SUFFIX, VERSION, Steps
from embedviz.app.files.session.writing import can_be_kept, describe_session, write_session
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.progress import Report

MILLISECONDS = 60_000
"""Between two looks at whether anything has changed."""
_OLD_SECONDS = 24 * 3600


def autosave_folder() -> Path:
    """Return where sessions are that were saved by themselves."""
    return data_folder() / "autosave"


class SavedFile:
    """The file of one process, with its lock; used by threads one after the other.

    Attributes
    ----------
    path : Path
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or autosave_folder() / f"{secrets.token_hex(8)}{SUFFIX}"
        self._writing = Lock()
        self._lock: QLockFile | None = None
        self._is_closed = False

    def write(self, state: State, window: Mapping[str, Any], steps: Steps) -> None:
        """Write a session, unless the file has been closed.

        Raises
        ------
        UserError
            When it cannot be written.
        """
        with self._writing:
            if self._is_closed:
                return
            if any(map(can_be_kept, state.sets)):
                self._claim()
                write_session(self.path, describe_session(state, window, steps).document)
            else:
                with suppress(OSError):
                    self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the file and its lock; waits for what is being written."""
        with self._writing:
            self._is_closed = True
            if self._lock is not None:
                with suppress(OSError):
                    self.path.unlink(missing_ok=True)
                self._lock.unlock()
                self._lock = None

    def _claim(self) -> None:
        if self._lock is not None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{self.path.parent} cannot be made: {error.strerror}.") from None
        lock = _lock_of(self.path)
        if lock.tryLock(0):
            self._lock = lock
        else:
            raise UserError(f"{self.path.parent} cannot be written.")


class Autosave(QObject):
    """Autosave of the session of a window, while it is changed.

    Parameters
    ----------
    session : Session
    describe_window : callable
        Returns what else is to be restored, as JSON.
    steps : mapping of str to class
    parent : QObject

    Signals
    -------
    failed : (str,)
        It cannot be saved, and why. Told once.
    """

    failed = Signal(str)

    def __init__(
        self,
        session: Session,
        describe_window: Callable[[], Mapping[str, Any]],
        steps: Steps,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._describe, self._steps = session, describe_window, steps
        self._file = SavedFile()
        self._task = Task(self)
        self._task.failed.connect(self._on_failed)
        self._is_saved = not session.state.sets
        self._saved_window: Mapping[str, Any] | None = None
        session.changed.connect(self._on_changed)
        self._has_told = False
        self._waiting: list[Callable[[], None]] = []
        self._timer = QTimer(self, interval=MILLISECONDS)
        self._timer.timeout.connect(lambda: self.save())

    def start(self) -> None:
        """Save every minute from now on."""
        self._timer.start()

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save now, if anything has changed; `then` is called when what is open now is saved."""
        if then is not None:
            self._waiting.append(then)
        if self._task.is_busy:
            return
        window = self._describe()
        if self._is_saved and self._saved_window in (None, window):
            self._tell_waiting()
            return
        self._is_saved, self._saved_window = True, window
        work = partial(_save, self._file, self._session.state, window, self._steps)
        self._task.run(work, lambda _: self._on_saved())

    def _on_saved(self) -> None:
        if self._is_saved or not self._waiting:
            self._tell_waiting()
        else:
            self.save()

    def _tell_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for then in waiting:
            then()

    def _on_changed(self) -> None:
        self._is_saved = False

    def close(self) -> None:
        """End, since the window is closed as it should be: nothing is left to restore."""
        self._timer.stop()
        self._task.cancel()
        self._file.close()

    def _on_failed(self, error: Exception) -> None:
        self._is_saved = False
        if not isinstance(error, UserError):
            raise error
        if not self._has_told:
            self._has_told = True
            self.failed.emit(f"The session cannot be saved by itself. {error}")


@dataclass
class Orphan:
    """A session whose process ended without closing its window.

    Attributes
    ----------
    path : Path
    n_sets : int
    saved : datetime
        In the time of this place.
    lock : QLockFile
        Held, so that no other window offers it at the same time.
    """

    path: Path
    n_sets: int
    saved: datetime
    lock: QLockFile

    def discard(self) -> None:
        """Remove it."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        self.lock.unlock()

    def leave(self) -> None:
        """Leave it for another start."""
        self.lock.unlock()


def find_orphan() -> Orphan | None:
    """Return the latest session that was not closed, locked; None where there is none.

    Files that are damaged, or have no sets in them, are removed, and so is what processes have left
    that were killed while they wrote.
    """
    _remove_leftovers(autosave_folder())
    try:
        found = sorted(autosave_folder().glob(f"*{SUFFIX}"), key=_written, reverse=True)
    except OSError:
        return None
    for path in found:
        lock = _lock_of(path)
        if not lock.tryLock(0):
            continue
        orphan = _described(path, lock)
        if orphan is not None:
            return orphan
    return None


def _remove_leftovers(folder: Path) -> None:
    """Remove unfinished files that are a day old, and locks without a file or a process."""
    with suppress(OSError):
        for path in folder.glob(".*.tmp"):
            if time.time() - _written(path) > _OLD_SECONDS:
                path.unlink(missing_ok=True)
        for path in folder.glob(f"*{SUFFIX}.lock"):
            session = path.with_suffix("")
            lock = _lock_of(session)
            if not session.exists() and lock.tryLock(0):
                lock.unlock()


def _described(path: Path, lock: QLockFile) -> Orphan | None:
    try:
        library = read_document(path, FORMAT, VERSION).get("library")
        saved = datetime.fromtimestamp(path.stat().st_mtime)
    except (UserError, OSError):
        library = saved = None
    if not isinstance(library, list) or not library or saved is None:
        if path.exists() and not _is_newer(path):
            with suppress(OSError):
                path.unlink()
        lock.unlock()
        return None
    return Orphan(path, len(library), saved, lock)


def _is_newer(path: Path) -> bool:
    """Return whether a file is a session that only a newer program can read."""
    try:
        read_document(path, FORMAT, 1 << 62)
    except UserError:
        return False
    try:
        read_document(path, FORMAT, VERSION)
    except UserError:
        return True
    return False


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(str(path) + ".lock")
    lock.setStaleLockTime(0)  # However long it has been held: its process may be at work for days.
    return lock


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _save(
    file: SavedFile, state: State, window: Mapping[str, Any], steps: Steps, report: Report
) -> None:
    """Write the session. Runs off the UI thread."""
    file.write(state, window, steps)

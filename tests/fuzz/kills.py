"""Processes that are killed while they save: what is on the disk is the old contents or the new.

A process saves one version after the other to the same file and tells the number of each that is
complete. It is killed, after some milliseconds or before some line of the code that replaces files;
the file must then hold the last version that was told or the next one, in every part: vectors,
labels and metadata of the same version.

This file is also what runs in the processes. One has imported everything, and forks for each kill;
where the system cannot fork, it works itself, and is started again.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load, save
from embedviz.formats.writing import atomic_write

MOST_MILLISECONDS = 40.0
MOST_LINES = 250
"""Of the module that replaces files, in a bit more than one save of two files."""
DIMENSIONS = 6
FILLER = 5_000


@dataclass(frozen=True)
class Saving:
    """Something that is saved again and again.

    Attributes
    ----------
    suffix : str
        Of the file.
    save : callable
        Takes the path and the number of a version, and writes this version.
    read : callable
        Takes the path, and returns the number of the version that is there, or raises when it is
        not all of one version.
    """

    suffix: str
    save: Callable[[Path, int], None]
    read: Callable[[Path], int]


@dataclass(frozen=True)
class Moment:
    """When a process is killed, counted from the first version that is complete."""

    milliseconds: float = MOST_MILLISECONDS
    lines: int = 0

    def __str__(self) -> str:
        if self.lines:
            return f"before line {self.lines} that replaces files"
        return f"after {self.milliseconds:.1f} ms"


def version(step: int) -> VectorSet:
    """Return a set that is like no other version of it in any part."""
    n_rows = 1 + step * 7919 % 2000
    vectors = np.random.default_rng(step).normal(size=(n_rows, DIMENSIONS))
    labels = [f"w{step}-{row}w" for row in range(n_rows)]
    return VectorSet(vectors, labels, {"step": [step] * n_rows})


def _save_vectors(path: Path, step: int) -> None:
    save(version(step), path)


def _read_vectors(path: Path) -> int:
    found = load(path)
    if not found.labels[0].startswith("w"):
        raise ValueError("the labels do not fit the vectors")
    step = int(found.labels[0].partition("-")[0][1:])
    wanted = version(step)
    if found.labels != wanted.labels:
        raise ValueError("the labels are not those of one version")
    if found.vectors.tobytes() != wanted.vectors.tobytes():
        raise ValueError("the vectors are not those of the labels")
    metadata = found.metadata
    if "step" in metadata.column_names and metadata["step"].to_pylist() != [step] * len(found):
        raise ValueError("the metadata are not those of the labels")
    return step


def _save_session(path: Path, step: int) -> None:
    """Save a session as the window does by itself."""
    file, state = _session(path)
    window = {"step": step, "filler": [step] * FILLER}
    file.write(state.selecting([step % len(state.active)]), window, {})


@cache
def _session(path: Path) -> tuple[Any, Any]:
    from embedviz.app.files.session.autosave import SavedFile
    from embedviz.app.state import State

    rows = path.with_name("rows.npy")
    if not rows.exists():
        save(version(1), rows)
    for lock in path.parent.glob(f"{path.name}.*lock"):
        lock.unlink()  # Of a process that was killed. Another one has a file of its own.
    return SavedFile(path), State().opened(load(rows))


def _read_session(path: Path) -> int:
    from embedviz.app.files.documents import read_document
    from embedviz.app.files.packed import unpack_rows
    from embedviz.app.files.session.contents import FORMAT, VERSION

    document = read_document(path, FORMAT, VERSION)
    step = int(document["window"]["step"])
    if document["window"]["filler"] != [step] * FILLER:
        raise ValueError("the parts of the session are of several versions")
    if unpack_rows(document["state"]["selected"]).tolist() != [step % len(version(1))]:
        raise ValueError("the selection is not that of the version")
    return step


SUFFIXES = (".npy", ".tsv", ".vec", ".vec.gz", ".bin", ".csv", ".jsonl", ".parquet", ".feather")
SAVINGS = {
    **{f"vectors{suffix}": Saving(suffix, _save_vectors, _read_vectors) for suffix in SUFFIXES},
    "session": Saving(".embedviz", _save_session, _read_session),
}


class Nursery:
    """A process that has imported everything, for others to be made from in no time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def kill_during(self, name: str, path: Path, step: int, moment: Moment) -> int:
        """Return the last version that was complete when a process that saves was killed.

        Parameters
        ----------
        name : str
            Of one of the SAVINGS.
        path : Path
        step : int
            The first version; the others follow.
        moment : Moment
        """
        process = self._started()
        assert process.stdin is not None
        order = {"name": name, "path": str(path), "step": step, "lines": moment.lines}
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        child = int(self._line())
        last = int(self._line())
        if not moment.lines:
            time.sleep(moment.milliseconds / 1000)
            os.kill(child, getattr(signal, "SIGKILL", signal.SIGTERM))
        while (line := self._line()).strip().isdigit():
            last = int(line)
        if line.strip() != "ended":  # It was killed itself, or has failed.
            self.close()
            if line.strip():
                raise RuntimeError(line)
        return last

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.close()
            self._process.stdout.close()
            self._process.wait()
            self._process = None

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-P", __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self._process

    def _line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Return a nursery that is closed in the end."""
    made = Nursery()
    try:
        yield made
    finally:
        made.close()


def run(
    count: int, seed: int = 0, names: Sequence[str] = tuple(SAVINGS), folder: Path | None = None
) -> list[str]:
    """Kill processes that save, and return what was broken.

    Parameters
    ----------
    count : int
        How many.
    seed : int
        Of the moments.
    names : sequence of str
        Which of the SAVINGS, in turn.
    folder : Path, optional
        Where the files are. Default: one that is removed in the end.

    Returns
    -------
    list of str
        A line for each file that was broken: which, when, and how.
    """
    chance = random.Random(seed)
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as own, nursery() as made:
        steps = dict.fromkeys(names, 1)
        for i in range(count):
            name = names[i % len(names)]
            path = (folder or Path(own)) / f"{name.partition('.')[0]}{SAVINGS[name].suffix}"
            moment = (
                Moment(lines=chance.randint(1, MOST_LINES))
                if chance.random() < 0.5
                else Moment(chance.uniform(0.0, MOST_MILLISECONDS))
            )
            last = made.kill_during(name, path, steps[name], moment)
            found, problem = judge(name, path, last)
            if problem:
                failures.append(f"{name}, killed {moment} after version {last}: {problem}")
            _remove_left(path.parent)
            steps[name] = max(found, last) + 1
    return failures


def judge(name: str, path: Path, last: int) -> tuple[int, str]:
    """Return the version that is there, and what is wrong with it."""
    try:
        found = SAVINGS[name].read(path)
    except (UserError, ValueError, LookupError) as error:
        return last, f"{type(error).__name__}: {error}"
    return found, "" if found in (last, last + 1) else f"version {found} is there"


def _remove_left(folder: Path) -> None:
    """Remove what killed processes have left, or the next ones would spend their time on it."""
    for path in folder.glob(".embedviz-*.tmp"):
        path.unlink()


def _serve() -> None:
    """Make a process for each order, until there are no more."""
    _prepare()
    for line in sys.stdin:
        order = json.loads(line)
        if not hasattr(os, "fork"):
            _work(**order)
        child = os.fork()
        if not child:
            _work(**order)
        os.waitpid(child, 0)
        _tell("ended")


def _prepare() -> None:
    """Do everything once, so that no process has to import anything."""
    with tempfile.TemporaryDirectory() as folder:
        for name, saving in SAVINGS.items():
            saving.save(Path(folder) / f"{name}{saving.suffix}", 1)
    _session.cache_clear()


def _work(name: str, path: str, step: int, lines: int) -> None:
    """Save one version after the other, until the end."""
    saving = SAVINGS[name]
    _tell(os.getpid())
    try:
        saving.save(Path(path), step)
        _tell(step)
        if lines:
            sys.settrace(_killer(lines))
        while True:
            step += 1
            saving.save(Path(path), step)
            _tell(step)
    except BaseException as error:  # noqa: BLE001 - nothing of it may reach the process it is from
        _tell(f"{type(error).__name__}: {error}")
        os._exit(1)


def _killer(lines: int) -> Callable[..., Any]:
    """Return what `sys.settrace` takes, to kill the process before a line that replaces files."""
    left = lines

    def follow(frame: Any, event: str, argument: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename != atomic_write.__file__:
            return None
        if event == "line":
            left -= 1
            if left <= 0:
                os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        return follow

    return follow


def _tell(what: object) -> None:
    # Not through a buffer, which would be lost with the process.
    os.write(1, f"{what}\n".encode())


if __name__ == "__main__":
    _serve()

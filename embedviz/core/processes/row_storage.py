"""Storage of rows that are read while nobody knows how many there are: in memory, or in a file.

A file is for who only passes the rows on, and may have more of them than memory: it has no name, is
gone with the process, and its pages are given back as it is written, so that it takes no memory
however long it gets.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.processes.memory import require_memory
from embedviz.core.wording import in_words

_GROWTH_BYTES = 32 << 20
_RELEASED_BYTES = 32 << 20
_FOLDER: ContextVar[Path | None] = ContextVar("folder", default=None)


class RowStorage(Protocol):
    """Growing float32 matrix.

    Attributes
    ----------
    matrix : float32 array of shape (n_rows, n_dimensions)
        Larger than what is in use of it.
    """

    matrix: Matrix

    def require(self, name: str, n_rows: int) -> None:
        """Refuse so many rows of a file where there is no room for them.

        Raises
        ------
        UserError
        """

    def grow(self, n_rows: int, n_used: int) -> None:
        """Make it longer; rows that were handed out before are no longer part of it."""

    def release(self, n_used: int) -> None:
        """Take down that rows before `n_used` are not looked at for a while."""

    def taken(self, n_rows: int) -> Matrix:
        """Return its first rows, and nothing more of it."""


def row_storage(dimensions: int) -> RowStorage:
    """Return an empty storage: in memory, or in a file within `rows_on_disk`."""
    folder = _FOLDER.get()
    return RowsInMemory(dimensions) if folder is None else RowsOnDisk(dimensions, folder)


@contextmanager
def rows_on_disk(folder: Path | None) -> Iterator[None]:
    """Let files that are read by this thread have their rows in a file without a name.

    Parameters
    ----------
    folder : Path or None
        Where there is room for it. None: they are in memory, as always.
    """
    token = _FOLDER.set(folder)
    try:
        yield
    finally:
        _FOLDER.reset(token)


class RowsInMemory:
    """Rows in memory."""

    def __init__(self, dimensions: int) -> None:
        self.matrix: Matrix = np.empty((0, dimensions), np.float32)

    def require(self, name: str, n_rows: int) -> None:
        """Refuse what does not fit into the memory."""
        require_memory(name, n_rows, self.matrix.shape[1], len(self.matrix))

    def grow(self, n_rows: int, n_used: int) -> None:
        """Make it longer, with as little copied as can be."""
        dimensions = self.matrix.shape[1]
        if n_rows < 2 * len(self.matrix):
            # Nobody holds the rows handed out before, and on Linux nothing is copied. What is new
            # is filled with zeros, during which no other thread gets on: so it is done in steps.
            is_stepped = sys.platform == "linux"
            most = max(_GROWTH_BYTES // (4 * dimensions), 1) if is_stepped else n_rows
            while len(self.matrix) < n_rows:
                size = min(n_rows, len(self.matrix) + most)
                self.matrix.resize((size, dimensions), refcheck=False)
            return
        # Resizing writes zeros to all that is new, which takes as long as reading it from the disk.
        larger = np.empty((n_rows, dimensions), np.float32)
        larger[:n_used] = self.matrix[:n_used]
        self.matrix = larger

    def release(self, n_used: int) -> None:
        """Nothing: memory has no other place for them."""

    def taken(self, n_rows: int) -> Matrix:
        """Return its first rows; the rest of the memory is given back."""
        self.matrix.resize((n_rows, self.matrix.shape[1]), refcheck=False)
        return self.matrix


class RowsOnDisk:
    """Rows in a file without a name, that are mapped.

    Parameters
    ----------
    dimensions : int
    folder : Path
    """

    def __init__(self, dimensions: int, folder: Path) -> None:
        self.matrix: Matrix = np.empty((0, dimensions), np.float32)
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._n_released = 0

    def require(self, name: str, n_rows: int) -> None:
        """Refuse what does not fit on the disk."""
        import shutil

        needed = 4 * self.matrix.shape[1] * (n_rows - len(self.matrix))
        free = shutil.disk_usage(self._folder).free
        if needed > free:
            raise UserError(
                f"{name} is unpacked into a file beside what is written, about "
                f"{in_words(needed)}, and {in_words(free)} are free in {self._folder}. Make room, "
                "or choose another place."
            )

    def grow(self, n_rows: int, n_used: int) -> None:
        """Make the file longer, and map it anew."""
        dimensions = self.matrix.shape[1]
        n_bytes = 4 * dimensions * n_rows
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder, prefix=".embedviz-")  # noqa: SIM115
                weakref.finalize(self, self._file.close)  # Also where reading ends early.
            _reserve(self._file, n_bytes)
            mapping = mmap.mmap(self._file.fileno(), n_bytes)
        except OSError as error:
            raise UserError(
                f"{in_words(n_bytes)} for vectors that are being read cannot be had in "
                f"{self._folder}: {error.strerror or error}. Make room, or choose another place."
            ) from error
        self.matrix = np.frombuffer(mapping, np.float32).reshape(n_rows, dimensions)
        self._n_released = 0

    def release(self, n_used: int) -> None:
        """Give the pages of what is written back, some megabytes at a time."""
        n_bytes = 4 * self.matrix.shape[1] * (n_used - self._n_released)
        if n_bytes > _RELEASED_BYTES:
            release_pages(self.matrix)
            self._n_released = n_used

    def taken(self, n_rows: int) -> Matrix:
        """Return its first rows; the file goes when they do."""
        release_pages(self.matrix)
        if self._file is not None:
            self._file.close()  # The mapping holds it.
        return self.matrix[:n_rows]


def release_pages(array: np.ndarray) -> None:
    """Give back the memory that an array takes which is mapped from a file; it stays in the file.

    Anything else is left as it is, and so is one whose changes do not reach the file.
    """
    owner: Any = array
    while isinstance(owner, np.ndarray | memoryview):
        if isinstance(owner, np.memmap) and owner.mode == "c":
            return
        owner = owner.obj if isinstance(owner, memoryview) else owner.base
    if isinstance(owner, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        owner.madvise(mmap.MADV_DONTNEED)


def _reserve(file: IO[bytes], n_bytes: int) -> None:
    """Make a file so long, with the room on the disk taken.

    A mapping of what the disk then has no room for would end the process when it is written to.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, n_bytes)
        return
    file.seek(0, os.SEEK_END)
    while (left := n_bytes - file.tell()) > 0:
        file.write(bytes(min(left, _GROWTH_BYTES)))
    file.flush()

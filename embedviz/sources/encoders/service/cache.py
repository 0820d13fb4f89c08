"""Cache of vectors that a service gave, so that nothing is paid for twice.

One SQLite file in the user's cache folder, found by SHA-256 of address, model, dimensions and the
text as it is sent, that is with its prompt. It holds vectors as they came, as float32, and no text.
Each call opens the file and closes it again: it takes a millisecond beside a request, several
processes and threads may do so at once (SQLite's write-ahead log), and nothing is left open when
one is ended. A file that is damaged is moved aside, which `notice` says, and a new one begun.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.wording import in_words
from embedviz.sources.cache_folder import cache_folder

T = TypeVar("T")

MOST_BYTES = 8_000_000_000
"""Size of the file beyond which the vectors that were not used for the longest time are removed:
a million of 2,000 dimensions."""

_VERSION = 1
_FILE_NAME = f"embeddings-{_VERSION}.sqlite"
_AT_ONCE = 500
_DAY = 86_400
_BUSY_SECONDS = 30.0
# "database disk image is malformed", "file is not a database", and tables that are not ours.
_DAMAGED_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
_TABLES = """
CREATE TABLE IF NOT EXISTS vectors (
    key BLOB PRIMARY KEY, space BLOB NOT NULL, used INTEGER NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS by_use ON vectors (used);
CREATE TABLE IF NOT EXISTS spaces (space BLOB PRIMARY KEY, length INTEGER NOT NULL);
"""


def space_key(address: str, model: str, dimensions: int | None) -> bytes:
    """Return what all vectors of a service have in common that are asked for alike."""
    digest = sha256(b"embedviz vectors 1")
    for part in (address, model, "" if dimensions is None else str(dimensions)):
        data = part.encode("utf-8", "replace")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def vector_key(space: bytes, text: str) -> bytes:
    """Return the key of the vector of a text, as it is sent."""
    return sha256(space + text.encode("utf-8", "replace")).digest()


class VectorCache:
    """Vectors on the disk, by key.

    Parameters
    ----------
    path : Path, optional
        The file. Default: in the user's cache folder.
    most_bytes : int
        Size that it is kept below.

    Attributes
    ----------
    notice : str
        What was wrong with the file, for the user; empty: nothing.
    """

    def __init__(self, path: Path | None = None, most_bytes: int = MOST_BYTES) -> None:
        self.path = path or cache_folder() / "services" / _FILE_NAME
        self.notice = ""
        self._most_bytes = most_bytes

    def missing(self, keys: Sequence[bytes]) -> set[int]:
        """Return the places of the keys that it has no vector for."""

        def read(database: sqlite3.Connection) -> set[int]:
            absent: set[int] = set()
            for start in range(0, len(keys), _AT_ONCE):
                some = keys[start : start + _AT_ONCE]
                query = f"SELECT key FROM vectors WHERE key IN ({_marks(len(some))})"
                known = {row[0] for row in database.execute(query, some)}
                absent.update(start + at for at, key in enumerate(some) if key not in known)
            return absent

        found = self._reading(read)
        return set(range(len(keys))) if found is None else found

    def find(self, keys: Sequence[bytes]) -> Iterator[tuple[int, Matrix]]:
        """Return the vectors that it has, each with the place of its key; float32."""
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            places = {key: start + at for at, key in enumerate(some)}
            for key, data in self._reading(partial(_read, keys=some)) or ():
                if len(data) % 4 == 0:
                    vector: Matrix = np.frombuffer(data, dtype="<f4")
                    if len(vector) and np.isfinite(vector).all():
                        yield places[key], vector

    def length(self, space: bytes) -> int | None:
        """Return how many dimensions the vectors of a space have; None: it knows none of them."""

        def read(database: sqlite3.Connection) -> int | None:
            row = database.execute("SELECT length FROM spaces WHERE space = ?", (space,)).fetchone()
            return None if row is None else int(row[0])

        return self._reading(read)

    def keep(self, space: bytes, keys: Sequence[bytes], vectors: Matrix) -> bool:
        """Keep vectors, on the disk for good when this returns; return whether that worked.

        Parameters
        ----------
        space : bytes
        keys : sequence of bytes
        vectors : float32 array of shape (n_keys, n_dimensions)
        """
        data = np.ascontiguousarray(vectors, dtype="<f4")
        now = int(time.time())
        rows = [(key, space, now, row.tobytes()) for key, row in zip(keys, data, strict=True)]

        def write(database: sqlite3.Connection) -> None:
            with _transaction(database):
                database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)
                database.execute(
                    "INSERT OR REPLACE INTO spaces VALUES (?, ?)", (space, data.shape[1])
                )
            self._shrink(database)

        try:
            self._with_database(write)
        except (OSError, sqlite3.Error) as error:
            self.notice = (
                f"Vectors cannot be kept in the cache {self.path} ({error}); once the program has "
                "ended they would have to be paid for again. Make room on the disk, or name "
                "another folder with EMBEDVIZ_CACHE_DIR."
            )
            return False
        return True

    def forget(self, space: bytes) -> None:
        """Remove all vectors of a space."""

        def write(database: sqlite3.Connection) -> None:
            with _transaction(database):
                database.execute("DELETE FROM vectors WHERE space = ?", (space,))
                database.execute("DELETE FROM spaces WHERE space = ?", (space,))

        self._changing(write)

    def clear(self) -> None:
        """Remove all vectors, and give their room on the disk back.

        Raises
        ------
        UserError
            When another process is writing just now, or the disk does not let it.
        """

        def write(database: sqlite3.Connection) -> None:
            with _transaction(database):
                database.execute("DELETE FROM vectors")
                database.execute("DELETE FROM spaces")
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        self._changing(write)

    @property
    def n_vectors(self) -> int:
        """How many vectors there are."""
        count = "SELECT count(*) FROM vectors"
        return self._reading(lambda database: int(database.execute(count).fetchone()[0])) or 0

    @property
    def n_bytes(self) -> int:
        """Size of the file, and of what waits to be written into it."""
        total = 0
        for path in self._files():
            with suppress(OSError):
                total += path.stat().st_size
        return total

    @property
    def description(self) -> str:
        """Number of vectors, size and place, on one line."""
        return f"{self.n_vectors:,} vectors · {in_words(self.n_bytes)} · {self.path}"

    def _changing(self, work: Callable[[sqlite3.Connection], None]) -> None:
        if not self.path.exists():
            return
        try:
            self._with_database(work)
        except (OSError, sqlite3.Error) as error:
            raise UserError(
                f"The cache {self.path} could not be changed: {error}. End other windows of the "
                "program and try again, or delete the file."
            ) from error

    def _reading(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """Return what work reads; None where there is no file, or it cannot be read."""
        if not self.path.exists():
            return None
        try:
            return self._with_database(work)
        except (OSError, sqlite3.Error) as error:
            self.notice = f"The cache {self.path} cannot be read: {error}."
            return None

    def _with_database(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what work does with the file; with a new one where it is damaged."""
        before = self._identity()
        try:
            return self._opened(work)
        except sqlite3.DatabaseError as error:
            # The lowest byte is the kind of the error, what is above it the occasion.
            if (getattr(error, "sqlite_errorcode", 0) & 0xFF) not in _DAMAGED_CODES:
                raise
        if self._identity() == before:  # Else another process has moved it aside just now.
            self._move_aside()
        return self._opened(work)

    def _identity(self) -> tuple[int, int] | None:
        with suppress(OSError):
            status = self.path.stat()
            return status.st_dev, status.st_ino
        return None

    def _opened(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=0o600)  # From vectors something of the texts can be guessed.
        with closing(
            sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        ) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            database.executescript(_TABLES)
            return work(database)

    def _shrink(self, database: sqlite3.Connection) -> None:
        """Remove what was not used for the longest time until all fits, and something is free."""
        while (used := _used_bytes(database)) > self._most_bytes:
            n_rows = database.execute("SELECT count(*) FROM vectors").fetchone()[0]
            surplus = 1 - 0.9 * self._most_bytes / used
            n_old = min(n_rows, int(n_rows * surplus) + 1)
            if not n_old:
                return
            old = "SELECT key FROM vectors ORDER BY used, rowid LIMIT ?"
            with _transaction(database):
                database.execute(f"DELETE FROM vectors WHERE key IN ({old})", (n_old,))

    def _move_aside(self) -> None:
        number = 1
        while (aside := self.path.with_name(f"{self.path.name}.damaged-{number}")).exists():
            number += 1
        for path in self._files():
            with suppress(FileNotFoundError):  # Another process may have done so just now.
                path.replace(aside.with_name(aside.name + path.name[len(self.path.name) :]))
        self.notice = (
            f"The cache of vectors was damaged and is begun anew; the old file is {aside}."
        )

    def _files(self) -> list[Path]:
        return [self.path.with_name(self.path.name + end) for end in ("", "-wal", "-shm")]


def _read(database: sqlite3.Connection, keys: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """Return keys and vectors, and note that they were used, at most once a day."""
    chosen = f"key IN ({_marks(len(keys))})"
    rows = database.execute(f"SELECT key, vector FROM vectors WHERE {chosen}", keys).fetchall()
    now = int(time.time())
    stale = f"UPDATE vectors SET used = ? WHERE {chosen} AND used < ?"
    with suppress(sqlite3.OperationalError):  # Read-only, or somebody writes: it is not important.
        database.execute(stale, (now, *keys, now - _DAY))
    return [(key, vector) for key, vector in rows if isinstance(vector, bytes)]


def _transaction(database: sqlite3.Connection) -> sqlite3.Connection:
    """Begin a transaction that ends with the block: written, or undone after an error."""
    database.execute("BEGIN IMMEDIATE")
    return database


def _used_bytes(database: sqlite3.Connection) -> int:
    pages, free, size = (
        int(database.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def _marks(count: int) -> str:
    return ", ".join("?" * count)

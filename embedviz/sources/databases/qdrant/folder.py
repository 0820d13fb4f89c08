"""Folder of Qdrant's local mode, read without changing anything in it.

The client, given such a folder, locks it, may delete rows in it and unpickles whatever is there,
which runs what a stranger put into it. So its points are read here: from the SQLite file opened
read-only, by an unpickler that makes points and nothing else. They are then handed to a client in
memory, which searches. All of a collection is in memory, as in local mode itself.
"""

from __future__ import annotations

import io
import json
import pickle
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.wording import shown_name

_ALLOWED: Mapping[tuple[str, str], Any] = {
    ("uuid", "UUID"): UUID,
    ("datetime", "datetime"): datetime,
    ("datetime", "date"): date,
    ("datetime", "time"): time,
    ("datetime", "timedelta"): timedelta,
    ("datetime", "timezone"): timezone,
    ("builtins", "set"): set,
}
_NUMPY = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
}


class StoredPoint:
    """A value of one of Qdrant's classes, as plain attributes."""

    id: Any = None
    vector: Any = None
    payload: Any = None

    def __new__(cls, *args: Any) -> StoredPoint:
        """Return an empty one, whatever its class was made with."""
        return super().__new__(cls)

    def __setstate__(self, state: Any) -> None:
        values = state.get("__dict__", state) if isinstance(state, dict) else {}
        for name in ("id", "vector", "payload"):
            setattr(self, name, values.get(name))


class _PointReader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module == "qdrant_client" or module.startswith("qdrant_client."):
            return StoredPoint
        if (module, name) in _NUMPY:
            return getattr(import_module(module), name)
        if (module, name) in _ALLOWED:
            return _ALLOWED[module, name]
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a point")


@dataclass(frozen=True)
class StoredCollection:
    """Collection in a folder.

    Attributes
    ----------
    config : Any
        `CreateCollection` of the client.
    ids : list of int or str
        In Qdrant's order: numbers, then UUIDs.
    client : Any
        A client in memory that holds it.
    n_bytes : int
    version : str
        Size and time of its file.
    """

    config: Any
    ids: Sequence[Any]
    client: Any
    n_bytes: int
    version: str


class StoredFolder:
    """A folder of local mode.

    Parameters
    ----------
    path : Path

    Raises
    ------
    UserError
        When it is not one, or may not be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._meta = self._read_meta()

    @staticmethod
    def is_one(path: Path) -> bool:
        """Return whether a path looks like a folder of local mode."""
        return (path / "meta.json").is_file() and (path / "collection").is_dir()

    @property
    def names(self) -> Sequence[str]:
        """Names of its collections."""
        return list(self._meta)

    def open(self, name: str) -> StoredCollection:
        """Read a collection into memory."""
        models = import_module("qdrant_client.models")
        file = self._path / "collection" / name / "storage.sqlite"
        config = dict(self._meta[name])
        config.pop("init_from", None)
        try:
            made = models.CreateCollection(**config)
        except ValueError:
            raise UserError(
                f"The settings of {shown_name(name)!r} in {self._path / 'meta.json'} are not "
                "those of a collection. Another version of qdrant-client may have written it."
            ) from None
        before = file.stat() if file.is_file() else None
        points = self._points(name, file)
        client = _in_memory(name, made, points)
        ids = sorted((each.id for each in points), key=id_order)
        size = before.st_size if before else 0
        version = f"{size}-{before.st_mtime_ns}" if before else ""
        return StoredCollection(made, ids, client, size, version)

    def _read_meta(self) -> dict[str, Any]:
        file = self._path / "meta.json"
        try:
            text = file.read_text("utf-8")
            collections = json.loads(text)["collections"]
        except FileNotFoundError:
            raise UserError(
                f"{self._path} is not a folder of Qdrant's local mode: there is no meta.json in "
                "it. A server's own storage folder cannot be read; give the server's address."
            ) from None
        except OSError as error:
            raise UserError(f"{file} cannot be read: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError):
            raise UserError(f"{file} is not the list of collections that Qdrant keeps.") from None
        if not isinstance(collections, dict):
            raise UserError(f"{file} is not the list of collections that Qdrant keeps.")
        # A name is one folder, whatever somebody wrote into the file.
        return {
            name: config
            for name, config in collections.items()
            if isinstance(config, dict) and Path(name).name == name and name != ".."
        }

    def _points(self, name: str, file: Path) -> list[StoredPoint]:
        if not file.exists():
            raise UserError(
                f"The collection {shown_name(name)!r} has no file {file}. It was dropped, or "
                "written by qdrant-client before 1.1.7, which has to convert it first."
            )
        try:
            return list(_read_points(file))
        except sqlite3.Error as error:
            raise UserError(
                f"{file} cannot be read: {error}. If a program writes into it, wait for it; if "
                "one broke off, open and close the folder once with qdrant-client."
            ) from None
        except OSError as error:
            raise UserError(f"{file} cannot be read: {error.strerror}.") from None
        except UserError:
            raise
        except Exception as error:  # noqa: BLE001 - a damaged pickle raises nearly anything.
            raise UserError(
                f"A point in {file} was not read, since it holds what no point does: {error}"
            ) from None


def id_order(point_id: int | str) -> tuple[bool, int, str]:
    """Return what orders the keys of points as Qdrant does: numbers, then UUIDs."""
    return (True, 0, point_id) if isinstance(point_id, str) else (False, point_id, "")


def _read_points(file: Path) -> Iterator[StoredPoint]:
    """Yield the points of a file, of each key the one written last."""
    with file.open("rb") as opened:
        header = opened.read(20)
    log = file.with_name(file.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise UserError(f"{file} has a log of changes beside it. Close the program that has it.")
    # A file in WAL mode would get companions when it is opened; none of Qdrant's is in it.
    mode = "mode=ro&immutable=1" if header[18:20] == b"\x02\x02" else "mode=ro"
    address = f"file:{quote(str(file.absolute()))}?{mode}"
    seen: set[Any] = set()
    with closing(sqlite3.connect(address, uri=True)) as storage:
        for (blob,) in storage.execute("SELECT point FROM points ORDER BY rowid DESC"):
            point = _PointReader(io.BytesIO(blob)).load()
            if not isinstance(point, StoredPoint) or point.id is None:
                raise pickle.UnpicklingError("it is not a point")
            if not isinstance(point.id, int):
                point.id = str(UUID(str(point.id)))
            if point.id not in seen:
                seen.add(point.id)
                yield point


def _in_memory(name: str, config: Any, points: Sequence[StoredPoint]) -> Any:
    """Return a client in memory with one collection, whose points are given as they were read."""
    package = import_module("qdrant_client")
    local = import_module("qdrant_client.local.local_collection")
    client = package.QdrantClient(":memory:")
    collection = local.LocalCollection(config, None)
    for point in points:
        point.vector = _dense_vectors(point.vector, collection.vectors_config)
    # As points come from a file of the client's own; adding them one by one copies all each time.
    collection.storage = _Loaded(points)
    try:
        collection.load_vectors()
    finally:
        collection.storage = None
    client._client.collections[name] = collection
    return client


class _Loaded:
    def __init__(self, points: Sequence[StoredPoint]) -> None:
        self._points = points

    def load(self) -> Iterator[StoredPoint]:
        return iter(self._points)


def _dense_vectors(vector: Any, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dense vectors of a point by name, those of cosine fields at unit length."""
    named = vector if isinstance(vector, dict) else {"": vector}
    found = {}
    for name, each in named.items():
        if name not in config or each is None:
            continue
        numbers = np.asarray(each, np.float32)
        if numbers.shape != (config[name].size,):
            continue  # Counted as a row without a vector.
        if config[name].distance.value == "Cosine":
            with np.errstate(over="ignore", invalid="ignore"):
                length = np.linalg.norm(numbers.astype(np.float64))
                numbers = (numbers / length).astype(np.float32) if length > 0 else numbers
        found[name] = numbers
    return found

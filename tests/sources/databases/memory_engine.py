"""Database in memory, for tests: "memory:NAME" is an address, and no server is needed for it.

Its tables are filled by the test. It may be slow, fail in the middle, or have rows without vectors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from embedviz.core.errors import UserError
from embedviz.sources.databases import ENGINES
from embedviz.sources.databases.keys import as_keys
from embedviz.sources.databases.protocol import (
    Batch,
    CollectionInfo,
    Field,
    Partition,
    SearchAnswer,
)

ENGINE = "tests.sources.databases.memory_engine.MemoryDatabase"


@dataclass
class Table:
    """Rows of a collection; a vector of None is missing.

    Attributes
    ----------
    keys : list of int or str
    vectors : list of sequence of float, or None
    columns : dict of str to list
    fails_after : int or None
        How many calls of `take` succeed.
    """

    keys: list[Any]
    vectors: list[Any]
    columns: dict[str, list[Any]] = field(default_factory=dict)
    version: str = "1"
    fails_after: int | None = None


TABLES: dict[str, dict[str, Table]] = {}
"""By the names of databases, and of collections."""
CONNECTED: list[Any] = []
"""Addresses that were connected to, and with what secret."""


class MemoryCollection:
    """One table of it."""

    def __init__(self, name: str, table: Table) -> None:
        self._name, self._table = name, table
        self._places = {key: place for place, key in enumerate(table.keys)}
        self.n_taken = 0

    @property
    def info(self) -> CollectionInfo:
        table = self._table
        length = next((len(each) for each in table.vectors if each is not None), None)
        kinds = {int: "number", float: "number", str: "text"}
        fields = [Field("vector", "vector", length, "float32")]
        for name, values in table.columns.items():
            first = next((each for each in values if each is not None), None)
            fields.append(Field(name, kinds.get(type(first), "other")))
        kind = "text" if table.keys and isinstance(table.keys[0], str) else "number"
        return CollectionInfo(
            self._name, len(table.keys), tuple(fields), "id", kind, None, table.version
        )

    @property
    def abilities(self) -> frozenset[Any]:
        return frozenset({"exact"})

    def bounds(self):
        keys = self._table.keys
        return None if not keys or isinstance(keys[0], str) else (min(keys), max(keys))

    def existing(self, keys):
        return as_keys([key for key in keys.tolist() if key in self._places])

    def all_keys(self, partition=None):
        yield as_keys(self._table.keys)

    def take(self, keys, vector_field, fields=()):
        self.n_taken += 1
        fails_after = self._table.fails_after
        if fails_after is not None and self.n_taken > fails_after:
            raise UserError("The database does not answer any more.")
        length = self.info.fields[0].dimensions
        there = [key for key in keys.tolist() if key in self._places]
        vectors = {key: self._table.vectors[self._places[key]] for key in there}
        good = [key for key in there if vectors[key] is not None and len(vectors[key]) == length]
        bad = [key for key in there if key not in good]
        return Batch(
            as_keys(good),
            np.array([vectors[key] for key in good], np.float32).reshape(len(good), length),
            {
                name: [self._table.columns[name][self._places[key]] for key in good]
                for name in fields
            },
            len(bad),
            as_keys(bad[:10]),
        )

    def partitions(self, count):
        return [Partition()]

    def batches(self, partition, vector_field, fields=(), batch_rows=8192):
        keys = as_keys(self._table.keys)
        for start in range(0, len(keys), batch_rows):
            yield self.take(keys[start : start + batch_rows], vector_field, fields)

    def nearest(self, request) -> SearchAnswer:
        raise NotImplementedError

    def call_of(self, request) -> str:
        return "memory"

    def close(self) -> None:
        pass


class MemoryDatabase:
    """Database in memory, at "memory://NAME"."""

    title: ClassVar[str] = "Memory"
    address_help: ClassVar[str] = "memory://NAME"
    lacks: ClassVar[str] = ""

    def __init__(self, address, secret=None) -> None:
        self._address = address
        CONNECTED.append((address, secret))
        name = address.place.removeprefix("memory://")
        if name not in TABLES:
            raise UserError(f"There is no database {name}.")
        self._tables = TABLES[name]

    @classmethod
    def what_lacks(cls) -> str:
        return cls.lacks

    @classmethod
    def recognizes(cls, text: str) -> bool:
        return text.startswith("memory:")

    @property
    def address(self):
        return self._address

    def collections(self):
        return sorted(self._tables)

    def open(self, name):
        if name not in self._tables:
            raise UserError(f"There is no collection {name!r}.")
        return MemoryCollection(name, self._tables[name])

    def close(self) -> None:
        pass


def table(n_rows: int = 50, **more: Any) -> Table:
    """Return a table of random rows with their titles and years; every second key is in use."""
    rows = np.random.default_rng(0).standard_normal((n_rows, 4)).astype(np.float32)
    columns = {"title": [f"row {i}" for i in range(n_rows)], "year": list(range(n_rows))}
    return Table([10 + 2 * i for i in range(n_rows)], rows.tolist(), columns, **more)


def registered(monkeypatch: Any) -> dict[str, Table]:
    """Make it an engine like the others for a test, and return its only database, "db"."""
    monkeypatch.setitem(ENGINES, "memory", ENGINE)
    TABLES.clear()
    CONNECTED.clear()
    TABLES["db"] = {"things": table()}
    return TABLES["db"]

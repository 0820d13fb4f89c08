"""Engine "served" for a test: it has a server, an index and exact search, and can be taken away."""

from threading import Event
from typing import ClassVar

import numpy as np

from embedviz.core.errors import UserError
from embedviz.sources.databases import ENGINES
from embedviz.sources.databases.address import Address

from .indexed_engine import IndexedCollection

ENGINE = "tests.sources.databases.served_engine.ServedDatabase"
ADDRESS = "served://db.example.org/db"


class ServedCollection(IndexedCollection):
    """Rows that may take their time, and be gone; `SERVER` says so."""

    def take(self, keys, vector_field, fields=()):
        SERVER.require()
        return super().take(keys, vector_field, fields)

    def nearest(self, request):
        SERVER.require()
        if SERVER.waits is not None:
            SERVER.is_waiting.set()
            SERVER.waits.wait(30)
        return super().nearest(request)


class Server:
    """What is served: collections by name, who connected, and what goes wrong."""

    def __init__(self):
        self.collections = {}
        self.connected, self.n_closed = [], 0
        self.error = ""
        self.waits, self.is_waiting = None, Event()

    def require(self):
        if self.error:
            raise UserError(self.error)


SERVER = Server()


class ServedDatabase:
    """Database of the server."""

    title: ClassVar[str] = "Served"
    address_help: ClassVar[str] = ADDRESS

    def __init__(self, address, secret=None):
        SERVER.connected.append((address, secret))
        SERVER.require()
        self.address = address

    @classmethod
    def what_lacks(cls):
        return ""

    @classmethod
    def recognizes(cls, text):
        return text.startswith("served:")

    def collections(self):
        return sorted(SERVER.collections)

    def open(self, name):
        if name not in SERVER.collections:
            raise UserError(f"There is no collection {name!r}.")
        return SERVER.collections[name]

    def close(self):
        SERVER.n_closed += 1


def served(monkeypatch, n_rows=600, **more):
    """Register the engine for a test, with one collection "rows"; return the server."""
    monkeypatch.setitem(ENGINES, "served", ENGINE)
    SERVER.__init__()
    random = np.random.default_rng(3)
    vectors = random.standard_normal((n_rows, 8)).astype(np.float32)
    columns = {"title": [f"title {place}" for place in range(n_rows)]}
    SERVER.collections["rows"] = ServedCollection(vectors, columns=columns, **more)
    return SERVER


def served_address():
    """Return the address of the server."""
    return Address("served", ADDRESS)

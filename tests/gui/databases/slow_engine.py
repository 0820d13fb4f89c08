"""Database in memory that waits where a test wants it to, and counts what it still holds."""

import threading
from dataclasses import replace

from embedviz.core.errors import UserError
from tests.sources.databases.memory_engine import MemoryCollection, MemoryDatabase

ENGINE = f"{__name__}.SlowDatabase"
PLACES = ("connect", "list", "open", "bounds", "take")


class Pauses:
    """Places where the engine waits until it may go on.

    Attributes
    ----------
    at : dict of str to threading.Event
        Set while calls of a name go on without a pause.
    reached : dict of str to threading.Event
        Set once somebody waits there.
    n_open : int
        Databases that were opened and not closed.
    """

    def __init__(self):
        self.at = {name: threading.Event() for name in PLACES}
        self.reached = {name: threading.Event() for name in PLACES}
        self.n_open = 0
        self.go_on()

    def go_on(self):
        for each in self.at.values():
            each.set()

    def stop_at(self, name):
        self.reached[name].clear()
        self.at[name].clear()

    def pause(self, name):
        if not self.at[name].is_set():
            self.reached[name].set()
            assert self.at[name].wait(60), f"nobody let it go on at {name}"


pauses = Pauses()


class SlowCollection(MemoryCollection):
    """Table of it."""

    def bounds(self):
        pauses.pause("bounds")
        return super().bounds()

    def take(self, keys, vector_field, fields=()):
        pauses.pause("take")
        return super().take(keys, vector_field, fields)


class SlowDatabase(MemoryDatabase):
    """Database of it, at "slow://NAME"; with a password where one is set."""

    title = "Slow"
    address_help = "slow://NAME"
    password = ""

    def __init__(self, address, secret=None):
        pauses.pause("connect")
        self._is_closed = False
        super().__init__(replace(address, place=address.place.replace("slow:", "memory:")), secret)
        self._address = address
        given = "" if secret is None else secret.reveal()
        if self.password and given != self.password:
            raise UserError("The password was refused. Type another one.")
        pauses.n_open += 1

    @classmethod
    def recognizes(cls, text):
        return text.startswith("slow:")

    def collections(self):
        pauses.pause("list")
        return super().collections()

    def open(self, name):
        pauses.pause("open")
        opened = super().open(name)
        opened.__class__ = SlowCollection
        return opened

    def close(self):
        pauses.n_open -= not self._is_closed
        self._is_closed = True

"""Collections that open sets are samples of: connected to when first asked, and kept until closed.

No connection is opened that was not agreed to. Who opened a sample has agreed; of one that came
with a session the user is asked first, since the address may be somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Lock

from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled, Report
from embedviz.core.vector_set import VectorSet
from embedviz.sources.consent import Ask, Sending, refuse
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.connecting import connect
from embedviz.sources.databases.credentials import TYPED
from embedviz.sources.databases.origin import CollectionOrigin
from embedviz.sources.databases.protocol import Collection, Database

_POLL_SECONDS = 0.05


def origin_of(vector_set: VectorSet | None) -> CollectionOrigin | None:
    """Return the collection that a set is a sample of, with its vectors as they are there.

    None also for a set whose vectors were computed from such a sample: in their space, a
    collection cannot be searched.
    """
    if vector_set is None or vector_set.derivation is not None:
        return None
    return vector_set.origin if isinstance(vector_set.origin, CollectionOrigin) else None


class Collections:
    """Open collections, by where they are; used from any thread.

    Attributes
    ----------
    ask : Ask
        Asks the user before a connection is opened; none is until there is one.
    """

    def __init__(self) -> None:
        self.ask: Ask = refuse
        self._agreed: set[Address] = set()
        self._kept: dict[tuple[Address, str], _Kept] = {}
        self._changing = Lock()
        self._is_closed = False

    def agree(self, vector_set: VectorSet) -> None:
        """Remember that the user has just opened a sample, and so agreed to connect there."""
        origin = vector_set.root.origin
        if isinstance(origin, CollectionOrigin):
            self._agreed.add(origin.address)

    @contextmanager
    def opened(self, origin: CollectionOrigin, report: Report) -> Iterator[Collection]:
        """Give the collection of a sample, for one asker at a time. Not for the UI thread.

        After an error it is connected to anew the next time.

        Raises
        ------
        NotAgreed
            When the user does not want to connect.
        UserError
            When it cannot be opened.
        """
        kept = self._of(origin)
        report(0.0, "asking the database")
        while not kept.lock.acquire(timeout=_POLL_SECONDS):
            report(0.0, "waiting for the database")
        try:
            yield kept.collection or self._open(kept, origin, report)
        except Cancelled:
            raise
        except Exception:
            kept.close()
            raise
        finally:
            if self._is_closed or not kept.is_wanted:
                kept.close()
            kept.lock.release()

    def keep_only(self, vector_sets: tuple[VectorSet, ...]) -> None:
        """Close the collections of which no set is open any more."""
        origins = (each.root.origin for each in vector_sets)
        wanted = {_place(each) for each in origins if isinstance(each, CollectionOrigin)}
        with self._changing:
            gone = [each for each in self._kept if each not in wanted]
            ended = [self._kept.pop(each) for each in gone]
        for each in ended:
            each.end()

    def close(self) -> None:
        """End all connections; nothing is asked any more."""
        self._is_closed = True
        self.keep_only(())

    def _of(self, origin: CollectionOrigin) -> _Kept:
        with self._changing:
            if self._is_closed:
                raise UserError("The window is being closed, so no database is asked any more.")
            return self._kept.setdefault(_place(origin), _Kept())

    def _open(self, kept: _Kept, origin: CollectionOrigin, report: Report) -> Collection:
        address = origin.address

        def ask(sending: Sending) -> bool:
            is_allowed = address in self._agreed or self.ask(sending) is True
            report(0.0, f"connecting to {sending.host}")  # Here it ends where nobody waits.
            if is_allowed:
                self._agreed.add(address)
            return is_allowed

        return kept.open(connect(address, TYPED.find(address), ask), origin.settings.collection)


class _Kept:
    """A collection that may be open; whoever uses it holds its lock."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.is_wanted = True
        self.collection: Collection | None = None
        self._database: Database | None = None

    def open(self, database: Database, name: str) -> Collection:
        self._database = database
        self.collection = database.open(name)
        return self.collection

    def end(self) -> None:
        """Close it now, or when who uses it is done."""
        self.is_wanted = False
        if self.lock.acquire(blocking=False):
            try:
                self.close()
            finally:
                self.lock.release()

    def close(self) -> None:
        collection, database = self.collection, self._database
        self.collection = self._database = None
        try:
            if collection is not None:
                with closing(collection):
                    pass
        finally:
            if database is not None:
                database.close()


def _place(origin: CollectionOrigin) -> tuple[Address, str]:
    return origin.address, origin.settings.collection

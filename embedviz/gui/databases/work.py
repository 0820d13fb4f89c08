"""Work of the dialog for databases: connecting, listing, looking and reading, off the UI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from embedviz.app.opening import prepared
from embedviz.app.tasks import Task, TaskBoard
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.databases.address_form import ConnectionRequest
from embedviz.gui.texts.consent_dialog import ConsentQuestions
from embedviz.sources.consent import Agreements, Ask
from embedviz.sources.databases.browsing import CollectionEntry, Connection, FirstLook
from embedviz.sources.databases.connecting import address_of, connect
from embedviz.sources.databases.credentials import (
    TYPED,
    checked_password_variable,
    find_password,
)
from embedviz.sources.databases.origin import SampleSettings

Tell = Callable[[Sequence[CollectionEntry]], None]


class DatabaseWork(QObject):
    """A database that is looked into, and what is being done with it.

    Parameters
    ----------
    board : TaskBoard
        Shows progress in the status bar, too.
    window : QWidget
        Has the question before a connection is opened.
    agreements : Agreements
        What the user agreed to before, for this run of the program.

    Signals
    -------
    changed : ()
        Something else is known or done.
    progressed : (float, str)
    connected : ()
    read : (VectorSet,)
        A sample was read.

    Attributes
    ----------
    connection : Connection or None
    entries : sequence of CollectionEntry
        As far as they are known.
    look : FirstLook or None
        First look at the collection that is chosen.
    error : str
        What went wrong last; empty: nothing.
    consent : ConsentQuestions
    """

    changed = Signal()
    progressed = Signal(float, str)
    connected = Signal()
    read = Signal(object)

    def __init__(self, board: TaskBoard, window: QWidget, agreements: Agreements) -> None:
        super().__init__(window)
        self._board = board
        self.consent = ConsentQuestions(window, agreements)
        self.connection: Connection | None = None
        self.entries: Sequence[CollectionEntry] = ()
        self.look: FirstLook | None = None
        self.error = ""
        self._connecting = self._new_task("connecting")
        self._listing = self._new_task("listing the collections")
        self._looking = self._new_task("")
        self._reading = self._new_task("reading a sample")
        board.stopped.connect(self._on_stopped)

    def _new_task(self, name: str) -> Task:
        task = Task(self)
        if name:
            self._board.add(task, name)
        task.progressed.connect(self.progressed)
        task.failed.connect(self._on_failed)
        task.finished.connect(self.changed)
        return task

    @property
    def is_connecting(self) -> bool:
        """Whether a database is being connected to."""
        return self._connecting.is_busy

    @property
    def is_listing(self) -> bool:
        """Whether its collections are being looked through."""
        return self._listing.is_busy

    @property
    def is_looking(self) -> bool:
        """Whether a few rows are being read."""
        return self._looking.is_busy

    @property
    def is_reading(self) -> bool:
        """Whether a sample is being read."""
        return self._reading.is_busy

    @property
    def is_busy(self) -> bool:
        """Whether there is something to stop."""
        return any((self.is_connecting, self.is_listing, self.is_looking, self.is_reading))

    def connect_to(self, place: ConnectionRequest) -> None:
        """Connect to a database after consent, and list its collections."""
        self.disconnect_now()
        self._connecting.run(partial(_connect, place, self.consent), self._on_connected)
        self.changed.emit()

    def look_at(self, settings: SampleSettings) -> None:
        """Read a few rows."""
        if self.connection is not None:
            self.error, self.look = "", None
            self._looking.run(partial(self.connection.look, settings), self._on_looked)
            self.changed.emit()

    def forget_look(self) -> None:
        """Want no few rows: no collection is chosen, or one that has none."""
        self.error, self.look = "", None
        self._looking.cancel()
        self.changed.emit()

    def read_sample(self, settings: SampleSettings) -> None:
        """Read a sample."""
        if self.connection is not None:
            self.error = ""
            self._looking.cancel()
            self._reading.run(partial(_read, self.connection, settings), self.read.emit)
            self.changed.emit()

    def stop(self) -> None:
        """Stop what is done; what is known is kept."""
        self._cancel_all()
        self.changed.emit()

    def _cancel_all(self) -> None:
        if self._connecting.is_busy:
            # An address that does not answer may keep its thread for long; the next one goes on.
            self._board.stop((self._connecting,))
            self._connecting.finished.connect(self._connecting.deleteLater)
            self._connecting = self._new_task("connecting")
            self.consent.refuse_all()
        self._looking.cancel()
        if self.is_busy:  # The status bar is not to wait for an engine, either.
            self._board.stop((self._listing, self._reading))

    def disconnect_now(self) -> None:
        """End the connection, and know nothing any more."""
        connection, self.connection = self.connection, None
        self._cancel_all()
        self.entries, self.look, self.error = (), None, ""
        if connection is not None:
            closing = Task(self)  # Of its own: an engine may take its time to end.
            closing.finished.connect(closing.deleteLater)
            closing.failed.connect(lambda _: None)  # It is gone, and so is what it held.
            closing.run(partial(_close, connection), lambda _: None)
        self.changed.emit()

    def _on_connected(self, connection: Connection) -> None:
        self.connection = connection
        work: Callable[..., Sequence[CollectionEntry]] = connection.entries
        self._listing.run(work, self._on_listed, self._on_listed_so_far)
        self.connected.emit()
        self.changed.emit()

    def _on_listed_so_far(self, entries: Sequence[CollectionEntry]) -> None:
        self.entries = entries
        self.changed.emit()

    def _on_listed(self, entries: Sequence[CollectionEntry]) -> None:
        self.entries = entries
        if not entries and self.connection is not None:
            where = self.connection.address.description
            self.error = (
                f"There is no collection with vectors in {where}, or none that you may see."
            )
        self.changed.emit()

    def _on_looked(self, look: FirstLook) -> None:
        self.look = look
        self.changed.emit()

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self.error = str(error)
            self.changed.emit()
            return
        self.changed.emit()
        raise error

    def _on_stopped(self, tasks: Sequence[object]) -> None:
        if self._connecting in tasks:
            self.consent.refuse_all()
        self.changed.emit()


def _connect(place: ConnectionRequest, ask: Ask, report: Report) -> Connection:
    """Connect to a database. Runs off the UI thread."""
    address, inside = address_of(place.text, place.engine)
    address = replace(address, secret_variable=checked_password_variable(place.variable))
    report(
        0.0,
        f"opening {address.description}" if address.is_local else f"connecting to {address.host}",
    )
    typed = place.typed or inside
    secret = typed or (TYPED.find(address) if place.is_typed else find_password(address))
    connection = Connection(connect(address, secret, ask))
    if typed is not None:
        TYPED.remember(address, typed)
    elif not place.is_typed:
        TYPED.forget(address)
    try:
        report(1.0, "connected")
    except BaseException:  # Nobody waits for it any more.
        connection.close()
        raise
    return connection


def _read(connection: Connection, settings: SampleSettings, report: Report) -> VectorSet:
    """Read a sample. Runs off the UI thread."""
    return prepared(connection.sample(settings, report))


def _close(connection: Connection, report: Report) -> None:
    connection.close()

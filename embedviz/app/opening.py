"""The one route by which vectors are opened, whichever door they come through.

There are three doors: files that are dropped or opened again, files that are chosen in the system's
dialog to be asked about, and files on the command line, which are read before there is a window.
Each puts requests into an `OpenQueue`. It hands them out to be read, one after the other, and says
where each of them goes then: to be shown, to be asked about, or to be told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from embedviz.app.pairing import OpenRequest
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.origin import SampleSettings
from embedviz.sources.secret import Secret


@dataclass(frozen=True)
class SampleRequest:
    """Vectors that come with the program.

    Attributes
    ----------
    name : str
        As in `SAMPLES`.
    """

    name: str


@dataclass(frozen=True)
class CollectionRequest:
    """Sample of a collection of a database.

    Attributes
    ----------
    address : Address
    settings : SampleSettings
    takes_all : bool
        Whether all its fields of numbers, texts, truth and dates become columns.
    secret : Secret or None
        What was typed; None: what the address says, or the keyring.
    """

    address: Address
    settings: SampleSettings
    takes_all: bool = False
    secret: Secret | None = None


Request = OpenRequest | SampleRequest | CollectionRequest
Read = Callable[[Request, Report], VectorSet]
"""Reads what was asked for, and reports how far it is."""


class OpenHandler(Protocol):
    """Receiver of what an `OpenQueue` has read or could not read: a window, or a terminal."""

    def show(self, vector_set: VectorSet, request: Request) -> None:
        """Take a set that was read."""

    def ask(self, request: OpenRequest, error: ChoiceRequired) -> None:
        """Take a file that can be read once something is decided, and what that is."""

    def show_error(self, error: UserError) -> None:
        """Say, or raise, why something cannot be opened."""


class OpenQueue:
    """Requests that wait to be read, and what becomes of each.

    Parameters
    ----------
    handler : OpenHandler
        Takes what was read, what is to be asked, and what went wrong.
    """

    def __init__(self, handler: OpenHandler) -> None:
        self._handler = handler
        self._waiting: deque[Request] = deque()

    def add(self, requests: Iterable[Request]) -> None:
        """Let requests be read, after those that wait already."""
        self._waiting.extend(requests)

    def clear(self) -> None:
        """Forget what still waits."""
        self._waiting.clear()

    def take(self) -> Request | None:
        """Return what is to be read next; None where nothing waits."""
        return self._waiting.popleft() if self._waiting else None

    def finish(self, request: Request, vector_set: VectorSet) -> None:
        """Show what was read."""
        self._handler.show(vector_set, request)

    def fail(self, request: Request, error: Exception) -> None:
        """Have somebody asked or told; an error of the program itself is raised."""
        if isinstance(error, ChoiceRequired) and isinstance(request, OpenRequest):
            self._handler.ask(request, error)
        elif isinstance(error, UserError):
            self._handler.show_error(error)
        else:
            raise error

    def read_all(self, read: Read, report: Report) -> None:
        """Read what waits, here and now."""
        while (request := self.take()) is not None:
            try:
                vector_set = read(request, report)
            except UserError as error:
                self.fail(request, error)
            else:
                self.finish(request, vector_set)


def prepared(vector_set: VectorSet) -> VectorSet:
    """Do now what would stall the window at its first use, when there are a million labels."""
    vector_set.index_labels()
    _ = vector_set.metadata
    return vector_set

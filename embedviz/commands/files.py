"""Files named on the command line, read before there is a window, or without one."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.commands.consent import terminal_ask
from embedviz.commands.reading_options import settings_of
from embedviz.commands.terminal import terminal_report

if TYPE_CHECKING:
    from embedviz.app.opening import CollectionRequest, Request
    from embedviz.app.pairing import OpenRequest
    from embedviz.core.errors import ChoiceRequired, UserError
    from embedviz.core.vector_set import VectorSet


class TerminalOpener:
    """Handler that keeps what was read until there is somewhere to show it.

    Parameters
    ----------
    asks_later : bool
        Whether there will be a window to ask in. Else a file to decide about is an error.

    Attributes
    ----------
    vector_sets : list of VectorSet
    undecided : list of OpenRequest
        Files to ask about in the window.
    later : list of Request
        What only the window opens, since it asks before it connects.
    """

    def __init__(self, *, asks_later: bool) -> None:
        self._asks_later = asks_later
        self.vector_sets: list[VectorSet] = []
        self.undecided: list[OpenRequest] = []
        self.later: list[Request] = []

    def show(self, vector_set: VectorSet, request: Request) -> None:
        """Keep a set that was read."""
        self.vector_sets.append(vector_set)

    def ask(self, request: OpenRequest, error: ChoiceRequired) -> None:
        """Keep a file that somebody has to decide about."""
        if not self._asks_later:
            raise error
        self.undecided.append(request)

    def show_error(self, error: UserError) -> None:
        """End the command: it does what it was given whole, or nothing."""
        raise error


def read_for_window(options: argparse.Namespace) -> TerminalOpener:
    """Read the files given as a window shows them: arrays are mapped, and scanned later.

    Raises
    ------
    UserError
        When one of them cannot be read, whatever is decided about it.
    """
    opener = TerminalOpener(asks_later=True)
    _read(options, opener, scans_later=True)
    return opener


def load_files(options: argparse.Namespace) -> list[VectorSet]:
    """Return what is in the files given, where there is nobody to ask.

    Raises
    ------
    UserError
        When one of them cannot be read; ChoiceRequired where something is to be decided first.
    """
    opener = TerminalOpener(asks_later=False)
    _read(options, opener, scans_later=False)
    return opener.vector_sets


def _read(options: argparse.Namespace, opener: TerminalOpener, *, scans_later: bool) -> None:
    if not options.files:
        return
    from embedviz.app.opening import OpenQueue
    from embedviz.gui.opening.reading import read_request

    queue = OpenQueue(opener)
    servers = [each for each in options.files if is_server(each)]
    asked: list[Request] = [database_request(each, options) for each in servers]
    files = [each for each in options.files if each not in servers]
    if scans_later:
        opener.later = asked
    else:
        queue.add(asked)
    queue.add(_requests(files, options))
    ask = terminal_ask(option="", is_loopback_typed=True)
    read = partial(read_request, scans_later=scans_later, ask=ask)
    queue.read_all(read, terminal_report())


def is_server(text: str) -> bool:
    """Return whether an argument is the address of a database server, and no file."""
    return "://" in text and not text.startswith("file:")


def database_request(text: str, options: argparse.Namespace) -> CollectionRequest:
    """Return what is asked of a database, by its address or its folder.

    Raises
    ------
    UserError
        When there is a password in the address: other users of this machine can see it.
    """
    from embedviz.app.opening import CollectionRequest
    from embedviz.core.errors import UserError
    from embedviz.gui.opening.reading import sample_settings_of
    from embedviz.sources.databases.connecting import address_of
    from embedviz.sources.databases.credentials import checked_password_variable

    address, secret = address_of(text)
    if secret is not None:
        raise UserError(
            "There is a password in the address, which others can see in the list of processes. "
            "Leave it out, and name the environment variable that holds it: --password-from."
        )
    variable = checked_password_variable(options.password_from)
    address = replace(address, secret_variable=variable)
    return CollectionRequest(address, sample_settings_of(settings_of(options)), takes_all=True)


def _requests(files: Sequence[str], options: argparse.Namespace) -> Sequence[OpenRequest]:
    """Return what is to be read; where no second files are named, their own names tell them."""
    from embedviz.app.pairing import OpenRequest, pair_up

    labels, metadata = _path(options.labels), _path(options.metadata)
    if labels is None and metadata is None:
        requests = pair_up(files)
    else:
        requests = [OpenRequest(Path(file), labels, metadata) for file in files]
    settings = settings_of(options)
    return [replace(request, settings=settings) for request in requests]


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)

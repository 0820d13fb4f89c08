"""Connections to PostgreSQL that can only read, and its errors in words.

Nothing is taken from the environment that would send a password somewhere, or the connection to
another machine: PGPASSWORD, PGHOSTADDR and ~/.pgpass are not looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import unquote, urlsplit

from embedviz.core.errors import UserError
from embedviz.sources.databases.address import Address
from embedviz.sources.secret import Secret, without_secret

OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "channel_binding")
OWN_OPTIONS = ("key", "timeout", "host", "scheme")
"""What embedviz takes out itself: the field that names the rows, seconds a statement may take."""

_SESSION = (
    "-c default_transaction_read_only=on -c standard_conforming_strings=on "
    "-c idle_in_transaction_session_timeout=0 -c lock_timeout=10s"
)
_TIMEOUT = 600
_CONNECT_TIMEOUT = "10"


def parts_of(address: Address) -> tuple[str, str, str]:
    """Return host, or folder of a socket; port; and database."""
    parts = urlsplit(f"//{address.place}")
    options = dict(address.options)
    port = str(parts.port or 5432)
    host = options.get("host") or unquote(parts.hostname or "localhost")
    return host, port, unquote(parts.path.lstrip("/")) or address.user or "postgres"


class Connector:
    """Opener of connections to one address; holds the password as a `Secret`."""

    def __init__(self, address: Address, secret: Secret | None) -> None:
        self.address = address
        self._secret = secret
        unknown = [name for name, _ in address.options if name not in OPTIONS + OWN_OPTIONS]
        if unknown:
            raise UserError(
                f"The address has the option {unknown[0]!r}, which is not known here; there are "
                f"{', '.join(OPTIONS + OWN_OPTIONS[:2])}."
            )

    def connect(self) -> Any:
        """Return a new connection of psycopg, of which each transaction only reads.

        Raises
        ------
        UserError
            When there is no such server, user, password or database.
        """
        import psycopg

        problem: str | None
        try:
            made = psycopg.connect(**self._parameters())
            made.read_only = True
            return made
        except psycopg.Error as error:
            problem = str(error)
        # Not where the error is caught: its trace leads to the password.
        raise self._refused(problem)

    def _parameters(self) -> dict[str, Any]:
        host, port, database = parts_of(self.address)
        options = dict(self.address.options)
        is_here = host.startswith("/") or host in ("localhost", "127.0.0.1", "::1")
        given: dict[str, Any] = {name: options[name] for name in OPTIONS if name in options}
        given.setdefault("connect_timeout", _CONNECT_TIMEOUT)
        given.setdefault("sslmode", "prefer" if is_here else "require")
        limit = _seconds(options.get("timeout", ""))
        return {
            **given,
            "host": host,
            "hostaddr": "",
            "port": port,
            "dbname": database,
            "user": self.address.user or "postgres",
            "password": self._secret.reveal() if self._secret else "",
            # A file that is not there, so that none is looked for in the user's folder.
            "passfile": os.path.join(os.devnull, "none"),
            "application_name": "embedviz",
            "options": f"{_SESSION} -c statement_timeout={limit}s",
        }

    def _refused(self, problem: str) -> UserError:
        where = self.address.description
        shown = without_secret(" ".join(problem.split()), self._secret)
        known = (
            (("password authentication failed",), "does not accept the user and the password."),
            (("no password supplied", "fe_sendauth"), "wants a password, and none was given."),
            (("database",), "has no such database, or does not let this user in:"),
            (("SSL", "ssl"), "has no encrypted connection. Add ?sslmode=disable where the network"
             " is trusted:"),
            (("timeout", "refused", "No such file", "translate host name"), "does not answer:"),
        )  # fmt: skip
        for signs, words in known:
            if any(sign in problem for sign in signs):
                return UserError(f"{where} {words}" + (f" {shown}" if words[-1] == ":" else ""))
        return UserError(f"{where} could not be connected to: {shown}")

    @contextmanager
    def worded(self, subject: str) -> Iterator[None]:
        """Turn errors of the engine into errors for the reader, without their traces.

        Parameters
        ----------
        subject : str
            Name of the collection, or of what was asked.
        """
        import psycopg

        failure: UserError | None = None
        try:
            yield
        except psycopg.Error as error:
            failure = UserError(without_secret(_words(error, subject), self._secret))
        if failure:
            raise failure


def _seconds(text: str) -> int:
    if not text:
        return _TIMEOUT
    if not text.isdecimal() or not 1 <= int(text) <= 86_400:
        raise UserError(f"The option timeout is {text!r}; give whole seconds from 1 to 86400.")
    return int(text)


def _words(error: Any, subject: str) -> str:
    """Return what an error of a statement means; its own first line where that says more."""
    import psycopg
    from psycopg import errors

    said = error.diag.message_primary or " ".join(str(error).split())
    if isinstance(error, errors.UndefinedTable):
        return f"{subject} is not there any more: it was dropped or renamed. ({said})"
    if isinstance(error, errors.InsufficientPrivilege):
        return f"{subject} may not be read by this user: ask for SELECT on it. ({said})"
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return f"{subject} is only read here, and this would have written: {said}."
    if isinstance(error, errors.LockNotAvailable):
        return f"{subject} is locked by somebody else for longer than ten seconds. Try again."
    if isinstance(error, errors.QueryCanceled):
        return (
            f"The server took too long for {subject}, and was stopped. Ask for less, or put a "
            "longer ?timeout=SECONDS behind the address."
        )
    if isinstance(error, (errors.AdminShutdown, errors.CrashShutdown)) or (
        isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    ):
        return f"The connection was lost while {subject} was read. What is here stays. ({said})"
    return f"{subject}: the server refused this: {said}."


def cancel_and_close(connection: Any) -> None:
    """Stop what a connection is at, and close it; whatever state it is in."""
    import psycopg

    with suppress(psycopg.Error, OSError):
        if not connection.closed and connection.info.transaction_status == 1:
            connection.cancel_safe(timeout=5)
    with suppress(psycopg.Error, OSError):
        connection.close()

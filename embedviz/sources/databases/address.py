"""Address of a database: where it is and who asks, never with what secret.

It may be written down, shown and pickled. `parse_address` makes one of what a user typed or pasted;
a password in it is taken out, and is nowhere in the address.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from embedviz.core.errors import UserError
from embedviz.sources.secret import Secret

_SECRET = re.compile(r"key|.*(?:password|passwd|pwd|secret|token|api[-_]?key)", re.IGNORECASE)
"""Names of options that hold a secret, in the addresses of one engine or another."""
_PLAIN = ("postgresql", "postgres")
"""Schemes that only say which engine it is; others stay in the place."""
_HOSTS = ("host", "hostaddr")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_HOST_AND_PORT = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}(?:/.*)?")


@dataclass(frozen=True)
class Address:
    """Where a database is.

    Attributes
    ----------
    engine : str
        As in `ENGINES`.
    place : str
        An absolute folder or file, or "host:port/database"; with "https://" or another scheme
        before it where that was typed and says more than which engine it is.
    user : str
        Who asks; empty: as the engine has it.
    secret_variable : str
        The environment variable that holds the password or key; empty: the system's keyring, or
        none is needed.
    options : tuple of (str, str)
        What else the engine takes: ("sslmode", "require").
    is_local : bool
        Whether it is a folder or a file here, for which no connection is opened.
    """

    engine: str
    place: str
    user: str = ""
    secret_variable: str = ""
    options: tuple[tuple[str, str], ...] = ()
    is_local: bool = False

    @property
    def description(self) -> str:
        """Who and where, on one line, without a secret: "reader@db.example.org:5432/texts"."""
        return f"{self.user}@{self.place}" if self.user else self.place

    @property
    def host(self) -> str:
        """Name and port of the machine: "db.example.org:5432"; "localhost" for a socket of it.

        An option that names another machine is what is connected to, and is told.
        """
        named = [value for name, value in self.options if name in _HOSTS and value]
        away = [each for each in named if not each.startswith("/")]
        netloc = _netloc_of(self.place)
        return ", ".join(away) or (netloc if netloc and not named else "localhost")

    @property
    def is_loopback(self) -> bool:
        """Whether it is a server on this machine."""
        from embedviz.sources.encoders.service.address import is_loopback

        return all(is_loopback(f"//{each.strip()}") for each in self.host.split(","))


def parse_address(text: str, engine: str) -> tuple[Address, Secret | None]:
    """Return the address that a text means to an engine, and the password that was in it.

    Parameters
    ----------
    text : str
        A folder or a file, or "host:port/database", with "scheme://user:password@" before it and
        "?option=value" behind it or not.
    engine : str
        As in `ENGINES`.

    Raises
    ------
    UserError
        When it is none. The message does not repeat it, since it may hold a password.
    """
    text = text.strip()
    if not text:
        raise UserError("There is no address of a database.")
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise UserError("The address of the database holds characters that no address has.")
    if is_local_path(text):
        path = os.path.expanduser(text.removeprefix("file://"))
        return Address(engine, os.path.abspath(path), is_local=True), None
    return _server(text, engine)


def without_password(text: str) -> str:
    """Return an address as it was typed, without a password or key that is in it."""
    _, before, rest = text.rpartition("://") if "://" in text else ("", "", text)
    scheme = text[: len(text) - len(rest)] if before else ""
    place, asks, query = rest.partition("?")
    who, at, where = place.rpartition("@")
    kept = [
        each
        for each in query.split("&")
        if not _SECRET.fullmatch(unquote(each.partition("=")[0]).replace("+", " ").strip())
    ]
    user = who.partition(":")[0]
    named = f"{user}@" if at and user else ""
    return f"{scheme}{named}{where}{asks if query and any(kept) else ''}{'&'.join(kept)}"


def is_local_path(text: str) -> bool:
    """Return whether a text is a folder or a file here, whether or not it is there."""
    if text.startswith("file://") or _DRIVE.match(text):
        return True
    return "://" not in text and _HOST_AND_PORT.fullmatch(text.rpartition("@")[2]) is None


def _server(text: str, engine: str) -> tuple[Address, Secret | None]:
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        _ = parts.port
    except ValueError:
        raise UserError(
            "The address of the database is not one: its port is not a number, or a bracket is "
            "missing. Write it like host:5432/database."
        ) from None
    if "@" in f"{parts.path}{parts.query}{parts.fragment}":  # What is before it may be a password.
        raise UserError(
            "The address of the database has an @ behind the machine. In a password or a name, "
            "write / as %2F, ? as %3F, # as %23 and @ as %40; or give the password apart."
        )
    given = [(name.strip(), value) for name, value in parse_qsl(parts.query, True)]
    hidden = [value for name, value in given if _SECRET.fullmatch(name) and value]
    if parts.password:
        hidden.insert(0, unquote(parts.password))
    options = [(name, value) for name, value in given if not _SECRET.fullmatch(name)]
    user = unquote(parts.username or "")
    for name, value in options:
        user = user or (value if name == "user" else "")
    kept = tuple(each for each in options if each[0] != "user")
    address = Address(engine, _place(parts), user, options=kept)
    return address, Secret(hidden[0]) if hidden else None


def _place(parts: SplitResult) -> str:
    place, scheme = parts.netloc.rpartition("@")[2] + parts.path.rstrip("/"), parts.scheme
    return place if not scheme or scheme.casefold() in _PLAIN else f"{scheme}://{place}"


def _netloc_of(place: str) -> str:
    return urlsplit(place if "://" in place else f"//{place}").netloc

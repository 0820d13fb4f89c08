"""Connecting to a database: which engine an address is of, what it lacks, and consent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.sources.consent import Ask, NotAgreed, Sending
from embedviz.sources.databases import ENGINES, database_class
from embedviz.sources.databases.address import Address, parse_address
from embedviz.sources.databases.protocol import Database
from embedviz.sources.secret import Secret

PURPOSE = "to read collections of a database"
SENT = "The name of the user, the password, requests for rows, and the vectors of queries"


@dataclass(frozen=True)
class Engine:
    """Engine, as far as it is known without a connection.

    Attributes
    ----------
    name : str
        As in `ENGINES`.
    title, address_help : str
        See `Database`.
    lacks : str
        What has to be installed to use it, with the command; empty: nothing.
    """

    name: str
    title: str
    address_help: str
    lacks: str


def all_engines() -> list[Engine]:
    """Return all engines, in their order."""
    found = []
    for name in ENGINES:
        made = database_class(name)
        found.append(Engine(name, made.title, made.address_help, made.what_lacks()))
    return found


def engines_of(text: str) -> list[str]:
    """Return the names of the engines that a text may be an address of, in their order."""
    text = text.strip()
    return [name for name in ENGINES if text and database_class(name).recognizes(text)]


def title_of(engine: str) -> str:
    """Return what an engine is called on the screen; its name where there is none such."""
    return database_class(engine).title if engine in ENGINES else engine


def connect(address: Address, secret: Secret | None, ask: Ask) -> Database:
    """Connect to a database, or open a folder of one.

    Parameters
    ----------
    address : Address
    secret : Secret or None
        The password or key; None: none is needed.
    ask : Ask
        Asked before a connection is opened; not for a folder or a file.

    Raises
    ------
    NotAgreed
        When the user does not want it.
    UserError
        When the engine's package is missing, or it does not answer.
    """
    return agreed_class(address, ask)(address, secret)


def agreed_class(address: Address, ask: Ask) -> type[Database]:
    """Return the class that connects to an address, after the user agreed where that is needed.

    Nothing is connected to. Raises as `connect` does.
    """
    made = database_class(address.engine)
    if lacks := made.what_lacks():
        raise UserError(lacks)
    if not address.is_local:
        sending = sending_to(address)
        if ask(sending) is not True:
            raise NotAgreed(sending, f"{sending.host} was not connected to: that was refused.")
    return made


def sending_to(address: Address) -> Sending:
    """Return what is asked before a database is connected to."""
    title = title_of(address.engine)
    details = [f"{title} at {address.description}. It is only read, never written."]
    if address.secret_variable:
        where = f"the environment variable {address.secret_variable}"
        details.append(f"The password is what {where} holds.")
    return Sending(
        address.host,
        PURPOSE,
        details=tuple(details),
        is_loopback=address.is_loopback,
        receiver=f"{address.engine}:{address.description} {address.secret_variable}",
        what=SENT,
    )


def address_of(text: str, engine: str = "") -> tuple[Address, Secret | None]:
    """Return the address that a text means, and the password in it; see `parse_address`.

    Parameters
    ----------
    text : str
    engine : str
        As in `ENGINES`; empty: the one that the text is recognized by.

    Raises
    ------
    UserError
        When it is not an address of the engine, or of any; the text is not repeated.
    """
    if engine and engine not in ENGINES:
        raise UserError(f"{engine!r} is not a database engine; there are {', '.join(ENGINES)}.")
    found = [engine] if engine else engines_of(text)
    if not found:
        known = "; ".join(f"{each.title}: {each.address_help}" for each in all_engines())
        raise UserError(f"The address is not one of a known database. {known}.")
    return parse_address(text, found[0])


def is_database(path: Path) -> bool:
    """Return whether a folder or a file is a database, by its content. Nothing is connected to."""
    if not (path.is_dir() or path.suffix.lower() == ".db"):
        return False  # Most files, for which no engine has to be looked at.
    return path.exists() and bool(engines_of(str(path)))

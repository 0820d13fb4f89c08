"""Passwords and keys of databases: typed once, from a variable, or from the system's keyring.

What is typed is held in memory until the program ends. Nothing is written here but what the user
puts into the keyring; an `Address` names at most the variable.
"""

from __future__ import annotations

from threading import Lock

from embedviz.sources import secret_store
from embedviz.sources.databases.address import Address
from embedviz.sources.secret import Secret


def _is_password(text: str) -> bool:
    return "\0" not in text and "\n" not in text


def _without_line_end(text: str) -> str:
    return text.rstrip("\r\n")


_PASSWORD = secret_store.SecretKind(
    "password", "EMBEDVIZ_DB_PASSWORD", "api", _without_line_end, _is_password
)


def keyring_entry(address: Address) -> str:
    """Return what a secret is kept by in the keyring: "pgvector://reader@localhost:5432/texts"."""
    return f"{address.engine}://{address.description}"


class Credentials:
    """Secrets of databases, found by their address; may be used from any thread."""

    def __init__(self) -> None:
        self._typed: dict[str, Secret] = {}
        self._lock = Lock()

    def remember(self, address: Address, secret: Secret) -> None:
        """Hold what the user typed, in memory, until the program ends or it is forgotten."""
        with self._lock:
            self._typed[keyring_entry(address)] = secret

    def forget(self, address: Address) -> None:
        """Hold it no longer: it was refused, or the user wants another one."""
        with self._lock:
            self._typed.pop(keyring_entry(address), None)

    def find(self, address: Address) -> Secret | None:
        """Return what was typed, else what the variable holds, else the keyring; None: nothing.

        Raises
        ------
        UserError
            When the variable that the address names is not set, or cannot be a password.
        """
        with self._lock:
            typed = self._typed.get(keyring_entry(address))
        return typed or find_password(address)


TYPED = Credentials()
"""What was typed in this run of the program, for connections that follow of the same address."""


def checked_password_variable(name: str) -> str:
    """Return the name of an environment variable.

    Raises
    ------
    UserError
        When it is not such a name; it is not repeated, since it may be a password.
    """
    return secret_store.checked_variable(name, _PASSWORD)


def find_password(address: Address) -> Secret | None:
    """Return the password or key for a database; None: none is there, or none is needed.

    Raises
    ------
    UserError
        When the variable is not set, or its text cannot be a password.
    """
    if address.is_local:
        return None
    entry = keyring_entry(address)
    return secret_store.find_secret(entry, address.secret_variable, _PASSWORD)


def keep_password(address: Address, value: str) -> None:
    """Keep a password in the system's keyring, for this address alone.

    Raises
    ------
    UserError
        When the system has no keyring, or one that writes passwords to an open file.
    """
    secret_store.keep_secret(keyring_entry(address), value, _PASSWORD)


def forget_password(address: Address) -> None:
    """Remove a password from the system's keyring, where there is one.

    Raises
    ------
    UserError
        When the system has no keyring.
    """
    secret_store.forget_secret(keyring_entry(address), _PASSWORD)


def has_password(address: Address) -> bool:
    """Return whether the system's keyring has a password for a database."""
    return secret_store.has_secret(keyring_entry(address))

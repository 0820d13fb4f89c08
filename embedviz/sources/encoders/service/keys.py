"""Keys of services: from an environment variable or the system's keyring, and nowhere else.

Settings and sessions hold the name of the variable, never the key. A key is shown by nothing: it is
a `Secret`, and is taken out of what a service answers before that is shown.
"""

from __future__ import annotations

from embedviz.sources import secret_store
from embedviz.sources.secret import Secret


def _is_key(text: str) -> bool:
    return text.isascii() and text.isprintable()


_KEY = secret_store.SecretKind("key", "OPENAI_API_KEY", "api", str.strip, _is_key)


def checked_variable(name: str) -> str:
    """Return the name of an environment variable.

    Raises
    ------
    UserError
        When it is not such a name; it is not repeated, since it may be a key.
    """
    return secret_store.checked_variable(name, _KEY)


def find_key(address: str, variable: str) -> Secret | None:
    """Return the key for a service; None: none is there, as many local servers need none.

    Parameters
    ----------
    address : str
        As `checked_address` returns it.
    variable : str
        Environment variable that holds it; empty: the system's keyring, by address.

    Raises
    ------
    UserError
        When the variable is not set, or its text cannot be a key.
    """
    return secret_store.find_secret(address, variable, _KEY)


def keep_key(address: str, value: str) -> None:
    """Keep a key in the system's keyring, under the address of its service.

    Raises
    ------
    UserError
        When the system has no keyring, or one that writes keys to an open file.
    """
    secret_store.keep_secret(address, value, _KEY)


def forget_key(address: str) -> None:
    """Remove the key of a service from the system's keyring, where there is one.

    Raises
    ------
    UserError
        When the system has no keyring.
    """
    secret_store.forget_secret(address, _KEY)


def has_key(address: str) -> bool:
    """Return whether the system's keyring has a key for a service."""
    return secret_store.has_secret(address)

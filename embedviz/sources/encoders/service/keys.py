"""Keys of services: from an environment variable or the system's keyring, and nowhere else.

Settings and sessions hold the name of the variable, never the key. A key is shown by nothing: it is
a `Secret`, and is taken out of what a service answers before that is shown.
"""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from typing import Any

from embedviz.core.errors import UserError
from embedviz.sources.secret import Secret

KEYRING_NAME = "embedviz"
"""What the entries in the system's keyring are kept for; their user name is the address."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
# Pieces of a key this long are taken out of texts: services show some of a key's ends.
_PIECE = 8
_SHORTEST_SECRET = 4


def checked_variable(name: str) -> str:
    """Return the name of an environment variable.

    Raises
    ------
    UserError
        When it is not such a name; it is not repeated, since it may be a key.
    """
    name = name.strip()
    if name and _VARIABLE.fullmatch(name) is None:
        raise UserError(
            "What is given as the environment variable with the key is not the name of one. Give "
            "its name, such as OPENAI_API_KEY, not the key itself, which is kept nowhere here."
        )
    return name


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
    variable = checked_variable(variable)
    value = os.environ.get(variable, "") if variable else _from_keyring(address)
    value = value.strip()
    if not value and variable:
        raise UserError(
            f"The environment variable {variable}, which is to hold the key, is not set. Set it "
            "before the program is started, or keep the key in the system's keyring."
        )
    if not value:
        return None
    if not (value.isascii() and value.isprintable()):
        where = f"The environment variable {variable}" if variable else "The keyring's entry"
        raise UserError(f"{where} holds characters that no key has. Copy the key again.")
    return Secret(value)


def keep_key(address: str, value: str) -> None:
    """Keep a key in the system's keyring, under the address of its service.

    Raises
    ------
    UserError
        When the system has no keyring, or one that writes keys to an open file.
    """
    keyring = _keyring()
    backend = type(keyring.get_keyring())
    if backend.__module__.startswith(("keyrings.alt", "keyring.backends.null")):
        raise UserError(
            "The keyring that is set up here does not protect keys. Use an environment variable."
        )
    try:
        keyring.set_password(KEYRING_NAME, address, value.strip())
    except Exception as error:  # noqa: BLE001 - each system's keyring fails with its own errors
        problem = type(error).__name__
    else:
        return
    # Not where the error is caught: nothing is to lead to what it holds.
    raise UserError(
        f"The system's keyring did not take the key ({problem}). Unlock it and try again, or use "
        "an environment variable."
    )


def forget_key(address: str) -> None:
    """Remove the key of a service from the system's keyring, where there is one.

    Raises
    ------
    UserError
        When the system has no keyring.
    """
    keyring = _keyring()
    if _from_keyring(address):
        keyring.delete_password(KEYRING_NAME, address)


def has_key(address: str) -> bool:
    """Return whether the system's keyring has a key for a service."""
    return bool(_from_keyring(address))


def without_key(text: str, key: Secret | None) -> str:
    """Return a text in which an ellipsis stands for the key, and for each longer piece of it."""
    value = key.reveal() if key else ""
    if len(value) < _SHORTEST_SECRET:
        return text
    length = min(_PIECE, len(value))
    hidden = bytearray(len(text))
    for piece in {value[at : at + length] for at in range(len(value) - length + 1)}:
        at = text.find(piece)
        while at >= 0:
            hidden[at : at + length] = b"\1" * length
            at = text.find(piece, at + 1)
    shown = "".join("\0" if hide else letter for letter, hide in zip(text, hidden, strict=True))
    return re.sub("\0+", "…", shown)


def _from_keyring(address: str) -> str:
    """Return what the keyring has; empty also where there is none, or it is locked."""
    if find_spec("keyring") is None:
        return ""
    import keyring

    try:
        return keyring.get_password(KEYRING_NAME, address) or ""
    except Exception:  # noqa: BLE001 - each system's keyring fails with its own errors
        return ""


def _keyring() -> Any:
    if find_spec("keyring") is None:
        raise UserError(
            "The package keyring is not installed: pip install 'embedviz[api]', or use an "
            "environment variable for the key."
        )
    import keyring

    return keyring

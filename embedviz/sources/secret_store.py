"""Where keys and passwords come from: an environment variable or the system's keyring.

Settings and sessions hold the name of the variable, never what is in it. What is kept in the
keyring is found again by the address that it goes to.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from embedviz.core.errors import UserError
from embedviz.sources.secret import Secret

KEYRING_NAME = "embedviz"
"""What the entries in the system's keyring are kept for; their user name is the address."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


@dataclass(frozen=True)
class SecretKind:
    """Kind of secret: words for messages, and which texts can be one.

    Attributes
    ----------
    noun : str
        "key" or "password".
    variable_example : str
        Name of a variable, as an example.
    extra : str
        The extra that the package keyring comes with.
    cleaned : callable
        Takes off what a text was copied with and is no part of it: blanks, the end of the line.
    is_one : callable
        Whether a text can be one.
    """

    noun: str
    variable_example: str
    extra: str
    cleaned: Callable[[str], str]
    is_one: Callable[[str], bool]


def checked_variable(name: str, kind: SecretKind) -> str:
    """Return the name of an environment variable.

    Raises
    ------
    UserError
        When it is not such a name; it is not repeated, since it may be a secret.
    """
    name = name.strip()
    if name and _VARIABLE.fullmatch(name) is None:
        raise UserError(
            f"What is given as the environment variable with the {kind.noun} is not the name of "
            f"one. Give its name, such as {kind.variable_example}, not the {kind.noun} itself, "
            "which is kept nowhere here."
        )
    return name


def find_secret(address: str, variable: str, kind: SecretKind) -> Secret | None:
    """Return the secret for an address; None: none is there.

    Parameters
    ----------
    address : str
        What it is kept by in the keyring.
    variable : str
        Environment variable that holds it; empty: the system's keyring, by address.
    kind : SecretKind

    Raises
    ------
    UserError
        When the variable is not set, or its text cannot be such a secret.
    """
    variable = checked_variable(variable, kind)
    value = kind.cleaned(os.environ.get(variable, "") if variable else _from_keyring(address))
    if not value and variable:
        raise UserError(
            f"The environment variable {variable}, which is to hold the {kind.noun}, is not set. "
            f"Set it before the program is started, or keep the {kind.noun} in the system's "
            "keyring."
        )
    if not value:
        return None
    if not kind.is_one(value):
        where = f"The environment variable {variable}" if variable else "The keyring's entry"
        raise UserError(
            f"{where} holds characters that no {kind.noun} has. Copy the {kind.noun} again."
        )
    return Secret(value)


def keep_secret(address: str, value: str, kind: SecretKind) -> None:
    """Keep a secret in the system's keyring, under the address that it goes to.

    Raises
    ------
    UserError
        When the system has no keyring, or one that writes secrets to an open file.
    """
    keyring = _keyring(kind)
    backend = type(keyring.get_keyring())
    if backend.__module__.startswith(("keyrings.alt", "keyring.backends.null")):
        raise UserError(
            f"The keyring that is set up here does not protect {kind.noun}s. Use an environment "
            "variable."
        )
    try:
        keyring.set_password(KEYRING_NAME, address, kind.cleaned(value))
    except Exception as error:  # noqa: BLE001 - each system's keyring fails with its own errors
        problem = type(error).__name__
    else:
        return
    # Not where the error is caught: nothing is to lead to what it holds.
    raise UserError(
        f"The system's keyring did not take the {kind.noun} ({problem}). Unlock it and try again, "
        "or use an environment variable."
    )


def forget_secret(address: str, kind: SecretKind) -> None:
    """Remove a secret from the system's keyring, where there is one.

    Raises
    ------
    UserError
        When the system has no keyring.
    """
    keyring = _keyring(kind)
    if _from_keyring(address):
        keyring.delete_password(KEYRING_NAME, address)


def has_secret(address: str) -> bool:
    """Return whether the system's keyring has a secret for an address."""
    return bool(_from_keyring(address))


def keyring_problem() -> str:
    """Return why no secret can be kept in a keyring here; empty: one can."""
    try:
        from keyring import get_keyring
        from keyring.backends import fail
    except ImportError:
        return "The package keyring is not installed (pip install keyring). Use a variable."
    if isinstance(get_keyring(), fail.Keyring):
        return "This system has no keyring. Use a variable."
    return ""


def _from_keyring(address: str) -> str:
    """Return what the keyring has; empty also where there is none, or it is locked."""
    if find_spec("keyring") is None:
        return ""
    import keyring

    try:
        return keyring.get_password(KEYRING_NAME, address) or ""
    except Exception:  # noqa: BLE001 - each system's keyring fails with its own errors
        return ""


def _keyring(kind: SecretKind) -> Any:
    if find_spec("keyring") is None:
        raise UserError(
            f"The package keyring is not installed: pip install 'embedviz[{kind.extra}]', or use "
            f"an environment variable for the {kind.noun}."
        )
    import keyring

    return keyring

"""JSON documents with a format and a version, read as what they are: input from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from embedviz.core.errors import UserError
from embedviz.formats.writing.atomic_write import replaced_files

MOST_BYTES = 256 << 20
_HEAD_BYTES = 200

Document = dict[str, Any]


def write_document(path: Path, document: Document) -> None:
    """Write a document in one step: there is the old file or the new one, never a part.

    Parameters
    ----------
    path : Path
    document : dict
        What JSON can hold, with finite numbers; `format` and `version` first.

    Raises
    ------
    UserError
        When it cannot be written.
    """
    text = json.dumps(document, indent=1, allow_nan=False)
    with replaced_files([path]) as files:
        files[0].write(text.encode("ascii"))
        files[0].write(b"\n")


def read_document(path: Path, kind: str, version: int) -> Document:
    """Return a document.

    Parameters
    ----------
    path : Path
    kind : str
        What its `format` must be, such as "embedviz session".
    version : int
        The newest that is understood.

    Raises
    ------
    UserError
        When there is no such file, it is not a document of this kind, or a newer one.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path.name} is too large for an {kind}. Choose another file.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(
            f"{path.name} cannot be read: {error.strerror or error}. Choose another file."
        ) from None
    except ValueError:
        raise UserError(_damaged(path.name, kind)) from None
    return checked_document(text, path.name, kind, version)


def checked_document(text: str, name: str, kind: str, version: int) -> Document:
    """Return the document that a text is.

    Parameters
    ----------
    text : str
    name : str
        What it is called in messages.
    kind, version
        As for `read_document`.

    Raises
    ------
    UserError
        When it is not a document of this kind, or a newer one.
    """
    try:
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise UserError(_damaged(name, kind)) from None
    if not isinstance(found, dict) or found.get("format") != kind:
        raise UserError(f"{name} is not an {kind}. Choose another file.")
    written = found.get("version")
    if type(written) is not int or written < 1:
        raise UserError(f"{name} does not say which version of {kind} it is.")
    if written > version:
        raise UserError(
            f"{name} is an {kind} of version {written}, from a newer embedviz; this one reads "
            f"up to version {version}. Update embedviz to open it."
        )
    return found


def _damaged(name: str, kind: str) -> str:
    return f"{name} is not an {kind}, or it is damaged. Choose another file."


def is_document(path: Path, kind: str) -> bool:
    """Return whether a file begins as a document of this kind does."""
    try:
        if not path.is_file():  # A pipe would be waited for.
            return False
        with path.open("rb") as file:
            return f'"format": "{kind}"'.encode() in file.read(_HEAD_BYTES)
    except (OSError, ValueError):
        return False


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")

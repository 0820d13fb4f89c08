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
        found = json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=_refuse)
    except OSError as error:
        raise UserError(
            f"{path.name} cannot be read: {error.strerror or error}. Choose another file."
        ) from None
    except (ValueError, RecursionError):
        raise UserError(
            f"{path.name} is not an {kind}, or it is damaged. Choose another file."
        ) from None
    if not isinstance(found, dict) or found.get("format") != kind:
        raise UserError(f"{path.name} is not an {kind}. Choose another file.")
    written = found.get("version")
    if type(written) is not int or written < 1:
        raise UserError(f"{path.name} does not say which version of {kind} it is.")
    if written > version:
        raise UserError(
            f"{path.name} is an {kind} of version {written}, from a newer embedviz; this one reads "
            f"up to version {version}. Update embedviz to open it."
        )
    return found


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

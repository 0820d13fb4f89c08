"""Checks that paths are names of files that can be read and written."""

from __future__ import annotations

import re
from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.core.wording import shown_name


def require_plain_path(path: Path) -> None:
    """Refuse paths that are not names of files, or that lists of files would be torn at.

    Raises
    ------
    UserError
    """
    if "\0" in str(path):
        raise UserError("The name of a file cannot hold a NUL character.")
    if (address := _is_address(str(path))) and not path.exists():
        raise UserError(_on_address(address[1], str(path)))
    if re.search("[\n\r]", str(path)):
        raise UserError(
            f"{shown_name(str(path))}: there is a line break in this path. Use another name for "
            "the file or its folder."
        )


# One slash: `Path` makes one of two. A single letter is a drive.
_is_address = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/.*", re.DOTALL).fullmatch


def _on_address(scheme: str, path: str) -> str:
    # As it was typed: a path has one slash where an address has two.
    shown = shown_name(f"{scheme}://{path[len(scheme) + 1 :].lstrip('/')}")
    if scheme.lower() == "file":
        return f"{shown} is an address. Open it by its path, as in /home/me/vectors.npy."
    if scheme.lower() in ("http", "https"):
        return (
            f"{shown} is an address on a network, and opening connects to none. Download it with "
            "File → Get Vectors… or embedviz get, which ask before, and open the file."
        )
    return (
        f"{shown} is an address on a network, and opening connects to none. Download what is "
        "there, and open the file or the folder."
    )


def companion_of(path: Path) -> Path:
    """Return where `save` puts the labels and metadata of a file that holds numbers only."""
    return path.with_name(f"{path.name}.metadata.tsv")

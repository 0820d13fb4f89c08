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
    if re.search("[\n\r]", str(path)):
        raise UserError(
            f"{shown_name(str(path))}: there is a line break in this path. Use another name for "
            "the file or its folder."
        )


def companion_of(path: Path) -> Path:
    """Return where `save` puts the labels and metadata of a file that holds numbers only."""
    return path.with_name(f"{path.name}.metadata.tsv")

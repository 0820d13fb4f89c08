"""Whose the file of labels is that saving would replace."""

from __future__ import annotations

from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.core.wording import shown_name
from embedviz.formats.opening import inspect
from embedviz.formats.writing.saving import written_files


def foreign_companion(path: Path) -> Path | None:
    """Return the file of labels that would be replaced though it does not belong to the vectors.

    It does where vectors are at `path` and take their labels from it, so that both are replaced
    together; beside no file, or one with another number of rows, it is somebody's own.

    Raises
    ------
    UserError
        When the suffix says no format to write.
    """
    companion = next(iter(written_files(path)[1:]), None)
    if companion is None or not companion.exists():
        return None
    try:
        notes = inspect(path).notes
    except UserError:
        return companion
    name = shown_name(companion.name)
    is_used = any(note.kind == "labels" and note.facts.get("file") == name for note in notes)
    return None if is_used else companion

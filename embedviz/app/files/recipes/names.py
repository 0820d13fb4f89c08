"""Names of files in recipes in the place of paths, which would tell where files are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PureWindowsPath
from typing import Any

FORMAT = "embedviz recipe"
VERSION = 1
MOST_CHARACTERS = 4 << 20
"""Of a recipe: more is not read from a picture, and not written into one."""
FILE_NAME = "file_name"
"""The key of a path of which only the name is given."""
_PATH_KEYS = {"path", "relative"}
_LABELS = {"labels", "row_labels"}
"""Keys of labels, which are the data itself and stay as they are, whatever they look like."""


def without_folders(value: Any) -> Any:
    """Return a session with the names of files in the place of their paths."""
    if isinstance(value, Mapping):
        if set(value) == _PATH_KEYS:
            return {FILE_NAME: name_of(str(value["path"]))}
        found = {
            key: each if key in _LABELS and _is_labels(each) else without_folders(each)
            for key, each in value.items()
        }
        if isinstance(server := found.get("collection"), Mapping) and not server.get("is_local"):
            # Names of machines and people are nobody's business either.
            found["collection"] = {"engine": server.get("engine"), "place": ""}
        if "stamp" in found and isinstance(found["stamp"], list):
            found["stamp"] = [found["stamp"][0], 0]  # When it was written is nobody's business.
        return found
    if isinstance(value, (list, tuple)):
        return [without_folders(each) for each in value]
    if isinstance(value, str) and _is_path(value):
        return name_of(value)
    return value


def name_of(path: str) -> str:
    """Return the last part of a path of any system."""
    return PureWindowsPath(path).name if "\\" in path else Path(path).name


def _is_path(text: str) -> bool:
    """Return whether a setting is a path that says something of a machine, as of a model."""
    if len(text) > 4096 or "\n" in text or "://" in text[:12]:
        return False
    windows = PureWindowsPath(text)
    return text.startswith(("/", "\\\\", "~/", "./", "../", "~\\", ".\\", "..\\")) or (
        bool(windows.drive) and bool(windows.root)
    )


def _is_labels(value: Any) -> bool:
    return not isinstance(value, Mapping)

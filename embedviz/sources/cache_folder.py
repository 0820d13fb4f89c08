"""Folder of caches, found without Qt: the same one in which layouts are kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

FOLDER_VARIABLE = "EMBEDVIZ_CACHE_DIR"
"""The environment variable that names another folder for caches."""


def cache_folder() -> Path:
    """Return the folder of the program's caches, which may not exist yet.

    As Qt's generic location of caches: what can be had again, and may be deleted at any time.
    """
    given = os.environ.get(FOLDER_VARIABLE)
    if given:
        return Path(given)
    if sys.platform == "darwin":
        place = Path.home() / "Library" / "Caches"
    elif sys.platform == "win32":
        place = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "cache"
    else:
        named = os.environ.get("XDG_CACHE_HOME", "")
        # A relative path is to be ignored: freedesktop.org's Base Directory Specification.
        place = Path(named) if os.path.isabs(named) else Path.home() / ".cache"
    return place / "embedviz"

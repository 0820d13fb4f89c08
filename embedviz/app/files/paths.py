"""Paths of the program's own files."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QStandardPaths

FOLDER_VARIABLE = "EMBEDVIZ_DATA_DIR"
"""The environment variable that names another folder for settings and sessions."""


def data_folder() -> Path:
    """Return the folder of settings and of sessions that are saved by themselves."""
    given = os.environ.get(FOLDER_VARIABLE)
    if given:
        return Path(given)
    place = QStandardPaths.StandardLocation.GenericDataLocation
    return Path(QStandardPaths.writableLocation(place)) / "embedviz"

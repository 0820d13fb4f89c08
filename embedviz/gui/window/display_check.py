"""Check of the display: Qt starts, or it is said what is missing.

Qt aborts the process when its platform plugin does not load, with a message about plugins that
helps nobody. So the plugin is loaded by hand first: what the system's loader then says names the
library, and a table names the package that holds it.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo

from embedviz.core.system_libraries import explain_missing


def missing_for_window() -> str | None:
    """Return what keeps Qt from opening a window here, or None when nothing does."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return None
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return (
            "There is no screen to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set).\n"
            "Without one, `embedviz figure map FILE -o map.png` draws the same pictures."
        )
    if os.environ.get("WAYLAND_DISPLAY"):
        return None
    plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    plugin = plugins / "platforms" / "libqxcb.so"
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return explain_missing(error)
    return None

"""Setting of the system that asks for less motion.

Some people get sick from moving pictures and tell their desktop so. Qt does not pass it on, so
each desktop is asked in its own way; one that does not answer has nothing against motion.
"""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QStandardPaths

_SECONDS = 1.0
_GNOME = ("gsettings", "get", "org.gnome.desktop.interface", "enable-animations")
_MAC = ("defaults", "read", "com.apple.universalaccess", "reduceMotion")
_WINDOWS_ANIMATES = 0x1042  # SPI_GETCLIENTAREAANIMATION


@dataclass
class MotionChoice:
    """What the user chose here, whatever the system says."""

    is_reduced: bool = False


motion = MotionChoice()


def prefers_reduced_motion() -> bool:
    """Return whether nothing should move by itself, as the user or the system has it."""
    return motion.is_reduced or system_reduces_motion()


@lru_cache(maxsize=1)
def system_reduces_motion() -> bool:
    """Return whether the system is set so that nothing should move by itself; asked once."""
    if sys.platform == "win32":
        return not _windows_animates()
    if sys.platform == "darwin":
        return _said(_MAC) == "1"
    return _said(_GNOME) == "false" or _kde_is_static()


def _said(command: tuple[str, ...]) -> str:
    """Return what a command prints, or nothing where there is none or it does not answer."""
    program = shutil.which(command[0])
    if program is None:
        return ""
    try:
        result = subprocess.run(
            [program, *command[1:]],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return result.stdout.strip()


def _kde_is_static() -> bool:
    place = QStandardPaths.StandardLocation.GenericConfigLocation
    settings = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        settings.read(Path(QStandardPaths.writableLocation(place)) / "kdeglobals", "utf-8")
        return settings.getfloat("KDE", "AnimationDurationFactor", fallback=1.0) == 0
    except (configparser.Error, ValueError):
        return False


def _windows_animates() -> bool:
    import ctypes

    answer = ctypes.c_int(1)
    library = getattr(ctypes, "windll").user32  # noqa: B009 - unknown elsewhere
    library.SystemParametersInfoW(_WINDOWS_ANIMATES, 0, ctypes.byref(answer), 0)
    return bool(answer.value)

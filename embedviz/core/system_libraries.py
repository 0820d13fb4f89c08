"""System packages that Qt needs on Linux, for the day it cannot be imported."""

from __future__ import annotations

import re

DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
}
"""Which Debian or Ubuntu package holds a library that Qt needs."""

ALL_PACKAGES = (
    "libegl1 libgl1 libopengl0 libxkbcommon-x11-0 libfontconfig1 libdbus-1-3 libxcb-cursor0 "
    "libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 "
    "libxcb-xkb1"
)


def explain_missing(error: BaseException) -> str:
    """Return what to install for a library that could not be loaded.

    Parameters
    ----------
    error : ImportError or OSError
        As the loader raised it: "libEGL.so.1: cannot open shared object file …".
    """
    found = re.search(r"(lib[\w+.-]+\.so[\w.]*)", str(error))
    library = found.group(1) if found else ""
    if not library:
        return f"Qt, which draws the window, cannot start: {error}"
    package = DEBIAN_PACKAGES.get(library, "")
    first = f" It is in the package {package}." if package else ""
    return (
        f"Qt, which draws the window, needs {library}, which is not on this system.{first}\n"
        f"On Debian or Ubuntu, this installs all that is needed:\n"
        f"    sudo apt install {ALL_PACKAGES}"
    )

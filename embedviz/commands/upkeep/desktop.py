"""Entry of the program in the menus of a Linux desktop: `embedviz desktop`.

A package in a virtual environment is not seen by the desktop, so the entry is written into the
user's own folder, with the path of the program that was called.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from embedviz.commands.terminal import say
from embedviz.core.errors import UserError
from embedviz.core.samples import resource_path

_ENTRY = Path("applications") / "embedviz.desktop"
_ICON = Path("icons") / "hicolor" / "scalable" / "apps" / "embedviz.svg"


def desktop(arguments: Sequence[str]) -> int:
    """Put embedviz into the menus of the desktop, or take it out; return the exit code."""
    options = _parser().parse_args(arguments)
    if not sys.platform.startswith(("linux", "freebsd")):
        raise UserError("Only desktops of Linux have such entries: make a shortcut by hand here.")
    folder = _data_home()
    try:
        if options.remove:
            _remove(folder)
        else:
            _write(folder)
    except OSError as error:
        raise UserError(f"{error.filename or folder}: {error.strerror}.") from None
    return 0


def entry_for(program: str) -> str:
    """Return the text of the entry that starts a program.

    Parameters
    ----------
    program : str
        The command line, as it stands in an entry.
    """
    text = resource_path("desktop/embedviz.desktop").read_text("utf-8")
    return text.replace("Exec=embedviz ", f"Exec={program} ")


def quoted(argument: str) -> str:
    """Return an argument as the specification of desktop entries wants it in a command line."""
    if not re.search(r"[^\w@%+=:,./-]", argument):
        return argument.replace("%", "%%")
    inner = re.sub(r'(["`$\\])', r"\\\1", argument).replace("%", "%%")
    return '"' + inner.replace("\\", "\\\\") + '"'


def _program() -> str:
    called = Path(sys.argv[0])
    if called.name == "embedviz" and called.is_file():
        return quoted(str(called.absolute()))
    found = shutil.which("embedviz")
    return quoted(found) if found else f"{quoted(sys.executable)} -m embedviz"


def _write(folder: Path) -> None:
    entry, icon = folder / _ENTRY, folder / _ICON
    for path in (entry, icon):
        path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(resource_path("icons/embedviz.svg"), icon)
    entry.write_text(entry_for(_program()), "utf-8")
    say(f"Written: {entry}\nWritten: {icon}")


def _remove(folder: Path) -> None:
    for path in (folder / _ENTRY, folder / _ICON):
        if path.is_file():
            path.unlink()
            say(f"Removed: {path}")
        else:
            say(f"Not there: {path}")


def _data_home() -> Path:
    given = os.environ.get("XDG_DATA_HOME", "")
    return Path(given) if Path(given).is_absolute() else Path.home() / ".local" / "share"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="embedviz desktop",
        description="Put embedviz and its icon into the menus of a Linux desktop, for this user.",
    )
    parser.add_argument("--remove", action="store_true", help="take it out again")
    return parser

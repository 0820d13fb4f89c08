"""Words on a terminal: what was done on the standard output, progress and errors beside it.

Progress and errors go to the standard error, so that the output can be piped.
"""

from __future__ import annotations

import sys
from typing import Any

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.progress import Report, silent

_STOPPED = 130


def say(text: str) -> None:
    """Print lines on the standard output, whatever encoding it has."""
    _write(text, sys.stdout)


def tell_error(error: UserError) -> None:
    """Print what went wrong on the standard error, and the option that decides it."""
    from embedviz.formats.diagnosis import printable

    text = f"embedviz: {printable(str(error))}"
    if isinstance(error, ChoiceRequired):
        option = _OPTIONS.get(error.option, "")
        if option and option not in text:
            text += f" ({option})"
    _write(text, sys.stderr)


def tell(text: str) -> None:
    """Print what the user should know, though nothing went wrong, on the standard error."""
    from embedviz.formats.diagnosis import printable

    _write(f"embedviz: {printable(text)}", sys.stderr)


_OPTIONS = {
    "key": "--key",
    "vector_column": "--vector-column",
    "bytes_as": "--bytes-as",
    "label_column": "--label-column",
    "on_bad_rows": "--skip-bad-rows",
    "sample": "--sample",
    "labels_header": "--labels-header",
    "column": "--column",
    "cuts_here": "--cut-here",
}


def tell_stopped(what: str = "") -> int:
    """Say that the user has stopped a command; return its exit code, as shells know it."""
    end = "\r" + " " * 60 + "\r" if sys.stderr.isatty() else ""  # Over the line of the progress.
    _write(f"{end}embedviz: stopped{'; ' * bool(what)}{what}.", sys.stderr)
    return _STOPPED


def terminal_report() -> Report:
    """Return what shows progress on a terminal; where there is none, nothing does."""
    return _tell_progress if sys.stderr.isatty() else silent


def _tell_progress(fraction: float, message: str) -> None:
    """Show how far the work is; one line, written over, and gone at the end."""
    line = f"{message}: {100 * fraction:3.0f} %" if fraction < 1 else ""
    sys.stderr.write(f"\r{line:<60}" + ("" if line else "\r"))
    sys.stderr.flush()


def _write(text: str, stream: Any) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")

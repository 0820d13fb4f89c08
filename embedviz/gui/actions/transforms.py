"""The action that takes a fitted map home: its arrays, and the lines of NumPy that apply them.

The map is that of the pane with a dial, at the position where it stands. After it is written, the
same lines are on the clipboard, for a notebook.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

from PySide6.QtGui import QGuiApplication

from embedviz.core.anisotropy.taken_home import take_home
from embedviz.core.anisotropy.transform import Transform
from embedviz.core.progress import Report
from embedviz.gui.actions.saving import ask_and_write
from embedviz.gui.host import Host, has_set

TIP = "Mean and matrix of the Anisotropy pane's map, and lines of NumPy that apply them"

_KINDS = {
    "NumPy arrays, and lines that apply them": ".npz",
    "safetensors, and lines that apply them": ".safetensors",
    "Python file, and its arrays": ".py",
}


@runtime_checkable
class HasTransform(Protocol):
    """A pane whose dial stands for a map of the active set."""

    def transform_maker(self) -> Callable[[Report], Transform]:
        """Return what makes the map off the UI thread. Something is open when this is called."""


def export_transform(window: Host) -> None:
    """Ask where to, and write the map that the dial stands for."""
    if not has_set(window):
        return
    pane = next((each for each in window.panes if isinstance(each, HasTransform)), None)
    active = window.session.state.active
    assert active is not None
    assert pane is not None
    snippets: list[str] = []
    write = partial(_write, pane.transform_maker(), snippets)
    ask_and_write(
        window,
        f"Export the transform of {active.name}",
        f"{active.name} transform",
        _KINDS,
        write,
        _arrays_of,
        partial(_copy, snippets),
    )


def _write(
    make: Callable[[Report], Transform], snippets: list[str], path: str, report: Report
) -> str:
    """Write the map, and keep the lines for the clipboard. Runs off the UI thread."""
    from embedviz.formats.writing.transforms import transform_snippet, write_transform

    exported = take_home(make(report))
    arrays, script = write_transform(path, exported)
    snippets.append(transform_snippet(arrays, exported))
    return (
        f"{script.name}, beside {arrays.name}, applies the map with NumPy alone: {exported.rank}, "
        f"fitted on {exported.fitted_on}. The same lines, for a notebook, are on the clipboard."
    )


def _arrays_of(path: Path) -> list[Path]:
    """Return the file of arrays; the other one is replaced only where it was written like this."""
    from embedviz.formats.writing.transforms import transform_files

    return [transform_files(path)[0]]


def _copy(snippets: list[str]) -> None:
    for snippet in snippets:
        QGuiApplication.clipboard().setText(snippet)

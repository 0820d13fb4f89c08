"""One folder per pane. To add one: write it, and name it here.

A pane is a class with `title`, `name`, `hint`, `build` and `draw`. What can be set in it is one
frozen dataclass, its `settings_class`: undo, the session file, a form in its tool row and the
options of `embedviz figure` follow from that. What it has compiled is named in `kernels`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from embedviz.core.compiled.warm_up import Compile
from embedviz.formats.text import warm_up as readers
from embedviz.gui.pane import Pane
from embedviz.gui.panels.neighbors import NeighborsPanel

PANES_BY_NAME = (
    ("map", "MapPane"),
    ("analogies", "AnalogiesPane"),
    ("anisotropy", "AnisotropyPane"),
    ("matryoshka", "MatryoshkaPane"),
    ("contrastive", "ContrastivePane"),
    ("training", "TrainingPane"),
)
"""Folder and class of each pane, in menu order."""

PANES: tuple[type[Pane], ...]
"""All of them. Imported when they are first asked for: who makes a window knows only `Pane`."""


def __getattr__(name: str) -> Any:
    """Import the panes when they are first asked for."""
    if name != "PANES":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    made = tuple(getattr(import_module(f"{__name__}.{room}"), pane) for room, pane in PANES_BY_NAME)
    globals()[name] = made
    return made


def all_kernels() -> list[Compile]:
    """Return what is to be compiled at the first start: what the panes and the panels need."""
    panes: tuple[type[Pane], ...] = sys.modules[__name__].PANES  # Its `__getattr__` makes them.
    named = (
        NeighborsPanel.kernels,
        *(pane.kernels for pane in panes),
        (readers.compile_all,),
    )
    return list(dict.fromkeys(each for kernels in named for each in kernels))

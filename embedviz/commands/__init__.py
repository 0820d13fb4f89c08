"""The commands of the program, one module each.

To add one: write a module with a function that takes the arguments after the command's name and
returns an exit code, or the sets that the window is to be opened on, and a line in `COMMANDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from embedviz.commands.convert import convert
from embedviz.commands.embed import embed
from embedviz.commands.figure import draw_figure
from embedviz.commands.get import get
from embedviz.commands.info import info
from embedviz.commands.scale.apply import apply
from embedviz.commands.scale.moments import moments
from embedviz.commands.train import train
from embedviz.commands.upkeep.desktop import desktop
from embedviz.commands.whiten import whiten
from embedviz.core.vector_set import VectorSet

COMMANDS: dict[str, Callable[[Sequence[str]], int | list[VectorSet]]] = {
    "apply": apply,
    "convert": convert,
    "desktop": desktop,
    "embed": embed,
    "figure": draw_figure,
    "get": get,
    "info": info,
    "moments": moments,
    "train": train,
    "whiten": whiten,
}
"""By the first word after `embedviz`."""

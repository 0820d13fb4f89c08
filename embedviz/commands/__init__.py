"""The commands of the program, one module each.

To add one: write a module with a function that takes the arguments after the command's name and
returns an exit code, and a line in `COMMANDS`.
"""

from __future__ import annotations

from embedviz.commands.convert import convert
from embedviz.commands.embed import embed
from embedviz.commands.figure import draw_figure
from embedviz.commands.info import info
from embedviz.commands.train import train

COMMANDS = {
    "convert": convert,
    "embed": embed,
    "figure": draw_figure,
    "info": info,
    "train": train,
}
"""By the first word after `embedviz`."""

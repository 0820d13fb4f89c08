"""The commands of the program, one module each.

To add one: write a module with a function that takes the arguments after the command's name and
returns an exit code, and a line in `COMMANDS`.
"""

from __future__ import annotations

from embedviz.commands.convert import convert
from embedviz.commands.figure import draw_figure
from embedviz.commands.get import get
from embedviz.commands.info import info

COMMANDS = {"convert": convert, "figure": draw_figure, "get": get, "info": info}
"""By the first word after `embedviz`."""

"""One entry of a menu, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from embedviz.gui.host import Host


@dataclass(frozen=True)
class Action:
    """One entry of a menu.

    Attributes
    ----------
    name : str
        Stable object name.
    menu, text : str
    run : callable
        Takes the window.
    shortcuts : tuple of str
    tip : str
    separated : bool
        Whether a line stands above it.
    """

    name: str
    menu: str
    text: str
    run: Callable[[Host], None]
    shortcuts: tuple[str, ...] = ()
    tip: str = ""
    separated: bool = False

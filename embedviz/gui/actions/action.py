"""One entry of a menu, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Action:
    """One entry of a menu.

    Attributes
    ----------
    name : str
        Stable object name.
    menu, text : str
    run : callable
        Takes the window, as `Host` describes it; not named here, so that any module of actions
        can say itself which entries it has.
    shortcuts : tuple of str
    tip : str
    separated : bool
        Whether a line stands above it, or above the menu that it is the first of.
    submenu : str
        Menu within the menu that it is in; empty: none.
    is_on : callable, optional
        Takes the window to whether the entry is marked as being on; None: it cannot be.
    """

    name: str
    menu: str
    text: str
    run: Callable[..., None]
    shortcuts: tuple[str, ...] = ()
    tip: str = ""
    separated: bool = False
    submenu: str = ""
    is_on: Callable[..., bool] | None = None


def within(submenu: str, *actions: Action) -> tuple[Action, ...]:
    """Return actions as entries of a menu within their menu."""
    return tuple(replace(action, submenu=submenu) for action in actions)

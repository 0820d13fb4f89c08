"""Settings of the program as at its first start: `embedviz --reset`."""

from __future__ import annotations

from dataclasses import fields

from embedviz.app.files.paths import data_folder
from embedviz.app.files.settings import Preferences, read_settings, remove_settings, settings_path
from embedviz.commands.terminal import say

_CALLED = {
    "recent": "the list of recent files",
    "theme": "the theme",
    "folder": "the last folder",
    "knows_tour": "that the tour is known",
    "figure": "how figures look",
    "moving": "how moving pictures look",
    "scale": "the size of everything",
    "is_motion_reduced": "reduced motion",
}
"""What the fields of `Preferences` are called."""


def reset() -> None:
    """Forget what the program remembers, and say what that was. No file of the user is touched.

    Raises
    ------
    UserError
        When the settings cannot be removed.
    """
    known, usual = read_settings(), Preferences()
    forgotten = [
        _CALLED.get(each.name, each.name)
        for each in fields(Preferences)
        if getattr(known, each.name) != getattr(usual, each.name)
    ]
    if remove_settings():
        say(f"Removed {settings_path()}: {', '.join(forgotten) or 'nothing was set in it'}.")
    else:
        say("No settings were there: everything is as at the first start.")
    say(
        f"Kept: your files and sessions, what is saved by itself in {data_folder() / 'autosave'}, "
        "downloads and what was computed."
    )

"""Actions that make the window easier to use for somebody, and are remembered."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QApplication

from embedviz.gui.actions.action import Action, within
from embedviz.gui.comfort.ui_scale import SCALES, ui_scale
from embedviz.gui.host import Host
from embedviz.gui.points.reduced_motion import motion
from embedviz.gui.style import follow_system_theme
from embedviz.gui.theme import theme_manager


def follow_system(window: Host) -> None:
    """Show everything in the theme of the desktop, also when that changes."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    follow_system_theme(application)


def switch_motion(window: Host) -> None:
    """Let nothing move by itself, or let it again."""
    motion.is_reduced = not motion.is_reduced
    window.files.remember(is_motion_reduced=motion.is_reduced)


def choose_scale(percent: int, window: Host) -> None:
    """Have everything larger or smaller from the next start on."""
    ui_scale.percent = percent
    window.files.remember(scale=percent)
    window.message_bar.show_message(f"Everything is shown at {percent} % from the next start on.")


COMFORT: tuple[Action, ...] = (
    Action(
        "view.system_theme",
        "View",
        "Theme of the Desktop",
        follow_system,
        (),
        "Light or dark as the desktop is, also when that changes",
        is_on=lambda window: theme_manager.follows_system,
    ),
    Action(
        "view.reduced_motion",
        "View",
        "Reduced Motion",
        switch_motion,
        (),
        "Points and pictures are at their new places at once; nothing turns by itself",
        is_on=lambda window: motion.is_reduced,
    ),
    *within(
        "Size of Everything",
        *(
            Action(
                f"view.scale_{percent}",
                "View",
                f"{percent} %",
                partial(choose_scale, percent),
                (),
                "Text, controls and pictures, from the next start on",
                is_on=lambda window, percent=percent: ui_scale.percent == percent,
            )
            for percent in SCALES
        ),
    ),
)
"""In menu order."""

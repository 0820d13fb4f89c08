"""Actions that change how the window looks, or show the manual and what this is beside it."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QMessageBox

from embedviz.core.errors import UserError
from embedviz.gui.host import Host
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT, theme_manager
from embedviz.gui.window.guide import GuideWindow


def show_beside(window: Host) -> None:
    """Put the active pane beside the others, or back among them."""
    window.show_beside(window.active_pane.name)


def switch_theme(window: Host) -> None:
    """Change between light and dark."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, LIGHT if theme_manager.theme.is_dark else DARK)


def toggle_sides(window: Host) -> None:
    """Hide the library and the neighbors, or show them again."""
    sides = [window.docks["library"], window.docks["neighbors"]]
    shown = any(dock.isVisible() for dock in sides)
    for dock in sides:
        dock.setVisible(not shown)


def show_guide(window: Host) -> None:
    """Show the manual; the window that has been opened stays, where it is read."""
    try:
        guide = window.widget.findChild(GuideWindow) or GuideWindow(window.widget)
    except UserError as error:
        window.message_bar.show_message(str(error))
    else:
        guide.present()


def show_about(window: Host) -> None:
    """Say what this is."""
    QMessageBox.about(
        window.widget,
        "About embedviz",
        "<b>embedviz</b><br>A desktop lab for the geometry of embeddings.<br><br>"
        "Nothing you open leaves this machine, unless you agree to it.<br><br>"
        "Bundled words: all-MiniLM-L6-v2 (Apache-2.0).",
    )

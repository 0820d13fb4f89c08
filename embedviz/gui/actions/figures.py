"""Actions that make figures of the pane in front, and of the whole window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from embedviz.app.files.recipes.writing import recipe_of
from embedviz.app.scenes.sequence import showing, what_is_missing
from embedviz.app.state import State
from embedviz.gui.export.dialog import ExportDialog
from embedviz.gui.export.figure import FigureMaker, RecipeMaker
from embedviz.gui.export.look import FigureLook
from embedviz.gui.host import Host, has_set
from embedviz.gui.sessions.steps import ALL_STEPS


def export_pane(window: Host) -> None:
    """Ask how a figure of the active pane is to look, and where it goes."""
    pane = window.active_pane
    if not pane.needs_set or has_set(window):
        _ask(window, pane.picture, pane.name, _recipe_of(window, pane.name))


def export_window(window: Host) -> None:
    """Ask how a figure of the whole window is to look, and where it goes."""
    _ask(window, window.widget, "embedviz", _recipe_of(window, ""))


def export_moving_picture(window: Host, make: Callable[..., Any]) -> None:
    """Ask what of the active pane is to move, and where it goes."""
    pane = window.active_pane
    if pane.needs_set and not has_set(window):
        return
    session, name = window.session, pane.name

    def named() -> list[tuple[str, State]]:
        state = session.state
        return [
            (scene.name, showing(state, scene))
            for scene in state.scenes
            if scene.pane == name and not what_is_missing(state, scene)
        ]

    dialog = make(pane, session, named, window.widget)
    dialog.written.connect(lambda path: window.statusBar().showMessage(f"Written to {path}", 6000))
    dialog.show()


def copy_picture(window: Host) -> None:
    """Put the picture of the active pane on the clipboard, as an image and as SVG."""
    pane = window.active_pane
    if pane.needs_set and not has_set(window):
        return
    maker = FigureMaker(pane.picture, _recipe_of(window, pane.name), window.widget)
    window.session.board.add(maker.task, "picture")
    said = f"{pane.title} copied as a picture"
    maker.copied.connect(lambda: window.statusBar().showMessage(said, 4000))
    maker.failed.connect(window.message_bar.show_message)
    maker.task.finished.connect(partial(_end, maker))
    maker.copy(FigureLook(text_scale=pane.text_scale))


def _ask(window: Host, picture: QWidget, name: str, recipe: RecipeMaker) -> None:
    maker = FigureMaker(picture, recipe, window.widget)
    dialog = ExportDialog(picture, name, maker, window.widget)
    dialog.written.connect(lambda path: window.statusBar().showMessage(f"Written to {path}", 6000))
    dialog.show()


def _end(maker: FigureMaker) -> None:
    """Let a maker go that has nothing left to do."""
    if not maker.task.is_busy:
        maker.deleteLater()


def _recipe_of(window: Host, name: str) -> RecipeMaker:
    """Return what makes the recipe of a pane as it is now; without a name, of all that is open."""
    state = window.session.state

    def recipe(with_paths: bool) -> str:
        return recipe_of(state, name, steps=ALL_STEPS, with_paths=with_paths)

    return recipe

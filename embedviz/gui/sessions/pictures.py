"""Pictures that embedviz made, shown again: what they showed is opened beside what is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from embedviz.app.files.recipes.carriers import recipe_in
from embedviz.app.files.recipes.joining import RestoredRecipe
from embedviz.app.files.recipes.reading import (
    PictureRecipe,
    RecipePlan,
    plan_of_recipe,
    read_recipe,
)
from embedviz.app.files.settings import read_settings
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.gui.host import SessionHost
from embedviz.gui.sessions.missing_files import MissingFiles
from embedviz.gui.sessions.steps import ALL_STEPS

_MOST_TOLD = 6

Restore = Callable[[RecipePlan, Report], RestoredRecipe]
"""Makes what a picture showed again; runs off the UI thread."""


class PictureOpener(QObject):
    """Opener of pictures that carry a recipe.

    Files are looked for beside the picture, beside those that are open, and in the folder that was
    used last; the user is asked for others. It is one step that undo takes back.

    Parameters
    ----------
    window : SessionHost
    restore : callable
        See `Restore`.

    Signals
    -------
    opened : (Path,)
        What a picture showed is shown.

    Attributes
    ----------
    task : Task
    missing_files : MissingFiles or None
        Asks for files that were moved, while it does.
    """

    opened = Signal(object)

    def __init__(self, window: SessionHost, restore: Restore) -> None:
        super().__init__(window.widget)
        self._window, self._restore_recipe = window, restore
        self.task = window.session.board.add(Task(self), "picture")
        self.task.failed.connect(self._on_failed)
        self.missing_files: MissingFiles | None = None

    def open(self, path: Path) -> None:
        """Show again what a picture showed."""
        self._window.message_bar.clear()
        work = partial(_read, path, self._window.session.state)
        self.task.run(work, partial(self._locate, path))

    def _locate(self, path: Path, wanted: RecipePlan) -> None:
        missing = wanted.plan.missing
        if not missing:
            self._restore(path, wanted)
            return

        def go_on(found: dict[Path, Path]) -> None:
            self.missing_files = None
            state = self._window.session.state
            if found:
                work = partial(_plan, wanted.recipe, path, state, found)
                self.task.run(work, partial(self._restore, path))
            else:
                self._restore(path, wanted)

        self.missing_files = MissingFiles(self._window.widget, missing, go_on, of_picture=True)
        self.missing_files.ask()

    def _restore(self, path: Path, wanted: RecipePlan) -> None:
        self.task.run(partial(self._restore_recipe, wanted), partial(self._show, path))

    def _show(self, path: Path, restored: RestoredRecipe) -> None:
        session, pane = self._window.session, restored.pane
        session.show(restored.among(session.state))  # Which may be another by now.
        if pane in [getattr(each, "name", "") for each in self._window.panes]:
            self._window.bring_to_front(pane)
        if notes := restored.notes:
            shown = notes[:_MOST_TOLD]
            if len(notes) > _MOST_TOLD:
                shown.append(f"And {len(notes) - _MOST_TOLD} more.")
            self._window.message_bar.show_message(f"{path.name}: {' '.join(shown)}")
        else:
            self._window.statusBar().showMessage(f"Shown as in {path.name}", 6000)
        self.opened.emit(path)

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._window.message_bar.show_message(str(error))


def _read(path: Path, state: State, report: Report) -> RecipePlan:
    """Read the recipe of a picture, and look for its files. Runs off the UI thread."""
    report(0.0, f"reading {path.name}")
    return _plan(read_recipe(recipe_in(path)), path, state, {}, report)


def _plan(
    recipe: PictureRecipe, path: Path, state: State, moved: dict[Path, Path], report: Report
) -> RecipePlan:
    report(0.1, "looking for files")
    folders = [path.absolute().parent]
    if last := read_settings().folder:
        folders.append(Path(last))
    recent = [Path(each.path) for each in read_settings().recent if each.is_here]
    return plan_of_recipe(recipe, state, folders, steps=ALL_STEPS, moved=moved, may_be_read=recent)

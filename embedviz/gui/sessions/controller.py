"""Sessions in the window: saved, opened, saved by themselves, and offered after a crash."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from embedviz.app.files.recipes.carriers import may_carry_recipe
from embedviz.app.files.recipes.joining import RestoredRecipe
from embedviz.app.files.recipes.reading import RecipePlan
from embedviz.app.files.recipes.restoring import restored_recipe
from embedviz.app.files.session.autosave import Autosave, Orphan
from embedviz.app.files.session.writing import can_be_kept, is_session, save_session
from embedviz.app.files.settings import Recent
from embedviz.app.opening import CollectionRequest
from embedviz.app.pairing import OpenRequest, pair_up
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.origin import SampleOrigin
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.palettes import RAMPS
from embedviz.gui.host import SessionHost
from embedviz.gui.sessions.crash_recovery import CrashRecovery
from embedviz.gui.sessions.memory import WindowMemory
from embedviz.gui.sessions.pictures import PictureOpener
from embedviz.gui.sessions.recent_menu import RecentMenu
from embedviz.gui.sessions.restoring import Restorer
from embedviz.gui.sessions.steps import ALL_STEPS
from embedviz.gui.theme import theme_manager


class SessionFiles(QObject):
    """Files of the window's own: sessions, recent files, settings.

    Parameters
    ----------
    window : SessionHost

    Attributes
    ----------
    memory : WindowMemory
    autosave : Autosave
    crash_recovery : CrashRecovery
    recent_menu : RecentMenu
    task : Task
        Opens and saves sessions.
    restorer : Restorer
    pictures : PictureOpener
    """

    def __init__(self, window: SessionHost) -> None:
        super().__init__(window.widget)
        self._window, self._session = window, window.session
        self.memory = WindowMemory(self._session, self)
        self.autosave = Autosave(self._session, self.describe_window, ALL_STEPS, self)
        self.autosave.failed.connect(window.message_bar.show_message)
        self.recent_menu = RecentMenu(window.widget, self.memory.settings_writer, self._open_recent)
        self.task = self._session.board.add(Task(self), "session")
        self.task.failed.connect(self._on_failed)
        self.crash_recovery = CrashRecovery(
            window.message_bar, lambda left: self.open(left.path, left), window.widget
        )
        self.restorer = Restorer(window, self.task, self.memory)
        self.restorer.restored.connect(self._on_restored)
        self.pictures = PictureOpener(window, self._restore_recipe)

    def _restore_recipe(self, wanted: RecipePlan, report: Report) -> RestoredRecipe:
        panes = self.restorer.settings_of_panes
        return restored_recipe(wanted, panes=panes, ramps=RAMPS, report=report)

    def start(self) -> None:
        """Save by itself from now on, and offer what was open when the program crashed."""
        self.autosave.start()
        self.memory.start()
        self.crash_recovery.start()

    def close(self) -> None:
        """End: the window is closed as it should be."""
        self.autosave.close()
        self.memory.close()
        self.crash_recovery.close()

    def describe_window(self) -> dict[str, Any]:
        """Return what else than the state is to be restored, as JSON."""
        return {
            "arrangement": self._window.dock_layout.describe(),
            "theme": theme_manager.theme.name,
            "scene_pictures": self._window.scene_pictures.to_json(
                [each.key for each in self._session.state.scenes]
            ),
        }

    def remember(self, **choices: Any) -> None:
        """Remember choices for the next start; see `Preferences`."""
        self.memory.remember(**choices)

    def take_sessions(self, paths: Sequence[str | Path]) -> list[Path]:
        """Return the files to open now: where there is a session, none, as they come after it.

        Of several sessions, the last one is opened: each takes the place of what is open. A picture
        that embedviz made is shown again, beside what is open.
        """
        files = [Path(path) for path in paths]
        sessions = [path for path in files if is_session(path)]
        others = [path for path in files if path not in sessions]
        pictures = [path for path in others if may_carry_recipe(path)]
        if pictures:
            self.pictures.open(pictures[-1])
            others = [path for path in others if path not in pictures]
        if not sessions:
            return others
        self.open(sessions[-1], rest=others)
        return []

    def save(self, path: Path) -> None:
        """Save what is open to a file."""
        work = partial(_save, path, self._session.state, self.describe_window())
        self.task.run(work, partial(self._on_saved, path))

    def open(self, path: Path, orphan: Orphan | None = None, rest: Sequence[Path] = ()) -> None:
        """Open a session in place of what is open, and then other files.

        Asks before it closes more than a bundled sample, and for files that were moved.
        """
        self._window.message_bar.clear()
        closed = _closed_by_another(self._session.state)
        begin = partial(self.restorer.begin, path, orphan, rest)
        if not closed:
            begin()
            return
        name = path.name if orphan is None else "the last session"
        self._window.message_bar.show_message(
            f"Opening {name} closes {closed}.", "Open", begin, "Keep", partial(self._keep, rest)
        )

    def _keep(self, rest: Sequence[Path]) -> None:
        if rest:
            self._window.open_files(pair_up(rest))

    def _on_saved(self, path: Path, left_out: tuple[str, ...]) -> None:
        self.memory.note_session(path)
        if left_out:
            is_one = len(left_out) == 1
            names = ", ".join(left_out)
            self._window.message_bar.show_message(
                f"{path.name} is written, but {counted(len(left_out), 'set')} "
                f"{'is' if is_one else 'are'} only in memory and not in it: {names}. Save "
                f"{'it as a file' if is_one else 'them as files'} of vectors first, open "
                f"{'that' if is_one else 'those'}, and save the session again."
            )
        else:
            self._window.statusBar().showMessage(f"Session written to {path}", 6000)

    def _on_restored(self, path: Path, orphan: Orphan | None) -> None:
        if orphan is None:
            self.memory.note_session(path)
            self._window.statusBar().showMessage(f"{path.name} is open", 6000)
        else:
            self.crash_recovery.release()
            # Not before this process has a file of its own.
            self.autosave.save(orphan.discard)

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._window.message_bar.show_message(str(error))
        self.restorer.open_rest()

    def _open_recent(self, recent: Recent) -> None:
        if recent.collection is not None:
            self._window.message_bar.clear()
            again = CollectionRequest(recent.collection.address, recent.collection.settings)
            self._window.opener.open([again])
            return
        path = Path(recent.path)
        if is_session(path):
            self.open(path)
            return
        labels = None if recent.labels is None else Path(recent.labels)
        metadata = None if recent.metadata is None else Path(recent.metadata)
        self._window.open_files([OpenRequest(path, labels, metadata, recent.settings)])


def _closed_by_another(state: State) -> str:
    """Return which sets a session would close, in words; nothing where it is not a loss."""
    closed = [each for each in state.sets if can_be_kept(each)]
    if not closed or (len(closed) == len(state.sets) == 1 and _is_sample(closed[0])):
        return ""
    if len(closed) < len(state.sets):
        return f"{len(closed)} of the {len(state.sets)} sets that are open"
    return "the set that is open" if len(closed) == 1 else f"the {len(closed)} sets that are open"


def _is_sample(vector_set: VectorSet) -> bool:
    provenance = vector_set.provenance
    return provenance is not None and isinstance(provenance.step, SampleOrigin)


def _save(path: Path, state: State, window: dict[str, Any], report: Report) -> tuple[str, ...]:
    """Write a session. Runs off the UI thread."""
    report(0.0, f"writing {path.name}")
    return save_session(path, state, window, ALL_STEPS)

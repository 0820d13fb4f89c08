"""Restoring of a session in place of what is open: read, looked for, made again, shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from embedviz.app.files.session.autosave import Orphan
from embedviz.app.files.session.contents import Plan
from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import Choices, restore_state
from embedviz.app.files.session.writing import can_be_kept
from embedviz.app.map_settings import MapSettings
from embedviz.app.pairing import pair_up
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.progress import Report
from embedviz.core.settings import Settings
from embedviz.gui.coloring.palettes import RAMPS
from embedviz.gui.host import SessionHost
from embedviz.gui.sessions.memory import WindowMemory
from embedviz.gui.sessions.missing_files import MissingFiles
from embedviz.gui.sessions.steps import ALL_STEPS
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import THEMES, theme_manager
from embedviz.sources.consent import Ask

_MOST_TOLD = 6


class Restorer(QObject):
    """Restorer of sessions; the files that were to be opened with one come after it.

    Signals
    -------
    restored : (Path, object)
        A session is shown; with the `Orphan` that it was, or None.

    Parameters
    ----------
    window : SessionHost
    task : Task
        Does what takes time.
    memory : WindowMemory
        Is not to remember the files of a session.

    Attributes
    ----------
    missing_files : MissingFiles or None
        Asks for files that were moved, while it does.
    """

    restored = Signal(object, object)

    def __init__(self, window: SessionHost, task: Task, memory: WindowMemory) -> None:
        super().__init__(window.widget)
        self._window, self._task, self._memory = window, task, memory
        self.missing_files: MissingFiles | None = None
        self._orphan: Orphan | None = None
        self._rest: list[Path] = []

    def begin(self, path: Path, orphan: Orphan | None, rest: Sequence[Path]) -> None:
        """Open a session, and then other files."""
        self._window.message_bar.clear()
        self._orphan, self._rest = orphan, list(rest)
        self._task.run(partial(_read, path, {}), partial(self._locate, path))

    def open_rest(self) -> None:
        """Open the files that were to come after the session, whatever became of it."""
        rest, self._rest = self._rest, []
        if rest:
            self._window.opener.open(pair_up(rest))

    def _locate(self, path: Path, plan: Plan) -> None:
        missing = plan.missing
        if not missing:
            self._restore(path, plan)
            return

        def go_on(found: dict[Path, Path]) -> None:
            self.missing_files = None
            if found:
                self._task.run(partial(_read, path, found), partial(self._restore, path))
            else:
                self._restore(path, plan)

        self.missing_files = MissingFiles(self._window.widget, missing, go_on)
        self.missing_files.ask()

    @property
    def settings_of_panes(self) -> list[type[Settings]]:
        """The settings of all panes but maps, which a state keeps by themselves."""
        panes = self._window.panes
        kinds = dict.fromkeys(
            kind for pane in panes for kind in pane.settings_class.classes_of_pane()
        )
        return [kind for kind in kinds if kind.name and kind is not MapSettings]

    def _restore(self, path: Path, plan: Plan) -> None:
        ask = self._window.session.encoders.ask
        work = partial(_restore, plan, self.settings_of_panes, ask)
        self._task.run(work, partial(self._show, path, plan))

    def _show(self, path: Path, plan: Plan, choices: Choices) -> None:
        notes = choices.notes
        if plan.library and not choices.state.sets:
            self._tell(path, "Nothing of it could be opened, so the window is as it was.", notes)
            self.open_rest()
            return
        state = _with_memory_of(choices.state, self._window.session.state)
        if len(state.sets) > len(choices.state.sets):
            notes.append("What was only in memory before is still open.")
        with self._memory.paused():
            self._window.session.restart(state)
        self._restore_window(plan.document.get("window"))
        self.restored.emit(path, self._orphan)
        if notes:
            self._tell(path, "", notes)
        self.open_rest()

    def _tell(self, path: Path, what: str, notes: list[str]) -> None:
        name = path.name if self._orphan is None else "The last session"
        shown = [what] * bool(what) + notes[:_MOST_TOLD]
        if len(notes) > _MOST_TOLD:
            shown.append(f"And {len(notes) - _MOST_TOLD} more.")
        self._window.message_bar.show_message(f"{name}: {' '.join(shown)}")

    def _restore_window(self, given: Any) -> None:
        window = given if isinstance(given, dict) else {}
        theme = THEMES.get(str(window.get("theme")))
        application = QApplication.instance()
        if (
            theme is not None
            and theme is not theme_manager.theme
            and isinstance(application, QApplication)
        ):
            apply_theme(application, theme)
        keys = [each.key for each in self._window.session.state.scenes]
        self._window.scene_pictures.restore(window.get("scene_pictures"), keys)
        self._window.dock_layout.restore(window.get("arrangement"))


def _with_memory_of(state: State, current: State) -> State:
    """Return a state with the sets of another one that no file has: they would be lost."""
    kept = tuple(each for each in current.sets if not can_be_kept(each))
    if not kept:
        return state
    if state.active is None:
        return replace(state, sets=kept).activated(kept[0])
    return replace(state, sets=(*state.sets, *kept))


def _read(path: Path, moved: dict[Path, Path], report: Report) -> Plan:
    """Read a session, and look for its files. Runs off the UI thread."""
    report(0.0, f"reading {path.name}")
    return read_plan(path, ALL_STEPS, moved)


def _restore(plan: Plan, panes: Sequence[type[Settings]], ask: Ask, report: Report) -> Choices:
    """Make what a session holds again. Runs off the UI thread, where databases are asked about."""
    restored = restore_sets(plan, report, ask=ask)
    choices = restore_state(plan.document, restored, RAMPS, panes)
    return Choices(choices.state, [*restored.notes, *choices.notes])

"""Sessions in the window: saved, opened, saved by themselves, and offered after a crash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QFileDialog

from embedviz.app.files.session.autosave import Autosave, Orphan
from embedviz.app.files.session.plan import Plan, read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import Choices, restore_state
from embedviz.app.files.session.writing import SUFFIX, can_be_kept, is_session, save_session
from embedviz.app.files.settings import Recent, read_settings
from embedviz.app.files.settings_writer import Remembering
from embedviz.app.map_settings import MapSettings
from embedviz.app.pairing import OpenRequest, pair_up
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.derivation.provenance import FromSample
from embedviz.core.derivation.steps import STEPS
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.core.settings import Settings
from embedviz.core.vector_set import VectorSet
from embedviz.formats.reading import ReadSettings, counted
from embedviz.gui.coloring.palettes import RAMPS
from embedviz.gui.row_images import PICTURE_STEPS
from embedviz.gui.sessions.crash_recovery import CrashOffer
from embedviz.gui.sessions.missing_files import Locator
from embedviz.gui.sessions.recent_menu import RecentMenu
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import THEMES, theme_manager

if TYPE_CHECKING:
    from embedviz.gui.window.main_window import MainWindow

ALL_STEPS = {**STEPS, **PICTURE_STEPS}
_KINDS = f"Sessions (*{SUFFIX});;All files (*)"
_MOST_TOLD = 6


class SessionFiles(QObject):
    """What the window does with files of its own: sessions, recent files, what it remembers.

    Parameters
    ----------
    window : MainWindow

    Attributes
    ----------
    remembering : Remembering
    autosave : Autosave
    crash_offer : CrashOffer
    recent_menu : RecentMenu
    task : Task
        Opens and saves sessions.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self.remembering = Remembering(self)
        self.autosave = Autosave(self._session, self.describe_window, ALL_STEPS, self)
        self.autosave.failed.connect(window.message_bar.show_message)
        self.recent_menu = RecentMenu(window, self.remembering, self._open_recent)
        file_menu = window.menus.by_name["File"]
        file_menu.insertMenu(window.menus.actions_by_name["file.open_session"], self.recent_menu)
        self.task = self._session.board.add(Task(self), "session")
        self.task.failed.connect(self._on_failed)
        self.crash_offer = CrashOffer(window, lambda left: self.open(left.path, left))
        self._locator: Locator | None = None
        self._restored: Orphan | None = None
        self._rest: list[Path] = []
        self._is_restoring = self._is_closed = False
        self._session.changed.connect(self._on_changed)

    def start(self) -> None:
        """Save by itself from now on, and offer what was open when the program crashed."""
        self.autosave.start()
        theme_manager.changed.connect(self._on_theme)
        self.crash_offer.start()

    def close(self) -> None:
        """End: the window is closed as it should be."""
        self._is_closed = True
        self.autosave.close()
        self.remembering.close()
        self.crash_offer.close()

    def describe_window(self) -> dict[str, Any]:
        """Return what else than the state is to be restored, as JSON."""
        return {
            "arrangement": self._window.arrangement.describe(),
            "theme": theme_manager.theme.name,
        }

    def take_sessions(self, paths: Sequence[str | Path]) -> list[Path]:
        """Return the files to open now: where there is a session, none, as they come after it.

        Of several sessions, the last one is opened: each takes the place of what is open.
        """
        files = [Path(path) for path in paths]
        sessions = [path for path in files if is_session(path)]
        others = [path for path in files if path not in sessions]
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
        begin = partial(self._begin, path, orphan, rest)
        if not closed:
            begin()
            return
        name = path.name if orphan is None else "the last session"
        self._window.message_bar.show_message(
            f"Opening {name} closes {closed}.", "Open", begin, "Keep", partial(self._keep, rest)
        )

    def _begin(self, path: Path, orphan: Orphan | None, rest: Sequence[Path]) -> None:
        self._window.message_bar.clear()
        self._restored, self._rest = orphan, list(rest)
        read = partial(_read, path, {})
        self.task.run(read, partial(self._locate, path))

    def _keep(self, rest: Sequence[Path]) -> None:
        if rest:
            self._window.open_files(pair_up(rest))

    def _on_saved(self, path: Path, left_out: tuple[str, ...]) -> None:
        self.remembering.change(lambda settings: settings.with_recent(_recent(path)))
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

    def _locate(self, path: Path, plan: Plan) -> None:
        missing = plan.missing
        if not missing:
            self._restore(path, plan)
            return

        def go_on(found: dict[Path, Path]) -> None:
            self._locator = None
            if found:
                self.task.run(partial(_read, path, found), partial(self._restore, path))
            else:
                self._restore(path, plan)

        self._locator = Locator(self._window, missing, go_on)
        self._locator.ask()

    @property
    def settings_of_panes(self) -> list[type[Settings]]:
        """The settings of all panes but maps, which a state keeps by themselves."""
        kinds = dict.fromkeys(pane.settings_class for pane in self._window.panes)
        return [kind for kind in kinds if kind.name and kind is not MapSettings]

    def _restore(self, path: Path, plan: Plan) -> None:
        self.task.run(
            partial(_restore, plan, self.settings_of_panes), partial(self._show, path, plan)
        )

    def _show(self, path: Path, plan: Plan, choices: Choices) -> None:
        notes = choices.notes
        if plan.library and not choices.state.sets:
            self._tell(path, "Nothing of it could be opened, so the window is as it was.", notes)
            self._open_rest()
            return
        state = _with_memory_of(choices.state, self._session.state)
        if len(state.sets) > len(choices.state.sets):
            notes.append("What was only in memory before is still open.")
        self._is_restoring = True
        try:
            self._session.restart(state)
        finally:
            self._is_restoring = False
        self._restore_window(plan.document.get("window"))
        self._on_opened(path)
        if notes:
            self._tell(path, "", notes)
        self._open_rest()

    def _tell(self, path: Path, what: str, notes: list[str]) -> None:
        name = path.name if self._restored is None else "The last session"
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
        self._window.arrangement.restore(window.get("arrangement"))

    def _on_opened(self, path: Path) -> None:
        orphan = self._restored
        if orphan is None:
            self.remembering.change(lambda settings: settings.with_recent(_recent(path)))
            self._window.statusBar().showMessage(f"{path.name} is open", 6000)
        else:
            self.crash_offer.release()
            # Not before this process has a file of its own.
            self.autosave.save(orphan.discard)

    def _open_rest(self) -> None:
        rest, self._rest = self._rest, []
        if rest:
            self._window.opener.open(pair_up(rest))

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._window.message_bar.show_message(str(error))
        self._open_rest()

    def _on_changed(self, old: State, new: State) -> None:
        if self._is_restoring:
            return
        for vector_set in new.sets:
            if vector_set not in old.sets and (opened := _opened(vector_set)) is not None:
                self.remembering.change(partial(_add_recent, opened))

    def _on_theme(self) -> None:
        if self._is_closed:
            return
        name = theme_manager.theme.name
        self.remembering.change(lambda settings: replace(settings, theme=name))

    def _open_recent(self, recent: Recent) -> None:
        path = Path(recent.path)
        if is_session(path):
            self.open(path)
            return
        labels = None if recent.labels is None else Path(recent.labels)
        metadata = None if recent.metadata is None else Path(recent.metadata)
        self._window.open_files([OpenRequest(path, labels, metadata, recent.settings)])


def ask_to_save(window: MainWindow) -> None:
    """Ask where to, and save what is open as a session."""
    state = window.session.state
    if not any(map(can_be_kept, state.sets)):
        told = "Open a file of vectors first." if not state.sets else _only_in_memory(state)
        window.message_bar.show_message(told)
        return
    folder = Path(read_settings().folder)
    path, _ = QFileDialog.getSaveFileName(
        window, "Save session", str(folder / f"session{SUFFIX}"), _KINDS
    )
    if path:
        written = Path(path)
        window.files.save(written if written.suffix else written.with_name(written.name + SUFFIX))


def ask_to_open(window: MainWindow) -> None:
    """Ask for a session and open it."""
    path, _ = QFileDialog.getOpenFileName(window, "Open session", read_settings().folder, _KINDS)
    if path:
        window.files.open(Path(path))


def _only_in_memory(state: State) -> str:
    names = ", ".join(each.name or "unnamed" for each in state.sets)
    return (
        f"A session holds the places of files, but {names} "
        f"{'is' if len(state.sets) == 1 else 'are'} only in memory. Save vectors as a file and "
        "open that first."
    )


def _closed_by_another(state: State) -> str:
    """Return which sets a session would close, in words; nothing where it is no loss."""
    closed = [each for each in state.sets if can_be_kept(each)]
    if not closed or (len(closed) == len(state.sets) == 1 and _is_sample(closed[0])):
        return ""
    if len(closed) < len(state.sets):
        return f"{len(closed)} of the {len(state.sets)} sets that are open"
    return "the set that is open" if len(closed) == 1 else f"the {len(closed)} sets that are open"


def _is_sample(vector_set: VectorSet) -> bool:
    provenance = vector_set.provenance
    return provenance is not None and isinstance(provenance.step, FromSample)


def _with_memory_of(state: State, current: State) -> State:
    """Return a state with the sets of another one that no file has: they would be lost."""
    kept = tuple(each for each in current.sets if not can_be_kept(each))
    if not kept:
        return state
    if state.active is None:
        return replace(state, sets=kept).activated(kept[0])
    return replace(state, sets=(*state.sets, *kept))


def _opened(vector_set: VectorSet) -> Recent | None:
    """Return the file of a set that was opened, and not made from another one."""
    provenance = vector_set.provenance
    if provenance is None or provenance.line[-1].rows_from.parent is not None:
        return None
    opened = vector_set.opened
    if vector_set.derivation is not None or opened is None:
        return None
    return _recent(opened.path, opened.settings)


def _recent(path: Path, how: ReadSettings | None = None) -> Recent:
    how = how or ReadSettings()
    labels, metadata = (
        str(Path(each).absolute()) if isinstance(each, (str, PathLike)) else None
        for each in (how.labels, how.metadata)
    )
    others = replace(how, labels=None, metadata=None, is_preview=False)
    return Recent(str(path.absolute()), labels, metadata, others)


def _add_recent(opened: Recent, settings: Any) -> Any:
    return settings.with_recent(opened)


def _save(path: Path, state: State, window: dict[str, Any], report: Report) -> tuple[str, ...]:
    """Write a session. Runs off the UI thread."""
    report(0.0, f"writing {path.name}")
    return save_session(path, state, window, ALL_STEPS)


def _read(path: Path, moved: dict[Path, Path], report: Report) -> Plan:
    """Read a session, and look for its files. Runs off the UI thread."""
    report(0.0, f"reading {path.name}")
    return read_plan(path, ALL_STEPS, moved)


def _restore(plan: Plan, panes: Sequence[type[Settings]], report: Report) -> Choices:
    """Make what a session holds again. Runs off the UI thread."""
    restored = restore_sets(plan, report)
    choices = restore_state(plan.document, restored, RAMPS, panes)
    return Choices(choices.state, [*restored.notes, *choices.notes])

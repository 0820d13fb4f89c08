"""The menu of the files that were opened lately."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from embedviz.app.files.settings import Preferences, Recent, read_settings, titles_of
from embedviz.app.files.settings_writer import SettingsWriter
from embedviz.app.tasks import Task
from embedviz.core.progress import Report


class RecentMenu(QMenu):
    """Menu of recent files, listed when it is opened; those that are not there any more are gray.

    Parameters
    ----------
    parent : QWidget
    settings_writer : SettingsWriter
    open_file : callable
        Takes a `Recent`.
    """

    def __init__(
        self, parent: QWidget, settings_writer: SettingsWriter, open_file: Callable[[Recent], None]
    ) -> None:
        super().__init__("Open Recent", parent)
        self.setObjectName("file.recent")
        self.setAccessibleName("Files that were opened lately")
        self.setToolTipsVisible(True)
        self._settings_writer, self._open = settings_writer, open_file
        self._looking = Task(self)
        self.entries: list[QAction] = []
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """List the files that are remembered now."""
        self.clear()
        recent = read_settings().recent
        self.entries = [self._entry(*each) for each in zip(titles_of(recent), recent, strict=True)]
        if not recent:
            none = self.addAction("No files yet")
            none.setEnabled(False)
            return
        self.addSeparator()
        forget = self.addAction("Clear")
        forget.setObjectName("file.recent.clear")
        forget.triggered.connect(lambda: self._settings_writer.change(Preferences.without_recent))
        # In a thread: a network drive that is gone may take half a minute to say so.
        paths = [each.path if each.is_here else "" for each in recent]
        self._looking.run(lambda report: _are_there(paths, report), self._show_missing)

    def _entry(self, title: str, recent: Recent) -> QAction:
        action = self.addAction(title.replace("&", "&&"))
        action.setToolTip(recent.path)
        action.setStatusTip(recent.path)
        action.triggered.connect(lambda: self._open(recent))
        return action

    def _show_missing(self, are_there: list[bool]) -> None:
        for action, is_there in zip(self.entries, are_there, strict=True):
            action.setEnabled(is_there)
            if not is_there:
                action.setToolTip(f"{action.toolTip()} is not there any more")


def _are_there(paths: list[str], report: Report) -> list[bool]:
    """Return which files are there; of a server, "", nobody asks. Runs off the UI thread."""
    return [not path or _is_there(Path(path)) for path in paths]


def _is_there(path: Path) -> bool:
    try:
        return path.is_file() or path.is_dir()  # A folder of parts is one set.
    except OSError:
        return False

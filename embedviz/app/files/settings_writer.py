"""Writer of the program's settings, off the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from embedviz.app.files.settings import Preferences, change_settings
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.progress import Report

Change = Callable[[Preferences], Preferences]


class SettingsWriter(QObject):
    """Writer of changes to the settings, one after the other.

    Preferences that cannot be written are no reason to disturb anybody: the program does what it is
    asked to, and only forgets.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: list[Change] = []
        self._task = Task(self)
        self._task.failed.connect(self._on_failed)

    def change(self, change: Change) -> None:
        """Remember something else from now on."""
        self._waiting.append(change)
        self._next()

    def close(self) -> None:
        """Make the changes that are left."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            try:
                _make(waiting)
            except UserError:
                return

    @property
    def is_busy(self) -> bool:
        """Whether there are changes that are not written yet."""
        return self._task.is_busy

    def _next(self) -> None:
        if self._waiting and not self._task.is_busy:
            waiting, self._waiting = self._waiting, []
            self._task.run(partial(_work, waiting), lambda _: self._next())

    def _on_failed(self, error: Exception) -> None:
        self._next()
        if not isinstance(error, UserError):
            raise error


def _work(changes: list[Change], report: Report) -> None:
    """Make changes. Runs off the UI thread."""
    _make(changes)


def _make(changes: list[Change]) -> None:
    def all_of_them(settings: Preferences) -> Preferences:
        for change in changes:
            settings = change(settings)
        return settings

    change_settings(all_of_them)

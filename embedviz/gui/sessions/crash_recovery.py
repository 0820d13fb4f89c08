"""Recovery of what was open when the program ended unexpectedly, offered at the next start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject

from embedviz.app.files.session.autosave import Orphan, find_orphan
from embedviz.app.tasks import Task
from embedviz.core.notes import counted
from embedviz.gui.widgets.message_bar import MessageBar


class CrashRecovery(QObject):
    """Offer of a session that was left behind, in the bar at the top; never restored by itself.

    One that is neither restored nor discarded is offered again at the next start.

    Parameters
    ----------
    message_bar : MessageBar
    restore : callable
        Takes the session that is to be restored.
    parent : QObject
    """

    def __init__(
        self, message_bar: MessageBar, restore: Callable[[Orphan], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._message_bar, self._restore = message_bar, restore
        self._looking = Task(self)
        self._offered: Orphan | None = None

    def start(self) -> None:
        """Look for a session, and offer it."""
        self._looking.run(lambda report: find_orphan(), self._offer)

    def release(self) -> None:
        """Let go of the session that was restored."""
        self._offered = None

    def close(self) -> None:
        """Leave what was offered for another start."""
        self._looking.cancel()
        if self._offered is not None:
            self._offered.leave()
            self._offered = None

    def _offer(self, orphan: Orphan | None) -> None:
        if orphan is None:
            return
        self._offered = orphan
        self._message_bar.show_message(
            "embedviz ended unexpectedly. Restore the last session "
            f"({counted(orphan.n_sets, 'set')}, {_when(orphan.saved)})?",
            "Restore",
            lambda: self._restore(orphan),
            "Discard",
            self._discard,
        )

    def _discard(self) -> None:
        if self._offered is not None:
            self._offered.discard()
            self._offered = None
        self.start()


def _when(saved: datetime) -> str:
    """Return a time of today as such, and others with their day."""
    is_today = saved.date() == datetime.now().date()
    return f"{saved:%H:%M}" if is_today else f"{saved:%Y-%m-%d %H:%M}"

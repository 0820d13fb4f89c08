"""Memory of a window for the next start: the files that were opened, and the theme."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from embedviz.app.files.settings import Recent, RecentCollection
from embedviz.app.files.settings_writer import SettingsWriter
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.core.origin import ReadSettings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.theme import theme_manager
from embedviz.sources.databases.origin import CollectionOrigin


class WindowMemory(QObject):
    """Memory of files as they are opened, and from `start` on of the theme.

    Attributes
    ----------
    settings_writer : SettingsWriter
        Writes the settings.
    """

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.settings_writer = SettingsWriter(self)
        self._is_paused = self._is_closed = False
        session.changed.connect(self._on_changed)

    def start(self) -> None:
        """Remember the theme from now on."""
        theme_manager.changed.connect(self._on_theme)

    def close(self) -> None:
        """Remember nothing any more."""
        self._is_closed = True
        self.settings_writer.close()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let files be opened that are not to be among the recent ones: those of a session."""
        self._is_paused = True
        try:
            yield
        finally:
            self._is_paused = False

    def note_session(self, path: Path) -> None:
        """Put a session among the recent files."""
        self.settings_writer.change(partial(_add_recent, _recent(path)))

    def _on_changed(self, old: State, new: State) -> None:
        if self._is_paused:
            return
        for vector_set in new.sets:
            if vector_set not in old.sets and (opened := _opened(vector_set)) is not None:
                self.settings_writer.change(partial(_add_recent, opened))

    def _on_theme(self) -> None:
        if self._is_closed:
            return
        self.remember(theme=None if theme_manager.follows_system else theme_manager.theme.name)

    def remember(self, **choices: Any) -> None:
        """Remember other values of some of the fields of `Preferences`."""
        self.settings_writer.change(lambda settings: replace(settings, **choices))


def _opened(vector_set: VectorSet) -> Recent | None:
    """Return the file or collection of a set that was opened, and not made from another one."""
    provenance = vector_set.provenance
    if provenance is None or provenance.line[-1].rows_from.parent is not None:
        return None
    opened, origin = vector_set.opened, vector_set.origin
    if isinstance(origin, CollectionOrigin) and vector_set.derivation is None:
        where = origin.address
        path = where.place if where.is_local else f"{where.engine}://{where.description}"
        return Recent(path, collection=RecentCollection(where, origin.settings))
    if vector_set.derivation is not None or opened is None:
        return None
    return _recent(opened.path, opened.settings)


def _recent(path: Path, settings: ReadSettings | None = None) -> Recent:
    settings = settings or ReadSettings()
    labels, metadata = (
        str(Path(each).absolute()) if isinstance(each, (str, PathLike)) else None
        for each in (settings.labels, settings.metadata)
    )
    others = replace(settings, labels=None, metadata=None, is_preview=False)
    return Recent(str(path.absolute()), labels, metadata, others)


def _add_recent(opened: Recent, settings: Any) -> Any:
    return settings.with_recent(opened)

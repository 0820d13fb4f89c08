"""Base class of the editors of all methods, and the editor for plain settings."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from embedviz.core.arrays import Rows
from embedviz.core.projections import Projection
from embedviz.core.vector_set import VectorSet
from embedviz.gui.widgets.form import Form


class MethodEdit(QWidget):
    """Editor of the settings of a method.

    Parameters
    ----------
    contents : QWidget

    Signals
    -------
    changed : (Projection,)
        The user has changed something, and nothing is missing.
    refused : (str,)
        Why what the user did makes no settings; nothing when it does again.
    """

    changed = Signal(object)
    refused = Signal(str)

    def __init__(self, contents: QWidget) -> None:
        super().__init__()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(contents)

    @property
    def settings(self) -> Any:
        """The settings as they are shown; None while something is missing."""
        raise NotImplementedError

    @property
    def missing(self) -> str:
        """Hint while something is missing."""
        return ""

    def show_settings(self, settings: Any, vector_set: VectorSet) -> None:
        """Show settings for a set; None: those shown last if they suit it, or the usual ones."""
        raise NotImplementedError

    def show_first(self, count: int) -> None:
        """Show controls for so many axes only."""

    def show_selected(self, rows: Rows) -> None:
        """Know which rows of the set are selected."""

    def release(self) -> None:
        """Let go of a set that has been closed."""


class SettingsEdit(MethodEdit):
    """A form for the settings of a method: a field for each, within what a set can have."""

    def __init__(self, name: str, usual: Projection) -> None:
        self.form = Form(name, usual)
        super().__init__(self.form)
        self._wanted: Any = usual
        self.form.changed.connect(self._note)

    @property
    def settings(self) -> Any:
        """The settings as they are shown."""
        return self.form.settings

    def show_settings(self, settings: Any, vector_set: VectorSet) -> None:
        """Show settings for a set, with no more neighbors than it can have."""
        if settings is not None:
            self._wanted = settings
        wanted = self._wanted
        self.form.limit_all(wanted.limits(len(vector_set), vector_set.dimensions))
        self.form.show_settings(wanted.suited_to(len(vector_set)))

    def show_first(self, count: int) -> None:
        """Show controls for so many axes only."""
        self.form.show_first("components", count)

    def _note(self, settings: Any) -> None:
        self._wanted = settings
        self.changed.emit(settings)

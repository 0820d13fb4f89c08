"""The row below the tools of a map: the settings of the method that lays the points out.

What needs no waiting is applied as soon as it is chosen: principal components, chosen axes,
coordinates of the file. t-SNE and UMAP are run when the user says so; meanwhile they can be
stopped, which keeps the layout as it is by then, or canceled. Nothing jumps when they begin: the
line of words below the settings becomes the line of progress.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from embedviz.app.tasks import Task
from embedviz.core.arrays import Rows
from embedviz.core.projections import Projection, all_projections
from embedviz.core.projections.chosen_axes import ChosenAxes
from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.vector_set import VectorSet
from embedviz.gui.projection.axes_editor import AxesEdit
from embedviz.gui.projection.columns_editor import ColumnsEdit
from embedviz.gui.projection.editor import MethodEdit, SettingsEdit
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, text_label, tool_button, with_name

_EDITORS: dict[type, Callable[[str, Task], MethodEdit]] = {
    ChosenAxes: lambda name, task: AxesEdit(f"{name}.axes", task),
    CoordinateColumns: lambda name, _: ColumnsEdit(f"{name}.coordinates"),
}
"""Editors of methods whose settings no form can show, such as labels of a set."""


class ProjectionRow(QFrame):
    """Settings of one method, and the button that asks for a layout by it.

    Parameters
    ----------
    name : str
        Prefix of the object names of its controls.
    task : Task
        Finds completions of labels.

    Signals
    -------
    run_wanted : (Projection,)
        The user wants a layout by these settings.
    stop_wanted : ()
        The layout at work is to stay as it is now.
    cancel_wanted : ()
        The picture before is to come back.
    """

    run_wanted = Signal(object)
    stop_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, name: str, task: Task) -> None:
        super().__init__()
        self.setObjectName(f"{name}.projection")
        self.setAccessibleName("Settings of the method")
        self._name, self._task = name, task
        self._method, self._count = "", 0
        self._edits: dict[str, MethodEdit] = {}
        self._edit: MethodEdit | None = None
        self._selected: Rows = np.empty(0, dtype=np.intp)
        self._refusal = ""
        self.run = tool_button(f"{name}.run", "Run", "Run: lay the points out by these settings")
        self.run.setProperty("primary", True)
        self.run.clicked.connect(self._ask)
        self.stop = tool_button(f"{name}.stop", "Stop", "Stop: keep the layout as it is now")
        self.stop.clicked.connect(self.stop_wanted)
        self.cancel = tool_button(f"{name}.cancel", "Cancel", "Cancel: back to the picture before")
        self.cancel.clicked.connect(self.cancel_wanted)
        self._note = text_label("", "caption", wrap=True)
        self._progress = ElidedLabel("caption")
        self._bar = with_name(QProgressBar(), f"{name}.progress", "Progress: of the layout at work")
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(15 * GRID, GRID // 2)
        self._arrange()
        self.show_idle()

    def _arrange(self) -> None:
        for button in (self.stop, self.cancel):
            button.setProperty("small", True)
        self._running = _row_of(self._bar, self._progress, self.stop, self.cancel)
        self._running.hide()
        self._shown = QVBoxLayout()
        self._shown.setContentsMargins(0, 0, 0, 0)
        upper = QHBoxLayout()
        upper.setSpacing(3 * GRID // 2)
        upper.addLayout(self._shown)
        upper.addWidget(self.run, 0, Qt.AlignmentFlag.AlignTop)
        upper.addStretch(1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2 * GRID, GRID // 2, 2 * GRID, GRID // 2)
        rows.setSpacing(GRID // 2)
        rows.addLayout(upper)
        rows.addWidget(self._note)
        rows.addWidget(self._running)

    @property
    def settings(self) -> Projection | None:
        """The settings as they are shown; None while something is missing."""
        return None if self._edit is None else self._edit.settings

    @property
    def is_running(self) -> bool:
        """Whether a layout is at work."""
        return not self._running.isHidden()

    def show_method(
        self,
        name: str,
        settings: Projection | None,
        vector_set: VectorSet,
        n_components: int = 3,
    ) -> None:
        """Show the settings of a method.

        Parameters
        ----------
        name : str
            One of `all_projections`.
        settings : Projection or None
            Shown if they are for that method; else those shown for it last, or the usual ones.
        vector_set : VectorSet
            What is to be laid out.
        n_components : {2, 3}
            How many axes the picture has.
        """
        self._method, self._count, self._refusal = name, len(vector_set), ""
        edit = self._edit_of(name)
        edit.show_settings(
            settings if isinstance(settings, all_projections()[name]) else None, vector_set
        )
        edit.show_first(n_components)
        edit.show_selected(self._selected)
        self._turn_to(edit)
        self._say()

    def _edit_of(self, name: str) -> MethodEdit:
        if name not in self._edits:
            made = self._edits[name] = self._make_edit(all_projections()[name])
            made.changed.connect(self._on_changed)
            made.refused.connect(self._refuse)
            made.setEnabled(not self.is_running)
            self._shown.addWidget(made)
        return self._edits[name]

    def _make_edit(self, kind: type[Projection]) -> MethodEdit:
        make = _EDITORS.get(kind)
        return SettingsEdit(self._name, kind()) if make is None else make(self._name, self._task)

    def _turn_to(self, edit: MethodEdit) -> None:
        self._edit = edit
        for each in self._edits.values():
            each.setVisible(each is edit)
        self.run.setVisible(self._is_slow)

    @property
    def _is_slow(self) -> bool:
        return bool(self._method) and all_projections()[self._method].is_slow

    def show_selected(self, rows: Rows) -> None:
        """Know which rows of the set are selected: they can become the ends of an axis."""
        self._selected = rows
        if self._edit is not None:
            self._edit.show_selected(self._selected)

    def show_running(self, fraction: float, message: str) -> None:
        """Show how far a layout is, from 0 to 1, and what is done, instead of the note."""
        had_focus = self.run.hasFocus()
        self._bar.setValue(round(1000 * fraction))
        self._progress.setText(f"{100 * fraction:.0f} % · {message}")
        self._show_state(is_running=True)
        if had_focus:
            self.stop.setFocus()

    def show_idle(self) -> None:
        """Show that nothing is at work."""
        self._show_state(is_running=False)

    def _show_state(self, *, is_running: bool) -> None:
        if is_running and not self.is_running:
            self._running.setMinimumHeight(self._note.height())
        self._note.setVisible(not is_running)
        self._running.setVisible(is_running)
        self.run.setEnabled(not is_running)
        for edit in self._edits.values():
            edit.setEnabled(not is_running)

    def release(self) -> None:
        """Let go of a set that has been closed."""
        for edit in self._edits.values():
            edit.release()

    def _on_changed(self, settings: Projection) -> None:
        self._say()
        if not self._is_slow:
            self.run_wanted.emit(settings)

    def _ask(self) -> None:
        if self.settings is not None:
            self.run_wanted.emit(self.settings)

    def _refuse(self, why: str) -> None:
        self._refusal = why
        self._say()

    @property
    def _note_on_method(self) -> str:
        settings = self.settings
        if settings is None:
            return all_projections()[self._method].caveat
        return settings.note(self._count)

    def _say(self) -> None:
        # As high as what takes its place, so that the picture below stays where it is.
        self._note.setMinimumHeight(self._running.sizeHint().height())
        missing = "" if self._edit is None or self.settings is not None else self._edit.missing
        said = self._refusal or missing or self._note_on_method
        self._note.setText(said)


def _row_of(*widgets: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    for widget in widgets:
        row.addWidget(widget)
    return made

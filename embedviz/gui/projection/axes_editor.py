"""Lines to type axes into: from one label to another, or from one group of labels to another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from embedviz.app.tasks import Task
from embedviz.core.arrays import Rows
from embedviz.core.errors import UserError
from embedviz.core.projections.chosen_axes import ChosenAxes, ChosenAxis, axis_between, read_axis
from embedviz.core.vector_set import VectorSet
from embedviz.gui.projection.editor import MethodEdit
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import caption, tool_button, with_name
from embedviz.gui.widgets.flow_layout import Flow
from embedviz.gui.widgets.label_edit import LabelEdit

MOST_IN_GROUP = 10_000
"""Larger selections are not kept as ends of an axis."""

_LETTERS = 11
_AXES = ("x", "y", "z")


class LabelsEdit(LabelEdit):
    """Completer of the last of several labels with commas between them."""

    _before = ""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for a few letters."""
        width = _LETTERS * self.fontMetrics().averageCharWidth() + 3 * GRID
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the same."""
        return self.sizeHint()

    def _search(self, text: str) -> None:
        self._before = text[: text.rfind(",") + 1]
        super()._search(text[len(self._before) :].lstrip())

    def _offer(self, labels: list[str]) -> None:
        before = f"{self._before} " if self._before else ""
        super()._offer([before + label for label in labels])


class AxesEdit(MethodEdit):
    """Editor of chosen axes: by their labels, or the selected rows.

    Parameters
    ----------
    name : str
        Prefix of the object names.
    task : Task
        Finds completions.
    """

    def __init__(self, name: str, task: Task) -> None:
        flow = Flow(2 * GRID, GRID // 2)
        super().__init__(flow)
        self._set: VectorSet | None = None
        self._selected: Rows = np.empty(0, dtype=np.intp)
        self._lines = [_AxisLine(f"{name}.{axis}", axis, task) for axis in _AXES]
        for line in self._lines:
            flow.add(line)
            line.changed.connect(self._tell)
            line.refused.connect(self.refused)
        self.from_selected = tool_button(
            f"{name}.selected", "Use selected", "Use selected: the selected rows as ends of an axis"
        )
        self.from_selected.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.from_selected.setMenu(self._make_menu())
        flow.add(self.from_selected)
        self.show_selected(self._selected)

    def _make_menu(self) -> QMenu:
        menu = QMenu(self.from_selected)
        self._pairs, self._groups = [], []
        for line in self._lines:
            pair = menu.addAction(f"{line.axis}: from the one to the other of two")
            pair.triggered.connect(partial(self._use_pair, line))
            self._pairs.append(pair)
            for is_end, words in ((False, "from"), (True, "to")):
                group = menu.addAction(f"{line.axis}: {words} the mean of them")
                group.triggered.connect(partial(self._use_group, line, is_end))
                self._groups.append(group)
            menu.addSeparator()
        return menu

    @property
    def settings(self) -> ChosenAxes | None:
        """The axes up to the first one that is not complete, or None."""
        axes: list[ChosenAxis] = []
        for line in self._lines:
            if line.result is None:
                break
            axes.append(line.result)
        return ChosenAxes(tuple(axes)) if axes else None

    @property
    def missing(self) -> str:
        """Hint while an end is missing."""
        return "Type a label at each end of an axis, or use selected rows."

    def show_settings(self, settings: ChosenAxes | None, vector_set: VectorSet) -> None:
        """Show axes of a set; None: those shown last if they are of this set."""
        if vector_set is self._set and settings is None:
            return
        self._set = vector_set
        axes = () if settings is None else settings.axes
        for place, line in enumerate(self._lines):
            line.show_axis(vector_set, axes[place] if place < len(axes) else None)

    def release(self) -> None:
        """Let go of a set that has been closed."""
        self._set = None
        for line in self._lines:
            line.release()

    def show_first(self, count: int) -> None:
        """Show lines for so many axes."""
        for place, line in enumerate(self._lines):
            line.setVisible(place < count)
        for action in (*self._pairs, *self._groups):
            action.setVisible(action.text()[0] in _AXES[:count])

    def show_selected(self, rows: Rows) -> None:
        """Know which rows of the set are selected."""
        self._selected = rows
        fits = self._set is not None and 1 <= len(rows) <= MOST_IN_GROUP
        is_of_set = fits and self._set is not None and int(rows.max()) < len(self._set)
        self.from_selected.setEnabled(is_of_set)
        for pair in self._pairs:
            pair.setEnabled(len(rows) == 2)

    def _use_pair(self, line: _AxisLine) -> None:
        first, second = self._selected.tolist()
        line.use((first,), (second,))

    def _use_group(self, line: _AxisLine, is_end: bool) -> None:
        rows = tuple(self._selected.tolist())
        line.use(None if is_end else rows, rows if is_end else None)

    def _tell(self) -> None:
        self.refused.emit("")
        settings = self.settings
        if settings is not None:
            self.changed.emit(settings)
        elif self._lines[0].result is None:
            self.refused.emit("Choose both ends of x first; y and z may stay empty.")


@dataclass
class _End:
    edit: LabelsEdit
    rows: tuple[int, ...] = ()
    name: str = ""


class _AxisLine(QWidget):
    """Editor of the two ends of one axis."""

    changed = Signal()
    refused = Signal(str)

    def __init__(self, name: str, axis: str, task: Task) -> None:
        super().__init__()
        self.axis = axis
        self._set: VectorSet | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        self._ends: list[_End] = []
        for key, words, before in (("from", "begins", f"{axis} from"), ("to", "ends", "→ to")):
            edit = with_name(
                LabelsEdit(task),
                f"{name}.{key}",
                f"Where {axis} {words}: a label, or several with commas between for their mean",
            )
            text = caption(before)
            text.setBuddy(edit)
            row.addWidget(text)
            row.addWidget(edit)
            end = _End(edit)
            edit.label_chosen.connect(partial(self._read, end))
            edit.editingFinished.connect(partial(self._empty, end))
            self._ends.append(end)

    @property
    def result(self) -> ChosenAxis | None:
        """The axis, or None while one of its ends is missing."""
        start, end = self._ends
        if self._set is None or not start.rows or not end.rows:
            return None
        return axis_between(self._set, start.rows, end.rows, start.name, end.name)

    def show_axis(self, vector_set: VectorSet, axis: ChosenAxis | None) -> None:
        self._set = vector_set
        start, end = self._ends
        if axis is None:
            self._show(start, (), "")
            self._show(end, (), "")
        else:
            self._show(start, axis.start, axis.start_name)
            self._show(end, axis.end, axis.end_name)

    def release(self) -> None:
        self._set = None
        for end in self._ends:
            end.rows, end.name = (), ""
            end.edit.release()

    def use(self, start: tuple[int, ...] | None, end: tuple[int, ...] | None) -> None:
        """Take these rows as ends; None leaves an end as it is."""
        assert self._set is not None
        for each, rows in zip(self._ends, (start, end), strict=True):
            if rows is not None:
                axis = axis_between(self._set, rows, rows)
                self._show(each, rows, axis.start_name)
        self.changed.emit()

    def _show(self, end: _End, rows: tuple[int, ...], name: str) -> None:
        assert self._set is not None
        end.rows, end.name = rows, name
        end.edit.show_label(self._set, name)
        end.edit.setToolTip(name or end.edit.accessibleName())

    def _read(self, end: _End, text: str) -> None:
        if self._set is None:
            return
        try:
            rows = read_axis(self._set, f"{text} → {text}").start
        except UserError as error:
            end.rows = ()
            self.refused.emit(str(error))
            return
        self._show(end, rows, axis_between(self._set, rows, rows).start_name)
        self.changed.emit()

    def _empty(self, end: _End) -> None:
        if end.rows and not end.edit.text().strip():
            self._show(end, (), "")
            self.changed.emit()

"""Other names for clusters, given on the legend or in a list, and clusters kept as a column."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from embedviz.core.derivation.group_column import GroupColumn, free_column
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pane import Pane
from embedviz.gui.points.view import PointView
from embedviz.gui.widgets.controls import with_name
from embedviz.panes.map.choices import MapChoices
from embedviz.panes.map.look.cluster_controls import ClusterControls
from embedviz.panes.map.look.clusters import Clusters
from embedviz.panes.map.look.found_clusters import TITLE, FoundClusters

_LEAST_WIDTH, _AROUND = 160, 4
_FINDING, _STOPPED = "finding clusters …", "stopped before they were found"


class Renaming(QObject):
    """Names of clusters, as somebody wants them.

    Parameters
    ----------
    pane : Pane
    choices : MapChoices
    clusters : Clusters
    controls : ClusterControls
        With the list of names.
    view : PointView
        On whose legend a name can be changed.
    """

    def __init__(
        self,
        pane: Pane,
        choices: MapChoices,
        clusters: Clusters,
        controls: ClusterControls,
        view: PointView,
    ) -> None:
        super().__init__(pane)
        self._choices, self._clusters, self._view = choices, clusters, view
        self._controls = controls
        self._calculations = pane.calculations
        self._saving = pane.calculations.new_task("column of clusters")
        self._place = -1
        self.editor = NameEditor(f"{pane.name}.cluster_name", view)
        self.editor.left.connect(self._take)
        view.rename_wanted.connect(self.begin)
        view.camera_changed.connect(lambda _: self.editor.hide())
        controls.renamed.connect(self.rename)
        controls.save_wanted.connect(self.save)

    @property
    def _found(self) -> FoundClusters | None:
        """What is found and shown."""
        is_shown = self._choices.settings.clusters and self._clusters.is_known
        return self._clusters.found if is_shown else None

    def show(self) -> None:
        """Show in the list what was found, and how many; or why there is nothing yet."""
        found, settings = self._found, self._choices.settings
        if found is not None:
            self._controls.show_found(found.count_words, found.names_by(settings))
        elif not settings.clusters:
            self._controls.show_found("", [])
        else:
            before = self._clusters.found
            names = [] if before is None else before.names_by(settings)
            words = _FINDING if self._clusters.is_busy else _STOPPED
            self._controls.show_found(words, names, can_change=False)

    def begin(self, name: str) -> None:
        """Let a name be changed where it stands in the legend."""
        found = self._found
        names = [] if found is None else found.names_by(self._choices.settings)
        if name in names:
            self._begin_at(names.index(name), names)

    def rename(self, place: int, name: str) -> None:
        """Call a cluster otherwise; by an empty name, as it was found."""
        found, settings = self._found, self._choices.settings
        if found is not None and 0 <= place < len(found.names):
            if name.strip() == found.names_by(settings)[place]:
                return
            state = self._choices.session.state
            self._choices.edit(state.mapped(found.renamed(settings, place, name)))

    def save(self) -> None:
        """Make a column of the metadata of the clusters, and color by it."""
        found = self._found
        if found is not None:
            vector_set, settings = found.request.layout.vector_set, self._choices.settings
            step = found.as_column(settings, free_column(vector_set, TITLE))
            show = partial(self._show_column, vector_set, step.name)
            work = partial(_with_column, vector_set, step)
            self._calculations.run(self._saving, work, show, vector_set, purpose="edit")

    def _begin_at(self, place: int, names: list[str]) -> None:
        self._place = place
        self.editor.begin(names[place], self._view.mouse.legend.box_of(names[place]))

    def _take(self, name: str, step: int) -> None:
        """Take over what was typed; and go on to another one, so many lines below."""
        place, found = self._place, self._found
        self.rename(place, name)
        if step and found is not None and 0 <= place + step < len(found.names):
            self._begin_at(place + step, found.names_by(self._choices.settings))

    def _show_column(self, before: VectorSet, column: str, extended: VectorSet) -> None:
        choices = self._choices
        if choices.vector_set is not before:
            return
        hidden = choices.settings.hidden
        state = choices.session.state.replaced(before, extended)
        choices.edit(state)
        choices.change(color_by=column, clusters=False)
        if hidden:
            choices.change(hidden=hidden)


def _with_column(vector_set: VectorSet, step: GroupColumn, report: Report) -> VectorSet:
    """Add the column. Runs off the UI thread."""
    return step.derive(vector_set, report)


class NameEditor(QLineEdit):
    """A line over the legend in which a name is changed.

    Return takes it over, up and down go on to the name above or below, Esc leaves it as it was.

    Signals
    -------
    left : (str, int)
        What was typed; and how many lines below another name is to be changed: 0 for none.
    """

    left = Signal(str, int)

    def __init__(self, name: str, view: PointView) -> None:
        super().__init__(view)
        self._view = view
        with_name(self, name, "Name of the cluster: Return takes it over; empty: as found")
        self.hide()

    def begin(self, name: str, box: QRectF) -> None:
        """Show a name over a box of the view; without one, at its upper edge."""
        view = self._view
        height = self.sizeHint().height()
        width = max(int(box.width()) + 2 * _AROUND, _LEAST_WIDTH)
        left, top = box.left() - _AROUND, box.center().y() - height / 2
        if box.isEmpty():
            left, top = (view.width() - width) / 2, 2.0 * _AROUND
        left = max(min(left, view.width() - width - _AROUND), 0)
        self.setGeometry(int(left), int(top), min(width, view.width()), height)
        self.setText(name)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Leave, one way or another; all else is typed."""
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self._leave(None)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._leave(0)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._leave(1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Take over what was typed, when somebody goes elsewhere."""
        super().focusOutEvent(event)
        if self.isVisible() and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.hide()
            self.left.emit(self.text(), 0)

    def _leave(self, step: int | None) -> None:
        self.hide()
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        if step is not None:
            self.left.emit(self.text(), step)

"""What clicks, drags and keys on a map do to the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from embedviz.core.arrays import Rows
from embedviz.core.drawing.camera import Camera
from embedviz.core.selection import Change

if TYPE_CHECKING:
    from embedviz.panes.map.pane import MapPane

_ALONE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class MapInteraction(QObject):
    """Turns what the hands do on the picture into states.

    While the points are not rows of the set that is wanted, the hands are to wait.

    Parameters
    ----------
    pane : MapPane
    """

    def __init__(self, pane: MapPane) -> None:
        super().__init__(pane)
        self._pane = pane
        view = pane.view
        view.row_clicked.connect(self._click)
        view.row_hovered.connect(self._hover)
        view.rows_selected.connect(self._select)
        view.camera_settled.connect(self._settle)
        view.category_clicked.connect(self._choose_category)
        view.color_range_changed.connect(self._clip_colors)
        view.colors_inverted.connect(lambda: pane.change(inverted=not pane.settings.inverted))
        view.legend_moved.connect(lambda place: pane.change(legend_place=place))
        view.tool_changed.connect(lambda tool: pane.controls.lasso.setChecked(tool == "lasso"))
        view.fly_wanted.connect(pane.fly_to_selection)

    def _settle(self, camera: Camera) -> None:
        if self._pane.shows_wanted and self._pane.run.streamed is None:
            self._pane.change(camera=None if self._pane.view.viewport.is_fitted else camera)

    def _select(self, rows: Rows, change: Change) -> None:
        pane = self._pane
        if pane.shows_wanted:
            pane.edit(pane.session.state.with_active_map(pane.key).selecting(rows, change))

    def _click(self, row: int, modifiers: Qt.KeyboardModifier) -> None:
        pane = self._pane
        if not pane.shows_wanted:
            return
        state = pane.session.state.with_active_map(pane.key)
        if row < 0:
            pane.edit(state.selecting(()))
        elif modifiers & Qt.KeyboardModifier.AltModifier:
            pane.edit(state.selecting([row], "remove"))
        elif modifiers & _ADDING:
            pane.edit(state.toggled(row))
        else:
            pane.edit(state.queried(row))

    def _choose_category(self, name: str, modifiers: Qt.KeyboardModifier) -> None:
        """Hide a category or show it again; with a key held, show it alone or all again."""
        settings = self._pane.settings
        if modifiers & _ALONE:
            others = frozenset(self._pane.categories) - {name}
            self._pane.change(hidden=frozenset() if settings.hidden == others else others)
        else:
            self._pane.change(hidden=settings.toggled(name).hidden)

    def _clip_colors(self, low: float, high: float) -> None:
        self._pane.session.begin_burst()  # A drag of a handle is one step.
        self._pane.change(color_range=(low, high))

    def _hover(self, row: int) -> None:
        pane, layout = self._pane, self._pane.run.layout
        if row < 0 or layout is None or not pane.shows_wanted:
            pane.hover.hide()
        else:
            metric, truth = pane.session.state.metric, pane.trust.shown
            pane.hover.show(layout.vector_set, row, metric, truth)

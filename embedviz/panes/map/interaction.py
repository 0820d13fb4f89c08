"""Effects of clicks and drags on the state."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, Qt
from PySide6.QtGui import QGuiApplication

from embedviz.app.state import State
from embedviz.core.arrays import Rows
from embedviz.core.drawing.camera import Camera
from embedviz.core.selection import Change
from embedviz.gui.points.view import PointView
from embedviz.panes.map.choices import MapChoices
from embedviz.panes.map.drawing import MapDrawing
from embedviz.panes.map.layout_run import LayoutRun

_ALONE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class MapInteraction(QObject):
    """Translation of what the user does on the picture into states.

    While the points are not rows of the set that is wanted, the user has to wait.

    Parameters
    ----------
    choices : MapChoices
    run : LayoutRun
    drawing : MapDrawing
    view : PointView
    """

    def __init__(
        self, choices: MapChoices, run: LayoutRun, drawing: MapDrawing, view: PointView
    ) -> None:
        super().__init__(view)
        self._choices, self._run, self._drawing, self._view = choices, run, drawing, view
        view.row_clicked.connect(self._click)
        view.rows_selected.connect(self._select)
        view.camera_settled.connect(self._settle)
        view.category_clicked.connect(self._choose_category)
        view.rename_wanted.connect(self._take_click_back)
        self._toggled: tuple[State, QElapsedTimer] | None = None
        view.color_range_changed.connect(self._clip_colors)
        view.colors_inverted.connect(lambda: choices.change(inverted=not choices.settings.inverted))
        view.legend_moved.connect(lambda place: choices.change(legend_place=place))

    def _settle(self, camera: Camera) -> None:
        if self._run.shows_wanted and self._run.streamed is None:
            self._choices.change(camera=None if self._view.viewport.is_fitted else camera)

    def _select(self, rows: Rows, change: Change) -> None:
        if self._run.shows_wanted:
            self._choices.edit(self._choices.with_active_map().selecting(rows, change))

    def _click(self, row: int, modifiers: Qt.KeyboardModifier) -> None:
        if not self._run.shows_wanted:
            return
        state = self._choices.with_active_map()
        if row < 0:
            self._choices.edit(state.selecting(()))
        elif modifiers & Qt.KeyboardModifier.AltModifier:
            self._choices.edit(state.selecting([row], "remove"))
        elif modifiers & _ADDING:
            self._choices.edit(state.toggled(row))
        else:
            self._choices.edit(state.queried(row))

    def _choose_category(self, name: str, modifiers: Qt.KeyboardModifier) -> None:
        """Hide a category or show it again; with a key held, show it alone or all again."""
        settings = self._choices.settings
        if modifiers & _ALONE:
            others = frozenset(self._drawing.categories) - {name}
            self._choices.change(hidden=frozenset() if settings.hidden == others else others)
        else:
            self._choices.change(hidden=settings.toggled(name).hidden)
            timer = QElapsedTimer()
            timer.start()
            self._toggled = self._choices.session.state, timer

    def _take_click_back(self) -> None:
        """Show again what the first click of a double click has hidden, as if it had not been."""
        toggled, self._toggled = self._toggled, None
        session = self._choices.session
        if toggled is None or toggled[0] is not session.state:
            return
        if toggled[1].elapsed() <= QGuiApplication.styleHints().mouseDoubleClickInterval():
            session.take_back()

    def _clip_colors(self, low: float, high: float) -> None:
        self._choices.session.begin_burst()  # A drag of a handle is one step.
        self._choices.change(color_range=(low, high))

"""The picture of an answered question, and what is done on it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from embedviz.core.arrays import Rows
from embedviz.core.query_vector import QueryVector
from embedviz.core.selection import Change, Selection
from embedviz.gui.pages.page import Page
from embedviz.gui.points.point_colors import usual_size
from embedviz.gui.points.view import PointView
from embedviz.gui.theme import theme_manager, with_alpha
from embedviz.panes.analogies.question.drawing import arrows_of, markers_of, rows_asked
from embedviz.panes.analogies.question.explanation import short_question
from embedviz.panes.analogies.question.motion import ArrowMotion
from embedviz.panes.analogies.question.placing import NO_ROW
from embedviz.panes.analogies.question.solving import Solved

CONTEXT_SIZE = 3.0
LABELED = 12
"""A selection of more rows than this is an area: it stands out by dimming the others."""
_ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class QuestionPicture(QObject):
    """Points, arrows, markers and labels, with the arrow that is carried from a → b to c.

    Parameters
    ----------
    page : Page

    Signals
    -------
    row_hovered : (int,)
        The row at the mouse, or -1.

    Attributes
    ----------
    view : PointView
    motion : ArrowMotion
    solved : Solved or None
    """

    row_hovered = Signal(int)

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._pane = page.pane
        self.solved: Solved | None = None
        self._focus, self._scale, self._part = 0, 1.0, 1.0
        self.view = PointView()
        self.view.setObjectName("analogies.view")
        self.motion = ArrowMotion(self.view)
        self.motion.stepped.connect(self._carry)
        self.view.row_clicked.connect(self._on_click)
        self.view.rows_selected.connect(self._on_selected)
        self.view.row_hovered.connect(self.row_hovered)
        self.view.scene.markers.clicked.connect(self._on_marker)
        theme_manager.changed.connect(self._redraw)

    def show(self, solved: Solved) -> None:
        """Draw another answer; the arrow is carried to where it leads."""
        before, self.solved, self._focus = self.solved, solved, 0
        same = before is not None and before.vector_set is solved.vector_set
        shapes = [each.places.positions.shape for each in (before, solved) if each is not None]
        is_same_question = before is not None and before.wanted.labels == solved.wanted.labels
        self.motion.cancel()
        self._draw_points(animate=same and len(set(shapes)) == 1)
        if solved.wanted.is_parallelogram and not is_same_question:
            self.motion.start()

    def clear(self, message: str = "") -> None:
        """Draw nothing, and say why."""
        self.solved = None
        self.motion.cancel()
        scene = self.view.scene
        scene.set_arrows(())
        scene.markers.set_markers((), scene.canvas.extent)
        self.view.set_points(np.zeros((0, 2)))
        scene.set_message(message)

    def play(self) -> None:
        """Carry the arrow once more, or be at the end of it now."""
        if self.motion.is_running:
            self.motion.stop()
        elif self.solved is not None:
            self.motion.start()

    def set_text_scale(self, scale: float) -> None:
        """Draw thicker arrows, for a stage; the view itself has larger text already."""
        self._scale = scale
        self._draw_arrows()

    def focus_on(self, place: int) -> None:
        """Draw the gap to another of the answers."""
        if place != self._focus and self.solved is not None:
            self._focus = place
            self._draw_arrows()
            self.mark(self._pane.session.state.selected)

    def mark(self, selected: Selection) -> None:
        """Mark the rows of the question and its answer, and the selected ones as on a map."""
        solved = self.solved
        if solved is None:
            return
        answers = [each.row for each in solved.answers]
        corners = [row for row in dict.fromkeys(solved.corners) if row != NO_ROW]
        focus = answers[self._focus : self._focus + 1]
        required = list(dict.fromkeys([*corners, *focus]))
        asked = rows_asked(solved)
        is_area = len(selected) > LABELED
        few = () if is_area else selected
        always = list(dict.fromkeys([*required, *few]))
        scene = self.view.scene
        scene.set_labels(solved.vector_set.labels, answers, always, len(required))
        # In an area, the rings of the question would be lost.
        ringed = [row for row in asked if row not in selected] if is_area else []
        ringed += [row for row in focus if row not in (*corners, *selected)]
        scene.set_highlights(
            query=answers[0] if answers else None,
            selected=selected.rows if is_area else list(dict.fromkeys([*asked, *few])),
            neighbors=ringed,
            dim_others=is_area,
        )

    def _draw_points(self, *, animate: bool) -> None:
        solved = self.solved
        assert solved is not None
        color = with_alpha(theme_manager.theme.muted, 0.3)
        size = min(CONTEXT_SIZE, usual_size(len(solved.places.positions)))
        self.view.set_points(solved.places.positions, color, size, animate=animate)
        self.mark(self._pane.session.state.selected)
        self._part = 1.0
        self._draw_arrows()
        scene = self.view.scene
        scene.markers.set_markers(markers_of(solved), scene.canvas.extent)

    def _redraw(self) -> None:
        """Take the colors of another theme."""
        if self.solved is not None:
            self.motion.cancel()
            self._draw_points(animate=False)

    def _carry(self, part: float) -> None:
        self._part = part
        self._draw_arrows()

    def _draw_arrows(self) -> None:
        arrows = arrows_of(self.solved, self._focus, self._scale, self._part)
        self.view.scene.set_arrows(arrows)

    @property
    def _shown(self) -> Solved | None:
        """What is drawn, if its rows are those of the set that is shown everywhere."""
        solved = self.solved
        is_active = solved is not None and solved.vector_set is self._pane.session.state.active
        return solved if is_active else None

    def _on_click(self, row: int, keys: Qt.KeyboardModifier) -> None:
        if self._shown is None:
            return
        state = self._pane.session.state
        if row < 0:
            self._pane.edit(state.selecting(()))
        elif keys & Qt.KeyboardModifier.AltModifier:
            self._pane.edit(state.selecting([row], "remove"))
        elif keys & _ADDING:
            self._pane.edit(state.toggled(row))
        else:
            self._pane.edit(state.queried(row))

    def _on_selected(self, rows: Rows, change: Change) -> None:
        if self._shown is not None:
            self._pane.edit(self._pane.session.state.selecting(rows, change))

    def _on_marker(self, index: int, _: object) -> None:
        """Make a text the query, or the point that is asked for."""
        solved = self._shown
        if solved is None:
            return
        state = self._pane.session.state
        if index < len(solved.texts):
            self._pane.edit(state.queried_with(solved.texts[index]))
        elif solved.vector_set.derivation is None:  # Queries are in the space of the file.
            vector = solved.explanation.target.astype(np.float32)
            query = QueryVector(short_question(solved.wanted), vector)
            self._pane.edit(state.queried_with(query))

"""The page of one analogy: its answers, and its words in the plane they lie in best."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.app.texts.encoders import stays_here
from embedviz.app.texts.pinned import known_text
from embedviz.core.selection import Selection
from embedviz.core.settings import fields_of
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.gui.pages.page import Page
from embedviz.gui.points.view import PointView
from embedviz.gui.theme import GRID, NEIGHBORS_WIDTH, theme_manager, with_alpha
from embedviz.gui.widgets.controls import Gear, Segments, combo_box, text_label, toggle, with_name
from embedviz.gui.widgets.label_edit import LabelEdit
from embedviz.gui.widgets.ranked_list import RankedList
from embedviz.panes.analogies.question.drawing import arrows_of, markers_of
from embedviz.panes.analogies.question.solving import (
    NO_ROW,
    Solved,
    describe_texts,
    solve,
    texts_in,
)
from embedviz.panes.analogies.relations import relations_in
from embedviz.panes.analogies.settings import AnalogySettings

_METHODS = fields_of(AnalogySettings)["method"].about.choices
_TYPE = "type to complete; in a set with an encoder, any text"
CONTEXT_SIZE = 3.0
LABELED = 12
"""A selection of more rows than this is an area: it stands out by dimming the others."""


class QuestionPage(Page):
    """A question of three labels, its answers, and the offsets as arrows."""

    name = "question"

    def build(self) -> None:  # noqa: D102 - see Page
        self._task = self.pane.calculations.new_task("solving")
        self._solved: Solved | None = None
        self._add_tools()
        self.view = PointView()
        self.view.setObjectName("analogies.view")
        self.view.row_clicked.connect(self._on_click)
        self.view.scene.markers.clicked.connect(self._on_text)
        self.question = text_label(kind="title", wrap=True)
        self.list = with_name(RankedList(), "analogies.answers", "Answers, best first")
        self.list.row_chosen.connect(
            lambda row: self.pane.edit(self.pane.session.state.queried(row))
        )
        self.list.setFixedWidth(NEIGHBORS_WIDTH)
        side = QVBoxLayout()
        side.setContentsMargins(0, 2 * GRID, 0, GRID)
        self.question.setContentsMargins(GRID, 0, GRID, 0)
        self.question.setFixedWidth(NEIGHBORS_WIDTH)
        side.addWidget(self.question)
        side.addWidget(self.list, 1)
        self.caption = text_label(kind="caption", wrap=True)
        self.caption.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        beside = QHBoxLayout()
        beside.setSpacing(0)
        beside.addWidget(self.view, 1)
        beside.addLayout(side)
        self.body.addLayout(beside, 1)
        self.body.addWidget(self.caption)
        theme_manager.changed.connect(self._redraw)

    def _add_tools(self) -> None:
        self.edits: list[LabelEdit] = []
        descriptions = ("plus", "minus", "and plus")
        for sign, name, description in zip(("", "−", "+"), "abc", descriptions, strict=True):
            if sign:
                self.tools.row.addWidget(text_label(sign))
            edit = LabelEdit(self.pane.calculations.new_task("completing"))
            with_name(edit, f"analogies.{name}", f"Label {name}, {description}: {_TYPE}")
            edit.setMinimumWidth(64)
            edit.label_chosen.connect(lambda _: self._ask())
            self.edits.append(edit)
            self.tools.row.addWidget(edit, 2)
        self.method = combo_box("analogies.method", "Method: how answers are ranked", _METHODS)
        self.method.activated.connect(lambda _: self.set(method=self.method.currentData()))
        self.inputs = toggle(
            "analogies.inputs",
            "Show inputs",
            "Show inputs: let the question's own labels be answers",
        )
        self.inputs.clicked.connect(lambda on: self.set(exclude_inputs=not on))
        self.dimensions = Segments(
            "analogies.dimensions", "Dimensions of the picture", ("2-D", "3-D")
        )
        self.dimensions.chosen.connect(lambda place: self.set(is_3d=place == 1))
        self.examples = combo_box("analogies.examples", "Examples of relations in this set")
        self.examples.setMinimumWidth(80)
        self.examples.setMaximumWidth(150)
        self.examples.activated.connect(self._on_example)
        self.tools.row.addWidget(self.dimensions)
        self.tools.row.addStretch(1)
        self.tools.row.addWidget(self.examples)
        gear = Gear("analogies.settings", "Settings: method, and whether inputs may be answers")
        gear.add("Method", self.method)
        gear.add("Answers", self.inputs)
        self.tools.row.addWidget(gear)

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Page
        for part in (self.list, self.question):
            part.setFixedWidth(round(NEIGHBORS_WIDTH * scale))

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        active, analogy = new.active, new[AnalogySettings]
        assert active is not None
        if old.active is not active:
            self._fill_examples(active)
            self.list.show_lines(())  # Rows of the set before.
        labels = (*analogy.positive[:1], *analogy.negative[:1], *analogy.positive[1:2])
        for edit, label in zip(self.edits, labels, strict=False):
            edit.show_label(active, label)
        self.method.setCurrentIndex(self.method.findData(analogy.method))
        self.inputs.setChecked(not analogy.exclude_inputs)
        self.dimensions.show_choice(int(analogy.is_3d))
        self.list.show_selected(new.selected)
        is_shown = self._solved is not None and self._solved.vector_set is active
        if self._solved is not None and is_shown and old.selected != new.selected:
            self._mark(self._solved, new.selected)
        if (old.active, old[AnalogySettings]) != (active, analogy):
            self.question.setText(f"{analogy.written} ≈")
            missing = _not_answerable(new, typed=old.active is active)
            for part in (self.question, self.list, self.caption):  # Of an answer.
                part.setVisible(not missing)
            if missing:
                self._show_missing(active, missing[0], typed=old.active is active)
            else:
                found = (
                    (each, known_text(new, each, active)) for each in texts_in(active, analogy)
                )
                known = {name: text for name, text in found if text is not None}
                work = partial(solve, active, analogy, self.pane.session.encoders, known)
                self.pane.calculations.run(self._task, work, self._show, active)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if task is self._task:
            self._clear()

    def release(self) -> None:  # noqa: D102 - see Page
        self._solved = None
        for edit in self.edits:
            edit.release()

    def _show_missing(self, active: VectorSet, label: str, *, typed: bool) -> None:
        """Say what is missing: in the bar when it was typed, quietly when the set was changed."""
        self.pane.calculations.cancel(self._task)
        self.pane.message_bar.clear()
        self._clear()
        or_pick = ", or pick an example" if self.examples.count() else ""
        self.view.scene.set_message(
            f"“{label}” is not a label in this set.\nType three of its labels above{or_pick}."
        )
        if typed:
            try:
                active.row(label)
            except KeyError as error:
                self.pane.message_bar.show_message(error.args[0])

    def _clear(self) -> None:
        self._solved = None
        self.list.show_lines(())
        self.caption.clear()
        self.view.scene.set_arrows(())
        self.view.scene.markers.set_markers((), self.view.scene.canvas.extent)
        self.view.set_points(np.zeros((0, 2)))
        self.view.scene.set_message("")

    def _fill_examples(self, active: VectorSet) -> None:
        self.examples.clear()
        for relation, held in relations_in(active).items():
            self.examples.addItem(relation, held)
        self.examples.setVisible(self.examples.count() > 0)
        self.examples.setCurrentIndex(-1)
        self.examples.setPlaceholderText("Examples")

    def _show(self, solved: Solved) -> None:
        previous = self._solved
        self._solved = solved
        self.list.show_lines(solved.answers)
        same_shape = previous is not None and previous.positions.shape == solved.positions.shape
        self._draw_points(solved, animate=same_shape)
        self._describe(solved)

    def _redraw(self) -> None:
        """Take the colors of another theme."""
        if self._solved is not None:
            self._draw_points(self._solved, animate=False)

    def _draw_points(self, solved: Solved, *, animate: bool) -> None:
        self.view.set_points(
            solved.positions,
            with_alpha(theme_manager.theme.muted, 0.3),
            CONTEXT_SIZE,
            animate=animate,
        )
        self._mark(solved, self.pane.session.state.selected)
        self.view.scene.set_arrows(arrows_of(solved))
        self.view.scene.markers.set_markers(markers_of(solved), self.view.scene.canvas.extent)

    def _mark(self, solved: Solved, selected: Selection) -> None:
        """Mark the rows of the question and its answer, and the selected ones as on a map."""
        answers = [answer.row for answer in solved.answers]
        corners = [row for row in dict.fromkeys(solved.corners) if row != NO_ROW]
        asked = [row for row in solved.corners[: len(solved.analogy.labels)] if row != NO_ROW]
        is_area = len(selected) > LABELED
        few = () if is_area else selected
        always = list(dict.fromkeys([*corners, *few]))
        self.view.scene.set_labels(solved.vector_set.labels, answers, always, len(corners))
        self.view.scene.set_highlights(
            query=answers[0] if answers else None,
            selected=selected.rows if is_area else list(dict.fromkeys([*asked, *few])),
            # In an area, the rings of the question would be lost.
            neighbors=[row for row in asked if row not in selected] if is_area else (),
            dim_others=is_area,
        )

    def _describe(self, solved: Solved) -> None:
        best = one_line(solved.answers[0].label) if solved.answers else "nothing"
        self.question.setText(f"{one_line(solved.analogy.written)} ≈ {best}")
        shape = "plane" if solved.positions.shape[1] == 2 else "space"
        count = len(solved.corners)
        said = [
            describe_texts(solved.texts),
            solved.vector_set.name,
            f"{solved.analogy.method} over {len(solved.positions):,} rows",
            f"the {shape} in which these {count} unit vectors lie best holds "
            f"{100 * solved.share:.0f} % of their spread; all other rows as context",
        ]
        self.caption.setText(" · ".join(filter(None, said)))

    def _ask(self) -> None:
        a, b, c = (edit.text().strip() for edit in self.edits)
        if a and b and c:
            self.set(positive=(a, c), negative=(b,))

    def _on_click(self, row: int, _: object) -> None:
        state = self.pane.session.state
        if row >= 0 and self._solved is not None and self._solved.vector_set is state.active:
            self.pane.edit(state.queried(row))

    def _query(self, row: int) -> None:
        self.pane.edit(self.pane.session.state.queried(row))

    def _on_text(self, index: int, _: object) -> None:
        state, solved = self.pane.session.state, self._solved
        if solved is not None and solved.vector_set is state.active:
            self.pane.edit(state.queried_with(solved.texts[index]))

    def _on_example(self, place: int) -> None:
        (b, a), (c, _), *_ = self.examples.itemData(place)
        self.set(positive=(a, c), negative=(b,))


def _not_answerable(state: State, *, typed: bool) -> list[str]:
    """Return the terms that are not labels and are not encoded either.

    What would leave the machine is encoded only when the user has just typed it: what stands there
    when a set is opened is of the set before.
    """
    assert state.active is not None
    texts, settings = texts_in(state.active, state[AnalogySettings]), encoder_of(state.active)
    if settings is not None and (typed or stays_here(settings)):
        return []
    return [each for each in texts if known_text(state, each, state.active) is None]

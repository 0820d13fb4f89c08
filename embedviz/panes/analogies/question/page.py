"""The page of one analogy: its answers, why they are, and its words as arrows."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.app.texts.encoders import stays_here
from embedviz.app.texts.pinned import known_text
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.gui.pages.page import Page
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label, with_name
from embedviz.gui.widgets.ranked_list import RankedList
from embedviz.gui.widgets.signed_bars import ColumnTitles
from embedviz.panes.analogies.question.dimming import StaleAnswers
from embedviz.panes.analogies.question.explanation import (
    describe_answer,
    describe_left_out,
    describe_picture,
    lines_of,
    titles_of,
)
from embedviz.panes.analogies.question.picture import QuestionPicture
from embedviz.panes.analogies.question.solving import Solved, solve
from embedviz.panes.analogies.question.tools import QuestionTools
from embedviz.panes.analogies.question.wanted import WantedAnswer
from embedviz.panes.analogies.question.writing import parse_question
from embedviz.panes.analogies.settings import AnalogySettings

_SIDE, _MOST_SIDE, _LEAST_SIDE = 420, 560, 200
"""Width of the answers, at the usual size of text: good, at most, and at least."""
_GOOD_SHARE, _MOST_SHARE = 0.3, 0.5
"""Of the page, for the answers: where there is more than what is good, and at most."""
_NARROW = 620
"""A page that is narrower, and higher than wide, has the answers below the picture."""


class QuestionPage(Page):
    """A question of any number of terms, its answers, and the offsets as arrows."""

    name = "question"

    def build(self) -> None:  # noqa: D102 - see Page
        self._task = self.pane.calculations.new_task("solving")
        self._near = self.pane.calculations.new_task("looking for labels like that")
        self._chosen_before: int | None = None
        self._hovered = -1
        self.controls = QuestionTools(self)
        self.controls.asked.connect(self._ask)
        self.picture = QuestionPicture(self)
        self.view = self.picture.view
        self.controls.play_wanted.connect(self.picture.play)
        self.controls.tool_wanted.connect(self._use_tool)
        self.view.tool_changed.connect(lambda tool: self.controls.lasso.setChecked(tool == "lasso"))
        self.picture.motion.changed.connect(self._show_motion)
        self.picture.row_hovered.connect(self._hover)
        self.question = text_label(kind="title", wrap=True)
        self.titles = ColumnTitles()
        self.list = with_name(RankedList(), "analogies.answers", "Answers, best first")
        self.list.row_chosen.connect(self._query)
        self.list.row_hovered.connect(self._hover)
        self.why = text_label(wrap=True)
        self.left_out = text_label(wrap=True)
        self.caption = text_label(kind="caption", wrap=True)
        self._lay_out()

    def _lay_out(self) -> None:
        self._side = QWidget()
        self.stale = StaleAnswers(self._side)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, GRID, GRID, 0)
        side.setSpacing(GRID // 2)
        for part in (self.question, self.titles, self.list, self.why, self.left_out):
            side.addWidget(part, int(part is self.list))
        for text in (self.question, self.why, self.left_out):
            text.setContentsMargins(GRID, 0, GRID, 0)
        self.caption.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._parts.setSpacing(0)
        self._side.setMinimumWidth(_LEAST_SIDE)
        self._parts.addWidget(self.view, 1)
        self._parts.addWidget(self._side)
        self.body.addLayout(self._parts, 1)
        self.body.addWidget(self.caption)

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Page
        self.picture.set_text_scale(scale)
        super().fit_text(scale)
        self._title_columns()

    def arrange(self) -> None:
        """Give the answers their part of the room."""
        width, way = self.width(), QBoxLayout.Direction
        is_narrow = width < _NARROW * self.text_scale and width < self.height()
        self._parts.setDirection(way.TopToBottom if is_narrow else way.LeftToRight)
        good = min(max(_SIDE * self.text_scale, _GOOD_SHARE * width), _MOST_SIDE * self.text_scale)
        wanted = round(max(_LEAST_SIDE, min(good, _MOST_SHARE * width)))
        for place, share in enumerate((1, 1) if is_narrow else (max(width - wanted, 1), wanted)):
            self._parts.setStretch(place, share)
        self._side.setMaximumWidth(width if is_narrow else wanted)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        active = new.active
        assert active is not None
        if old.active is not active:
            self.list.show_lines(())  # Rows of the set before.
            for text in (self.why, self.left_out, self.caption):  # Words of it.
                text.clear()
        self.controls.show(old, new)
        self.list.show_selected(new.selected)
        solved, wanted = self.picture.solved, WantedAnswer.by(new)
        is_shown = solved is not None and solved.vector_set is active
        if is_shown and old.selected != new.selected:
            self.picture.mark(new.selected)
        if old.active is None or WantedAnswer.by(old) != wanted:
            self._answer(old, new, wanted)
        elif is_shown and old.query != new.query:
            self._show_focus()

    def _answer(self, old: State, new: State, wanted: WantedAnswer) -> None:
        is_typed = old.active is wanted.vector_set
        self.question.setText(f"{one_line(new[AnalogySettings].written)} ≈")
        missing = _not_answerable(new, wanted, typed=is_typed)
        for part in (self._side, self.caption):  # Of an answer.
            part.setVisible(not missing)
        self.pane.calculations.cancel(self._near)
        if missing:
            self._show_missing(wanted, missing[0], typed=is_typed)
            return
        session = self.pane.session
        found = ((each, known_text(new, each, wanted.vector_set)) for each in wanted.texts)
        known = {name: text for name, text in found if text is not None}
        of = session.layouts, session.searches
        work = partial(solve, wanted, session.encoders, known, of)
        self.stale.await_answer()
        self.pane.calculations.run(self._task, work, self._show, wanted)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if task is self._task:
            self._clear()

    def release(self) -> None:  # noqa: D102 - see Page
        self._clear()
        self.controls.line.release()

    def _show_missing(self, wanted: WantedAnswer, label: str, *, typed: bool) -> None:
        """Say what is missing: in the bar when it was typed, quietly when the set was changed."""
        self.pane.calculations.cancel(self._task)
        self.pane.message_bar.clear()
        or_pick = ", or pick an example" if self.controls.examples.count() else ""
        self._clear(
            f"“{one_line(label)}” is not a label in this set.\n"
            f"Type a question of its labels above{or_pick}."
        )
        if typed:
            work = partial(_why_missing, wanted.vector_set, label)
            tell = self.pane.message_bar.show_message
            self.pane.calculations.run(self._near, work, tell, wanted, purpose="detail")

    def _clear(self, message: str = "") -> None:
        self.stale.end()
        self.list.show_lines(())
        for text in (self.caption, self.why, self.left_out):
            text.clear()
        self.titles.hide()
        self.picture.clear(message)
        self._show_motion()

    def _show(self, solved: Solved) -> None:
        self.stale.end()
        best = one_line(solved.answers[0].label) if solved.answers else "nothing"
        written = self.pane.session.state[AnalogySettings].written
        self.question.setText(f"{one_line(written)} ≈ {best}")
        self.list.show_lines(lines_of(solved))
        self._chosen_before, self._hovered = self.pane.session.state.query, -1
        self.picture.show(solved)
        self.left_out.setText(describe_left_out(solved))
        self.left_out.setVisible(bool(self.left_out.text()))
        self.caption.setText(describe_picture(solved))
        self.titles.show()
        self._title_columns()
        self._show_focus()
        self._show_motion()

    def _title_columns(self) -> None:
        if self.picture.solved is not None:
            bars, note, score = titles_of(self.picture.solved.wanted)
            self.list.leave_room_for(note)
            self.titles.show_titles(bars, note, score, self.list.column_widths)

    def _hover(self, row: int) -> None:
        """Say why a row at the mouse is an answer, wherever the mouse is."""
        self._hovered = row
        self.list.show_hovered(row)
        self._show_focus()

    def _show_focus(self) -> None:
        """Show the gap to the answer at the mouse, else to the one chosen here, else to the best.

        What was the query before the question was asked has nothing to do with it.
        """
        solved = self.picture.solved
        if solved is None:
            return
        rows, query = [each.row for each in solved.answers], self.pane.session.state.query
        chosen = query if query != self._chosen_before else None
        focus = next((rows.index(row) for row in (self._hovered, chosen) if row in rows), 0)
        self.picture.focus_on(focus)
        self.why.setText(describe_answer(solved, focus))

    def _show_motion(self) -> None:
        solved, motion = self.picture.solved, self.picture.motion
        can_play = solved is not None and solved.wanted.is_parallelogram
        self.controls.show_motion(can_play=can_play, is_running=motion.is_running)

    def switch_tool(self) -> None:
        """Begin or end selecting with the lasso."""
        self.controls.lasso.click()

    def _use_tool(self, on: bool) -> None:
        self.view.mouse.set_tool("lasso" if on else "navigate")

    def _ask(self, line: str) -> None:
        active = self.pane.session.state.active
        if active is None:
            return
        try:
            asked = parse_question(line, active.__contains__)
        except UserError as error:
            self.pane.message_bar.show_message(str(error))
            return
        self.set(positive=asked.positive, negative=asked.negative)

    def _query(self, row: int) -> None:
        self.pane.edit(self.pane.session.state.queried(row))


def _not_answerable(state: State, wanted: WantedAnswer, *, typed: bool) -> list[str]:
    """Return the terms that are not labels and are not encoded either.

    What would leave the machine is encoded only when the user has just typed it: what stands there
    when a set is opened is of the set before.
    """
    texts, settings = wanted.texts, encoder_of(wanted.vector_set)
    if settings is not None and (typed or stays_here(settings)):
        return []
    return [each for each in texts if known_text(state, each, wanted.vector_set) is None]


def _why_missing(vector_set: VectorSet, label: str, report: Report) -> str:
    """Return that there is no such label, and which are like it. Runs off the UI thread."""
    try:
        vector_set.row(label)
    except KeyError as error:
        return str(error.args[0])
    return ""

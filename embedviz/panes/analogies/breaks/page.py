"""The page of where analogies break: all relations of the set, or one question."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.gui.pages.page import Page
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import Segments, text_label, tool_button
from embedviz.panes.analogies.benchmark.settings import BenchmarkSettings
from embedviz.panes.analogies.benchmark.tools import KINDS_OF_QUESTIONS, OFFERED_QUESTIONS
from embedviz.panes.analogies.breaks.explained import (
    ExplainedQuestion,
    WantedQuestion,
    explain_question,
)
from embedviz.panes.analogies.breaks.measuring import MeasuredBreaks, WantedBreaks, measure_breaks
from embedviz.panes.analogies.breaks.overview import BreaksOverview
from embedviz.panes.analogies.breaks.question_view import QuestionExplained
from embedviz.panes.analogies.breaks.settings import BreaksSettings
from embedviz.panes.analogies.breaks.words import NOTHING, NOTHING_OF_FILE
from embedviz.panes.analogies.file_choice import FileChoice
from embedviz.panes.analogies.relation.settings import RelationSettings
from embedviz.panes.analogies.settings import AnalogySettings

_VIEWS = ("relations", "question")


class BreaksPage(Page):
    """What an offset does in this set, and which relations, rows and questions it fails."""

    name = "breaks"
    least_height, good_height = 360, 560

    def build(self) -> None:  # noqa: D102 - see Page
        calculations = self.pane.calculations
        self._task = calculations.new_task("asking with and without the offset")
        self._question_task = calculations.new_task("explaining the question")
        self.measured: MeasuredBreaks | None = None
        self.views = Segments("analogies.breaks.about", "About", ("All relations", "This question"))
        self.views.chosen.connect(lambda place: self.set(about=_VIEWS[place]))
        self.arrows = tool_button(
            "analogies.breaks.arrows",
            "See its arrows",
            "See its arrows: this question, on the page Analogy",
        )
        self.arrows.clicked.connect(lambda: self.set(page="question"))
        self.files = FileChoice(
            self,
            "analogies.breaks.questions",
            "Questions: bundled and added relations, or a file; the same as of Benchmark",
            "Analogy questions",
            KINDS_OF_QUESTIONS,
        )
        self.files.file_chosen.connect(self._ask_file)
        self.files.offer_chosen.connect(self._ask_file)
        self.tools.row.addWidget(self.views)
        self.tools.row.addWidget(self.files.box)
        self.tools.row.addStretch(1)
        self.tools.row.addWidget(self.arrows)
        self.said = text_label(kind="caption", wrap=True)
        self.said.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID)
        self.overview, self.question = BreaksOverview(), QuestionExplained()
        self.overview.relation_chosen.connect(lambda name: self.set(failing=name))
        self.overview.opened.connect(self._open_relation)
        self.overview.question_chosen.connect(self._explain)
        self.body.addWidget(self.said)
        self.body.addWidget(self.overview, 1)
        self.body.addWidget(self.question, 1)
        self.body.addStretch(0)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        about = new[BreaksSettings].about
        self.views.show_choice(_VIEWS.index(about))
        is_question = about == "question"
        self.arrows.setVisible(is_question)
        self.files.box.setVisible(not is_question)
        self.files.show_choice(OFFERED_QUESTIONS, new[BenchmarkSettings].path, "")
        self.question.setVisible(is_question)
        if is_question:
            self._say("")
            self.overview.hide()
            self._draw_question(WantedQuestion.by(new))
        else:
            self._draw_relations(WantedBreaks.by(new), new[BreaksSettings].failing)

    def _draw_relations(self, wanted: WantedBreaks, failing: str | None) -> None:
        known, calculations = self.measured, self.pane.calculations
        if known is not None and known.wanted == wanted and known.is_done:
            calculations.cancel(self._task)
            self._show(known)
            self.overview.show_relation(known, failing)
            return
        if known is not None and not known.wanted.asks_same(wanted):
            self.measured = known = None
        if known is None:
            self.overview.hide()
            self._say("Asking the questions …")
        else:
            self._show(known)
        if not calculations.has_asked(self._task, wanted):
            work = partial(measure_breaks, wanted)
            calculations.run(self._task, work, self._show_new, wanted, on_part=self._show_new)

    def _draw_question(self, wanted: WantedQuestion) -> None:
        calculations, known = self.pane.calculations, self.question.explained
        if known is not None and known.wanted == wanted:
            calculations.cancel(self._question_task)
        elif not calculations.has_asked(self._question_task, wanted):
            if known is None or known.wanted.vector_set is not wanted.vector_set:
                self.question.clear("Explaining …")
            work = partial(explain_question, wanted)
            calculations.run(self._question_task, work, self._show_question, wanted)

    def _show_question(self, explained: ExplainedQuestion) -> None:
        self.question.show_explained(explained)

    def _show_new(self, measured: MeasuredBreaks) -> None:
        self.measured = measured
        if self.pane.session.state[BreaksSettings].about == "relations":
            self._show(measured)

    def _show(self, measured: MeasuredBreaks) -> None:
        if not measured.shares.n_questions:
            self.overview.hide()
            nothing = NOTHING_OF_FILE if measured.wanted.path else NOTHING
            self._say(measured.problem or nothing)
            return
        self._say("")
        self.overview.show_measured(measured)
        self.overview.show_relation(measured, self.pane.session.state[BreaksSettings].failing)
        self.overview.show()

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self.said.setVisible(bool(words))

    def _ask_file(self, path: str) -> None:
        """Ask the questions of a file, here and in the benchmark; of none, those of relations."""
        state = self.pane.session.state
        self.pane.edit(state.with_settings(replace(state[BenchmarkSettings], path=path)))

    def _open_relation(self, name: str) -> None:
        """Show a relation on its own page."""
        state = self.pane.session.state
        shown = replace(state[RelationSettings], relation=name, listed="pairs")
        pane = replace(state[AnalogySettings], page="relation")
        self.pane.edit(state.with_settings(shown).with_settings(pane))

    def _explain(self, number: int) -> None:
        """Ask one of the questions that were answered wrong, and explain it."""
        if self.measured is None:
            return
        labels = self.measured.wanted.vector_set.labels
        a, b, c, expected = (labels[row] for row in self.measured.couples.rows[number])
        self.set(
            positive=(b, c),
            negative=(a,),
            about="question",
            expected=expected,
            expected_for=(b, c, a),
        )

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if task is self._task and (self.measured is None or not self.measured.is_done):
            self.overview.setVisible(self.measured is not None)
            self._say("It was not measured where analogies break.")
        elif task is self._question_task:
            self.question.clear("The question was not explained.")

    def release(self) -> None:  # noqa: D102 - see Page
        self.measured = None
        self.overview.hide()
        self.question.clear()

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Page
        self.overview.fit_text(scale)
        self.question.fit_text(scale)

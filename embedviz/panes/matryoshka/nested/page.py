"""Make it nested: by a rotation, or by training that is watched while it goes on."""

from __future__ import annotations

from functools import partial
from threading import Event

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.derivation.adapted import Adapted
from embedviz.core.derivation.recipes import Recipe
from embedviz.core.derivation.rotated import Rotated
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.nesting import Nested
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pages.page import Page
from embedviz.gui.runs.charts import RunCharts
from embedviz.gui.runs.tracks import Track
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label
from embedviz.panes.matryoshka.length_chart import CurveName, LengthChart, LengthCurve
from embedviz.panes.matryoshka.nested.asked import AskedNesting
from embedviz.panes.matryoshka.nested.controls import NestedControls
from embedviz.panes.matryoshka.nested.settings import NestedSettings
from embedviz.panes.matryoshka.nested.words import describe_result, describe_setting, title_of
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

_LOSS = Track(
    "loss",
    "Loss",
    "How surprised the head is by which row is the partner, the mean over all lengths that are "
    "trained. Where the loss of rows that are held out rises again, more steps only learn rows by "
    "heart; the head of the step where it was lowest is kept.",
    (("held_out", ("held out",)),),
)


class NestedPage(Page):
    """Controls of a training, its losses, and what prefixes are worth before and after."""

    name = "nested"
    least_height, good_height = 150, 190

    def build(self) -> None:  # noqa: D102 - see Page
        self._task = self.pane.calculations.new_task("making the set nested")
        self._judging = self.pane.calculations.new_task("judging the SVD rotation")
        self.pane.session.board.stopped.connect(self._on_stopped)
        self._go_on = Event()
        self._known: dict[VectorSet, Nested] = {}
        self._rotated: dict[AskedNesting, Nested] = {}
        self._shown: tuple[Nested, bool] | None = None
        self.is_training = False
        self.controls = NestedControls(self.pane, self._recipe)
        self.controls.changed.connect(lambda changes: self.set(**changes))
        self.controls.start_clicked.connect(self._start_or_stop)
        self.tools.row.addWidget(self.controls, 1)
        self.chart = LengthChart("matryoshka.nested.chart")
        self.chart.length_chosen.connect(lambda length: self.set(dimensions=length))
        self.charts = RunCharts(
            "matryoshka.nested.losses", ("step", "loss", "held_out"), "Losses appear with Start."
        )
        self.charts.setMinimumHeight(90)
        self.charts.setMaximumWidth(420)
        self.verdict, self.caption = text_label(wrap=True), text_label(kind="caption", wrap=True)
        beside = QHBoxLayout()
        beside.setSpacing(2 * GRID)
        beside.addWidget(self.chart, 3)
        beside.addWidget(self.charts, 2)
        self.body.addLayout(beside, 1)
        for text in (self.verdict, self.caption):
            text.setContentsMargins(GRID, 0, GRID, 0)
            self.body.addWidget(text)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        assert new.active is not None
        if old.active is not new.active:
            self._end()
            self._known = {each: found for each, found in self._known.items() if each in new.sets}
            self._rotated = {
                each: found for each, found in self._rotated.items() if each.vector_set in new.sets
            }
        is_trained = new[NestedSettings].method == "training"
        self.controls.show_state(new)
        self.charts.setVisible(is_trained)
        self.chart.show_marker(new[MatryoshkaSettings].length(new.active))
        shown = self._known.get(new.active) if is_trained else None
        if shown is None:
            self._judge(new)
        else:
            self.pane.calculations.cancel(self._judging)
            self._show(shown)
        self._show_running()

    def begin_figure(self) -> None:  # noqa: D102 - see Page
        if self.pane.session.state[NestedSettings].method == "training":
            self._begin()

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if task is self._task:
            self.is_training = False
            self._show_running()
        if task is self._judging:
            self._clear("The rotation was not judged.")

    def release(self) -> None:  # noqa: D102 - see Page
        self._end()
        self._known.clear()
        self._rotated.clear()
        self._clear("")

    def _judge(self, state: State) -> None:
        """Show what prefixes of the set as it is and of its rotation are worth."""
        if self.charts.step is not None:
            self.charts.clear()
        try:
            asked = AskedNesting.by(state, is_trained=False)
        except UserError as error:
            self._clear(str(error))
            return
        known = self._rotated.get(asked)
        if known is not None:
            self._show(known)
        elif not self.pane.calculations.has_asked(self._judging, asked):
            self._clear("Judging the rotation …")
            work = partial(_judged, asked)
            self.pane.calculations.run(
                self._judging, work, partial(self._keep_rotated, asked), asked
            )

    def _keep_rotated(self, asked: AskedNesting, found: Nested) -> None:
        self._rotated[asked] = found
        if not self._is_trained_known():
            self._show(found)

    def _is_trained_known(self) -> bool:
        state = self.pane.session.state
        return state[NestedSettings].method == "training" and state.active in self._known

    def _start_or_stop(self) -> None:
        if self.is_training:
            self._go_on.clear()
        else:
            self._begin()

    def _begin(self) -> None:
        """Train from the seed on what is set."""
        state = self.pane.session.state
        if state.active is None:
            return
        try:
            asked = AskedNesting.by(state, is_trained=True)
        except UserError as error:
            self.pane.message_bar.show_message(str(error))
            return
        self.pane.message_bar.clear()
        self._go_on = Event()
        self._go_on.set()
        self.is_training = True
        self.pane.calculations.run(
            self._task,
            partial(asked.work, self._go_on),
            partial(self._take, asked, True),
            asked,
            on_part=partial(self._take, asked, False),
            purpose="detail",
        )
        self._show_running()

    def _take(self, asked: AskedNesting, is_done: bool, nested: Nested) -> None:
        """Take what there is of a training."""
        self.is_training = self.is_training and not is_done
        self._known[asked.vector_set] = nested
        state = self.pane.session.state
        if state.active is asked.vector_set and state[NestedSettings].method == "training":
            self._show(nested)
            self._show_running()

    @Slot(list)
    def _on_stopped(self, tasks: list[Task]) -> None:
        """Keep what was told last of a training that the user stopped from the status bar."""
        if self._task in tasks and self.is_training:
            self.is_training = False
            self._show_running()

    def _end(self) -> None:
        """Want nothing more of a training."""
        self.pane.calculations.cancel(self._task)
        self.is_training = False

    def _show(self, nested: Nested) -> None:
        if (nested, self.is_training) == self._shown:  # As at each step of the slider.
            return
        self._shown = nested, self.is_training
        comparison = nested.comparison
        if comparison is None:
            self.chart.clear("")
        else:
            names: list[CurveName] = ["prefix", "svd"]
            values = [comparison.before, comparison.rotated]
            if nested.head is not None:
                names, values = ["nested", *names], [comparison.nested, *values]
            curves = [
                LengthCurve(name, each, 0 * each) for name, each in zip(names, values, strict=True)
            ]
            self.chart.show_curves(title_of(comparison), comparison.lengths, curves)
        if nested.moments:
            self.charts.show_run(nested.moments, (_LOSS,))
        self.verdict.setText(describe_result(nested, is_training=self.is_training))
        self.caption.setText(describe_setting(nested, is_training=self.is_training))

    def _show_running(self) -> None:
        state = self.pane.session.state
        is_rotation = state[NestedSettings].method == "rotation"
        known = None if state.active is None else self._known.get(state.active)
        self.controls.show_running(
            is_training=self.is_training,
            can_use=is_rotation or (known is not None and known.head is not None),
        )

    def _clear(self, said: str) -> None:
        self._shown = None
        self.chart.clear("")
        self.charts.clear()
        self.verdict.setText("")
        self.caption.setText(said)

    def _recipe(self, state: State) -> Recipe:
        """Return what makes the version that is shown."""
        assert state.active is not None
        if state[NestedSettings].method == "rotation":
            return Rotated()
        nested = self._known[state.active]
        assert nested.head is not None
        words = f"{nested.description}, nested"
        return Adapted(nested.head, words, nested.temperature, nested.n_steps)


def _judged(asked: AskedNesting, report: Report) -> Nested:
    """Judge the rotation of a set. Runs off the UI thread."""
    return asked.work(Event(), report, lambda nested: None)

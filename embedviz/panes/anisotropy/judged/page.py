"""The page that asks whether the map helped: a verdict, the pairs it is made of, and curves."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.anisotropy.judged.answers import DialAnswers
from embedviz.core.anisotropy.judged.settings_grid import BestSetting
from embedviz.core.judging.judges import ScoredPairs
from embedviz.core.wording import one_line
from embedviz.gui.pages.judgments import Judgment, judgments_of
from embedviz.gui.pages.page import Page
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, combo_box, text_label, tool_button
from embedviz.panes.anisotropy.judged.curve_chart import SettingChart
from embedviz.panes.anisotropy.judged.curves import component_curve, dial_curve
from embedviz.panes.anisotropy.judged.measuring import (
    FoundBest,
    JudgedMaps,
    JudgedPosition,
    MeasuredHelp,
    find_best,
    measure_help,
)
from embedviz.panes.anisotropy.judged.outcomes import OutcomeBars
from embedviz.panes.anisotropy.judged.scatter import JudgedScatter, ScatterData
from embedviz.panes.anisotropy.judged.words import (
    INVITATION,
    describe_best,
    describe_numbers,
    describe_rest,
    describe_verdict,
)
from embedviz.panes.anisotropy.prepared import prepared_of

_NARROW, _LEAST_WORDS, _MOST_WORDS = 700, 240, 480
"""Width below which the points are left out; least and most width of the words; in pixels."""
_LONGEST = 60


class JudgedPage(Page):
    """Whether the map made it better, by judged pairs, partners or a category."""

    name = "judged"
    least_height, good_height = 165, 205

    def build(self) -> None:  # noqa: D102 - see Page
        self._task = self.pane.calculations.new_task("judging the map")
        self._best_task = self.pane.calculations.new_task("looking for the best setting")
        self._answers: tuple[JudgedMaps, DialAnswers] | None = None
        self._offered: list[Judgment] = []
        self.measured: MeasuredHelp | None = None
        self.found: FoundBest | None = None
        self._add_tools()
        self.verdict = text_label(kind="headline", wrap=True)
        self.verdict.setAccessibleName("Verdict")
        self.numbers, self.best = text_label(wrap=True), text_label(wrap=True)
        self.caption = ElidedLabel("caption")
        self.scatter = JudgedScatter("anisotropy.judged.scatter")
        self.outcomes = OutcomeBars("anisotropy.judged.outcomes")
        self.over_dial = SettingChart(
            "anisotropy.judged.over_dial",
            "Judged quality over the dial",
            "Judged quality over the dial, with the present number of components; dashed: before. "
            "Press to turn the dial there.",
        )
        self.over_components = SettingChart(
            "anisotropy.judged.over_components",
            "Judged quality over components",
            "Judged quality over the number of components, with the dial where it stands; dashed: "
            "before. Press to keep so many.",
        )
        self.over_dial.place_chosen.connect(self._on_position)
        self.over_components.place_chosen.connect(self._on_components)
        self._lay_out()

    def _add_tools(self) -> None:
        self.choice = combo_box(
            "anisotropy.judged.judge",
            "Judge: pairs of rows with or without scores, or a column of categories",
        )
        self.choice.activated.connect(self._on_choice)
        self.use = tool_button(
            "anisotropy.judged.use",
            "Use the best setting",
            "Use the best setting: turn the dial to what is best on half of what is judged",
        )
        self.use.clicked.connect(self._on_use)
        self.tools.row.addStretch(1)
        self.tools.row.addWidget(self.choice)
        self.tools.row.addWidget(self.use)

    def _lay_out(self) -> None:
        self._words = QWidget()
        self._words.setMinimumWidth(_LEAST_WORDS)
        self._words.setMaximumWidth(_MOST_WORDS)
        words = QVBoxLayout(self._words)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(GRID // 2)
        for label in (self.verdict, self.numbers, self.best):
            words.addWidget(label)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self._words, 5)
        row.addWidget(self.scatter, 4)
        row.addWidget(self.outcomes, 4)
        row.addWidget(self.over_dial, 3)
        row.addWidget(self.over_components, 3)
        self.outcomes.hide()
        self.body.addLayout(row, 1)
        self.body.addWidget(self.caption)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        self._offer(new)
        wanted = JudgedPosition.by(new)
        if wanted is None:
            self._invite()
            return
        calculations = self.pane.calculations
        if self._answers is not None and self._answers[0] != wanted.maps:
            self._answers = self.found = None
        known = self.measured
        if known is not None and known.wanted == wanted and known.is_done:
            calculations.cancel(self._task)
            self._show(known)
            return
        if not calculations.has_asked(self._task, wanted):
            self._dim(wanted)
            answers = None if self._answers is None else self._answers[1]
            work = partial(measure_help, prepared_of(self.pane), wanted, answers)
            calculations.run(self._task, work, self._show, wanted, on_part=self._show)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if task is self._task:
            self._clear("It was not measured whether the map helped.")
        elif task is self._best_task:
            self.best.setText("The best setting was not looked for.")

    def release(self) -> None:  # noqa: D102 - see Page
        self._answers, self._offered = None, []
        self._clear("")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave out the points where there is no room for them."""
        super().resizeEvent(event)
        self._fit_charts()

    def _fit_charts(self) -> None:
        answers = None if self.measured is None else self.measured.answers
        judge, is_known = None if answers is None else answers.judge, answers is not None
        has_room = is_known and self.width() >= _NARROW
        is_scored = isinstance(judge, ScoredPairs)
        self.scatter.setVisible(has_room and is_scored)
        self.outcomes.setVisible(has_room and judge is not None and not is_scored)
        for chart in (self.over_dial, self.over_components):
            chart.setVisible(is_known)
        self._words.setMaximumWidth(_MOST_WORDS if is_known else 16_777_215)

    def _offer(self, state: State) -> None:
        """Offer who can judge the active set, and show who is chosen."""
        offered, maps = judgments_of(state), JudgedMaps.by(state)
        if maps is not None and maps.judgment not in offered:
            offered.append(maps.judgment)
        if offered != self._offered:
            self._offered = offered
            self.choice.clear()
            for each in offered:
                self.choice.addItem(each.words, each.name)
        self.choice.setVisible(bool(offered))
        self.use.setVisible(bool(offered))
        if maps is not None:
            self.choice.setCurrentIndex(offered.index(maps.judgment))

    def _on_choice(self, place: int) -> None:
        self.set(judge=None if place == 0 else self.choice.itemData(place))

    def _on_position(self, at: int) -> None:
        if self.measured is not None and self.measured.curves is not None:
            self._turn_to(float(self.measured.curves.positions[at]))

    def _on_components(self, at: int) -> None:
        if self.measured is not None and self.measured.curves is not None:
            counts = self.measured.curves.counts
            count = None if at == len(counts) - 1 else int(counts[at])
            self.set(components=count, variance_share=None)

    def _on_use(self) -> None:
        best = None if self.found is None else self.found.best
        if best is None or self._answers is None:
            return
        rank = self._answers[1].dial.rank
        count = None if best.components >= rank else best.components
        self._turn_to(best.position, components=count, variance_share=None)

    def _turn_to(self, position: float, **settings: object) -> None:
        strength = round(max(position - 1.0, 0.0), 9)
        self.set(centering=min(position, 1.0), strength=strength, **settings)

    def _invite(self) -> None:
        for task in (self._task, self._best_task):
            self.pane.calculations.cancel(task)
        self._answers = None
        self._clear(INVITATION)

    def _clear(self, said: str) -> None:
        self.measured = self.found = None
        self.verdict.setText("Did it help?" if said == INVITATION else "")
        self._say(self.numbers, said)
        self._say(self.best, "")
        self._say(self.caption, "")
        self.verdict.setVisible(bool(self.verdict.text()))
        for chart in (self.scatter, self.outcomes, self.over_dial, self.over_components):
            chart.clear()
        self.use.setEnabled(False)
        self._set_dim(False)
        self._fit_charts()

    def _dim(self, wanted: JudgedPosition) -> None:
        """Show that what is written is of another position, or that nothing is known yet."""
        if self.measured is None or self.measured.wanted.maps != wanted.maps:
            self._clear("Measuring …")
        else:
            self._set_dim(True)

    def _set_dim(self, is_dim: bool) -> None:
        for label in (self.verdict, self.numbers):
            label.setEnabled(not is_dim)

    def _say(self, label: QLabel, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))

    def _show(self, measured: MeasuredHelp) -> None:
        self.measured = measured
        answers, judgment = measured.answers, measured.wanted.maps.judgment
        if answers is None or measured.before is None or measured.after is None:
            self._clear(measured.problem)
            self.measured = measured
            return
        self._answers = measured.wanted.maps, answers
        self._set_dim(False)
        self._say(self.verdict, describe_verdict(measured))
        self._say(self.numbers, describe_numbers(measured))
        self._fit_charts()
        judge = answers.judge
        if isinstance(judge, ScoredPairs):
            name = partial(self._name_of, judge)
            data = ScatterData(measured.before, measured.after, judge.scores, name)
            self.scatter.show_pairs(data)
        else:
            self.outcomes.show_answers(measured.before, measured.after)
        if measured.curves is not None:
            self.over_dial.show_curve(dial_curve(measured))
            self.over_components.show_curve(component_curve(measured))
            self._look_for_best(measured.wanted.maps, answers)
        self._show_best(judgment)

    def _name_of(self, judge: ScoredPairs, which: int) -> str:
        assert self.measured is not None
        labels = self.measured.wanted.maps.choice.vector_set.labels
        names = [one_line(labels[int(row)]) for row in judge.pairs[which]]
        short = [n if len(n) <= _LONGEST else n[:_LONGEST] + "…" for n in names]
        return " · ".join(f"“{each}”" for each in short)

    def _look_for_best(self, maps: JudgedMaps, answers: DialAnswers) -> None:
        calculations = self.pane.calculations
        if self.found is not None and self.found.wanted == maps:
            return
        if not calculations.has_asked(self._best_task, maps):
            work = partial(find_best, maps, answers)
            calculations.run(self._best_task, work, self._show_found, maps)

    def _show_found(self, found: FoundBest) -> None:
        self.found = found
        self._show_best(found.wanted.judgment)

    def _show_best(self, judgment: Judgment) -> None:
        found, measured = self.found, self.measured
        if measured is None or measured.answers is None:
            return
        best: BestSetting | None = None
        answers = measured.answers
        if found is None or found.wanted != measured.wanted.maps:
            self._say(self.best, "Looking for the best setting …")
        else:
            best = found.best
            self._say(self.best, describe_best(best, answers.judge, answers.dial.rank))
        self.use.setEnabled(best is not None and best.position > 0)
        self._say(self.caption, describe_rest(measured, judgment, best))

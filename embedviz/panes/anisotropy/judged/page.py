"""The page that asks whether the map helped."""

from __future__ import annotations

from functools import partial
from typing import Any

from embedviz.app.judged_pairs import pairing_columns
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.anisotropy.judged.answers import DialAnswers
from embedviz.core.anisotropy.judged.settings_grid import DialCurves
from embedviz.gui.pages.judgments import Judgment, judgments_of
from embedviz.gui.pages.page import Page
from embedviz.gui.widgets.controls import combo_box, tool_button
from embedviz.panes.anisotropy.controls.presets import GENTLE
from embedviz.panes.anisotropy.judged.measuring import (
    FoundBest,
    JudgedMaps,
    JudgedPosition,
    MeasuredHelp,
    find_best,
    measure_help,
)
from embedviz.panes.anisotropy.judged.view import JudgedView
from embedviz.panes.anisotropy.judged.words import advise, invite
from embedviz.panes.anisotropy.prepared import prepared_of


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
        self.view = JudgedView()
        self.view.over_dial.place_chosen.connect(self._on_position)
        self.view.over_components.place_chosen.connect(self._on_components)
        self.body.addWidget(self.view, 1)

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
        self.gently = tool_button(
            "anisotropy.judged.gently",
            "Whiten gently",
            f"Whiten gently: a strength of {GENTLE:g}, since there are few rows for each direction",
        )
        self.gently.clicked.connect(lambda: self._turn_to(1 + GENTLE))
        self.gently.hide()
        self.tools.row.addStretch(1)
        self.tools.row.addWidget(self.choice)
        self.tools.row.addWidget(self.gently)
        self.tools.row.addWidget(self.use)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        self._offer(new)
        wanted = JudgedPosition.by(new)
        if wanted is None:
            self._invite(new)
            return
        calculations, known = self.pane.calculations, self.measured
        if self._answers is not None and self._answers[0] != wanted.maps:
            self._answers = self.found = None
        if known is not None and known.wanted == wanted and known.is_done:
            calculations.cancel(self._task)
            self._show(known)
        elif not calculations.has_asked(self._task, wanted):
            if known is None or known.wanted.maps != wanted.maps:
                self._clear("", "Measuring …")
            self.view.show_dimmed(True)
            answers = None if self._answers is None else self._answers[1]
            work = partial(measure_help, prepared_of(self.pane), wanted, answers)
            calculations.run(self._task, work, self._show, wanted, on_part=self._show)

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Page
        self.view.fit_text(scale)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if task is self._task:
            self._clear("", "It was not measured whether the map helped.")
        elif task is self._best_task:
            self.view.best.setText("The best setting was not looked for.")

    def release(self) -> None:  # noqa: D102 - see Page
        self._answers, self._offered = None, []
        self._clear("", "")

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

    @property
    def _curves(self) -> DialCurves | None:
        return None if self.measured is None else self.measured.curves

    def _on_position(self, at: int) -> None:
        if self._curves is not None:
            self._turn_to(float(self._curves.positions[at]))

    def _on_components(self, at: int) -> None:
        if self._curves is not None:
            counts = self._curves.counts
            count = None if at == len(counts) - 1 else int(counts[at])
            self.set(components=count, variance_share=None)

    def _on_use(self) -> None:
        best = None if self.found is None else self.found.best
        if best is not None and self._answers is not None:
            rank = self._answers[1].dial.rank
            count = None if best.components >= rank else best.components
            self._turn_to(best.position, components=count, variance_share=None)

    def _turn_to(self, position: float, **settings: Any) -> None:
        strength = round(max(position - 1.0, 0.0), 9)
        self.set(centering=min(position, 1.0), strength=strength, **settings)

    def _invite(self, state: State) -> None:
        assert state.active is not None
        for task in (self._task, self._best_task):
            self.pane.calculations.cancel(task)
        self._answers = None
        self._clear("Did it help?", invite(pairing_columns(state.active)))

    def _clear(self, verdict: str, more: str) -> None:
        self.measured = self.found = None
        self.view.say(verdict, more)
        self.use.setEnabled(False)
        self.gently.hide()

    def _show(self, measured: MeasuredHelp) -> None:
        if measured.answers is None:
            self._clear("", measured.problem)
            self.measured = measured
            return
        self.measured = measured
        self._answers = measured.wanted.maps, measured.answers
        self.view.show_measured(measured)
        self.gently.setVisible(bool(advise(measured)))
        if measured.curves is not None:
            self._look_for_best(*self._answers)
        self._show_best()

    def _look_for_best(self, maps: JudgedMaps, answers: DialAnswers) -> None:
        calculations = self.pane.calculations
        is_known = self.found is not None and self.found.wanted == maps
        if not is_known and not calculations.has_asked(self._best_task, maps):
            work = partial(find_best, maps, answers)
            calculations.run(self._best_task, work, self._show_found, maps)

    def _show_found(self, found: FoundBest) -> None:
        self.found = found
        self._show_best()

    def _show_best(self) -> None:
        found, measured = self.found, self.measured
        if measured is None:
            return
        is_known = found is not None and found.wanted == measured.wanted.maps
        best = found.best if found is not None and is_known else None
        self.view.show_best(best, is_known=is_known)
        self.use.setEnabled(best is not None and best.position > 0)

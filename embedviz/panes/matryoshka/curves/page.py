"""Curves over the prefix length: what is kept in several orders of the dimensions."""

from __future__ import annotations

from functools import partial

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.matryoshka.orderings import Reorderings
from embedviz.gui.pages.page import Page
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import combo_box, text_label
from embedviz.panes.matryoshka.curves.measuring import (
    MeasuredCurves,
    WantedCurves,
    count_of,
    measure,
)
from embedviz.panes.matryoshka.curves.settings import CurvesSettings, MeasureName
from embedviz.panes.matryoshka.curves.words import (
    describe_curves,
    describe_verdict,
    title_of,
    why_nothing,
)
from embedviz.panes.matryoshka.judgments import Judgment, judgments_of
from embedviz.panes.matryoshka.length_chart import LengthChart, LengthCurve
from embedviz.panes.matryoshka.settings import MatryoshkaSettings


class CurvesPage(Page):
    """Overlap or judged quality over prefix lengths, and whether the set is ordered."""

    name = "curves"
    least_height, good_height = 130, 190

    def build(self) -> None:  # noqa: D102 - see Page
        self._task = self.pane.calculations.new_task("curves over the length")
        self._known: dict[WantedCurves, MeasuredCurves] = {}
        self._orders: Reorderings | None = None
        self._offered: tuple[list[Judgment], dict[int, MeasureName]] = ([], {})
        self._shown: tuple[MeasuredCurves, int, bool] | None = None
        self.measured: MeasuredCurves | None = None
        self.choice = combo_box(
            "matryoshka.curves.measure",
            "Measure: what the curves are of. Judged quality, by pairs or by a category, says what "
            "training has done; overlap compares the set with itself",
        )
        self.choice.activated.connect(self._on_choice)
        self.tools.row.addStretch(1)
        self.tools.row.addWidget(self.choice)
        self.chart = LengthChart("matryoshka.length_chart")
        self.chart.length_chosen.connect(lambda length: self.set(dimensions=length))
        self.verdict = text_label(wrap=True)
        self.verdict.setContentsMargins(GRID, 0, GRID, 0)
        self.caption = text_label(kind="caption", wrap=True)
        self.caption.setContentsMargins(GRID, 0, GRID, 0)
        self.body.addWidget(self.chart, 1)
        self.body.addWidget(self.verdict)
        self.body.addWidget(self.caption)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        assert new.active is not None
        calculations = self.pane.calculations
        self._offer(new)
        wanted = WantedCurves.by(new)
        known = self._known.get(wanted)
        if known is not None:
            calculations.cancel(self._task)
            self._show(known)
        elif not calculations.has_asked(self._task, wanted):
            self._clear("Measuring …")
            work = partial(measure, wanted, self._orders_of(new))
            calculations.run(self._task, work, self._keep, wanted, on_part=self._show)
        elif self.measured is not None and self.measured.wanted == wanted:
            self._show(self.measured)
        self.chart.show_marker(new[MatryoshkaSettings].length(new.active))

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if task is self._task:
            self._clear("The curves were not measured.")

    def release(self) -> None:  # noqa: D102 - see Page
        self._known.clear()
        self._orders, self._offered = None, ([], {})
        self._clear("")

    def _orders_of(self, state: State) -> Reorderings:
        """Return the orders of the active set, which all that is measured of it shares."""
        assert state.active is not None
        if self._orders is None or self._orders.rows is not state.active.vectors:
            self._known = {w: m for w, m in self._known.items() if w.vector_set in state.sets}
            self._orders = Reorderings(state.active.vectors)
        return self._orders

    def _offer(self, state: State) -> None:
        """Offer what can be measured of the active set, and show what is chosen."""
        offered = judgments_of(state)
        wanted, measure = WantedCurves.by(state), state[CurvesSettings].measure
        if wanted.judgment is not None and wanted.judgment not in offered:
            offered.append(wanted.judgment)
        counts = _offered_counts(len(wanted.vector_set))
        if (offered, counts) != self._offered:
            self._offered = offered, counts
            self.choice.clear()
            for each in offered:
                self.choice.addItem(each.words, ("judged", each.name))
            for count, name in counts.items():
                self.choice.addItem(f"Overlap@{count}", (name, None))
        if wanted.judgment is not None:
            place = offered.index(wanted.judgment)
        else:
            count = count_of(measure, len(wanted.vector_set))
            place = len(offered) + list(counts).index(count)
        self.choice.setCurrentIndex(place)

    def _on_choice(self, place: int) -> None:
        measure, name = self.choice.itemData(place)
        is_usual = measure == "judged" and place == 0
        self.set(measure=measure, judge=None if is_usual else name)

    def _clear(self, said: str) -> None:
        self.measured = self._shown = None
        self._say("", said)
        self.chart.clear("")

    def _say(self, verdict: str, more: str) -> None:
        for label, text in ((self.verdict, verdict), (self.caption, more)):
            label.setText(text)
            label.setVisible(bool(text))

    def _keep(self, measured: MeasuredCurves) -> None:
        self._known[measured.wanted] = measured
        self._show(measured)

    def _show(self, measured: MeasuredCurves) -> None:
        self.measured = measured
        n_vectors = len(measured.wanted.vector_set)
        count = count_of(self.pane.session.state[CurvesSettings].measure, n_vectors)
        shown = measured, count, bool(self._offered[0])
        if shown == self._shown:  # As at each step of the slider.
            return
        self._shown = shown
        if said := why_nothing(measured, count, n_vectors):
            self._say("", said)
            self.chart.clear("")
            return
        curves = [
            LengthCurve(name, each.curve, each.spread)
            for name, each in measured.shown(count).items()
        ]
        value_range = (0.0, 1.0) if measured.wanted.judgment is None else None
        title = title_of(measured, count)
        self.chart.show_curves(title, measured.lengths, curves, value_range)
        more = describe_curves(measured, count, can_judge=bool(self._offered[0]))
        self._say(describe_verdict(measured, count), more if measured.is_done else "")


def _offered_counts(n_vectors: int) -> dict[int, MeasureName]:
    """Return how many neighbors can be compared in a set, and by which measure."""
    names: tuple[MeasureName, ...] = ("overlap1", "overlap10", "overlap100")
    counts: dict[int, MeasureName] = {}
    for name in names:
        counts.setdefault(count_of(name, n_vectors), name)
    return counts

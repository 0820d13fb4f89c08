"""Angles and cosines of two rows, before and after, beside what chance gives."""

from __future__ import annotations

from functools import partial
from typing import Literal, get_args

from PySide6.QtWidgets import QHBoxLayout

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.anisotropy.cone import Cone, ConeView
from embedviz.gui.pages.page import Page
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import Segments, caption, double_spin_box
from embedviz.panes.anisotropy.angles.distributions import (
    Kind,
    SampledPairs,
    describe_angles,
    describe_sample,
    describe_share,
    distributions_of,
    related_distributions,
    span_of,
)
from embedviz.panes.anisotropy.angles.histogram import PairHistogram, Quantity
from embedviz.panes.anisotropy.angles.related import (
    RelatedCosines,
    WantedRelated,
    describe_counts,
    describe_related,
    measure_related,
)
from embedviz.panes.anisotropy.angles.settings import AnglesSettings, ChartName
from embedviz.panes.anisotropy.page_words import PageWords
from embedviz.panes.anisotropy.prepared import Prepared, Turned, prepared_of, turned_of

_CHARTS: tuple[ChartName, ...] = get_args(ChartName)
_SIDES: tuple[Literal["before", "after"], ...] = ("before", "after")
NO_JUDGE = (
    "Nobody says which rows are related: add judged pairs (File → Add Pairs…), or open the set "
    "with a column of categories."
)
_QUANTITIES: dict[Kind, Quantity] = {
    "angles": Quantity("Angle of two rows", "Angle", "°", 1),
    "cosines": Quantity("Cosine of two rows", "Cosine", "", 3),
}


class AnglesPage(Page):
    """Histograms of the sampled pairs, drawn anew at each step of the dial."""

    name = "angles"
    least_height, good_height = 128, 220

    def build(self) -> None:  # noqa: D102 - see Page
        self._spans: dict[Kind, tuple[float, float]] = {}
        self._task = self.pane.calculations.new_task("comparing related pairs")
        self._related: RelatedCosines | None = None
        self._before: tuple[Cone, SampledPairs] | None = None
        self.choice = Segments(
            "anisotropy.angles.chart", "Histogram", [name.capitalize() for name in _CHARTS]
        )
        self.choice.button(_CHARTS.index("related")).setToolTip(
            "Related: cosines before and after, with related pairs and others apart, by the judge "
            "of “Did it help?”"
        )
        self.choice.chosen.connect(lambda place: self.set(chart=_CHARTS[place]))
        self.limit = double_spin_box(
            "anisotropy.angles.limit",
            "Count above: the cosine above which pairs are counted",
            1.0,
            0.05,
        )
        self.limit.setMinimum(-1.0)
        self.limit.valueChanged.connect(lambda value: self.set(limit=value))
        row = self.tools.row
        row.addStretch(1)
        row.addWidget(caption("Above"))
        row.addWidget(self.limit)
        row.addWidget(self.choice)
        self.histograms: dict[Kind, PairHistogram] = {
            "angles": PairHistogram("anisotropy.angles.angles", "Angles of two rows"),
            "cosines": PairHistogram("anisotropy.angles.cosines", "Cosines of two rows"),
        }
        charts = QHBoxLayout()
        charts.setContentsMargins(0, 0, 0, 0)
        charts.setSpacing(2 * GRID)
        for each in self.histograms.values():
            charts.addWidget(each, 1)
        self.words = PageWords()
        self.body.addLayout(charts, 1)
        self.body.addWidget(self.words)

    def arrange(self) -> None:
        """Leave the room to the charts where there is little."""
        self.words.fit_height(self.height())

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Page
        self.setMinimumHeight(round(self.least_height * scale))
        self.words.fit_text(scale)
        super().fit_text(scale)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        settings, prepared = new[AnglesSettings], prepared_of(self.pane)
        self.choice.show_choice(_CHARTS.index(settings.chart))
        self.limit.setValue(settings.limit)
        if self._before is None or self._before[0] is not prepared.cone:
            self._before = prepared.cone, pairs_of_view(prepared.cone, prepared.cone.before)
            self._spans = {}
        is_related = settings.chart == "related"
        for kind, chart in self.histograms.items():
            chart.setVisible(settings.chart in ("both", kind) or is_related)
        if is_related:
            self._draw_related(new, prepared)
        else:
            self.pane.calculations.cancel(self._task)
            self._show(self._before[1], prepared.cone, turned_of(self.pane), settings.limit)

    def _draw_related(self, new: State, prepared: Prepared) -> None:
        wanted, turned = WantedRelated.by(new), turned_of(self.pane)
        if wanted is None:
            self._say_nothing(NO_JUDGE)
        elif self._related is not None and self._related.wanted == wanted:
            self._show_related(self._related)
        elif wanted.position == turned.position:
            calculations = self.pane.calculations
            if not calculations.has_asked(self._task, wanted):
                work = partial(measure_related, prepared, turned, wanted)
                calculations.run(self._task, work, self._show_related, wanted)
            if self._related is None or self._related.wanted.judgment != wanted.judgment:
                self._say_nothing("Comparing related pairs …")
            else:
                self.words.say("Comparing related pairs at the dial's new position …")

    def _show_related(self, found: RelatedCosines) -> None:
        self._related = found
        if found.problem:
            self._say_nothing(found.problem)
            return
        dimensions = dimensions_of(turned_of(self.pane))
        sides = {
            role: related_distributions(role, *cosines, dimensions)
            for role, cosines in zip(_SIDES, (found.before, found.after), strict=True)
        }
        low, high = span_of("cosines", [each for side in sides.values() for each in side])
        for (role, shown), chart in zip(sides.items(), self.histograms.values(), strict=True):
            quantity = Quantity(f"Cosine {role}", role.capitalize(), "", 3)
            chart.show_distributions(quantity, shown, (low, high))
        self.words.say(describe_related(found), describe_counts(found))

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if task is self._task:
            self._say_nothing("Related pairs were not compared.")

    def release(self) -> None:  # noqa: D102 - see Page
        self._before, self._related, self._spans = None, None, {}
        for chart in self.histograms.values():
            chart.clear("")

    def _show(self, before: SampledPairs, cone: Cone, turned: Turned, above: float) -> None:
        after, n_rows = pairs_of_view(cone, turned.view), len(cone.rows)
        if not len(before.cosines) or not len(after.cosines):
            where = " after the map" if len(before.cosines) else ""
            self._say_nothing(f"No two rows have a direction{where}, so there is no angle to show.")
            return
        dimensions = dimensions_of(turned)
        for kind, chart in self.histograms.items():
            shown = distributions_of(kind, before, after, dimensions)
            low, high = span_of(kind, shown)
            known = self._spans.get(kind, (low, high))
            # An axis that follows each step of the dial would hide what the dial does.
            span = self._spans[kind] = min(known[0], low), max(known[1], high)
            limit = above if kind == "cosines" else float("nan")
            chart.show_distributions(_QUANTITIES[kind], shown, span, limit)
        left_out = len(turned.view.cosines) - min(len(before.cosines), len(after.cosines))
        share = describe_share(before, after, dimensions, above)
        sample = describe_sample(len(turned.view.cosines) - left_out, n_rows, left_out)
        self.words.say(f"{describe_angles(before, after, dimensions)} {share}", sample)

    def _say_nothing(self, why: str) -> None:
        for chart in self.histograms.values():
            chart.clear(why)
        self.words.say("")


def dimensions_of(turned: Turned) -> int:
    """Return in how many dimensions the mapped rows lie: all until the mean is away, then kept."""
    if turned.position.settings.centering < 1:
        return turned.transform.fit.axes.dimensions - len(turned.transform.fit.left_out)
    return max(len(turned.transform.kept.variances), 1)


def pairs_of_view(cone: Cone, view: ConeView) -> SampledPairs:
    """Return the sampled pairs in which both rows have a direction."""
    if bool(view.has_direction.all()):
        return SampledPairs(view.cosines, view.mean_cosine)
    kept = view.has_direction[cone.pairs].all(axis=1)
    return SampledPairs(view.cosines[kept], view.mean_cosine)

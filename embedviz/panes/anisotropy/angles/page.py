"""Angles and cosines of two rows, before and after, beside what chance gives."""

from __future__ import annotations

from typing import get_args

import numpy as np
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout

from embedviz.app.state import State
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
    span_of,
)
from embedviz.panes.anisotropy.angles.histogram import PairHistogram
from embedviz.panes.anisotropy.angles.settings import AnglesSettings, ChartName
from embedviz.panes.anisotropy.page_words import PageWords
from embedviz.panes.anisotropy.prepared import Turned, prepared_of, turned_of

_CHARTS: tuple[ChartName, ...] = get_args(ChartName)
_TITLES: dict[Kind, tuple[str, str]] = {
    "angles": ("Angle of two rows", "Angle"),
    "cosines": ("Cosine of two rows", "Cosine"),
}


class AnglesPage(Page):
    """Histograms of the sampled pairs, drawn anew at each step of the dial."""

    name = "angles"
    least_height, good_height = 140, 220

    def build(self) -> None:  # noqa: D102 - see Page
        self._spans: dict[Kind, tuple[float, float]] = {}
        self._before: tuple[Cone, SampledPairs] | None = None
        self.choice = Segments(
            "anisotropy.angles.chart", "Histogram", [name.capitalize() for name in _CHARTS]
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
        row.addWidget(caption("Count above"))
        row.addWidget(self.limit)
        row.addWidget(self.choice)
        self.histograms: dict[Kind, PairHistogram] = {
            "angles": PairHistogram(
                "anisotropy.angles.angles", "Angles of two rows in degrees", "°", 1
            ),
            "cosines": PairHistogram("anisotropy.angles.cosines", "Cosines of two rows", "", 3),
        }
        charts = QHBoxLayout()
        charts.setContentsMargins(0, 0, 0, 0)
        charts.setSpacing(2 * GRID)
        for each in self.histograms.values():
            charts.addWidget(each, 1)
        self.words = PageWords()
        self.body.addLayout(charts, 1)
        self.body.addWidget(self.words)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the room to the charts where there is little."""
        super().resizeEvent(event)
        self.words.fit_height(self.height())

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Page
        self.setMinimumHeight(round(self.least_height * scale))
        self.words.fit_text(scale)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        settings, prepared = new[AnglesSettings], prepared_of(self.pane)
        self.choice.show_choice(_CHARTS.index(settings.chart))
        self.limit.setValue(settings.limit)
        if self._before is None or self._before[0] is not prepared.cone:
            self._before = prepared.cone, pairs_of_view(prepared.cone, prepared.cone.before)
            self._spans = {}
        for kind, chart in self.histograms.items():
            chart.setVisible(settings.chart in ("both", kind))
        self._show(self._before[1], prepared.cone, turned_of(self.pane), settings.limit)

    def release(self) -> None:  # noqa: D102 - see Page
        self._before, self._spans = None, {}
        for chart in self.histograms.values():
            chart.clear("")

    def _show(self, before: SampledPairs, cone: Cone, turned: Turned, above: float) -> None:
        after, n_rows = pairs_of_view(cone, turned.view), len(cone.rows)
        if not len(before.cosines) or not len(after.cosines):
            self._show_nothing(len(before.cosines))
            return
        dimensions = dimensions_of(turned)
        for kind, chart in self.histograms.items():
            shown = distributions_of(kind, before, after, dimensions)
            low, high = span_of(kind, shown)
            known = self._spans.get(kind, (low, high))
            # An axis that follows each step of the dial would hide what the dial does.
            span = self._spans[kind] = min(known[0], low), max(known[1], high)
            limit = above if kind == "cosines" else float("nan")
            chart.show_distributions(_TITLES[kind], shown, span, limit)
        left_out = len(turned.view.cosines) - min(len(before.cosines), len(after.cosines))
        share = describe_share(before, after, dimensions, above)
        sample = describe_sample(len(turned.view.cosines) - left_out, n_rows, left_out)
        self.words.say(f"{describe_angles(before, after, dimensions)} {share}", sample)

    def _show_nothing(self, n_before: int) -> None:
        after = " after the map" if n_before else ""
        for chart in self.histograms.values():
            chart.clear(f"No two rows have a direction{after}, so there is no angle to show.")
        self.words.say("")


def dimensions_of(turned: Turned) -> int:
    """Return in how many dimensions the mapped rows lie: all until the mean is away, then kept."""
    if turned.position.settings.centering < 1:
        return turned.transform.fit.axes.dimensions - len(turned.transform.fit.left_out)
    return max(len(turned.transform.kept.variances), 1)


def pairs_of_view(cone: Cone, view: ConeView) -> SampledPairs:
    """Return the sampled pairs in which both rows have a direction."""
    has_direction = np.any(view.positions != 0, axis=1)
    if bool(has_direction.all()):
        return SampledPairs(view.cosines, view.mean_cosine)
    kept = has_direction[cone.pairs].all(axis=1)
    return SampledPairs(view.cosines[kept], view.mean_cosine)

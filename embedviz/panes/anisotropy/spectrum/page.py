"""The spectrum before and after, and the dimensions one by one."""

from __future__ import annotations

from functools import partial
from typing import get_args

from PySide6.QtWidgets import QHBoxLayout

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.gui.pages.page import Page
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import Segments, toggle
from embedviz.panes.anisotropy.page_words import PageWords
from embedviz.panes.anisotropy.prepared import prepared_of, turned_of
from embedviz.panes.anisotropy.settings import AnisotropySettings
from embedviz.panes.anisotropy.spectrum.dimension_chart import DimensionChart
from embedviz.panes.anisotropy.spectrum.measuring import MeasuredDimensions, measure
from embedviz.panes.anisotropy.spectrum.settings import MeasureOfDimensions, SpectrumSettings
from embedviz.panes.anisotropy.spectrum.shares import SpectrumShares
from embedviz.panes.anisotropy.spectrum.spectrum_chart import SpectrumChart
from embedviz.panes.anisotropy.spectrum.words import describe_rank_and_share, describe_rogue

_MEASURES: tuple[MeasureOfDimensions, ...] = get_args(MeasureOfDimensions)


class SpectrumPage(Page):
    """Variance of each principal axis, and what each dimension adds to the mean cosine."""

    name = "spectrum"
    least_height, good_height = 150, 230

    def build(self) -> None:  # noqa: D102 - see Page
        self._task = self.pane.calculations.new_task("measuring each dimension")
        self._drawn: tuple[object, ...] = ()
        self.measured: MeasuredDimensions | None = None
        self._add_tools()
        self.spectrum = SpectrumChart("anisotropy.spectrum.axes")
        self.spectrum.pressed.connect(self.pane.session.begin_gesture)
        self.spectrum.released.connect(self.pane.session.end_gesture)
        self.spectrum.count_chosen.connect(self._on_count)
        self.dimensions = DimensionChart("anisotropy.spectrum.dimensions_chart")
        charts = QHBoxLayout()
        charts.setContentsMargins(0, 0, 0, 0)
        charts.setSpacing(2 * GRID)
        charts.addWidget(self.spectrum, 1)
        charts.addWidget(self.dimensions, 1)
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

    def _add_tools(self) -> None:
        self.choice = Segments(
            "anisotropy.spectrum.dimensions", "Of each dimension", ["Share of cosine", "Mean, SD"]
        )
        self.choice.chosen.connect(lambda place: self.set(dimensions=_MEASURES[place]))
        self.leave_out = toggle(
            "anisotropy.spectrum.leave_out",
            "Leave out rogue",
            "Leave out rogue dimensions: the few that make most of a cosine count as zero in the "
            "map and after it",
        )
        self.leave_out.clicked.connect(lambda checked: self.set(leave_out=bool(checked)))
        self.tools.row.addStretch(1)
        self.tools.row.addWidget(self.leave_out)
        self.tools.row.addWidget(self.choice)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        active = new.active
        assert active is not None
        turned = turned_of(self.pane)
        self.choice.show_choice(_MEASURES.index(new[SpectrumSettings].dimensions))
        self.leave_out.setChecked(new[AnisotropySettings].leave_out)
        fit = prepared_of(self.pane).fit
        self.spectrum.show_shares(SpectrumShares.of(turned.transform), fit.source)
        calculations = self.pane.calculations
        if self.measured is not None and self.measured.vector_set is active:
            calculations.cancel(self._task)
            self._show(self.measured)
        elif not calculations.has_asked(self._task, active):
            self.measured = None
            self._clear("Measuring each dimension …")
            calculations.run(self._task, partial(measure, active), self._show, active)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if task is self._task:
            self._clear("The dimensions were not measured.")

    def release(self) -> None:  # noqa: D102 - see Page
        self.measured = None
        self.spectrum.clear("")
        self._clear("")

    def _clear(self, said: str) -> None:
        self._drawn = ()
        self.leave_out.setEnabled(False)
        self.dimensions.clear(said)
        self.words.say("")

    def _on_count(self, count: int) -> None:
        """Keep so many axes, or all of them."""
        shares = self.spectrum.shares
        most = 0 if shares is None else shares.rank - shares.first
        self.set(components=None if count >= most else count, variance_share=None)

    def _show(self, measured: MeasuredDimensions) -> None:
        self.measured = measured
        state, profile = self.pane.session.state, measured.profile
        left_out = state[AnisotropySettings].leave_out
        kind = state[SpectrumSettings].dimensions
        if self._drawn != (measured, kind, left_out):  # Not at each step of the dial.
            self._drawn = measured, kind, left_out
            if profile is None:
                self.dimensions.clear(measured.problem)
            else:
                self.dimensions.show_profile(profile, kind, left_out=left_out)
            has_rogue = profile is not None and len(profile.outliers) > 0
            self.leave_out.setEnabled(has_rogue or left_out)
        shares = self.spectrum.shares
        said = "" if profile is None else describe_rogue(measured, left_out=left_out)
        caption = "" if shares is None else describe_rank_and_share(shares, profile)
        self.words.say(said, caption)

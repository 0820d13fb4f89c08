"""Page of all scores of isotropy: before, after, and where two of them disagree."""

from __future__ import annotations

import math
from functools import partial

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.anisotropy.score_words import (
    as_table,
    describe_agreement,
    describe_rows_left_out,
)
from embedviz.core.anisotropy.scores import Score, Scores, n_columns, quick_scores
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pages.page import Page
from embedviz.gui.widgets.clipboard import copy_forms
from embedviz.gui.widgets.controls import text_label, tool_button
from embedviz.panes.anisotropy.prepared import (
    DialPosition,
    Prepared,
    Turned,
    prepared_of,
    turned_of,
)
from embedviz.panes.anisotropy.scores.measuring import KnownScores, measure_mapped, measure_set
from embedviz.panes.anisotropy.scores.table import ScoresTable

_PART = 0.38
"""Of the height of the pane, which the page asks for at most."""
_MEASURING = "Measuring; gray numbers are of an earlier position of the dial."


class ScoresPage(Page):
    """All scores before and after; quick ones follow the hand, the others come when it rests."""

    name = "scores"
    least_height, good_height = 120, 252

    def build(self) -> None:  # noqa: D102 - see Page
        calculations = self.pane.calculations
        self._before_task = calculations.new_task("measuring scores before")
        self._after_task = calculations.new_task("measuring scores after")
        self._known = KnownScores()
        self.said = text_label(wrap=True)
        self.said.setAccessibleName("Where scores disagree")
        self.table = ScoresTable()
        self.body.addWidget(self.said)
        self.body.addWidget(self.table, 1)
        self.copy = tool_button(
            "anisotropy.scores.copy",
            "Copy",
            "Copy the scores: with all their digits, for a spreadsheet or as CSV",
        )
        self.copy.clicked.connect(self._copy)
        self.tools.row.addStretch(1)
        self.tools.row.addWidget(self.copy)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        assert new.active is not None
        if old.active is not new.active:
            self.table.clear("before", "after")
        self.arrange()
        self._ask(new.active, DialPosition.of(new))
        self._show(new.active, turned_of(self.pane))

    def _ask(self, vector_set: VectorSet, position: DialPosition) -> None:
        """Begin to measure what is not known yet."""
        calculations, fit = self.pane.calculations, prepared_of(self.pane).fit
        if self._known.of(vector_set) is not None:
            calculations.cancel(self._before_task)
        elif not calculations.has_asked(self._before_task, vector_set):
            work = partial(measure_set, vector_set, fit)
            show = partial(self._keep, vector_set)
            calculations.run(self._before_task, work, show, vector_set)
        turned = turned_of(self.pane)
        if self._known.of(position) is not None:
            calculations.cancel(self._after_task)
        elif turned.position == position and not calculations.has_asked(self._after_task, position):
            mapped = partial(measure_mapped, vector_set, turned.transform)
            show = partial(self._keep, position)
            calculations.run(self._after_task, mapped, show, position)

    def _keep(self, subject: VectorSet | DialPosition, scores: Scores) -> None:
        self._known.keep(subject, scores)
        self._show(prepared_of(self.pane).vector_set, turned_of(self.pane))

    def _show(self, vector_set: VectorSet, turned: Turned) -> None:
        before, after = self._known.of(vector_set), self._known.of(turned.position)
        if before is not None:
            self.table.show_scores("before", before.values, before.dimensions)
        if after is not None:
            self.table.show_scores("after", after.values, after.dimensions)
        else:
            quick = _quick(prepared_of(self.pane), turned)
            self.table.show_scores("after", quick, n_columns(turned.transform), is_stale=True)
        self.copy.setEnabled(before is not None)
        if before is None or after is None:
            self.said.setText(_MEASURING)
            return
        parts = (describe_agreement(before, after), describe_rows_left_out(before, after))
        self.said.setText(" ".join(filter(None, parts)))

    def arrange(self) -> None:
        """Ask for room for all rows, where enough is left for the views."""
        good, room = self.good_height * self.text_scale, self.pane.height() * _PART
        wanted = round(max(self.least_height, min(good, room)))
        if wanted != self.minimumHeight():
            self.setMinimumHeight(wanted)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if task in (self._before_task, self._after_task):
            self.said.setText("The scores were not measured." if failed else "Stopped.")

    def release(self) -> None:  # noqa: D102 - see Page
        self._known.clear()
        self.table.clear("before", "after")
        self.said.clear()

    def _copy(self) -> None:
        before = self._known.of(prepared_of(self.pane).vector_set)
        if before is None:
            return
        after = self._known.of(turned_of(self.pane).position)
        csv = as_table(before, after, ",").encode()
        copy_forms({"text/csv": csv}, text=as_table(before, after))


def _quick(prepared: Prepared, turned: Turned) -> dict[str, Score]:
    """Return the scores that the last step of the dial knows, by name."""
    is_drawn_whole = len(prepared.cone.rows) == len(prepared.vector_set)
    mean_cosine = turned.view.mean_cosine if is_drawn_whole else math.nan
    found = quick_scores(turned.transform, mean_cosine)
    return {name: Score(value) for name, value in found.items()}

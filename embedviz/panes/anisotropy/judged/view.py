"""What the page shows: the verdict in words, the pairs it is made of, and two curves."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from embedviz.core.anisotropy.judged.settings_grid import BestSetting
from embedviz.core.judging.judges import ScoredPairs
from embedviz.core.wording import one_line
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, text_label
from embedviz.panes.anisotropy.judged.curve_chart import SettingChart
from embedviz.panes.anisotropy.judged.curves import component_curve, dial_curve
from embedviz.panes.anisotropy.judged.measuring import MeasuredHelp
from embedviz.panes.anisotropy.judged.outcomes import OutcomeBars
from embedviz.panes.anisotropy.judged.scatter import JudgedScatter, ScatterData
from embedviz.panes.anisotropy.judged.words import (
    describe_best,
    describe_numbers,
    describe_rest,
    describe_verdict,
    measure_of,
)

_NARROW, _NARROWEST, _LEAST_WORDS, _MOST_WORDS = 760, 560, 240, 480
"""Width below which the points are left out, and that below which only the curve over the dial is
left; least and most width of the words; in pixels."""
_UNLIMITED = (1 << 24) - 1
"""Qt's largest width of a widget."""
_LONGEST = 60
_OVER_DIAL = (
    "Judged quality over the dial, with the present number of components; dashed: before. Press to "
    "turn the dial there."
)
_OVER_COMPONENTS = (
    "Judged quality over the number of components, with the dial where it stands; dashed: before. "
    "Press to keep so many."
)


class JudgedView(QWidget):
    """Words on the left, points and curves beside them, what was left out below."""

    def __init__(self) -> None:
        super().__init__()
        self._measured: MeasuredHelp | None = None
        self._text_scale = 1.0
        self.verdict = text_label(kind="headline", wrap=True)
        self.verdict.setAccessibleName("Verdict")
        self.numbers, self.best = text_label(wrap=True), text_label(wrap=True)
        self.caption = ElidedLabel("caption")
        self.scatter = JudgedScatter("anisotropy.judged.scatter")
        self.outcomes = OutcomeBars("anisotropy.judged.outcomes")
        self.over_dial = SettingChart(
            "anisotropy.judged.over_dial", "Judged quality over the dial", _OVER_DIAL
        )
        self.over_components = SettingChart(
            "anisotropy.judged.over_components", "Judged quality over components", _OVER_COMPONENTS
        )
        self._lay_out()

    def _lay_out(self) -> None:
        self._words = QWidget()
        self._words.setMinimumWidth(_LEAST_WORDS)
        words = QVBoxLayout(self._words)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(GRID // 2)
        for label in (self.verdict, self.numbers, self.best):
            words.addWidget(label)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self._words, 6)
        for drawing, share in (
            (self.scatter, 4),
            (self.outcomes, 4),
            (self.over_dial, 3),
            (self.over_components, 3),
        ):
            drawing.hide()
            row.addWidget(drawing, share)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID // 2)
        rows.addLayout(row, 1)
        rows.addWidget(self.caption)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave out the points where there is no room for them."""
        super().resizeEvent(event)
        self._fit()

    def fit_text(self, scale: float) -> None:
        """Give larger text more of the room."""
        self._text_scale = scale
        self._words.setMinimumWidth(round(_LEAST_WORDS * scale))
        self._fit()

    def _fit(self) -> None:
        answers = None if self._measured is None else self._measured.answers
        is_scored = answers is not None and isinstance(answers.judge, ScoredPairs)
        has_room = answers is not None and self.width() >= _NARROW * self._text_scale
        self.scatter.setVisible(has_room and is_scored)
        self.outcomes.setVisible(has_room and not is_scored)
        self.over_dial.setVisible(answers is not None)
        is_narrowest = self.width() < _NARROWEST * self._text_scale
        self.over_components.setVisible(answers is not None and not is_narrowest)
        most = round(_MOST_WORDS * self._text_scale)
        self._words.setMaximumWidth(_UNLIMITED if answers is None else most)

    def say(self, verdict: str, more: str) -> None:
        """Show no picture, and say why."""
        self._measured = None
        for label, text in (
            (self.verdict, verdict),
            (self.numbers, more),
            (self.best, ""),
            (self.caption, ""),
        ):
            _say(label, text)
        for chart in (self.scatter, self.outcomes, self.over_dial, self.over_components):
            chart.clear()
        self.show_dimmed(False)
        self._fit()

    def show_dimmed(self, is_dimmed: bool) -> None:
        """Show whether the words are of another position of the dial."""
        for label in (self.verdict, self.numbers):
            label.setEnabled(not is_dimmed)

    def show_measured(self, measured: MeasuredHelp) -> None:
        """Show what is known at a position of the dial."""
        self._measured = measured
        assert measured.answers is not None
        assert measured.before is not None
        assert measured.after is not None
        self.show_dimmed(False)
        _say(self.verdict, describe_verdict(measured))
        _say(self.numbers, describe_numbers(measured))
        self._fit()
        judge = measured.answers.judge
        if isinstance(judge, ScoredPairs):
            name = partial(_name_of, measured, judge)
            data = ScatterData(measured.before, measured.after, judge.scores, name)
            self.scatter.show_pairs(data)
        else:
            self.outcomes.show_answers(measured.before, measured.after)
        if measured.curves is not None:
            self.over_dial.show_curve(dial_curve(measured, measure_of(judge)))
            self.over_components.show_curve(component_curve(measured))

    def show_best(self, best: BestSetting | None, *, is_known: bool) -> None:
        """Show the best setting, or that it is being looked for, and what was left out."""
        measured = self._measured
        if measured is None or measured.answers is None:
            return
        answers = measured.answers
        said = describe_best(best, answers.judge, answers.dial.rank)
        _say(self.best, said if is_known else "Looking for the best setting …")
        _say(self.caption, describe_rest(measured, best))


def _say(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))


def _name_of(measured: MeasuredHelp, judge: ScoredPairs, which: int) -> str:
    """Return the labels of a pair, shortened."""
    labels = measured.wanted.maps.choice.vector_set.labels
    names = [one_line(labels[int(row)]) for row in judge.pairs[which]]
    short = [n if len(n) <= _LONGEST else n[:_LONGEST] + "…" for n in names]
    return " · ".join(f"“{each}”" for each in short)

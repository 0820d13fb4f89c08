"""Calculation of what a judge says of the map, off the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from embedviz.app.state import State
from embedviz.core.anisotropy.judged.answers import DialAnswers, dial_answers
from embedviz.core.anisotropy.judged.axis_rows import DialAxes
from embedviz.core.anisotropy.judged.settings_grid import (
    BestSetting,
    DialCurves,
    find_best_setting,
    measure_curves,
)
from embedviz.core.anisotropy.transform import TransformSettings
from embedviz.core.covariance import Vector
from embedviz.core.errors import UserError
from embedviz.core.judging.comparison import Comparison, compare
from embedviz.core.judging.halves import halves_of
from embedviz.core.judging.judges import Judge, category_judge, pair_judge
from embedviz.core.progress import Report, part_of
from embedviz.gui.pages.judgments import Judgment, chosen_judgment
from embedviz.panes.anisotropy.judged.settings import JudgedSettings
from embedviz.panes.anisotropy.prepared import DialPosition, FitChoice, Prepared

NEIGHBORS = 10
_MOST_PRODUCTS = 4e9
"""Multiplications for all rows that are asked, in one pass; there are about twenty."""
_MOST_NUMBERS = 1 << 24
"""Of the rows of categories, which are held along the axes."""
_NEARLY_WHITE = 0.5
"""Strength from which on too few rows make the map say nothing."""


@dataclass(frozen=True)
class JudgedMaps:
    """Who judges maps of a fit, wherever the dial stands. A subject of calculations.

    Attributes
    ----------
    choice : FitChoice
    settings : TransformSettings
        Without the position of the dial, and without how many directions are kept.
    judgment : Judgment
    """

    choice: FitChoice
    settings: TransformSettings
    judgment: Judgment

    @classmethod
    def by(cls, state: State) -> JudgedMaps | None:
        """Return what a state asks for; None where nobody can judge."""
        judgment = chosen_judgment(state, state[JudgedSettings].judge)
        if judgment is None:
            return None
        position = DialPosition.of(state)
        dial = replace(position.settings, n_components=None, variance_share=None, method="pca")
        return cls(position.choice, dial.at(0.0), judgment)

    def is_wanted(self, state: State) -> bool:
        """Return whether a state asks for this."""
        return state.active is self.choice.vector_set and JudgedMaps.by(state) == self


@dataclass(frozen=True)
class JudgedPosition:
    """Who judges the map at one position of the dial. A subject of calculations."""

    maps: JudgedMaps
    position: DialPosition

    @classmethod
    def by(cls, state: State) -> JudgedPosition | None:
        """Return what a state asks for; None where nobody can judge."""
        maps = JudgedMaps.by(state)
        return None if maps is None else cls(maps, DialPosition.of(state))

    def is_wanted(self, state: State) -> bool:
        """Return whether a state asks for this."""
        return state.active is self.maps.choice.vector_set and JudgedPosition.by(state) == self


@dataclass(frozen=True, eq=False)
class MeasuredHelp:
    """What is known of the map at one position of the dial.

    Attributes
    ----------
    wanted : JudgedPosition
    problem : str
        Why there is nothing; empty where there is.
    answers : DialAnswers or None
    components : int
        How many directions are kept.
    before, after : float64 array of shape (n_judged,)
        Cosines of pairs, or whether partners or categories were found.
    comparison : Comparison or None
    curves : DialCurves or None
        Not known yet where the comparison is told first.
    says_little : str
        Why white rows mean nothing here, where they do not.
    """

    wanted: JudgedPosition
    problem: str = ""
    answers: DialAnswers | None = None
    components: int = 0
    before: Vector | None = None
    after: Vector | None = None
    comparison: Comparison | None = None
    curves: DialCurves | None = None
    says_little: str = ""

    @property
    def is_done(self) -> bool:
        """Whether nothing more will be known."""
        return self.curves is not None or bool(self.problem)


Tell = Callable[[MeasuredHelp], None]


def measure_help(
    prepared: Prepared,
    wanted: JudgedPosition,
    answers: DialAnswers | None,
    report: Report,
    tell: Tell,
) -> MeasuredHelp:
    """Compare before and after; tell it, and go on with the curves. Runs off the UI thread.

    Parameters
    ----------
    prepared : Prepared
    wanted : JudgedPosition
    answers : DialAnswers or None
        Of the same maps and judge, where they are known.
    report, tell
    """
    settings = wanted.position.settings
    try:
        if answers is None:
            answers = _answers(prepared, wanted.maps, part_of(report, 0.0, 0.2))
        transform = prepared.transform(settings)
    except UserError as error:
        return MeasuredHelp(wanted, str(error))
    kept = min(max(len(transform.kept.axes), 1), answers.dial.rank)
    found = answers.at(settings.position, np.array([kept]), part_of(report, 0.2, 0.3))
    before, after = answers.before.all[0], found.all[0]
    comparison = compare(answers.judge, before, after, report=part_of(report, 0.3, 0.5))
    little = (
        transform.notes[-1]
        if transform.has_too_few_rows and settings.strength >= _NEARLY_WHITE
        else ""
    )
    known = MeasuredHelp(wanted, "", answers, kept, before, after, comparison, says_little=little)
    tell(known)
    curves = measure_curves(answers, settings.position, kept, part_of(report, 0.5, 1.0))
    return replace(known, curves=curves)


@dataclass(frozen=True, eq=False)
class FoundBest:
    """The best setting of some maps by a judge; None where none can be chosen."""

    wanted: JudgedMaps
    best: BestSetting | None


def find_best(wanted: JudgedMaps, answers: DialAnswers, report: Report) -> FoundBest:
    """Look for the best setting. Runs off the UI thread."""
    return FoundBest(wanted, find_best_setting(answers, report))


def _answers(prepared: Prepared, maps: JudgedMaps, report: Report) -> DialAnswers:
    report(0.0, "choosing what is judged")
    vector_set = maps.choice.vector_set
    dial = DialAxes(prepared.fit, maps.settings)
    judge = _judge_of(maps)
    return dial_answers(dial, vector_set.vectors, judge, halves_of(judge))


def _judge_of(maps: JudgedMaps) -> Judge:
    vector_set, judgment = maps.choice.vector_set, maps.judgment
    if judgment.pairs is not None:
        return pair_judge(vector_set.vectors, judgment.pairs, 0)
    column = vector_set.metadata.column(judgment.name)
    most = _MOST_NUMBERS // max(vector_set.dimensions, 1)
    return category_judge(vector_set.vectors, column, NEIGHBORS, 0, _MOST_PRODUCTS, most)

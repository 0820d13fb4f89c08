"""The page about real vectors as they are: how well pairs find each other, before any training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from embedviz.app.judged_pairs import Kept, SetPairs, matched_pairs
from embedviz.app.state import State
from embedviz.core.contrastive.quality import PairQuality, measure_pairs, measure_whitened
from embedviz.core.errors import UserError
from embedviz.core.matching import share_labels, share_rows
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Report, part_of
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.gui.calculations import Calculations
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label
from embedviz.panes.contrastive.pair_numbers import PairNumbers
from embedviz.panes.contrastive.plane import AlignmentPlane, PlanePoint
from embedviz.panes.contrastive.settings import ContrastiveSettings

_LEAST = 88
"""Height in pixels of the plane, and of the numbers, in a window as low as there are."""
_ANY_TEMPERATURE = 0.05
_NO_PAIRS = (
    "There are no pairs of rows of this set. Add some by File → Add Pairs…, or open the bundled "
    "sentences, which come with judged pairs."
)


_Measurement = tuple[VectorSet, Pairs, float, bool]
"""A set, pairs, a temperature, and whether the set is whitened."""


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured of the sets of a library that share rows.

    Attributes
    ----------
    quality : PairQuality
        Of the shown set.
    points : tuple of PlanePoint
    pairs : Pairs
    notes : tuple of str
    best_uniformity : float or None
        Of rows that are spread evenly; None where the sets have different numbers of dimensions,
        and so each a best of its own.
    """

    quality: PairQuality
    points: tuple[PlanePoint, ...]
    pairs: Pairs
    notes: tuple[str, ...]
    best_uniformity: float | None


class OwnPairs(QWidget):
    """Numbers of the shown set, and the plane with all sets that have the same rows."""

    def __init__(self, calculations: Calculations) -> None:
        super().__init__()
        self._calculations = calculations
        self._task = calculations.new_task("measuring the pairs")
        self.plane, self.numbers = AlignmentPlane(), PairNumbers()
        self.said = text_label(kind="caption", wrap=True)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID)
        rows.addWidget(self.plane, 1)
        rows.addWidget(_scrolled(self.numbers, self.said))
        self.plane.setMinimumHeight(_LEAST)
        # The numbers take what they need, and the plane what is left.
        self.plane.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._known: dict[_Measurement, PairQuality] = {}
        self._asked: tuple[VectorSet, tuple[VectorSet, ...], Kept, float] | None = None

    def show_state(self, state: State) -> None:
        """Measure what a state has, if that is not what is shown."""
        assert state.active is not None
        temperature = state[ContrastiveSettings].temperature
        asked = (state.active, state.sets, state.pairs, temperature)
        if asked == self._asked:
            return
        self._asked = asked
        kept = _pairs_to_use(state)
        if kept is None:
            self._calculations.cancel(self._task)
            self._show_nothing(_NO_PAIRS)
            return
        work = partial(self._measure, state.active, state.sets, kept, temperature)
        self._calculations.run(self._task, work, self._show, state.active, purpose="detail")

    def keep_only(self, state: State) -> None:
        """Let go of the sets that are closed."""
        if self._asked is not None and not all(each in state.sets for each in self._asked[1]):
            self._known = {key: found for key, found in self._known.items() if key[0] in state.sets}
            self._asked = None

    def release(self) -> None:
        """Let go of what was measured."""
        self._known.clear()
        self._asked = None

    def _measure(
        self,
        active: VectorSet,
        sets: Sequence[VectorSet],
        kept: SetPairs,
        temperature: float,
        report: Report,
    ) -> Measured:
        """Measure all sets with these pairs. Runs off the UI thread."""
        points: list[PlanePoint] = []
        notes: list[str] = []
        dimensions: set[int] = set()
        own = matched_pairs(kept, active)
        if own is None:
            raise UserError(_NO_PAIRS)
        quality = self._quality(active, own, temperature, False, report)
        for place, each in enumerate(sets):
            pairs = own if each is active else matched_pairs(kept, each)
            if pairs is None:
                continue
            part = part_of(report, place / len(sets), (place + 1) / len(sets))
            for kind, name, found in self._both(each, pairs, part, notes):
                dimensions.add(each.dimensions)
                points.append(
                    PlanePoint(
                        name,
                        found.alignment,
                        found.uniformity,
                        kind,
                        each is active and kind == "set",
                    )
                )
        return Measured(
            quality,
            tuple(points),
            own,
            (*quality.notes, *notes),
            quality.best_uniformity if len(dimensions) == 1 else None,
        )

    def _both(
        self,
        vector_set: VectorSet,
        pairs: Pairs,
        report: Report,
        notes: list[str],
    ) -> Iterator[tuple[Literal["set", "whitened"], str, PairQuality]]:
        name = one_line(vector_set.name or "the set")
        for is_whitened in (False, True):
            try:
                # Where a set is in the plane depends on no temperature.
                found = self._quality(vector_set, pairs, _ANY_TEMPERATURE, is_whitened, report)
            except UserError as error:
                notes.append(f"{name}{', whitened' * is_whitened}: {error}")
                continue
            if is_whitened:
                yield "whitened", f"{name}, whitened", found
            else:
                yield "set", name, found

    def _quality(
        self,
        vector_set: VectorSet,
        pairs: Pairs,
        temperature: float,
        is_whitened: bool,
        report: Report,
    ) -> PairQuality:
        key = (vector_set, pairs, temperature, is_whitened)
        if key not in self._known:
            measure = measure_whitened if is_whitened else measure_pairs
            self._known[key] = measure(vector_set.vectors, pairs, temperature, report=report)
        return self._known[key]

    def _show(self, measured: Measured) -> None:
        quality = measured.quality
        self.plane.show_points(measured.points, measured.best_uniformity)
        self.numbers.show_numbers(quality)
        name = one_line(measured.pairs.name)
        self.said.setText(" ".join([f"{name}:" if name else "", *measured.notes]).strip())

    def _show_nothing(self, words: str) -> None:
        self.plane.show_points(())
        self.numbers.show_numbers(None, words)
        self.said.clear()


def _pairs_to_use(state: State) -> SetPairs | None:
    """Return the newest pairs of the shown set, or else those of a set with such labels."""
    active = state.active
    assert active is not None
    newest = state.pairs[::-1]
    own = (each for each in newest if share_rows(each.vector_set, active))
    others = (each for each in newest if share_labels(each.vector_set, active))
    return next(own, next(others, None))


def _scrolled(*parts: QWidget) -> QScrollArea:
    """Return widgets that scroll where a window is lower than they are."""
    inside, area = QWidget(), QScrollArea()
    rows = QVBoxLayout(inside)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(GRID)
    for part in parts:
        rows.addWidget(part)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    area.setMinimumHeight(_LEAST)
    return area

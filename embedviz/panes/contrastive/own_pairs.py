"""The page about real vectors as they are: how well pairs find each other, before any training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from embedviz.app.judged_pairs import pairs_of
from embedviz.app.state import State
from embedviz.core.contrastive.quality import PairQuality, measure_pairs, measure_whitened
from embedviz.core.errors import UserError
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Report, part_of
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.gui.calculations import Calculations
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label
from embedviz.panes.contrastive.plane import AlignmentPlane, PairNumbers, PlanePoint
from embedviz.panes.contrastive.settings import ContrastiveSettings

_NO_PAIRS = (
    "There are no pairs of rows of this set. Add some by File → Add Pairs…, or open the bundled "
    "sentences, which come with judged pairs."
)


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
    """

    quality: PairQuality
    points: tuple[PlanePoint, ...]
    pairs: Pairs
    notes: tuple[str, ...]


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
        rows.addWidget(self.numbers)
        rows.addWidget(self.said)
        self._known: dict[tuple[object, ...], PairQuality] = {}
        self._asked: tuple[object, ...] | None = None

    def show_state(self, state: State) -> None:
        """Measure what a state has, if that is not what is shown."""
        assert state.active is not None
        known = pairs_of(state.pairs, state.active)
        temperature = state[ContrastiveSettings].temperature
        asked = (state.active, state.sets, known, temperature)
        if asked == self._asked:
            return
        self._asked = asked
        if not known:
            self._calculations.cancel(self._task)
            self._show_nothing(_NO_PAIRS)
            return
        pairs = known[-1]
        alike = [each for each in state.sets if pairs in pairs_of(state.pairs, each)]
        work = partial(self._measure, state.active, alike, pairs, temperature)
        self._calculations.run(self._task, work, self._show, state.active, purpose="detail")

    def release(self) -> None:
        """Let go of what was measured."""
        self._known.clear()
        self._asked = None

    def _measure(
        self,
        active: VectorSet,
        sets: list[VectorSet],
        pairs: Pairs,
        temperature: float,
        report: Report,
    ) -> Measured:
        """Measure all sets. Runs off the UI thread."""
        points: list[PlanePoint] = []
        notes: list[str] = []
        quality = self._quality(active, pairs, temperature, False, report)
        for place, each in enumerate(sets):
            part = part_of(report, place / len(sets), (place + 1) / len(sets))
            for kind, name, found in self._both(each, pairs, temperature, part, notes):
                points.append(
                    PlanePoint(
                        name,
                        found.alignment,
                        found.uniformity,
                        kind,
                        each is active and kind == "set",
                    )
                )
        return Measured(quality, tuple(points), pairs, (*quality.notes, *notes))

    def _both(
        self,
        vector_set: VectorSet,
        pairs: Pairs,
        temperature: float,
        report: Report,
        notes: list[str],
    ) -> Iterator[tuple[str, str, PairQuality]]:
        name = one_line(vector_set.name or "the set")
        for is_whitened in (False, True):
            try:
                found = self._quality(vector_set, pairs, temperature, is_whitened, report)
            except UserError as error:
                notes.append(f"{name}{', whitened' * is_whitened}: {error}")
                continue
            kind = "whitened" if is_whitened else "set"
            yield kind, f"{name}, whitened" if is_whitened else name, found

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
        self.plane.show_points(measured.points, quality.best_uniformity)
        self.numbers.show_quality(quality)
        name = one_line(measured.pairs.name)
        self.said.setText(" ".join([f"{name}:" if name else "", *measured.notes]).strip())

    def _show_nothing(self, words: str) -> None:
        self.plane.show_points(())
        self.numbers.show_quality(None)
        self.said.setText(words)

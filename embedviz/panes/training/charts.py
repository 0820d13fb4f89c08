"""Charts of a run: how many analogies are right, the loss, and how parallel a relation is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Rows
from embedviz.gui.runs.charts import RunCharts
from embedviz.gui.runs.tracks import Track, table_type
from embedviz.panes.training.run import WatchedRun, consistency
from embedviz.sources.training.recording import TrainingFrame

NAMES = ("step", "accuracy", "chance", "loss", "chance_loss", "parallel")
_PARTS = 10_000
"""Of a whole training, of which one is a step of the charts."""
WAITING = "Charts of the run appear with its first words."

_ACCURACY = Track(
    "accuracy",
    "Analogies right, of {}",
    "Share of the questions “a is to b as c is to …” whose answer is the word nearest to "
    "b − a + c, of all words but those three. Chance is one word drawn from all.",
    (("chance", ("chance",)),),
    reach=(0.0, 1.0),
    decimals=2,
)
_LOSS = Track(
    "loss",
    "Loss of a pair",
    "How surprised the model is, on average, by which words stand near a word and which were drawn "
    "at random. Chance is what a model that knows nothing has: log 2 for each of them.",
    (("chance_loss", ("chance",)),),
    reach=(0.0,),
)
_PARALLEL = Track(
    "parallel",
    "Parallel: {}",
    "Mean cosine of the offsets of any two pairs of the relation, in all dimensions: 1 where all "
    "arrows are parallel, 0 where they have nothing in common.",
    reach=(0.0, 1.0),
    is_balanced=True,
    decimals=2,
)


def step_of(frame: TrainingFrame) -> int:
    """Return where a frame is on the axis of the charts."""
    return round(frame.fraction * _PARTS)


def training_charts() -> RunCharts:
    """Return the charts, before there is a run."""
    return RunCharts(
        "training.charts",
        NAMES,
        WAITING,
        write_step=lambda step: f"{100 * step / _PARTS:.0f} % of training",
        write_end=lambda step: f"{100 * step / _PARTS:.0f} %",
    )


def tracks_of(run: WatchedRun, relation: str) -> tuple[Track, ...]:
    """Return what is drawn of a run, from top to bottom: what cannot be measured is left out."""
    found = []
    n_questions = 0 if run.vocabulary is None else run.vocabulary.n_questions
    if n_questions:
        found.append(replace(_ACCURACY, title=_ACCURACY.title.format(f"{n_questions:,}")))
    if relation:
        found.append(replace(_PARALLEL, title=_PARALLEL.title.format(relation)))
    if run.settings.has_loss:
        found.append(_LOSS)
    return tuple(found)


class MeasureTable:
    """What the charts show of the frames of a run; what was measured once is kept."""

    def __init__(self) -> None:
        self._parallel: dict[tuple[TrainingFrame, str], float] = {}

    def read(self, run: WatchedRun, relation: str) -> NDArray[Any]:
        """Return the measures of all frames, by rising step: the last where two share one."""
        frames = {step_of(frame): frame for frame in run.frames}
        table = _empty(len(frames))
        if not frames:
            return table
        assert run.vocabulary is not None
        pairs = run.relations.get(relation)
        table["step"] = list(frames)
        for name in ("accuracy", "loss"):
            table[name] = _held([getattr(frame, name) for frame in frames.values()])
        table["chance"] = 1 / max(len(run.vocabulary.words) - 3, 1)
        table["chance_loss"] = run.settings.chance_loss
        if pairs is not None:
            table["parallel"] = self._measured(list(frames.values()), relation, pairs)
        return table

    def _measured(self, frames: list[TrainingFrame], relation: str, pairs: Rows) -> list[float]:
        known = {}
        for frame in frames:
            key = frame, relation
            found = self._parallel.get(key)
            known[key] = consistency(frame, pairs) if found is None else found
        self._parallel = known  # Frames that are no longer kept, and other relations, go.
        return list(known.values())


def _held(values: list[float]) -> list[float]:
    """Return values of which one that was not measured is the one before it."""
    held, last = [], float("nan")
    for value in values:
        last = value if value == value else last
        held.append(last)
    return held


def _empty(count: int) -> NDArray[Any]:
    table = np.zeros(count, table_type(NAMES))
    for name in NAMES[1:]:
        table[name] = np.nan
    return table

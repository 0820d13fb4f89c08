"""Frames: what is kept of a run, so that it can be shown and gone back through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, fields
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, Vector
from embedviz.core.contrastive.dials import Dials

MOST_BYTES = 64_000_000
"""Of the frames of a run: 2,000 of 2,000 rows, 500 of 10,000."""
MOST_MEASURES = 5_000
"""Steps of which the measures are kept: more than a chart has pixels."""


@dataclass(frozen=True)
class Measures:
    """How a run stands after a step.

    Attributes
    ----------
    step : int
        How many steps were made.
    loss : float
        Of the last batch; nan before the first step.
    floor : float
        What the loss would be if partners had one direction and all rows were spread evenly.
    chance : float
        What it would be if all rows had one direction: the log of the number of candidates; nan
        without negatives, where there is nothing to guess.
    alignment : float
        Mean squared distance of the partners in the last batch, 0 to 4; nan before the first step.
    uniformity : float
        Of the rows, from 0 down.
    best_uniformity : float
        Of rows that are spread evenly over the sphere.
    mean_cosine : float
        Of all pairs of rows.
    effective_rank : float
        From 1 to the number of outputs; nan where there are no directions.
    n_negatives : float
        Of a row of the last batch, in the mean; 0 before the first step.
    felt_negatives : float
        How many of them push it: the exponential of the entropy of their softmax. All, where they
        are pushed alike, and 1 where only the nearest one is; nan where there are none.
    """

    step: int
    loss: float
    floor: float
    chance: float
    alignment: float
    uniformity: float
    best_uniformity: float
    mean_cosine: float
    effective_rank: float
    n_negatives: float = 0.0
    felt_negatives: float = float("nan")


@dataclass(frozen=True, eq=False)
class RunFrame:
    """The rows of a run after a step, and what was measured.

    Attributes
    ----------
    positions : float32 array of shape (n_rows, 3)
        Unit rows, with zeros for outputs that are not there; of more than three outputs, where
        they lie along their first three principal axes through the origin, within the sphere.
    share : float
        Of the mean squared length (1) that these axes show, 0 to 1; 1 where nothing is left out.
    measures : Measures
    cosines : float32 array of shape (n, n)
        Of the last batch's first n pairs, first side by second side; (0, 0) before the first step.
    axes : float32 array of shape (3, n_outputs), optional
        Of more than three outputs; `outputs @ axes.T` is where they are drawn. They are turned
        from those of the frame before, as little as lets them show nearly as much as any.
    dials : Dials
        As they were.
    n_pairs : int
        Of the last batch; 0 before the first step.
    weights : tuple of float32 array
        With which the run can be gone on from here; empty where they are too large to keep.
    """

    positions: Matrix
    share: float
    measures: Measures
    cosines: NDArray[Any]
    axes: Matrix | None = None
    dials: Dials = field(default_factory=Dials)
    n_pairs: int = 0
    weights: tuple[Matrix, ...] = ()

    @property
    def n_bytes(self) -> int:
        """How much memory the arrays take."""
        axes = 0 if self.axes is None else self.axes.nbytes
        weights = sum(each.nbytes for each in self.weights)
        return self.positions.nbytes + self.cosines.nbytes + axes + weights


class Frames:
    """Frames of a run, within a limit of memory.

    When it is full, every second frame goes, and further ones are kept at twice the distance. The
    first frame and the newest are always there. One thread may add while others read.

    Parameters
    ----------
    most_bytes : int
        For positions and cosines.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = Lock()
        # Replaced and never changed, so that a reader who has them needs no lock.
        self._frames: tuple[RunFrame, ...] = ()
        self._numbers: tuple[int, ...] = ()
        self._n_added, self._stride, self._bytes = 0, 1, 0
        self._table = _MeasureTable()

    def add(self, frame: RunFrame) -> None:
        """Keep a frame as the newest; one of the same step as the newest takes its place."""
        with self._lock:
            frames, numbers = list(self._frames), list(self._numbers)
            if frames and frames[-1].measures.step == frame.measures.step:
                self._bytes += frame.n_bytes - frames[-1].n_bytes
                self._frames = (*frames[:-1], frame)
                self._table.replace_last(frame.measures)
                return
            if numbers and numbers[-1] % self._stride:
                del frames[-1], numbers[-1]
                self._bytes -= self._frames[-1].n_bytes
            frames.append(frame)
            numbers.append(self._n_added)
            self._n_added += 1
            self._bytes += frame.n_bytes
            while len(frames) > 2 and self._bytes > self._most_bytes:
                self._stride *= 2
                kept = [k for k, number in enumerate(numbers[:-1]) if number % self._stride == 0]
                kept.append(len(numbers) - 1)
                frames, numbers = [frames[k] for k in kept], [numbers[k] for k in kept]
                self._bytes = sum(each.n_bytes for each in frames)
            self._frames, self._numbers = tuple(frames), tuple(numbers)
            self._table.add(frame.measures)

    def cut(self, step: int) -> None:
        """Forget all frames after a step."""
        with self._lock:
            kept = [k for k, each in enumerate(self._frames) if each.measures.step <= step]
            self._frames = tuple(self._frames[k] for k in kept)
            self._numbers = tuple(self._numbers[k] for k in kept)
            self._bytes = sum(each.n_bytes for each in self._frames)
            self._n_added = self._numbers[-1] + 1 if kept else 0
            self._table.cut(step)

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, place: int) -> RunFrame:
        return self._frames[place]

    @property
    def steps(self) -> NDArray[np.int64]:
        """After how many steps each frame was made, ascending."""
        return np.array([frame.measures.step for frame in self._frames], np.int64)

    def at(self, step: int) -> RunFrame:
        """Return the frame whose step is nearest; of two, the earlier.

        Raises
        ------
        IndexError
            When there are no frames.
        """
        frames = self._frames
        if not frames:
            raise IndexError("there are no frames yet")
        return min(frames, key=lambda frame: abs(frame.measures.step - step))

    @property
    def measures(self) -> Mapping[str, Vector]:
        """What was measured, by the names of `Measures`: arrays of one length, oldest first.

        Of all frames that were added, also where their positions are no longer kept; of more than
        5,000, of those at a distance, and of the newest.
        """
        with self._lock:
            return self._table.columns()


class _MeasureTable:
    """Measures as rows of a table, of which every second goes when there are too many."""

    def __init__(self) -> None:
        self._names = [each.name for each in fields(Measures)]
        self._rows = np.empty((MOST_MEASURES + 1, len(self._names)))
        self._length = self._n_added = 0
        self._stride, self._last = 1, 0

    def add(self, measures: Measures) -> None:
        if self._length and self._last % self._stride:
            self._length -= 1
        if self._length > MOST_MEASURES:
            # Here the last row is one of those at a distance, and so is every second of them.
            kept = self._rows[: self._length : 2].copy()
            self._length, self._stride = len(kept), 2 * self._stride
            self._rows[: self._length] = kept
        self._rows[self._length] = astuple(measures)
        self._length, self._last = self._length + 1, self._n_added
        self._n_added += 1

    def replace_last(self, measures: Measures) -> None:
        self._rows[self._length - 1] = astuple(measures)

    def cut(self, step: int) -> None:
        steps = self._rows[: self._length, self._names.index("step")]
        self._length = int(np.count_nonzero(steps <= step))
        self._last = 0  # The last row that is left stays.

    def columns(self) -> dict[str, Vector]:
        rows = self._rows[: self._length]
        return {name: rows[:, k].copy() for k, name in enumerate(self._names)}

"""Recording of a training: snapshots within a limit of memory, to go back through them.

When it is full, every second frame goes, and further ones are kept at twice the distance; the first
and the newest are always there. Loss and accuracy take no room worth counting, so of them far more
are kept. One thread may add while others read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, Vector
from embedviz.sources.training.snapshots import Snapshot

MOST_BYTES = 128_000_000
"""Of the vectors of all frames, which are kept as float16: 640 of 1,000 words at 100 dimensions."""
MOST_MEASURES = 5_000
"""Snapshots of which the measures are kept: more than a chart has pixels."""
MEASURES = ("fraction", "seconds", "alpha", "loss", "accuracy", "words_per_second")


@dataclass(frozen=True, eq=False)
class TrainingFrame:
    """What is kept of a snapshot.

    Attributes
    ----------
    fraction : float
        Of all words of all epochs, 0 to 1.
    epoch : int
    seconds : float
    loss, accuracy : float
        As in `Snapshot`; the accuracy is the newest there was.
    half : float16 array of shape (n_shown, dimensions)
        In units of `scale`.
    scale : float
        The largest number of the vectors, which float16 may not hold.
    """

    fraction: float
    epoch: int
    seconds: float
    loss: float
    accuracy: float
    half: NDArray[np.float16]
    scale: float

    @property
    def vectors(self) -> Matrix:
        """Vectors of the rows on show, rounded to 11 bits."""
        return self.half.astype(np.float32) * np.float32(self.scale)


class Recording:
    """Frames of a training, within a limit of memory.

    Parameters
    ----------
    most_bytes : int
        For the vectors of all frames together; two frames are always kept.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = Lock()
        # Replaced and never changed, so that a reader who has them needs no lock.
        self._frames: tuple[TrainingFrame, ...] = ()
        self._numbers: tuple[int, ...] = ()
        self._n_added, self._stride = 0, 1
        self._measures: list[tuple[float, ...]] = []
        self._accuracy = float("nan")

    def add(self, snapshot: Snapshot) -> TrainingFrame:
        """Keep a snapshot as the newest, and return what is kept of it."""
        frame = self._frame(snapshot)
        with self._lock:
            frames, numbers = list(self._frames), list(self._numbers)
            if numbers and numbers[-1] % self._stride:  # It was kept only as the newest.
                del frames[-1], numbers[-1]
            frames.append(frame)
            numbers.append(self._n_added)
            self._n_added += 1
            while len(frames) > 2 and sum(each.half.nbytes for each in frames) > self._most_bytes:
                self._stride *= 2
                last = len(frames) - 1
                kept = [k for k, n in enumerate(numbers) if n % self._stride == 0 or k == last]
                frames, numbers = [frames[k] for k in kept], [numbers[k] for k in kept]
            self._frames, self._numbers = tuple(frames), tuple(numbers)
            self._measures.append(tuple(getattr(snapshot, name) for name in MEASURES))
            if len(self._measures) > MOST_MEASURES:
                self._measures = _halved(self._measures)
        return frame

    def _frame(self, snapshot: Snapshot) -> TrainingFrame:
        if snapshot.accuracy == snapshot.accuracy:
            self._accuracy = snapshot.accuracy
        scale = float(np.abs(snapshot.vectors).max(initial=0.0)) or 1.0
        return TrainingFrame(
            snapshot.fraction,
            snapshot.epoch,
            snapshot.seconds,
            snapshot.loss,
            self._accuracy,
            (snapshot.vectors / np.float32(scale)).astype(np.float16),
            scale,
        )

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, place: int) -> TrainingFrame:
        return self._frames[place]

    @property
    def n_bytes(self) -> int:
        """Memory that the vectors take."""
        return sum(each.half.nbytes for each in self._frames)

    @property
    def fractions(self) -> Vector:
        """Of the training, when each frame was made, ascending."""
        return np.array([each.fraction for each in self._frames])

    def place_at(self, fraction: float) -> int:
        """Return the place of the frame that is nearest to a fraction; of two, the earlier.

        Raises
        ------
        IndexError
            When there are no frames.
        """
        frames = self._frames
        if not frames:
            raise IndexError("there are no frames yet")
        right = min(bisect_left(frames, fraction, key=lambda each: each.fraction), len(frames) - 1)
        left = max(right - 1, 0)
        is_left = fraction - frames[left].fraction <= frames[right].fraction - fraction
        return left if is_left else right

    def at(self, fraction: float) -> TrainingFrame:
        """Return the frame that is nearest to a fraction of the training.

        Raises
        ------
        IndexError
            When there are no frames.
        """
        return self._frames[self.place_at(fraction)]

    @property
    def measures(self) -> Mapping[str, Vector]:
        """What was measured, by the names in `MEASURES`: arrays of one length, oldest first.

        Of all snapshots, also where their vectors are no longer kept; of more than 5,000, of those
        at a distance, and of the newest. What was not measured is nan.
        """
        with self._lock:
            table = np.array(self._measures, np.float64).reshape(-1, len(MEASURES))
        return {name: table[:, k].copy() for k, name in enumerate(MEASURES)}


def _halved(measures: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """Return every second one, and the newest."""
    kept = measures[:-1:2]
    return [*kept, measures[-1]]

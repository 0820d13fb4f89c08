"""Measures of a run as tracks over its steps, and as what can be drawn in a few hundred pixels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.contrastive.runs.frames import Measures
from embedviz.core.covariance import Vector

NAMES = tuple(field.name for field in fields(Measures))
TABLE = np.dtype([(name, np.int64 if name == "step" else np.float64) for name in NAMES])
_LARGEST = 1e150
_read: Any = attrgetter(*NAMES)


@dataclass(frozen=True)
class Track:
    """One measure over the steps.

    Attributes
    ----------
    name : str
        A field of `Measures`.
    title : str
    tip : str
        What it says, in a sentence.
    lines : tuple of (str, tuple of str)
        Fields that are drawn as dashed lines, and what is written beside each: the shorter ones
        where the longer ones have no room.
    decimals : int
        Of the number beside the title.
    """

    name: str
    title: str
    tip: str
    lines: tuple[tuple[str, tuple[str, ...]], ...] = ()
    decimals: int = 3


TRACKS = (
    Track(
        "loss",
        "Loss",
        "How surprised the head is, on average, by which candidate is the partner; chance is log N "
        "of N candidates that all look alike, the floor what even rows with equal partners have.",
        (("chance", ("chance = log N", "chance")), ("floor", ("floor",))),
    ),
    Track(
        "alignment",
        "Alignment",
        "Mean squared distance of partners: 0 where they have one direction, 2 where they are "
        "unrelated. Smaller is better.",
    ),
    Track(
        "uniformity",
        "Uniformity",
        "How evenly the rows are spread over the sphere: 0 where all have one direction; the "
        "dashed line is what rows without end can reach. Smaller is better.",
        (("best_uniformity", ("best",)),),
    ),
    Track(
        "mean_cosine",
        "Mean cosine",
        "Mean cosine of all pairs of rows: 1 where all have one direction, as after a collapse; "
        "about 0 where they are spread.",
    ),
    Track(
        "effective_rank",
        "Effective rank, {outputs}",
        "How many of the outputs are in use: exp of the entropy of their spectrum, from 1 to all.",
        decimals=2,
    ),
)
"""From top to bottom. To add one: name a field of `Measures`."""


class RunTable:
    """Measures of a run as an array, which is read only where it is new."""

    def __init__(self) -> None:
        self._rows: NDArray[Any] = np.empty(0, TABLE)
        self._count = 0
        self._ends: tuple[Measures | None, Measures | None] = (None, None)
        self._drawn: dict[str, Vector] = {}

    @property
    def rows(self) -> NDArray[Any]:
        """A structured array with the fields of `Measures`."""
        return self._rows[: self._count]

    @property
    def drawn(self) -> dict[str, Vector]:
        """The same by field, as it can be drawn: nan for what is infinite, no immense numbers."""
        if not self._drawn:
            self._drawn = {name: bounded(self.rows[name]) for name in NAMES}
        return self._drawn

    def read(self, measures: Sequence[Measures] | NDArray[Any]) -> None:
        """Read measures, by rising step.

        Parameters
        ----------
        measures : sequence of Measures, or structured array of its fields
            Those that go on from what was read last are read alone. Of a step that is there
            twice, as after a replay, the last one counts.
        """
        self._drawn = {}
        if isinstance(measures, np.ndarray):
            self._rows = np.empty(len(measures), TABLE)
            for name in NAMES:
                self._rows[name] = measures[name]
            self._count, self._ends = len(measures), (None, None)
            return
        known = self._count if self._goes_on(measures) else 0
        self._make_room(len(measures))
        new = np.fromiter(map(_read, measures[known:]), TABLE, len(measures) - known)
        self._rows[known : len(measures)] = new
        self._count = len(measures)
        self._ends = (measures[0], measures[-1]) if measures else (None, None)

    def _goes_on(self, measures: Sequence[Measures]) -> bool:
        first, last = self._ends
        return (
            0 < self._count <= len(measures)
            and measures[0] is first
            and measures[self._count - 1] is last
        )

    def _make_room(self, count: int) -> None:
        if count > len(self._rows):
            larger = np.empty(max(2 * len(self._rows), count, 256), TABLE)
            larger[: self._count] = self.rows
            self._rows = larger


@dataclass(frozen=True, eq=False)
class Curve:
    """A track in few places, left to right.

    Attributes
    ----------
    places, middle, low, high : float64 array of shape (n_places,)
        Of the values at each place, their mean, the least and the largest; nan where there are
        none.
    """

    places: Vector
    middle: Vector
    low: Vector
    high: Vector


class Columns:
    """Places of steps in a picture, of which at most one for each two pixels is drawn.

    Parameters
    ----------
    places : float64 array of shape (n_steps,)
        In pixels, ascending.
    width : float
        In pixels.
    """

    WIDTH = 2.0

    def __init__(self, places: Vector, width: float) -> None:
        self.places = places
        self.is_thinned = len(places) > width / self.WIDTH
        if self.is_thinned:
            columns = np.floor(places / self.WIDTH)
            self._starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
            self._middles: Vector = self.WIDTH * (columns[self._starts] + 0.5)

    def curve(self, values: Vector) -> Curve:
        """Return values at the steps, nan where there is none, as they are drawn."""
        if not self.is_thinned:
            return Curve(self.places, values, values, values)
        is_there, starts = np.isfinite(values), self._starts
        counts = np.add.reduceat(is_there, starts, dtype=np.float64)
        counts[counts == 0] = np.nan
        middle = np.add.reduceat(np.where(is_there, values, 0.0), starts) / counts
        low, high = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
        return Curve(self._middles, middle, low, high)


def value_range(track: Track, drawn: Mapping[str, Vector], n_outputs: int) -> tuple[float, float]:
    """Return the least and the largest value that the chart of a track is to show."""
    found = [_ends_of(drawn[name]) for name in (track.name, *(line[0] for line in track.lines))]
    ends = [end for pair in found for end in pair]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    if track.name == "mean_cosine":
        low, high = (-1.0 if low < -0.05 else min(0.0, low)), 1.0
    elif track.name == "effective_rank":
        low, high = min([*ends, 1.0]), max([*ends, n_outputs, 2.0])
    elif track.name == "uniformity":
        high = max(high, 0.0)
    elif track.name == "alignment":
        low = min(low, 0.0)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-9):
        middle, half = (low + high) / 2, max(abs(low) / 2, 0.5)
        low, high = middle - half, middle + half
    return low, high


def _ends_of(values: Vector) -> tuple[float, ...]:
    """Return the least and the largest value; neither where all are nan."""
    low, high = float(np.fmin.reduce(values)), float(np.fmax.reduce(values))
    return () if math.isnan(low) else (low, high)


def bounded(values: NDArray[Any]) -> Vector:
    """Return values as they can be drawn: infinite ones are left out, immense ones cut."""
    floats = values.astype(np.float64)
    floats[~np.isfinite(floats)] = np.nan
    return np.clip(floats, -_LARGEST, _LARGEST, out=floats)


def changes(values: Vector) -> NDArray[np.intp]:
    """Return where a value differs from the one before it, and the first and last place."""
    same = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
    return np.flatnonzero(np.concatenate([[True], ~same[:-1] | ~same[1:], [True]]))[: len(values)]

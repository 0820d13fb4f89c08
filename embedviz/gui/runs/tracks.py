"""Measures of a run as tracks over its steps, and as what can be drawn in a few hundred pixels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Vector

_LARGEST = 1e150
_CLEARLY_BELOW = -0.05


@dataclass(frozen=True)
class Track:
    """One measure over the steps.

    Attributes
    ----------
    name : str
        A field of what was measured.
    title : str
    tip : str
        What it says, in a sentence.
    lines : tuple of (str, tuple of str)
        Fields that are drawn as dashed lines, and what is written beside each: the shorter ones
        where the longer ones have no room.
    decimals : int
        Of the number beside the title.
    reach : tuple of float
        Values that its axis always shows.
    is_balanced : bool
        Whether the axis goes down as far as it goes up, once a value is clearly below zero.
    """

    name: str
    title: str
    tip: str
    lines: tuple[tuple[str, tuple[str, ...]], ...] = ()
    decimals: int = 3
    reach: tuple[float, ...] = ()
    is_balanced: bool = False


def table_type(names: Sequence[str]) -> np.dtype[Any]:
    """Return the type of a row of measures with these names: numbers, of which "step" is whole."""
    return np.dtype([(name, np.int64 if name == "step" else np.float64) for name in names])


class RunTable:
    """Measures of a run as an array, which is read only where it is new.

    Parameters
    ----------
    names : sequence of str
        Of what was measured at each step; "step" is one of them.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._kind = table_type(names)
        self._read_one: Any = attrgetter(*names)
        self._rows: NDArray[Any] = np.empty(0, self._kind)
        self._count = 0
        self._ends: tuple[object, object] = (None, None)
        self._drawn: dict[str, Vector] = {}

    @property
    def rows(self) -> NDArray[Any]:
        """A structured array with a field for each name."""
        return self._rows[: self._count]

    @property
    def drawn(self) -> dict[str, Vector]:
        """The same by field, as it can be drawn: nan for what is infinite, no immense numbers."""
        if not self._drawn:
            self._drawn = {name: bounded(self.rows[name]) for name in self._names}
        return self._drawn

    def read(self, measures: Sequence[object] | NDArray[Any]) -> None:
        """Read measures, by rising step.

        Parameters
        ----------
        measures : sequence of objects with these attributes, or structured array
            Those that go on from what was read last are read alone. Of a step that is there
            twice, as after a replay, the last one counts.
        """
        self._drawn = {}
        if isinstance(measures, np.ndarray):
            self._rows = np.empty(len(measures), self._kind)
            for name in self._names:
                self._rows[name] = measures[name]
            self._count, self._ends = len(measures), (None, None)
            return
        known = self._count if self._goes_on(measures) else 0
        self._make_room(len(measures))
        new = np.fromiter(map(self._read_one, measures[known:]), self._kind, len(measures) - known)
        self._rows[known : len(measures)] = new
        self._count = len(measures)
        self._ends = (measures[0], measures[-1]) if measures else (None, None)

    def _goes_on(self, measures: Sequence[object]) -> bool:
        first, last = self._ends
        return (
            0 < self._count <= len(measures)
            and measures[0] is first
            and measures[self._count - 1] is last
        )

    def _make_room(self, count: int) -> None:
        if count > len(self._rows):
            larger = np.empty(max(2 * len(self._rows), count, 256), self._kind)
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


def value_range(track: Track, drawn: Mapping[str, Vector]) -> tuple[float, float]:
    """Return the least and the largest value that the chart of a track is to show."""
    found = [_ends_of(drawn[name]) for name in (track.name, *(line[0] for line in track.lines))]
    ends = [*track.reach, *(end for pair in found for end in pair)]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    if track.is_balanced and low < _CLEARLY_BELOW:
        low = -high
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

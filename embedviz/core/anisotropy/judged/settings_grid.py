"""Judged quality over the dial and over the number of components, and the best of all settings."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from embedviz.core.anisotropy.judged.answers import DialAnswers
from embedviz.core.arrays import Rows
from embedviz.core.covariance import Vector
from embedviz.core.judging.comparison import Comparison, compare
from embedviz.core.progress import Report, part_of, silent

POSITIONS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0)
"""Of the dial: from raw to centered by quarters, from there to white by fifths."""


@dataclass(frozen=True, eq=False)
class DialCurves:
    """Judged quality along two lines through one setting.

    Attributes
    ----------
    positions : float64 array of shape (n_positions,)
        Of the dial, ascending, the present one among them.
    over_dial : float64 array of shape (n_positions,)
        With the present number of components.
    counts : int array of shape (n_counts,)
        Numbers of components, ascending, the present one among them; the last is the rank.
    over_components : float64 array of shape (n_counts,)
        At the present position.
    before : float
        Of the rows as they are.
    """

    positions: Vector
    over_dial: Vector
    counts: Rows
    over_components: Vector
    before: float


@dataclass(frozen=True)
class BestSetting:
    """The setting that is best on one half of what is judged, and what it is worth on the other.

    Attributes
    ----------
    position : float
        Of the dial; 0 where none is better than the rows as they are.
    components : int
    n_settings : int
        Of how many it is the best, the rows as they are among them.
    chosen, held_out : Comparison
        With the rows as they are, on the half that it was chosen on and on the other one.
    by : {"rows", "pairs"}
        What the two halves do not share.
    """

    position: float
    components: int
    n_settings: int
    chosen: Comparison
    held_out: Comparison
    by: str


def component_counts(rank: int, present: int | None = None) -> Rows:
    """Return numbers of components: powers of two and those between two of them, and the rank."""
    powers = [2**k for k in range(max(rank, 1).bit_length())]
    between = [3 * power // 2 for power in powers[1:]]
    wanted = {*powers, *between, rank, min(present or rank, rank)}
    return np.array(sorted(each for each in wanted if 1 <= each <= rank), dtype=np.intp)


def measure_curves(
    answers: DialAnswers, position: float, components: int | None = None, report: Report = silent
) -> DialCurves:
    """Return curves through a setting; all numbers of components take one pass, a position one.

    Parameters
    ----------
    answers : DialAnswers
    position : float
    components : int, optional
        Default: all.
    report : Report
    """
    judge, rank = answers.judge, answers.dial.rank
    present = min(components or rank, rank)
    counts, positions = component_counts(rank, present), np.union1d(POSITIONS, [position])
    step = 1 / (len(positions) + 1)
    found = answers.at(position, counts, part_of(report, 0.0, step))
    over_components = np.array([judge.value(each) for each in found.all])
    over_dial = np.empty(len(positions))
    for at, place in enumerate(positions.tolist()):
        part = part_of(report, (at + 1) * step, (at + 2) * step)
        over_dial[at] = judge.value(answers.at(place, np.array([present]), part).all[0])
    before = judge.value(answers.before.all[0])
    return DialCurves(positions, over_dial, counts, over_components, before)


def find_best_setting(answers: DialAnswers, report: Report = silent) -> BestSetting | None:
    """Return the setting that is best on the half that is for choosing; None where none can be.

    Of settings that are as good, the one with fewer components and less of the dial. The other
    half has no part in the choice: neither its pairs, nor the categories of its rows.
    """
    judge, halves = answers.judge, answers.halves
    choosing, held_out = halves.choosing, halves.held_out
    if not len(choosing) or not len(held_out):
        return None
    counts = component_counts(answers.dial.rank)
    best = judge.value(answers.before.within[0], choosing)
    best, place = -math.inf if math.isnan(best) else best, (0.0, answers.dial.rank)
    for at, position in enumerate(POSITIONS[1:]):
        part = part_of(report, at / len(POSITIONS), (at + 1) / len(POSITIONS))
        found = answers.at(position, counts, part)
        for count, each in zip(counts.tolist(), found.within, strict=True):
            value = judge.value(each, choosing)
            if value > best + 1e-12:
                best, place = value, (position, count)
    if best == -math.inf:
        return None
    after = answers.at(place[0], np.array([place[1]])) if place[0] else answers.before
    before = answers.before
    n_settings = 1 + (len(POSITIONS) - 1) * len(counts)
    return BestSetting(
        *place,
        n_settings,
        compare(judge, before.within[0], after.within[0], choosing),
        compare(judge, before.all[0], after.all[0], held_out),
        halves.by,
    )

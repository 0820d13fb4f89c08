"""Frames: what is kept of a run, so that it can be shown and gone back through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from embedviz.core.arrays import Matrix


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
        What it would be if all rows had one direction: the log of the number of candidates.
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


@dataclass(frozen=True, eq=False)
class Frame:
    """The rows of a run after a step, and what was measured.

    Attributes
    ----------
    positions : float32 array of shape (n_rows, 3)
        Unit rows; of more than three outputs, along their first three principal axes.
    share : float
        Of the variance that these axes show, 0 to 1; 1 where nothing is left out.
    measures : Measures
    cosines : float32 array of shape (n, n)
        Of the last batch's first n pairs, first side by second side; (0, 0) before the first step.
    """

    positions: Matrix
    share: float
    measures: Measures
    cosines: NDArray[Any]

"""Rows and their nearest rows as partners, for training without any judgment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Rows
from embedviz.core.contrastive.positives import Drawn
from embedviz.core.errors import UserError
from embedviz.core.neighbors.graph import neighbor_graph
from embedviz.core.progress import Report, silent

NEAR = 3
"""Nearest rows of which one is drawn."""


@dataclass(frozen=True, eq=False)
class NearRows:
    """Each row with one of its nearest others.

    Attributes
    ----------
    near : int array of shape (n_rows, n_near)
    """

    near: Rows

    def __len__(self) -> int:
        return len(self.near)

    def draw(self, numbers: Rows, random: np.random.Generator) -> Drawn:
        """Return rows, each with one drawn from its nearest."""
        columns = random.integers(0, self.near.shape[1], len(numbers))
        return Drawn(numbers, self.near[numbers, columns], None)

    def numbers_of(self, row: int) -> Rows:
        """Return the row itself, which is paired with one of its nearest."""
        if not 0 <= row < len(self):
            raise UserError(f"There is no row {row:,}; there are the rows 0 to {len(self) - 1:,}.")
        return np.array([row])


def near_rows(vectors: ArrayLike, count: int = NEAR, report: Report = silent) -> NearRows:
    """Return each row with its nearest others by the cosine of all dimensions.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    count : int
        How many of the nearest one is drawn from; fewer where there are not so many others.
    report : Report

    Raises
    ------
    UserError
        When there are fewer than two rows.
    """
    graph = neighbor_graph(vectors, count, report=report)
    if not graph.rows.shape[1]:
        raise UserError("There are fewer than two rows, so none has a neighbor. Add rows.")
    return NearRows(graph.rows.astype(np.intp))

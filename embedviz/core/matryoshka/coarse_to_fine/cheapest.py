"""The cheapest setting of two-stage search that finds enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.core.matryoshka.coarse_to_fine.costs import SearchCost
from embedviz.core.matryoshka.coarse_to_fine.recall import RecallGrid


@dataclass(frozen=True)
class FoundSetting:
    """A setting of two-stage search on a grid, with its recall and its costs.

    Attributes
    ----------
    cost : SearchCost
    recall : float
    """

    cost: SearchCost
    recall: float


def cheapest_setting(
    grid: RecallGrid, n_vectors: int, n_dimensions: int, wanted: float = 0.95
) -> FoundSetting | None:
    """Return the measured setting that reads the fewest bytes a query and reaches a recall.

    Bytes read decide, because reading is what takes the time of a search. Of settings that read
    equally many, it is the one with the shorter prefix.

    Parameters
    ----------
    grid : RecallGrid
    n_vectors, n_dimensions : int
        Of the set.
    wanted : float
        Recall, 0 to 1.

    Returns
    -------
    FoundSetting or None
        None where no measured setting reaches it.
    """
    best: FoundSetting | None = None
    for place, listed in np.argwhere(grid.recall >= wanted).tolist():
        cost = SearchCost(
            n_vectors, n_dimensions, grid.lengths[place], grid.shortlists[listed], grid.precision
        )
        if best is None or cost.bytes_read < best.cost.bytes_read:
            best = FoundSetting(cost, float(grid.recall[place, listed]))
    return best

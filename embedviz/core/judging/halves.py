"""Two halves of what is judged: one to choose a setting on, one that says what the choice is worth.

The best of many settings looks better than it is on what it was chosen by. So it is chosen on one
half and judged on the other, which had no part in the choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from embedviz.core.arrays import Rows
from embedviz.core.judging.judges import CategoryVotes, Judge

_MOST_TOGETHER = 0.6
"""Share of the pairs that may hang together by their rows, and still make one of two halves."""


@dataclass(frozen=True, eq=False)
class Halves:
    """Which half each judged pair or row is in.

    Attributes
    ----------
    is_held_out : bool array of shape (n_judged,)
        Whether it is in the half that judges the choice.
    by : {"rows", "pairs"}
        What no two halves share: rows; or only pairs, where nearly all of these hang together.
    """

    is_held_out: NDArray[np.bool_]
    by: Literal["rows", "pairs"]

    @property
    def choosing(self) -> Rows:
        """Which the setting is chosen on."""
        return np.flatnonzero(~self.is_held_out)

    @property
    def held_out(self) -> Rows:
        """Which the choice is judged on."""
        return np.flatnonzero(self.is_held_out)


def halves_of(judge: Judge, seed: int = 0) -> Halves:
    """Return two halves, drawn at random.

    Pairs that share a row, also through further pairs, are in the same half, unless more than
    three fifths of them hang together so: then no pair is in both halves, but a row may be.
    """
    random = np.random.default_rng([seed, 2])
    if isinstance(judge, CategoryVotes):
        return Halves(_halved(judge.n_judged, random), "rows")
    pairs = judge.pairs
    links = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=_square(pairs))
    _, parts = connected_components(links, directed=False)
    groups = parts[pairs[:, 0]]
    if np.bincount(groups).max() <= _MOST_TOGETHER * len(pairs):
        return Halves(_halved_groups(groups, random), "rows")
    # The same pair may be there several times, and is in one half then.
    _, groups = np.unique(np.sort(pairs, axis=1), axis=0, return_inverse=True)
    return Halves(_halved_groups(groups.reshape(-1), random), "pairs")


def _halved_groups(groups: Rows, random: np.random.Generator) -> NDArray[np.bool_]:
    """Return halves in which nothing of a group is apart.

    Large groups come first, each into the half that has fewer; of as many, in a random order.
    """
    _, groups, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.lexsort((random.random(len(sizes)), -sizes))
    held_out, counts = np.zeros(len(sizes), dtype=bool), [0, 0]
    for group in order.tolist():
        half = int(counts[1] < counts[0])
        held_out[group] = bool(half)
        counts[half] += int(sizes[group])
    return np.asarray(held_out[groups])


def _square(pairs: Rows) -> tuple[int, int]:
    size = int(pairs.max()) + 1
    return size, size


def _halved(count: int, random: np.random.Generator) -> NDArray[np.bool_]:
    return np.asarray(random.permutation(count) >= (count + 1) // 2)

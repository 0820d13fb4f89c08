"""Rows to learn from, and others to judge by, that share nothing."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from embedviz.core.arrays import Rows
from embedviz.core.pairs import Pairs

MOST_ROWS = 20_000
"""Rows that are learned from and judged; of a larger set, a seeded sample."""
_LEAST_ROWS = 8
"""Below which none are held out: there would be nothing to learn from."""
_A_CHAIN = 0.5
"""The share of the rows from which on those that pairs connect are not kept together."""


class Split(NamedTuple):
    """Rows of a set in two parts.

    Attributes
    ----------
    learned, held : array of rows
        Ascending. Rows that are equal, or that a pair connects, are in one part.
    learned_pairs, held_pairs : Pairs or None
        The pairs within each part, by their places there.
    n_rows : int
        Of the set.
    """

    learned: Rows
    held: Rows
    learned_pairs: Pairs | None
    held_pairs: Pairs | None
    n_rows: int


def split_rows(vectors: NDArray[Any], pairs: Pairs | None, share: float, seed: int) -> Split:
    """Return which rows are learned from, and which are held out.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    pairs : Pairs, optional
        What they connect stays together, also through further pairs; where that would be more than
        half of all rows, rows are drawn one by one, and pairs across the parts are left out.
    share : float
        Of the rows, to be held out; not counting equal or connected ones that would be more than
        half of them, from which is learned.
    seed : int
    """
    random = np.random.default_rng([seed, 2])
    rows = _drawn_rows(len(vectors), pairs, random)
    same = _equal_rows(vectors, rows)
    units = same
    if pairs is not None:
        first, second = (np.searchsorted(rows, side) for side in (pairs.first, pairs.second))
        known = _are_there(rows, pairs.first, first) & _are_there(rows, pairs.second, second)
        units = _connected(same, first[known], second[known])
    order = random.permutation(units.max(initial=-1) + 1)
    sizes = np.bincount(units, minlength=len(order))[order]
    is_held_unit = np.zeros(len(order), dtype=bool)
    if len(rows) >= _LEAST_ROWS:
        is_held_unit[order] = _held_out(sizes, share)
    is_held = is_held_unit[units]
    learned, held = rows[~is_held], rows[is_held]
    return Split(learned, held, _within(pairs, learned), _within(pairs, held), len(vectors))


def _held_out(sizes: NDArray[np.intp], share: float) -> NDArray[np.bool_]:
    """Return which of some units to hold out, the first ones.

    One that is most of a part would leave nothing else in it, so it is learned from, unless there
    are no others.
    """
    is_small = 2 * sizes <= share * sizes.sum()
    if not is_small.any():
        is_small[:] = True
    smaller = np.where(is_small, sizes, 0)
    held: NDArray[np.bool_] = is_small & (np.cumsum(smaller) <= round(share * smaller.sum()))
    return held


def _drawn_rows(n_rows: int, pairs: Pairs | None, random: np.random.Generator) -> Rows:
    if n_rows <= MOST_ROWS:
        return np.arange(n_rows)
    if pairs is None:
        return np.sort(random.choice(n_rows, MOST_ROWS, replace=False))
    order = random.permutation(len(pairs))[: MOST_ROWS // 2]
    paired = np.unique(np.concatenate([pairs.first[order], pairs.second[order]]))
    others = np.setdiff1d(random.choice(n_rows, MOST_ROWS, replace=False), paired)
    return np.sort(np.concatenate([paired, others[: MOST_ROWS - len(paired)]]))


def _equal_rows(vectors: NDArray[Any], rows: Rows) -> NDArray[np.intp]:
    """Return a number for each row, the same for equal ones."""
    numbers: dict[bytes, int] = {}
    found = np.empty(len(rows), np.intp)
    for place, row in enumerate(rows.tolist()):
        digest = blake2b(np.ascontiguousarray(vectors[row]).data, digest_size=12).digest()
        found[place] = numbers.setdefault(digest, len(numbers))
    return found


def _connected(same: NDArray[np.intp], first: Rows, second: Rows) -> NDArray[np.intp]:
    """Return a number for each row, the same for those that are to stay together."""
    count = int(same.max(initial=-1)) + 1
    links = coo_array((np.ones(len(first), bool), (same[first], same[second])), (count, count))
    parts = connected_components(links, directed=False)[1].astype(np.intp)[same]
    is_chain = np.bincount(parts)[parts] > _A_CHAIN * len(same)
    parts[is_chain] = count + same[is_chain]
    return np.unique(parts, return_inverse=True)[1].ravel()


def _are_there(rows: Rows, wanted: Rows, places: Rows) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = rows[np.minimum(places, len(rows) - 1)] == wanted
    return found


def _within(pairs: Pairs | None, rows: Rows) -> Pairs | None:
    """Return the pairs of which both rows are among some, by their places there."""
    if pairs is None or not len(rows):
        return None
    first, second = (np.searchsorted(rows, side) for side in (pairs.first, pairs.second))
    kept = _are_there(rows, pairs.first, first) & _are_there(rows, pairs.second, second)
    scores = None if pairs.scores is None else pairs.scores[kept]
    return Pairs(first[kept], second[kept], scores, name=pairs.name)

"""Which rows belong together, for training: what is drawn as a batch of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from embedviz.core.arrays import Rows
from embedviz.core.errors import UserError
from embedviz.core.pairs.judged import group_codes

_GOOD_SHARE = 0.8
"""From where on, between the lowest score and the highest, a judged pair is one that belongs."""


class Drawn(NamedTuple):
    """Pairs of a batch.

    Attributes
    ----------
    first, second : array of rows
    groups : int array or None
        Pairs of one group are no negatives of each other.
    """

    first: Rows
    second: Rows
    groups: NDArray[np.int64] | None


class Positives(Protocol):
    """Pairs of rows to draw from, by their numbers."""

    def __len__(self) -> int:
        """Return how many pairs there are."""

    def draw(self, numbers: Rows, random: np.random.Generator) -> Drawn:
        """Return the rows of some of the pairs."""

    def numbers_of(self, row: int) -> Rows:
        """Return the pairs, at least one, that a row is in.

        Raises
        ------
        UserError
            When it is in none.
        """


@dataclass(frozen=True)
class TwoViews:
    """Each row with itself: what tells the two apart is the dropout, as in SimCSE.

    Gao, Yao and Chen (EMNLP 2021).
    """

    n_rows: int

    def __len__(self) -> int:
        return self.n_rows

    def draw(self, numbers: Rows, random: np.random.Generator) -> Drawn:
        """Return rows twice."""
        return Drawn(numbers, numbers, None)

    def numbers_of(self, row: int) -> Rows:
        """Return the row itself."""
        return _as_pair(row, self.n_rows)


@dataclass(frozen=True, eq=False)
class ChosenPairs:
    """Pairs that somebody chose; those that rows connect are no negatives of each other.

    Attributes
    ----------
    first, second : array of rows
    groups : int array of shape (n_pairs,)
    """

    first: Rows
    second: Rows
    groups: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first)

    def draw(self, numbers: Rows, random: np.random.Generator) -> Drawn:
        """Return the pairs, turned around or not."""
        turned = random.random(len(numbers)) < 0.5
        one, other = self.first[numbers], self.second[numbers]
        return Drawn(
            np.where(turned, other, one), np.where(turned, one, other), self.groups[numbers]
        )

    def numbers_of(self, row: int) -> Rows:
        """Return the pairs that hold a row."""
        found: Rows = np.flatnonzero((self.first == row) | (self.second == row))
        if not len(found):
            raise UserError(
                f"Row {row:,} is in none of the pairs that are learned from, so it has no partner. "
                "Choose another row."
            )
        return found


@dataclass(frozen=True, eq=False)
class SameCategory:
    """Each row with another one of its category; who is alone in it has itself.

    Attributes
    ----------
    categories : int array of shape (n_rows,)
    members : array of rows
        By category.
    starts, counts : int array of shape (n_rows,)
        Where in `members` the category of a row begins, and how many it has.
    places : int array of shape (n_rows,)
        Where a row itself is there.
    """

    categories: NDArray[np.int64]
    members: Rows
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    places: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.categories)

    def draw(self, numbers: Rows, random: np.random.Generator) -> Drawn:
        """Return rows, each with one drawn from the others of its category."""
        starts, counts = self.starts[numbers], self.counts[numbers]
        steps = random.integers(1, np.maximum(counts, 2))
        others = starts + (self.places[numbers] - starts + steps * (counts > 1)) % counts
        return Drawn(numbers, self.members[others], self.categories[numbers])

    def numbers_of(self, row: int) -> Rows:
        """Return the row itself, which is paired with another of its category."""
        return _as_pair(row, len(self))


class Belonging(NamedTuple):
    """Those of some pairs whose two rows belong together.

    Attributes
    ----------
    first, second : array of rows
    n_given : int
        How many pairs there were.
    n_same : int
        How many of them join a row with itself.
    n_low : int
        How many of the others are judged below `least`.
    least : float or None
        The lowest score of pairs that belong; None where none are judged.
    """

    first: Rows
    second: Rows
    n_given: int
    n_same: int
    n_low: int
    least: float | None


def belonging_pairs(pairs: Any, n_rows: int) -> Belonging:
    """Return those of some pairs that belong together.

    Parameters
    ----------
    pairs : object with arrays `first` and `second`, and maybe `scores`; or array of shape (n, 2)
        Rows. With scores, the pairs in the upper fifth of their range belong together; the
        others are left out. So is a row that is paired with itself.
    n_rows : int

    Raises
    ------
    UserError
        When a row is not there.
    """
    first, second, scores = _columns(pairs)
    for side in (first, second):
        if len(side) and not 0 <= side.min() <= side.max() < n_rows:
            worst = side.min() if side.min() < 0 else side.max()
            raise UserError(
                f"The pairs name row {worst:,}, and there are the rows 0 to {n_rows - 1:,}. Use "
                "the pairs with the vectors that they were made for."
            )
    keep = first != second
    n_different, least = int(np.count_nonzero(keep)), None
    if scores is not None and np.isfinite(scores).any():
        low, high = np.nanmin(scores), np.nanmax(scores)
        least = float(low + _GOOD_SHARE * (high - low))
        keep &= scores >= least
    n_kept = int(np.count_nonzero(keep))
    return Belonging(
        first[keep],
        second[keep],
        len(first),
        len(first) - n_different,
        n_different - n_kept,
        least,
    )


class Connected(NamedTuple):
    """Which pairs are no negatives of each other.

    Attributes
    ----------
    groups : int array of shape (n_pairs,)
        Pairs of one group are not.
    is_chained : bool array of shape (n_pairs,)
        Whether a chain of rows joins a pair with so many that it would leave hardly any
        negatives: there the first row alone is the group.
    """

    groups: NDArray[np.int64]
    is_chained: NDArray[np.bool_]


def connected_pairs(first: Rows, second: Rows, n_rows: int, most: float = 0.5) -> Connected:
    """Return which pairs rows connect, also through further pairs.

    Parameters
    ----------
    first, second : array of rows
    n_rows : int
    most : float
        The share of all pairs from which on those that hang together are a chain.
    """
    links = coo_array((np.ones(len(first), bool), (first, second)), shape=(n_rows, n_rows))
    _, parts = connected_components(links, directed=False)
    groups = parts[first].astype(np.int64)
    is_chained = np.bincount(groups)[groups] > most * len(groups)
    groups[is_chained] = len(parts) + first[is_chained]
    return Connected(groups, is_chained)


def pairs_to_learn(pairs: Any, n_rows: int) -> ChosenPairs:
    """Return those of some pairs that belong together, for training.

    Parameters
    ----------
    pairs, n_rows
        As for `belonging_pairs`.

    Raises
    ------
    UserError
        When a row is not there, or fewer than two pairs are left.
    """
    found = belonging_pairs(pairs, n_rows)
    if len(found.first) < 2:
        unmatched = int(getattr(pairs, "n_unmatched", 0))
        others = f"; {unmatched:,} more have labels that are not in this set" * bool(unmatched)
        raise UserError(
            f"Of {found.n_given:,} pairs, {len(found.first)} join two different rows that "
            f"belong together{others}. Give at least two, or train on two views of each row, "
            "without pairs."
        )
    groups, _ = connected_pairs(found.first, found.second, n_rows)
    return ChosenPairs(found.first, found.second, groups)


def same_category(groups: ArrayLike, n_rows: int) -> SameCategory:
    """Return pairs of rows with the same value; one that is missing is like no other.

    Parameters
    ----------
    groups : array of shape (n_rows,)
        Numbers or texts; None, NaN and blank texts are missing.
    n_rows : int

    Raises
    ------
    UserError
        When there is not a value for each row, no two rows have the same, or all have.
    """
    given = np.asarray(groups, dtype=object)
    if given.shape != (n_rows,):
        raise UserError(
            f"The groups have the shape {given.shape}; there must be one for each of the "
            f"{n_rows:,} rows."
        )
    categories = group_codes(given.tolist())
    is_missing = categories < 0
    categories[is_missing] = n_rows + np.flatnonzero(is_missing)
    _, categories, sizes = np.unique(categories, return_inverse=True, return_counts=True)
    if len(sizes) < 2 or sizes.max() < 2:
        what = "All rows are in one group" if len(sizes) < 2 else "No two rows are in one group"
        raise UserError(f"{what}, so nothing tells what belongs together. Choose another column.")
    members = np.argsort(categories, kind="stable")
    places = np.empty(n_rows, np.int64)
    places[members] = np.arange(n_rows)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return SameCategory(
        categories.astype(np.int64), members, starts[categories], sizes[categories], places
    )


def _as_pair(row: int, n_rows: int) -> Rows:
    if not 0 <= row < n_rows:
        raise UserError(f"There is no row {row:,}; there are the rows 0 to {n_rows - 1:,}.")
    return np.array([row])


def _columns(pairs: Any) -> tuple[Rows, Rows, NDArray[np.float64] | None]:
    if hasattr(pairs, "first") and hasattr(pairs, "second"):
        sides = np.asarray(pairs.first), np.asarray(pairs.second)
        given = getattr(pairs, "scores", None)
    else:
        table = np.asarray(pairs)
        if table.size == 0:
            table = np.empty((0, 2), np.intp)
        if table.ndim != 2 or table.shape[1] != 2:
            raise UserError(
                f"The pairs have the shape {table.shape}; there must be two rows in each."
            )
        sides, given = (table[:, 0], table[:, 1]), None
    if sides[0].ndim != 1 or sides[0].shape != sides[1].shape:
        raise UserError(
            f"The two sides of the pairs have the shapes {sides[0].shape} and {sides[1].shape}; "
            "they must be two lists of the same length."
        )
    if len(sides[0]) and any(side.dtype.kind not in "iu" for side in sides):
        raise UserError(
            f"The pairs hold {sides[0].dtype} and {sides[1].dtype}; they must be row numbers."
        )
    scores = None if given is None else np.asarray(given, np.float64)
    if scores is not None and scores.shape != sides[0].shape:
        raise UserError(
            f"There are scores of the shape {scores.shape} for {len(sides[0]):,} pairs. Give one "
            "for each."
        )
    return sides[0].astype(np.intp), sides[1].astype(np.intp), scores

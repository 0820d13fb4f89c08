"""Pairs of rows, with a score where somebody has judged them, as a value that can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Rows
from embedviz.core.errors import UserError
from embedviz.core.notes import counted

Scores = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of rows of a vector set. Immutable; equal where all they hold is equal.

    Parameters
    ----------
    first, second : array-like of int, length n_pairs
        The rows of each pair, from 0.
    scores : array-like of float, length n_pairs, optional
        How much the two belong together, larger for more; on any scale.
    n_unmatched : int
        How many pairs of the file have a label that is no row of the set, so are not here.
    name : str
        What they are called on screen, such as the name of their file.
    unmatched : sequence of str
        A few of the labels that were not found.
    notes : sequence of str
        What a reader should know about how the file was read.

    Raises
    ------
    UserError
        When the rows are no whole numbers from 0, or there are not as many of each, or a score
        is not finite.
    """

    first: Rows
    second: Rows
    scores: Scores | None
    n_unmatched: int
    name: str
    unmatched: tuple[str, ...]
    notes: tuple[str, ...]

    def __init__(
        self,
        first: ArrayLike,
        second: ArrayLike,
        scores: ArrayLike | None = None,
        n_unmatched: int = 0,
        name: str = "",
        unmatched: Sequence[str] = (),
        notes: Sequence[str] = (),
    ) -> None:
        one, other = _rows(first, "first"), _rows(second, "second")
        if len(one) != len(other):
            raise UserError(
                f"Pairs need as many second rows as first ones; there are {len(one):,} first "
                f"and {len(other):,} second."
            )
        given = {
            "first": one,
            "second": other,
            "scores": None if scores is None else _scores(scores, len(one)),
            "n_unmatched": int(n_unmatched),
            "name": name,
            "unmatched": tuple(unmatched),
            "notes": tuple(notes),
        }
        for key, value in given.items():
            object.__setattr__(self, key, value)

    @classmethod
    def from_groups(cls, column: Iterable[Any], name: str = "", seed: int = 0) -> Pairs:
        """Return pairs of rows with the same value: the rows of each value in a shuffled ring.

        n rows of one value give n pairs, each row once on either side; two rows give one pair.
        Values that are missing (None, NaN, a blank text) or that only one row has give none.

        Parameters
        ----------
        column : iterable of hashable values, or an Arrow column, length n_rows
        name : str
        seed : int
            Of the order in the rings.
        """
        codes = group_codes(column)
        rng = np.random.default_rng(seed)
        order = np.lexsort((rng.random(len(codes)), codes))
        order = order[codes[order] >= 0]
        sorted_codes = codes[order]
        starts = np.flatnonzero(np.diff(sorted_codes, prepend=-1))
        sizes = np.diff(starts, append=len(order))
        following = np.arange(1, len(order) + 1)
        ends = starts + sizes - 1
        following[ends] = starts  # The ring closes.
        # Of two rows, the way back would be the same pair again.
        is_kept = np.repeat(sizes > 1, sizes)
        is_kept[ends[sizes == 2]] = False
        return cls(order[is_kept], order[following[is_kept]], name=name)

    @classmethod
    def halves(cls, n_rows: int, name: str = "") -> Pairs:
        """Return the pairs (i, i + n/2) of a set that holds first texts, then second ones.

        Raises
        ------
        UserError
            When there are no rows, or their number is odd.
        """
        if n_rows < 2 or n_rows % 2:
            raise UserError(
                f"{counted(n_rows, 'row')} cannot be two halves of the same size: row i and row "
                "i + n/2 belong together. Choose pairs from a file or from a column."
            )
        rows = np.arange(n_rows // 2)
        return cls(rows, rows + n_rows // 2, name=name)

    def __len__(self) -> int:
        return len(self.first)

    def require_within(self, n_rows: int) -> None:
        """Refuse pairs that name a row which a set does not have.

        Raises
        ------
        UserError
        """
        last = max(self.first.max(initial=-1), self.second.max(initial=-1))
        if last >= n_rows:
            raise UserError(
                f"{self.name or 'The pairs'} name row {last:,}, but there are "
                f"{counted(n_rows, 'row')}, counted from 0. Choose pairs of this set."
            )

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        extra = 0 if self.scores is None else self.scores.nbytes
        return int(self.first.nbytes + self.second.nbytes + extra)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pairs):
            return NotImplemented
        if self is other:
            return True
        return self._plain == other._plain and (
            np.array_equal(self.first, other.first)
            and np.array_equal(self.second, other.second)
            and _are_same(self.scores, other.scores)
        )

    def __hash__(self) -> int:
        return hash((self.name, self.first.tobytes(), self.second.tobytes()))

    @property
    def _plain(self) -> tuple[object, ...]:
        return self.name, self.n_unmatched, self.unmatched, self.notes

    def __repr__(self) -> str:
        kind = "pairs" if self.scores is None else "judged pairs"
        return f"<Pairs {self.name!r}, {len(self):,} {kind}>"


def _rows(given: ArrayLike, what: str) -> Rows:
    try:
        array = np.asarray(given)
    except ValueError:
        raise UserError(f"The {what} rows of pairs must be one list of row numbers.") from None
    if array.ndim != 1 or (array.dtype.kind not in "iu" and array.size):
        raise UserError(
            f"The {what} rows of pairs must be one list of whole numbers, not an array of type "
            f"{array.dtype} and shape {array.shape}."
        )
    rows = array.astype(np.intp)  # A copy: the caller's array may change.
    if (rows < 0).any():
        raise UserError(f"The {what} rows of pairs are counted from 0; {rows.min()} is no row.")
    rows.flags.writeable = False
    return rows


def _scores(given: ArrayLike, count: int) -> Scores:
    try:
        scores = np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError("The scores of pairs must be one list of numbers.") from None
    if scores.shape != (count,):
        raise UserError(
            f"Pairs need one score each; there are {counted(count, 'pair')} and scores of shape "
            f"{scores.shape}."
        )
    if not np.isfinite(scores).all():
        place = int(np.flatnonzero(~np.isfinite(scores))[0])
        raise UserError(
            f"The score of pair {place:,}, counted from 0, is {scores[place]}. Leave pairs "
            "without a score out."
        )
    scores.flags.writeable = False
    return scores


def _are_same(one: Scores | None, other: Scores | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other)


def group_codes(column: Iterable[Any]) -> Rows:
    """Return a number for each value, in order of first appearance; -1 where it is missing.

    Missing are None, NaN and blank texts.

    Raises
    ------
    UserError
        When there are lists.
    """
    values = column.to_pylist() if hasattr(column, "to_pylist") else list(column)
    known: dict[Any, int] = {}
    codes = (-1 if _is_missing(each) else known.setdefault(each, len(known)) for each in values)
    try:
        return np.fromiter(codes, dtype=np.intp, count=len(values))
    except TypeError:
        raise UserError(
            "Rows with the same value are paired by texts, numbers or dates; this column holds "
            "lists. Choose another column."
        ) from None


def _is_missing(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or bool(value != value)  # NaN alone is not itself.

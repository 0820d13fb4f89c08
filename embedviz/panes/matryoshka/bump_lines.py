"""Lines that join the same row in two lists side by side, as in a bump chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from embedviz.gui.widgets.ranked_list import Fate, Ranked

NOT_RANKED = 0
"""In place of the rank of a row that is not on the shortlist, so that it is not ranked again."""


@dataclass(frozen=True)
class BumpLine:
    """One row, in one of two lists or in both.

    Attributes
    ----------
    row : int
    label : str
    left, right : int or None
        Its place in each list, from 0; None where it is not shown there.
    rank : int or None
        Its rank, from 1, in the list that it is not shown in; `NOT_RANKED` where that ranks only
        some rows, without it; None while the rank is not known.
    fate : {"kept", "lost", "new", ""}
        Whether it is among the rows that are compared in both lists, only in the left one, only
        in the right one, or in none.
    """

    row: int
    label: str
    left: int | None
    right: int | None
    rank: int | None
    fate: Fate

    @property
    def rank_words(self) -> str:
        """The rank, short enough to stand beside the line."""
        if self.rank is None:
            return "…"
        return "–" if self.rank == NOT_RANKED else _short(self.rank)


def _short(number: int) -> str:
    """Return "37", "1.2k", "12k" or "1.2M"."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if number >= size:
            share = number / size
            return f"{share:.0f}{unit}" if share >= 9.95 else f"{share:.2g}{unit}"
    return str(number)


def join(
    left: Sequence[Ranked],
    right: Sequence[Ranked],
    rank_at_left: Mapping[int, int],
    rank_at_right: Mapping[int, int],
    count: int,
) -> tuple[BumpLine, ...]:
    """Return the lines between two lists, those of the left list first.

    Parameters
    ----------
    left, right : sequence of Ranked
        What is shown in each list.
    rank_at_left, rank_at_right : mapping of int to int
        Ranks from 1, by row, as far as they are known.
    count : int
        How many rows at the top of each list are compared.
    """
    return tuple(_lines(left, right, rank_at_left, rank_at_right, count))


def _lines(
    left: Sequence[Ranked],
    right: Sequence[Ranked],
    rank_at_left: Mapping[int, int],
    rank_at_right: Mapping[int, int],
    count: int,
) -> Iterator[BumpLine]:
    places = {line.row: place for place, line in enumerate(right)}
    for place, line in enumerate(left):
        other = places.pop(line.row, None)
        rank = rank_at_right.get(line.row) if other is None else other + 1
        yield BumpLine(line.row, line.label, place, other, rank, _fate(place, other, count))
    for row, place in places.items():
        rank = rank_at_left.get(row)
        yield BumpLine(row, right[place].label, None, place, rank, _fate(None, place, count))


def _fate(left: int | None, right: int | None, count: int) -> Fate:
    in_left = left is not None and left < count
    in_right = right is not None and right < count
    if in_left and in_right:
        return "kept"
    return "lost" if in_left else "new" if in_right else ""

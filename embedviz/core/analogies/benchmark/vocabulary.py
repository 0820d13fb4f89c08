"""Labels of a set as a benchmark looks for them: in any case or exactly, the first of equals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np

from embedviz.core.arrays import Rows
from embedviz.core.wording import composed

_AT_ONCE = 20_000
"""Labels, so that no other thread waits long."""


def each_by(change: Callable[[str], str], labels: Sequence[str]) -> list[str]:
    """Return each label as a function changes it that heeds no letter beyond the end of a line."""
    found: list[str] = []
    for first in range(0, len(labels), _AT_ONCE):
        part = labels[first : first + _AT_ONCE]
        # One long text takes a quarter of the time of many short ones.
        changed = change("\n".join(part)).split("\n")
        found += changed if len(changed) == len(part) else map(change, part)
    return found


def _looked_up(rows: Mapping[str, int], words: Sequence[str]) -> Rows:
    """Return the row of each word."""
    found = np.empty(len(words), np.intp)
    for first in range(0, len(words), _AT_ONCE):
        part = words[first : first + _AT_ONCE]
        found[first : first + len(part)] = np.fromiter(map(rows.__getitem__, part), np.intp)
    return found


class _Known(dict[str, int]):
    """Rows of words as they are written, each looked for once."""

    def __init__(self, rows: Mapping[str, int], folded: Callable[[str], str]) -> None:
        super().__init__()
        self._rows, self._folded = rows, folded

    def __missing__(self, word: str) -> int:
        row = self[word] = self._rows.get(self._folded(word), -1)
        return row


class LabelRows:
    """Rows of a set by their labels, as gensim's benchmarks count them.

    Parameters
    ----------
    labels : sequence of str
        Of the rows that may be asked for and may be answers.
    fold : bool
        Compare in upper case.
    """

    def __init__(self, labels: Sequence[str], fold: bool) -> None:
        self._fold = fold
        self._folded = self._all_folded(labels)
        self._rows: dict[str, int] = {}
        for last in range(len(labels), 0, -_AT_ONCE):
            first = max(0, last - _AT_ONCE)
            part = reversed(self._folded[first:last])
            self._rows.update(zip(part, range(last - 1, first - 1, -1), strict=True))

    def __len__(self) -> int:
        return len(self._folded)

    def _all_folded(self, labels: Sequence[str]) -> list[str]:
        return each_by(self.folded, labels)

    def folded(self, word: str) -> str:
        """Return a word as it is compared."""
        return composed(word).upper() if self._fold else composed(word)

    def rows_of(self, words: Sequence[str]) -> Rows:
        """Return the first row of each word, -1 where there is none; shape (n_words,)."""
        return _looked_up(self._known, words)

    @cached_property
    def _known(self) -> _Known:
        return _Known(self._rows, self.folded)

    @cached_property
    def first_rows(self) -> Rows:
        """The first row with the same label, for each row; shape (n_rows,)."""
        return _looked_up(self._rows, self._folded)

    @cached_property
    def repeated(self) -> dict[int, Rows]:
        """Further rows with the same label, by the first one; most have none."""
        later = np.flatnonzero(self.first_rows != np.arange(len(self)))
        firsts = self.first_rows[later]
        order = np.argsort(firsts, kind="stable")
        keys, starts = np.unique(firsts[order], return_index=True)
        parts = np.split(later[order], starts[1:]) if len(keys) else []
        return dict(zip(keys.tolist(), parts, strict=True))

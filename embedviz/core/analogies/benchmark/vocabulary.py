"""Labels of a set as a benchmark looks for them: in any case or exactly, the first of equals."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from embedviz.core.arrays import Rows
from embedviz.core.wording import composed


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
        last = len(labels) - 1
        numbers = range(last, -1, -1)
        self._rows = dict(zip(reversed(self._folded), numbers, strict=True))

    def __len__(self) -> int:
        return len(self._folded)

    def _all_folded(self, labels: Sequence[str]) -> list[str]:
        # One long text takes a quarter of the time of many short ones, and no letter depends on
        # the line before.
        folded = self.folded("\n".join(labels)).split("\n")
        return folded if len(folded) == len(labels) else list(map(self.folded, labels))

    def folded(self, word: str) -> str:
        """Return a word as it is compared."""
        return composed(word).upper() if self._fold else composed(word)

    def rows_of(self, words: Sequence[str]) -> Rows:
        """Return the first row of each word, -1 where there is none; shape (n_words,)."""
        found = (self._rows.get(self.folded(word), -1) for word in words)
        return np.fromiter(found, np.intp, len(words))

    @cached_property
    def first_rows(self) -> Rows:
        """The first row with the same label, for each row; shape (n_rows,)."""
        found = map(self._rows.__getitem__, self._folded)
        return np.fromiter(found, np.intp, len(self._folded))

    @cached_property
    def repeated(self) -> dict[int, Rows]:
        """Further rows with the same label, by the first one; most have none."""
        later = np.flatnonzero(self.first_rows != np.arange(len(self)))
        firsts = self.first_rows[later]
        order = np.argsort(firsts, kind="stable")
        keys, starts = np.unique(firsts[order], return_index=True)
        parts = np.split(later[order], starts[1:]) if len(keys) else []
        return dict(zip(keys.tolist(), parts, strict=True))

"""Worth of prefixes of a set, of its SVD rotation and of its nested version, on rows apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.quality import measure_quality
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Report, silent

Floats = NDArray[np.float64]
Arrange = Callable[[NDArray[Any]], NDArray[Any]]
LEAST_PAIRS = 20
"""Held-out pairs, below which they say nothing."""
_MOST_ASKED = 500
_NEIGHBORS = 10


@dataclass(frozen=True, eq=False)
class NestedComparison:
    """Quality of prefixes on rows that nothing was learned from.

    Attributes
    ----------
    measure : {"spearman", "top1", "knn", "overlap"}
        As of `Quality`, or, where nobody has judged, the share of the ten nearest at full length,
        as the set was before, that a prefix finds.
    lengths : tuple of int
    before, rotated, nested : float64 array of shape (n_lengths,)
        Of the set as it is, of its SVD rotation, and of its nested version.
    n_judged : int
        Pairs or rows.
    """

    measure: str
    lengths: tuple[int, ...]
    before: Floats
    rotated: Floats
    nested: Floats
    n_judged: int

    def gain(self) -> Floats:
        """Return how much better the nested version is than the better of the other two."""
        return self.nested - np.fmax(self.before, self.rotated)


class Examiner:
    """Rows held out, with who judges them.

    Parameters
    ----------
    rows : array of shape (n_held, n_dimensions)
    lengths : sequence of int
    pairs : Pairs, optional
        Of these rows. They judge where there are at least twenty.
    category : sequence, optional
        Of these rows. It judges where pairs do not; who judges by neither is the set itself.
    seed : int

    Attributes
    ----------
    measure : str
    n_judged : int
    """

    def __init__(
        self,
        rows: NDArray[Any],
        lengths: Sequence[int],
        pairs: Pairs | None = None,
        category: Sequence[Any] | None = None,
        seed: int = 0,
    ) -> None:
        self.rows = rows
        self.lengths = tuple(lengths)
        self._pairs = pairs if pairs is not None and len(pairs) >= LEAST_PAIRS else None
        self._category = None if self._pairs is not None else category
        self._seed = seed
        self.measure, self.n_judged = "overlap", 0
        self._asked: Rows = np.empty(0, np.intp)
        self._true: Rows = np.empty((0, 0), np.intp)

    def values(self, arrange: Arrange, report: Report = silent) -> Floats:
        """Return the quality at each length of the rows as something arranges them."""
        arranged = np.ascontiguousarray(arrange(self.rows), dtype=np.float32)
        lengths = [min(each, arranged.shape[1]) for each in self.lengths]
        if self._pairs is not None or self._category is not None:
            try:
                found = measure_quality(
                    arranged,
                    lengths,
                    pairs=self._pairs,
                    category=self._category,
                    orderings=("prefix",),
                    seed=self._seed,
                    report=report,
                )["prefix"]
            except UserError:  # All held-out rows are of one category, for instance.
                found = None
            # Pairs of equal rows have equal cosines, which say nothing.
            if found is not None and np.isfinite(found.curve).any():
                self.measure, self.n_judged = found.measure, found.n_judged
                return found.curve
            self._pairs = self._category = None
        return self._overlap(arranged, lengths)

    def _overlap(self, arranged: Matrix, lengths: Sequence[int]) -> Floats:
        """Return the share of the true neighbors that prefixes find."""
        count = min(_NEIGHBORS, (len(self.rows) - 1) // 2)
        if count < 1:
            return np.full(len(lengths), np.nan)
        if not len(self._asked):
            random = np.random.default_rng([self._seed, 3])
            size = min(_MOST_ASKED, len(self.rows))
            self._asked = np.sort(random.choice(len(self.rows), size, replace=False))
            self._true = self._nearest(np.asarray(self.rows, np.float32), count)
            self.n_judged = size
        found = np.empty(len(lengths))
        for at, length in enumerate(lengths):
            near = self._nearest(arranged[:, :length], count)
            common = (near[:, :, np.newaxis] == self._true[:, np.newaxis, :]).any(axis=2)
            found[at] = common.mean()
        return found

    def _nearest(self, rows: Matrix, count: int) -> Rows:
        unit = np.array(rows, dtype=np.float32)
        scale_to_unit_length(unit)
        cosines = unit[self._asked] @ unit.T
        cosines[np.arange(len(cosines)), self._asked] = -np.inf
        nearest: Rows = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        return nearest

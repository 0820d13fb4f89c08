"""Codes of a set, made when they pay and let go where they do not.

Making them takes as long as ten to twenty searches without, so one query never waits for them; what
they give is told in `score_bounds`.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from embedviz.core.arrays import Matrix
from embedviz.core.neighbors.row_kernels import Exact
from embedviz.core.neighbors.score_bounds import Screen
from embedviz.core.processes.memory import available_memory
from embedviz.core.progress import Report, silent

_FEW_NUMBERS = 2_000_000
"""Of sets with fewer numbers no codes are made."""
_PREPARED_BEFORE = 3
"""Before this query, and each time as many later, where there was no memory for them before."""
_MOST_WASTED = 3
_SHARE_OF_MEMORY = 0.5


class Screening:
    """Codes of a set for as long as they pay, shared by its searches; used from any thread.

    They are made before the third query, or when that is asked for, and only for sets of which
    reading takes longer than anything else. Where they have left too much for several queries, as
    in sets of many tight groups, they are given up.
    """

    def __init__(self) -> None:
        self._screen: Screen | None = None
        self._n_asked = 0
        self._n_wasted: dict[int, int] = {}
        self._making = Lock()

    def may_help(self, vectors: Matrix) -> bool:
        """Return whether codes are still to be made, of a set that is large enough."""
        return self._screen is None and vectors.size >= _FEW_NUMBERS and not self._are_useless

    def prepare(self, vectors: Matrix, lengths: Callable[[], Exact], report: Report) -> None:
        """Make the codes, unless they are there, or of no use, or another thread makes them.

        Parameters
        ----------
        vectors : float32 array of shape (n_vectors, n_dimensions)
        lengths : callable
            Returns the lengths of the rows.
        report : Report
        """
        if not self.may_help(vectors) or not self._making.acquire(blocking=False):
            return
        try:
            n_bytes = vectors.size + 20 * len(vectors)
            if self._screen is None and n_bytes < _SHARE_OF_MEMORY * available_memory():
                self._screen = Screen(vectors, lengths(), report)
        finally:
            self._making.release()

    def screen(self, vectors: Matrix, lengths: Callable[[], Exact], metric: int) -> Screen | None:
        """Return the codes, if there are any that help, for one more query."""
        self._n_asked += 1
        if self._n_wasted.setdefault(metric, 0) >= _MOST_WASTED:
            return None
        if self._screen is None and self._n_asked % _PREPARED_BEFORE == 0:
            self.prepare(vectors, lengths, silent)
        return self._screen

    def note(self, metric: int, has_helped: bool) -> None:
        """Note whether the codes have left few rows, and give them up where they mostly do not."""
        wasted = self._n_wasted.get(metric, 0)
        self._n_wasted[metric] = max(0, wasted - 1) if has_helped else wasted + 1
        if self._are_useless:
            self._screen = None

    @property
    def _are_useless(self) -> bool:
        wasted = self._n_wasted.values()
        return bool(wasted) and min(wasted) >= _MOST_WASTED

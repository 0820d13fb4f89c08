"""Sorted index of labels, which finds those that begin with what was typed in microseconds.

`find_rows` looks at each label, in Python: at 400,000 of them that takes a third of a second, in
which the window gets its turn only every few milliseconds. The index is made once, away from the
UI thread, by Arrow, which lets other threads work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedviz.core.arrays import Rows
from embedviz.core.progress import Report, silent
from embedviz.core.wording import composed

_BLOCK = 20_000
_LAST = "\U0010ffff"
"""Sorts behind all letters."""


class LabelIndex:
    """Labels in the order of their small letters.

    Parameters
    ----------
    labels : sequence of str, length n_vectors
    report : Report
    """

    def __init__(self, labels: Sequence[str], report: Report = silent) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        parts = []
        for start in range(0, len(labels), _BLOCK):
            report(0.5 * start / len(labels), "indexing labels")
            part = labels[start : start + _BLOCK]
            # What no file could hold, half of a pair of UTF-16, is found by nobody.
            texts = [each.encode("utf-8", "replace").decode() for each in part]
            parts.append(_folded(pa.array(texts, pa.string())))
        report(0.5, "indexing labels")
        whole = pa.chunked_array(parts, pa.string()).combine_chunks()
        self._folded: Any = whole if isinstance(whole, pa.Array) else pa.array([], pa.string())
        self._order: Rows = np.asarray(pc.sort_indices(self._folded)).astype(np.intp)
        self._sorted: Any = self._folded.take(pa.array(self._order))

    def __len__(self) -> int:
        return len(self._order)

    def beginning_with(self, text: str, count: int) -> list[int]:
        """Return rows whose label begins with a text: equal ones first, each in row order.

        Parameters
        ----------
        text : str
            Whatever its case.
        count : int
            How many rows at the most.
        """
        wanted = _fold(text)
        start, end = self._place(wanted), self._place(wanted + _LAST)
        equal = self._place(wanted + "\0", start)
        found = _lowest(self._order[start:equal], count)
        return found + _lowest(self._order[equal:end], count - len(found))

    def holding(self, text: str, count: int) -> list[int]:
        """Return rows whose label has a text anywhere, in row order; it looks at each label."""
        import pyarrow.compute as pc

        places = pc.match_substring(self._folded, _fold(text))
        return [int(row) for row in np.flatnonzero(np.asarray(places))[:count]]

    def _place(self, text: str, start: int = 0) -> int:
        """Return where a text would stand among the sorted labels."""
        wanted, end = text.encode("utf-8", "replace"), len(self._order)
        while start < end:  # Arrow sorts by bytes.
            middle = (start + end) // 2
            if self._sorted[middle].as_py().encode() < wanted:
                start = middle + 1
            else:
                end = middle
        return start


def _folded(texts: Any) -> Any:
    """Return an Arrow array in small letters, in the composed form of Unicode."""
    import pyarrow.compute as pc

    return pc.utf8_lower(pc.utf8_normalize(texts, form="NFC"))


def _fold(text: str) -> str:
    import pyarrow as pa

    plain = composed(text).encode("utf-8", "replace").decode()
    folded: str = _folded(pa.array([plain], pa.string()))[0].as_py()
    return folded


def _lowest(rows: Rows, count: int) -> list[int]:
    """Return so many rows at the most, the first ones of the set."""
    if count <= 0:
        return []
    if len(rows) > count:
        rows = np.partition(rows, count - 1)[:count]
    return sorted(rows.tolist())

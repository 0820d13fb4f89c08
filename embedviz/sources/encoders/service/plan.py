"""Plan of what is sent for some texts: each different one once, and none that is empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedviz.core.arrays import Rows


@dataclass(frozen=True)
class TextPlan:
    """Different texts among those that are wanted.

    Attributes
    ----------
    texts : tuple of str
        Each once, as they are sent: with the prompt before them.
    rows : array of shape (n_wanted,)
        For each text that is wanted its place in `texts`; −1: it is empty, and its vector zeros.
    """

    texts: tuple[str, ...]
    rows: Rows

    @property
    def n_empty(self) -> int:
        """How many of the texts that are wanted are empty."""
        return int((self.rows < 0).sum())


def plan_texts(texts: Sequence[str], prompt: str) -> TextPlan:
    """Return what is sent for texts; what is not Unicode (half of a pair) becomes a "?"."""
    places: dict[str, int] = {}
    rows = np.empty(len(texts), dtype=np.intp)
    for row, text in enumerate(texts):
        if not text.strip():
            rows[row] = -1
            continue
        sent = (prompt + text).encode("utf-8", "replace").decode("utf-8")
        rows[row] = places.setdefault(sent, len(places))
    return TextPlan(tuple(places), rows)

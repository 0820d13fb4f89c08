"""Rows of a set by their labels as people write them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from embedviz.core.pairs.tables import number_in
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed

Lookup = Callable[[str], int | None]


class LabelLookup:
    """Rows of a set by what a file, or a person, may call them.

    Parameters
    ----------
    vector_set : VectorSet
    """

    def __init__(self, vector_set: VectorSet) -> None:
        self._set = vector_set

    def by_exact_label(self, text: str) -> int | None:
        """Return the first row with a label; blanks around it do not count.

        An empty field is none, also where a row has no label, as one of a blank text.
        """
        if not text:
            return None
        found = self._set.find(text)
        if found is None and text != (stripped := text.strip()):
            found = self._set.find(stripped)
        return found

    def by_label(self, text: str) -> int | None:
        """Return the first row with a label, whatever its case where none has just this one."""
        found = self.by_exact_label(text)
        if found is not None or not text or number_in(text) is not None:
            return found
        return self._folded.get(folded(text))

    @cached_property
    def _folded(self) -> dict[str, int]:
        labels = self._set.labels
        return {folded(labels[row]): row for row in range(len(labels) - 1, -1, -1)}


def folded(text: str) -> str:
    """Return a text without regard to case, and to blanks around it."""
    return composed(text.strip().casefold())

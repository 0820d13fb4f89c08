"""Which page a file is for that is dropped on the window, or opened."""

from __future__ import annotations

from pathlib import Path

from embedviz.core.analogies.file_contents import (
    head_of,
    holds_questions,
    holds_word_similarity,
)
from embedviz.core.analogies.relations import parse_pairs
from embedviz.core.pairs import names_pairs
from embedviz.core.vector_set import VectorSet

WORDS = {
    "benchmark": "analogy questions",
    "similarity": "judged pairs of words",
    "relation": "pairs of words",
}
"""What files hold that the pages take, by their names."""


def page_for(path: Path, active: VectorSet | None, chosen: str) -> str:
    """Return the name of the page that a file is for, by its contents; else "".

    Parameters
    ----------
    path : Path
    active : VectorSet or None
    chosen : str
        The page that is looked at, which goes before others that take the same; empty: none.
    """
    if holds_questions(path):
        return "benchmark"
    if holds_word_similarity(path):
        # Those of the shown set are added to it, where another pane may ask for them, too.
        are_known = active is not None and names_pairs(active, path)
        return "" if are_known and chosen != "similarity" else "similarity"
    if chosen in ("relation", "benchmark") and active is not None:
        return chosen if _names_pairs_of(active, path) else ""
    return ""


def _names_pairs_of(vector_set: VectorSet, path: Path) -> bool:
    """Return whether a file begins with pairs, most of which are of labels of a set."""
    pairs = parse_pairs("\n".join(head_of(path))).pairs
    n_known = sum(
        first in vector_set and any(each in vector_set for each in seconds)
        for first, seconds in pairs
    )
    return bool(pairs) and 2 * n_known >= len(pairs)

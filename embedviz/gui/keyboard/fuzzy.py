"""Search among short texts by a few letters of them, as command palettes do."""

from __future__ import annotations

import re
from collections.abc import Sequence

_AT_A_WORD, _WITHIN, _INITIALS, _SCATTERED = 4.0, 3.0, 2.0, 1.0
_TITLE_COUNTS = 2.0
"""Times as much as what is said beside it."""


def rank(query: str, entries: Sequence[tuple[str, str]]) -> list[int]:
    """Return the places of the entries that a query is about, the most likely first.

    Every word of the query has to be found: as it is, as the initials of words, or, in a title,
    as letters in this order with others between them. Equals stay in their order.

    Parameters
    ----------
    query : str
        Blank: all entries, as they are.
    entries : sequence of (str, str)
        A title, and what else is known by: it counts less.
    """
    words = query.casefold().split()
    scores = [_score(words, title.casefold(), more.casefold()) for title, more in entries]
    found = [place for place, score in enumerate(scores) if score is not None]
    return sorted(found, key=lambda place: -(scores[place] or 0.0))


def _score(words: Sequence[str], title: str, more: str) -> float | None:
    total = 0.0
    for word in words:
        best = max(_TITLE_COUNTS * (_exact(word, title) or _loose(word, title)), _exact(word, more))
        if not best:
            return None
        total += best
    return total


def _exact(word: str, text: str) -> float:
    """Return how well a word stands in a text; 0 where it does not."""
    if re.search(rf"(?<!\w){re.escape(word)}", text):
        return _AT_A_WORD
    if word in text:
        return _WITHIN
    initials = "".join(re.findall(r"(?<!\w)\w", text))
    return _INITIALS if len(word) > 1 and word in initials else 0.0


def _loose(word: str, text: str) -> float:
    """Return how closely the letters of a word follow each other in a text; 0: they do not."""
    found = re.search(".*?".join(map(re.escape, word)), text)
    if found is None:
        return 0.0
    return _SCATTERED * len(word) / max(found.end() - found.start(), 1)

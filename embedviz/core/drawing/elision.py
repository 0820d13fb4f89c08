"""Names that are too long for their room, shortened so that they still differ.

A name is cut at its end as long as no other name becomes the same by that. Where names begin
alike, the cut is in the middle, and what differs at the end stays; where they begin and end alike,
what is left is the beginning and the places at which they differ. Names for which all that takes
more room than there is get numbers: two names on one picture must not read as one.

What belongs together is not torn apart: letters and their marks, the parts of an emoji.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise

Measure = Callable[[str], float]
"""Returns how wide a text is."""
Parts = tuple[str, ...]
"""A text as what is read as one character each."""
Cut = Callable[[dict[str, Parts], dict[str, float], Measure], dict[str, str]]

GAP = "\u2026"
_TAILS = (1 / 3, 1 / 2, 2 / 3, 0.9)
"""Shares of the width that the end of a name takes when it is cut in the middle."""
_CONTEXT = 6
_MOST_READ = 4000
"""No more characters of a name are compared with others."""

_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903"
    "\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc\u09be-\u09cd"
    "\u0a01-\u0a03\u0a3c-\u0a4d\u0abc-\u0acd\u0b3c-\u0b4d\u0bbe-\u0bcd\u0c3e-\u0c4d\u0cbc-\u0ccd"
    "\u0d3e-\u0d4d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e"
    "\u1160-\u11ff\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f"
    "\ufe20-\ufe2f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
)
_ONE = f"(?:[\U0001f1e6-\U0001f1ff]{{2}}|.)[{_MARKS}]*"
_PARTS = re.compile(f"{_ONE}(?:\u200d{_ONE})*", re.DOTALL)


def shortened(texts: Sequence[str], widths: Sequence[float], measure: Measure) -> list[str]:
    """Return texts that fit, of which no two are the same that were not, as far as possible.

    Parameters
    ----------
    texts : sequence of str
        All that are seen together.
    widths : sequence of float
        How wide each may be, in the unit of `measure`.
    measure : callable
        Returns how wide a text is.

    Returns
    -------
    list of str
        Those that fit are whole. Others end in … or have … where something is left out; they are
        distinct wherever "…" and a number in brackets have room.
    """
    room: dict[str, float] = {}
    for text, width in zip(texts, widths, strict=True):
        room[text] = min(width, room.get(text, width))
    shown = {text: text for text, width in room.items() if measure(text) <= width}
    waiting = {text: parts_of(text) for text in room if text not in shown}
    in_middle = [partial(_in_middle, share) for share in _TAILS]
    ways: tuple[Cut, ...] = (_at_end, *in_middle, _at_differences)
    for cut in ways:
        if not waiting:
            break
        cuts = cut(waiting, room, measure)
        counts, taken = Counter(cuts.values()), set(shown.values())
        apart = {text: each for text, each in cuts.items() if counts[each] == 1}
        shown |= {text: each for text, each in apart.items() if each not in taken}
        waiting = {text: parts for text, parts in waiting.items() if text not in shown}
    shown |= _numbered(waiting, room, measure, set(shown.values()))
    return [shown[text] for text in texts]


def parts_of(text: str) -> Parts:
    """Return a text as what is read as one character each."""
    return tuple(text) if text.isascii() else tuple(_PARTS.findall(text))


def _at_end(waiting: dict[str, Parts], room: dict[str, float], measure: Measure) -> dict[str, str]:
    return {
        text: _with_head(parts, "", len(parts) - 1, room[text], measure)
        for text, parts in waiting.items()
    }


def _in_middle(
    share: float, waiting: dict[str, Parts], room: dict[str, float], measure: Measure
) -> dict[str, str]:
    cuts = {}
    for text, parts in waiting.items():
        count = _tail_within(share * (room[text] - measure(GAP)), parts, measure)
        tail = "".join(parts[len(parts) - count :]).lstrip()
        cuts[text] = _with_head(parts, tail, len(parts) - count - 1, room[text], measure)
    return cuts


def _at_differences(
    waiting: dict[str, Parts], room: dict[str, float], measure: Measure
) -> dict[str, str]:
    """Keep the places at which any of the texts differ, or else those of each text itself."""
    own = _differences(waiting)
    common = set().union(*own.values()) if own else set()
    cuts = {}
    for text, parts in waiting.items():
        for places in (common, own[text]):
            cut = _around(parts, places, room[text], measure)
            if cut is not None:
                cuts[text] = cut
                break
    return cuts


def _differences(waiting: dict[str, Parts]) -> dict[str, set[int]]:
    """Return, for each text, where it begins to differ from any other."""
    order = sorted(waiting, key=lambda text: waiting[text][:_MOST_READ])
    # In this order, a text has most in common with its neighbors.
    shared = [_shared(waiting[a], waiting[b]) for a, b in pairwise(order)]
    found: dict[str, set[int]] = {text: set() for text in order}
    for towards in (1, -1):
        for place, text in enumerate(order):
            least = _MOST_READ
            steps = shared[place:] if towards > 0 else shared[:place][::-1]
            for each in steps:
                least = min(least, each)
                found[text].add(least)
                if not least:
                    break
    return found


def _shared(first: Parts, second: Parts) -> int:
    """Return how much of the beginnings of two texts is the same."""
    pairs = zip(first[:_MOST_READ], second[:_MOST_READ], strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))


def _around(parts: Parts, places: Iterable[int], width: float, measure: Measure) -> str | None:
    """Return a text with some places in it, and around them as much as fits; None for too many."""
    last = len(parts) - 1
    kept = {min(place, last) for place in places}
    if not kept or measure(_joined(parts, kept)) > width:
        return None
    wanted = sorted(kept)
    near = [place + side for step in (1, 2) for place in wanted for side in (-step, step)]
    far = [
        place + side
        for step in range(3, _CONTEXT + 1)
        for place in wanted
        for side in (-step, step)
    ]
    for more in (near, range(len(parts)), far):
        for place in more:
            if not 0 <= place <= last or place in kept:
                continue
            if measure(_joined(parts, kept | {place})) > width:
                break
            kept.add(place)
    return _joined(parts, kept)


def _joined(parts: Parts, kept: set[int]) -> str:
    pieces, before = [], -1
    for place in sorted(kept):
        if place > before + 1:
            pieces.append(GAP)
        pieces.append(parts[place])
        before = place
    if before < len(parts) - 1:
        pieces.append(GAP)
    return "".join(pieces)


def _numbered(
    waiting: Iterable[str], room: dict[str, float], measure: Measure, taken: set[str]
) -> dict[str, str]:
    """Return the beginning of each text and a number, those alike counted from 1."""
    found = {}
    for text in waiting:
        parts, width = parts_of(text), room[text]
        cut = _with_head(parts, "", len(parts) - 1, width, measure)
        for number in range(1, len(taken) + 2):
            given = _with_head(parts, f"({number})", len(parts) - 1, width, measure)
            if measure(given) > width:
                break
            if given not in taken:
                cut = given
                break
        found[text] = cut
        taken.add(cut)
    return found


def _with_head(parts: Parts, tail: str, most: int, width: float, measure: Measure) -> str:
    """Return as much of the beginning as fits before a gap and a tail."""

    def whole(count: int) -> str:
        return "".join(parts[:count]).rstrip() + GAP + tail

    allowed = parts[: max(most, 0)]
    return whole(_most_that(lambda count: measure(whole(count)) <= width, allowed))


def _tail_within(width: float, parts: Parts, measure: Measure) -> int:
    """Return how many of the last parts fit."""
    return _most_that(lambda n: measure("".join(parts[len(parts) - n :])) <= width, parts)


def _most_that(fits: Callable[[int], bool], parts: Parts) -> int:
    """Return how many parts fit, where none does at the least."""
    low, high = 0, 1
    while high <= len(parts) and fits(high):
        low, high = high, 2 * high
    high = min(high, len(parts) + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low

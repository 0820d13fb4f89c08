"""Drawing of an answered question: the offset twice as arrows, the gap, and what is no row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from embedviz.core.arrays import Placed
from embedviz.gui.points.layers.markers import Marker
from embedviz.gui.points.view import Arrow
from embedviz.gui.theme import theme_manager
from embedviz.panes.analogies.question.explanation import describe_gap, short_question
from embedviz.panes.analogies.question.placing import NO_ROW
from embedviz.panes.analogies.question.solving import Solved

_SIDE, _OFFSET, _GAP = 1.5, 3.0, 2.0
"""Width of the arrows, in pixels, for the usual size of text."""


def arrows_of(
    solved: Solved | None, focus: int = 0, scale: float = 1.0, part: float = 1.0
) -> tuple[Arrow, ...]:
    """Return the arrows of a picture.

    For a − b + c: the sides of the parallelogram, the offset where it is known, and where it is
    carried to; and always the gap from the point that is asked for to an answer.

    Parameters
    ----------
    solved : Solved or None
    focus : int
        Which of the answers the gap is to.
    scale : float
        Of the text, which arrows go with.
    part : float
        How far the offset is carried, 0 to 1; the gap is there when it has arrived.
    """
    if solved is None or not np.isfinite(solved.places.target).all():
        return ()
    theme = theme_manager.theme
    found: list[Arrow] = []
    if solved.wanted.is_parallelogram:
        a, c, b = solved.places.corners[:3]
        target = solved.places.target
        rows = solved.corners[:1], [each.row for each in solved.answers[focus : focus + 1]]
        found += [Arrow(b, c, theme.muted, width=_SIDE, dashed=True)]
        if list(rows[0]) != rows[1]:  # Else the gap is there.
            found += [Arrow(a, target, theme.muted, width=_SIDE, dashed=True)]
        found += [
            Arrow(b, a, theme.accent, width=_OFFSET),
            Arrow(_between(b, c, part), _between(a, target, part), theme.accent, width=_OFFSET),
        ]
    if part >= 1.0 and focus < len(solved.answers):
        found.append(_gap_of(solved, focus))
    return tuple(replace(each, width=each.width * (1 + (scale - 1) * 0.7)) for each in found)


def _gap_of(solved: Solved, focus: int) -> Arrow:
    place = solved.places.positions[solved.answers[focus].row]
    color = theme_manager.theme.before
    return Arrow(solved.places.target, place, color, describe_gap(solved, focus), width=_GAP)


def _between(start: Placed, end: Placed, part: float) -> Placed:
    return start + (end - start) * part


def markers_of(solved: Solved | None) -> list[Marker]:
    """Return a marker for each term that is a text and no row, and one for the point asked for.

    Those of the texts are the first, in the order of `Solved.texts`.
    """
    if solved is None:
        return []
    labels = solved.wanted.labels
    places = dict(zip(labels, solved.places.corners, strict=False))
    found = [Marker(places[each.name], each.name, is_query=False) for each in solved.texts]
    if len(labels) > 1 and not solved.explanation.cancels:
        name = short_question(solved.wanted)
        if all(name != each.text for each in found):
            found.append(Marker(solved.places.target, name, is_query=False))
    return found


def rows_asked(solved: Solved) -> list[int]:
    """Return the rows of the terms, each once."""
    asked = solved.corners[: len(solved.wanted.labels)]
    return [row for row in dict.fromkeys(asked) if row != NO_ROW]

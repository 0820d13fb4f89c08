"""Drawing of an answered question: the offset twice as arrows, and its texts as markers."""

from __future__ import annotations

from embedviz.gui.points.layers.markers import Marker
from embedviz.gui.points.view import Arrow
from embedviz.gui.theme import theme_manager
from embedviz.panes.analogies.question.solving import Solved


def arrows_of(solved: Solved | None) -> tuple[Arrow, ...]:
    """Return the offset that is asked about: where it is known, and where it is carried to."""
    if solved is None or len(solved.corners) != 4 or len(solved.analogy.negative) != 1:
        return ()
    theme = theme_manager.theme
    a, c, b, answer = solved.corner_positions
    return (
        Arrow(b, c, theme.muted, width=1.5, dashed=True),
        Arrow(a, answer, theme.muted, width=1.5, dashed=True),
        Arrow(b, a, theme.accent, width=2.5),
        Arrow(c, answer, theme.accent, width=2.5),
    )


def markers_of(solved: Solved | None) -> list[Marker]:
    """Return a marker for each term that is a text and no row, in the order of `Solved.texts`."""
    if solved is None:
        return []
    places = dict(zip(solved.analogy.labels, solved.corner_positions, strict=False))
    return [Marker(places[each.name], each.name, is_query=False) for each in solved.texts]

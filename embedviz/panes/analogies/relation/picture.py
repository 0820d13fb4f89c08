"""Picture of a relation: words with arrows between them, or all offsets as a fan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.wording import one_line
from embedviz.gui.points.layers.markers import Marker
from embedviz.gui.points.view import Arrow, PointView
from embedviz.gui.theme import theme_manager, with_alpha
from embedviz.panes.analogies.relation.layout import RelationLayout
from embedviz.panes.analogies.relation.shafts import ShaftFinder

LABEL_SCALE = 0.85
"""Labels of a hundred words are as large as captions."""
_MOST_LABELED = 400
_POINT, _TIP = 6.0, 5.0
_WIDTH, _STRONG, _MEAN = 1.6, 2.4, 4.0
_FAINT = 0.22
NO_ROW = -1


@dataclass(frozen=True, eq=False)
class AppliedArrow:
    """The answer to another word, in the picture.

    Attributes
    ----------
    word, answer : str
    start, end : float32 arrays of 2 or 3 numbers
    """

    word: str
    answer: str
    start: Matrix
    end: Matrix


@dataclass(frozen=True, eq=False)
class DrawnRelation:
    """All that a picture shows of a relation.

    Attributes
    ----------
    layout : RelationLayout
    labels : sequence of str
        By point; that of the origin of a fan is empty.
    colors : sequence of str
        By pair.
    order : int array
        Pairs, those whose labels matter most first.
    applied : sequence of AppliedArrow
    is_fan : bool
    """

    layout: RelationLayout
    labels: Sequence[str]
    colors: Sequence[str]
    order: Rows
    applied: Sequence[AppliedArrow] = ()
    is_fan: bool = False
    selected: frozenset[int] = field(default_factory=frozenset)


class RelationPicture(QObject):
    """Drawing of a relation on a view of points, and what the mouse does on it.

    Signals
    -------
    pair_hovered : (int,)
        Number of the pair at the mouse, or -1.
    pair_clicked : (int, Qt.KeyboardModifiers)
        The same for a click; -1 beside all points.
    pairs_selected : (int array, str)
        Pairs with an end in the box or the lasso, and "replace", "add" or "remove".

    Parameters
    ----------
    parent : QObject

    Attributes
    ----------
    view : PointView
    shown : DrawnRelation or None
    """

    pair_hovered = Signal(int)
    pair_clicked = Signal(int, object)
    pairs_selected = Signal(object, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.view = PointView()
        self.view.setObjectName("analogies.relation.view")
        self.view.scene.set_label_scale(LABEL_SCALE)
        self.shown: DrawnRelation | None = None
        self._hovered, self._at_point = NO_ROW, NO_ROW
        viewport = self.view.viewport
        self.shafts = ShaftFinder(self.view, lambda places: viewport.frame().project(places)[0])
        self.shafts.moved.connect(self._on_moved)
        self.view.row_hovered.connect(self._on_hover)
        self.view.row_clicked.connect(self._on_click)
        self.view.rows_selected.connect(self._on_lasso)
        theme_manager.changed.connect(self._redraw)

    def show_relation(self, shown: DrawnRelation) -> None:
        """Show a relation; where it is the same one drawn otherwise, its points move there."""
        before, self.shown = self.shown, shown
        layout = shown.layout
        is_same = (
            before is not None
            and np.array_equal(before.layout.rows, layout.rows)
            and before.layout.positions.shape == layout.positions.shape
        )
        if before is None or before.layout is not layout or before.colors != shown.colors:
            is_there = before is not None and before.layout is layout
            colors = self._point_colors(shown)
            move = is_same and not is_there
            self.view.set_points(
                layout.positions, colors, _POINT, animate=move, keep_camera=is_there
            )
        self._draw(shown)

    def show_message(self, text: str) -> None:
        """Show no relation, and why."""
        self.shown = None
        scene = self.view.scene
        scene.set_arrows(())
        scene.set_links(NO_ROW, ())
        scene.set_labels(())
        scene.markers.set_markers((), scene.canvas.extent)
        self.view.set_points(np.zeros((0, 2)))
        scene.set_message(text)

    def show_hovered(self, pair: int) -> None:
        """Draw a pair over all others, on screen alone; -1: none."""
        if pair == self._hovered:
            return
        self._hovered, shown = pair, self.shown
        if shown is None or not 0 <= pair < len(shown.layout.starts):
            self.view.scene.set_links(NO_ROW, ())
            return
        start, end = int(shown.layout.starts[pair]), int(shown.layout.ends[pair])
        self.view.scene.set_links(start, [end])

    def _redraw(self) -> None:
        """Take the colors of another theme."""
        if self.shown is not None:
            self.view.scene.canvas.colors = None
            self.view.set_points(
                self.shown.layout.positions,
                self._point_colors(self.shown),
                _POINT,
                keep_camera=not self.view.viewport.is_fitted,
            )
            self._draw(self.shown)

    def _draw(self, shown: DrawnRelation) -> None:
        scene, layout = self.view.scene, shown.layout
        self._hovered = NO_ROW
        scene.set_links(NO_ROW, ())
        scene.set_arrows(self._arrows(shown))
        ends = np.stack([layout.starts[shown.order], layout.ends[shown.order]], axis=1).ravel()
        marked = {"", *(word for each in shown.applied for word in (each.word, each.answer))}
        named = [
            place for place in dict.fromkeys(ends.tolist()) if shown.labels[place] not in marked
        ]
        scene.set_labels(shown.labels, (), named[:_MOST_LABELED])
        # Of all pairs, rings would be a blot.
        is_all = len(shown.selected) == len(layout.starts)
        scene.set_highlights(selected=() if is_all else self._points_of(shown.selected))
        scene.markers.set_markers(_markers(shown), scene.canvas.extent)

    def _points_of(self, pairs: frozenset[int]) -> list[int]:
        shown = self.shown
        if shown is None or not pairs:
            return []
        layout, rows = shown.layout, sorted(pairs)
        both = np.concatenate([layout.starts[rows], layout.ends[rows]])
        return [point for point in np.unique(both).tolist() if layout.rows[point] >= 0]

    def _arrows(self, shown: DrawnRelation) -> list[Arrow]:
        layout, theme = shown.layout, theme_manager.theme
        gaps = (0.0, _TIP) if shown.is_fan else (_TIP, _TIP + 1)
        arrows = []
        # The best are drawn last, over the others.
        for pair in shown.order[::-1].tolist():
            is_strong = pair in shown.selected if shown.selected else not shown.applied
            color = with_alpha(shown.colors[pair], 0.9 if is_strong else _FAINT)
            start, end = layout.positions[[layout.starts[pair], layout.ends[pair]]]
            width = _STRONG if pair in shown.selected else _WIDTH
            arrows.append(Arrow(start, end, color, width=width, gaps=gaps, stays_clear=False))
        if shown.is_fan:
            start, end = layout.mean
            arrows.append(
                Arrow(start, end, theme.text, "mean offset", width=_MEAN, gaps=(0.0, 0.0))
            )
        for each in shown.applied:
            arrows.append(
                Arrow(each.start, each.end, theme.query, dashed=True, width=2.2, gaps=gaps)
            )
        return arrows

    def _point_colors(self, shown: DrawnRelation) -> list[object]:
        """Return colors by point: second words stand out, tips of a fan have their pair's."""
        theme, layout = theme_manager.theme, shown.layout
        first, second = with_alpha(theme.muted, 0.75), QColor(theme.text)
        colors = [first] * len(layout.rows)
        for pair, end in enumerate(layout.ends.tolist()):
            colors[end] = QColor(shown.colors[pair]) if shown.is_fan else second
        return [color.getRgbF() for color in colors]

    def _on_hover(self, point: int) -> None:
        self._at_point = point
        self._hover(self._pair_at(point))

    def _on_moved(self) -> None:
        """Look for an arrow at the mouse, where no end of one is."""
        if self._at_point < 0:
            self._hover(self._pair_at(NO_ROW))

    def _hover(self, pair: int) -> None:
        if pair != self._hovered:
            self.show_hovered(pair)
            self.pair_hovered.emit(pair)

    def _on_click(self, point: int, modifiers: Qt.KeyboardModifier) -> None:
        self.pair_clicked.emit(self._pair_at(point), modifiers)

    def _on_lasso(self, points: Rows, mode: str) -> None:
        if self.shown is not None:
            self.pairs_selected.emit(self.shown.layout.pairs_at(points), mode)

    def _pair_at(self, point: int) -> int:
        """Return the pair of a point, or else the one whose arrow is at the mouse."""
        if self.shown is None:
            return NO_ROW
        if point < 0:
            return self.shafts.pair_of(self.shown.layout)
        return next(iter(self.shown.layout.pairs_at([point]).tolist()), NO_ROW)


def _markers(shown: DrawnRelation) -> list[Marker]:
    """Return markers of the words that a relation is applied to, and of their answers."""
    places: dict[str, Matrix] = {}
    for each in shown.applied:
        if not shown.is_fan:
            places.setdefault(one_line(each.word), each.start)
            places[f"{one_line(each.answer)}"] = each.end
        else:
            places[f"{one_line(each.word)} → {one_line(each.answer)}"] = each.end
    return [Marker(place, text, is_query=False) for text, place in places.items()]

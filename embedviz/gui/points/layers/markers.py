"""Markers outside of the rows: ringed places with a text, such as that of a query.

They are few, lie over the points, and go along when the points walk to another layout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, isfinite
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from embedviz.core.drawing.extents import Extent
from embedviz.core.drawing.label_placement import AROUND, place_labels
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.text import draw_text, one_line, text_size

Spots = NDArray[np.float64]

_RINGS = {True: (17.0, 15.0, 11.0, 6.0), False: (13.0, 11.0, 8.0, 3.0)}
"""Diameters in pixels of the ground, the ring, the ground in it and the dot, by `is_query`."""
_GAP = 4.0
_NEAR_EDGE = 2.0


@dataclass(frozen=True, eq=False)
class Marker:
    """A place that is no row's.

    Attributes
    ----------
    position : array-like of 2 or 3 numbers
        In the data.
    text : str
        Written beside it; no two markers have the same.
    is_query : bool
        Whether it is what is searched for, and stands out.
    is_named : bool
        Whether its text is written even where no place for it is free; that of a query always is.
    """

    position: ArrayLike
    text: str
    is_query: bool = True
    is_named: bool = False


class Way(Protocol):
    """Way from one layout to another, on which points are."""

    def carried(self, before: Spots, after: Spots, part: float) -> Spots:
        """Return where something is that goes along, in the data; `part` from 0 to 1."""


class Markers(QObject):
    """Markers of a picture of points.

    Signals
    -------
    changed : ()
        They are to be painted anew.
    left_extent : ()
        They reach, or reached, beyond what is in view when all points are.
    clicked : (int, Qt.KeyboardModifiers)
        Which was clicked.
    hovered : (int,)
        Which is under the mouse, or -1.

    Attributes
    ----------
    shown : tuple of Marker
    """

    changed = Signal()
    left_extent = Signal()
    clicked = Signal(int, object)
    hovered = Signal(int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.shown: tuple[Marker, ...] = ()
        self.under_mouse = -1
        self._targets: dict[str, Spots] = {}
        self._spots: dict[str, Spots] = {}
        self._start: Mapping[str, Spots] = {}
        self._label_places: dict[str, int] = {}
        self._is_outside = False

    def set_markers(
        self,
        markers: Sequence[Marker],
        extent: Extent,
        origin: ArrayLike = (0.0, 0.0, 0.0),
    ) -> None:
        """Show these markers; those that were shown walk along where points do.

        Parameters
        ----------
        markers : sequence of Marker
            Those without a finite place are left out.
        extent : Extent
            Of the points, seen from the origin.
        origin : array-like of shape (3,)
            In the data.
        """
        places = [_in_space(each.position) for each in markers]
        before = self.shown, self._targets
        self.shown = tuple(
            each for each, place in zip(markers, places, strict=True) if np.isfinite(place).all()
        )
        self._targets = {each.text: _in_space(each.position) for each in self.shown}
        if _are_alike(before, (self.shown, self._targets)):
            return
        walking = {text: self._spots[text] for text in self._start if text in self._spots}
        self._spots = {text: walking.get(text, place) for text, place in self._targets.items()}
        was_outside, self._is_outside = (
            self._is_outside,
            self._reaches_beyond(extent, np.asarray(origin)),
        )
        if was_outside or self._is_outside:
            self.left_extent.emit()
        if self.under_mouse >= len(self.shown):
            self.hover(-1)
        self.changed.emit()

    @property
    def places(self) -> Spots:
        """Where they will be when nothing walks any more, (n, 3), in the data."""
        return np.array(list(self._targets.values())).reshape(-1, 3)

    def spots(self) -> Mapping[str, Spots]:
        """Return where each is right now, by its text."""
        return dict(self._spots)

    def set_out(self, start: Mapping[str, Spots]) -> None:
        """Begin to walk from where they were, with the points."""
        self._start = dict(start)

    def show_step(self, way: Way, part: float) -> None:
        """Show them on their way; at its end, where they are to be."""
        for text, target in self._targets.items():
            before = self._start.get(text)
            self._spots[text] = target if before is None else way.carried(before, target, part)
        if part >= 1:
            self._start = {}

    def at(self, place: QPointF, lay_out: Callable[[], Frame]) -> int:
        """Return which marker is at a place of the widget, the query before others, or -1."""
        found = -1
        if not self.shown:
            return found
        frame = lay_out()
        for index, (each, spot) in enumerate(zip(self.shown, self._pixels(frame), strict=True)):
            reach = self._reach(each, frame)
            if hypot(spot.x() - place.x(), spot.y() - place.y()) <= reach and (
                found < 0 or each.is_query
            ):
                found = index
        return found

    def hover(self, index: int) -> None:
        """Take note of which is under the mouse, or -1."""
        if index != self.under_mouse:
            self.under_mouse = index
            self.hovered.emit(index)

    def place_of(self, index: int, frame: Frame) -> QPointF:
        """Return where a marker is in the widget."""
        return self._pixels(frame)[index]

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Paint the rings, that of the query over the others."""
        drawn = zip(self.shown, self._pixels(frame), strict=True)
        for each, spot in sorted(drawn, key=lambda pair: pair[0].is_query):
            if isfinite(spot.x()):
                _paint_rings(painter, frame, each, spot)

    def paint_labels(self, painter: QPainter, frame: Frame, obstacles: Spots) -> Spots:
        """Write the texts where they cover nothing, if possible, and return their boxes (m, 4)."""
        pixels = self._pixels(frame)
        order = [place for place, spot in enumerate(pixels) if frame.area.contains(spot)]
        order.sort(key=lambda place: not self.shown[place].is_query)
        if not order:
            return np.empty((0, 4))
        chosen = [self.shown[place] for place in order]
        texts = [_shown_text(each, frame) for each in chosen]
        sizes = np.array(
            [text_size(t, _font(e, frame)) for t, e in zip(texts, chosen, strict=True)]
        )
        spots = np.array([pixels[place].toTuple() for place in order])
        corner = np.array([frame.area.left(), frame.area.top()])
        gaps = np.array([self._reach(each, frame) for each in chosen]) + frame.text(_GAP)
        placement = place_labels(
            spots - corner,
            sizes,
            gaps,
            np.ones(len(order)),
            width=frame.area.width(),
            height=frame.area.height(),
            obstacles=obstacles - np.array([*corner, 0.0, 0.0]),
            preferred=[self._label_places.get(each.text, -1) for each in chosen],
            shifts=AROUND,
            space=frame.space,
        )
        if not frame.is_moving:
            found = zip(placement.candidates.tolist(), placement.places.tolist(), strict=True)
            self._label_places = {chosen[index].text: place for index, place in found}
        corners = np.column_stack([spots[:, 0] + gaps, spots[:, 1] - sizes[:, 1] / 2])
        corners[placement.candidates] = placement.corners + corner
        most = np.array([frame.area.right(), frame.area.bottom()]) - sizes - _NEAR_EDGE
        corners = np.clip(corners, corner, np.maximum(most, corner))
        # Where no place is free, what is looked for is named all the same.
        placed = set(placement.candidates.tolist())
        named = [each.is_query or each.is_named for each in chosen]
        written = [i for i, is_named in enumerate(named) if i in placed or is_named]
        for index in written:
            ground, ink = QColor(frame.theme.ground), QColor(frame.theme.text)
            at = QPointF(*corners[index].tolist())
            draw_text(painter, at, texts[index], _font(chosen[index], frame), ink, ground)
        return np.hstack([corners, sizes])[written]

    def boxes(self, frame: Frame) -> list[tuple[float, float, float, float]]:
        """Return left, top, width and height of boxes around the rings, to keep free."""
        boxes = []
        for each, spot in zip(self.shown, self._pixels(frame), strict=True):
            if frame.area.contains(spot):
                reach = self._reach(each, frame)
                boxes.append((spot.x() - reach, spot.y() - reach, 2 * reach, 2 * reach))
        return boxes

    def paint_hovered(self, painter: QPainter, frame: Frame) -> None:
        """Paint a ring around the one that is under the mouse."""
        if 0 <= self.under_mouse < len(self.shown):
            spot = self.place_of(self.under_mouse, frame)
            reach = self._reach(self.shown[self.under_mouse], frame) + 1
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(frame.theme.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(spot, reach, reach)

    def forget_label_places(self) -> None:
        """Place all labels anew, so that the same markers always make the same picture."""
        self._label_places = {}

    def _pixels(self, frame: Frame) -> list[QPointF]:
        if not self.shown:
            return []
        spots = np.array([self._spots[each.text] for each in self.shown])
        return [QPointF(x, y) for x, y in frame.project(spots)[0].tolist()]

    def _reach(self, marker: Marker, frame: Frame) -> float:
        return _RINGS[marker.is_query][0] / 2 * frame.point_scale

    def _reaches_beyond(self, extent: Extent, origin: Spots) -> bool:
        places = self.places - origin
        low, high = np.array(extent.low), np.array(extent.high)
        return bool(len(places) and ((places < low) | (places > high)).any())


def _are_alike(
    before: tuple[Sequence[Marker], Mapping[str, Spots]],
    after: tuple[Sequence[Marker], Mapping[str, Spots]],
) -> bool:
    """Return whether markers look the same, and are at the same places."""
    looks = [[(each.text, each.is_query) for each in markers] for markers, _ in (before, after)]
    first, second = (np.array(list(targets.values())) for _, targets in (before, after))
    return looks[0] == looks[1] and np.array_equal(first, second)


def _in_space(position: ArrayLike) -> Spots:
    given = np.asarray(position, dtype=np.float64).ravel()
    return np.concatenate([given, np.zeros(3 - len(given))])


def _font(marker: Marker, frame: Frame) -> QFont:
    return frame.strong if marker.is_query else frame.heading


def _shown_text(marker: Marker, frame: Frame) -> str:
    """Return a text in one line, cut where the picture is narrow."""
    metrics = QFontMetricsF(_font(marker, frame))
    room = frame.area.width() * (1.0 if marker.is_query else 0.6) - 2 * frame.space
    return metrics.elidedText(one_line(marker.text), Qt.TextElideMode.ElideRight, room)


def _paint_rings(painter: QPainter, frame: Frame, marker: Marker, spot: QPointF) -> None:
    ground, ink = QColor(frame.theme.ground), QColor(frame.theme.query)
    painter.setPen(Qt.PenStyle.NoPen)
    for diameter, color in zip(_RINGS[marker.is_query], (ground, ink, ground, ink), strict=True):
        radius = diameter / 2 * frame.point_scale
        painter.setBrush(color)
        painter.drawEllipse(spot, radius, radius)

"""Cosines of word pairs against judgments of people: a point for each pair, which names it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF

from embedviz.core.covariance import Vector
from embedviz.core.drawing.label_placement import place_labels
from embedviz.core.drawing.ticks import tick_step, tick_text, tick_values
from embedviz.core.selection import Change
from embedviz.gui.charts.drawn_widget import DrawnWidget, width_of
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.charts.plot_frame import PlotFrame, draw_lower_axis, draw_upright_axis
from embedviz.gui.points.text import draw_text
from embedviz.gui.theme import GRID, theme_manager, with_alpha

MOST_DRAWN = 6_000
"""Pairs of which each is a point; of more, some are drawn."""
_NEAR, _CLICK = 9.0, 4.0
"""Pixels from the mouse to a point that it names; how far a press moves that is a click."""
_MARGIN = 0.04
_POINT, _MARKED = 4.5, 7.0
"""Diameter of a point, and of one that is named or selected, in pixels."""


@dataclass(frozen=True, eq=False)
class PairPoints:
    """Pairs that were judged and measured.

    Attributes
    ----------
    judgments, cosines : float64 arrays of shape (n_pairs,)
    name : callable
        Returns the words for a pair: "tiger · cat".
    notable : sequence of int
        Pairs that are named on the picture where there is room, the most important first.
    gaps : float64 array of shape (n_pairs,)
        Place of a pair by its cosine minus its place by judgment, each from 0 to 1.
    """

    judgments: Vector
    cosines: Vector
    name: Callable[[int], str]
    notable: Sequence[int]
    gaps: Vector


class SimilarityScatter(DrawnWidget):
    """Scatter plot of judged pairs: the judgment across, the cosine up.

    Signals
    -------
    pairs_chosen : (list of int, str)
        Pairs that were clicked or enclosed, and what is to become of the selection: "replace",
        "add" or "remove". None where the ground was clicked.
    pair_hovered : (int,)
        The pair under the mouse; -1 where there is none.
    """

    pairs_chosen = Signal(list, str)
    pair_hovered = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__(name, "Cosine against judgment", size=(360, 240), least=(150, 110))
        self._data: PairPoints | None = None
        self._drawn = np.empty(0, dtype=np.intp)
        self._selected: NDArray[np.bool_] = np.empty(0, dtype=bool)
        self._hovered = -1
        self._pressed: QPointF | None = None
        self._outline: list[QPointF] = []
        self._labels: tuple[object, list[tuple[int, QPointF]]] = (None, [])
        self.setMouseTracking(True)

    def show_pairs(self, data: PairPoints) -> None:
        """Show pairs; of very many, some are drawn, and the notable ones always."""
        self._data, self._hovered = data, -1
        count = len(data.judgments)
        self._drawn = np.arange(count)
        if count > MOST_DRAWN:
            drawn = np.random.default_rng(0).choice(count, MOST_DRAWN, replace=False)
            self._drawn = np.union1d(drawn, np.asarray(data.notable, dtype=np.intp))
        self._selected = np.zeros(count, dtype=bool)
        self._labels = (None, [])
        self.show_message("")
        self.setAccessibleDescription(f"{count:,} pairs, their cosines against their judgments")

    def clear(self, message: str = "") -> None:
        """Show no pairs, and say why."""
        self._data, self._hovered, self._outline = None, -1, []
        self.show_message(message)

    def show_selected(self, selected: NDArray[np.bool_]) -> None:
        """Mark pairs, (n_pairs,), both rows of which are selected."""
        if self._data is not None and not np.array_equal(selected, self._selected):
            self._selected = selected
            self.update()

    def show_hovered(self, which: int) -> None:
        """Mark the pair that is under the mouse somewhere else; -1: none."""
        if which != self._hovered:
            self._hovered = which
            self.update()

    @property
    def n_drawn(self) -> int:
        """Number of points."""
        return 0 if self._data is None else len(self._drawn)

    def frame(self) -> PlotFrame:
        """Return where the values are."""
        data, line, small = self._data, self.line_height(), self.small()
        assert data is not None
        left, right = _span(data.judgments)
        low, high = _span(data.cosines)
        room = line + 10 + max(width_of(text, small) for text in ("−0.00", "0.25"))
        area = QRectF(room, 0.75 * line, self.width() - room - 10, self.height() - 3.1 * line - 8)
        area.setWidth(max(area.width(), 10.0))
        area.setHeight(max(area.height(), 10.0))
        return PlotFrame(area, left, right, low, high)

    def point_of(self, which: int) -> QPointF:
        """Return where a pair is."""
        data, frame = self._data, self.frame()
        assert data is not None
        x, y = frame.x_of(data.judgments[which]), frame.y_of(data.cosines[which])
        return QPointF(float(x), float(y))

    def places(self) -> NDArray[np.float64]:
        """Return where the pairs that are drawn are, (n_drawn, 2), in pixels."""
        data = self._data
        if data is None:
            return np.empty((0, 2))
        frame = self.frame()
        across = frame.x_of(data.judgments[self._drawn])
        return np.stack([across, frame.y_of(data.cosines[self._drawn])], axis=1)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw axes, points, names, and what the mouse does."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.message or self._data is None:
                self.draw_message(painter)
                return
            self.draw_kept(painter, (id(self._data),), self._draw_points)
            self._draw_marked(painter)
            self._draw_names(painter)
            self._draw_outline(painter)

    def _draw_points(self, painter: QPainter) -> None:
        frame, theme, small, line = self.frame(), theme_manager.theme, self.small(), 0.0
        line = self.line_height()
        area = frame.area
        across = tick_step(max((frame.right - frame.left) * 4 * line / area.width(), 1e-9))
        up = tick_step(max((frame.high - frame.low) * 2 * line / area.height(), 1e-9))
        draw_upright_axis(painter, frame, _ticks(frame.low, frame.high, up), small, line)
        draw_lower_axis(painter, frame, _ticks(frame.left, frame.right, across), small, line)
        painter.setPen(QColor(theme.muted))
        below = QPointF(
            area.center().x() - width_of("judgment", small) / 2, area.bottom() + line + 5
        )
        draw_text(painter, below, "judgment", small, QColor(theme.muted))
        painter.save()
        painter.translate(0, area.center().y() + width_of("cosine", small) / 2)
        painter.rotate(-90)
        draw_text(painter, QPointF(0, 0), "cosine", small, QColor(theme.muted))
        painter.restore()
        pen = QPen(with_alpha(theme.accent, 0.6 if len(self._drawn) < 500 else 0.35), _POINT)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in self.places().tolist()]))

    def _draw_marked(self, painter: QPainter) -> None:
        theme, data = theme_manager.theme, self._data
        assert data is not None
        for which in self.named():
            self._draw_point(painter, which, QColor(self._color_of(which)))
        ring = QPen(QColor(theme.text), 1.5)
        for which in [*np.flatnonzero(self._selected).tolist(), self._hovered]:
            if which >= 0:
                painter.setPen(ring)
                painter.setBrush(QColor(theme.query))
                painter.drawEllipse(self.point_of(which), _MARKED / 2 + 0.5, _MARKED / 2 + 0.5)

    def _draw_point(self, painter: QPainter, which: int, color: QColor) -> None:
        pen = QPen(color, _MARKED)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoint(self.point_of(which))

    def _color_of(self, which: int) -> str:
        """Return the color of a pair whose words are nearer than people say, or farther."""
        theme, data = theme_manager.theme, self._data
        assert data is not None
        return theme.after if data.gaps[which] > 0 else theme.before

    def named(self) -> list[int]:
        """Return the pairs whose names have room on the picture."""
        return [which for which, _ in self._placed()]

    def _placed(self) -> list[tuple[int, QPointF]]:
        """Return the pairs that are named, and the upper left corners of their names."""
        data = self._data
        if data is None:
            return []
        key = (id(data), self.size(), self._scale)
        if self._labels[0] != key:
            self._labels = (key, self._place_names(data))
        return self._labels[1]

    def _place_names(self, data: PairPoints) -> list[tuple[int, QPointF]]:
        notable = list(data.notable)
        if not notable:
            return []
        small, line, area = self.small(), self.line_height(), self.frame().area
        at = [self.point_of(which) for which in notable]
        boxes = [(width_of(data.name(which), small), line) for which in notable]
        around = [(p.x() - 4, p.y() - 4, 8.0, 8.0) for p in at]
        placed = place_labels(
            [(p.x(), p.y()) for p in at],
            boxes,
            np.full(len(at), 5.0),
            np.full(len(at), 2.0),
            width=self.width(),
            height=area.bottom(),
            obstacles=[*around, (0.0, 0.0, area.left(), float(self.height()))],
            space=GRID,
        )
        corners = (QPointF(x, y) for x, y in placed.corners.tolist())
        chosen = (notable[place] for place in placed.candidates.tolist())
        return list(zip(chosen, corners, strict=True))

    def _draw_names(self, painter: QPainter) -> None:
        data, theme = self._data, theme_manager.theme
        assert data is not None
        halo = with_alpha(theme.ground, 0.85)
        for which, corner in self._placed():
            color = QColor(theme.ink(self._color_of(which)))
            draw_text(painter, corner, data.name(which), self.small(), color, halo)
        if self._hovered >= 0:
            self._draw_hovered_name(painter, halo)

    def _draw_hovered_name(self, painter: QPainter, halo: QColor) -> None:
        data, theme, strong = self._data, theme_manager.theme, self.small(semibold=True)
        assert data is not None
        text, place = data.name(self._hovered), self.point_of(self._hovered)
        width, line = width_of(text, strong), self.line_height()
        x = place.x() + 8 if place.x() + 8 + width <= self.width() else place.x() - 8 - width
        corner = QPointF(max(x, 0.0), max(place.y() - line, 0.0))
        draw_text(painter, corner, text, strong, QColor(theme.text), halo)

    def _draw_outline(self, painter: QPainter) -> None:
        if len(self._outline) < 2:
            return
        theme, polygon = theme_manager.theme, QPolygonF(self._outline)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(theme.accent, 0.1))
        painter.drawPolygon(polygon, Qt.FillRule.WindingFill)
        pen = QPen(QColor(theme.accent), 1.25)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(polygon)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawLine(QLineF(self._outline[-1], self._outline[0]))

    def pair_at(self, place: QPointF) -> int:
        """Return the pair whose point is nearest to a place, and near; -1 for none."""
        places = self.places()
        if not len(places):
            return -1
        apart = np.hypot(places[:, 0] - place.x(), places[:, 1] - place.y())
        best = int(apart.argmin())
        return int(self._drawn[best]) if apart[best] <= _NEAR else -1

    def pairs_within(self, outline: Sequence[QPointF]) -> list[int]:
        """Return the pairs within an outline in pixels, also those that are not drawn."""
        data = self._data
        if data is None or len(outline) < 3:
            return []
        frame, polygon = self.frame(), QPolygonF(list(outline))
        x, y = frame.x_of(data.judgments), frame.y_of(data.cosines)
        box = polygon.boundingRect()
        near = (x >= box.left()) & (x <= box.right()) & (y >= box.top()) & (y <= box.bottom())
        rule = Qt.FillRule.WindingFill
        return [
            which
            for which in np.flatnonzero(near).tolist()
            if polygon.containsPoint(QPointF(float(x[which]), float(y[which])), rule)
        ]

    def tip_at(self, place: QPointF) -> str:
        """Return the words for the pair at a place, with its numbers."""
        which, data = self.pair_at(place), self._data
        if which < 0 or data is None:
            return self.toolTip()
        cosine = number_text(float(data.cosines[which]), 3)
        return f"{data.name(which)}: judged {data.judgments[which]:g}, cosine {cosine}"

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin a click, or an outline around points."""
        if event.button() == Qt.MouseButton.LeftButton and self._data is not None:
            self._pressed, self._outline = event.position(), []

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the outline on, or mark the pair under the mouse."""
        place = event.position()
        if self._pressed is None:
            self._hover(self.pair_at(place))
            return
        moved = place - self._pressed
        if self._outline or hypot(moved.x(), moved.y()) >= _CLICK:
            self._outline = [*(self._outline or [self._pressed]), place]
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose what was clicked, or what is within the outline."""
        if self._pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        outline, self._outline, self._pressed = self._outline, [], None
        self.update()
        mode = _mode_of(event.modifiers())
        if outline:
            self.pairs_chosen.emit(self.pairs_within(outline), mode)
        else:
            which = self.pair_at(event.position())
            self.pairs_chosen.emit([which] if which >= 0 else [], mode)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Mark none."""
        self._hover(-1)

    def _hover(self, which: int) -> None:
        if which != self._hovered:
            self.show_hovered(which)
            self.pair_hovered.emit(which)


def _mode_of(keys: Qt.KeyboardModifier) -> Change:
    """Return what the keys that are held do to a selection, as on a map."""
    if keys & Qt.KeyboardModifier.AltModifier:
        return "remove"
    adding = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    return "add" if keys & adding else "replace"


def _span(values: Vector) -> tuple[float, float]:
    """Return the range of an axis: that of some values, and a little more."""
    low, high = float(values.min()), float(values.max())
    if high - low < 1e-9:
        return low - 0.5, high + 0.5
    margin = _MARGIN * (high - low)
    return low - margin, high + margin


def _ticks(low: float, high: float, step: float) -> list[tuple[float, str]]:
    return [(value, tick_text(value, step)) for value in tick_values(low, high, step)]

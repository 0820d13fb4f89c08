"""Alignment against uniformity: where sets stand in what a contrastive loss trades."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF

from embedviz.core.drawing.elision import shortened
from embedviz.core.drawing.ticks import tick_step, tick_text, tick_values
from embedviz.core.wording import one_line
from embedviz.gui.points.text import draw_text
from embedviz.gui.theme import GRID, theme_manager, with_alpha
from embedviz.panes.contrastive.drawing.numbers import number_text
from embedviz.panes.contrastive.drawing.widget import Align, DrawnWidget, width_of

WAITING = "Judged pairs place each open set here: add some, or choose a category."
BETTER = "↙ better"
_RADIUS = 4.5
_WORDS = {"set": "set", "whitened": "whitened", "run": "run"}
_AWAY = (
    (1, 0),
    (-1, 0),
    (0, -1),
    (0, 1),
    (0.8, -0.9),
    (-0.8, -0.9),
    (0.8, 0.9),
    (-0.8, 0.9),
    (1, -2),
    (-1, -2),
    (1, 2),
    (-1, 2),
)
"""Where the name of a point can be, in its half sizes, the most readable first."""


@dataclass(frozen=True)
class PlanePoint:
    """A set in the plane.

    Attributes
    ----------
    name : str
        Empty: it is not named.
    alignment, uniformity : float
        nan: it is left out.
    kind : {"set", "whitened", "run"}
        An arrow leads to a whitened one from the set before it. Those of a run are joined by a
        line, in their order.
    is_active : bool
    """

    name: str
    alignment: float
    uniformity: float
    kind: Literal["set", "whitened", "run"] = "set"
    is_active: bool = False

    @property
    def is_known(self) -> bool:
        """Whether it has a place."""
        return math.isfinite(self.alignment) and math.isfinite(self.uniformity)


@dataclass(frozen=True)
class _Frame:
    """The part of the plane that is shown, and where."""

    area: QRectF
    left: float
    right: float
    low: float
    high: float

    def place(self, point: PlanePoint) -> QPointF:
        """Return where a point is."""
        return QPointF(self.x_of(point.alignment), self.y_of(point.uniformity))

    def x_of(self, alignment: float) -> float:
        """Return where an alignment is, in pixels."""
        share = (alignment - self.left) / (self.right - self.left)
        return self.area.left() + share * self.area.width()

    def y_of(self, uniformity: float) -> float:
        """Return where a uniformity is, in pixels."""
        share = (uniformity - self.low) / (self.high - self.low)
        return self.area.bottom() - share * self.area.height()


class AlignmentPlane(DrawnWidget):
    """Sets by their alignment and uniformity, both of which are smaller where they are better."""

    def __init__(self, name: str = "contrastive.plane") -> None:
        super().__init__(
            name, "Alignment and uniformity of sets", size=(300, 280), least=(200, 160)
        )
        self._points: tuple[PlanePoint, ...] = ()
        self._best: float | None = None
        self.show_message(WAITING)

    def show_points(
        self, points: Sequence[PlanePoint], best_uniformity: float | None = None
    ) -> None:
        """Show sets.

        Parameters
        ----------
        points : sequence of PlanePoint
            A whitened one follows the set it was made from.
        best_uniformity : float, optional
            Of rows that are spread evenly in as many dimensions as the active set has.
        """
        self._points = tuple(points)
        has_best = best_uniformity is not None and math.isfinite(best_uniformity)
        self._best = best_uniformity if has_best else None
        known = self.known_points
        self.show_message("" if known else WAITING)
        if known:
            said = (f"{point.name}: {_numbers_of(point)}" for point in known)
            self.setAccessibleDescription("; ".join(said))

    @property
    def known_points(self) -> list[PlanePoint]:
        """Those that have a place."""
        return [point for point in self._points if point.is_known]

    @property
    def arrows(self) -> list[tuple[PlanePoint, PlanePoint]]:
        """Sets and what whitening made of them."""
        found, last = [], None
        for point in self._points:
            if point.kind == "set":
                last = point
            elif point.kind == "whitened" and last and last.is_known and point.is_known:
                found.append((last, point))
        return found

    @property
    def labels(self) -> list[tuple[str, QRectF]]:
        """Names as they are shown, and where; a name without room is left to the tooltip."""
        frame = self._frame()
        named = [point for point in self.known_points if point.name]
        named.sort(key=lambda point: not point.is_active)
        small = self.small()
        most = 0.55 * frame.area.width()
        texts = shortened(
            [one_line(point.name) for point in named],
            [most] * len(named),
            lambda text: width_of(text, small),
        )
        taken = [self._box_around(frame.place(point)) for point in self.known_points]
        taken += [box for _, box in self._notes(frame)]
        found = []
        for point, text in zip(named, texts, strict=True):
            width = width_of(text, self.small(semibold=point.is_active))
            box = self._free_box(frame, frame.place(point), width, taken)
            if box is not None:
                taken.append(box)
                found.append((text, box))
        return found

    # Places.

    def _frame(self) -> _Frame:
        line, points = self.line_height(), self.known_points
        left = width_of("−0.00", self.small()) + 6
        below = 2 * line + 6 + (line + 2 if self._has_key() else 0)
        area = QRectF(left, line + 4, 0, 0)
        area.setRight(max(self.width() - 4.0, left + 20))
        area.setBottom(max(self.height() - below, area.top() + 20))
        alignments = [point.alignment for point in points]
        uniformities = [point.uniformity for point in points]
        if self._best is not None:
            uniformities.append(self._best)
        x_low, x_high = _widened(alignments, area.width(), 3 * GRID, 3 * GRID)
        # Below all points is room for what is written in the corners.
        y_low, y_high = _widened(uniformities, area.height(), line + 2 * GRID, 2 * GRID)
        return _Frame(area, x_low, x_high, y_low, y_high)

    def _has_key(self) -> bool:
        return len({point.kind for point in self.known_points}) > 1

    def _notes(self, frame: _Frame) -> list[tuple[str, QRectF]]:
        """Return what is written into the picture, and where."""
        line, area = self.line_height(), frame.area
        width = width_of(BETTER, self.small())
        notes = [(BETTER, QRectF(area.left() + 4, area.bottom() - line - 2, width, line))]
        if self._best is not None:
            text = f"best {number_text(self._best)}"
            width = width_of(text, self.small())
            y = frame.y_of(self._best)
            notes.append((text, QRectF(area.right() - width - 2, y + 1, width, line)))
        return notes

    def _box_around(self, place: QPointF) -> QRectF:
        return QRectF(place.x() - 6, place.y() - 6, 12, 12)

    def _free_box(
        self, frame: _Frame, place: QPointF, width: float, taken: list[QRectF]
    ) -> QRectF | None:
        height = self.line_height()
        for away_x, away_y in _AWAY:
            middle = QPointF(
                place.x() + away_x * (width / 2 + 9), place.y() + away_y * (height / 2 + 7)
            )
            box = QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)
            near = box.adjusted(-3, 0, 3, 0)
            if frame.area.contains(box) and not any(near.intersects(other) for other in taken):
                return box
        return None

    def tip_at(self, place: QPointF) -> str:
        """Return the name and the numbers of the point at a place."""
        if self.message:
            return ""
        frame = self._frame()
        near = [
            point
            for point in self.known_points
            if QLineF(frame.place(point), place).length() <= 2 * _RADIUS
        ]
        return "\n".join(f"{one_line(point.name)}: {_numbers_of(point)}" for point in near)

    # Drawing.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the plane."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.message:
                self.draw_message(painter)
                return
            frame = self._frame()
            self._draw_axes(painter, frame)
            self._draw_notes(painter, frame)
            self._draw_run(painter, frame)
            for start, end in self.arrows:
                self._draw_arrow(painter, frame.place(start), frame.place(end))
            for point in sorted(self.known_points, key=lambda point: point.is_active):
                self._draw_point(painter, frame.place(point), point.kind, point.is_active)
            self._draw_names(painter)
            if self._has_key():
                self._draw_key(painter)

    def _draw_axes(self, painter: QPainter, frame: _Frame) -> None:
        theme, area, line = theme_manager.theme, frame.area, self.line_height()
        painter.setFont(self.small())
        muted, hairline = QColor(theme.muted), QPen(QColor(theme.hairline), 1)
        step = tick_step((frame.high - frame.low) * 2 * line / area.height())
        for value in tick_values(frame.low, frame.high, step):
            y = frame.y_of(value)
            painter.setPen(hairline)
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(muted)
            box = QRectF(0, y - line / 2, area.left() - 5, line)
            painter.drawText(box, Align.AlignRight | Align.AlignVCenter, tick_text(value, step))
        room = width_of("0.00", self.small()) + 2 * GRID
        step = tick_step((frame.right - frame.left) * room / area.width())
        for value in tick_values(frame.left, frame.right, step):
            x = frame.x_of(value)
            painter.setPen(hairline)
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
            painter.setPen(muted)
            text = tick_text(value, step)
            width = width_of(text, self.small())
            at = min(max(x - width / 2, 0.0), self.width() - width)
            painter.drawText(QRectF(at, area.bottom() + 3, width + 1, line), Align.AlignLeft, text)
        painter.setPen(muted)
        painter.drawText(QRectF(0, 0, self.width(), line), Align.AlignLeft, "uniformity")
        below = QRectF(0, area.bottom() + 3 + line, area.right(), line)
        painter.drawText(below, Align.AlignRight, "alignment")

    def _draw_notes(self, painter: QPainter, frame: _Frame) -> None:
        color, area = QColor(theme_manager.theme.muted), frame.area
        if self._best is not None:
            y = frame.y_of(self._best)
            painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
        for text, box in self._notes(frame):
            ground = QColor(theme_manager.theme.ground)
            draw_text(painter, box.topLeft(), text, self.small(), color, ground)

    def _draw_run(self, painter: QPainter, frame: _Frame) -> None:
        places = [frame.place(point) for point in self.known_points if point.kind == "run"]
        if len(places) > 1:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(with_alpha(theme_manager.theme.accent, 0.5), 1))
            painter.drawPolyline(QPolygonF(places))

    def _draw_arrow(self, painter: QPainter, start: QPointF, end: QPointF) -> None:
        line = QLineF(start, end)
        if line.length() <= 2 * _RADIUS + 6:
            return
        color, along = QColor(theme_manager.theme.muted), line.unitVector()
        step = QPointF(along.dx(), along.dy())
        tip = end - step * (_RADIUS + 2)
        painter.setPen(QPen(color, 1))
        painter.drawLine(start + step * _RADIUS, tip - step * 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        side, back = QPointF(-step.y(), step.x()) * 3, tip - step * 7
        painter.drawPolygon(QPolygonF([tip, back + side, back - side]))

    def _draw_point(self, painter: QPainter, at: QPointF, kind: str, is_active: bool) -> None:
        theme = theme_manager.theme
        if is_active:
            painter.setPen(QPen(QColor(theme.ground), 1.5))
            painter.setBrush(QColor(theme.accent))
        elif kind == "whitened":
            painter.setPen(QPen(QColor(theme.after), 1.5))
            painter.setBrush(QColor(theme.ground))
        else:
            painter.setPen(QPen(QColor(theme.ground), 1))
            painter.setBrush(QColor(theme.muted))
        radius = _RADIUS + 1 if is_active else _RADIUS
        if kind == "run":
            diamond = QPainterPath()
            sides = ((0, -1), (1, 0), (0, 1), (-1, 0))
            corners = [at + QPointF(x, y) * (radius + 1) for x, y in sides]
            diamond.addPolygon(QPolygonF([*corners, corners[0]]))
            painter.drawPath(diamond)
        else:
            painter.drawEllipse(at, radius, radius)

    def _draw_names(self, painter: QPainter) -> None:
        theme = theme_manager.theme
        has_active = any(point.is_active and point.name for point in self.known_points)
        for place, (text, box) in enumerate(self.labels):
            is_active = has_active and place == 0
            color = QColor(theme.ink(theme.accent) if is_active else theme.text)
            small = self.small(semibold=is_active)
            draw_text(painter, box.topLeft(), text, small, color, QColor(theme.ground))

    def _draw_key(self, painter: QPainter) -> None:
        """Say below the picture what the kinds of points are."""
        line, x = self.line_height(), 6.0
        middle = self.height() - line / 2 - 1
        kinds = {point.kind for point in self.known_points}
        for kind in (kind for kind in _WORDS if kind in kinds):
            self._draw_point(painter, QPointF(x, middle), kind, is_active=False)
            painter.setFont(self.small())
            painter.setPen(QColor(theme_manager.theme.muted))
            width = width_of(_WORDS[kind], self.small())
            box = QRectF(x + GRID, middle - line / 2, width + 1, line)
            painter.drawText(box, Align.AlignLeft | Align.AlignVCenter, _WORDS[kind])
            x += width + 4 * GRID


def _widened(
    values: Sequence[float], room: float, before: float, after: float
) -> tuple[float, float]:
    """Return the ends of an axis that shows some values with room, in pixels, around them."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high - low < 1e-9 * max(abs(low), abs(high), 1.0):
        low, high = low - 0.5, high + 0.5
    pixel = (high - low) / max(room - before - after, 8.0)
    return low - before * pixel, high + after * pixel


def _numbers_of(point: PlanePoint) -> str:
    alignment, uniformity = number_text(point.alignment, 3), number_text(point.uniformity, 3)
    return f"alignment {alignment}, uniformity {uniformity}"

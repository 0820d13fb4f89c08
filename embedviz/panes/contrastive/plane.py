"""Alignment against uniformity: where sets stand in what a contrastive loss trades."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF

from embedviz.core.drawing.ticks import tick_step, tick_text, tick_values
from embedviz.core.wording import one_line
from embedviz.gui.charts.drawn_widget import Align, DrawnWidget, width_of
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.points.text import draw_text
from embedviz.gui.theme import GRID, theme_manager, with_alpha
from embedviz.panes.contrastive.drawing.plane_layout import (
    RADIUS,
    PlacedName,
    PlaneFrame,
    PlanePoint,
    frame_around,
    place_names,
)

__all__ = ["AlignmentPlane", "PlanePoint"]

WAITING = "Judged pairs place each open set here: add some, or choose a category."
BETTER = "↙ better"
_KINDS = ("set", "whitened", "run")


class AlignmentPlane(DrawnWidget):
    """Sets by their alignment and uniformity, both of which are smaller where they are better."""

    def __init__(self, name: str = "contrastive.plane") -> None:
        super().__init__(
            name, "Alignment and uniformity of sets", size=(300, 280), least=(200, 160)
        )
        self._points: tuple[PlanePoint, ...] = ()
        self._best: float | None = None
        self._named_for: tuple[object, ...] = ()
        self._names: list[PlacedName] = []
        self.show_message(WAITING)

    def show_points(
        self,
        points: Sequence[PlanePoint],
        best_uniformity: float | None = None,
        message: str = "",
    ) -> None:
        """Show sets.

        Parameters
        ----------
        points : sequence of PlanePoint
            A whitened one follows the set it was made from.
        best_uniformity : float, optional
            Of rows that are spread evenly, where all sets have as many dimensions.
        message : str
            In place of the plane where no point has a place; by default, what to do.
        """
        self._points = tuple(points)
        has_best = best_uniformity is not None and math.isfinite(best_uniformity)
        self._best = best_uniformity if has_best else None
        known = self.known_points
        self.show_message("" if known else message or WAITING)
        if known:
            said = (f"{one_line(point.name)}: {_numbers_of(point)}" for point in known)
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
    def names(self) -> list[PlacedName]:
        """Names as they are shown, and where; one without room is left to the tooltip."""
        fonts = self.small(), self.small(semibold=True)
        key = (self._points, self._best, self.size().toTuple(), fonts[0].toString())
        if key != self._named_for:
            self._named_for, self._names = key, self._place_names(fonts)
        return self._names

    def _place_names(self, fonts: tuple[QFont, QFont]) -> list[PlacedName]:
        frame = self._frame()
        written = [box.adjusted(-2, 0, 2, 0) for _, box in self._notes(frame)]
        lines = [QLineF(frame.place(start), frame.place(end)) for start, end in self.arrows]
        if self._best is not None:
            y = frame.y_of(self._best)
            lines.append(QLineF(frame.area.left(), y, frame.area.right(), y))
        return place_names(frame, self.known_points, written, lines, fonts)

    def _frame(self) -> PlaneFrame:
        line = self.line_height()
        below = 2 * line + 6 + (line + 2 if self._has_key() else 0)
        bottom = max(self.height() - below, 2 * line + 24)
        area = QRectF(QPointF(0, line + 4), QPointF(max(self.width() - 4.0, 40), bottom))
        room = line + 2 * GRID
        if width_of(BETTER + self._best_text, self.small()) > 0.7 * area.width():
            room += line  # What is written below the points has no room side by side.
        frame = frame_around(self.known_points, self._best, area, room)
        texts = [text for _, text in self._upright_ticks(frame)] + ["−0.00"]
        left = max(width_of(text, self.small()) for text in texts) + 6
        area.setLeft(min(left, 0.4 * area.width()))
        return frame_around(self.known_points, self._best, area, room)

    def _upright_ticks(self, frame: PlaneFrame) -> list[tuple[float, str]]:
        """Return values of uniformity at which there is a line across, and their texts."""
        span = frame.high - frame.low
        step = tick_step(span * 2 * self.line_height() / frame.area.height())
        values = tick_values(frame.low, frame.high, step)
        return [(value, tick_text(value, step)) for value in values]

    @property
    def _best_text(self) -> str:
        return "" if self._best is None else f"best {number_text(self._best)}"

    def _has_key(self) -> bool:
        return len({point.kind for point in self.known_points}) > 1

    def _notes(self, frame: PlaneFrame) -> list[tuple[str, QRectF]]:
        """Return what is written below the points, and where."""
        line, area = self.line_height(), frame.area
        width = width_of(BETTER, self.small())
        notes = [(BETTER, QRectF(area.left() + 4, area.bottom() - line - 2, width, line))]
        if self._best is not None:
            notes.append((self._best_text, self._beside_best(frame, notes[0][1])))
        return notes

    def _beside_best(self, frame: PlaneFrame, other: QRectF) -> QRectF:
        """Return where the line of the best is named: at one of its ends, where no point is."""
        assert self._best is not None
        area, line = frame.area, self.line_height()
        y, width = frame.y_of(self._best), width_of(self._best_text, self.small())
        places = [
            QRectF(left, top, width, line)
            for top in (y + 1, y - line - 1)
            for left in (area.right() - width - 2, area.left() + 4)
        ]
        around = QPointF(RADIUS + 2, RADIUS + 2)
        points = [frame.place(point) for point in self.known_points]
        taken = [other, *(QRectF(at - around, at + around) for at in points)]
        inside = (
            box for box in places if area.top() <= box.top() and box.bottom() <= area.bottom()
        )
        free = (box for box in inside if not any(box.intersects(each) for each in taken))
        return next(free, places[0])

    def tip_at(self, place: QPointF) -> str:
        """Return the names and the numbers of the points at a place."""
        if self.message:
            return ""
        frame = self._frame()
        near = [
            f"{one_line(point.name)}: {_numbers_of(point)}".removeprefix(": ")
            for point in self.known_points
            if QLineF(frame.place(point), place).length() <= 2 * RADIUS
        ]
        return "\n".join(near)

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
            places = [frame.place(point) for point in self.known_points if point.kind == "run"]
            _draw_path(painter, places)
            for start, end in self.arrows:
                _draw_arrow(painter, frame.place(start), frame.place(end))
            names = self.names
            for name in names:
                if not name.point.is_active:
                    self._draw_name(painter, name)
            for point in sorted(self.known_points, key=lambda point: point.is_active):
                _draw_point(painter, frame.place(point), point.kind, point.is_active)
            for name in names:  # Over whatever is there, as it is named in any case.
                if name.point.is_active:
                    self._draw_name(painter, name)
            if self._has_key():
                self._draw_key(painter)

    def _draw_axes(self, painter: QPainter, frame: PlaneFrame) -> None:
        theme, area, line = theme_manager.theme, frame.area, self.line_height()
        painter.setFont(self.small())
        muted, hairline = QColor(theme.muted), QPen(QColor(theme.hairline), 1)
        for value, text in self._upright_ticks(frame):
            y = frame.y_of(value)
            painter.setPen(hairline)
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(muted)
            box = QRectF(0, y - line / 2, area.left() - 5, line)
            painter.drawText(box, Align.AlignRight | Align.AlignVCenter, text)
        room = width_of("0.00", self.small()) + 2 * GRID
        step = tick_step((frame.right - frame.left) * room / area.width())
        for value in tick_values(frame.left, frame.right, step):
            x = frame.x_of(value)
            painter.setPen(hairline)
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
            painter.setPen(muted)
            text = tick_text(value, step)
            width = width_of(text, self.small())
            if x + width / 2 <= self.width():
                box = QRectF(x - width / 2, area.bottom() + 3, width + 1, line)
                painter.drawText(box, Align.AlignLeft, text)
        painter.setPen(muted)
        painter.drawText(QRectF(0, 0, self.width(), line), Align.AlignLeft, "uniformity")
        below = QRectF(0, area.bottom() + 3 + line, area.right(), line)
        painter.drawText(below, Align.AlignRight, "alignment")

    def _draw_notes(self, painter: QPainter, frame: PlaneFrame) -> None:
        color, area = QColor(theme_manager.theme.muted), frame.area
        if self._best is not None:
            y = frame.y_of(self._best)
            painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
        for text, box in self._notes(frame):
            ground = QColor(theme_manager.theme.ground)
            draw_text(painter, box.topLeft(), text, self.small(), color, ground)

    def _draw_name(self, painter: QPainter, name: PlacedName) -> None:
        theme, is_active = theme_manager.theme, name.point.is_active
        if name.leader is not None:
            painter.setPen(QPen(with_alpha(theme.muted, 0.7), 1, Qt.PenStyle.DotLine))
            painter.drawLine(name.leader)
        color = QColor(theme.ink(theme.accent) if is_active else theme.text)
        small = self.small(semibold=is_active)
        draw_text(painter, name.box.topLeft(), name.text, small, color, QColor(theme.ground))

    def _draw_key(self, painter: QPainter) -> None:
        """Say below the picture what the kinds of points are."""
        line, x = self.line_height(), 6.0
        middle = self.height() - line / 2 - 1
        kinds = {point.kind for point in self.known_points}
        for kind in (kind for kind in _KINDS if kind in kinds):
            _draw_point(painter, QPointF(x, middle), kind, is_active=False)
            painter.setFont(self.small())
            painter.setPen(QColor(theme_manager.theme.muted))
            width = width_of(kind, self.small())
            box = QRectF(x + GRID, middle - line / 2, width + 1, line)
            painter.drawText(box, Align.AlignLeft | Align.AlignVCenter, kind)
            x += width + 4 * GRID


def _draw_path(painter: QPainter, places: Sequence[QPointF]) -> None:
    if len(places) > 1:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(with_alpha(theme_manager.theme.accent, 0.5), 1))
        painter.drawPolyline(QPolygonF(places))


def _draw_arrow(painter: QPainter, start: QPointF, end: QPointF) -> None:
    line = QLineF(start, end)
    if line.length() <= 2 * RADIUS + 6:
        return
    color, along = QColor(theme_manager.theme.muted), line.unitVector()
    step = QPointF(along.dx(), along.dy())
    tip = end - step * (RADIUS + 2)
    painter.setPen(QPen(color, 1))
    painter.drawLine(start + step * RADIUS, tip - step * 5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    side, back = QPointF(-step.y(), step.x()) * 3, tip - step * 7
    painter.drawPolygon(QPolygonF([tip, back + side, back - side]))


def _draw_point(painter: QPainter, at: QPointF, kind: str, is_active: bool) -> None:
    """Draw a disk, a ring for what was whitened, or a diamond for a run."""
    theme, radius = theme_manager.theme, RADIUS + (1 if is_active else 0)
    painter.setPen(QPen(QColor(theme.ground), 1.5 if is_active else 1))
    painter.setBrush(QColor(theme.accent if is_active else theme.muted))
    if kind == "whitened" and not is_active:
        painter.setPen(QPen(QColor(theme.after), 1.5))
        painter.setBrush(QColor(theme.ground))
    if kind == "run":
        sides = ((0, -1), (1, 0), (0, 1), (-1, 0))
        painter.drawPolygon(QPolygonF([at + QPointF(x, y) * (radius + 1) for x, y in sides]))
    else:
        painter.drawEllipse(at, radius, radius)


def _numbers_of(point: PlanePoint) -> str:
    alignment, uniformity = number_text(point.alignment, 3), number_text(point.uniformity, 3)
    return f"alignment {alignment}, uniformity {uniformity}"

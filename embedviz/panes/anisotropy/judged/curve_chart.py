"""A curve of judged quality over what can be set, with the present setting and the rows before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF

from embedviz.core.covariance import Vector
from embedviz.core.drawing.ticks import tick_step, tick_text, tick_values
from embedviz.gui.charts.drawn_widget import Align, DrawnWidget, first_that_fits, width_of
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.theme import GRID, theme_manager


@dataclass(frozen=True, eq=False)
class SettingCurve:
    """What is drawn.

    Attributes
    ----------
    titles : tuple of str
        What the curve is over, in words of which the first that has room is written.
    places : float64 array of shape (n,)
        From 0, the left end, to 1, the right one, ascending.
    values : float64 array of shape (n,)
        nan where there is none.
    names : tuple of str
        Of each place.
    ticks : tuple of (float, str)
        Places with a text below them.
    now : int
        The present setting: one of the places.
    before : float
        Of the rows as they are.
    span : (float, float)
        Ends of the upright axis.
    """

    titles: tuple[str, ...]
    places: Vector
    values: Vector
    names: tuple[str, ...]
    ticks: tuple[tuple[float, str], ...]
    now: int
    before: float
    span: tuple[float, float]


class SettingChart(DrawnWidget):
    """One curve; a press chooses the setting that is nearest to the mouse.

    Signals
    -------
    place_chosen : (int,)
        Which of the places was pressed.
    """

    place_chosen = Signal(int)

    def __init__(self, name: str, title: str, tip: str) -> None:
        super().__init__(name, title, size=(220, 180), least=(130, 80))
        self._tip = tip
        self.curve: SettingCurve | None = None
        self._hovered: int | None = None
        self.setMouseTracking(True)

    def show_curve(self, curve: SettingCurve) -> None:
        """Show another curve."""
        self.curve, self._hovered = curve, None
        self.show_message("")
        self.setAccessibleDescription(self.reading)

    def clear(self, message: str = "") -> None:
        """Show none, and say why."""
        self.curve, self._hovered = None, None
        self.show_message(message)

    @property
    def reading(self) -> str:
        """The value at the mouse, or else at the present setting."""
        if self.curve is None:
            return ""
        at = self.curve.now if self._hovered is None else self._hovered
        return f"{number_text(float(self.curve.values[at]), 3)} at {self.curve.names[at]}"

    def area(self) -> QRectF:
        """Return where the curve is."""
        line, small = self.line_height(), self.small()
        left = width_of("−0.88", small) + 6
        return QRectF(
            left,
            2 * line + 6,
            max(self.width() - left - 10, 10),
            max(self.height() - 3 * line - 12, 10),
        )

    def place_of(self, at: int) -> QPointF:
        """Return where a value of the curve is."""
        curve, area = self.curve, self.area()
        assert curve is not None
        x = area.left() + float(curve.places[at]) * area.width()
        return QPointF(x, self._y_of(float(curve.values[at])))

    def _y_of(self, value: float) -> float:
        assert self.curve is not None
        area, (low, high) = self.area(), self.curve.span
        return area.bottom() - (value - low) / (high - low) * area.height()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the chart."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.message or self.curve is None:
                self.draw_message(painter)
                return
            self._draw_words(painter, self.curve)
            self._draw_axes(painter, self.curve)
            self._draw_curve(painter, self.curve)

    def _draw_words(self, painter: QPainter, curve: SettingCurve) -> None:
        theme, line = theme_manager.theme, self.line_height()
        painter.setFont(self.small(semibold=True))
        painter.setPen(QColor(theme.text))
        title = first_that_fits(curve.titles, self.width(), self.small(semibold=True))
        painter.drawText(QRectF(0, 0, self.width(), line), Align.AlignLeft, title)
        before = f"before {number_text(curve.before, 3)}"
        wordings = [f"{self.reading}, {before}", self.reading, self.reading.split(" ")[0]]
        reading = first_that_fits(wordings, self.width(), self.small())
        painter.setFont(self.small())
        painter.setPen(QColor(theme.muted))
        painter.drawText(QRectF(0, line, self.width(), line), Align.AlignLeft, reading)

    def _draw_axes(self, painter: QPainter, curve: SettingCurve) -> None:
        theme, line, area = theme_manager.theme, self.line_height(), self.area()
        low, high = curve.span
        step = tick_step(max((high - low) * 1.7 * line / area.height(), 1e-6))
        for value in tick_values(low, high, step):
            y = self._y_of(value)
            painter.setPen(QPen(QColor(theme.hairline), 1))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(QColor(theme.muted))
            box = QRectF(0, y - line / 2, area.left() - 5, line)
            painter.drawText(box, Align.AlignRight | Align.AlignVCenter, tick_text(value, step))
        taken: list[tuple[float, float]] = []
        for place, text in _ends_first(curve.ticks):
            x, half = area.left() + place * area.width(), width_of(text, self.small()) / 2
            x_text = min(max(x - half, 0.0), self.width() - 2 * half - 1)
            if any(
                x_text < end + GRID and x_text + 2 * half + GRID > start for start, end in taken
            ):
                continue
            taken.append((x_text, x_text + 2 * half))
            painter.setPen(QPen(QColor(theme.muted), 1))
            painter.drawLine(QLineF(x, area.bottom(), x, area.bottom() + 3))
            painter.drawText(
                QRectF(x_text, area.bottom() + 4, 2 * half + 2, line), Align.AlignLeft, text
            )

    def _draw_curve(self, painter: QPainter, curve: SettingCurve) -> None:
        theme, area = theme_manager.theme, self.area()
        if curve.before == curve.before:
            painter.setPen(QPen(QColor(theme.before), 1.4, Qt.PenStyle.DashLine))
            y = self._y_of(curve.before)
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
        x = area.left() + float(curve.places[curve.now]) * area.width()
        painter.setPen(QPen(QColor(theme.accent), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        known = np.flatnonzero(np.isfinite(curve.values)).tolist()
        painter.setPen(QPen(QColor(theme.after), 2.0))
        painter.drawPolyline(QPolygonF([self.place_of(at) for at in known]))
        painter.setBrush(QColor(theme.after))
        painter.setPen(QPen(QColor(theme.ground), 1.2))
        for at in known:
            is_read = at == (curve.now if self._hovered is None else self._hovered)
            radius = 4.5 if is_read else 2.2
            painter.drawEllipse(self.place_of(at), radius, radius)

    def nearest(self, place: QPointF) -> int | None:
        """Return which place of the curve is nearest to the mouse; None beside it."""
        if self.curve is None or not self.area().adjusted(-8, -6, 8, 24).contains(place):
            return None
        share = (place.x() - self.area().left()) / self.area().width()
        return int(np.abs(self.curve.places - share).argmin())

    def tip_at(self, place: QPointF) -> str:
        """Return what the chart means, and how it is used."""
        return "" if self.curve is None else self._tip

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Read the value at the mouse."""
        self._hover(self.nearest(event.position()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Read the present one again."""
        self._hover(None)

    def _hover(self, at: int | None) -> None:
        if at != self._hovered:
            self._hovered = at
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the setting under the mouse."""
        at = self.nearest(event.position())
        if at is not None and event.button() == Qt.MouseButton.LeftButton:
            self.place_chosen.emit(at)


def _ends_first(ticks: tuple[tuple[float, str], ...]) -> list[tuple[float, str]]:
    """Return the ticks at both ends, and then the others from right to left."""
    return [ticks[-1], ticks[0], *ticks[-2:0:-1]] if len(ticks) > 1 else list(ticks)

"""Axes: ticks at the left and below a 2-D picture, three lines through a 3-D one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, hypot, isfinite, log10

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from embedviz.gui.points.frame import Frame
from embedviz.gui.points.text import draw_line_of_text, draw_text, text_size
from embedviz.gui.theme import with_alpha

TICK_LENGTH = 4.0
_LEAST_DISTANCE, _MOST_DISTANCE = 40.0, 80.0
_LINE = 16.0
_BORDER = 10.0


def tick_values(low: float, high: float, step: float) -> list[float]:
    """Return the multiples of a step from `low` to `high`."""
    return [n * step for n in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def tick_step(least: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is at least this."""
    power = 10.0 ** floor(log10(least))
    return next(n * power for n in (1.0, 2.0, 5.0, 10.0) if n * power >= least * (1 - 1e-9))


def tick_text(value: float, step: float) -> str:
    """Return a tick value with as many decimals as the step needs, and a true minus sign."""
    if abs(value) < step / 2:
        return "0"
    if step >= 1e5 or step < 1e-4:
        return f"{value:.3g}".replace("-", "\u2212")
    decimals = max(0, -floor(log10(step) + 1e-9))
    return f"{value:,.{decimals}f}".replace("-", "\u2212")


def step_for(frame: Frame) -> float:
    """Return the distance of ticks, the same for x and y, as the axes have one scale."""
    shorter = min(frame.area.width(), frame.area.height())
    distance = min(max(shorter / 5, _LEAST_DISTANCE), _MOST_DISTANCE) * frame.text_scale
    return tick_step(distance * 2 * frame.camera.scale / shorter)


def left_margin(frame: Frame) -> float:
    """Return the width that the tick texts of the y axis need, in pixels."""
    low, high = _visible(frame)[1]
    step = step_for(frame)
    texts = ["\u22120.00", *(tick_text(value, step) for value in tick_values(low, high, step))]
    return max(text_size(text, frame.small)[0] for text in texts) + TICK_LENGTH + 6


def bottom_margin(frame: Frame) -> float:
    """Return the height that the x axis needs below it, in pixels."""
    return 2 * frame.text(_LINE) + TICK_LENGTH


def top_margin(frame: Frame) -> float:
    """Return the height that the title of the y axis needs above it, in pixels."""
    return frame.text(_LINE)


def draw_axes(painter: QPainter, frame: Frame, titles: Sequence[str]) -> None:
    """Draw the axes of a 2-D picture, at the left of its area and below it."""
    area, muted, line = frame.area, QColor(frame.theme.muted), frame.text(_LINE)
    painter.setPen(QPen(with_alpha(frame.theme.muted, 0.45), 1))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    painter.drawLine(area.topLeft(), area.bottomLeft())
    _draw_x_ticks(painter, frame)
    _draw_y_ticks(painter, frame)
    below = QRectF(area.left(), area.bottom() + TICK_LENGTH + line, area.width(), line)
    title = f"{titles[0]} \u2192"
    draw_line_of_text(painter, below, title, frame.small, muted, Qt.AlignmentFlag.AlignRight)
    if len(titles) > 1:
        above = QRectF(area.left() - TICK_LENGTH, area.top() - line - 4, area.width(), line)
        draw_line_of_text(painter, above, f"\u2191 {titles[1]}", frame.small, muted)


def _draw_x_ticks(painter: QPainter, frame: Frame) -> None:
    area, step = frame.area, step_for(frame)
    (low, high), _ = _visible(frame)
    for value in tick_values(low, high, step):
        x = area.left() + (value - low) / (high - low) * area.width()
        painter.setPen(QPen(with_alpha(frame.theme.muted, 0.45), 1))
        painter.drawLine(QLineF(x, area.bottom(), x, area.bottom() + TICK_LENGTH))
        text = tick_text(value, step)
        width, _ = text_size(text, frame.small)
        left = min(x - width / 2, area.right() + _BORDER - width)
        corner = QPointF(left, area.bottom() + TICK_LENGTH + 1)
        draw_text(painter, corner, text, frame.small, QColor(frame.theme.muted))


def _draw_y_ticks(painter: QPainter, frame: Frame) -> None:
    area, step = frame.area, step_for(frame)
    _, (low, high) = _visible(frame)
    for value in tick_values(low, high, step):
        y = area.bottom() - (value - low) / (high - low) * area.height()
        painter.setPen(QPen(with_alpha(frame.theme.muted, 0.45), 1))
        painter.drawLine(QLineF(area.left() - TICK_LENGTH, y, area.left(), y))
        text = tick_text(value, step)
        width, height = text_size(text, frame.small)
        corner = QPointF(area.left() - TICK_LENGTH - 3 - width, y - height / 2)
        draw_text(painter, corner, text, frame.small, QColor(frame.theme.muted))


def draw_axes_3d(painter: QPainter, frame: Frame, titles: Sequence[str]) -> None:
    """Draw a line along each axis through the middle of the data."""
    painter.setPen(QPen(with_alpha(frame.theme.muted, 0.45), 1))
    for _, start, end in _axes_3d(frame, titles):
        painter.drawLine(start, end)


def draw_titles_3d(painter: QPainter, frame: Frame, titles: Sequence[str]) -> None:
    """Draw the titles of the axes beyond their ends, within the area."""
    color, ground = QColor(frame.theme.muted), QColor(frame.theme.ground)
    for title, (left, top, _, _) in _places_3d(frame, titles):
        draw_text(painter, QPointF(left, top), title, frame.small, color, ground)


def title_boxes_3d(frame: Frame, titles: Sequence[str]) -> list[tuple[float, ...]]:
    """Return left, top, width and height of the titles in a 3-D picture; none in 2-D."""
    return [box for _, box in _places_3d(frame, titles)] if frame.camera.is_3d else []


def _places_3d(
    frame: Frame, titles: Sequence[str]
) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    area = frame.area
    for title, start, end in _axes_3d(frame, titles):
        way = end - start
        length = max(hypot(way.x(), way.y()), 1.0)
        width, height = text_size(title, frame.small)
        # As far out as the box of the text reaches toward the axis.
        out = way / length * (abs(way.x()) * width + abs(way.y()) * height + 8 * length) / length
        corner = end + out / 2 - QPointF(width, height) / 2
        left = min(max(corner.x(), area.left()), area.right() - width)
        top = min(max(corner.y(), area.top()), area.bottom() - height)
        yield title, (left, top, width, height)


def _axes_3d(frame: Frame, titles: Sequence[str]) -> Iterator[tuple[str, QPointF, QPointF]]:
    """Yield title, start and end on screen of each axis whose ends are in front of the eye."""
    center = np.array(frame.extent.center)
    half = (np.array(frame.extent.high) - np.array(frame.extent.low)) / 2
    for axis, title in enumerate(titles[:3]):
        reach = np.zeros(3)
        reach[axis] = half[axis]
        start, end = frame.point(center - reach), frame.point(center + reach)
        if isfinite(start.x()) and isfinite(end.x()):
            yield title, start, end


def _visible(frame: Frame) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the least and greatest x, and y, that the area shows."""
    x, y, _ = frame.camera.center
    area = frame.area
    per_pixel = 2 * frame.camera.scale / min(area.width(), area.height())
    half_width, half_height = area.width() / 2 * per_pixel, area.height() / 2 * per_pixel
    return (x - half_width, x + half_width), (y - half_height, y + half_height)

"""Axes: ticks at the left and below a 2-D picture, three lines through a 3-D one."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from embedviz.core.camera import Extent
from embedviz.gui.frame import Frame
from embedviz.gui.lettering import draw_line_of_text, draw_text, text_size
from embedviz.gui.theme import with_alpha

TICK_LENGTH = 4.0
_TICK_DISTANCE = 80.0


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
    per_pixel = 2 * frame.camera.scale / min(frame.area.width(), frame.area.height())
    return tick_step(_TICK_DISTANCE * frame.text_scale * per_pixel)


def left_margin(frame: Frame) -> float:
    """Return the width that the tick texts of the y axis need, in pixels."""
    low, high = _visible(frame)[1]
    step = step_for(frame)
    texts = ["\u22120.00", *(tick_text(value, step) for value in tick_values(low, high, step))]
    return max(text_size(text, frame.small)[0] for text in texts) + TICK_LENGTH + 6


def bottom_margin(frame: Frame) -> float:
    """Return the height that the x axis needs below it, in pixels."""
    return 2 * frame.text(16) + TICK_LENGTH


def draw_axes(painter: QPainter, frame: Frame, titles: Sequence[str]) -> None:
    """Draw the axes of a 2-D picture, at the left of its area and below it."""
    area, muted = frame.area, QColor(frame.theme.muted)
    step = step_for(frame)
    pixels = min(area.width(), area.height()) / 2 / frame.camera.scale
    (left, right), (low, high) = _visible(frame)
    painter.setPen(QPen(with_alpha(frame.theme.muted, 0.45), 1))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    painter.drawLine(area.topLeft(), area.bottomLeft())
    line = frame.text(16)
    for value in tick_values(left, right, step):
        x = area.left() + (value - left) * pixels
        painter.setPen(QPen(with_alpha(frame.theme.muted, 0.45), 1))
        painter.drawLine(QLineF(x, area.bottom(), x, area.bottom() + TICK_LENGTH))
        text = tick_text(value, step)
        width = text_size(text, frame.small)[0]
        place = min(max(x - width / 2, area.left()), area.right() - width)
        corner = QPointF(place, area.bottom() + TICK_LENGTH + 1)
        draw_text(painter, corner, text, frame.small, muted)
    for value in tick_values(low, high, step):
        y = area.bottom() - (value - low) * pixels
        painter.setPen(QPen(with_alpha(frame.theme.muted, 0.45), 1))
        painter.drawLine(QLineF(area.left() - TICK_LENGTH, y, area.left(), y))
        text = tick_text(value, step)
        width, height = text_size(text, frame.small)
        place = min(max(y - height / 2, area.top()), area.bottom() - height)
        corner = QPointF(area.left() - TICK_LENGTH - 3 - width, place)
        draw_text(painter, corner, text, frame.small, muted)
    below = QRectF(area.left(), area.bottom() + TICK_LENGTH + line, area.width(), line)
    draw_line_of_text(
        painter, below, f"{titles[0]} \u2192", frame.small, muted, Qt.AlignmentFlag.AlignRight
    )
    above = QRectF(area.left() - TICK_LENGTH, area.top() - line - 4, area.width(), line)
    draw_line_of_text(painter, above, f"\u2191 {titles[1]}", frame.small, muted)


def draw_axes_3d(painter: QPainter, frame: Frame, titles: Sequence[str], extent: Extent) -> None:
    """Draw a line along each axis through the middle of the data, with its title at the end."""
    center = np.array(extent.center)
    half = (np.array(extent.high) - np.array(extent.low)) / 2
    for axis, title in enumerate(titles[:3]):
        reach = np.zeros(3)
        reach[axis] = half[axis] * 1.05
        start, end = frame.point(center - reach), frame.point(center + reach)
        if any(point.x() != point.x() for point in (start, end)):
            continue
        painter.setPen(QPen(with_alpha(frame.theme.muted, 0.45), 1))
        painter.drawLine(start, end)
        width, height = text_size(title, frame.small)
        corner = end - QPointF(width / 2, height / 2)
        draw_text(
            painter,
            corner,
            title,
            frame.small,
            QColor(frame.theme.muted),
            QColor(frame.theme.ground),
        )


def _visible(frame: Frame) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the least and greatest x, and y, that the area shows."""
    x, y, _ = frame.camera.center
    area = frame.area
    per_pixel = 2 * frame.camera.scale / min(area.width(), area.height())
    half_width, half_height = area.width() / 2 * per_pixel, area.height() / 2 * per_pixel
    return (x - half_width, x + half_width), (y - half_height, y + half_height)

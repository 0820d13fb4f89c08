"""Axes: ticks at the left and below a 2-D picture, three lines through a 3-D one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import hypot, isfinite

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from embedviz.core.drawing.ticks import Ticks, date_ticks, number_ticks, tick_step
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.text import draw_line_of_text, draw_text, text_size
from embedviz.gui.theme import CAPTION_PIXELS, font, with_alpha

TICK_LENGTH = 4.0
_LEAST_DISTANCE, _MOST_DISTANCE = 40.0, 80.0
_LINE = 16.0
_BORDER = 10.0
_SPACE = 6.0
_LONGEST_DATE = "2024-12-28"
_MOST_BESIDE = "\u22120,000,000"
"""No text beside the y axis is longer than this."""

X, Y = 0, 1


def step_for(frame: Frame) -> float:
    """Return the distance of ticks, the same for x and y, as the axes have one scale."""
    shorter = min(frame.area.width(), frame.area.height())
    distance = min(max(shorter / 5, _LEAST_DISTANCE), _MOST_DISTANCE) * frame.text_scale
    return tick_step(distance * _per_pixel(frame))


def ticks_of(frame: Frame, axis: int, *, is_date: bool = False) -> Ticks:
    """Return the ticks of an axis, X or Y, that the area shows."""
    low, high = _visible(frame)[axis]
    origin, step = frame.camera.origin[axis], step_for(frame)
    beside = text_size(_MOST_BESIDE, frame.small)[0]
    room = beside if axis == Y else min(1.3 * beside, step / _per_pixel(frame) - 2 * _SPACE)

    if is_date:
        step = (text_size(_LONGEST_DATE, frame.small)[0] + 2 * _SPACE) * _per_pixel(frame)
    return _ticks(origin, low, high, step, room, frame.text_scale, is_date)


@lru_cache(maxsize=32)
def _ticks(
    origin: float,
    low: float,
    high: float,
    step: float,
    room: float,
    text_scale: float,
    is_date: bool,
) -> Ticks:
    # Kept, as a frame asks for the same ones many times.
    small = font(CAPTION_PIXELS * text_scale)

    def fits(text: str) -> bool:
        return text_size(text, small)[0] <= room

    make = date_ticks if is_date else number_ticks
    return make(origin, low, high, step, fits)


def left_margin(frame: Frame, dates: Sequence[bool] = ()) -> float:
    """Return the width that the tick texts of the y axis need, in pixels."""
    texts = ["\u22120.00", *ticks_of(frame, Y, is_date=_is_date(dates, Y)).texts]
    return max(text_size(text, frame.small)[0] for text in texts) + TICK_LENGTH + 6


def bottom_margin(frame: Frame) -> float:
    """Return the height that the x axis needs below it, in pixels."""
    return 2 * frame.text(_LINE) + TICK_LENGTH


def top_margin(frame: Frame) -> float:
    """Return the height that the title of the y axis needs above it, in pixels."""
    return frame.text(_LINE)


def draw_axes(
    painter: QPainter, frame: Frame, titles: Sequence[str], dates: Sequence[bool] = ()
) -> None:
    """Draw the axes of a 2-D picture, at the left of its area and below it.

    Parameters
    ----------
    titles : sequence of str
        One or two.
    dates : sequence of bool
        Which axes are days since 1970; none where it is empty.
    """
    area, muted, line = frame.area, QColor(frame.theme.muted), frame.text(_LINE)
    painter.setPen(QPen(with_alpha(frame.theme.muted, 0.45), 1))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    painter.drawLine(area.topLeft(), area.bottomLeft())
    x_ticks, y_ticks = (ticks_of(frame, axis, is_date=_is_date(dates, axis)) for axis in (X, Y))
    _draw_x_ticks(painter, frame, x_ticks)
    _draw_y_ticks(painter, frame, y_ticks)
    below = QRectF(area.left(), area.bottom() + TICK_LENGTH + line, area.width(), line)
    title = f"{titles[0]} \u2192"
    draw_line_of_text(painter, below, title, frame.small, muted, Qt.AlignmentFlag.AlignRight)
    # Where the axis begins, as the title is where it ends.
    draw_line_of_text(painter, below, x_ticks.base, frame.small, muted)
    if len(titles) > 1 or y_ticks.base:
        above = QRectF(area.left() - TICK_LENGTH, area.top() - line - 4, area.width(), line)
        named = f"\u2191 {titles[1]}" if len(titles) > 1 else ""
        text = "    ".join(filter(None, (y_ticks.base, named)))
        draw_line_of_text(painter, above, text, frame.small, muted)


def _is_date(dates: Sequence[bool], axis: int) -> bool:
    return axis < len(dates) and dates[axis]


def _draw_x_ticks(painter: QPainter, frame: Frame, ticks: Ticks) -> None:
    area = frame.area
    (low, high), _ = _visible(frame)
    for value, text in zip(ticks.places, ticks.texts, strict=True):
        x = area.left() + (value - low) / (high - low) * area.width()
        painter.setPen(QPen(with_alpha(frame.theme.muted, 0.45), 1))
        painter.drawLine(QLineF(x, area.bottom(), x, area.bottom() + TICK_LENGTH))
        width, _ = text_size(text, frame.small)
        left = min(x - width / 2, area.right() + _BORDER - width)
        corner = QPointF(left, area.bottom() + TICK_LENGTH + 1)
        draw_text(painter, corner, text, frame.small, QColor(frame.theme.muted))


def _draw_y_ticks(painter: QPainter, frame: Frame, ticks: Ticks) -> None:
    area = frame.area
    _, (low, high) = _visible(frame)
    for value, text in zip(ticks.places, ticks.texts, strict=True):
        y = area.bottom() - (value - low) / (high - low) * area.height()
        painter.setPen(QPen(with_alpha(frame.theme.muted, 0.45), 1))
        painter.drawLine(QLineF(area.left() - TICK_LENGTH, y, area.left(), y))
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
        ends, _ = frame.project_near([center - reach, center + reach])
        start, end = (QPointF(x, y) for x, y in ends.tolist())
        if isfinite(start.x()) and isfinite(end.x()):
            yield title, start, end


def _visible(frame: Frame) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the least and greatest x, and y, that the area shows, seen from the origin."""
    x, y, _ = frame.camera.center
    area, per_pixel = frame.area, _per_pixel(frame)
    half_width, half_height = area.width() / 2 * per_pixel, area.height() / 2 * per_pixel
    return (x - half_width, x + half_width), (y - half_height, y + half_height)


def _per_pixel(frame: Frame) -> float:
    return 2 * frame.camera.scale / min(frame.area.width(), frame.area.height())

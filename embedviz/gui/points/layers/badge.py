"""A few words on a quiet ground of their own, over the points."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from embedviz.gui.points.frame import Frame
from embedviz.gui.points.legend.drawing import draw_panel
from embedviz.gui.points.text import draw_line_of_text, text_size

_LINE, _SIDE, _TOP = 15.0, 8.0, 4.0
_SEPARATOR = " \u00b7 "


def badge_box(frame: Frame, text: str, corner: QPointF, most: float) -> QRectF:
    """Return the box of a badge from its upper left corner, at most so wide, in pixels.

    A line break of the text is one there, too.
    """
    lines = _lines(frame, text, most - 2 * _SIDE)
    width = max(text_size(line, frame.small)[0] for line in lines) + 2 * _SIDE + 1
    height = len(lines) * frame.text(_LINE) + 2 * _TOP
    return QRectF(corner.x(), corner.y(), min(ceil(width), most), ceil(height))


def draw_badge(painter: QPainter, frame: Frame, text: str, box: QRectF) -> None:
    """Draw a text into the box that `badge_box` gave for it."""
    draw_panel(painter, frame, box)
    line = QRectF(box.left() + _SIDE, box.top() + _TOP, box.width() - 2 * _SIDE, frame.text(_LINE))
    for words in _lines(frame, text, box.width() - 2 * _SIDE):
        draw_line_of_text(painter, line, words, frame.small, QColor(frame.theme.text))
        line.translate(0, line.height())


def _lines(frame: Frame, text: str, most: float) -> list[str]:
    """Return a text in lines, each as wide as it can be.

    They are broken between parts; a part that is too wide between words, and such a word
    anywhere, so that no letter is lost.
    """

    def fits(line: str) -> bool:
        return text_size(line, frame.small)[0] <= most

    lines = text.split("\n")
    return [line for given in lines for line in _filled(given, (_SEPARATOR, " ", ""), fits)]


def _filled(text: str, separators: tuple[str, ...], fits: Callable[[str], bool]) -> list[str]:
    if fits(text) or not separators:
        return [text]
    lines: list[str] = []
    first, *others = separators
    for part in text.split(first) if first else text:
        longer = lines[-1] + first + part if lines else ""
        if longer and fits(longer):
            lines[-1] = longer
        else:
            lines += _filled(part, tuple(others), fits)
    return lines

"""Title and subtitle of a picture, at its upper left."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from embedviz.core.wording import one_line
from embedviz.gui.points.frame import PADDING, Frame
from embedviz.gui.points.text import draw_line_of_text
from embedviz.gui.theme import TEXT_PIXELS, font

_TITLE_PIXELS = 26
_BETWEEN, _BELOW = 2.0, 10.0
_FIRST = 4.0


@dataclass(frozen=True)
class Heading:
    """A title, and a line below it that says more; either may be empty.

    Attributes
    ----------
    title, subtitle : str
        In one line each, shortened where they are longer than the picture is wide.
    """

    title: str = ""
    subtitle: str = ""

    def height(self, frame: Frame) -> float:
        """Return how much of the picture it takes, in pixels; 0 where there is none."""
        lines = _lines(self, frame)
        if not lines:
            return 0.0
        heights = sum(QFontMetricsF(each).height() for _, each, _ in lines)
        return heights + frame.text(_BETWEEN * (len(lines) - 1) + _BELOW)

    def paint(self, painter: QPainter, frame: Frame, width: float) -> None:
        """Draw it at the top of a picture of this width."""
        top = PADDING
        for text, text_font, color in _lines(self, frame):
            height = QFontMetricsF(text_font).height()
            box = QRectF(PADDING + _FIRST, top, max(width - 2 * PADDING - _FIRST, 1.0), height)
            draw_line_of_text(painter, box, text, text_font, color)
            top += height + frame.text(_BETWEEN)


def _lines(heading: Heading, frame: Frame) -> list[tuple[str, QFont, QColor]]:
    """Return the lines that there are, with their fonts and colors."""
    title = font(_TITLE_PIXELS * frame.text_scale, semibold=True)
    subtitle = font((TEXT_PIXELS + 1) * frame.text_scale)
    lines = [
        (one_line(heading.title), title, QColor(frame.theme.text)),
        (one_line(heading.subtitle), subtitle, QColor(frame.theme.muted)),
    ]
    return [line for line in lines if line[0]]

"""Lines above a picture in a figure, and how large all of it is."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QWidget

from embedviz.gui.export.look import FigureLook
from embedviz.gui.theme import GRID, TEXT_PIXELS, TITLE_PIXELS, font


def head_height(look: FigureLook) -> int:
    """Return how high the lines above the picture are, in CSS pixels."""
    lines = title_lines(look)
    if not lines:
        return 0
    return ceil(1.5 * GRID + sum(QFontMetricsF(each).height() for _, each in lines))


def title_lines(look: FigureLook) -> list[tuple[str, QFont]]:
    """Return the lines above a picture with their fonts."""
    title = font(TITLE_PIXELS * look.text_scale, semibold=True)
    subtitle = font(TEXT_PIXELS * look.text_scale)
    return [(text, each) for text, each in ((look.title, title), (look.subtitle, subtitle)) if text]


def size_of(picture: QWidget, look: FigureLook) -> QSize:
    """Return the size of a whole figure in CSS pixels, with the lines above the picture."""
    width = look.width or picture.width()
    return QSize(width, look.height or picture.height() + head_height(look))

"""The names in a legend: whole where there is room, and cut so that they still differ."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtGui import QFont, QFontMetricsF

from embedviz.core.drawing.elision import shortened
from embedviz.core.wording import one_line

_SPARE = 0.5
"""Pixels that are left free, lest a sum that was rounded cut a name again."""


def names_within(
    names: Sequence[str], numbers: Sequence[str], name_font: QFont, width: float, gap: float
) -> tuple[str, ...]:
    """Return names as they are written into lines of a width, each before its number.

    Parameters
    ----------
    names, numbers : sequence of str
        Of all lines, also those that are not in view; a number may be empty.
    name_font : QFont
    width, gap : float
        Of a line, and between name and number, in pixels.
    """
    written = name_font.toString()
    return _names_within(tuple(names), tuple(numbers), written, round(width, 1), gap)


@lru_cache(maxsize=32)  # As a picture is painted again and again, with the same names.
def _names_within(
    names: tuple[str, ...], numbers: tuple[str, ...], written: str, width: float, gap: float
) -> tuple[str, ...]:
    name_font = QFont()
    name_font.fromString(written)
    measure = QFontMetricsF(name_font).horizontalAdvance
    rooms = [width - _SPARE - (measure(number) + gap if number else 0.0) for number in numbers]
    return tuple(shortened([one_line(name) for name in names], rooms, measure))

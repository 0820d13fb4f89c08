"""Contrast of colors, and colors that can be read on the ground they stand on.

The measure is that of WCAG 2, which asks for 4.5 for text and 3 for large text. A color that has
too little of it on its ground takes on some of the color of the text; one that is to be faint
takes on as much of its ground as leaves it readable.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor

TEXT_CONTRAST = 4.5
"""What text has on its ground, at least."""
NAME_CONTRAST = 3.0
"""What the names of groups have, which are large and bold, also where they are dimmed."""
_STEPS = 20


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast of two colors as WCAG 2 defines it, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(color: QColor, other: QColor, part: float) -> QColor:
    """Return a color with this part of another one in it, 0 to 1; its alpha stays."""
    red, green, blue = (
        round(a + (b - a) * part)
        for a, b in (
            (color.red(), other.red()),
            (color.green(), other.green()),
            (color.blue(), other.blue()),
        )
    )
    return QColor(red, green, blue, color.alpha())


def readable_on(
    color: QColor, ground: QColor, text: QColor, least: float = TEXT_CONTRAST, part: float = 0.0
) -> QColor:
    """Return a color with as much of the text color as it takes to be read on a ground.

    Parameters
    ----------
    color, ground, text : QColor
    least : float
        The contrast that is enough.
    part : float
        So much of the text color is in it anyway, 0 to 1.
    """
    return QColor.fromRgb(_readable(color.rgb(), ground.rgb(), text.rgb(), least, part))


def faded_into(color: QColor, ground: QColor, part: float, least: float) -> QColor:
    """Return a color with this part of the ground in it, or as much as leaves it readable.

    Parameters
    ----------
    color, ground : QColor
    part : float
        From 0 to 1.
    least : float
        The contrast that is kept. A color that has no more is left as it is.
    """
    return QColor.fromRgb(_faded(color.rgb(), ground.rgb(), part, least))


@lru_cache(maxsize=4096)
def _readable(color: int, ground: int, text: int, least: float, part: float) -> int:
    given, under, ink = (QColor.fromRgb(each) for each in (color, ground, text))
    for step in range(_STEPS):
        toned = mixed(given, ink, part + (1 - part) * step / _STEPS)
        if contrast(toned, under) >= least:
            return toned.rgb()
    return text


@lru_cache(maxsize=4096)
def _faded(color: int, ground: int, part: float, least: float) -> int:
    given, under = QColor.fromRgb(color), QColor.fromRgb(ground)
    for step in range(_STEPS):
        faint = mixed(given, under, part * (1 - step / _STEPS))
        if contrast(faint, under) >= least:
            return faint.rgb()
    return color


def _luminance(color: QColor) -> float:
    channels = color.redF(), color.greenF(), color.blueF()
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)

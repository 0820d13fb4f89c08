"""Difference of two colors as they are seen: CIEDE2000 (Sharma, Wu and Dalal 2005), in CIELAB."""

from itertools import combinations
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt

import numpy as np

from embedviz.gui.coloring.palettes import as_light

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""Linear red, green and blue of sRGB to CIE XYZ, for the white D65."""


def cielab(color):
    """Return a color of a screen, red, green and blue from 0 to 1, as L*, a* and b*."""
    white = _TO_XYZ.sum(axis=1)
    ratio = _TO_XYZ @ as_light(np.asarray(color, dtype=float)) / white
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def ciede2000(first, second):
    """Return the difference of two colors, each L*, a* and b*; about 1 is just noticed."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    mean = (hypot(a1, b1) + hypot(a2, b2)) / 2
    stretch = 1 + (1 - _saturating(mean)) / 2
    a1, a2 = stretch * a1, stretch * a2
    c1, c2 = hypot(a1, b1), hypot(a2, b2)
    h1, h2 = (degrees(atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn, h = _between(h1, h2) if c1 * c2 else (0.0, h1 + h2)
    hue = 2 * sqrt(c1 * c2) * sin(radians(turn) / 2)
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    s_l = 1 + 0.015 * (lightness - 50) ** 2 / sqrt(20 + (lightness - 50) ** 2)
    s_c, s_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * _weight_of(h)
    rotation = -2 * _saturating(chroma) * sin(radians(60 * exp(-(((h - 275) / 25) ** 2))))
    parts = (l2 - l1) / s_l, (c2 - c1) / s_c, hue / s_h
    return sqrt(sum(part**2 for part in parts) + rotation * parts[1] * parts[2])


def least_difference(colors):
    """Return the difference of the two most alike of some colors, 0 to 1, in an array (n, 3)."""
    labs = [cielab(color) for color in colors]
    return min(ciede2000(a, b) for a, b in combinations(labs, 2))


def _saturating(chroma):
    return sqrt(chroma**7 / (chroma**7 + 25**7))


def _between(h1, h2):
    """Return the way from one hue to the other, and the middle, in degrees."""
    turn = (h2 - h1 + 180) % 360 - 180
    if abs(h2 - h1) <= 180:
        return turn, (h1 + h2) / 2
    return turn, (h1 + h2 + (360 if h1 + h2 < 360 else -360)) / 2


def _weight_of(hue):
    waves = (-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63)
    return 1 + sum(size * cos(radians(times * hue + at)) for size, times, at in waves)

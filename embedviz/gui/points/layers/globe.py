"""A globe around points on the unit sphere: circles of latitude, and meridians."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from embedviz.gui.points.layers.overlays import Line
from embedviz.gui.theme import theme_manager

_TURN = np.linspace(0, 2 * np.pi, 97)
_POLAR = np.linspace(0, np.pi, 49)


def globe_lines(degrees: Sequence[int], n_meridians: int = 8) -> tuple[Line, ...]:
    """Return lines in the colors of the theme, the equator stronger than the others.

    Parameters
    ----------
    degrees : sequence of int
        Angles to the z axis of the circles of latitude.
    n_meridians : int
    """
    theme = theme_manager.theme
    lines = []
    for angle in degrees:
        z, radius = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        ring = np.stack([radius * np.cos(_TURN), radius * np.sin(_TURN), np.full_like(_TURN, z)], 1)
        is_equator = angle == 90
        color = theme.muted if is_equator else theme.hairline
        lines.append(Line(ring, color, 1.5 if is_equator else 1.0))
    for longitude in np.linspace(0, 2 * np.pi, n_meridians, endpoint=False):
        x, y = math.cos(longitude), math.sin(longitude)
        meridian = np.stack([x * np.sin(_POLAR), y * np.sin(_POLAR), np.cos(_POLAR)], 1)
        lines.append(Line(meridian, theme.hairline, 1.0))
    return tuple(lines)

"""Colors and sizes of points, as they are given and as the raster takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtGui import QColor

from embedviz.core.drawing.density import Tones
from embedviz.core.drawing.raster import Colors, Sizes
from embedviz.gui.theme import POINT_SIZE, Theme

CROWD = 10_000
"""From this number of points on, each is drawn smaller and fainter."""

# From thin to dense: hues from slate through the accent, lightness all the way from the ground.
_ON_LIGHT = ("#38728197", "#8C7896C8", "#DC3F76E4", "#FF1E44B8", "#FF0C1B54")
_ON_DARK = ("#40667A96", "#905A82C8", "#E05A9BFA", "#FFA8CEFF", "#FFF6FAFF")


def packed_colors(colors: Any, count: int) -> Colors | None:
    """Return colors as 0xAARRGGBB, one per point or one for all; None stays None.

    Parameters
    ----------
    colors : QColor, str, or array of shape (n,) of uint32, (n, 3 | 4) of uint8 or of 0 to 1
    count : int
        The number of points.

    Raises
    ------
    ValueError
        When the shape fits neither.
    """
    if colors is None:
        return None
    if isinstance(colors, QColor | str):
        return np.array([QColor(colors).rgba()], dtype=np.uint32)
    given = np.asarray(colors)
    if len(given) != count or given.shape[1:] not in ((), (3,), (4,)):
        raise ValueError(f"colors of shape {given.shape} for {count} points")
    if given.ndim == 1:
        return np.array(given, dtype=np.uint32)
    if given.dtype.kind == "f":
        given = np.rint(np.clip(given, 0, 1) * 255)
    channels = given.astype(np.uint32)
    packed = (channels[:, 0] << 16) | (channels[:, 1] << 8) | channels[:, 2]
    packed |= (channels[:, 3] << 24) if channels.shape[1] == 4 else np.uint32(0xFF000000)
    return np.ascontiguousarray(packed)


def packed_sizes(sizes: Any, count: int) -> Sizes:
    """Return diameters in pixels, one per point or one for all; None: by the number of points.

    Raises
    ------
    ValueError
        When there is neither one nor as many as points, or one is not a number.
    """
    given = np.atleast_1d(np.array(usual_size(count) if sizes is None else sizes, np.float32))
    if given.shape not in ((1,), (count,)) or not np.isfinite(given).all():
        raise ValueError(f"sizes of shape {given.shape} for {count} points must be numbers")
    return np.maximum(given, 0)


def usual_size(count: int) -> float:
    """Return a diameter in pixels at which a cloud of so many points is neither thin nor solid."""
    return max(POINT_SIZE / float(max(count / CROWD, 1.0) ** 0.25), 1.3)


def usual_opacity(count: float) -> float:
    """Return by how much the points of a crowd are fainter, so that its dense parts show.

    Parameters
    ----------
    count : float
        How many points there would be in the whole cloud, were it as crowded as what is seen.

    Returns
    -------
    float
        From 0.4 to 1, in steps of a twentieth, so that a crowd is not colored anew for each move.
    """
    return round(20 * max(1 / float(max(count / CROWD, 1.0) ** 0.2), 0.4)) / 20


def faded_colors(colors: Colors, opacity: float) -> Colors:
    """Return colors with their alpha multiplied by the opacity, 0 to 1."""
    if opacity >= 1:
        return colors
    alpha = ((colors >> 24) * np.float32(opacity) + np.float32(0.5)).astype(np.uint32)
    return np.asarray((colors & np.uint32(0x00FFFFFF)) | (alpha << np.uint32(24)))


def mixed_colors(colors: Colors, other: int, part: float) -> Colors:
    """Return colors with this part of another one, 0xAARRGGBB, in them; their alpha stays."""
    mixed = colors & np.uint32(0xFF000000)
    for shift in (16, 8, 0):
        own = ((colors >> np.uint32(shift)) & np.uint32(0xFF)).astype(np.float32)
        channel = own + ((other >> shift & 0xFF) - own) * np.float32(part)
        mixed |= np.rint(channel).astype(np.uint32) << np.uint32(shift)
    return mixed


def density_tones(theme: Theme) -> Tones:
    """Return how a density is drawn on the ground of a theme, with and without colors."""
    ramp = _ON_DARK if theme.is_dark else _ON_LIGHT
    deep, depth = ("#FFFFFF", 0.45) if theme.is_dark else ("#101828", 0.32)
    return Tones(QColor(deep).rgba(), depth, 0.22, tuple(QColor(color).rgba() for color in ramp))

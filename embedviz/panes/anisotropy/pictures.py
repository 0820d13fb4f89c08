"""What is drawn of the rows on one side: at their true angles, or projected on three axes."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from embedviz.core.anisotropy.cone_view import AngleBand, ConeView
from embedviz.core.arrays import Matrix
from embedviz.gui.charts.numbers import percent
from embedviz.gui.points.layers.globe import globe_lines
from embedviz.gui.points.view import AngleCone, Arrow, Line, PlacedText
from embedviz.gui.theme import theme_manager

CAPTION = "Cone: half of the rows are within it · band: nine rows in ten"
_SCALES = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
"""Shares of the length of a row at which a globe may be drawn."""
_FILLED = 0.95
_NARROW = 4.0
"""Angles of a band that is narrower than this, in degrees, are written with a decimal."""


class Picture(NamedTuple):
    """Points of one side, and what explains them.

    Attributes
    ----------
    positions : float32 array of shape (n_rows, 3)
    lines : tuple of Line, PlacedText, AngleCone
    arrows : tuple of Arrow
    caption : str
        A line below it.
    """

    positions: Matrix
    lines: tuple[Line | PlacedText | AngleCone, ...]
    arrows: tuple[Arrow, ...]
    caption: str


def picture_at_angles(shown: ConeView, before: ConeView, role: str) -> Picture:
    """Return the rows on the sphere, with the cone of their angles.

    Parameters
    ----------
    shown : ConeView
    before : ConeView
        The rows as they are, whose mean direction is the pole.
    role : {"before", "after"}
    """
    color = getattr(theme_manager.theme, role)
    cones = () if shown.band is None else (cone_of(shown.band, color),)
    arrows: tuple[Arrow, ...] = ()
    if before.mean_direction is not None:
        arrows = (_arrow_to_mean(theme_manager.theme.before, is_after=role == "after"),)
    return Picture(shown.positions, (*graticule(), *cones), arrows, CAPTION)


@lru_cache(maxsize=4)
def _arrow_to_mean(color: str, *, is_after: bool) -> Arrow:
    # The same one for each position of the dial: what stays is not measured anew.
    pole, text = np.array([0.0, 0.0, 1.0]), "mean before" if is_after else "mean direction"
    return Arrow(0 * pole, 1.14 * pole, color, text, dashed=is_after)


def linear_picture(shown: ConeView) -> Picture:
    """Return the rows projected on three axes, enlarged so that they fill the picture."""
    enlarged = enlargement(shown)
    share = shown.length_shown
    caption = ""
    if not math.isnan(share):
        caption = f"These three axes show {percent(share)} of the length of a row on average"
    positions = shown.linear * np.float32(enlarged)
    return Picture(positions, linear_axes(enlarged), (), caption)


def enlargement(shown: ConeView) -> float:
    """Return how many times larger than on the unit sphere a linear picture is drawn."""
    return max(1.0, _FILLED / max(shown.linear_reach, 1e-6))


def cone_of(band: AngleBand, color: str) -> AngleCone:
    """Return the cone of a band of angles, with its angles in words."""
    decimals = 1 if band.high - band.low < _NARROW else 0
    low, median, high = (f"{each:.{decimals}f}" for each in (band.low, band.median, band.high))
    texts = f"median {median}°", f"5–95 %: {low}–{high}°"
    return AngleCone(band.median, band.low, band.high, color, texts)


def graticule() -> tuple[Line | PlacedText, ...]:
    """Return circles of equal angle to the axis, meridians, and the degrees beside them."""
    return _graticule_in(theme_manager.theme.name)


@lru_cache(maxsize=2)
def _graticule_in(_theme: str) -> tuple[Line | PlacedText, ...]:
    circles, notes = range(30, 180, 30), []
    for degrees in circles:
        z, radius = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        place = (1.04 * radius, 0.0, 1.04 * z)
        notes.append(PlacedText(place, f"{degrees}°", theme_manager.theme.muted))
    return *globe_lines(circles), *notes


def linear_axes(enlarged: float) -> tuple[Line | PlacedText, ...]:
    """Return three axes through the origin, and a globe that says how large things are drawn."""
    theme = theme_manager.theme
    found: list[Line | PlacedText] = []
    for number, axis in enumerate(np.eye(3), 1):
        found.append(Line(0.95 * np.array([-axis, axis]), theme.muted))
        found.append(PlacedText(1.03 * axis, f"PC {number}", theme.muted))
    share = next((each for each in _SCALES if each * enlarged <= 1.001), _SCALES[-1])
    radius = share * enlarged
    for line in globe_lines((90,), 4):
        found.append(Line(radius * np.asarray(line.points), theme.hairline))
    whole = "the whole length" if share == 1 else f"{percent(share)} of the length"
    found.append(PlacedText(radius * np.array([0.71, 0.0, -0.76]), whole, theme.muted))
    return tuple(found)

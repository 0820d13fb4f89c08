"""Colors of groups by where they are on a map: what is near each other has related colors.

The hue goes around the middle of the map, as on a color wheel, and the farther from the middle a
group is, the more saturated it is. The wheel is stretched where many groups are, so that these do
not share a hue. Groups near each other are told apart by their lightness, too: of three kinds of
color vision, the worst one decides (see `palettes`). Every color has a contrast of 3 or more with
the ground, so that it is seen as a small point.

The same places always have the same colors; what moves a little changes them a little.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.gui.coloring.palettes import (
    as_hex,
    as_light,
    as_seen,
    linear_of,
    shown_of,
    worst_of,
)

LEAST_CONTRAST = 3.0
"""Of each color with the ground."""
_LUMINANCES = np.array([0.2126, 0.7152, 0.0722])
# Lightness of Oklab; the contrast that is asked for decides in the end.
_LIGHTNESSES = {False: (0.62, 0.55, 0.46), True: (0.72, 0.82, 0.63)}
_LEAST_CHROMA, _MOST_CHROMA = 0.1, 0.2
_EVEN = 0.6
"""How much of the hue is by the order of the groups around the middle, and not by their angle."""
_FIRST_HUE = 2.1
"""Hue of what is to the right of the middle, in radians: green; above it, blue; left, red."""
_NEAR = 6
_STEP, _TIMES = 0.02, 40


def colors_by_place(places: ArrayLike, ground: NDArray[np.float64]) -> tuple[str, ...]:
    """Return a color for each group as `#RRGGBB`.

    Parameters
    ----------
    places : array-like of shape (n, 2) or (n, 3)
        Where the groups are; of three axes, the first two. A group with NaN is taken to be in
        the middle.
    ground : array of shape (3,)
        Red, green and blue from 0 to 1, of what the colors are seen on.
    """
    given = np.array(places, dtype=np.float64)[:, :2]
    if not len(given):
        return ()
    known = np.asarray(np.isfinite(given).all(axis=1))
    middle = given[known].mean(axis=0) if known.any() else np.zeros(2)
    offsets = np.where(known[:, np.newaxis], given - middle, 0.0)
    hues, chromas = _hues(offsets), _chromas(offsets)
    is_dark = float(ground @ _LUMINANCES) < 0.5
    candidates = [
        _distinct_from_ground(hues, chromas, lightness, ground, is_dark)
        for lightness in _LIGHTNESSES[is_dark]
    ]
    return _told_apart(offsets, np.stack(candidates, axis=1))


def _hues(offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return angles, spread where many groups are in one direction."""
    angles = np.arctan2(offsets[:, 1], offsets[:, 0]) % (2 * np.pi)
    ranks = np.empty(len(angles))
    ranks[np.argsort(angles, kind="stable")] = 2 * np.pi * np.arange(len(angles)) / len(angles)
    return _FIRST_HUE + angles + _EVEN * (ranks - angles)


def _chromas(offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    away = np.hypot(*offsets.T)
    far = float(np.quantile(away, 0.8))
    shares = np.clip(away / far, 0, 1) if far > 0 else np.ones(len(away))
    return np.asarray(_LEAST_CHROMA + (_MOST_CHROMA - _LEAST_CHROMA) * shares)


def _distinct_from_ground(
    hues: NDArray[np.float64],
    chromas: NDArray[np.float64],
    lightness: float,
    ground: NDArray[np.float64],
    is_dark: bool,
) -> NDArray[np.float64]:
    """Return colors of one lightness, red, green and blue; less bright ones where it must be."""
    light = np.full(len(hues), lightness)
    around = np.column_stack([np.cos(hues), np.sin(hues)])
    chroma = chromas.copy()
    under = _luminance(ground[np.newaxis])[0] + 0.05
    colors = np.zeros((len(hues), 3))
    for _ in range(_TIMES):
        linear = linear_of(np.column_stack([light, around * chroma[:, np.newaxis]]))
        is_beyond = (linear < -1e-4).any(axis=1) | (linear > 1 + 1e-4).any(axis=1)
        chroma = np.where(is_beyond, chroma * 0.95, chroma)
        # As it is shown: of 256 steps.
        colors = np.rint(255 * shown_of(np.clip(linear, 0, 1))) / 255
        over = _luminance(colors) + 0.05
        is_pale = np.maximum(over, under) / np.minimum(over, under) < LEAST_CONTRAST
        light = np.where(is_pale, light + (_STEP if is_dark else -_STEP), light)
        if not (is_beyond | is_pale).any():
            break
    return colors


def _luminance(colors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(as_light(colors) @ _LUMINANCES)


def _told_apart(offsets: NDArray[np.float64], candidates: NDArray[np.float64]) -> tuple[str, ...]:
    """Return one of the candidates (n, k, 3) of each group, apart from those of groups near it."""
    n_groups, n_choices = candidates.shape[:2]
    seen = [each.reshape(n_groups, n_choices, 3) for each in as_seen(candidates.reshape(-1, 3))]
    picks = np.zeros(n_groups, dtype=np.intp)
    done: list[int] = []
    for group in np.argsort(-np.hypot(*offsets.T), kind="stable").tolist():
        if done:
            ways = np.hypot(*(offsets[done] - offsets[group]).T)
            near = np.array(done)[np.argsort(ways, kind="stable")[:_NEAR]]
            ways_seen = [
                np.linalg.norm(each[group][:, np.newaxis] - each[near, picks[near]], axis=2)
                for each in seen
            ]
            picks[group] = int(np.argmax(np.round(worst_of(ways_seen).min(axis=1), 3)))
        done.append(group)
    return tuple(as_hex(color) for color in candidates[np.arange(n_groups), picks].tolist())

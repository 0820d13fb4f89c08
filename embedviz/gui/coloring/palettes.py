"""Colors for categories and for numbers, told apart by everyone, on light and on dark.

Numbers run along a ramp. Viridis and cividis begin almost black and end almost white, and points
in either would be lost on a ground of the same kind; so the end near the ground is left out. The
ramp with two ends is for numbers about a middle, and for shares of which the low ones matter: it
goes from blue through gray to orange, which stay apart without red or green cones.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.gui.theme import OKABE_ITO, Theme

RAMPS = {
    "viridis": "viridis",
    "cividis": "cividis",
    "diverging": "blue to orange, for numbers about 0",
}
"""Names of the ramps, and what they are called on screen."""
RAMP_STEPS = 64

_USED_ON_LIGHT, _USED_ON_DARK = (0.0, 0.95), (0.16, 1.0)

# Viridis (van der Walt and Smith 2015) and cividis (Nuñez, Anderton and Renslow 2018), at twelve
# even steps. What lies between is as near to the originals as no eye can tell; importing a library
# that has them would hold up the window for a fifth of a second.
_STEPS = {
    "viridis": "440154 482173 433E85 38598C 2D708E 25858E "
    "1E9B8A 2BB07F 51C46A 85D54A C2DF23 FDE725",
    "cividis": "00204D 00306F 2A406C 48526B 5E626E 727374 "
    "878479 9E9677 B6A971 D0BE67 EAD357 FFEA46",
}

# Simulated dichromacy, for keeping colors apart for everyone: linear RGB to what is seen with
# red cones (protanopia) or green cones (deuteranopia) missing (Viénot, Brettel and Mollon 1999).
_PROTAN = np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]])
_DEUTAN = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])

# Linear RGB to Oklab (Ottosson 2020), whose distances are close to differences seen.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def number_ramp(name: str, theme: Theme) -> tuple[str, ...]:
    """Return 64 colors as `#RRGGBB`, for the least number first.

    Parameters
    ----------
    name : str
        One of `RAMPS`; anything else is taken for viridis.
    theme : Theme
        Whose ground the colors are to stand out from.
    """
    if name == "diverging":
        return _between((theme.after, theme.middle, theme.before))
    steps = _STEPS.get(name, _STEPS["viridis"]).split()
    used = _USED_ON_DARK if theme.is_dark else _USED_ON_LIGHT
    return _between(tuple(f"#{color}" for color in steps), used)


def share_ramp(theme: Theme) -> tuple[str, ...]:
    """Return 64 colors as `#RRGGBB` for shares from 0 to 1, of which the low ones stand out."""
    return _between((theme.before, theme.middle, theme.after))


def cosine_ramp(theme: Theme) -> tuple[str, ...]:
    """Return 64 colors as `#RRGGBB` for cosines from -1 to 1, of which 0 is the ground."""
    return _between((theme.after, theme.ground, theme.before))


@lru_cache
def _between(colors: tuple[str, ...], used: tuple[float, float] = (0.0, 1.0)) -> tuple[str, ...]:
    """Return a ramp through some colors, or a part of it, in even steps as they are seen."""
    seen = oklab(np.array([rgb(color) for color in colors]))
    at = np.linspace(*used, RAMP_STEPS) * (len(colors) - 1)
    mixed = np.stack([np.interp(at, range(len(colors)), part) for part in seen.T], axis=1)
    return tuple(as_hex(color) for color in shown_of(np.clip(linear_of(mixed), 0, 1)))


@lru_cache
def category_colors(count: int, on_dark: bool, is_gray_safe: bool = False) -> tuple[str, ...]:
    """Return colors that are told apart, also under the common color vision deficiencies.

    Up to eight are Okabe and Ito's, their black being white on a dark ground. Beyond, each
    further color is the one farthest from all before it, as Glasbey et al. (2007) do, but at the
    worst of three kinds of color vision: the usual one and the two common deficiencies. Light or
    dark ones that would be lost on the ground are left out.

    Parameters
    ----------
    count : int
    on_dark : bool
        Whether the ground is dark.
    is_gray_safe : bool
        Whether their lightness alone tells them apart: they are even steps of cividis, and those
        of the first, most frequent ones are the farthest from each other. More than eight are
        hard to tell apart then.
    """
    if is_gray_safe:
        return _even_in_gray(count)
    first = tuple("#FFFFFF" if on_dark and color == "#000000" else color for color in OKABE_ITO)
    if count <= len(first):
        return first[:count]
    levels = np.linspace(0, 1, 14)
    grid = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(-1, 3)
    lab = oklab(grid)
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    fits = (lightness > (0.55 if on_dark else 0.38)) & (lightness < (0.92 if on_dark else 0.82))
    grid = grid[fits & (chroma > 0.07)]
    seen = as_seen(grid)
    chosen = [rgb(color) for color in first]
    nearest = np.full(len(grid), np.inf)
    for color in chosen:
        nearest = np.minimum(nearest, worst_distance(seen, np.array(color)))
    while len(chosen) < count:
        best = int(np.argmax(nearest))
        chosen.append(tuple(grid[best]))
        nearest = np.minimum(nearest, worst_distance(seen, grid[best]))
    return tuple(as_hex(color) for color in chosen)


def _even_in_gray(count: int) -> tuple[str, ...]:
    """Return steps of cividis, whose lightness grows evenly: dark, light, and what is between."""
    ramp = _between(tuple(f"#{color}" for color in _STEPS["cividis"].split()), _USED_ON_LIGHT)
    steps = [ramp[round(at)] for at in np.linspace(0, len(ramp) - 1, max(count, 2))]
    chosen = [steps[0], steps[-1]]
    left = steps[1:-1]
    while left:  # The middle of the widest gap comes next.
        gaps = sorted(chosen, key=steps.index)
        at = max(left, key=lambda step: min(abs(steps.index(step) - steps.index(o)) for o in gaps))
        chosen.append(at)
        left.remove(at)
    return tuple(chosen[:count])


def as_seen(colors: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return colors, red, green and blue from 0 to 1, as the three kinds of vision see them."""
    return [oklab(colors), oklab(colors, _PROTAN), oklab(colors, _DEUTAN)]


def worst_distance(seen: list[NDArray[np.float64]], color: NDArray[np.float64]) -> Any:
    """Return how far a color is from others that are given `as_seen`, as the worst vision has it.

    Parameters
    ----------
    seen : list of arrays of shape (n, 3)
    color : array of shape (3,)
        Red, green and blue from 0 to 1.
    """
    visions = (None, _PROTAN, _DEUTAN)
    distances = [
        np.linalg.norm(lab - oklab(color[np.newaxis], vision), axis=1)
        for lab, vision in zip(seen, visions, strict=True)
    ]
    return worst_of(distances)


def worst_of(distances: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return distances of colors as the worst of the three kinds of vision has them."""
    # Deficiencies count half: where all three counted fully, little but lightness would vary.
    return np.minimum(distances[0], 2.0 * np.minimum(distances[1], distances[2]))


def oklab(color: NDArray[np.float64], vision: NDArray[np.float64] | None = None) -> Any:
    """Return colors, red, green and blue from 0 to 1, in Oklab."""
    linear = as_light(color)
    if vision is not None:
        linear = np.clip(linear @ vision.T, 0, 1)
    return np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T


def as_light(color: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return colors of a screen (sRGB), 0 to 1, as linear red, green and blue."""
    return np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)


def linear_of(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return colors of Oklab as linear red, green and blue, which may be beyond 0 to 1."""
    return np.asarray((lab @ np.linalg.inv(_TO_LAB.T)) ** 3 @ np.linalg.inv(_TO_CONES.T))


def shown_of(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return linear red, green and blue, 0 to 1, as a screen takes them (sRGB)."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def rgb(color: str) -> tuple[float, float, float]:
    """Return red, green and blue of `#RRGGBB`, from 0 to 1."""
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def packed(colors: Sequence[str], opacity: float) -> NDArray[np.uint32]:
    """Return colors `#RRGGBB` as 0xAARRGGBB, for an opacity from 0 to 1."""
    alpha = round(255 * opacity) << 24
    return np.array([alpha | int(color[1:], 16) for color in colors], dtype=np.uint32)


def as_hex(color: Sequence[float]) -> str:
    """Return red, green and blue, from 0 to 1, as `#RRGGBB`."""
    return "#{:02X}{:02X}{:02X}".format(*(round(255 * float(part)) for part in color))

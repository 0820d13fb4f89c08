"""Colors as they are seen with a deficiency of color vision, and how far apart they are then.

The matrices are those of Machado, Oliveira and Fernandes (2009) for the full deficiency, in linear
light. They are independent of those by which `palettes` chooses colors (Viénot, Brettel and Mollon
1999), so that a check with them is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from embedviz.gui.coloring.palettes import as_light, oklab, rgb, shown_of

VISIONS = {
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""Linear red, green and blue to what is seen without red, green or blue cones."""

GRAY = np.tile([0.2126, 0.7152, 0.0722], (3, 1))
"""Linear red, green and blue to the gray of the same luminance (ITU-R BT.709)."""

SIMULATIONS = {**VISIONS, "gray": GRAY}
"""All ways in which a picture can be looked at."""

_STEPS = 4095
"""Of linear light: so many that each of the 256 levels of sRGB comes back as it was."""


def as_seen_with(vision: str, colors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return colors of a screen as they are seen with a deficiency.

    Parameters
    ----------
    vision : str
        One of `SIMULATIONS`.
    colors : array of shape (…, 3)
        Red, green and blue (sRGB) from 0 to 1.
    """
    linear = np.clip(as_light(colors) @ SIMULATIONS[vision].T, 0, 1)
    return np.asarray(shown_of(linear))


def image_as_seen_with(vision: str, image: QImage) -> QImage:
    """Return a picture as it is seen with a deficiency; what is transparent stays so.

    Parameters
    ----------
    vision : str
        One of `SIMULATIONS`.
    image : QImage
    """
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    width, height = plain.width(), plain.height()
    channels = np.frombuffer(plain.constBits(), np.uint8).reshape(height, width, 4)
    light, shown = _tables()
    linear = np.clip(light[channels[..., :3]] @ SIMULATIONS[vision].T.astype(np.float32), 0, 1)
    seen = channels.copy()
    seen[..., :3] = shown[np.rint(linear * _STEPS).astype(np.intp)]
    made = QImage(seen.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
    made.setDevicePixelRatio(image.devicePixelRatio())
    return made


@cache
def _tables() -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return the light of each level of a screen, and the level of each step of light."""
    light = as_light(np.arange(256) / 255).astype(np.float32)
    shown = np.rint(255 * shown_of(np.linspace(0, 1, _STEPS + 1))).astype(np.uint8)
    return light, shown


def least_distance(colors: Sequence[str], vision: str | None = None) -> float:
    """Return the distance of the two colors that are the most alike, in Oklab.

    A difference of 0.02 is about what is just noticed where colors lie side by side.

    Parameters
    ----------
    colors : sequence of str
        At least two, as `#RRGGBB`.
    vision : str, optional
        One of `SIMULATIONS`; None: the usual one.
    """
    shown = np.array([rgb(color) for color in colors])
    lab: Any = oklab(shown if vision is None else as_seen_with(vision, shown))
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(lab, 2))

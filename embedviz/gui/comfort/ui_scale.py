"""Size of everything in the window: text, controls and pictures.

Qt takes it from the environment, once, before there is an application. So another size is from the
next start on. It multiplies what the desktop asks for on its screens.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

VARIABLE = "QT_SCALE_FACTOR"
SCALES = (80, 90, 100, 110, 125, 150, 175, 200)
"""In percent."""


@dataclass
class UiScale:
    """The size that was chosen last, in percent, which the next start has."""

    percent: int = 100


ui_scale = UiScale()


def use_scale(percent: int) -> None:
    """Begin in a size; to be called before there is an application.

    Whoever has set the variable of Qt keeps that size.

    Parameters
    ----------
    percent : int
        One outside of `SCALES` is taken for the nearest end: a window of ten times the screen
        could not be set back.
    """
    ui_scale.percent = min(max(percent, SCALES[0]), SCALES[-1])
    if ui_scale.percent != 100:
        os.environ.setdefault(VARIABLE, f"{ui_scale.percent / 100:g}")

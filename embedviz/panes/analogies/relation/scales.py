"""Colors of the pairs: by agreement, by length, or by whether the answer is right."""

from __future__ import annotations

import math

import numpy as np

from embedviz.gui.coloring.palettes import number_ramp
from embedviz.gui.theme import Theme
from embedviz.panes.analogies.relation.measuring import Floats, MeasuredRelation
from embedviz.panes.analogies.relation.settings import ColoredBy
from embedviz.panes.analogies.relation.strips import ColorScale

_LONGEST = 2.0
_STEP = 0.2


def color_scale(measured: MeasuredRelation, colored_by: ColoredBy, theme: Theme) -> ColorScale:
    """Return the colors of the pairs of a relation, and what they mean."""
    if colored_by == "answer":
        return _of_answers(measured, theme)
    if colored_by == "length":
        most = max(_LONGEST, _largest(measured.lengths))
        titles = ("Length of the offsets against their mean length", "Length against the mean")
        return ColorScale(titles, measured.lengths, 0.0, most, number_ramp("viridis", theme))
    words = (
        "Agreement: cosine of each offset with the mean of the others",
        "Agreement with the other offsets",
        "Agreement",
    )
    # Ends that are round: those of two relations are mostly the same then.
    low = min(0.0, -_up_to_step(_largest(-measured.agreements)))
    high = max(_up_to_step(_largest(measured.agreements)), low + _STEP)
    return ColorScale(words, measured.agreements, low, high, number_ramp("viridis", theme))


def _of_answers(measured: MeasuredRelation, theme: Theme) -> ColorScale:
    """Return two colors, of wrong answers and of right ones."""
    ranks = measured.ranks
    values = np.where(np.isnan(ranks), np.nan, (ranks == 1).astype(np.float64))
    titles = ("Right answers (1) and wrong ones (0)", "Right (1) and wrong (0)")
    return ColorScale(titles, values, 0.0, 1.0, (theme.lost, theme.new))


def _up_to_step(value: float) -> float:
    return round(math.ceil(value / _STEP - 1e-9) * _STEP, 6)


def _largest(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.max()) if len(known) else 0.0

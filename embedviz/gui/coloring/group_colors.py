"""Colors of groups: as different as can be, or by where their points are on a map."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.drawing.cluster_positions import cluster_positions
from embedviz.gui.coloring.column_values import GroupValues
from embedviz.gui.coloring.palettes import category_colors, rgb
from embedviz.gui.coloring.place_palette import colors_by_place
from embedviz.gui.theme import Theme

_MOST_PLACED = 100_000


def colors_of_groups(
    groups: GroupValues, theme: Theme, positions: ArrayLike | None = None
) -> list[str]:
    """Return a color for each group, as `#RRGGBB`.

    Parameters
    ----------
    groups : GroupValues
    theme : Theme
    positions : array-like of shape (n_vectors, 2 | 3), optional
        Where rows are on a map, of which groups get colors by their places. Default: the first
        colors, which differ most, are those of the largest groups.
    """
    if positions is not None and not theme.is_gray_safe:  # Hues say nothing in gray.
        return _colors_by_place(groups, theme, positions)
    order = np.argsort(-np.array(groups.counts, dtype=np.int64), kind="stable")
    colors = category_colors(len(groups.names), theme.is_dark, theme.is_gray_safe)
    chosen = [""] * len(colors)
    for place, color in zip(order.tolist(), colors, strict=True):
        chosen[place] = color
    return chosen


def _colors_by_place(groups: GroupValues, theme: Theme, positions: ArrayLike) -> list[str]:
    """Return a color for each group by where most of its points are; of many, of some points."""
    given = np.asarray(positions)
    every = max(1, len(given) // _MOST_PLACED)
    places = cluster_positions(given[::every], groups.codes[::every], len(groups.names))
    return list(colors_by_place(places, np.array(rgb(theme.ground))))

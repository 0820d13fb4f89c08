"""Colors of the points of a run: by group, by the column of the map, or all alike."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from embedviz.app.first_color import first_color
from embedviz.core.arrays import Rows
from embedviz.core.drawing.raster import Colors
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.palettes import category_colors, packed
from embedviz.gui.coloring.point_style import color_by, colorable_columns, legend_of
from embedviz.gui.points.legend.layout import Legend
from embedviz.gui.theme import Theme

_MOST_GROUPS = 40
_OPACITY = 0.9


class PointColors(NamedTuple):
    """Colors, and what explains them.

    Attributes
    ----------
    colors : uint32 array of shape (n_points,), or None
        As 0xAARRGGBB; None: all have one.
    legend : Legend or None
    """

    colors: Colors | None
    legend: Legend | None


NONE = PointColors(None, None)


def group_colors(groups: Rows, theme: Theme) -> PointColors:
    """Return a color for each group of free points; their names would say nothing."""
    n_groups = int(groups.max(initial=0)) + 1
    table = packed(category_colors(min(n_groups, _MOST_GROUPS), theme.is_dark), _OPACITY)
    return PointColors(table[groups % len(table)], None)


def column_colors(
    vector_set: VectorSet, column: str | None, rows: Rows, theme: Theme, report: Report
) -> PointColors:
    """Return colors by a column, or by the one that colors a set at first.

    Runs off the UI thread: a column of a million texts takes a while to read.
    """
    report(0.0, "coloring")
    chosen = column or first_color(vector_set)
    if chosen is None or chosen not in colorable_columns(vector_set):
        return NONE
    coloring = color_by(vector_set, chosen, theme)
    return PointColors(np.asarray(coloring.colors)[rows], legend_of(coloring))

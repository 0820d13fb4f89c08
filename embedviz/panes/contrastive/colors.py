"""Colors of the points of a run: by group, by the column of the map, or all alike."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from embedviz.app.first_color import first_color
from embedviz.app.state import State
from embedviz.core.arrays import Rows
from embedviz.core.drawing.raster import Colors
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.calculations import Calculations
from embedviz.gui.coloring.palettes import category_colors, packed
from embedviz.gui.coloring.point_style import color_by, colorable_columns, legend_of
from embedviz.gui.points.legend.layout import Legend
from embedviz.gui.theme import Theme, theme_manager
from embedviz.panes.contrastive.run import Run
from embedviz.panes.contrastive.sphere import Sphere

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


_NONE = PointColors(None, None)


class PointColoring:
    """Colors the points of a sphere.

    Parameters
    ----------
    calculations : Calculations
    sphere : Sphere
    """

    def __init__(self, calculations: Calculations, sphere: Sphere) -> None:
        self._calculations, self._sphere = calculations, sphere
        self._task = calculations.new_task("coloring")
        self._run: Run | None = None

    def color(self, run: Run, state: State) -> None:
        """Color the points of a run: those of a set as the map does, or by what it learns."""
        self._run = run
        vector_set, settings = run.material.vector_set, run.material.settings
        theme = theme_manager.theme
        if vector_set is None:
            self._show(run, group_colors(run.rows // settings.per_group, theme))
            return
        column = settings.column if settings.together == "column" else state.map.color_by
        work = partial(column_colors, vector_set, column, run.rows, theme)
        self._calculations.run(self._task, work, partial(self._show, run), purpose="detail")

    def clear(self) -> None:
        """Let all points have one color."""
        self._run = None
        self._sphere.show_colors(*_NONE)

    def _show(self, run: Run, colors: PointColors) -> None:
        if run is self._run:
            self._sphere.show_colors(*colors)


def group_colors(groups: Rows, theme: Theme) -> PointColors:
    """Return a color for each group of free points; their names would say nothing."""
    n_groups = int(groups.max(initial=0)) + 1
    table = packed(
        category_colors(min(n_groups, _MOST_GROUPS), theme.is_dark, theme.is_gray_safe), _OPACITY
    )
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
        return _NONE
    coloring = color_by(vector_set, chosen, theme)
    return PointColors(np.asarray(coloring.colors)[rows], legend_of(coloring))

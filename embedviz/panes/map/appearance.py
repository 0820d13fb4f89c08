"""Appearance of map points: colors, sizes, visibility, and the legend that explains them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embedviz.app.map_settings import MapSettings
from embedviz.app.state import State
from embedviz.core.arrays import Placed, Rows
from embedviz.core.drawing import passes
from embedviz.core.drawing.cluster_positions import cluster_positions
from embedviz.core.errors import UserError
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.column_values import count_missing
from embedviz.gui.coloring.point_style import (
    MISSING,
    OTHER,
    Coloring,
    color_by,
    color_by_share,
    colorable_columns,
    legend_of,
    sizable_columns,
    size_by,
    size_note,
    weights_by,
)
from embedviz.gui.points.layers.cluster_labels import Cluster
from embedviz.gui.points.legend.layout import Categories, Legend
from embedviz.gui.theme import Theme
from embedviz.panes.map.look.found_clusters import FoundClusters


@dataclass(frozen=True, eq=False)
class PointStyle:
    """Colors, sizes and visibility of the points of a map.

    Attributes
    ----------
    coloring : Coloring or None
    sizes : float32 array of shape (n_vectors,) or None
    shown : bool array of shape (n_vectors,) or None
        Which rows are drawn; None: all.
    notes : sequence of str
        What is to be said of it in the caption.
    """

    n_vectors: int
    coloring: Coloring | None
    sizes: NDArray[np.float32] | None
    shown: NDArray[np.bool_] | None
    notes: Sequence[str] = ()
    weights: NDArray[np.float32] | None = None
    """How much each row adds to the importance of the name of its group; None: all as much."""
    alone: Selection | None = None
    """The rows that are isolated, among which there may be hidden ones."""

    @property
    def colors(self) -> NDArray[np.uint32] | None:
        """One color per row, or None for the usual one."""
        return None if self.coloring is None else self.coloring.colors

    @property
    def legend(self) -> Legend | None:
        """Legend of the colors; of rows that stand alone, their groups only."""
        if self.coloring is None:
            return None
        legend = legend_of(self.coloring)
        if self.alone is None or not isinstance(legend, Categories):
            return legend
        counts = self._counts_alone
        kept = [index for index, each in enumerate(legend.entries) if counts.get(each[0])]
        return replace(
            legend,
            entries=tuple((*legend.entries[i][:2], counts[legend.entries[i][0]]) for i in kept),
            n_last=sum(index >= legend.n_named for index in kept),
            n_others=self._n_others_alone,
        )

    @cached_property
    def _n_others_alone(self) -> int:
        """Number of the groups without a color of their own that the rows alone are of."""
        coloring, alone = self.coloring, self.alone
        if coloring is None or coloring.codes is None or coloring.kinds is None or alone is None:
            return 0
        kinds = coloring.kinds[alone.rows[coloring.codes[alone.rows] == OTHER]]
        return int(np.count_nonzero(np.bincount(kinds))) if len(kinds) else 0

    @cached_property
    def _counts_alone(self) -> dict[str, int]:
        """Number of the rows that stand alone in each group; none is in small ones."""
        assert self.coloring is not None
        if self.coloring.codes is None or self.alone is None:
            return {}
        codes, names = self.coloring.codes[self.alone.rows], self.coloring.names
        counts = np.bincount(codes[codes >= 0], minlength=len(names)).tolist()
        missing = {self.coloring.missing: int((codes == MISSING).sum())}
        others = {
            name: int((codes == OTHER).sum())
            for name, _, _ in self.coloring.categories
            if name not in names and name != self.coloring.missing
        }
        return {**dict(zip(names, counts, strict=True)), **missing, **others}

    @property
    def categories(self) -> list[str]:
        """The names of all groups; none where points are colored by numbers."""
        return [] if self.coloring is None else [name for name, _, _ in self.coloring.categories]

    def n_shown(self, positions: Placed) -> int:
        """Return how many rows are drawn: those that are shown and have a place."""
        is_drawn = np.isfinite(positions[:, 0])
        if self.shown is not None:
            is_drawn &= self.shown
        return int(np.count_nonzero(is_drawn))

    def only_shown(self, positions: Placed) -> Placed:
        """Return positions with NaN for rows that are not drawn: every row keeps its number."""
        if self.shown is None:
            return positions
        return passes.only_shown(positions, self.shown)

    def clusters(self, positions: Placed) -> list[Cluster]:
        """Return the name of each category that is drawn, at its densest place."""
        coloring = self.coloring
        if coloring is None or not coloring.categories or coloring.codes is None:
            return []
        count = len(coloring.names)
        places = cluster_positions(positions, coloring.codes, count)
        by_name = dict(zip(coloring.names, places, strict=True))
        counts = {name: number for name, _, number in coloring.categories}
        counts |= self._counts_alone
        weights = dict(zip(coloring.names, self._weights_of_groups(), strict=True))
        return [
            Cluster(name, by_name[name], color, counts[name], weights[name])
            for name, color, _ in coloring.categories
            if name in by_name and np.isfinite(by_name[name]).all()
        ]

    def _weights_of_groups(self) -> list[float] | list[None]:
        coloring = self.coloring
        assert coloring is not None
        assert coloring.codes is not None
        if self.weights is None:
            return [None] * len(coloring.names)
        is_named = coloring.codes >= 0
        sums = np.bincount(
            coloring.codes[is_named], self.weights[is_named], minlength=len(coloring.names)
        )
        return [float(each) for each in sums]


def point_style(
    vector_set: VectorSet,
    settings: MapSettings,
    theme: Theme,
    shares: NDArray[np.float32] | None = None,
    positions: Placed | None = None,
    clusters: FoundClusters | None = None,
) -> PointStyle:
    """Return what the points look like.

    Parameters
    ----------
    vector_set : VectorSet
    settings : MapSettings
    theme : Theme
    shares : float32 array of shape (n_vectors,), optional
        The part of the true neighbors of each row that is near it; colors the points instead of
        the column.
    positions : float array of shape (n_vectors, 2 | 3), optional
        Where rows are, for colors by place.
    clusters : FoundClusters, optional
        Color the points instead of the column.
    """
    coloring, notes = None, []
    hidden, column = None, settings.color_by
    if clusters is not None:
        coloring = clusters.coloring(settings, theme, positions)
        hidden = coloring.hidden_rows
        notes.append(clusters.words)
    elif column is not None and column in vector_set.metadata.column_names:
        coloring = color_by(
            vector_set,
            column,
            theme,
            hidden=settings.hidden,
            color_range=settings.color_range,
            inverted=settings.inverted,
            as_categories=settings.as_categories,
            ramp=settings.ramp,
            positions=positions if settings.palette == "place" else None,
        )
        hidden = coloring.hidden_rows
        if coloring.ramp and shares is None and (missing := count_missing(vector_set, column)):
            notes.append(f"{missing:,} without {column}")
    if shares is not None:
        coloring = color_by_share(shares, theme)
    sizes = None
    if settings.size_by is not None:
        sizes = size_by(vector_set, settings.size_by, len(vector_set))
        notes.append(size_note(vector_set, settings.size_by))
    weights = weights_by(vector_set, settings.name_size_by)
    shown = _shown(vector_set, settings, hidden)
    return PointStyle(len(vector_set), coloring, sizes, shown, notes, weights, settings.isolated)


def rows_shown(
    vector_set: VectorSet,
    settings: MapSettings,
    theme: Theme,
    clusters: FoundClusters | None = None,
) -> Rows | None:
    """Return which rows the settings let be drawn; None: all."""
    hidden, column = None, settings.color_by
    if clusters is not None:
        hidden = clusters.coloring(settings, theme).hidden_rows if settings.hidden else None
    elif settings.hidden and column in vector_set.metadata.column_names:
        assert column is not None
        as_groups = settings.as_categories
        coloring = color_by(
            vector_set, column, theme, hidden=settings.hidden, as_categories=as_groups
        )
        hidden = coloring.hidden_rows
    shown = _shown(vector_set, settings, hidden)
    return None if shown is None else np.flatnonzero(shown)


def _shown(
    vector_set: VectorSet, settings: MapSettings, hidden: NDArray[np.bool_] | None
) -> NDArray[np.bool_] | None:
    shown = None
    if settings.isolated is not None:
        shown = np.zeros(len(vector_set), dtype=bool)
        shown[settings.isolated.rows] = True
    if hidden is not None and hidden.any():
        shown = ~hidden if shown is None else shown & ~hidden
    return shown


def require_columns(state: State) -> None:
    """Raise a UserError where there is no such column to color or size points by."""
    active, settings = state.active, state.map
    if active is not None:
        _require_column(settings.color_by, colorable_columns(active), "color")
        _require_column(settings.size_by, sizable_columns(active), "size")
        if settings.cluster_texts not in (None, *active.metadata.column_names):
            raise UserError(f"There is no metadata column {settings.cluster_texts!r}.")
        _require_column(settings.name_size_by, sizable_columns(active), "size the names of")


def _require_column(column: str | None, known: Sequence[str], what: str) -> None:
    if column is not None and column not in known:
        raise UserError(
            f"There is no metadata column {column!r} that can {what} points; "
            f"there are: {', '.join(known) or 'none'}."
        )

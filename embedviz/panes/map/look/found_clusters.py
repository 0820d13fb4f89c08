"""Clusters of a map, with their names: what is found, and how it colors the points."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from embedviz.app.layouts import Layout
from embedviz.app.map_settings import MapSettings
from embedviz.core.arrays import Placed
from embedviz.core.clusters import MOST_FITTED, cluster_names, find_clusters
from embedviz.core.derivation.group_column import GroupColumn
from embedviz.core.notes import counted
from embedviz.core.progress import Report, part_of
from embedviz.gui.coloring.column_values import MISSING, OTHER, GroupValues
from embedviz.gui.coloring.point_style import Coloring, color_by_groups
from embedviz.gui.theme import Theme

TITLE = "cluster"
NONE = "no cluster"
"""What points in no cluster are called."""
MOST_NAMED = 250
"""Clusters with a color and a name of their own; smaller ones are others."""


@dataclass(frozen=True)
class ClusterRequest:
    """A layout whose clusters are asked for.

    Attributes
    ----------
    layout : Layout
    n_components : int
    min_size : int or None
        See `core.clusters.find_clusters`.
    texts : str or None
        The column whose words name them; None: the labels.
    """

    layout: Layout
    n_components: int
    min_size: int | None
    texts: str | None


@dataclass(frozen=True, eq=False)
class FoundClusters:
    """Clusters with the names that were found for them.

    Attributes
    ----------
    request : ClusterRequest
    codes : int32 array of shape (n_vectors,)
        The cluster of each row, the largest first; -1 in none.
    names : tuple of str
    n_divided : int
        Points of a cluster that was divided, since it had more than half of them; 0: none was.
    """

    request: ClusterRequest
    codes: NDArray[np.int32]
    names: tuple[str, ...]
    n_divided: int = 0
    _groups: dict[tuple[tuple[str, str], ...], GroupValues] = field(default_factory=dict)

    def names_by(self, settings: MapSettings) -> list[str]:
        """Return what they are called: as somebody wants it, or as was found; no two alike."""
        given = dict(settings.cluster_names)
        called: dict[str, None] = {}
        for number, name in enumerate(self.names):
            wanted = given.get(name, name)
            called[wanted if wanted not in called else f"{wanted} ({number + 1})"] = None
        return list(called)

    def coloring(
        self, settings: MapSettings, theme: Theme, positions: Placed | None = None
    ) -> Coloring:
        """Return the colors of all rows by their clusters; see `color_by`."""
        wanted = settings.cluster_names
        if wanted not in self._groups:
            self._groups.clear()
            self._groups[wanted] = _groups_of(self.codes, self.names_by(settings))
        places = positions if settings.palette == "place" else None
        made = color_by_groups(
            self._groups[wanted], TITLE, theme, settings.hidden, places, missing=NONE
        )
        return replace(made, can_rename=True)

    @property
    def n_outside(self) -> int:
        """Number of the points in no cluster."""
        return int(np.count_nonzero(self.codes < 0))

    def renamed(self, settings: MapSettings, place: int, name: str) -> MapSettings:
        """Return settings in which a cluster is called otherwise; what is hidden stays hidden."""
        before = self.names_by(settings)
        new = settings.renamed(self.names[place], name)
        after = dict(zip(before, self.names_by(new), strict=True))
        hidden = frozenset(after.get(each, each) for each in settings.hidden)
        return replace(new, hidden=hidden)

    def as_column(self, settings: MapSettings, name: str) -> GroupColumn:
        """Return the step that makes a metadata column of the clusters, by their names."""
        names = tuple(self.names_by(settings))
        return GroupColumn(name, names, self.codes.astype(np.intp) + 1)

    @property
    def count_words(self) -> str:
        """How many clusters there are, in a few words."""
        count = counted(len(self.names), "cluster")
        return f"{count}, {self.n_outside:,} of {len(self.codes):,} points in none"

    @property
    def words(self) -> str:
        """What is said of them in the caption."""
        n_outside = self.n_outside
        count = len(self.names)
        said = f"{count:,} cluster{'' if count == 1 else 's'} by HDBSCAN"
        if len(self.codes) > MOST_FITTED:
            said += f" of {MOST_FITTED:,} points, the others as the nearest"
        if self.n_divided:
            said += f", one of {self.n_divided:,} points divided"
        if n_outside:
            said += f" · {n_outside:,} point{'' if n_outside == 1 else 's'} in no cluster"
        return said


def _groups_of(codes: NDArray[np.int32], names: list[str]) -> GroupValues:
    counts = np.bincount(codes[codes >= 0], minlength=len(names)).tolist()
    shown = np.where(codes < MOST_NAMED, codes, OTHER).astype(np.int16)
    shown[codes < 0] = MISSING
    n_missing = int(np.count_nonzero(codes < 0))
    kinds = np.where(codes < 0, len(names), codes).astype(np.int32)
    return GroupValues(
        shown,
        tuple(names[:MOST_NAMED]),
        tuple(counts[:MOST_NAMED]),
        max(len(names) - MOST_NAMED, 0),
        sum(counts[MOST_NAMED:]),
        n_missing,
        kinds,
    )


def find_named_clusters(request: ClusterRequest, report: Report) -> FoundClusters:
    """Find clusters and their names. Runs off the UI thread."""
    vector_set = request.layout.vector_set
    positions = request.layout.positions[:, : request.n_components]
    found = find_clusters(positions, request.min_size, part_of(report, 0.0, 0.9))
    labels, column = vector_set.labels, None
    if request.texts is not None:
        column = vector_set.metadata.column(request.texts)

    def text_of(row: int) -> str:
        value = labels[row] if column is None else column[row].as_py()
        return "" if value is None else str(value)

    names = cluster_names(found.codes, text_of, vector_set.vectors, part_of(report, 0.9, 1.0))
    return FoundClusters(request, found.codes, tuple(names), found.n_divided)

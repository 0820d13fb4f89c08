"""Layouts of each set on a map: computed once, kept, found again at the next start.

Everything here may be called from any thread; what takes long takes a `Report`, and is to be
called from a task. One exact neighbor graph per set and metric is kept, the largest that was
asked for: it serves t-SNE, UMAP and the question how true a map is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock

import numpy as np

from embedviz.app.layouts import cache, spare_process
from embedviz.core.arrays import Matrix, Placed
from embedviz.core.neighbors.adjacency import GraphMetric, NeighborGraph
from embedviz.core.neighbors.graph import neighbor_graph
from embedviz.core.progress import OnLayout, Report, part_of
from embedviz.core.projections import Projection
from embedviz.core.projections.axis import Axis
from embedviz.core.projections.columns import CoordinateColumns, coordinate_columns
from embedviz.core.projections.neighbor_embedding import MOST_ROWS, NeighborEmbedding
from embedviz.core.projections.pca import PCA
from embedviz.core.projections.projection import Mapped
from embedviz.core.vector_set import VectorSet

_POLL_SECONDS = 0.05
_MOST_KEPT = 12
"""Layouts of one set; the oldest is forgotten beyond."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Positions of the rows of a set on a map.

    Attributes
    ----------
    vector_set : VectorSet
    projection : Projection
    positions : float32 or float64 array of shape (n_vectors, 2 or 3)
        NaN for rows that have no place.
    words : str
        Method and settings, and of how many rows.
    axes : tuple of Axis
        None where the axes have no meaning.
    stopped_at : float or None
        The part that was done when the user stopped it; None: it is finished.
    mapping : callable, optional
        Takes other vectors of the set's space to their places; see `PlacedRows`.
    """

    vector_set: VectorSet
    projection: Projection
    positions: Placed
    words: str
    axes: tuple[Axis, ...] = ()
    stopped_at: float | None = None
    mapping: Mapped | None = None

    def variance_words(self, n_components: int) -> str:
        """Return how much of the variance so many axes show, or nothing."""
        # Each once, as a component may be shown along two axes.
        shares = {axis: axis.variance for axis in self.axes[:n_components]}
        known = [share for share in shares.values() if share is not None]
        if not known:
            return ""
        return f"{100 * sum(known):.1f} % of the variance on {n_components} axes"


@dataclass(frozen=True)
class LayoutRequest:
    """Request for a layout: the set, the method, the number of axes."""

    vector_set: VectorSet
    projection: Projection | None
    n_components: int

    def is_step_to(self, other: LayoutRequest) -> bool:
        """Return whether its layout may be shown on the way to another: of one dial, of one set."""
        mine, theirs = self.projection, other.projection
        is_dialed = mine is not None and mine.is_dialed and type(mine) is type(theirs)
        return is_dialed and self == replace(other, projection=mine)


@dataclass(eq=False)
class _Flight:
    """Computation by one thread that others may wait for."""

    lock: Lock = field(default_factory=Lock)
    n_threads: int = 0
    """Threads that compute it or wait for it."""


class Layouts:
    """The layouts and neighbor graphs of all sets that are open."""

    def __init__(self) -> None:
        self._layouts: dict[VectorSet, dict[tuple[Projection, int], Layout]] = {}
        self._graphs: dict[VectorSet, dict[GraphMetric, NeighborGraph]] = {}
        self._first: dict[VectorSet, Projection] = {}
        self._changing = Lock()
        self._flights: dict[Hashable, _Flight] = {}
        self._open: set[VectorSet] | None = None

    def known(self, request: LayoutRequest) -> Layout | None:
        """Return a layout that is at hand, also one that was stopped; quick."""
        with self._changing:
            projection = request.projection or self._first.get(request.vector_set)
            if projection is None:
                return None
            by_settings = self._layouts.get(request.vector_set, {})
            return by_settings.get((projection, _kept_components(projection, request)))

    def keep(self, layout: Layout) -> None:
        """Let a layout be found again, until the set is closed."""
        n_components = layout.positions.shape[1]
        with self._changing:
            if self._open is not None and layout.vector_set not in self._open:
                return  # It was closed while this was computed.
            by_settings = self._layouts.setdefault(layout.vector_set, {})
            by_settings.pop((layout.projection, n_components), None)
            if layout.projection.is_dialed:  # Steps of a dial would take the place of all others.
                for step in [key for key in by_settings if key[0].is_dialed]:
                    del by_settings[step]
            by_settings[layout.projection, n_components] = layout
            while len(by_settings) > _MOST_KEPT:
                del by_settings[next(iter(by_settings))]

    def keep_only(self, vector_sets: Iterable[VectorSet]) -> None:
        """Forget everything about other sets than these, which are open."""
        there = set(vector_sets)
        with self._changing:
            self._open = there
            for kept in (self._layouts, self._graphs, self._first):
                for vector_set in set(kept) - there:
                    del kept[vector_set]

    def keep_too(self, vector_sets: Iterable[VectorSet]) -> None:
        """Keep what is computed of further sets, until `keep_only` is called the next time."""
        with self._changing:
            if self._open is not None:
                self._open = self._open.union(vector_sets)

    def find(self, request: LayoutRequest, report: Report, on_layout: OnLayout) -> Layout:
        """Return the layout that is wanted: from memory, from the disk, or computed.

        Raises
        ------
        UserError
            When the settings do not fit the set, or the process that computes it ended.
        """
        vector_set, n_components = request.vector_set, request.n_components
        projection = request.projection
        if projection is None:
            projection = _first_choice(vector_set)
            with self._changing:
                self._first[vector_set] = projection
        request = replace(request, projection=projection)
        with self._single_flight((vector_set.identity, projection, n_components), report):
            known = self.known(request)
            if known is not None and known.stopped_at is None:
                return known
            layout = self._made(vector_set, projection, n_components, report, on_layout)
            self.keep(layout)
        return layout

    def _made(
        self,
        vector_set: VectorSet,
        projection: Projection,
        n_components: int,
        report: Report,
        on_layout: OnLayout,
    ) -> Layout:
        words = projection.words(len(vector_set))
        if not projection.is_slow:
            placed = projection.place(vector_set, n_components, report)
            return Layout(
                vector_set,
                projection,
                placed.positions,
                placed.words or words,
                placed.axes,
                mapping=placed.mapping,
            )
        positions = cache.find(vector_set, projection, n_components)
        if positions is None:
            positions = self._computed(vector_set, projection, n_components, report, on_layout)
            cache.keep(vector_set, projection, n_components, positions)
        return Layout(vector_set, projection, positions, words)

    def graph(
        self, vector_set: VectorSet, metric: GraphMetric, count: int, report: Report
    ) -> NeighborGraph:
        """Return the nearest rows of each row, `count` or more of them."""
        count = min(count, max(len(vector_set) - 1, 0))
        with self._single_flight((vector_set.identity, metric), report):
            known = self._graphs.get(vector_set, {}).get(metric)
            if known is None or known.count < count:
                known = neighbor_graph(vector_set.vectors, count, metric, report)
                with self._changing:
                    if self._open is None or vector_set in self._open:
                        self._graphs.setdefault(vector_set, {})[metric] = known
        return known

    @contextmanager
    def _single_flight(self, what: Hashable, report: Report) -> Iterator[None]:
        """Let one thread after the other do the same: the second finds what the first has made.

        Whoever waits can be stopped. With the last one that does, or waits for, the same, its
        entry goes: each set that is opened and each setting that is tried would leave one.
        """
        with self._changing:
            flight = self._flights.setdefault(what, _Flight())
            flight.n_threads += 1
        try:
            while not flight.lock.acquire(timeout=_POLL_SECONDS):
                report(0.0, "waiting for the same elsewhere")
            try:
                yield
            finally:
                flight.lock.release()
        finally:
            with self._changing:
                flight.n_threads -= 1
                if not flight.n_threads:
                    del self._flights[what]

    @property
    def n_in_flight(self) -> int:
        """Number of different things that are being computed, or waited for, right now."""
        with self._changing:
            return len(self._flights)

    def _computed(
        self,
        vector_set: VectorSet,
        projection: Projection,
        n_components: int,
        report: Report,
        on_layout: OnLayout,
    ) -> Matrix:
        if isinstance(projection, NeighborEmbedding):  # It takes what is kept here: a graph.
            return self._embedded(vector_set, projection, n_components, report, on_layout)
        placed = projection.place(vector_set, n_components, report, on_layout)
        return np.asarray(placed.positions, dtype=np.float32)

    def _embedded(
        self,
        vector_set: VectorSet,
        projection: NeighborEmbedding,
        n_components: int,
        report: Report,
        on_layout: OnLayout,
    ) -> Matrix:
        vectors, count = vector_set.vectors, len(vector_set)
        projection.require_enough(count)
        # It gets warm while the neighbors are found.
        process = spare_process.spare.take()
        try:
            if count > MOST_ROWS:
                positions = projection.fit_transform(
                    vectors, n_components, report=report, on_layout=on_layout, process=process
                )
            else:
                start = PCA().fit_transform(vectors, n_components, report=part_of(report, 0, 0.02))
                on_layout(projection.starting_positions(start))
                needed, metric = projection.neighbors_needed(count), projection.metric
                graph = self.graph(vector_set, metric, needed, part_of(report, 0.02, 0.1))
                positions = projection.lay_out(
                    graph.first(needed),
                    start,
                    report=part_of(report, 0.1, 1.0),
                    on_layout=on_layout,
                    process=process,
                )
        finally:  # One that was ended with the run is replaced.
            spare_process.spare.give_back(process)
        return positions


def _first_choice(vector_set: VectorSet) -> Projection:
    """Return what shows a set at first, without waiting: places it came with, else PCA."""
    bundled = cache.first_choice(vector_set)
    groups = coordinate_columns(vector_set)
    return bundled or (CoordinateColumns(groups[0]) if groups else PCA())


def _kept_components(projection: Projection, request: LayoutRequest) -> int:
    """Return how many axes the layout has that is kept: PCA has those of 3-D in 2-D too."""
    return projection.n_kept or request.n_components

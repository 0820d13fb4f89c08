"""Texts on a map: the query that is no row, and the texts that are pinned, each at its place.

A linear projection has an exact place for every vector. t-SNE, UMAP and coordinates of a file have
none: there a text lies at the weighted mean of its nearest rows, and it is said so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from embedviz.app.layouts import Layout
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.app.texts.pinned import texts_of
from embedviz.core.arrays import Matrix, Rows, Vector
from embedviz.core.matching import share_rows
from embedviz.core.neighbors.adjacency import GraphMetric
from embedviz.core.notes import counted
from embedviz.core.progress import Report
from embedviz.core.projections.out_of_sample import place_near
from embedviz.core.query_vector import QueryVector
from embedviz.core.texts.encoder_of import encodes_alike
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.gui.pane import Pane
from embedviz.gui.points.layers.hover_card import HoverCard
from embedviz.gui.points.layers.markers import Marker
from embedviz.gui.points.view import PointView
from embedviz.panes.map.choices import MapChoices
from embedviz.panes.map.layout_run import LayoutRun

COUNT = 15
"""Neighbors between which a text lies that has no exact place: as rows beyond a sample do."""
_LONGEST = 28


@dataclass(frozen=True, eq=False)
class LocatedText:
    """A text in the space of a set.

    Attributes
    ----------
    vector : array of shape (n_dimensions,)
    rows : int array
        Its nearest rows; none where the vector is all zeros.
    distances : array of the same length
    """

    vector: Matrix
    rows: Rows
    distances: Vector


class TextMarkers(QObject):
    """Markers of texts on a map.

    Parameters
    ----------
    pane : Pane
    choices : MapChoices
    run : LayoutRun
    view : PointView
    card : HoverCard

    Signals
    -------
    found : ()
        Where texts belong is known.

    Attributes
    ----------
    shown : tuple of QueryVector
        Those that belong to the layout, also where they have no place.
    """

    found = Signal()

    def __init__(
        self, pane: Pane, choices: MapChoices, run: LayoutRun, view: PointView, card: HoverCard
    ) -> None:
        super().__init__(pane)
        self._session, self._calculations, self._choices = pane.session, pane.calculations, choices
        self._run, self._markers, self._canvas = run, view.scene.markers, view.scene.canvas
        self._view, self._card = view, card
        self._task = pane.calculations.new_task("placing texts")
        self.shown: tuple[QueryVector, ...] = ()
        self._query: QueryVector | None = None
        self._of: tuple[VectorSet, GraphMetric] | None = None
        self._located: dict[QueryVector, LocatedText] = {}
        self._asked: set[QueryVector] = set()
        self._on_map: list[QueryVector] = []
        self._markers.clicked.connect(self._click)
        self._markers.hovered.connect(self._hover)
        run.moved.connect(lambda positions, _: self._place(positions, None))

    def look_up(self, state: State, layout: Layout) -> str:
        """Find where the texts of a state belong, and return what is to be said of them."""
        vector_set = layout.vector_set
        of = vector_set, _metric_of(layout)
        if of != self._of:
            self._of, self._located, self._asked = of, {}, set()
        self._query, self.shown = query_on(state, vector_set), texts_on(state, vector_set)
        self._located = {key: each for key, each in self._located.items() if key in self.shown}
        missing = [each for each in self.shown if each not in self._located]
        if missing and not self._asked.issuperset(missing):
            self._asked = set(missing)
            work = partial(_locate, self._session, *of, missing)
            keep = partial(self._keep, of)
            self._calculations.run(self._task, work, keep, purpose="detail")
        elif not missing:
            self._asked = set()
            self._calculations.cancel(self._task)
        is_exact = layout.mapping is not None and self._run.streamed is None
        placed = [each for each in self.shown if each in self._located]
        return describe_places(placed, self._located, layout.projection.name, is_exact=is_exact)

    def show(self, layout: Layout) -> None:
        """Mark the texts that are looked up, where the points are."""
        streamed = self._run.streamed
        positions = layout.positions[:, : self._choices.n_components]
        self._place(*((positions, layout) if streamed is None else (streamed, None)))

    def release(self) -> None:
        """Show no texts, and hold on to no set."""
        self._calculations.cancel(self._task)
        self.shown, self._query, self._of = (), None, None
        self._located, self._asked, self._on_map = {}, set(), []
        self._markers.set_markers((), self._canvas.extent)

    def _keep(
        self, of: tuple[VectorSet, GraphMetric], found: dict[QueryVector, LocatedText]
    ) -> None:
        if of == self._of:
            self._located |= found
            self.found.emit()

    def _place(self, positions: Matrix, layout: Layout | None) -> None:
        """Put the markers where a layout has them, or between their neighbors."""
        markers, self._on_map = [], []
        for each in self.shown:
            located = self._located.get(each)
            if located is None or not len(located.rows):
                continue
            spot = _spot(located, positions, layout)
            if np.isfinite(spot).all():
                markers.append(Marker(spot, each.name, each is self._query))
                self._on_map.append(each)
        if markers or self._markers.shown:
            origin = self._canvas.places.origin
            self._markers.set_markers(markers, self._canvas.extent, origin)

    def _click(self, index: int, keys: Qt.KeyboardModifier) -> None:
        """Make a text the query."""
        if index < len(self._on_map) and self._run.shows_wanted:
            state = self._choices.with_active_map()
            self._choices.edit(state.queried_with(self._on_map[index]))

    def _hover(self, index: int) -> None:
        """Say on a card what a marker is, and how it came to its place."""
        layout = self._run.layout
        if not 0 <= index < len(self._on_map) or layout is None:
            if self._card.row < 0:  # Else it is a row's by now.
                self._card.hide_card()
            return
        text = self._on_map[index]
        is_exact = layout.mapping is not None and self._run.streamed is None
        lines = [describe_place(layout.projection.name, self._located[text], is_exact=is_exact)]
        if text is not self._query:
            lines.append("Click to list its neighbors.")
        place = self._markers.place_of(index, self._view.viewport.frame())
        self._card.show_card(-1, place, one_line(text.name), lines)


def query_on(state: State, vector_set: VectorSet) -> QueryVector | None:
    """Return the query of a state, if it is no row and in the space of a set."""
    query, active = state.query_vector, state.active
    if query is None or active is None:
        return None
    is_there = share_rows(active, vector_set) or encodes_alike(vector_set, query)
    return query if is_there else None


def texts_on(state: State, vector_set: VectorSet) -> tuple[QueryVector, ...]:
    """Return what is marked on the map of a set: the query, and pinned texts, each text once."""
    query = query_on(state, vector_set)
    own = () if query is None else (query,)
    found: dict[str, QueryVector] = {}
    for each in (*own, *texts_of(state, vector_set)):
        found.setdefault(each.name, each)
    return tuple(found.values())


def describe_place(method: str, located: LocatedText, *, is_exact: bool) -> str:
    """Return how a text came to its place, as a sentence."""
    if is_exact:
        return f"Exactly where {method} puts its vector."
    count = len(located.rows)
    return f"Placed at the mean of its {count} neighbors; {method} gives no exact place."


def describe_places(
    texts: Sequence[QueryVector],
    located: dict[QueryVector, LocatedText],
    method: str,
    *,
    is_exact: bool,
) -> str:
    """Return where texts are on a map, in a few words; nothing where there are none."""
    placed = [each for each in texts if len(located[each].rows)]
    said = [f"{_quoted(each)} not placed: all zeros" for each in texts if each not in placed]
    if placed:
        is_one = len(placed) == 1
        what = _quoted(placed[0]) if is_one else counted(len(placed), "text")
        if is_exact:
            said.append(f"{what} exactly placed")
        else:
            count = len(located[placed[0]].rows)
            means = "the mean of its" if is_one else "the means of their"
            exact = "no exact place" if is_one else "no exact places"
            said.append(f"{what} at {means} {count} neighbors, as {method} gives {exact}")
    return ", ".join(said)


def _quoted(text: QueryVector) -> str:
    name = one_line(text.name)
    return f"“{name if len(name) <= _LONGEST else name[: _LONGEST - 1] + '…'}”"


def _metric_of(layout: Layout) -> GraphMetric:
    metric = getattr(layout.projection, "metric", "cosine")
    return "euclidean" if metric == "euclidean" else "cosine"


def _spot(located: LocatedText, positions: Matrix, layout: Layout | None) -> Vector:
    if layout is not None and layout.mapping is not None:
        exact = layout.mapping(located.vector[np.newaxis])[0]
        return np.asarray(exact[: positions.shape[1]], dtype=np.float64)
    return place_near(positions, located.rows, located.distances)


def _locate(
    session: Session,
    vector_set: VectorSet,
    metric: GraphMetric,
    texts: Sequence[QueryVector],
    report: Report,
) -> dict[QueryVector, LocatedText]:
    """Find the neighbors of texts. Runs off the UI thread."""
    found = {}
    for index, each in enumerate(texts):
        report(index / len(texts), "placing texts")
        vector = vector_set.transform_query(each.vector)
        rows, distances = np.empty(0, dtype=np.intp), np.empty(0)
        if each.vector.any() and vector.any():
            rows, scores = session.searches.nearest(vector_set, metric, vector, COUNT)
            near = scores if metric == "euclidean" else 1.0 - scores
            distances = np.maximum(near, 0.0)
        found[each] = LocatedText(vector, rows, distances)
    return found

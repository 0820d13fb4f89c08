"""The query that is no row, in the cone: its place before and after, and its cosines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from embedviz.app.searches import Searches
from embedviz.app.state import State
from embedviz.core.anisotropy.cone import ConePlaces
from embedviz.core.arrays import Matrix
from embedviz.core.progress import Report
from embedviz.core.query_vector import Query
from embedviz.core.wording import one_line
from embedviz.gui.pane import Pane
from embedviz.gui.points.layers.markers import Marker
from embedviz.gui.points.view import PointView
from embedviz.gui.widgets.controls import ElidedLabel
from embedviz.panes.anisotropy.prepared import Prepared, Turned

COUNT = 10
"""Of its nearest rows before, whose cosines with it are followed."""


@dataclass(frozen=True, eq=False)
class QueryPlaces:
    """A query in the cone.

    Attributes
    ----------
    name : str
    places : pair of ConePlaces
        Before and after, of itself and of the rows that are nearest before; at the origin where
        it has no direction.
    mean_cosines : pair of float
        With all rows, before and after.
    near_cosines : pair of float
        Mean with the rows that are nearest before.
    n_near : int
    """

    name: str
    places: tuple[ConePlaces, ConePlaces]
    mean_cosines: tuple[float, float]
    near_cosines: tuple[float, float]
    n_near: int


class QueryMarker(QObject):
    """Marker of a query that is no row on both spheres, and a line about its cosines.

    Parameters
    ----------
    pane : Pane
    before, after : PointView
    place_of : callable
        Returns where the first of some places is drawn in the view "before" or "after", (3,).

    Attributes
    ----------
    line : ElidedLabel
        Hidden where the query is a row, or there is none.
    """

    def __init__(
        self,
        pane: Pane,
        before: PointView,
        after: PointView,
        place_of: Callable[[str, ConePlaces], Matrix],
    ) -> None:
        super().__init__(pane)
        self._place_of = place_of
        self._session, self._calculations = pane.session, pane.calculations
        self._views = before, after
        self._task = pane.calculations.new_task("cosines of the query")
        self.line = ElidedLabel("caption")
        self.line.hide()

    def show(self, state: State, prepared: Prepared, turned: Turned) -> None:
        """Mark the query of a state, where it is none of the rows, with the dial as it is shown."""
        query = None if state.query_vector is None else state.current_query
        if query is None or state.active is not prepared.vector_set:
            self.hide()
            return
        if not query.vector.any():
            self.hide()
            self.line.setText(f"“{one_line(query.name)}” is all zeros, so it has no direction.")
            self.line.show()
            return
        work = partial(_look, self._session.searches, prepared, turned, query)
        self._calculations.run(self._task, work, self._show, prepared.vector_set, purpose="detail")

    def hide(self) -> None:
        """Mark nothing."""
        self._calculations.cancel(self._task)
        for view in self._views:
            view.scene.markers.set_markers((), view.scene.canvas.extent)
        self.line.hide()

    def _show(self, found: QueryPlaces) -> None:
        for view, role, places in zip(self._views, ("before", "after"), found.places, strict=True):
            place = self._place_of(role, places)
            markers = [Marker(place, found.name)] if place.any() else []
            view.scene.markers.set_markers(markers, view.scene.canvas.extent)
        self.line.setText(describe_cosines(found))
        self.line.show()


def describe_cosines(found: QueryPlaces) -> str:
    """Return the cosines of a query, before and after, in a line."""
    (mean, mean_after), (near, near_after) = found.mean_cosines, found.near_cosines
    return (
        f"“{one_line(found.name)}”: mean cosine with all rows {_number(mean)} before, "
        f"{_number(mean_after)} after; with its {found.n_near} nearest rows before "
        f"{_number(near)}, after {_number(near_after)}."
    )


def _number(cosine: float) -> str:
    return f"{cosine:+.3f}".replace("-", "−")


def _look(
    searches: Searches, prepared: Prepared, turned: Turned, query: Query, report: Report
) -> QueryPlaces:
    """Find where a query is on the spheres, and its cosines. Runs off the UI thread."""
    vector_set, cone, after = prepared.vector_set, prepared.cone, turned.view
    rows, _ = searches.nearest(vector_set, "cosine", query.vector, COUNT, query.exclude)
    vectors = np.vstack([query.vector, vector_set.vectors[rows]]).astype(np.float32)
    seen = cone.look_at(vectors), cone.look_at(vectors, turned.position.settings)
    means = [
        float(places.units[0] @ view.mean_unit)
        for places, view in zip(seen, (cone.before, after), strict=True)
    ]
    near = [
        float((places.units[1:] @ places.units[0]).mean()) if len(rows) else np.nan
        for places in seen
    ]
    return QueryPlaces(
        query.name,
        seen,
        (means[0], means[1]),
        (near[0], near[1]),
        len(rows),
    )

"""Highlights of a map: the query, the selected rows, the neighbors, and their labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.core.arrays import Rows
from embedviz.core.drawing.raster import ALL_ROWS
from embedviz.core.matching import is_quick, match_all, matching_rows
from embedviz.core.neighbors import Metric
from embedviz.core.progress import Report
from embedviz.core.query_vector import Query, QueryVector
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pane import Pane
from embedviz.gui.points.view import PointView

ALWAYS_LABELED = 12
"""A selection of more rows than this is an area: it stands out by dimming the others."""
_NEIGHBORS = 10


@dataclass(frozen=True)
class NeighborsRequest:
    """A query whose neighbors are to be marked, in a set and by a metric."""

    vector_set: VectorSet | None
    query: int | None
    query_vector: QueryVector | None
    metric: Metric

    @classmethod
    def of(cls, state: State) -> NeighborsRequest:
        """Return what a state asks for."""
        return cls(state.active, state.query, state.query_vector, state.metric)


class Highlights(QObject):
    """Highlights of what is chosen in the active set, which may be another one than the map's.

    Parameters
    ----------
    pane : Pane
    view : PointView

    Signals
    -------
    found : ()
        The neighbors of the query are known.
    """

    found = Signal()

    def __init__(self, pane: Pane, view: PointView) -> None:
        super().__init__(pane)
        self._session, self._view, self._calculations = pane.session, view, pane.calculations
        self._task = pane.calculations.new_task("nearest rows")
        self._matching = pane.calculations.new_task("matching labels")
        self._neighbors: Rows = ALL_ROWS
        self._marked: tuple[object, ...] = ()

    def release(self) -> None:
        """Mark everything anew at the next time, and hold on to no set."""
        self._calculations.cancel(self._task)
        self._calculations.cancel(self._matching)
        self._marked = ()
        self._neighbors = ALL_ROWS

    def show(self, state: State, vector_set: VectorSet, with_labels: bool) -> None:
        """Mark what is chosen, on the points of a set."""
        assert state.active is not None
        self._find_neighbors(state)
        query = None if state.query_vector is not None else state.query
        neighbors, chosen = self._neighbors, state.selected.rows
        if not is_quick(state.active, vector_set, chosen):
            # Once, for all selections: then it is drawn.
            work, found = partial(_match, state.active, vector_set), self.found
            self._calculations.run(self._matching, work, lambda _: found.emit(), purpose="detail")
            return
        marked = (vector_set, state.active, query, state.selected, id(neighbors), with_labels)
        if marked == self._marked:
            return
        self._marked = marked
        brush = partial(matching_rows, state.active, vector_set)
        queries = brush(np.array([] if query is None else [query], dtype=np.intp)).tolist()
        selected, near = brush(chosen), _in_order(brush, neighbors)
        is_area = len(selected) > ALWAYS_LABELED
        self._view.scene.set_highlights(
            query=queries[0] if queries else None,
            selected=selected,
            neighbors=near,
            dim_others=is_area,
        )
        always = [*queries, *([] if is_area else selected.tolist()), *near.tolist()]
        order = None if with_labels else ()
        self._view.scene.set_labels(
            vector_set.labels, order, tuple(dict.fromkeys(always)), len(queries)
        )

    def _find_neighbors(self, state: State) -> None:
        request, question = NeighborsRequest.of(state), state.current_query
        if self._calculations.has_asked(self._task, request):
            return
        self._neighbors = ALL_ROWS
        self._calculations.cancel(self._task)
        if question is not None:
            assert state.active is not None
            work = partial(_nearest, self._session, state.active, state.metric, question)
            self._calculations.run(
                self._task, work, self._show_neighbors, request, purpose="detail"
            )

    def _show_neighbors(self, rows: Rows) -> None:
        self._neighbors = rows
        self.found.emit()


def _in_order(brush: partial[Rows], rows: Rows) -> Rows:
    """Return matching rows, one after the other, so that the nearest stay first."""
    found = [brush(rows[place : place + 1]) for place in range(len(rows))]
    return np.concatenate(found) if found else ALL_ROWS


def _match(source: VectorSet, target: VectorSet, report: Report) -> None:
    """Match all rows of two sets. Runs off the UI thread."""
    match_all(source, target)


def _nearest(
    session: Session, vector_set: VectorSet, metric: Metric, query: Query, report: Report
) -> Rows:
    """Find the neighbors of the query. Runs off the UI thread."""
    vector, exclude = query.vector, query.exclude
    return session.searches.nearest(vector_set, metric, vector, _NEIGHBORS, exclude)[0]

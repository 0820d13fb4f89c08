"""The query that is no row, on the sphere: where the head puts it, or why it has no place."""

from __future__ import annotations

import numpy as np

from embedviz.app.state import State
from embedviz.core.contrastive.runs.frames import RunFrame
from embedviz.core.wording import one_line
from embedviz.gui.points.layers.markers import Marker
from embedviz.panes.contrastive.run import Run


def place_query(run: Run, frame: RunFrame, state: State) -> tuple[list[Marker], str]:
    """Return the marker of a query that is no row, and what is to be said of it.

    Parameters
    ----------
    run : Run
    frame : RunFrame
        The step that is shown, whose head is applied.
    state : State

    Returns
    -------
    list of Marker
        None where the query is a row, or has no place.
    str
        Nothing where the query is a row, or there is none.
    """
    query, active = state.query_vector, state.active
    if query is None or active is None:
        return [], ""
    name = f"“{one_line(query.name)}”"
    if run.material.vector_set is not active:
        return [], f"{name} has no place among free points, which have no head"
    vector = active.transform_query(query.vector)
    if not (query.vector.any() and vector.any()):
        return [], f"{name} has no place: its vector is all zeros"
    output = run.head_of(frame).apply(vector[np.newaxis].astype(np.float32))[0]
    if frame.axes is not None:  # As the points are, of more than three outputs.
        output = output @ frame.axes.T
    place = np.zeros(3)
    place[: len(output)] = output
    if not np.isfinite(place).all():
        return [], f"{name} has no place: the head has no finite output for it"
    return [Marker(place, query.name)], f"{name} through the head of this step"

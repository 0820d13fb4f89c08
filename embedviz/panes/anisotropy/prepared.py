"""Quantities that the dial of a set needs, and the marks of rows in a picture of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from embedviz.app.state import State
from embedviz.core.anisotropy.cone import Cone
from embedviz.core.arrays import Rows
from embedviz.core.vector_set import VectorSet
from embedviz.gui.points.view import PointView

LABELED = 12


@dataclass(frozen=True, eq=False)
class Prepared:
    """Quantities that the dial of a set needs, computed once.

    The picture of a very large set shows a sample of its rows: `places` and `cone.rows` lead
    from one to the other.
    """

    vector_set: VectorSet
    cone: Cone

    @cached_property
    def labels(self) -> Sequence[str]:
        """Labels of the rows in the picture."""
        everything = self.vector_set.labels
        if len(self.cone.rows) == len(everything):
            return everything
        return [everything[row] for row in self.cone.rows]

    def places(self, rows: ArrayLike) -> Rows:
        """Return where rows are in the picture; those that are not are left out."""
        wanted = np.asarray(rows, dtype=np.intp)
        found = np.searchsorted(self.cone.rows, wanted).clip(0, len(self.cone.rows) - 1)
        places: Rows = found[self.cone.rows[found] == wanted]
        return places


def mark_rows(view: PointView, prepared: Prepared, state: State) -> None:
    """Mark the query, where it is a row, and what is selected."""
    if prepared.vector_set is not state.active:
        return
    row, is_own = state.query, state.query_vector is not None
    query = prepared.places([] if row is None or is_own else [row])
    selected = prepared.places(state.selected.rows)
    always = np.concatenate([query, selected[:LABELED]])
    view.scene.set_labels(prepared.labels, (), list(dict.fromkeys(always.tolist())), len(query))
    view.scene.set_highlights(query=query[0] if len(query) else None, selected=selected)

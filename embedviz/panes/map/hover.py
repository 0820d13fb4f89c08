"""What a map says of the point under the mouse."""

from __future__ import annotations

from functools import partial

import numpy as np

from embedviz.core.arrays import Rows
from embedviz.core.neighbors import Metric, NeighborSearch
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.describe import describe_metadata
from embedviz.gui.pane import Pane
from embedviz.gui.points.layers.hover_card import HoverCard
from embedviz.gui.points.view import PointView
from embedviz.gui.row_images import image_of
from embedviz.panes.map.quality import COUNT, LayoutQuality

_MOST_LINES = 8


class Hover:
    """A card beside the point, and lines to its true neighbors where trust is shown.

    Parameters
    ----------
    pane : Pane
    view : PointView
    """

    def __init__(self, pane: Pane, view: PointView) -> None:
        self._searches, self._view = pane.session.searches, view
        self._task = pane.new_task("true neighbors")
        self.card = HoverCard(view)
        view.mouse.names_hovered = False  # The card says it.

    def hide(self) -> None:
        """Say nothing any more."""
        self._task.cancel()
        self.card.hide_card()
        self._view.scene.set_links(-1, ())

    def show(
        self, vector_set: VectorSet, row: int, metric: Metric, truth: LayoutQuality | None
    ) -> None:
        """Say what is known of a row, and show where its true neighbors are."""
        lines = describe_metadata(vector_set, row)[:_MOST_LINES]
        if truth is not None and np.isfinite(truth.shares[row]):
            lines.append(f"{truth.shares[row]:.0%} of its true neighbors are near")
        place = self._view.viewport.place_of(row)
        image = image_of(vector_set, row)
        self.card.show_card(row, place, vector_set.labels[row], lines, image)
        self._view.scene.set_links(-1, ())
        self._task.cancel()
        if truth is not None:
            search = self._searches.search(vector_set, metric)
            self._task.run(partial(_true, search, row), partial(self._view.scene.set_links, row))


def _true(search: NeighborSearch, row: int, report: Report) -> Rows:
    """Find the true neighbors of a row. Runs off the UI thread."""
    return search.nearest(search.vectors[row], COUNT, exclude=(row,))[0]

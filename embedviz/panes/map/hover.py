"""Card for the point under the mouse."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from embedviz.core.arrays import Rows
from embedviz.core.neighbors import Metric, NeighborSearch
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.gui.describe import describe_metadata
from embedviz.gui.pane import Pane
from embedviz.gui.points.layers.hover_card import HoverCard
from embedviz.gui.points.view import PointView
from embedviz.gui.row_images import image_of
from embedviz.panes.map.layout_run import LayoutRun
from embedviz.panes.map.quality import COUNT, LayoutQuality
from embedviz.panes.map.trust import Trust

_MOST_LINES = 8


class Hover(QObject):
    """A card beside the point, and lines to its true neighbors where trust is shown.

    Parameters
    ----------
    pane : Pane
    view : PointView
    run : LayoutRun
    trust : Trust
    """

    def __init__(self, pane: Pane, view: PointView, run: LayoutRun, trust: Trust) -> None:
        super().__init__(pane)
        self._session, self._calculations = pane.session, pane.calculations
        self._view, self._run, self._trust = view, run, trust
        self._task = self._calculations.new_task("true neighbors")
        self.card = HoverCard(view)
        view.mouse.names_hovered = False  # The card says it.
        view.row_hovered.connect(self._on_hovered)

    def hide(self) -> None:
        """Say nothing any more."""
        self._calculations.cancel(self._task)
        self.card.hide_card()
        self._view.scene.set_links(-1, ())

    def _on_hovered(self, row: int) -> None:
        layout = self._run.layout
        if row < 0 or layout is None or not self._run.shows_wanted:
            self.hide()
        else:
            self._show(layout.vector_set, row, self._session.state.metric, self._trust.shown)

    def _show(
        self, vector_set: VectorSet, row: int, metric: Metric, quality: LayoutQuality | None
    ) -> None:
        """Say what is known of a row, and show where its true neighbors are."""
        lines = describe_metadata(vector_set, row)[:_MOST_LINES]
        if quality is not None and np.isfinite(quality.shares[row]):
            lines.append(f"{quality.shares[row]:.0%} of its true neighbors are near")
        place = self._view.viewport.place_of(row)
        image = image_of(vector_set, row)
        self.card.show_card(row, place, one_line(vector_set.labels[row]), lines, image)
        self._view.scene.set_links(-1, ())
        self._calculations.cancel(self._task)
        if quality is not None:
            search = self._session.searches.search(vector_set, metric)
            work, show = partial(_true, search, row), partial(self._view.scene.set_links, row)
            self._calculations.run(self._task, work, show, purpose="detail")


def _true(search: NeighborSearch, row: int, report: Report) -> Rows:
    """Find the true neighbors of a row. Runs off the UI thread."""
    return search.nearest(search.vectors[row], COUNT, exclude=(row,))[0]

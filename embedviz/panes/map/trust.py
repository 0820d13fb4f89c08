"""Trust, shown on a map: colors by the share of true neighbors, and the means in its corner."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from embedviz.app.layouts import Layout
from embedviz.core.neighbors import Metric
from embedviz.core.neighbors.adjacency import GraphMetric
from embedviz.gui.pane import Pane
from embedviz.gui.points.view import PointView
from embedviz.panes.map.quality import LayoutQuality, TrustRequest, measure_quality

MEASURING = "Finding true neighbors …"


class Trust(QObject):
    """Measurement of a layout's quality while it is wanted, shown in the corner.

    Parameters
    ----------
    pane : Pane
    view : PointView

    Signals
    -------
    known : ()
        The quality that was asked for last is there.

    Attributes
    ----------
    task : Task
    shown : LayoutQuality or None
        What is on the map.
    """

    known = Signal()

    def __init__(self, pane: Pane, view: PointView) -> None:
        super().__init__(pane)
        self._pane, self._view = pane, view
        self.task = pane.calculations.new_task("trust")
        self.shown: LayoutQuality | None = None
        self._last: LayoutQuality | None = None
        self._said = ""

    def show(self, layout: Layout, n_components: int, metric: Metric) -> LayoutQuality | None:
        """Show how true a layout is, and return it; None while it is being measured."""
        by: GraphMetric = "euclidean" if metric == "euclidean" else "cosine"
        request = TrustRequest(layout, n_components, by)
        if self._last is not None and self._last.request == request:
            self.shown = self._last
            self._say(self.shown.words)
            return self.shown
        self.shown = None
        if not self._pane.calculations.has_asked(self.task, request):
            self._say(MEASURING)
            work = partial(measure_quality, self._pane.session.layouts, request)
            self._pane.calculations.run(self.task, work, self._note, request)
        return None

    def hide(self) -> None:
        """Show nothing of it."""
        self.shown = None
        self._pane.calculations.cancel(self.task)
        self._say("")

    def give_up(self) -> None:
        """Say nothing of what was stopped or cannot be measured; it is not tried at every click."""
        self.shown = None
        self._say("")

    def release(self) -> None:
        """Hold on to no layout."""
        self.hide()
        self._last = None

    def _note(self, quality: LayoutQuality) -> None:
        self._last = quality
        self.known.emit()

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self._view.scene.set_corner(text)

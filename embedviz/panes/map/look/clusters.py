"""Clusters of a map: found by its layout, and named by the texts of their rows."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from embedviz.app.layouts import Layout
from embedviz.app.map_settings import MapSettings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pane import Pane
from embedviz.panes.map.look.found_clusters import (
    ClusterRequest,
    FoundClusters,
    find_named_clusters,
)


class Clusters(QObject):
    """Search for the clusters of a layout while they are wanted.

    Parameters
    ----------
    pane : Pane

    Signals
    -------
    known : ()
        The clusters that were asked for last are there.

    Attributes
    ----------
    task : Task
    is_known : bool
        Whether those that are wanted were found.
    found : FoundClusters or None
        What is known last, maybe of another layout.
    """

    known = Signal()

    def __init__(self, pane: Pane) -> None:
        super().__init__(pane)
        self._calculations = pane.calculations
        self.task = pane.calculations.new_task("clusters")
        self.is_known = False
        self.found: FoundClusters | None = None

    @property
    def is_busy(self) -> bool:
        """Whether those that are wanted are being found: not after Stop."""
        return not self.is_known and self.task.is_busy

    def of(self, vector_set: VectorSet) -> FoundClusters | None:
        """Return what was found last for a set, maybe on another map of it; None for others."""
        found = self.found
        return (
            found if found is not None and found.request.layout.vector_set is vector_set else None
        )

    def look_up(
        self, layout: Layout, n_components: int, settings: MapSettings
    ) -> FoundClusters | None:
        """Return the clusters that settings ask for; None while they are being found.

        Meanwhile, those of the same layout by other settings.
        """
        if not settings.clusters:
            self._calculations.cancel(self.task)
            self.is_known = False
            return None
        request = ClusterRequest(
            layout, n_components, settings.min_cluster_size, settings.cluster_texts
        )
        found = self.found
        self.is_known = found is not None and found.request == request
        if self.is_known:
            return found
        if not self._calculations.has_asked(self.task, request):
            self._calculations.run(
                self.task, partial(find_named_clusters, request), self._note, request
            )
        return found if found is not None and found.request.layout is layout else None

    def release(self) -> None:
        """Hold on to no layout."""
        self._calculations.cancel(self.task)
        self.found, self.is_known = None, False

    def _note(self, found: FoundClusters) -> None:
        self.found = found
        self.known.emit()

"""The names of groups, written on a map where most of their points are."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from embedviz.core.arrays import Matrix
from embedviz.core.progress import Report
from embedviz.gui.pane import Pane
from embedviz.gui.points.layers.cluster_labels import Cluster
from embedviz.gui.points.view import PointView
from embedviz.panes.map.appearance import PointStyle

AT_ONCE = 100_000
"""The groups of more rows than this are named a moment later, not to hold up the window."""


class GroupNames(QObject):
    """Finds the places of the names, and shows them.

    Parameters
    ----------
    pane : Pane
    view : PointView
    """

    def __init__(self, pane: Pane, view: PointView) -> None:
        super().__init__(pane)
        self._view = view
        self._task = pane.new_task("names of groups")

    def show(self, dressed: PointStyle, positions: Matrix) -> None:
        """Write the name of each group that is drawn."""
        if len(positions) <= AT_ONCE:
            self._task.cancel()
            self._view.scene.set_clusters(dressed.clusters(positions))
        else:
            self._task.run(partial(_find, dressed, positions), self._view.scene.set_clusters)

    def hide(self) -> None:
        """Write no names."""
        self._task.cancel()
        self._view.scene.set_clusters(())


def _find(dressed: PointStyle, positions: Matrix, report: Report) -> list[Cluster]:
    """Find where the names belong. Runs off the UI thread."""
    return dressed.clusters(positions)

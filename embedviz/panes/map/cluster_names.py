"""The names of groups, written on a map where most of their points are."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from embedviz.core.arrays import Placed
from embedviz.core.progress import Report
from embedviz.gui.pane import Pane
from embedviz.gui.points.layers.cluster_labels import Cluster
from embedviz.gui.points.scene import PointScene
from embedviz.panes.map.appearance import PointStyle

AT_ONCE = 100_000
"""The groups of more rows than this are named a moment later, not to hold up the window."""


class MapClusterNames(QObject):
    """Finds the places of the names, and shows them.

    Parameters
    ----------
    pane : Pane
    scene : PointScene
    """

    def __init__(self, pane: Pane, scene: PointScene) -> None:
        super().__init__(pane)
        self._scene, self._calculations = scene, pane.calculations
        self._task = pane.calculations.new_task("names of groups")

    def show(self, style: PointStyle, positions: Placed) -> None:
        """Write the name of each group that is drawn."""
        if len(positions) <= AT_ONCE:
            self._calculations.cancel(self._task)
            self._scene.set_clusters(style.clusters(positions))
        else:
            work = partial(_find, style, positions)
            self._calculations.run(self._task, work, self._scene.set_clusters, purpose="detail")

    def hide(self) -> None:
        """Write no names."""
        self._calculations.cancel(self._task)
        self._scene.set_clusters(())


def _find(style: PointStyle, positions: Placed, report: Report) -> list[Cluster]:
    """Find where the names belong. Runs off the UI thread."""
    return style.clusters(positions)

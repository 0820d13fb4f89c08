"""How the method is chosen that lays the points out: first its settings, then Run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from embedviz.app.layouts import LayoutRequest, cache
from embedviz.core.matching import matching_rows
from embedviz.core.progress import Report
from embedviz.core.projections import Projection
from embedviz.core.projections.neighbor_embedding import TSNE, UMAP
from embedviz.core.projections.pca import PCA
from embedviz.core.vector_set import VectorSet

if TYPE_CHECKING:
    from embedviz.panes.map.pane import MapPane


class MethodChoice(QObject):
    """Shows the settings of the chosen method below the tools, and has it run.

    Parameters
    ----------
    pane : MapPane
    """

    def __init__(self, pane: MapPane) -> None:
        super().__init__(pane)
        self._pane, self._row = pane, pane.row
        self._task = pane.calculations.new_task("looking up")
        self._row.run_wanted.connect(self._lay_out_by)
        self._row.stop_wanted.connect(pane.run.stop)
        self._row.cancel_wanted.connect(pane.cancel_layout)
        pane.controls.method_chosen.connect(lambda _: self._choose())
        pane.controls.projection_shown.connect(self._follow)
        pane.controls.row_toggled.connect(self._unfold)
        pane.run.task.progressed.connect(self._show_progress)

    def offer_selected(self, vector_set: VectorSet) -> None:
        """Let the selected rows become the ends of a chosen axis."""
        state = self._pane.session.state
        assert state.active is not None
        self._row.show_selected(matching_rows(state.active, vector_set, state.selected.rows))

    def _unfold(self, unfolded: bool) -> None:
        layout = self._pane.run.layout
        if unfolded and layout is not None and not self._row.is_running:
            self._show(layout.projection, layout.vector_set)
        self._row.setVisible(unfolded)

    def _show(self, projection: Projection, vector_set: VectorSet) -> None:
        """Show the settings of the method that the box shows."""
        name = self._pane.controls.method.currentData()
        n_components = 2 + self._pane.settings.is_3d
        self._row.show_method(name, projection, vector_set, n_components)
        self.offer_selected(vector_set)

    def _follow(self, projection: Projection, vector_set: VectorSet, same_place: bool) -> None:
        """Show the settings of the method that the box shows, once another one is shown."""
        self._pane.message_bar.clear()  # It was about what was shown, or wanted, before.
        is_there = same_place and self._row.settings == projection
        if not self._row.isHidden() and not is_there:
            self._show(projection, vector_set)

    def _choose(self) -> None:
        """Show the settings of a method; what needs no waiting is shown at once."""
        layout = self._pane.run.layout
        if layout is None:
            return
        self._show(layout.projection, layout.vector_set)
        settings = self._row.settings
        self._pane.controls.unfold_row(not isinstance(settings, PCA))
        if isinstance(settings, TSNE | UMAP):
            n_components = 2 + self._pane.settings.is_3d
            look_up = partial(_is_known, layout.vector_set, settings, n_components)
            self._task.run(look_up, partial(self._lay_out_known, self._pane.wanted, settings))
        elif settings is not None:
            self._lay_out_by(settings)

    def _lay_out_known(self, asked: LayoutRequest, projection: Projection, is_known: bool) -> None:
        """Show at once what was computed before, where the form still says so."""
        is_wanted = self._row.settings == projection and self._pane.wants(asked)
        if is_known and is_wanted:
            self._pane.controls.unfold_row(False)
            self._lay_out_by(projection)

    def _lay_out_by(self, projection: Projection) -> None:
        pane = self._pane
        pane.message_bar.clear()
        if pane.run.layout is not None and pane.settings.projection == projection:
            pane.run.run_again()
        else:
            settings = pane.settings.projected_by(projection)
            pane.edit(pane.session.state.mapped(settings))

    def _show_progress(self, fraction: float, message: str) -> None:
        if isinstance(self._pane.wanted.projection, TSNE | UMAP):
            self._pane.controls.unfold_row(True)
            self._row.show_running(fraction, message)


def _is_known(
    vector_set: VectorSet, projection: Projection, n_components: int, report: Report
) -> bool:
    """Return whether a layout was computed before. Runs off the UI thread."""
    return cache.find(vector_set, projection, n_components) is not None

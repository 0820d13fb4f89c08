"""Choice of the method that lays the points out: first its settings, then Run."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from embedviz.app.layouts import cache
from embedviz.core.matching import matching_rows
from embedviz.core.progress import Report
from embedviz.core.projections import Projection
from embedviz.core.projections.pca import PCA
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pane import Pane
from embedviz.gui.projection.settings_row import ProjectionRow
from embedviz.panes.map.choices import MapChoices
from embedviz.panes.map.layout_run import LayoutRun
from embedviz.panes.map.part import DrawnPart
from embedviz.panes.map.tools import MapTools


class MethodChoice(QObject):
    """Settings of the chosen method below the tools, and its run.

    Parameters
    ----------
    pane : Pane
    choices : MapChoices
    run : LayoutRun
    controls : MapTools
    row : ProjectionRow
    """

    def __init__(
        self,
        pane: Pane,
        choices: MapChoices,
        run: LayoutRun,
        controls: MapTools,
        row: ProjectionRow,
    ) -> None:
        super().__init__(pane)
        self._calculations, self._message_bar = pane.calculations, pane.message_bar
        self._choices, self._run, self._controls, self._row = choices, run, controls, row
        self._task = self._calculations.new_task("looking up")
        self._ends = DrawnPart(self._offer_ends)
        row.run_wanted.connect(self._lay_out_by)
        row.stop_wanted.connect(run.stop)
        controls.method_chosen.connect(lambda _: self._choose())
        controls.projection_shown.connect(self._follow)
        controls.row_toggled.connect(self._unfold)
        controls.follow_toggled.connect(choices.follow_prefix)
        run.task.progressed.connect(self._show_progress)

    def show_selected(self, vector_set: VectorSet) -> None:
        """Let the rows that are selected now become the ends of a chosen axis."""
        if not self._row.isHidden():
            self._ends.show((vector_set, self._choices.session.state.selected))

    def release(self) -> None:
        """Hold on to no set."""
        self._ends.forget()
        self._row.release()

    def _offer_ends(self, ends: tuple[VectorSet, Selection]) -> None:
        vector_set, selected = ends
        active = self._choices.session.state.active
        assert active is not None
        self._row.show_selected(matching_rows(active, vector_set, selected.rows))

    def _unfold(self, unfolded: bool) -> None:
        layout = self._run.layout
        if unfolded and layout is not None and not self._row.is_running:
            self._show(self._choices.projection_of(layout), layout.vector_set)
        self._row.setVisible(unfolded)

    def _show(self, projection: Projection, vector_set: VectorSet) -> None:
        """Show the settings of the method that the box shows."""
        name = self._controls.method.currentData()
        self._row.show_method(name, projection, vector_set, self._choices.n_components)
        self._ends.forget()
        self._ends.show((vector_set, self._choices.session.state.selected))

    def _follow(self, projection: Projection, vector_set: VectorSet, same_place: bool) -> None:
        """Show the settings of the method that the box shows, once another one is shown."""
        self._message_bar.clear()  # It was about what was shown, or wanted, before.
        is_there = same_place and self._row.settings == projection
        if not self._row.isHidden() and not is_there:
            self._show(projection, vector_set)

    def _choose(self) -> None:
        """Show the settings of a method; what needs no waiting is shown at once."""
        layout = self._run.layout
        if layout is None:
            return
        self._show(self._choices.projection_of(layout), layout.vector_set)
        settings = self._row.settings
        self._controls.unfold_row(not isinstance(settings, PCA))
        if settings is not None and settings.is_slow:
            look_up = partial(_is_known, layout.vector_set, settings, self._choices.n_components)
            show, wanted = partial(self._lay_out_known, settings), self._choices.wanted
            self._calculations.run(self._task, look_up, show, wanted, purpose="edit")
        elif settings is not None:
            self._lay_out_by(settings)

    def _lay_out_known(self, projection: Projection, is_known: bool) -> None:
        """Show at once what was computed before, where the form still says so."""
        if is_known and self._row.settings == projection:
            self._controls.unfold_row(False)
            self._lay_out_by(projection)

    def _lay_out_by(self, projection: Projection) -> None:
        self._message_bar.clear()
        if self._run.layout is not None and self._choices.settings.projection == projection:
            self._run.run_again()
        else:
            self._choices.project(projection)

    def _show_progress(self, fraction: float, message: str) -> None:
        if self._choices.vector_set is None:
            return  # It was closed while this was on its way.
        projection = self._choices.wanted.projection
        if projection is not None and projection.is_slow:
            self._controls.unfold_row(True)
            self._row.show_running(fraction, message)


def _is_known(
    vector_set: VectorSet, projection: Projection, n_components: int, report: Report
) -> bool:
    """Return whether a layout was computed before. Runs off the UI thread."""
    return cache.find(vector_set, projection, n_components) is not None

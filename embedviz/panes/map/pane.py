"""The map: every row of the set as a point, laid out by the method that is chosen.

A window may have several maps, of one set or of several. One of them is in use: it shows the
active set. What is chosen is brushed over to the others, by row where both sets came from one
file, and by label otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from embedviz.app.animation.kinds import orbit, projection_morph
from embedviz.app.layouts import LayoutRequest, spare_process
from embedviz.app.map_settings import MapSettings
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.arrays import Placed, Rows
from embedviz.core.drawing import density, glow
from embedviz.core.matching import matching_rows
from embedviz.core.neighbors import graph
from embedviz.core.projections import PCA, trust
from embedviz.core.vector_set import VectorSet
from embedviz.gui.calculations import Subject
from embedviz.gui.describe import METRICS
from embedviz.gui.pane import Pane
from embedviz.gui.points.view import PointView
from embedviz.gui.projection.settings_row import ProjectionRow
from embedviz.gui.theme import theme_manager
from embedviz.gui.widgets.watched import is_watched
from embedviz.panes.map.appearance import require_columns, rows_shown
from embedviz.panes.map.choices import MapChoices
from embedviz.panes.map.cluster_names import MapClusterNames
from embedviz.panes.map.drawing import MapDrawing
from embedviz.panes.map.highlights import Highlights, NeighborsRequest
from embedviz.panes.map.hover import Hover
from embedviz.panes.map.interaction import MapInteraction
from embedviz.panes.map.layout_run import LayoutRun
from embedviz.panes.map.look.clusters import Clusters
from embedviz.panes.map.look.found_clusters import ClusterRequest
from embedviz.panes.map.look.renaming import Renaming
from embedviz.panes.map.method import MethodChoice
from embedviz.panes.map.part import DrawnPart
from embedviz.panes.map.quality import TrustRequest
from embedviz.panes.map.text_markers import TextMarkers
from embedviz.panes.map.tools import MapTools
from embedviz.panes.map.trust import Trust

WARM_MILLISECONDS = 2500
"""How long after a first picture the process for t-SNE and UMAP is started."""


class MapPane(Pane):
    """All rows in two or three dimensions; a click chooses one everywhere.

    Parameters
    ----------
    session : Session
    key : int
        Which map of the state it shows.
    """

    title = "Map"
    name = figure = "map"
    settings_class = MapSettings
    checks = (require_columns,)
    animations = (orbit(MapSettings), projection_morph())
    kernels = (density.compile_all, glow.compile_all, graph.compile_all, trust.compile_all)
    hint = "Open a file of vectors to see them as a map of points."
    again = "Run again"

    def __init__(self, session: Session, key: int = 0) -> None:
        if key:
            self.title, self.name = f"Map {key + 1}", f"map-{key + 1}"
        self.key = key
        super().__init__(session)
        self.choices = MapChoices(session, key, self.edit)

    def build(self) -> None:  # noqa: D102 - see Pane
        self.view = PointView()
        self.view.setObjectName(f"{self.name}.view")
        layout = QVBoxLayout(self.picture)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self._message = DrawnPart(self.view.scene.set_message)
        self.run = LayoutRun(self, self.choices)
        self.highlights = Highlights(self, self.view)
        self.trust = Trust(self, self.view)
        self.clusters = Clusters(self)
        self.hover = Hover(self, self.view, self.run, self.trust)
        names = MapClusterNames(self, self.view.scene)
        self.drawing = MapDrawing(self.choices, self.run, self.view, names)
        self.texts = TextMarkers(self, self.choices, self.run, self.view, self.hover.card)
        self.row = ProjectionRow(self.name, self.calculations.new_task("labels"))
        self.row.hide()
        self.controls = MapTools(self.name)
        self.controls.fitting.add_to(self.tools)
        self.page_layout.insertWidget(1, self.row)  # Between the tools and the picture.
        self.row.installEventFilter(self)
        self.method = MethodChoice(self, self.choices, self.run, self.controls, self.row)
        self.interaction = MapInteraction(self.choices, self.run, self.drawing, self.view)
        boxes = self.controls.look.clusters
        self.renaming = Renaming(self, self.choices, self.clusters, boxes, self.view)
        self._connect()

    def _connect(self) -> None:
        self.run.arrived.connect(self._on_arrived)
        known = self.trust.known, self.clusters.known, self.drawing.began_moving
        for signal in (self.highlights.found, self.texts.found, *known):
            signal.connect(self._bring_up_to_date)
        self.drawing.moves.connect(self.hover.hide)  # Its point may be elsewhere, or not be drawn.
        self.drawing.told.connect(self.told)
        self.drawing.crowd.changed.connect(self.controls.density.setChecked)
        self.drawing.styled.connect(lambda style: self.controls.show_legend(style.legend))
        self.row.cancel_wanted.connect(self.run.cancel)
        self.row.cancel_wanted.connect(self._retreat)
        self.controls.changed.connect(lambda settings: self.choices.change(**settings))
        self.controls.set_chosen.connect(self.choices.show_set)
        lasso, view = self.controls.lasso, self.view
        lasso.toggled.connect(lambda on: view.mouse.set_tool("lasso" if on else "navigate"))
        view.tool_changed.connect(lambda tool: lasso.setChecked(tool == "lasso"))
        view.fly_wanted.connect(self.fly_to_selection)
        theme_manager.changed.connect(self._on_theme)

    # What is drawn.

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        if not self.choices.is_open:
            return  # It is about to go.
        if self.run.layout is not None and not self.run.shows_wanted:
            self.drawing.forget()
        was_streaming = self.run.streamed is not None
        self.run.bring(self.choices.wanted)
        if was_streaming and self.run.streamed is None:
            self.drawing.forget_places()  # What was on its way has been taken back.
        self.show_controls()
        self._bring_up_to_date()

    def set_shown(self, state: State) -> VectorSet | None:  # noqa: D102 - see Pane
        return state.set_of(self.key)

    def facts(self, state: State) -> Sequence[str]:  # noqa: D102 - see Pane
        said = self.drawing.said if self.is_built else None
        words = said[1] if said is not None and said[0]() is self.set_shown(state) else ""
        return METRICS[state.metric], words

    def wants(self, subject: Subject) -> bool:  # noqa: D102 - see Pane
        if isinstance(subject, LayoutRequest):
            return self.choices.is_open and self.choices.accepts(subject)
        if isinstance(subject, TrustRequest):
            return subject.layout is self.run.layout and self.choices.settings.trust
        if isinstance(subject, ClusterRequest):
            return subject.layout is self.run.layout and self.choices.settings.clusters
        if isinstance(subject, NeighborsRequest):
            return subject == NeighborsRequest.of(self.session.state)
        return super().wants(subject)

    def _on_arrived(self) -> None:
        if is_watched(self):
            # Whoever sees a map may want t-SNE or UMAP next: their process takes seconds to start.
            QTimer.singleShot(WARM_MILLISECONDS, self, lambda: spare_process.spare.warm())
        self.drawing.forget_places()
        self.show_controls()
        self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        """Show the layout at hand as the settings want it; only what is different is touched."""
        if not self.choices.is_open:
            return
        layout, state = self.run.layout, self.session.state
        if layout is None or not self.run.shows_wanted:
            # Points are on their way, and nothing of another set is shown.
            if self.drawing.is_drawn:
                self.highlights.release()
                self.drawing.clear()
                self.texts.release()
                self.trust.hide()
            waiting = f"Laying out {len(self.choices.wanted.vector_set):,} rows …"
            self._message.show(waiting if self.run.task.is_busy else "")
            return
        self._message.show("")
        settings, is_moving = self.choices.settings, self.run.streamed is not None
        quality, n_components = None, self.choices.n_components
        if settings.trust and not is_moving:
            quality = self.trust.show(layout, n_components, state.metric)
        else:
            self.trust.hide()
        clusters = None if is_moving else self.clusters.look_up(layout, n_components, settings)
        self.renaming.show()
        self.drawing.show(layout, quality, self.texts.look_up(state, layout), clusters)
        self.texts.show(layout)
        # While points move, texts of rows would flicker: only what is chosen is named.
        self.highlights.show(state, layout.vector_set, settings.labels and not is_moving)
        self.method.show_selected(layout.vector_set)

    def _retreat(self) -> None:
        """Show the layout at hand: the one that was wanted does not come."""
        if self.choices.is_open:
            self.drawing.forget_places()
            self.row.show_idle()
            self.run.retreat()
            self.without_edits(self._bring_up_to_date)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Pane
        if task is self.trust.task:
            self.trust.give_up()
        elif task is self.clusters.task:
            self.renaming.show()
        elif task is self.run.task:
            if not failed and self.run.keep_present():
                self._on_arrived()
            else:
                self._retreat()

    def release(self) -> None:  # noqa: D102 - see Pane
        self.run.release()
        self.highlights.release()
        self.drawing.clear()
        self.texts.release()
        self.view.scene.set_labels(())
        self.controls.release()
        self.method.release()
        self.trust.release()
        self.clusters.release()

    # What the menus ask of the map in use; see `HasPoints`.

    def drawn_rows(self) -> Rows | None:
        """Return the rows of the active set that are drawn; None: all of them."""
        # From the state, and not from the picture, which may be behind another pane.
        vector_set, settings = self.choices.wanted.vector_set, self.choices.settings
        clusters = self.clusters.found if self.is_built and settings.clusters else None
        rows = rows_shown(vector_set, settings, theme_manager.theme, clusters)
        places = self.places()
        if places is None or np.isfinite(places[0]).all():
            return rows
        placed = np.flatnonzero(np.isfinite(places[0]).all(axis=1))
        return placed if rows is None else np.intersect1d(rows, placed, assume_unique=True)

    def rows_in_view(self) -> Rows | None:
        """Return the rows of the active set whose points are in view; None where none are drawn."""
        if not self.is_built or not self.run.shows_wanted:
            return None
        area = self.view.viewport.area()
        corners = (area.topLeft(), area.topRight(), area.bottomRight(), area.bottomLeft())
        return self.view.selection_tool.rows_within(
            np.array([corner.toTuple() for corner in corners])
        )

    def places(self) -> tuple[Placed, Sequence[str]] | None:
        """Return where the rows of the active set are drawn, and what the axes are called."""
        layout = self.run.layout if self.is_built and self.run.shows_wanted else None
        if layout is None:
            return None
        positions = layout.positions[:, : self.choices.n_components]
        count = positions.shape[1]
        titles = [
            f"{axis.title}, days since 1970" if axis.is_date else axis.title
            for axis in layout.axes[:count]
        ]
        return positions, titles if len(titles) == count else "xyz"[:count]

    def switch_tool(self) -> None:
        """Begin or end selecting with the lasso."""
        if self.is_built:
            self.controls.lasso.toggle()

    def fly_to_selection(self) -> None:
        """Bring what is selected into view."""
        state, layout = self.session.state, self.run.layout if self.is_built else None
        if layout is None or state.active is None:
            return
        rows = state.selected.rows
        if not len(rows) and state.query is not None:
            rows = np.array([state.query], dtype=np.intp)
        rows = matching_rows(state.active, layout.vector_set, rows)
        if len(rows):
            self.view.fly_to(rows)

    # The controls.

    def _on_theme(self) -> None:
        if self.run.shows_wanted and self.isVisible():
            self.without_edits(self._bring_up_to_date)

    def show_controls(self) -> None:  # noqa: D102 - see Pane
        if not self.choices.is_open:
            return  # It is about to go.
        state, layout, settings = self.session.state, self.run.layout, self.choices.settings
        projection = settings.projection or (PCA() if layout is None else layout.projection)
        self.controls.show_settings(state, settings, self.choices.wanted.vector_set, projection)
        if not self.run.task.is_busy:
            self.row.show_idle()
        self.controls.density.setChecked(bool(self.drawing.crowd.words))
        self.controls.fitting.fit_into(self.tools, self.width())
        _mark_in_use(self.tool_row, len(state.maps) > 1 and self.choices.is_in_use)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put the controls that do not fit behind the gear."""
        super().resizeEvent(event)
        if self.is_built:
            self.controls.fitting.fit_into(self.tools, self.width())


def _mark_in_use(tool_row: QWidget, in_use: bool) -> None:
    """Mark the tool row of the map, among several, whose set is the active one."""
    if tool_row.property("inUse") != in_use:
        tool_row.setProperty("inUse", in_use)
        tool_row.style().polish(tool_row)

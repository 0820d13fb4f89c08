"""The map: every row of the set as a point, laid out by the method that is chosen.

A window may have several maps, of one set or of several. One of them is in use: it shows the
active set. What is chosen is brushed over to the others, by row where both sets came from one
file, and by label otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from embedviz.app.layouts import Layout, LayoutRequest, spare_process
from embedviz.app.map_settings import MapSettings
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.arrays import Matrix, Rows
from embedviz.core.drawing import density
from embedviz.core.drawing.camera import Camera
from embedviz.core.errors import UserError
from embedviz.core.matching import matching_rows
from embedviz.core.neighbors import graph
from embedviz.core.projections import PCA, trust
from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.point_style import colorable_columns, sizable_columns
from embedviz.gui.describe import describe_part
from embedviz.gui.pane import Pane
from embedviz.gui.points.lasso import Reach
from embedviz.gui.points.view import PointView
from embedviz.gui.projection.settings_row import ProjectionRow
from embedviz.gui.theme import theme_manager
from embedviz.panes.map.appearance import PointStyle, point_style, rows_shown
from embedviz.panes.map.cluster_names import GroupNames
from embedviz.panes.map.highlights import Highlights
from embedviz.panes.map.hover import Hover
from embedviz.panes.map.interaction import MapInteraction
from embedviz.panes.map.layout_run import LayoutRun
from embedviz.panes.map.method import MethodChoice
from embedviz.panes.map.quality import LayoutQuality, TrustRequest
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
    name = "map"
    figure = "map"
    settings_class = MapSettings
    kernels = (density.compile_all, graph.compile_all, trust.compile_all)
    hint = "Open a file of vectors to see them as a map of points."
    again = "Run again"

    def __init__(self, session: Session, key: int = 0) -> None:
        if key:
            self.title, self.name = f"Map {key + 1}", f"map-{key + 1}"
        self.key = key
        super().__init__(session)

    def build(self) -> None:  # noqa: D102 - see Pane
        self.view = PointView()
        self.view.setObjectName(f"{self.name}.view")
        layout = QVBoxLayout(self.picture)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.run = LayoutRun(self, self.key, lambda: self.wanted)
        self.run.arrived.connect(self._on_arrived)
        self.run.moved.connect(self._move_points)
        self.chosen = Highlights(self, self.view)
        self.chosen.found.connect(self._bring_up_to_date)
        self.hover = Hover(self, self.view)
        self.trust = Trust(self, self.view)
        self.trust.known.connect(self._bring_up_to_date)
        self.names = GroupNames(self, self.view)
        self._dress: PointStyle | None = None
        self._applied: dict[str, Hashable] = {}
        self._add_tools()
        self.method = MethodChoice(self)
        self.hands = MapInteraction(self)
        theme_manager.changed.connect(self._on_look)

    def _add_tools(self) -> None:
        self.row = ProjectionRow(self.name, self.new_task("labels"))
        self.row.hide()
        self.controls = MapTools(self.name)
        self.controls.add_to(self.tools)
        self.controls.changed.connect(lambda settings: self.change(**settings))
        self.controls.set_chosen.connect(self._show_set)
        self.controls.lasso.toggled.connect(
            lambda on: self.view.mouse.set_tool("lasso" if on else "navigate")
        )
        self.add_below_tools(self.row)

    # What is drawn.

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        if not self.is_open:
            return  # It is about to go.
        wanted = self.wanted
        if self.run.layout is not None and self.run.layout.vector_set is not wanted.vector_set:
            self._applied.clear()
        was_streaming = self.run.streamed is not None
        self.run.bring(wanted)
        if was_streaming and self.run.streamed is None:
            self._show_anew()  # What was on its way has been taken back.
        self._show_controls()
        self._bring_up_to_date()

    @classmethod
    def require(cls, state: State) -> None:
        """Raise a UserError where there is no such column to color or size points by."""
        active, settings = state.active, state.map
        if active is not None:
            _require_column(settings.color_by, colorable_columns(active), "color")
            _require_column(settings.size_by, sizable_columns(active), "size")

    def set_shown(self, state: State) -> VectorSet | None:  # noqa: D102 - see Pane
        return state.set_of(self.key)

    def wants(self, subject: Hashable | None) -> bool:  # noqa: D102 - see Pane
        if isinstance(subject, LayoutRequest):
            return self.is_open and subject == self.wanted
        if isinstance(subject, TrustRequest):
            return subject.layout is self.run.layout and self.settings.trust
        return super().wants(subject)

    def _on_arrived(self) -> None:
        if not self.window().testAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen):
            # Whoever sees a map may want t-SNE or UMAP next: their process takes seconds to start.
            QTimer.singleShot(WARM_MILLISECONDS, self, lambda: spare_process.spare.warm())
        self._show_anew()
        self._show_controls()
        self._bring_up_to_date()

    def _show_anew(self) -> None:
        """Place the points again, and say so, whatever was shown of another layout."""
        for name in ("points", "placed", "names", "words"):
            self._applied.pop(name, None)

    def _bring_up_to_date(self) -> None:
        """Show the layout at hand as the settings want it; only what is different is touched."""
        if not self.is_open:
            return
        layout, settings, view = self.run.layout, self.settings, self.view
        if layout is None or layout.vector_set is not self.wanted.vector_set:
            self._show_nothing()
            return
        self._apply("message", (), lambda: view.scene.set_message(""))
        truth = None
        if settings.trust and self.run.streamed is None:
            truth = self.trust.show(layout, 2 + settings.is_3d, self.session.state.metric)
        else:
            self.trust.hide()
        dressed = layout.vector_set, settings.looks, truth, theme_manager.theme
        self._apply("dress", dressed, lambda: self._put_on(layout, truth))
        if self.run.streamed is not None:
            self._apply("moving", self._dress, self._recolor_moving)
        else:
            place = layout, settings.is_3d, self._dress
            self._apply("points", place, lambda: self._place_points(layout, settings))
            named = *place, settings.labels
            self._apply("names", named, lambda: self._show_names(layout, settings))
        self._set_up_view(layout.vector_set, settings)
        state = self.session.state
        # While points move, texts of rows would flicker: only what is chosen is named.
        with_labels = settings.labels and self.run.streamed is None
        self.chosen.show(state, layout.vector_set, with_labels)
        if not self.row.isHidden():
            self._apply(
                "selected", state.selected, lambda: self.method.offer_selected(layout.vector_set)
            )
        # Not wherever they differ: a move that has not come to rest is not in the state yet.
        self._apply("camera", settings.camera, lambda: self._show_camera(settings.camera))
        is_in_use = self.key == state.map_key
        is_moving = self.run.streamed is not None
        said = layout, settings.is_3d, settings.density, self._dress, is_in_use, is_moving
        self._apply("words", said, lambda: self._say(layout, settings))

    def _set_up_view(self, vector_set: VectorSet, settings: MapSettings) -> None:
        view, place = self.view, settings.legend_place
        density, scale = settings.density, settings.label_scale
        thumbnails = vector_set.thumbnails if settings.images else None
        self._apply("density", density, lambda: view.scene.set_density(density))
        self._apply("label scale", scale, lambda: view.scene.set_label_scale(scale))
        self._apply("legend place", place, lambda: view.set_legend_place(place))
        reach: Reach = "through" if settings.through else "front"
        self._apply("reach", reach, lambda: view.selection_tool.set_reach(reach))
        self._apply("thumbnails", thumbnails, lambda: view.scene.set_thumbnails(thumbnails))

    def _apply(self, name: str, value: Any, show: Callable[[], None]) -> None:
        """Show something when what it depends on has changed since it was shown last."""
        if name not in self._applied or self._applied[name] != value:
            self._applied[name] = value
            show()

    def _put_on(self, layout: Layout, truth: LayoutQuality | None) -> None:
        shares = None if truth is None else truth.shares
        self._dress = point_style(layout.vector_set, self.settings, theme_manager.theme, shares)
        self.view.scene.set_legend(self._dress.legend)
        self.controls.show_legend(self._dress.legend)

    def _place_points(self, layout: Layout, settings: MapSettings) -> None:
        assert self._dress is not None
        self.hover.hide()  # Its point may be elsewhere, or not be drawn.
        count = 2 + settings.is_3d
        positions = self._dress.only_shown(layout.positions[:, :count])
        is_moved = self._applied.get("placed") != (layout, count, settings.isolated)
        self._applied["placed"] = layout, count, settings.isolated
        self.view.scene.set_axes([str(axis) for axis in layout.axes[:count]] or None)
        self.view.set_points(
            positions,
            self._dress.colors,
            self._dress.sizes,
            animate=is_moved,
            keep_camera=settings.camera is not None or not is_moved,
        )
        if is_moved:
            self._applied.pop("camera", None)

    def _show_names(self, layout: Layout, settings: MapSettings) -> None:
        if self._dress is None or not settings.labels:
            self.names.hide()
        else:
            positions = self._dress.only_shown(layout.positions[:, : 2 + settings.is_3d])
            self.names.show(self._dress, positions)

    def _move_points(self, positions: Matrix, is_first: bool) -> None:
        """Show where the points are while the method still moves them."""
        assert self._dress is not None
        shown = self._dress.only_shown(positions)
        if not is_first:
            self.view.move_points(shown)
            return
        self._applied.pop("placed", None)
        self._applied.pop("names", None)
        self.names.hide()
        self.hover.hide()
        self._applied["moving"] = self._dress  # Else they would be set again, and not walk.
        self.view.scene.set_axes(None)
        self.view.set_points(shown, self._dress.colors, self._dress.sizes, animate=True)
        self._bring_up_to_date()

    def _recolor_moving(self) -> None:
        """Show points that are on their way in other colors, or others of them."""
        if self._dress is not None and self.run.streamed is not None:
            shown = self._dress.only_shown(self.run.streamed)
            self.view.set_points(shown, self._dress.colors, self._dress.sizes, keep_camera=False)

    def _show_camera(self, camera: Camera | None) -> None:
        if camera is not None:
            self.view.set_camera(camera)
        elif not self.view.viewport.is_fitted:
            self.view.fit()

    def _say(self, layout: Layout, settings: MapSettings) -> None:
        """Say in the caption, and in the status line, what is on the picture."""
        assert self._dress is not None
        count, positions = len(layout.vector_set), layout.positions
        said = [layout.words, layout.variance_words(2 + settings.is_3d)]
        if self.run.streamed is not None:
            said, positions = [f"{self.wanted.projection} · at work"], self.run.streamed
        n_shown = self._dress.n_shown(positions)
        if n_shown < count:
            said.append(f"{n_shown:,} of {count:,} rows drawn")
        said += self._dress.notes
        if settings.density:
            said.append("density, on a log scale")
        words = " · ".join(part for part in said if part)
        part = describe_part(layout.vector_set)
        caption = [layout.vector_set.name, part, words]
        self.view.scene.set_caption(" · ".join(filter(None, caption)))
        if self.key == self.session.state.map_key:
            self.session.describe(layout.vector_set, words)

    def _show_nothing(self) -> None:
        """Show that points are on their way, and nothing of another set."""
        if self._applied:
            self._applied.clear()
            self.chosen.release()
            self._dress = None
            self.hover.hide()
            self.view.set_points(np.zeros((0, 2)))
            self.view.scene.set_caption("")
            self.view.scene.set_legend(None)
            self.names.hide()
            self.trust.hide()
        waiting = f"Laying out {len(self.wanted.vector_set):,} rows …"
        self.view.scene.set_message(waiting if self.run.task.is_busy else "")

    # What the user does.

    @property
    def is_open(self) -> bool:
        """Whether the state has this map, and it something to show."""
        state = self.session.state
        return state.active is not None and any(each.key == self.key for each in state.maps)

    @property
    def settings(self) -> MapSettings:
        """What is set for this map."""
        return self.session.state.map_of(self.key)

    @property
    def wanted(self) -> LayoutRequest:
        """What the state asks this map to show."""
        vector_set, settings = self.session.state.set_of(self.key), self.settings
        assert vector_set is not None
        return LayoutRequest(vector_set, settings.projection, 2 + settings.is_3d)

    @property
    def shows_wanted(self) -> bool:
        """Whether the points are rows of the set to show; until then, hands are to wait."""
        shown, layout = self.session.state.set_of(self.key), self.run.layout
        return layout is not None and layout.vector_set is shown

    @property
    def categories(self) -> list[str]:
        """The groups that the points are colored by."""
        return [] if self._dress is None else self._dress.categories

    def change(self, **changes: Any) -> None:
        """Change settings of the map by their names."""
        settings = self.settings
        if "color_by" in changes:
            settings = settings.colored_by(changes.pop("color_by"))
        if changes.get("is_3d", settings.is_3d) != settings.is_3d:
            changes["camera"] = None
        self.edit(self.session.state.mapped(replace(settings, **changes)))

    def _show_set(self, vector_set: VectorSet) -> None:
        self.edit(self.session.state.with_active_map(self.key).activated(vector_set))

    def cancel_layout(self) -> None:
        """Go back to the picture before."""
        self.run.cancel()
        self._retreat()

    def _retreat(self) -> None:
        """Show the layout at hand: the one that was wanted does not come."""
        if self.is_open:
            self._show_anew()
            self.row.show_idle()
            self._drawn(self._bring_up_to_date if self.run.retreat() else self._show_nothing)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Pane
        if task is self.trust.task:
            self.trust.give_up()
        elif task is self.run.task:
            if not failed and self.run.keep_present():
                self._on_arrived()
            else:
                self._retreat()

    def release(self) -> None:  # noqa: D102 - see Pane
        self.run.release()
        self.chosen.release()
        self.hover.hide()
        self.view.set_points(np.zeros((0, 2)))
        self.view.scene.set_labels(())
        self.controls.release()
        self.row.release()
        self._dress = None
        self.trust.release()
        self._applied.clear()

    def drawn_rows(self) -> Rows | None:  # noqa: D102 - see Pane
        # From the state, and not from the picture, which may be behind another pane.
        rows = rows_shown(self.wanted.vector_set, self.settings, theme_manager.theme)
        places = self.places()
        if places is None or np.isfinite(places[0]).all():
            return rows
        placed = np.flatnonzero(np.isfinite(places[0]).all(axis=1))
        return placed if rows is None else np.intersect1d(rows, placed, assume_unique=True)

    def rows_in_view(self) -> Rows | None:  # noqa: D102 - see Pane
        if not self.is_built or not self.shows_wanted:
            return None
        area = self.view.viewport.area()
        corners = (area.topLeft(), area.topRight(), area.bottomRight(), area.bottomLeft())
        polygon = np.array([corner.toTuple() for corner in corners])
        return self.view.selection_tool.rows_within(polygon)

    def places(self) -> tuple[Matrix, Sequence[str]] | None:  # noqa: D102 - see Pane
        layout = self.run.layout if self.is_built and self.shows_wanted else None
        if layout is None:
            return None
        positions = layout.positions[:, : 2 + self.settings.is_3d]
        count = positions.shape[1]
        titles = [axis.title for axis in layout.axes[:count]]
        return positions, titles if len(titles) == count else "xyz"[:count]

    def switch_tool(self) -> None:  # noqa: D102 - see Pane
        if self.is_built:
            self.controls.lasso.toggle()

    def fly_to_selection(self) -> None:  # noqa: D102 - see Pane
        state, layout = self.session.state, self.run.layout if self.is_built else None
        if layout is None or state.active is None:
            return
        rows = state.selected.rows
        if not len(rows) and state.query is not None:
            rows = np.array([state.query], dtype=np.intp)
        rows = matching_rows(state.active, layout.vector_set, rows)
        if len(rows):
            self.view.fly_to(rows)

    def _on_look(self) -> None:
        if self.shows_wanted and self.isVisible():
            self._drawn(self._bring_up_to_date)

    # The controls.

    def _show_controls(self) -> None:
        state, layout = self.session.state, self.run.layout
        projection = self.settings.projection or (PCA() if layout is None else layout.projection)
        self.controls.show_settings(state, self.settings, self.wanted.vector_set, projection)
        if not self.run.task.is_busy:
            self.row.show_idle()
        self.controls.fit_into(self.tools, self.width())
        self.set_in_use(len(state.maps) > 1 and state.map_key == self.key)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put the controls that do not fit behind the gear."""
        super().resizeEvent(event)
        if self.is_built:
            self.controls.fit_into(self.tools, self.width())


def _require_column(column: str | None, known: Sequence[str], what: str) -> None:
    if column is not None and column not in known:
        raise UserError(
            f"There is no metadata column {column!r} that can {what} points; "
            f"there are: {', '.join(known) or 'none'}."
        )

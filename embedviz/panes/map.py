"""The map: every row of the set as a point, laid out by PCA."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QToolTip, QVBoxLayout

from embedviz.app.state import MapSettings, State
from embedviz.app.tasks import Task
from embedviz.core.camera import Camera
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.progress import Report
from embedviz.core.projections import PCA, FittedPCA
from embedviz.core.selection import Change
from embedviz.core.vector_set import Matrix, Rows, VectorSet
from embedviz.gui.colors import color_by, colorable_columns, legend_of
from embedviz.gui.controls import Segments, caption, choice, toggle, tool_button
from embedviz.gui.describe import describe_row
from embedviz.gui.pane import Pane
from embedviz.gui.point_view import PointView
from embedviz.gui.theme import look

ALWAYS_LABELED = 12
"""A selection of more rows than this is an area: it stands out by dimming the others."""


@dataclass(frozen=True, eq=False)
class MapLayout:
    """Where the rows of a set lie on the map."""

    vector_set: VectorSet
    fitted: FittedPCA
    positions: Matrix
    columns: tuple[str, ...]
    """Metadata that can color the points."""


class MapPane(Pane):
    """All rows in two or three dimensions; a click chooses one everywhere."""

    title = "Map"
    name = "map"
    figure = "map"
    hint = "Open a file of vectors to see them as a map of points."

    def build(self) -> None:  # noqa: D102 - see Pane
        self._layout_task = self.new_task("PCA of all rows")
        self._neighbors_task = self.new_task("nearest rows")
        self._layout: MapLayout | None = None
        self._neighbors: tuple[int, ...] = ()
        self.view = PointView()
        self.view.setObjectName("map.view")
        self.view.row_clicked.connect(self._on_click)
        self.view.row_hovered.connect(self._on_hover)
        self.view.rows_selected.connect(self._on_selected)
        self.view.camera_settled.connect(self._on_settled)
        layout = QVBoxLayout(self.picture)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self._add_tools()
        look.changed.connect(self._recolor)

    def _add_tools(self) -> None:
        self.dimensions = Segments("map.dimensions", "Dimensions of the map", ("2-D", "3-D"))
        self.dimensions.chosen.connect(lambda place: self._set(is_3d=place == 1, camera=None))
        self.color = choice("map.color", "Color: a metadata column that colors the points")
        self.color.activated.connect(lambda _: self._set(color_by=self.color.currentData()))
        self.labels = toggle("map.labels", "Labels", "Labels: name points as far as there is room")
        self.labels.clicked.connect(lambda on: self._set(labels=on))
        self.lasso = toggle("map.lasso", "Lasso", "Lasso: drag around points to select them")
        self.lasso.toggled.connect(lambda on: self.view.set_tool("lasso" if on else "navigate"))
        home = tool_button("map.fit", "Fit", "Fit: bring all points into view (Home)")
        home.clicked.connect(lambda: self._set(camera=None))
        for widget in (
            self.dimensions,
            caption("Color by"),
            self.color,
            self.labels,
            self.lasso,
            home,
        ):
            self.tools.addWidget(widget)
        self.tools.addStretch(1)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        active = new.active
        assert active is not None
        self._show_settings(new.map)
        if self._layout is None or self._layout.vector_set is not active:
            if not self.has_asked(self._layout_task, active):
                self.view.set_message(f"PCA of {len(active):,} rows …")
                work = partial(_lay_out, active)
                self.calculate(self._layout_task, work, self._show_layout, active)
            return
        self.withdraw(self._layout_task)
        if old.active is not active:  # Back from another set that was not laid out in time.
            self._show_layout(self._layout)
            return
        if old.map.is_3d != new.map.is_3d:
            self._place_points(new, animate=True)
        elif old.map.color_by != new.map.color_by:
            self._recolor()
        if old.map.labels != new.map.labels or old.selected != new.selected:
            self._label(new)
        # Not wherever they differ: a move that has not come to rest is not in the state yet.
        if old.map.camera != new.map.camera:
            self._show_camera(new.map.camera)
        if not old.asks_as(new) or old.metric != new.metric:
            self._mark(new)
        elif old.selected != new.selected:
            self._show_marks()

    def abandon(self, task: Task) -> None:  # noqa: D102 - see Pane
        if task is self._layout_task:
            self._layout = None
            self.view.set_points(np.zeros((0, 2)))
            self.view.set_message("")
            self.view.set_caption("")
            self.view.set_legend(None)

    def _show_camera(self, camera: Camera | None) -> None:
        if camera is None:
            self.view.fit()
        elif camera != self.view.camera:
            self.view.set_camera(camera)

    def forget(self) -> None:  # noqa: D102 - see Pane
        self._layout = None

    def _fill_columns(self, columns: Sequence[str]) -> None:
        self.color.clear()
        self.color.addItem("nothing", None)
        for column in columns:
            self.color.addItem(column, column)

    def _show_settings(self, settings: MapSettings) -> None:
        self.dimensions.show_choice(int(settings.is_3d))
        self.labels.setChecked(settings.labels)
        self.color.setCurrentIndex(max(self.color.findData(settings.color_by), 0))

    def _show_layout(self, layout: MapLayout) -> None:
        state = self.session.state
        self._layout = layout
        self._fill_columns(layout.columns)
        self._show_settings(state.map)
        self.view.set_message("")
        self._place_points(state, animate=False)
        self._label(state)
        self._mark(state)
        if state.map.camera is not None:
            self._show_camera(state.map.camera)

    def _place_points(self, state: State, *, animate: bool, keep_camera: bool = False) -> None:
        """Show all rows where they lie, in the color of the chosen column."""
        layout = self._layout
        assert layout is not None
        count = 3 if state.map.is_3d else 2
        coloring = None
        if state.map.color_by in layout.columns:
            coloring = color_by(layout.vector_set, state.map.color_by, look.theme)
        self.view.set_legend(None if coloring is None else legend_of(coloring))
        self.view.set_points(
            layout.positions[:, :count],
            None if coloring is None else coloring.colors,
            animate=animate,
            keep_camera=keep_camera,
        )
        self._show_marks()
        ratios = layout.fitted.explained_variance_ratio[:count]
        self.view.set_axes([f"PC{i} · {100 * r:.1f} %" for i, r in enumerate(ratios, 1)])
        self.view.set_caption(
            f"PCA of all {len(layout.vector_set):,} rows of {layout.vector_set.name} · "
            f"{100 * ratios.sum():.1f} % of the variance is on these {count} axes"
        )

    def _recolor(self) -> None:
        """Color points anew: another column was chosen, or another theme."""
        state = self.session.state
        if self._layout is not None and self._shows_active:
            self._place_points(state, animate=False, keep_camera=state.map.camera is not None)

    def _label(self, state: State) -> None:
        assert state.active is not None
        always = [row for row in (state.query,) if row is not None]
        if len(state.selected) <= ALWAYS_LABELED:
            always += list(state.selected)
        always += self._neighbors
        order = None if state.map.labels else ()
        required = int(state.query is not None)
        self.view.set_labels(state.active.labels, order, tuple(dict.fromkeys(always)), required)

    def _mark(self, state: State) -> None:
        """Ring the query and what is selected; the neighbors follow when they are known."""
        question = state.question
        if question is None or state.active is None:
            self._neighbors = ()
            self._show_marks()
            return
        search = self.session.searches.search(state.active, state.metric)
        work = partial(_find, search, question.vector, question.exclude)
        self._neighbors_task.run(work, partial(self._show_neighbors, state.active))
        self._neighbors = ()
        self._show_marks()

    def _show_neighbors(self, vector_set: VectorSet, rows: tuple[int, ...]) -> None:
        if self._shows_active and vector_set is self.session.state.active:
            self._neighbors = rows
            self._show_marks()
            self._label(self.session.state)

    def _show_marks(self) -> None:
        state = self.session.state
        if not self._shows_active:
            return
        self.view.set_marks(
            query=state.query if state.query_vector is None else None,
            selected=state.selected.rows,
            neighbors=self._neighbors,
            dim_others=len(state.selected) > ALWAYS_LABELED,
        )

    def _set(self, **settings: Any) -> None:
        self.edit(self.session.state.mapped(replace(self.session.state.map, **settings)))

    @property
    def _shows_active(self) -> bool:
        """Whether the points are rows of the active set; until then, hands are to wait."""
        return self._layout is not None and self._layout.vector_set is self.session.state.active

    def _on_settled(self, camera: Camera) -> None:
        if self._shows_active:
            self._set(camera=None if self.view.is_fitted else camera)

    def _on_selected(self, rows: Rows, change: Change) -> None:
        if self._shows_active:
            self.edit(self.session.state.selecting(rows, change))

    def _on_click(self, row: int, modifiers: Qt.KeyboardModifier) -> None:
        if not self._shows_active:
            return
        state = self.session.state
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if row < 0:
            self.edit(state.selecting(()))
        elif modifiers & Qt.KeyboardModifier.AltModifier:
            self.edit(state.selecting([row], "remove"))
        elif modifiers & both:
            self.edit(state.toggled(row))
        else:
            self.edit(state.queried(row))

    def _on_hover(self, row: int) -> None:
        active = self.session.state.active
        if row < 0 or active is None or not self._shows_active:
            QToolTip.hideText()
        else:
            QToolTip.showText(QCursor.pos(), describe_row(active, row), self.view)


def _lay_out(vector_set: VectorSet, report: Report) -> MapLayout:
    """Compute the map of all rows. Runs off the UI thread."""
    fitted = PCA().fit(vector_set.vectors, report)
    positions = fitted.transform(vector_set.vectors)
    return MapLayout(vector_set, fitted, positions, tuple(colorable_columns(vector_set)))


def _find(
    search: NeighborSearch, vector: Matrix, exclude: tuple[int, ...], report: Report
) -> tuple[int, ...]:
    rows, _ = search.nearest(vector, 10, exclude=exclude)
    return tuple(rows.tolist())

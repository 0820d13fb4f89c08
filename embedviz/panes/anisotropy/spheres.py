"""The two views: rows on spheres at their true angles, before and after, under one camera."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from embedviz.app.state import State
from embedviz.core.drawing.camera import Camera
from embedviz.gui.pane import Pane
from embedviz.gui.points.layers.globe import globe_lines
from embedviz.gui.points.view import Arrow, Line, PlacedText, PointView
from embedviz.gui.theme import GRID, theme_manager, with_alpha
from embedviz.gui.widgets.controls import ElidedLabel
from embedviz.panes.anisotropy.prepared import Prepared, Turned
from embedviz.panes.anisotropy.query_marker import QueryMarker
from embedviz.panes.anisotropy.settings import AnisotropySettings

HOME = Camera(scale=1.16, azimuth=math.radians(-60), elevation=math.radians(16), is_3d=True)
LABELED = 12


class SphereViews(QWidget):
    """Before on the left, after on the right, with a title each.

    Signals
    -------
    row_clicked : (int,)
        A row of the set.
    camera_settled : (Camera,)
        The user has turned the views.

    Attributes
    ----------
    before, after : PointView
    titles : dict of str to ElidedLabel
        By role.
    query_marker : QueryMarker
        Its `line` is laid out by the pane.
    """

    row_clicked = Signal(int)
    camera_settled = Signal(object)

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self._session = pane.session
        self._prepared: Prepared | None = None
        self._turned: Turned | None = None
        self.before, self.after = PointView(), PointView()
        self.titles = {role: ElidedLabel(role) for role in ("before", "after")}
        for view, other, role in (
            (self.before, self.after, "before"),
            (self.after, self.before, "after"),
        ):
            view.setObjectName(f"{pane.name}.{role}")
            view.row_clicked.connect(self._on_click)
            view.camera_changed.connect(other.set_camera)
            view.camera_settled.connect(self.camera_settled)
        self.query_marker = QueryMarker(pane, self.before, self.after)
        self._lay_out()
        theme_manager.changed.connect(self._redraw)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(1)
        grid.setVerticalSpacing(0)
        for column, (role, view) in enumerate((("before", self.before), ("after", self.after))):
            self.titles[role].setContentsMargins(2 * GRID, GRID, 2 * GRID, 0)
            grid.addWidget(self.titles[role], 0, column)
            grid.addWidget(view, 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)

    def draw(self, old: State, new: State) -> None:
        """Show what is seen and marked in another state, on the points that are there."""
        if old.active is None or old[AnisotropySettings].camera != new[AnisotropySettings].camera:
            for view in (self.before, self.after):
                view.set_camera(new[AnisotropySettings].camera or HOME)
        if not old.asks_as(new) or old.selected != new.selected:
            self._mark(new)

    def show_prepared(self, prepared: Prepared) -> None:
        """Show another set, as it is; its points after are still to come."""
        self._prepared, self._turned = prepared, None
        self._place("before")
        self._draw_spheres()
        self._mark(self._session.state)

    def show_turned(self, turned: Turned) -> None:
        """Show the points after, with the dial at another position."""
        self._turned = turned
        self._place("after")
        self._mark(self._session.state, self.after)

    def clear(self) -> None:
        """Show nothing, since there is nothing to show."""
        self.release()
        for view in (self.before, self.after):
            view.set_points(np.zeros((0, 3)), keep_camera=True)
        for title in self.titles.values():
            title.setText("")

    def release(self) -> None:
        """Let go of the set."""
        self._prepared = self._turned = None
        self.query_marker.hide()

    def _place(self, role: str) -> None:
        prepared, turned = self._prepared, self._turned
        shown = prepared.cone.before if role == "before" and prepared else None
        if role == "after" and turned is not None:
            shown = turned.view
        if shown is not None:
            color = with_alpha(getattr(theme_manager.theme, role), 0.55)
            getattr(self, role).set_points(shown.positions, color, keep_camera=True)

    def _redraw(self) -> None:
        """Take the colors of another theme."""
        if self._prepared is not None:
            self._draw_spheres()
            for role in ("before", "after"):
                self._place(role)
            self._mark(self._session.state)

    def _draw_spheres(self) -> None:
        for view in (self.before, self.after):
            view.scene.set_lines(draw_graticule())
        direction = self._prepared.cone.before.mean_direction if self._prepared else None
        pole = np.array([0.0, 0.0, 1.0])
        arrow = Arrow(0 * pole, 1.14 * pole, theme_manager.theme.before, text="mean direction")
        self.before.scene.set_arrows(() if direction is None else (arrow,))

    def _mark(self, state: State, *views: PointView) -> None:
        """Mark rows in both views, or in those that are given, and a query that is no row."""
        prepared = self._prepared
        if prepared is None:
            return
        for view in views or (self.before, self.after):
            mark_rows(view, prepared, state)
        if self._turned is not None:
            self.query_marker.show(state, prepared, self._turned)

    def _on_click(self, place: int, _: object) -> None:
        prepared = self._prepared
        if place < 0 or prepared is None:
            return
        if prepared.vector_set is self._session.state.active:
            self.row_clicked.emit(int(prepared.cone.rows[place]))


def mark_rows(view: PointView, prepared: Prepared, state: State) -> None:
    """Mark the query, where it is a row, and what is selected."""
    if prepared.vector_set is not state.active:
        return
    row, is_own = state.query, state.query_vector is not None
    query = prepared.places([] if row is None or is_own else [row])
    selected = prepared.places(state.selected.rows)
    always = np.concatenate([query, selected[:LABELED]])
    view.scene.set_labels(prepared.labels, (), list(dict.fromkeys(always.tolist())), len(query))
    view.scene.set_highlights(query=query[0] if len(query) else None, selected=selected)


def draw_graticule() -> tuple[Line | PlacedText, ...]:
    """Return circles of equal angle to the axis, meridians, and the degrees beside them."""
    circles, notes = range(30, 180, 30), []
    for degrees in circles:
        z, radius = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        place = (1.04 * radius, 0.0, 1.04 * z)
        notes.append(PlacedText(place, f"{degrees}°", theme_manager.theme.muted))
    return *globe_lines(circles), *notes

"""The two views of rows, before and after, under one camera: at true angles, or linear PCA."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.core.anisotropy.cone import ConePlaces, ConeView
from embedviz.core.arrays import Matrix
from embedviz.core.drawing.camera import Camera
from embedviz.gui.pages.controls import Controls
from embedviz.gui.pages.page import set_of_pane
from embedviz.gui.pane import Pane
from embedviz.gui.points.orbit import GentleOrbit
from embedviz.gui.points.view import PointView
from embedviz.gui.theme import GRID, theme_manager, with_alpha
from embedviz.gui.widgets.controls import ElidedLabel, Segments, toggle
from embedviz.panes.anisotropy.pictures import enlargement, linear_picture, picture_at_angles
from embedviz.panes.anisotropy.prepared import Prepared, Turned
from embedviz.panes.anisotropy.query_marker import QueryMarker
from embedviz.panes.anisotropy.settings import AnisotropySettings

HOME = Camera(scale=1.16, azimuth=math.radians(-60), elevation=math.radians(16), is_3d=True)
LABELED = 12
_KINDS = ("True angles", "angles"), ("Linear PCA", "linear")


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
    kinds : Segments
        True angles, or linear PCA.
    orbit : GentleOrbit
    controls : Controls
        Both of these; laid out by the pane.
    """

    row_clicked = Signal(int)
    camera_settled = Signal(object)

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self._session = pane.session
        self._prepared: Prepared | None = None
        self._turned: Turned | None = None
        self._kind = "angles"
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
        self.orbit = GentleOrbit((self.before, self.after), self)
        self.query_marker = QueryMarker(pane, self.before, self.after, self._place_of)
        self._add_controls(pane)
        self._lay_out()
        theme_manager.changed.connect(self._redraw)

    def _add_controls(self, pane: Pane) -> None:
        texts, self._kinds = zip(*_KINDS, strict=True)
        self.kinds = Segments(f"{pane.name}.view", "What both views show", texts)
        self.kinds.button(0).setToolTip(
            "Height is the true angle to the mean direction, in all dimensions"
        )
        self.kinds.button(1).setToolTip(
            "Projected on the three leading principal axes: most of the length is not seen"
        )
        self.kinds.chosen.connect(lambda place: set_of_pane(pane, view=self._kinds[place]))
        self.turning = toggle(f"{pane.name}.orbit", "Orbit", "Orbit: turn both views gently")
        if not self.orbit.is_allowed:
            self.turning.setEnabled(False)
            self.turning.setToolTip("Orbit: off, since the system asks for less motion")
        self.turning.toggled.connect(self.orbit.set_running)
        self.orbit.changed.connect(self.turning.setChecked)
        self.controls = Controls()
        for control in (self.kinds, self.turning):
            self.controls.row.addWidget(control)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(1)
        grid.setVerticalSpacing(0)
        for column, (role, view) in enumerate((("before", self.before), ("after", self.after))):
            head = QHBoxLayout()
            head.setContentsMargins(2 * GRID, GRID, 2 * GRID, 0)
            head.addWidget(self.titles[role], 1)
            grid.addLayout(head, 0, column)
            grid.addWidget(view, 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)

    def draw(self, old: State, new: State) -> None:
        """Show what is seen and marked in another state, on the points that are there."""
        settings = new[AnisotropySettings]
        if old.active is None or old[AnisotropySettings].camera != settings.camera:
            for view in (self.before, self.after):
                view.set_camera(settings.camera or HOME)
        self.kinds.show_choice(self._kinds.index(settings.view))
        if settings.view != self._kind:
            self._kind = settings.view
            self._redraw()
        elif not old.asks_as(new) or old.selected != new.selected:
            self._mark(new)

    def show_prepared(self, prepared: Prepared) -> None:
        """Show another set, as it is; its points after are still to come."""
        self._prepared, self._turned = prepared, None
        self._place("before")
        self._mark(self._session.state)

    def show_turned(self, turned: Turned | None) -> None:
        """Show the points after, with the dial at another position; None: there are none."""
        self._turned = turned
        if turned is None:
            show_nothing(self.after)
            self.query_marker.hide()
            return
        self._place("after")
        self._mark(self._session.state, self.after)

    def clear(self) -> None:
        """Show nothing, since there is nothing to show."""
        self.release()
        for view in (self.before, self.after):
            show_nothing(view)
        for title in self.titles.values():
            title.setText("")

    def release(self) -> None:
        """Let go of the set."""
        self._prepared = self._turned = None
        self.orbit.set_running(False)
        self.query_marker.hide()

    def _shown(self, role: str) -> ConeView | None:
        """Return the rows that a view shows."""
        if role == "before":
            return None if self._prepared is None else self._prepared.cone.before
        return None if self._turned is None else self._turned.view

    def _place(self, role: str) -> None:
        shown = self._shown(role)
        if shown is None or self._prepared is None:
            return
        if self._kind == "linear":
            picture = linear_picture(shown)
        else:
            picture = picture_at_angles(shown, self._prepared.cone.before, role)
        view, color = getattr(self, role), getattr(theme_manager.theme, role)
        view.scene.set_lines(picture.lines)
        view.scene.set_arrows(picture.arrows)
        view.scene.set_caption(picture.caption)
        view.set_points(picture.positions, with_alpha(color, 0.55), keep_camera=True)

    def _place_of(self, role: str, places: ConePlaces) -> Matrix:
        """Return where the first of some places is drawn, (3,)."""
        shown = self._shown(role)
        if self._kind == "linear" and shown is not None:
            return np.asarray(places.linear[0] * np.float32(enlargement(shown)))
        return np.asarray(places.positions[0])

    def _redraw(self) -> None:
        """Draw both anew: in the colors of another theme, or projected otherwise."""
        if self._prepared is not None:
            for role in ("before", "after"):
                self._place(role)
            self._mark(self._session.state)

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


def show_nothing(view: PointView) -> None:
    """Show neither points nor what explains them."""
    view.scene.set_lines(())
    view.scene.set_arrows(())
    view.scene.set_caption("")
    view.set_points(np.zeros((0, 3)), keep_camera=True)


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

"""Anisotropy: the cone, and the whitening that opens it.

A linear projection would lie here: in 384 dimensions, 90 % of a vector's length is outside any
three axes, so that a narrow cone looks like a round cloud. Therefore each row is placed on a
sphere at its true angle, in all dimensions, to one axis; only its longitude is a projection.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
)

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.anisotropy import cone
from embedviz.core.anisotropy.cone import Cone, ConeView
from embedviz.core.derivation.recipes import Whitened
from embedviz.core.drawing.camera import Camera
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pane import Pane
from embedviz.gui.points.layers.globe import globe_lines
from embedviz.gui.points.view import Arrow, Line, PlacedText, PointView
from embedviz.gui.theme import GRID, theme_manager, with_alpha
from embedviz.gui.widgets.controls import (
    ElidedLabel,
    caption,
    double_spin_box,
    slider,
    spin_box,
    text_label,
)
from embedviz.gui.widgets.derive_button import DeriveButton
from embedviz.panes.anisotropy.numbers_table import NumbersTable
from embedviz.panes.anisotropy.prepared import Prepared, mark_rows
from embedviz.panes.anisotropy.query_marker import QueryMarker
from embedviz.panes.anisotropy.settings import AnisotropySettings

STEPS = 100
_WIDE_ROW, _LEAST_ROW = 740, 524
HOME = Camera(scale=1.16, azimuth=math.radians(-60), elevation=math.radians(16), is_3d=True)
CAPTION = (
    "Height: each row's true angle, in all {d:,} dimensions, to the mean direction before. "
    "Longitude: the two leading residual directions. Unrelated directions gather near 90°, "
    "so an opened cone is a band at the equator. Strength 0 only centers, which already takes the "
    "mean direction away; 1 also makes the spread even."
)


class AnisotropyPane(Pane):
    """Before on the left, after on the right, one camera; a dial between centered and white."""

    title = "Anisotropy"
    name = "anisotropy"
    figure = "anisotropy"
    settings_class = AnisotropySettings
    kernels = (cone.compile_all,)
    hint = "Open a file of vectors to see how narrow their cone is, and to open it."

    def build(self) -> None:  # noqa: D102 - see Pane
        # pyqtgraph takes 0.3 s to import, which is not for every start to pay.
        from embedviz.gui.widgets.charts import CosineHistogram

        self._cone_task = self.calculations.new_task("measuring the cone")
        self._dial_task = self.calculations.new_task("whitening")
        self._prepared: Prepared | None = None
        self._latest: ConeView | None = None
        self._add_tools()
        self.before, self.after = PointView(), PointView()
        self.titles = {role: ElidedLabel(role) for role in ("before", "after")}
        for view, other, role in (
            (self.before, self.after, "before"),
            (self.after, self.before, "after"),
        ):
            view.setObjectName(f"anisotropy.{role}")
            view.row_clicked.connect(self._on_click)
            view.camera_changed.connect(other.set_camera)
            view.camera_settled.connect(lambda camera: self._set(camera=camera))
        self.query_marker = QueryMarker(self, self.before, self.after)
        self.histogram = CosineHistogram("anisotropy.histogram")
        self.numbers = NumbersTable()
        self.caption = text_label(kind="caption", wrap=True)
        self._lay_out()
        theme_manager.changed.connect(self._redraw)

    def _add_tools(self) -> None:
        self.strength = slider(
            "anisotropy.strength", "Strength: 0 only centers the set, 1 whitens it fully", STEPS
        )
        self.strength.setMinimumWidth(56)
        self.strength_value = double_spin_box(
            "anisotropy.strength_value", "Strength: as a number", 1.0, 0.05
        )
        self.components = spin_box(
            "anisotropy.components", "Components: how many directions are kept"
        )
        self.components_slider = slider(
            "anisotropy.components_slider",
            "Components: how many directions are kept, those of most variance first",
            1,
        )
        self.components_slider.setMinimumWidth(60)
        self.use = DeriveButton(
            self,
            "Use in all panes: add the whitened set to the library and show it",
            "whitening all rows",
            lambda state: Whitened(*_dial(state)),
        )
        self.strength.valueChanged.connect(lambda value: self._set(strength=value / STEPS))
        self.strength_value.valueChanged.connect(lambda value: self._set(strength=value))
        for control in (self.components, self.components_slider):
            control.valueChanged.connect(lambda count: self._set(components=count))
        for dial in (self.strength, self.components_slider):
            dial.sliderPressed.connect(self.session.begin_gesture)
            dial.sliderReleased.connect(self.session.end_gesture)
        self._from, self._to = caption(""), caption("to full")
        self.tools.addWidget(self._from)
        self.tools.addWidget(self.strength, 2)
        self.tools.addWidget(self._to)
        self.tools.addWidget(self.strength_value)
        self.tools.addSpacing(GRID)
        self.tools.addWidget(caption("Components"))
        self.tools.addWidget(self.components_slider, 1)
        self.tools.addWidget(self.components)
        self.tools.addWidget(self.use)
        self.tool_row.setMinimumWidth(_LEAST_ROW)
        self._fit_tools()

    def _fit_tools(self) -> None:
        """Leave out what is said twice, where the row is narrow."""
        is_wide = self.width() >= _WIDE_ROW
        self._from.setText("Whitening, from centered" if is_wide else "Whitening")
        for widget in (self._to, self.components_slider):
            widget.setVisible(is_wide)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the tools into the width."""
        super().resizeEvent(event)
        if self.is_built:
            self._fit_tools()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(1)
        grid.setVerticalSpacing(0)
        for column, (role, view) in enumerate((("before", self.before), ("after", self.after))):
            self.titles[role].setContentsMargins(2 * GRID, GRID, 2 * GRID, 0)
            grid.addWidget(self.titles[role], 0, column)
            grid.addWidget(view, 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)
        below = QHBoxLayout()
        below.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        below.setSpacing(3 * GRID)
        below.addWidget(self.histogram, 1)
        below.addWidget(self.numbers, 0, Qt.AlignmentFlag.AlignVCenter)
        rows = QVBoxLayout(self.picture)
        rows.setContentsMargins(0, 0, 0, GRID)
        rows.setSpacing(GRID)
        rows.addLayout(grid, 3)
        rows.addLayout(below, 1)
        for text in (self.query_marker.line, self.caption):
            text.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
            rows.addWidget(text)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        active = new.active
        assert active is not None
        self._show_dial(new)
        if old.active is None or old[AnisotropySettings].camera != new[AnisotropySettings].camera:
            for view in (self.before, self.after):
                view.set_camera(new[AnisotropySettings].camera or HOME)
        if self._prepared is None or self._prepared.vector_set is not active:
            if not self.calculations.has_asked(self._cone_task, active):
                self.use.setEnabled(False)
                self.calculations.cancel(self._dial_task)
                self.calculations.run(
                    self._cone_task, partial(_prepare, active), self._show_cone, active
                )
            return
        self.calculations.cancel(self._cone_task)
        if old.active is not active:  # Back from another set that was not measured in time.
            self._show_cone(self._prepared)
            return
        if _dial(old) != _dial(new):
            self._turn(new)
        if not old.asks_as(new) or old.selected != new.selected:
            self._mark(new)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Pane
        if task is self._cone_task:
            self._prepared = self._latest = None
            self.query_marker.hide()
            for view in (self.before, self.after):
                view.set_points(np.zeros((0, 3)), keep_camera=True)
            for title in self.titles.values():
                title.setText("")
            self.caption.clear()

    def facts(self, state: State) -> Sequence[str]:  # noqa: D102 - see Pane
        return describe_dial(state, self._prepared if self.is_built else None)

    def release(self) -> None:  # noqa: D102 - see Pane
        self._prepared = self._latest = None
        if self.is_built:
            self.query_marker.hide()

    def _show_dial(self, new: State) -> None:
        assert new.active is not None
        dial = new[AnisotropySettings]
        # Before the rank is known, there may be as many directions as dimensions.
        most, components = new.active.dimensions, dial.components
        if self._prepared is not None and self._prepared.vector_set is new.active:
            most = max(self._prepared.cone.rank, 1)
        self.strength.setValue(round(STEPS * dial.strength))
        self.strength_value.setValue(dial.strength)
        for control in (self.components, self.components_slider):
            with QSignalBlocker(control):  # What is offered has changed, not what is chosen.
                control.setRange(1, most)
                control.setValue(min(components or most, most))

    def _show_cone(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self.told.emit()
        self._show_dial(self.session.state)
        self.use.setEnabled(True)
        before = prepared.cone.before
        self._place("before", before)
        self.histogram.show_before(before.cosines, before.mean_cosine)
        self.numbers.show_numbers("before", before)
        self.titles["before"].setText(f"Before · {prepared.vector_set.name}")
        self._draw_spheres()
        self._turn(self.session.state)
        self._mark(self.session.state)

    def _turn(self, state: State) -> None:
        assert self._prepared is not None
        work = partial(_whiten, self._prepared.cone, *_dial(state))
        self.calculations.run(
            self._dial_task, work, partial(self._show_after, state), self._prepared.vector_set
        )

    def _show_after(self, state: State, after: ConeView) -> None:
        assert self._prepared is not None
        rank = self._prepared.cone.rank
        self._latest = after
        self._place("after", after)
        self._mark(self.session.state, self.after)
        self.histogram.show_after(after.cosines, after.mean_cosine)
        self.numbers.show_numbers("after", after)
        strength, components = _dial(state)
        kept = min(components or rank, rank)
        self.caption.setText(describe_picture(self._prepared, components))
        self.titles["after"].setText(
            f"After · strength {strength:.2f}, {kept:,} of {rank:,} directions"
        )

    def _place(self, role: str, shown: ConeView) -> None:
        view, color = getattr(self, role), getattr(theme_manager.theme, role)
        view.set_points(shown.positions, with_alpha(color, 0.55), keep_camera=True)

    def _redraw(self) -> None:
        """Take the colors of another theme."""
        if self._prepared is None:
            return
        self._draw_spheres()
        self._place("before", self._prepared.cone.before)
        if self._latest is not None:
            self._place("after", self._latest)
        self._mark(self.session.state)

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
        if prepared is not None:
            for view in views or (self.before, self.after):
                mark_rows(view, prepared, state)
            self.query_marker.show(state, prepared.vector_set, prepared.cone, self._latest)

    def _on_click(self, place: int, _: object) -> None:
        prepared, state = self._prepared, self.session.state
        if place >= 0 and prepared is not None and prepared.vector_set is state.active:
            self.edit(state.queried(int(prepared.cone.rows[place])))

    def _set(self, **settings: Any) -> None:
        state = self.session.state
        self.edit(state.with_settings(replace(state[AnisotropySettings], **settings)))


def draw_graticule() -> tuple[Line | PlacedText, ...]:
    """Return circles of equal angle to the axis, meridians, and the degrees beside them."""
    circles, notes = range(30, 180, 30), []
    for degrees in circles:
        z, radius = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        place = (1.04 * radius, 0.0, 1.04 * z)
        notes.append(PlacedText(place, f"{degrees}°", theme_manager.theme.muted))
    return *globe_lines(circles), *notes


def describe_picture(prepared: Prepared, components: int | None) -> str:
    """Return what the spheres show, and what must be known to read them."""
    vector_set, cone = prepared.vector_set, prepared.cone
    text = CAPTION.format(d=vector_set.dimensions)
    if len(cone.rows) < len(vector_set):
        text += (
            f" A seeded sample of {len(cone.rows):,} of {len(vector_set):,} rows is drawn, and is "
            "what the mean cosine after is of."
        )
    notes = cone.notes_on(components)
    return " ".join([text, *(note[:1].upper() + note[1:].rstrip(".") + "." for note in notes)])


def describe_dial(state: State, prepared: Prepared | None) -> list[str]:
    """Return how the set is whitened; of how many directions, once these are known."""
    strength, components = _dial(state)
    said = [f"whitening, strength {strength:.2f}"]
    if prepared is not None and prepared.vector_set is state.active:
        rank = prepared.cone.rank
        said.append(f"{min(components or rank, rank):,} of {rank:,} directions")
    elif components is not None:
        said.append(f"{components:,} directions")
    return said


def _dial(state: State) -> tuple[float, int | None]:
    """Return strength and components: what is turned, but not what is looked at."""
    settings = state[AnisotropySettings]
    return settings.strength, settings.components


def _prepare(vector_set: VectorSet, report: Report) -> Prepared:
    return Prepared(vector_set, Cone(vector_set.vectors, report))


def _whiten(cone: Cone, strength: float, components: int | None, report: Report) -> ConeView:
    return cone.after(strength, components)

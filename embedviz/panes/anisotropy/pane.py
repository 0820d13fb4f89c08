"""Anisotropy: the cone, and the map that opens it.

A linear projection would lie here: in 384 dimensions, 90 % of a vector's length is outside any
three axes, so that a narrow cone looks like a round cloud. Therefore each row is placed on a
sphere at its true angle, in all dimensions, to one axis; only its longitude is a projection.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.anisotropy import cone
from embedviz.core.derivation.recipes import Whitened
from embedviz.gui.calculations import Subject
from embedviz.gui.pages.page import WantedBy, set_of_pane
from embedviz.gui.pages.stack import PageStack
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    caption,
    double_spin_box,
    slider,
    spin_box,
    text_label,
)
from embedviz.gui.widgets.derive_button import DeriveButton
from embedviz.panes.anisotropy.pages import PAGES
from embedviz.panes.anisotropy.prepared import (
    DialPosition,
    FitChoice,
    Prepared,
    Turned,
    prepare,
    turn,
)
from embedviz.panes.anisotropy.settings import AnisotropySettings
from embedviz.panes.anisotropy.spheres import SphereViews
from embedviz.panes.anisotropy.words import describe_dial, describe_picture, title_after

STEPS = 100
_WIDE_ROW, _LEAST_ROW = 740, 524


class AnisotropyPane(Pane):
    """Before on the left, after on the right, one camera; a dial between raw and white; pages.

    **What pages draw from.** Two values, which the pane computes and pages only read:
    `prepared_of(page.pane)` is what is known of the set wherever the dial stands (the `Fit` of the
    map, the `Cone` with its sampled pairs), and `turned_of(page.pane)` is what the views show: the
    `DialPosition`, the `Transform` at it and the `ConeView`. Both are there whenever `draw` of a
    page is called: it is not called while a set is loading, or where its cone has failed.

    **When.** `draw(old, new)` of the chosen page is called for a new state once the views show its
    dial position; while the dial is dragged that is each position that is shown, of which the
    newest wins. What is cheap, such as a histogram of the sampled pairs, is drawn from `turned_of`
    at once. That may be one step behind the state: say what is of `turned.position`, not of `new`.

    **Numbers of the dial's position** that take longer than a step of it are for when it rests:
    `calculations.run(task, partial(work, prepared, transform), self._show, DialPosition.of(new))`,
    after `has_asked(task, DialPosition.of(new))`, with a task that was made without an urgency. The
    dial's own task is more urgent: others wait at their first report until the dial has rested for
    a tenth of a second, a newer run of a task takes the place of the one before, and a result for
    another position is never shown. What is shown meanwhile is dimmed or says its position.
    Numbers that do not depend on the dial have `FitChoice.of(new)` or the set as their subject.
    """

    title = "Anisotropy"
    name = "anisotropy"
    figure = "anisotropy"
    settings_class = AnisotropySettings
    kernels = (cone.compile_all,)
    hint = "Open a file of vectors to see how narrow their cone is, and to open it."

    def build(self) -> None:  # noqa: D102 - see Pane
        self._cone_task = self.calculations.new_task("measuring the cone", urgency=2)
        self._dial_task = self.calculations.new_task("mapping the rows", urgency=1)
        self.prepared: Prepared | None = None
        self.turned: Turned | None = None
        self._add_tools()
        self.spheres = SphereViews(self)
        self.spheres.row_clicked.connect(lambda row: self.edit(self.session.state.queried(row)))
        self.spheres.camera_settled.connect(lambda camera: self._set(camera=camera))
        self.caption = text_label(kind="caption", wrap=True)
        self.pages = PageStack(self, PAGES)
        self._lay_out()

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
            recipe_of,
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
        rows = QVBoxLayout(self.picture)
        rows.setContentsMargins(0, 0, 0, GRID)
        rows.setSpacing(GRID)
        rows.addWidget(self.spheres, 3)
        for text in (self.spheres.query_marker.line, self.caption):
            text.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
            rows.addWidget(text)
        self.pages.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        rows.addWidget(self.pages, 1)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        choice = FitChoice.of(new)
        self._show_dial(new)
        self.pages.choose(new)
        self.spheres.draw(old, new)
        if self.prepared is None or self.prepared.choice != choice:
            if not self.calculations.has_asked(self._cone_task, choice):
                self.use.setEnabled(False)
                self.calculations.cancel(self._dial_task)
                self.calculations.run(
                    self._cone_task, partial(prepare, choice), self._show_prepared, choice
                )
            return
        self.calculations.cancel(self._cone_task)
        if old.active is not new.active:  # Back from another set that was not measured in time.
            self._show_prepared(self.prepared)
        else:
            self._turn_to(new)

    def _turn_to(self, new: State) -> None:
        """Show the dial's position, and then the page at it."""
        position = DialPosition.of(new)
        if self.turned is not None and self.turned.position == position:
            self.calculations.cancel(self._dial_task)
            self.pages.draw(new)
        elif self.prepared is not None and not self._dial_task.is_busy:
            # A step at work is shown when it ends, and the newest one follows: if each would take
            # the place of the one before, a fast hand would see nothing until it rests.
            work = partial(turn, self.prepared, position)
            self.calculations.run(self._dial_task, work, self._show_turned, position.choice)

    def _show_prepared(self, prepared: Prepared) -> None:
        self.prepared, self.turned = prepared, None
        self.told.emit()
        self._show_dial(self.session.state)
        self.use.setEnabled(True)
        self.spheres.show_prepared(prepared)
        self.spheres.titles["before"].setText(f"Before · {prepared.vector_set.name}")
        self._turn_to(self.session.state)

    def _show_turned(self, turned: Turned) -> None:
        assert self.prepared is not None
        self.turned = turned
        self.spheres.show_turned(turned)
        self.spheres.titles["after"].setText(title_after(self.prepared, turned))
        self.caption.setText(describe_picture(self.prepared, turned))
        state = self.session.state
        self.pages.draw(state)
        self._turn_to(state)

    def wants(self, subject: Subject) -> bool:  # noqa: D102 - see Pane
        if isinstance(subject, WantedBy):
            return subject.is_wanted(self.session.state)
        return super().wants(subject)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Pane
        if task is self._cone_task:
            self.prepared = self.turned = None
            self.spheres.clear()
            self.caption.clear()
            self.pages.release()
        self.pages.on_failed(task, failed=failed)

    def facts(self, state: State) -> Sequence[str]:  # noqa: D102 - see Pane
        return describe_dial(state, self.prepared if self.is_built else None)

    def begin_figure(self) -> None:
        """Begin what the chosen page does only when asked."""
        self.pages.chosen.begin_figure()

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Pane
        self.pages.fit_text(scale)

    def release(self) -> None:  # noqa: D102 - see Pane
        if self.is_built:
            self.prepared = self.turned = None
            self.spheres.release()
            self.pages.release()

    def _show_dial(self, new: State) -> None:
        assert new.active is not None
        dial = new[AnisotropySettings]
        # Before the rank is known, there may be as many directions as dimensions.
        most, components = new.active.dimensions, dial.components
        if self.prepared is not None and self.prepared.vector_set is new.active:
            most = max(self.prepared.cone.rank, 1)
        self.strength.setValue(round(STEPS * dial.strength))
        self.strength_value.setValue(dial.strength)
        for control in (self.components, self.components_slider):
            with QSignalBlocker(control):  # What is offered has changed, not what is chosen.
                control.setRange(1, most)
                control.setValue(min(components or most, most))

    def _set(self, **settings: Any) -> None:
        set_of_pane(self, **settings)


def recipe_of(state: State) -> Whitened:
    """Return what *Use in all panes* makes."""
    settings = state[AnisotropySettings]
    return Whitened(settings.strength, settings.components)

"""Contrastive learning: points on a sphere that their partners pull and all others push."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID, NEIGHBORS_WIDTH, theme_manager
from embedviz.gui.widgets.controls import ElidedLabel, text_label
from embedviz.panes.contrastive.beside import Beside
from embedviz.panes.contrastive.colors import NONE, PointColors, column_colors, group_colors
from embedviz.panes.contrastive.dials import DialRow
from embedviz.panes.contrastive.own_pairs import OwnPairs
from embedviz.panes.contrastive.run import Run, Shown, material_of
from embedviz.panes.contrastive.settings import ContrastiveSettings
from embedviz.panes.contrastive.sphere import HOME, Sphere
from embedviz.panes.contrastive.tools import ContrastiveTools
from embedviz.panes.contrastive.transport import Transport
from embedviz.panes.contrastive.words import (
    describe_moment,
    describe_picture,
    describe_points,
    name_of,
    names_of,
)

_SCRUBBED = "The terms are those of the newest step. Drag the slider to its end to see them."
_LINES = 3
"""Of the sentence below the sphere, at most."""
_NOT_ASKED = "Click a point to see its loss, term by term."


class ContrastivePane(Pane):
    """A sphere on which a run goes on, its dials, and what explains it."""

    title = "Contrastive"
    name = "contrastive"
    figure = "contrastive"
    settings_class = ContrastiveSettings
    hint = "Open a file of vectors to train a head on them, and to watch how it pulls and pushes."

    def build(self) -> None:  # noqa: D102 - see Pane
        self._task = self.calculations.new_task("training")
        self._color_task = self.calculations.new_task("coloring")
        self._run: Run | None = None
        self._latest: Shown | None = None
        self._place: int | None = None
        self._playing = False
        self.tool_bar = ContrastiveTools(self, lambda: self._run)
        self.tool_bar.changed.connect(lambda changes: self._set(**changes))
        self.tools.addWidget(self.tool_bar)
        self.dials, self.transport = DialRow(self.name), Transport(self.name)
        self.sphere = Sphere("contrastive.view")
        self.own_pairs = OwnPairs(self.calculations)
        self.beside = Beside(self.own_pairs)
        self.headline, self.caption = ElidedLabel("title"), ElidedLabel("caption")
        self.sentence = text_label(wrap=True)
        self._lay_out()
        self._connect_parts()

    def _lay_out(self) -> None:
        self.page_layout.insertWidget(1, self.dials)
        self.page_layout.addWidget(self.transport)
        self.headline.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        self.caption.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        self.sentence.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        left = QVBoxLayout()
        left.setSpacing(0)
        for part in (self.headline, self.caption, self.sphere, self.sentence):
            left.addWidget(part, int(part is self.sphere))
        beside = QHBoxLayout(self.picture)
        beside.setContentsMargins(0, GRID, 2 * GRID, GRID)
        beside.setSpacing(GRID)
        beside.addLayout(left, 1)
        beside.addWidget(self.beside)
        self.fit_text(1.0)

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Pane
        self.beside.setFixedWidth(round(NEIGHBORS_WIDTH * scale))
        self.sentence.ensurePolished()
        # Its lines are always there, or the sphere would jump with each other sentence.
        lines = _LINES * self.sentence.fontMetrics().lineSpacing()
        self.sentence.setFixedHeight(lines + GRID)

    def _connect_parts(self) -> None:
        self.dials.turned.connect(lambda settings: self._set(**_changes(settings)))
        self.dials.side_chosen.connect(lambda side: self._set(side=side))
        self.dials.pressed.connect(self.session.begin_gesture)
        self.dials.released.connect(self.session.end_gesture)
        self.transport.play_clicked.connect(self._play_or_pause)
        self.transport.step_clicked.connect(lambda: self._advance(self.n_steps + 1))
        self.transport.reset_clicked.connect(self._begin)
        self.transport.scrubbed.connect(self._scrub)
        self.sphere.row_clicked.connect(lambda place, _: self._ask(place))
        self.beside.point_chosen.connect(self._ask)
        self.sphere.camera_settled.connect(lambda camera: self._set(camera=camera))
        self.session.board.stopped.connect(self._on_stopped)
        theme_manager.changed.connect(self._redraw)
        play = QShortcut(QKeySequence("P"), self)
        play.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        play.activated.connect(self._play_or_pause)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        settings, material = new[ContrastiveSettings], material_of(new)
        self.tool_bar.show_state(new)
        self.dials.show_settings(settings)
        self.dials.show_side(settings.side)
        self.beside.show_page(settings.side)
        if old.active is None or old[ContrastiveSettings].camera != settings.camera:
            self.sphere.set_camera(settings.camera or HOME)
        run = self._run
        if run is None or run.material.key != material.key:
            self._begin()
        else:
            run.dials, run.pace = settings.dials, settings.pace
            if run.asked != (asked := _asked(new)) and not self._playing:
                run.asked = asked
                self._advance(run.n_steps)
            run.asked = asked
            if old.map.color_by != new.map.color_by:
                self._color()
            if old.selected != new.selected or old[ContrastiveSettings].side != settings.side:
                self._mark()
        if settings.side == "pairs":
            self.own_pairs.show_state(new)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Pane
        if task is self._task:
            self._playing = False
            self.transport.show_playing(False)
            if self._latest is None:
                self._clear("There is no run. What is missing is said above.")

    def facts(self, state: State) -> Sequence[str]:  # noqa: D102 - see Pane
        settings = state[ContrastiveSettings]
        return f"temperature {settings.temperature:g}", f"{settings.outputs:,} outputs"

    def release(self) -> None:  # noqa: D102 - see Pane
        if self.is_built:
            self._run = self._latest = None
            self.own_pairs.release()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Pause: nobody would see the steps."""
        super().hideEvent(event)
        self._pause()

    def set_in_front(self, in_front: bool) -> None:
        """Pause where another tab is chosen."""
        super().set_in_front(in_front)
        if not in_front and not self.is_lent:
            self._pause()

    @property
    def n_steps(self) -> int:
        """How many steps the run has made."""
        return 0 if self._run is None else self._run.n_steps

    def _begin(self) -> None:
        """Begin a run of what is set, from its seed."""
        state = self.session.state
        if state.active is None:
            return
        settings = state[ContrastiveSettings]
        self.message_bar.clear()
        self._run = run = Run(material_of(state), settings.dials)
        run.pace, run.asked = settings.pace, _asked(state)
        self._latest = self._place = None
        self._clear("")
        self._advance(settings.steps)

    def _advance(self, goal: int | None) -> None:
        if self._run is None:
            return
        self._playing, self._place = goal is None, None
        self.transport.show_playing(self._playing)
        self.calculations.run(
            self._task,
            partial(self._run.advance, goal),
            partial(self._show, self._run, True),
            on_part=partial(self._show, self._run, False),
            # What goes on without end is paused by Stop; what is to be seen at once is missing then.
            purpose="detail" if goal is None else "drawing",
        )

    def _play_or_pause(self) -> None:
        if self._playing:
            self._pause()
        elif self.is_built:
            self._advance(None)

    def _pause(self) -> None:
        if self.is_built and self._playing:
            self._playing = False
            self.calculations.cancel(self._task)
            self.transport.show_playing(False)
            self._show_newest()

    @Slot(list)
    def _on_stopped(self, tasks: list[Task]) -> None:
        if self._task in tasks:
            self._pause()

    def _show(self, run: Run, is_done: bool, shown: Shown) -> None:
        if run is not self._run:
            return
        is_first, self._latest = self._latest is None, shown
        if is_done and self._playing:
            self._playing = False
            self.transport.show_playing(False)
        if is_first:
            self._color()
            self.tool_bar.show_state(self.session.state)
        self._show_newest()

    def _show_newest(self) -> None:
        """Show the newest frame, or the one that was gone back to."""
        run, latest = self._run, self._latest
        if run is None or latest is None:
            return
        frames, place = run.frames, self._place
        frame = latest.frame if place is None else frames[min(place, len(frames) - 1)]
        settings = self.session.state[ContrastiveSettings]
        self.sphere.show_frame(frame)
        self.beside.show_frame(frame, frames.measures, settings.outputs)
        self.headline.setText(describe_points(run))
        self.caption.setText(describe_picture(run, frame))
        self.sentence.setText(describe_moment(run, frame))
        count = len(frames)
        at = count - 1 if place is None else place
        newest = latest.frame.measures.step
        self.transport.show_frames(count, at, frame.measures.step, newest)
        self._mark()

    def _scrub(self, place: int) -> None:
        if self._run is None or self._latest is None:
            return
        if self._playing:
            self._pause()
        self._place = None if place >= len(self._run.frames) - 1 else place
        self._show_newest()

    def _mark(self) -> None:
        run, latest = self._run, self._latest
        if run is None or latest is None:
            return
        state, terms = self.session.state, latest.terms
        is_asked = state[ContrastiveSettings].side == "row"
        is_toy = run.material.vector_set is None
        selected = run.places_of(state.selected.rows[:0] if is_toy else state.selected.rows)
        self.sphere.mark(names_of(run), terms, selected, with_near=is_asked)
        is_newest = self._place is None
        self.sphere.show_forces(terms if is_asked and is_newest else None)
        if is_asked:
            message = _NOT_ASKED if terms is None else "" if is_newest else _SCRUBBED
            shown = terms if is_newest else None
            self.beside.show_terms(shown, partial(name_of, run), message)

    def _ask(self, place: int) -> None:
        """Ask for the loss of a point."""
        run = self._run
        if run is None or not 0 <= place < len(run.rows):
            return
        row = int(run.rows[place])
        if run.material.vector_set is None:
            self._set(point=row)
        else:
            self.edit(self.session.state.queried(row))

    def _color(self) -> None:
        run, theme = self._run, theme_manager.theme
        if run is None or run.training is None:
            return
        vector_set, settings = run.material.vector_set, run.material.settings
        if vector_set is None:
            self._show_colors(run, group_colors(run.rows // settings.per_group, theme))
            return
        column = settings.column if settings.together == "column" else None
        wanted = column or self.session.state.map.color_by
        work = partial(column_colors, vector_set, wanted, run.rows, theme)
        self.calculations.run(
            self._color_task, work, partial(self._show_colors, run), purpose="detail"
        )

    def _show_colors(self, run: Run, colors: PointColors) -> None:
        if run is self._run:
            self.sphere.show_colors(*colors)

    def _redraw(self) -> None:
        """Take the colors of another theme."""
        self.sphere.redraw_globe()
        self._color()
        self._mark()

    def _clear(self, message: str) -> None:
        self.sphere.show_colors(*NONE)
        self.sphere.show_frame(None)
        self.sphere.scene.set_message(message)
        self.beside.show_frame(None, {}, 0)
        for text in (self.headline, self.caption, self.sentence):
            text.clear()
        self.transport.show_frames(0, 0, 0, 0)

    def _set(self, **changes: Any) -> None:
        state = self.session.state
        self.edit(state.with_settings(replace(state[ContrastiveSettings], **changes)))


def _asked(state: State) -> int | None:
    """Return the row, or the free point, whose loss is asked about."""
    settings = state[ContrastiveSettings]
    if settings.source == "toy":
        return settings.point
    return None if state.query_vector is not None else state.query


def _changes(settings: ContrastiveSettings) -> dict[str, Any]:
    """Return what dials can change."""
    return {name: getattr(settings, name) for name in ("temperature", "negatives", "noise")}

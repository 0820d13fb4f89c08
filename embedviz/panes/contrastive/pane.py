"""Contrastive learning: points on a sphere that their partners pull and all others push."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontMetrics, QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from embedviz.app.animation.kinds import Animation, orbit
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.gui.pane import Pane
from embedviz.gui.runs.transport import Transport
from embedviz.gui.runs.turns import Turns
from embedviz.gui.theme import GRID, NEIGHBORS_WIDTH, TEXT_PIXELS, font, theme_manager
from embedviz.gui.widgets.controls import ElidedLabel, text_label
from embedviz.panes.contrastive.beside import Beside
from embedviz.panes.contrastive.colors import PointColoring
from embedviz.panes.contrastive.dials import DialRow
from embedviz.panes.contrastive.drawing.own_query import place_query
from embedviz.panes.contrastive.own_pairs import OwnPairs
from embedviz.panes.contrastive.player import Player
from embedviz.panes.contrastive.run import Run, material_of
from embedviz.panes.contrastive.settings import ContrastiveSettings
from embedviz.panes.contrastive.sphere import HOME, Sphere
from embedviz.panes.contrastive.tools import ContrastiveTools
from embedviz.panes.contrastive.words import (
    describe_arrows,
    describe_moment,
    describe_picture,
    describe_points,
    describe_step,
    name_of,
)

_NOT_ASKED = "Click a point to see its loss, term by term."
_TIPS = (
    "go on from the step that is seen (P)",
    "make a single one",
    "back to the start, same seed",
)
_BESIDE = 27
"""Hundredths of the width that are for what is beside the sphere."""
_BETWEEN_CHARTS = 0.1
"""Seconds between two states of the charts while points move: numbers are not read faster."""
_LINES = 2
"""Of the sentence below the sphere, at most."""


def _with_steps(state: State) -> State:
    """Return a state in which some hundred steps are made, if none is asked for."""
    settings = state[ContrastiveSettings]
    if state.active is None:
        return state
    return state.with_settings(settings.for_figure(state.active))


CONTRASTIVE_RUN = Animation(
    "run", "Run", "the run from its start", begin=_with_steps, easing="linear", is_run=True
)


class ContrastivePane(Pane):
    """A sphere on which a run goes on, its dials, and what explains it."""

    title = "Contrastive"
    name = "contrastive"
    figure = "contrastive"
    figure_sample = "sentences-final"
    takes_pairs = True
    settings_class = ContrastiveSettings
    animations = (CONTRASTIVE_RUN, orbit(ContrastiveSettings))
    hint = "Open a file of vectors to train a head on them, and to watch how it pulls and pushes."

    def build(self) -> None:  # noqa: D102 - see Pane
        self.player = Player(self.calculations, self.session.board)
        self.tool_bar = ContrastiveTools(self, self.player)
        self.tools.addWidget(self.tool_bar)
        self.dials, self.transport = DialRow(self.name), Transport(self.name, _TIPS)
        self.sphere = Sphere("contrastive.view")
        self.coloring = PointColoring(self.calculations, self.sphere)
        self.own_pairs = OwnPairs(self.calculations)
        self.beside = Beside(self.own_pairs)
        self._turns = Turns(_BETWEEN_CHARTS)
        self.headline, self.caption = ElidedLabel("title"), ElidedLabel("caption")
        self.sentence = text_label(wrap=True)
        self._lay_out()
        self._connect_parts()

    def _lay_out(self) -> None:
        self.page_layout.insertWidget(1, self.dials)
        self.page_layout.addWidget(self.transport)
        for text in (self.headline, self.caption):
            text.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        self.sentence.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        left = QVBoxLayout()
        left.setSpacing(0)
        for part in (self.headline, self.caption, self.sphere):
            left.addWidget(part, int(part is self.sphere))
        beside = QHBoxLayout()
        beside.setContentsMargins(0, GRID, 2 * GRID, GRID)
        beside.setSpacing(GRID)
        beside.addLayout(left, 100 - _BESIDE)
        beside.addWidget(self.beside, _BESIDE)
        rows = QVBoxLayout(self.picture)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(beside, 1)
        rows.addWidget(self.sentence)
        self.fit_text(1.0)

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Pane
        least = round(NEIGHBORS_WIDTH * scale)
        self.beside.setMinimumWidth(least)
        self.beside.setMaximumWidth(2 * least)
        # Its lines are always there, or the sphere would jump with each other sentence.
        line = QFontMetrics(font(TEXT_PIXELS * scale)).lineSpacing()
        self.sentence.setFixedHeight(_LINES * line + GRID)
        layout = self.picture.layout()
        if layout is not None:
            layout.activate()  # Else when Qt comes to it, and a picture may be drawn before.

    def _connect_parts(self) -> None:
        player, transport = self.player, self.transport
        self.tool_bar.changed.connect(lambda changes: self._set(**changes))
        self.dials.turned.connect(lambda changes: self._set(**changes))
        self.dials.pressed.connect(self.session.begin_gesture)
        self.dials.released.connect(self.session.end_gesture)
        transport.play_clicked.connect(player.play_or_pause)
        transport.step_clicked.connect(player.step)
        transport.reset_clicked.connect(self._begin)
        transport.scrubbed.connect(player.scrub)
        player.playing_changed.connect(transport.show_playing)
        player.shown.connect(self._show)
        self.sphere.painted.connect(player.go_on)
        self.beside.step_chosen.connect(lambda step: _see_step(player, step))
        self.sphere.row_clicked.connect(lambda place, _: self._ask(place))
        self.beside.point_chosen.connect(self._ask)
        self.sphere.camera_settled.connect(lambda camera: self._set(camera=camera))
        theme_manager.changed.connect(self._redraw)
        for part in (player, self.own_pairs):  # Also while nobody looks.
            self.session.changed.connect(lambda _, new, part=part: part.keep_only(new))
        play = QShortcut(QKeySequence("P"), self)
        play.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        play.activated.connect(player.play_or_pause)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        settings, was, run = new[ContrastiveSettings], old[ContrastiveSettings], self.player.run
        self.dials.show_settings(settings, _n_points(new))
        self.beside.show_page(settings.side)
        if old.active is None or was.camera != settings.camera:
            self.sphere.set_camera(settings.camera or HOME)
        key = material_of(new).key
        if run is None or run.material.key != key:
            self._turn_to(new, key)
        else:
            self._adjust(run, old, new)
        self.tool_bar.show_state(new)
        if settings.side == "pairs":
            self.own_pairs.show_state(new)

    def _turn_to(self, state: State, key: tuple[object, ...]) -> None:
        """Show the run of other material: one that was kept, or a new one."""
        self._clear("")
        if not self.player.come_back(key):
            self._begin()
        elif self.player.run is not None:
            self._adjust(self.player.run, state, state)

    def _adjust(self, run: Run, old: State, new: State) -> None:
        """Let the run go on with other dials, and ask for another row."""
        settings, was = new[ContrastiveSettings], old[ContrastiveSettings]
        is_turned = run.dials != settings.dials
        run.dials, run.pace = settings.dials, settings.pace
        if run.asked != _asked(new):
            self.player.ask(_asked(new))
        elif is_turned and settings.side == "row":
            self.player.ask_again()
        if old.map.color_by != new.map.color_by:
            self.coloring.color(run, new)
        is_asked_anew = old.query_vector is not new.query_vector
        if is_asked_anew or old.selected != new.selected or was.side != settings.side:
            self._mark()

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Pane
        if task is self.player.task:
            self.player.note(playing=False)
            if self.player.seen is None:
                self._clear("There is no run. What is missing is said above.")

    def facts(self, state: State) -> Sequence[str]:  # noqa: D102 - see Pane
        settings = state[ContrastiveSettings]
        return f"temperature {settings.temperature:g}", f"{settings.outputs:,} outputs"

    def release(self) -> None:  # noqa: D102 - see Pane
        if self.is_built:
            self.player.release()
            self.own_pairs.release()
            self._clear("")  # Colors and names are of the run that is gone.

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Pause where nobody sees the steps; a pane that goes on stage is seen again at once."""
        super().hideEvent(event)
        QTimer.singleShot(0, self, self._pause_unseen)

    def set_in_front(self, in_front: bool) -> None:
        """Pause where another tab is chosen."""
        super().set_in_front(in_front)
        QTimer.singleShot(0, self, self._pause_unseen)

    def _pause_unseen(self) -> None:
        if self.is_built and not self.is_in_view:
            self.player.pause()

    def _begin(self) -> None:
        """Begin a run of what is set, from its seed."""
        state = self.session.state
        if state.active is None:
            return
        settings = state[ContrastiveSettings]
        run = Run(material_of(state), settings.dials)
        run.pace, run.asked = settings.pace, _asked(state)
        self._clear("")
        self.player.begin(run, settings.steps)

    def _show(self, is_first: bool) -> None:
        """Show the frame that is to be seen."""
        run, seen = self.player.run, self.player.seen
        if run is None or seen is None or run.latest is None:
            return
        state, frame = self.session.state, seen.frame
        if is_first:
            self.coloring.color(run, state)
            self.tool_bar.show_state(state)
        frames, place = run.frames, self.player.place
        self.sphere.show_frame(frame)
        if not self.player.is_playing or self._turns.is_next():
            self.beside.show_frame(frame, frames.measures, state[ContrastiveSettings].outputs)
        self.headline.setText(describe_points(run))
        self.sentence.setText(describe_moment(run, frame))
        at, newest = len(frames) - 1 if place is None else place, run.latest.frame.measures.step
        self.transport.show_frames(len(frames), at, describe_step(frame.measures.step, newest))
        self._mark()

    def _mark(self) -> None:
        """Mark what is asked about and selected, and write out the loss of a row."""
        run, seen = self.player.run, self.player.seen
        if run is None or seen is None:
            return
        state, terms = self.session.state, seen.terms
        is_asked, is_toy = state[ContrastiveSettings].side == "row", run.material.vector_set is None
        selected = run.places_of(state.selected.rows[:0] if is_toy else state.selected.rows)
        self.sphere.mark(run.names, run.place_of(_point_of(state)), selected, terms)
        self.sphere.show_forces(terms)
        markers, of_query = place_query(run, seen.frame, state)
        self.sphere.scene.markers.set_markers(markers, self.sphere.scene.canvas.extent)
        said = describe_arrows() if terms is not None else describe_picture(run, seen.frame)
        self.caption.setText(" · ".join(filter(None, (of_query, said))))
        if is_asked:
            self.beside.show_terms(terms, partial(name_of, run), seen.reason or _NOT_ASKED)

    def _ask(self, place: int) -> None:
        """Ask for the loss of a point."""
        run = self.player.run
        if run is None or not 0 <= place < len(run.rows):
            return
        row = int(run.rows[place])
        if run.material.vector_set is None:
            self._set(point=row)
        else:
            self.edit(self.session.state.queried(row))

    def _redraw(self) -> None:
        """Take the colors of another theme."""
        self.sphere.redraw_globe()
        if self.player.run is not None and self.player.seen is not None:
            self.coloring.color(self.player.run, self.session.state)
            self._mark()

    def _clear(self, message: str) -> None:
        self.coloring.clear()
        self.sphere.show_frame(None)
        self.sphere.scene.set_message(message)
        self.sphere.scene.markers.set_markers((), self.sphere.scene.canvas.extent)
        self.beside.show_frame(None, {}, 0)
        for text in (self.headline, self.caption, self.sentence):
            text.clear()
        self.transport.show_frames(0, 0, describe_step(0, 0))

    def _set(self, **changes: Any) -> None:
        state = self.session.state
        self.edit(state.with_settings(replace(state[ContrastiveSettings], **changes)))


def _point_of(state: State) -> int | None:
    """Return the row, or the free point, that is marked."""
    settings = state[ContrastiveSettings]
    if settings.source == "toy":
        return settings.point
    return None if state.query_vector is not None else state.query


def _asked(state: State) -> int | None:
    """Return the row whose loss is asked about: only where it is seen, since it takes time."""
    return _point_of(state) if state[ContrastiveSettings].side == "row" else None


def _see_step(player: Player, step: int) -> None:
    """Show the frame that is nearest to a step."""
    if player.run is not None:
        player.scrub(int(np.abs(player.run.frames.steps - step).argmin()))


def _n_points(state: State) -> int:
    settings = state[ContrastiveSettings]
    if settings.source == "toy":
        return settings.groups * settings.per_group
    return len(state.active or ())

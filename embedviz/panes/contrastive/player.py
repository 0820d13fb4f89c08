"""What plays a run: begins it, goes on with it, pauses, and knows which frame is seen."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from embedviz.app.tasks import Task, TaskBoard
from embedviz.core.contrastive.runs.frames import RunFrame
from embedviz.gui.calculations import Calculations
from embedviz.panes.contrastive.run import Run, Shown


class Player(QObject):
    """Player of the run of a pane.

    Signals
    -------
    shown : (bool,)
        Another frame is to be seen; whether it is the first one of a run.
    playing_changed : (bool,)
        Steps go on without end, or no longer.

    Attributes
    ----------
    task : Task
    run : Run or None
    latest : Shown or None
        The newest frame of the run.
    place : int or None
        Of the frame that was gone back to; None: the newest is seen.
    is_playing : bool
    """

    shown = Signal(bool)
    playing_changed = Signal(bool)

    def __init__(self, calculations: Calculations, board: TaskBoard) -> None:
        super().__init__(calculations)
        self._calculations = calculations
        self.task = calculations.new_task("training")
        self.run: Run | None = None
        self.latest: Shown | None = None
        self.place: int | None = None
        self.is_playing = False
        board.stopped.connect(self._on_stopped)

    @property
    def n_steps(self) -> int:
        """How many steps the run has made."""
        return 0 if self.run is None else self.run.n_steps

    @property
    def frame(self) -> RunFrame | None:
        """The frame that is seen."""
        if self.run is None or self.latest is None:
            return None
        if self.place is None:
            return self.latest.frame
        return self.run.frames[min(self.place, len(self.run.frames) - 1)]

    def begin(self, run: Run, n_steps: int) -> None:
        """Take another run, and make its first steps."""
        self.run, self.latest = run, None
        self.advance(n_steps)

    def advance(self, goal: int | None) -> None:
        """Make steps up to so many of the run, or without end, and see the newest."""
        if self.run is None:
            return
        self.place = None
        self._note(playing=goal is None)
        self._calculations.run(
            self.task,
            partial(self.run.advance, goal),
            partial(self._show, self.run, True),
            on_part=partial(self._show, self.run, False),
            # What goes on without end, Stop pauses; else something is missing then, which is said.
            purpose="detail" if goal is None else "drawing",
        )

    def step(self) -> None:
        """Make one step."""
        self.advance(self.n_steps + 1)

    def play_or_pause(self) -> None:
        """Go on without end, or no longer."""
        if self.is_playing:
            self.pause()
        else:
            self.advance(None)

    def pause(self) -> None:
        """Make no more steps."""
        if self.is_playing:
            self._calculations.cancel(self.task)
            self._note(playing=False)
            self.shown.emit(False)

    def ask(self, row: int | None) -> None:
        """Ask for the loss of another row."""
        if self.run is not None and self.run.asked != row:
            self.run.asked = row
            if not self.is_playing:
                self.advance(self.n_steps)

    def scrub(self, place: int) -> None:
        """Go back to a frame, or on to it; at the newest, those to come are seen too."""
        if self.run is None or self.latest is None:
            return
        self.pause()
        self.place = None if place >= len(self.run.frames) - 1 else place
        self.shown.emit(False)

    def see_step(self, step: int) -> None:
        """Go back to the frame that is nearest to a step."""
        if self.run is not None:
            self.scrub(int(np.abs(self.run.frames.steps - step).argmin()))

    def give_up(self) -> None:
        """Know that the steps that were asked for do not come."""
        self._note(playing=False)

    def release(self) -> None:
        """Let go of the run."""
        self.run = self.latest = self.place = None
        self._note(playing=False)

    def _show(self, run: Run, is_done: bool, shown: Shown) -> None:
        if run is not self.run:
            return
        is_first, self.latest = self.latest is None, shown
        # What is drawn now is painted when the events that wait are done, and then comes the next.
        QTimer.singleShot(1, self, partial(setattr, run, "is_awaited", True))
        if is_done:
            self._note(playing=False)
        self.shown.emit(is_first)

    def _note(self, *, playing: bool) -> None:
        if playing != self.is_playing:
            self.is_playing = playing
            self.playing_changed.emit(playing)

    @Slot(list)
    def _on_stopped(self, tasks: list[Task]) -> None:
        if self.task in tasks:
            self.pause()

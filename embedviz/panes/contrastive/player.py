"""What plays runs: begins one, goes on with it, pauses, and knows which frame is seen."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from embedviz.app.state import State
from embedviz.app.tasks import Task, TaskBoard
from embedviz.gui.calculations import Calculations
from embedviz.panes.contrastive.run import Run, Shown

MOST_RUNS = 3
"""Runs that are kept, to come back to when another set is shown."""


class Player(QObject):
    """Player of the runs of a pane.

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
        self.place: int | None = None
        self.is_playing = False
        self._kept: list[Run] = []
        self._back: Shown | None = None
        self._is_first = False
        board.stopped.connect(self._on_stopped)

    @property
    def n_steps(self) -> int:
        """How many steps the run has made."""
        return 0 if self.run is None else self.run.n_steps

    @property
    def seen(self) -> Shown | None:
        """The frame that is seen; an earlier one at first without the terms of a row."""
        if self.run is None or self.run.latest is None or self.place is None:
            return None if self.run is None else self.run.latest
        frame = self.run.frames[min(self.place, len(self.run.frames) - 1)]
        is_back = self._back is not None and self._back.frame is frame
        return self._back if is_back else Shown(frame, None)

    def begin(self, run: Run, n_steps: int) -> None:
        """Take another run, and make its first steps."""
        others = [each for each in self._kept if each.material.key != run.material.key]
        self._kept = [*others[1 - MOST_RUNS :], run]
        self._take(run)
        self.advance(n_steps)

    def come_back(self, key: tuple[object, ...]) -> bool:
        """Take a run that was kept, of the same material; return whether there is one."""
        for run in self._kept:
            if run.material.key == key and run.latest is not None:
                self._take(run)
                self._is_first = False
                self._calculations.cancel(self.task)
                self.shown.emit(True)
                return True
        return False

    def keep_only(self, state: State) -> None:
        """Let go of the runs of sets that are closed."""
        self._kept = [run for run in self._kept if run.material.vector_set in (None, *state.sets)]

    def advance(self, goal: int | None) -> None:
        """Make steps up to so many of the run, or without end, and see the newest.

        From the frame that is seen: where that is an earlier one, those after it are forgotten.
        """
        run, seen = self.run, self.seen
        if run is None:
            return
        since = None if self.place is None or seen is None else seen.frame
        self.place = self._back = None
        run.is_going = goal is None
        self.note(playing=goal is None)
        self._calculations.run(
            self.task,
            partial(run.advance, goal, since),
            partial(self._show, run, True),
            on_part=partial(self._show, run, False),
            # What goes on without end, Stop pauses; else something is missing then, which is said.
            purpose="detail" if goal is None else "drawing",
        )

    def step(self) -> None:
        """Make one step from the frame that is seen."""
        self.advance(1 if self.seen is None else self.seen.frame.measures.step + 1)

    def play_or_pause(self) -> None:
        """Go on without end, or no longer."""
        if self.is_playing:
            self.pause()
        else:
            self.advance(None)

    def pause(self) -> None:
        """Make no more steps; the last one is shown when it is done."""
        if self.is_playing and self.run is not None:
            self.run.is_going = False
            self.note(playing=False)

    def ask(self, row: int | None) -> None:
        """Ask for the loss of another row."""
        if self.run is not None and self.run.asked != row:
            self.run.asked = row
            self.ask_again()

    def ask_again(self) -> None:
        """Ask for the loss of the row as the dials are now, or as it was then."""
        if self.run is None or self.is_playing:
            return
        if self.place is None:
            self.advance(self.n_steps)
        else:
            self.scrub(self.place)

    def scrub(self, place: int) -> None:
        """Go back to a frame, or on to it; at the newest, those to come are seen too."""
        run = self.run
        if run is None or run.latest is None:
            return
        self.pause()
        self.place = None if place >= len(run.frames) - 1 else place
        self.shown.emit(False)
        if self.place is not None and run.asked is not None:
            work = partial(run.look_back, run.frames[self.place])
            show = partial(self._show_back, run)
            self._calculations.run(self.task, work, show, purpose="detail")

    def release(self) -> None:
        """Let go of all runs."""
        self.pause()
        self.run = self.place = self._back = None
        self._kept = []

    def _take(self, run: Run) -> None:
        self.pause()
        self.run, self.place, self._back, self._is_first = run, None, None, True

    def _show(self, run: Run, is_done: bool, shown: Shown) -> None:
        if run is not self.run:
            return
        if is_done:
            self.note(playing=False)
        is_first, self._is_first = self._is_first, False
        self.shown.emit(is_first)

    def _show_back(self, run: Run, shown: Shown) -> None:
        if run is self.run:
            self._back = shown
            self.shown.emit(False)

    def go_on(self) -> None:
        """Know that the frame is on the screen."""
        if self.run is not None:  # When the parts beside it are, too.
            QTimer.singleShot(0, self, self.run.is_painted.set)

    def note(self, *, playing: bool) -> None:
        """Know whether steps go on without end."""
        if playing != self.is_playing:
            self.is_playing = playing
            self.playing_changed.emit(playing)

    @Slot(list)
    def _on_stopped(self, tasks: list[Task]) -> None:
        if self.task in tasks and self.is_playing:
            self.pause()
            self.advance(self.n_steps)  # The last step that was made is shown.

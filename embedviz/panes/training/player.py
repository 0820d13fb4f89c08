"""What trains, and plays a run back: it knows which frame is seen."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from embedviz.gui.calculations import Calculations
from embedviz.panes.training.run import MapView, WatchedRun
from embedviz.sources.training.recording import TrainingFrame

_TICK = 33
"""Milliseconds between two frames that are played."""


class _Holder:
    """What holds the run at work, so that it ends with the pane, of which nothing is left then."""

    def __init__(self) -> None:
        self.run: WatchedRun | None = None

    def drop(self) -> None:
        if self.run is not None:
            self.run.drop()


class TrainingPlayer(QObject):
    """Player of the run of a pane.

    Signals
    -------
    shown : (bool,)
        Another frame is to be seen; whether it is the first one of a run.
    training_changed : (bool,)
        A training goes on, or no longer.
    playing_changed : (bool,)
        Frames are played, or no longer.

    Attributes
    ----------
    task : Task
    run : WatchedRun or None
    place : int or None
        Of the frame that was gone back to; None: the newest is seen.
    is_training, is_playing : bool
    seconds : float
        That playing the whole run takes.
    """

    shown = Signal(bool)
    training_changed = Signal(bool)
    playing_changed = Signal(bool)

    def __init__(self, calculations: Calculations) -> None:
        super().__init__(calculations)
        self._calculations = calculations
        self.task = calculations.new_task("training word vectors")
        self._turning = calculations.new_task("turning the map")
        self.run: WatchedRun | None = None
        self.place: int | None = None
        self.is_training = self.is_playing = False
        self.seconds = 10.0
        self._turned: MapView | None = None
        self._is_first = False
        self._begun = (0.0, 0.0)
        self._timer = QTimer(self, interval=_TICK)
        self._timer.timeout.connect(self._go_on)
        self._holder = _Holder()
        self.destroyed.connect(self._holder.drop)
        self.task.finished.connect(self._on_ended)

    @property
    def frame(self) -> TrainingFrame | None:
        """The frame that is seen."""
        if self.run is None or not len(self.run.recording):
            return None
        last = len(self.run.recording) - 1
        return self.run.recording[last if self.place is None else min(self.place, last)]

    @property
    def is_at_end(self) -> bool:
        """Whether the newest frame is seen."""
        return self.place is None

    def begin(self, run: WatchedRun) -> None:
        """Train; what was trained before is given up."""
        self.pause()
        self._holder.drop()
        self.run = self._holder.run = run
        self.place, self._is_first = None, True
        self._note(training=True)
        self._calculations.run(
            self.task,
            run.train,
            lambda _: None,
            on_part=partial(self._show, run),
            purpose="detail",  # Stop keeps what there is, so nothing is missing then.
        )

    def stop(self) -> None:
        """Train no longer, and keep the vectors as they are."""
        if self.run is not None and self.is_training:
            self.run.stop()

    def play_or_pause(self) -> None:
        """Play the run from the frame that is seen, from the start at its end; or no longer."""
        if self.is_playing:
            self.pause()
            return
        if self.run is None or len(self.run.recording) < 2:
            return
        if self.place is None:
            self.place = 0
        frame = self.frame
        assert frame is not None
        self._begun = time.perf_counter(), frame.fraction
        self.is_playing = True
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stay at the frame that is seen."""
        if self.is_playing:
            self._timer.stop()
            self.is_playing = False
            self.playing_changed.emit(False)

    def step(self) -> None:
        """See the next frame; at the end, the first."""
        self.scrub(0 if self.place is None else self.place + 1)

    def rewind(self) -> None:
        """See the first frame."""
        self.scrub(0)

    def scrub(self, place: int) -> None:
        """Go back to a frame, or on to it; at the newest, those to come are seen too."""
        self.pause()
        self._see(place)

    def turn(self, view: MapView) -> None:
        """Show the frames on another map."""
        run = self.run
        if run is None or (self._turning.is_busy and view == self._turned):
            return
        self._turned = view
        run.wanted = {*run.wanted, view}
        self._calculations.run(
            self._turning,
            partial(run.turn, view),
            lambda _: self.shown.emit(False),
            purpose="detail",
        )

    def _see(self, place: int) -> None:
        if self.run is None:
            return
        self.place = None if place >= len(self.run.recording) - 1 else max(place, 0)
        self.shown.emit(False)

    def _go_on(self) -> None:
        if self.run is None or not len(self.run.recording):
            self.pause()
            return
        started, fraction = self._begun
        last = self.run.recording[len(self.run.recording) - 1].fraction
        fraction += last * (time.perf_counter() - started) / self.seconds
        place = self.run.recording.place_at(min(fraction, last))
        if fraction >= last:
            self.pause()
            place = len(self.run.recording)
        if place != self.place:
            self._see(place)

    def _show(self, run: WatchedRun, frame: TrainingFrame) -> None:
        if run is self.run:
            is_first, self._is_first = self._is_first, False
            self.shown.emit(is_first)

    def _on_ended(self) -> None:
        self._note(training=False)

    def _note(self, *, training: bool) -> None:
        if training != self.is_training:
            self.is_training = training
            self.training_changed.emit(training)

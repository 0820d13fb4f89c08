"""A gentle turn of pictures in 3-D, which shows their depth without a hand."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QTimer, Signal

from embedviz.gui.points.reduced_motion import prefers_reduced_motion
from embedviz.gui.points.view import PointView

PER_SECOND = radians(8)
TICK_MILLISECONDS = 33
_LONGEST_STEP = 0.1
"""Seconds by which it goes on at most: after a stall it does not leap."""
_TOUCHES = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.KeyPress,
    QEvent.Type.TouchBegin,
    QEvent.Type.NativeGesture,
)


class GentleOrbit(QObject):
    """Orbit of views that share a camera, until one of them is touched.

    It ticks only while one of them is seen, and goes by the clock: where painting takes long, it
    drops frames.

    Parameters
    ----------
    views : sequence of PointView
    parent : QObject

    Signals
    -------
    changed : (bool,)
        It has begun or ended.
    """

    changed = Signal(bool)

    def __init__(self, views: Sequence[PointView], parent: QObject) -> None:
        super().__init__(parent)
        self._views = tuple(views)
        self.is_running = False
        self._clock = QElapsedTimer()
        self._ticks = QTimer(self, interval=TICK_MILLISECONDS)
        self._ticks.timeout.connect(self.tick)
        for view in views:
            view.installEventFilter(self)

    @property
    def is_allowed(self) -> bool:
        """Whether anything may move by itself, as the system is set."""
        return not prefers_reduced_motion()

    @property
    def is_ticking(self) -> bool:
        """Whether it turns right now: it runs, and is seen."""
        return self._ticks.isActive()

    def set_running(self, on: bool) -> None:
        """Begin or end; where less motion is asked for, nothing begins."""
        on = on and self.is_allowed
        if on == self.is_running:
            return
        self.is_running = on
        self._tick_if_seen()
        self.changed.emit(on)
        if not on:
            # As at the end of a drag: where it has come to is where the views are now.
            self._views[0].camera_settled.emit(self._views[0].camera)

    def tick(self) -> None:
        """Turn the views by as much as time has passed."""
        seconds = min(self._clock.restart() / 1000, _LONGEST_STEP)
        camera = self._views[0].camera.orbited(PER_SECOND * seconds, 0)
        for view in self._views:
            view.set_camera(camera)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """End when a view is touched; rest while none is seen."""
        kind = event.type()
        if kind in _TOUCHES:
            self.set_running(False)
        elif kind in (QEvent.Type.Show, QEvent.Type.Hide):
            self._tick_if_seen()
        return False

    def _tick_if_seen(self) -> None:
        if not (self.is_running and any(view.isVisible() for view in self._views)):
            self._ticks.stop()
        elif not self._ticks.isActive():
            self._clock.start()
            self._ticks.start()

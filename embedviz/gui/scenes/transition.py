"""The way from one scene to the next: cameras and dials move, all else is there at once."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation, Signal

from embedviz.app.animation.between import state_between
from embedviz.app.scenes.sequence import with_kept
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.gui.points.reduced_motion import prefers_reduced_motion

MILLISECONDS = 700
_MOVING = ("anisotropy", "matryoshka")
"""Panes whose settings are dials that can be turned at each frame; elsewhere, a number on the way
would begin a calculation that nobody asked for."""


class SceneTransition(QObject):
    """Transition of a session from what it shows to a scene.

    It is one step of undo. Where the system asks for less motion, it takes no time.

    Signals
    -------
    finished : ()
        The scene is shown.
    """

    finished = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._before = self._after = session.state
        self._steps = QVariantAnimation(self)
        self._steps.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._steps.setStartValue(0.0)
        self._steps.setEndValue(1.0)
        self._steps.valueChanged.connect(self._show)
        self._steps.finished.connect(self._end)

    @property
    def is_running(self) -> bool:
        """Whether it is on its way."""
        return self._steps.state() == QVariantAnimation.State.Running

    def run(self, after: State) -> None:
        """Go to a state from what is shown now."""
        self.finish()
        self._before, self._after = departure(self._session.state, after), after
        self._session.begin_gesture()
        if self._before == after or prefers_reduced_motion():
            self._end()
        else:
            self._steps.setDuration(MILLISECONDS)
            self._steps.start()

    def finish(self) -> None:
        """Be at the end at once."""
        if self.is_running:
            self._steps.stop()
            self._end()

    def _show(self, fraction: float) -> None:
        if 0 <= fraction < 1:
            state = state_between(self._before, self._after, fraction)
            self._session.show(with_kept(state, self._session.state))

    def _end(self) -> None:
        self._session.show(with_kept(self._after, self._session.state))
        self._session.end_gesture()
        self.finished.emit()


def departure(before: State, after: State) -> State:
    """Return a state with all that another one shows, seen as before: from there, it moves.

    Parameters
    ----------
    before, after : State
    """
    if before.active is not after.active or before.active is None:
        return after
    settings = after.settings
    for name in _MOVING:
        was = before.settings.get(name) or after.settings.get(name)
        if was is not None:
            settings = settings.with_settings(before[type(was)])
    cameras = {
        (each.key, each.vector_set, each.projection, each.is_3d): each.camera
        for each in before.maps
    }
    maps = tuple(
        replace(
            each,
            camera=cameras.get(
                (each.key, each.vector_set, each.projection, each.is_3d), each.camera
            ),
        )
        for each in after.maps
    )
    return replace(after, settings=settings, maps=maps)

"""Moves of the camera: to a place, to rows, by mouse and by keys, and when it has settled."""

from __future__ import annotations

from collections.abc import Callable
from math import radians
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal

from embedviz.core.drawing.camera import Camera
from embedviz.gui.points.gesture import Gesture
from embedviz.gui.points.roles import HeldCamera, Motion

SETTLE_MILLISECONDS = 300
ZOOM_PER_NOTCH = 1.2
_ORBIT_PER_HALF_SIDE = radians(90)
_KEY_PAN, _KEY_ORBIT, _KEY_ZOOM = 0.15, radians(5), 1.25


class CameraControl(QObject):
    """Control of the camera of a viewport.

    A burst of the wheel or of keys is one gesture: it settles when nothing more has come for a
    moment.

    Signals
    -------
    changed : (Camera)
        At every move by mouse or key, and at every step of a flight.
    settled : (Camera)
        At the end of a gesture or a flight.

    Attributes
    ----------
    is_announced : bool
        The camera moves by itself, and linked views are to follow.
    """

    changed = Signal(object)
    settled = Signal(object)

    def __init__(self, viewport: HeldCamera, animator: Motion, parent: QObject) -> None:
        super().__init__(parent)
        self._viewport, self._animator = viewport, animator
        self.is_announced = False
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MILLISECONDS)
        self._settle.timeout.connect(self.end_burst)

    def set_camera(self, camera: Camera) -> None:
        """Show the points from elsewhere; nothing is emitted."""
        if camera == self._viewport.camera and not self._viewport.is_fitted:
            return
        self._animator.finish()
        self._viewport.hold(camera)
        self._animator.touch()

    def fit(self) -> None:
        """Show all points, and keep showing all of them when the widget is resized."""
        start = self._animator.stop()
        self._viewport.fit()
        self._animator.start_if_moved(start)

    def fly_to(self, rows: ArrayLike) -> None:
        """Go where these rows fill the view; a single one comes with what surrounds it.

        Linked views are taken along, and the camera settles at the end.
        """
        start = self._animator.stop()
        self._viewport.hold(self._viewport.around(np.asarray(rows, dtype=np.intp).reshape(-1)))
        self._animator.start_if_moved(start)
        self._announce()

    def pan(self, offset: QPointF) -> None:
        """Take the points along with the mouse, by pixels."""
        self._animator.finish()
        self._move(self._viewport.camera.panned(*self._half_sides(offset)))

    def orbit(self, offset: QPointF) -> None:
        """Turn what is in front with the mouse, by pixels."""
        self._animator.finish()
        right, up = self._half_sides(offset)
        turn = _ORBIT_PER_HALF_SIDE
        self._move(self._viewport.camera.orbited(-right * turn, -up * turn))

    def zoom(self, factor: float, place: QPointF) -> None:
        """Make everything so many times as large, what is at a place staying there."""
        self._animator.finish()
        at = self._half_sides(place - self._viewport.area().center())
        self._move(self._viewport.camera.zoomed(factor, at))
        self._settle.start()

    def drag(self, kind: Literal["pan", "orbit"]) -> Gesture:
        """Return the gesture that moves the camera with the mouse."""
        move = self.pan if kind == "pan" else self.orbit

        def drag(before: QPointF, place: QPointF) -> None:
            move(place - before)

        return Gesture(drag, self.settle)

    def press_key(self, key: int) -> bool:
        """Move as a key says; return whether it is one of these."""
        step = _KEY_STEPS.get(key)
        if key == Qt.Key.Key_Home:
            self.fit()
            self._announce()
        elif step is not None:
            self._animator.finish()
            self._move(step(self._viewport.camera))
            self._settle.start()
        return key == Qt.Key.Key_Home or step is not None

    def settle(self) -> None:
        """Say that a gesture is over."""
        self.settled.emit(self._viewport.camera)

    def end_burst(self) -> None:
        """Say that the camera has come to rest, as soon as it has."""
        if self._animator.is_animating:
            self._settle.start()
        else:
            self.settle()

    def _announce(self) -> None:
        """Take linked views along with a move that has begun, and settle at its end."""
        self.is_announced = self._animator.is_animating
        self.changed.emit(self._viewport.camera)
        self._settle.start()

    def note_step(self) -> None:
        """Say where the camera is by now, if it was announced: a step of a transition is shown."""
        if self.is_announced:
            self.is_announced = self._animator.is_animating
            self.changed.emit(self._viewport.camera)

    def _move(self, camera: Camera) -> None:
        self.set_camera(camera)
        self.changed.emit(self._viewport.camera)

    def _half_sides(self, offset: QPointF) -> tuple[float, float]:
        """Return an offset in pixels as right and up, in half sides of the picture."""
        area = self._viewport.area()
        half = min(area.width(), area.height()) / 2
        return offset.x() / half, -offset.y() / half


def _moved(right: float, up: float) -> Callable[[Camera], Camera]:
    def move(camera: Camera) -> Camera:
        if camera.is_3d:
            return camera.orbited(right * _KEY_ORBIT, up * _KEY_ORBIT)
        return camera.panned(-right * _KEY_PAN, -up * _KEY_PAN)

    return move


def _zoomed(factor: float) -> Callable[[Camera], Camera]:
    return lambda camera: camera.zoomed(factor)


_KEY_STEPS: dict[int, Callable[[Camera], Camera]] = {
    Qt.Key.Key_Left: _moved(-1, 0),
    Qt.Key.Key_Right: _moved(1, 0),
    Qt.Key.Key_Up: _moved(0, 1),
    Qt.Key.Key_Down: _moved(0, -1),
    Qt.Key.Key_Plus: _zoomed(_KEY_ZOOM),
    Qt.Key.Key_Equal: _zoomed(_KEY_ZOOM),
    Qt.Key.Key_Minus: _zoomed(1 / _KEY_ZOOM),
}

"""How hands and keys move the camera, and when it has come to rest."""

from __future__ import annotations

from collections.abc import Callable
from math import radians
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QPointF, Qt, QTimer

from embedviz.core.drawing.camera import Camera
from embedviz.gui.points.gesture import Gesture

if TYPE_CHECKING:  # It has one of these.
    from embedviz.gui.points.travels import TravelingWidget

SETTLE_MILLISECONDS = 300
ZOOM_PER_NOTCH = 1.2
_ORBIT_PER_HALF_SIDE = radians(90)
_KEY_PAN, _KEY_ORBIT, _KEY_ZOOM = 0.15, radians(5), 1.25


class CameraMoves(QObject):
    """Moves the camera of a picture and says so.

    A burst of the wheel or of keys is one gesture: it settles when nothing more has come for a
    moment.

    Attributes
    ----------
    is_announced : bool
        The camera moves by itself, and linked views are to follow.
    """

    def __init__(self, view: TravelingWidget) -> None:
        super().__init__(view)
        self._view = view
        self.is_announced = False
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MILLISECONDS)
        self._settle.timeout.connect(self.end_burst)

    def pan(self, offset: QPointF) -> None:
        """Take the points along with the hand, by pixels."""
        self._view.arrive()
        self._move(self._view.camera.panned(*self._half_sides(offset)))

    def orbit(self, offset: QPointF) -> None:
        """Turn what is in front with the hand, by pixels."""
        self._view.arrive()
        right, up = self._half_sides(offset)
        turn = _ORBIT_PER_HALF_SIDE
        self._move(self._view.camera.orbited(-right * turn, -up * turn))

    def zoom(self, factor: float, place: QPointF) -> None:
        """Make everything so many times as large, what is at a place staying there."""
        self._view.arrive()
        at = self._half_sides(place - self._view.area().center())
        self._move(self._view.camera.zoomed(factor, at))
        self._settle.start()

    def drag(self, kind: Literal["pan", "orbit"]) -> Gesture:
        """Return the gesture that moves the camera with the hand."""
        move = self.pan if kind == "pan" else self.orbit

        def drag(before: QPointF, place: QPointF) -> None:
            move(place - before)

        return Gesture(drag, self.settle)

    def settle(self) -> None:
        """Say that a gesture is over."""
        self._view.camera_settled.emit(self._view.camera)

    def press_key(self, key: int) -> bool:
        """Move as a key says; return whether it is one of these."""
        step = _KEY_STEPS.get(key)
        if key == Qt.Key.Key_Home:
            self._view.fit()
            self.announce_journey()
        elif step is not None:
            self._view.arrive()
            self._move(step(self._view.camera))
            self._settle.start()
        return key == Qt.Key.Key_Home or step is not None

    def announce_journey(self) -> None:
        """Take linked views along with a move that has begun, and settle at its end."""
        self.is_announced = self._view.is_on_the_way()
        self._view.camera_changed.emit(self._view.camera)
        self._settle.start()

    def note_step(self) -> None:
        """Say where the camera is by now, if it was announced."""
        if self.is_announced:
            self.is_announced = self._view.is_on_the_way()
            self._view.camera_changed.emit(self._view.camera)

    def end_burst(self) -> None:
        """Say that the camera has come to rest, as soon as it has."""
        if self._view.is_on_the_way():
            self._settle.start()
        else:
            self.settle()

    def _move(self, camera: Camera) -> None:
        self._view.set_camera(camera)
        self._view.camera_changed.emit(self._view.camera)

    def _half_sides(self, offset: QPointF) -> tuple[float, float]:
        """Return an offset in pixels as right and up, in half sides of the picture."""
        area = self._view.area()
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

"""What the mouse and the keys do to a picture of points."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot, radians
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from embedviz.core.camera import Camera
from embedviz.core.raster import Rows

Tool = Literal["navigate", "lasso"]
Mode = Literal["replace", "add", "remove"]

CLICK_TOLERANCE = 4.0
"""A press that moves less than this, in pixels, is a click."""
PICK_RADIUS = 8.0
SETTLE_MILLISECONDS = 300
ZOOM_PER_NOTCH = 1.2
_ORBIT_PER_HALF_SIDE = radians(90)
_KEY_PAN, _KEY_ORBIT, _KEY_ZOOM = 0.15, radians(5), 1.25


class HandledWidget(QWidget):
    """A widget that turns mouse and keys into camera moves, clicks and selections.

    Signals
    -------
    row_clicked : (int, Qt.KeyboardModifiers)
        The row, or -1 for nothing.
    row_hovered : (int)
        The row, or -1.
    rows_selected : (int array, str)
        All rows within a box or lasso, and "replace", "add" or "remove".
    camera_changed : (Camera)
        At every move of the hand.
    camera_settled : (Camera)
        At the end of a gesture.
    """

    row_clicked = Signal(int, object)
    row_hovered = Signal(int)
    rows_selected = Signal(object, str)
    camera_changed = Signal(object)
    camera_settled = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered = -1
        self.outline: list[QPointF] = []
        self.goes_home = False
        self.shows_focus = False
        self._tool: Tool = "navigate"
        self._gesture: Callable[[QPointF], None] | None = None
        self._pressed = QPointF()
        self._last = QPointF()
        self._mode: Mode = "replace"
        self._has_moved = False
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MILLISECONDS)
        self._settle.timeout.connect(self._end_burst)
        self._look_under = QTimer(self, singleShot=True, interval=10)
        self._look_under.timeout.connect(self._hover)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # What the picture provides.

    @property
    def camera(self) -> Camera:
        """Where the points are seen from."""
        raise NotImplementedError

    def area(self) -> QRectF:
        """Return where the points are in the widget."""
        raise NotImplementedError

    def row_at(self, place: QPointF, radius: float) -> int:
        """Return the row at a place in the widget, or -1."""
        raise NotImplementedError

    def rows_within(self, outline: NDArray[np.float64]) -> Rows:
        """Return all rows within an outline in the widget."""
        raise NotImplementedError

    def set_camera(self, camera: Camera) -> None:
        """Show the points from elsewhere."""
        raise NotImplementedError

    def fit(self) -> None:
        """Show all points; the camera may be on its way there afterwards."""
        raise NotImplementedError

    def is_on_the_way(self) -> bool:
        """Return whether the camera is moving by itself."""
        raise NotImplementedError

    # What the hands do.

    def set_tool(self, tool: Tool) -> None:
        """Choose what a plain drag does: "navigate" or "lasso"."""
        self._tool = tool
        shape = Qt.CursorShape.CrossCursor if tool == "lasso" else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin a gesture."""
        self._pressed = self._last = event.position()
        self._has_moved = False
        self._gesture = self._gesture_for(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go on with a gesture, or look what is under the mouse."""
        place = event.position()
        if self._gesture is None:
            self._last = place
            self._look_under.start()
            return
        moved = place - self._pressed
        if self._has_moved or hypot(moved.x(), moved.y()) >= CLICK_TOLERANCE:
            self._has_moved = True
            self._gesture(place)
            self._last = place

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End a gesture."""
        gesture, self._gesture = self._gesture, None
        if gesture is None:
            return
        if not self._has_moved:
            if event.button() == Qt.MouseButton.LeftButton:
                row = self.row_at(event.position(), PICK_RADIUS)
                self.row_clicked.emit(row, event.modifiers())
        elif self.outline:
            corners = np.array([[place.x(), place.y()] for place in self.outline])
            self.outline = []
            self.update()
            self.rows_selected.emit(self.rows_within(corners), self._mode)
        else:
            self.camera_settled.emit(self.camera)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom, what is under the mouse staying there."""
        notches = event.angleDelta().y() / 120
        if notches:
            at = self._half_sides(event.position() - self.area().center())
            self._move(self.camera.zoomed(ZOOM_PER_NOTCH**notches, at))
            self._last = event.position()
            self._look_under.start()
            self._settle.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move the camera by keys; all others are left to the window."""
        step = _KEY_STEPS.get(event.key())
        if event.key() == Qt.Key.Key_Home:
            self.fit()
            self.goes_home = self.is_on_the_way()
            self.camera_changed.emit(self.camera)
        elif step is not None:
            self._move(step(self.camera))
        else:
            super().keyPressEvent(event)
            return
        self._settle.start()

    def event(self, event: QEvent) -> bool:
        """Zoom by a pinch on a trackpad."""
        pinch = Qt.NativeGestureType.ZoomNativeGesture
        if not isinstance(event, QNativeGestureEvent) or event.gestureType() != pinch:
            return super().event(event)
        at = self._half_sides(event.position() - self.area().center())
        self._move(self.camera.zoomed(max(0.1, 1 + event.value()), at))
        self._settle.start()
        return True

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Hover nothing."""
        self._look_under.stop()
        self._set_hovered(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show that keys arrive here, to those who came by keys."""
        by_keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.shows_focus = event.reason() in by_keys
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show nothing of the kind any more."""
        self.shows_focus = False
        super().focusOutEvent(event)

    def _gesture_for(self, event: QMouseEvent) -> Callable[[QPointF], None] | None:
        keys, button = event.modifiers(), event.button()
        if button in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
            return self._pan
        if button != Qt.MouseButton.LeftButton:
            return None
        self._mode = _mode_of(keys, self._tool)
        if self._tool == "lasso":
            return self._draw_lasso
        if keys & Qt.KeyboardModifier.ShiftModifier:
            return self._draw_box
        return self._orbit if self.camera.is_3d else self._pan

    def _pan(self, place: QPointF) -> None:
        self._move(self.camera.panned(*self._half_sides(place - self._last)))

    def _orbit(self, place: QPointF) -> None:
        right, up = self._half_sides(place - self._last)
        turn = _ORBIT_PER_HALF_SIDE
        self._move(self.camera.orbited(-right * turn, -up * turn))

    def _draw_box(self, place: QPointF) -> None:
        box = QRectF(self._pressed, place)
        self.outline = [box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft()]
        self.update()

    def _draw_lasso(self, place: QPointF) -> None:
        if not self.outline:
            self.outline = [self._pressed]
        self.outline.append(place)
        self.update()

    def _move(self, camera: Camera) -> None:
        self.set_camera(camera)
        self.camera_changed.emit(self.camera)

    def _end_burst(self) -> None:
        if self.is_on_the_way():
            self._settle.start()
        else:
            self.camera_settled.emit(self.camera)

    def _half_sides(self, offset: QPointF) -> tuple[float, float]:
        """Return an offset in pixels as right and up, in half sides of the picture."""
        area = self.area()
        half = min(area.width(), area.height()) / 2
        return offset.x() / half, -offset.y() / half

    def _hover(self) -> None:
        inside = self.area().contains(self._last)
        self._set_hovered(self.row_at(self._last, PICK_RADIUS) if inside else -1)

    def _set_hovered(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.update()
            self.row_hovered.emit(row)


def _mode_of(keys: Qt.KeyboardModifier, tool: Tool) -> Mode:
    adding = Qt.KeyboardModifier.ControlModifier
    if tool == "lasso":
        adding |= Qt.KeyboardModifier.ShiftModifier
    if keys & Qt.KeyboardModifier.AltModifier:
        return "remove"
    return "add" if keys & adding else "replace"


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

"""What the mouse and the keys do to a picture of points."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from embedviz.gui.camera_moves import ZOOM_PER_NOTCH, CameraMoves
from embedviz.gui.outline import Outline, Tool, mode_of
from embedviz.gui.seen import SeenWidget

CLICK_TOLERANCE = 4.0
"""A press that moves less than this, in pixels, is a click."""
PICK_RADIUS = 8.0


class HandledWidget(SeenWidget):
    """A widget that turns mouse and keys into camera moves, clicks and selections.

    Attributes
    ----------
    hovered : int
        The row under the mouse, or -1.
    outline : Outline
    moves : CameraMoves
    shows_focus : bool
        Keys arrive here, and whoever came by keys should see it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered = -1
        self.outline = Outline(self)
        self.moves = CameraMoves(self)
        self.shows_focus = False
        self._tool: Tool = "navigate"
        self._gesture: Callable[[QPointF], None] | None = None
        self._pressed = QPointF()
        self._last = QPointF()
        self._has_moved = False
        self._look_under = QTimer(self, singleShot=True, interval=10)
        self._look_under.timeout.connect(self._hover)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

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
        elif self.outline.corners:
            self.outline.close()
        else:
            self.camera_settled.emit(self.camera)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom, what is under the mouse staying there."""
        notches = event.angleDelta().y() / 120
        if notches:
            self.moves.zoom(ZOOM_PER_NOTCH**notches, event.position())
            self._last = event.position()
            self._look_under.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move the camera by keys; all others are left to the window."""
        if not self.moves.press_key(event.key()):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Zoom by a pinch on a trackpad."""
        pinch = Qt.NativeGestureType.ZoomNativeGesture
        if not isinstance(event, QNativeGestureEvent) or event.gestureType() != pinch:
            return super().event(event)
        self.moves.zoom(max(0.1, 1 + event.value()), event.position())
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
        self.outline.mode = mode_of(keys, self._tool)
        if self._tool == "lasso":
            return lambda place: self.outline.draw_lasso(self._pressed, place)
        if keys & Qt.KeyboardModifier.ShiftModifier:
            return lambda place: self.outline.draw_box(self._pressed, place)
        return self._orbit if self.camera.is_3d else self._pan

    def _pan(self, place: QPointF) -> None:
        self.moves.pan(place - self._last)

    def _orbit(self, place: QPointF) -> None:
        self.moves.orbit(place - self._last)

    def _hover(self) -> None:
        inside = self.area().contains(self._last)
        self._set_hovered(self.row_at(self._last, PICK_RADIUS) if inside else -1)

    def _set_hovered(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.update()
            self.row_hovered.emit(row)

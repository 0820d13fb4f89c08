"""What the mouse and the keys do to a picture of points."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import hypot

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from embedviz.gui.points.camera_control import ZOOM_PER_NOTCH
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.gesture import Gesture
from embedviz.gui.points.lasso import SelectionTool, Tool
from embedviz.gui.points.legend.interaction import LegendHands
from embedviz.gui.points.travels import TravelingWidget

CLICK_TOLERANCE = 4.0
"""A press that moves less than this, in pixels, is a click."""
PICK_RADIUS = 8.0


class HandledWidget(TravelingWidget):
    """A widget that turns mouse and keys into camera moves, clicks and selections.

    Attributes
    ----------
    hovered : int
        The row under the mouse, or -1.
    names_hovered : bool
        Its label is written beside it; not where a card says it.
    outline : SelectionTool
    on_legend : LegendHands
    shows_focus : bool
        Keys arrive here, and whoever came by keys should see it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered = -1
        self.names_hovered = True
        self.outline = SelectionTool(self)
        self.on_legend = LegendHands(self, self._picture.placed_legend)
        self.shows_focus = False
        self._tool: Tool = "navigate"
        self._gesture: Gesture | None = None
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
        self._show_cursor(None)

    def paint_hands(self, painter: QPainter, frame: Frame) -> None:
        """Paint over the picture what the hands are doing."""
        self._picture.paint_links(painter, frame)
        named = self.names_hovered
        self._picture.paint_hovered(painter, frame, self.hovered, is_named=named)
        self.outline.paint(painter, frame)
        self.on_legend.paint(painter, frame)

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
            self._set_hovered(-1)
            self._gesture.drag(self._last, place)
            self._last = place

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End a gesture."""
        gesture, self._gesture = self._gesture, None
        if gesture is None:
            return
        self._last = event.position()
        self._look_under.start()
        if self._has_moved:
            gesture.end()
        elif event.button() == Qt.MouseButton.LeftButton:
            gesture.click(event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Fly to a point, or choose in the legend; the first click has done its part before."""
        if event.button() != Qt.MouseButton.LeftButton:
            self.mousePressEvent(event)
        elif not self.on_legend.double_click(event.position()):
            row = self.row_at(event.position(), PICK_RADIUS)
            is_plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if row >= 0 and is_plain and self._tool == "navigate":
                self.fly_to([row])
            else:
                self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom, what is under the mouse staying there; or scroll the legend."""
        notches = event.angleDelta().y() / 120
        if notches:
            if not self.on_legend.scroll(notches, event.position()):
                self.moves.zoom(ZOOM_PER_NOTCH**notches, event.position())
            self._last = event.position()
            self._look_under.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move the camera by keys, or end a lasso; all others are left to the window."""
        if event.key() == Qt.Key.Key_Escape and self._escapes():
            self._escape()
        elif event.key() == Qt.Key.Key_F and not event.modifiers():
            self.fly_wanted.emit()
        elif not self.moves.press_key(event.key()):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Zoom by a pinch on a trackpad, explain the legend, and keep Esc while it is needed."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.moves.zoom(max(0.1, 1 + event.value()), event.position())
                return True
        elif isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self.on_legend.tooltip(event.pos().toPointF())
            if text:
                QToolTip.showText(event.globalPos(), text, self)
                return True
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            is_ours = event.key() == Qt.Key.Key_Escape and self._escapes()
            event.setAccepted(is_ours)  # The window would clear the selection.
            return is_ours
        return super().event(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Hover nothing."""
        self._look_under.stop()
        self._set_hovered(-1)
        self.on_legend.clear()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show that keys arrive here, to those who came by keys."""
        by_keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.shows_focus = event.reason() in by_keys
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show nothing of the kind any more."""
        self.shows_focus = False
        super().focusOutEvent(event)

    def _gesture_for(self, event: QMouseEvent) -> Gesture | None:
        keys, button, place = event.modifiers(), event.button(), event.position()
        if button in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
            return self.moves.drag("pan")
        if button != Qt.MouseButton.LeftButton:
            return None
        if on_legend := self.on_legend.gesture_at(place):
            return on_legend
        if self._tool == "lasso" or keys & Qt.KeyboardModifier.ShiftModifier:
            gesture = self.outline.gesture(place, keys, self._tool)
        else:
            gesture = self.moves.drag("orbit" if self.camera.is_3d else "pan")
        return replace(gesture, click=partial(self._click, place))

    def _click(self, place: QPointF, keys: Qt.KeyboardModifier) -> None:
        self.row_clicked.emit(self.row_at(place, PICK_RADIUS), keys)

    def _escapes(self) -> bool:
        """Return whether there is a drag to give up, or a tool to put away."""
        drags = bool(self.outline.corners) or self.on_legend.is_carrying
        return drags or self._tool == "lasso"

    def _escape(self) -> None:
        if self.outline.corners or self.on_legend.is_carrying:
            self._gesture = None
            self.outline.clear()
            self.on_legend.clear()
        else:
            self.set_tool("navigate")
            self.tool_changed.emit("navigate")

    def _hover(self) -> None:
        place = self._last
        on_legend = self.on_legend.hover(place)
        self._show_cursor(on_legend)
        is_point = on_legend is None and self.area().contains(place)
        self._set_hovered(self.row_at(place, PICK_RADIUS) if is_point else -1)

    def _show_cursor(self, on_legend: Qt.CursorShape | None) -> None:
        tool = Qt.CursorShape.CrossCursor if self._tool == "lasso" else Qt.CursorShape.ArrowCursor
        self.setCursor(tool if on_legend is None else on_legend)

    def _set_hovered(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.update()
            self.row_hovered.emit(row)

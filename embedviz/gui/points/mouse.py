"""Mouse and keys on a picture of points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import hypot
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from embedviz.gui.points import painting
from embedviz.gui.points.camera_control import ZOOM_PER_NOTCH, CameraControl
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.gesture import Gesture
from embedviz.gui.points.lasso import SelectionTool, Tool
from embedviz.gui.points.legend.interaction import LegendInteraction
from embedviz.gui.points.roles import LaidOut
from embedviz.gui.points.scene import PointScene
from embedviz.gui.points.text import as_tooltip

CLICK_TOLERANCE = 4.0
"""A press that moves less than this, in pixels, is a click."""
PICK_RADIUS = 8.0


class MouseHandler(QObject):
    """Translation of events of a widget into camera moves, clicks and selections.

    The widget gives it each event of the kinds in `HANDLED_EVENTS`.

    Signals
    -------
    row_clicked : (int, Qt.KeyboardModifiers)
        The row, or -1 for nothing.
    row_hovered : (int)
        The row, or -1.
    tool_changed : (str)
        The tool was put away by a key.
    fly_wanted : ()
        A key asks for a flight to what is selected.

    Attributes
    ----------
    hovered : int
        The row under the mouse, or -1.
    names_hovered : bool
        Its label is written beside it; not where a card says it.
    selection_tool : SelectionTool
    legend : LegendInteraction
    shows_focus : bool
        Keys arrive here, and whoever came by keys should see it.
    """

    row_clicked = Signal(int, object)
    row_hovered = Signal(int)
    tool_changed = Signal(str)
    fly_wanted = Signal()

    def __init__(
        self,
        widget: QWidget,
        scene: PointScene,
        viewport: LaidOut,
        camera_control: CameraControl,
    ) -> None:
        super().__init__(widget)
        self._widget, self._scene, self._viewport = widget, scene, viewport
        self._camera_control = camera_control
        self.hovered = -1
        self.names_hovered = True
        self.selection_tool = SelectionTool(widget, viewport)
        self.legend = LegendInteraction(widget, scene, viewport)
        self.shows_focus = False
        self._tool: Tool = "navigate"
        self._gesture: Gesture | None = None
        self._pressed = QPointF()
        self._last = QPointF()
        self._has_moved = False
        self._hover_soon = QTimer(self, singleShot=True, interval=10)
        self._hover_soon.timeout.connect(lambda: self.hover(self._last))
        widget.setMouseTracking(True)
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_tool(self, tool: Tool) -> None:
        """Choose what a plain drag does: "navigate" or "lasso"."""
        self._tool = tool
        self._show_cursor(None)

    def handle(self, event: QEvent) -> bool:
        """Do what an event asks for; return whether that was all there is to do."""
        return _HANDLERS[event.type()](self, event)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Paint over the picture what the mouse is doing, and whether keys arrive here."""
        painting.paint_links(painter, self._scene, frame)
        row, is_named = self.hovered, self.names_hovered
        painting.paint_hovered(painter, self._scene, frame, row, is_named=is_named)
        self._scene.markers.paint_hovered(painter, frame)
        self.selection_tool.paint(painter, frame)
        self.legend.paint(painter, frame)
        if self.shows_focus:
            painter.setPen(QColor(frame.theme.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self._widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def hover(self, place: QPointF) -> None:
        """Find what is at a place of the widget, and highlight it."""
        on_legend = self.legend.hover(place)
        self._show_cursor(on_legend)
        is_point = on_legend is None and self._viewport.area().contains(place)
        marker = self._scene.markers.at(place, self._viewport.frame) if is_point else -1
        is_row = is_point and marker < 0
        self._set_hovered(self._viewport.row_at(place, PICK_RADIUS) if is_row else -1, marker)

    def _press(self, event: QMouseEvent) -> bool:
        """Begin a gesture."""
        self._pressed = self._last = event.position()
        self._has_moved = False
        self._gesture = self._gesture_for(event)
        return True

    def _move(self, event: QMouseEvent) -> bool:
        """Go on with a gesture, or look what is under the mouse."""
        place = event.position()
        if self._gesture is None:
            self._last = place
            self._hover_soon.start()
            return True
        moved = place - self._pressed
        if self._has_moved or hypot(moved.x(), moved.y()) >= CLICK_TOLERANCE:
            self._has_moved = True
            self._set_hovered(-1)
            self._gesture.drag(self._last, place)
            self._last = place
        return True

    def _release(self, event: QMouseEvent) -> bool:
        """End a gesture."""
        gesture, self._gesture = self._gesture, None
        if gesture is None:
            return True
        self._last = event.position()
        self._hover_soon.start()
        if self._has_moved:
            gesture.end()
        elif event.button() == Qt.MouseButton.LeftButton:
            gesture.click(event.modifiers())
        return True

    def _double_click(self, event: QMouseEvent) -> bool:
        """Fly to a point, or choose in the legend; the first click has done its part before."""
        if event.button() != Qt.MouseButton.LeftButton:
            return self._press(event)
        if not self.legend.double_click(event.position()):
            row = self._viewport.row_at(event.position(), PICK_RADIUS)
            is_plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if not (row >= 0 and is_plain and self._tool == "navigate"):
                return self._press(event)
            self._camera_control.fly_to([row])
        return True

    def _wheel(self, event: QWheelEvent) -> bool:
        """Zoom, what is under the mouse staying there; or scroll the legend."""
        notches = event.angleDelta().y() / 120
        if notches:
            if not self.legend.scroll(notches, event.position()):
                self._camera_control.zoom(ZOOM_PER_NOTCH**notches, event.position())
            self._last = event.position()
            self._hover_soon.start()
        return True

    def _pinch(self, event: QNativeGestureEvent) -> bool:
        """Zoom by a pinch on a trackpad."""
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._camera_control.zoom(max(0.1, 1 + event.value()), event.position())
        return True

    def _press_key(self, event: QKeyEvent) -> bool:
        """Move the camera by keys, or end a lasso; all others are left to the window."""
        is_escape = event.key() == Qt.Key.Key_Escape
        if is_escape and self._is_dragging():
            self._gesture = None
            self.selection_tool.clear()
            self.legend.clear()
        elif is_escape and self._tool == "lasso":
            self.set_tool("navigate")
            self.tool_changed.emit("navigate")
        elif event.key() == Qt.Key.Key_F and not event.modifiers():
            self.fly_wanted.emit()
        elif event.key() == Qt.Key.Key_F2 and self.legend.ask_to_rename():
            pass
        else:
            return self._camera_control.press_key(event.key())
        return True

    def _claim_key(self, event: QKeyEvent) -> bool:
        """Keep Esc from the window while it is needed: there it would clear the selection."""
        is_needed = self._is_dragging() or self._tool == "lasso"
        is_ours = event.key() == Qt.Key.Key_Escape and is_needed
        event.setAccepted(is_ours)
        return is_ours

    def _explain(self, event: QHelpEvent) -> bool:
        """Explain the legend, or the name of a group."""
        place = event.pos().toPointF()
        text = self.legend.tooltip(place) or self._scene.clusters.tooltip(place)
        if text:
            QToolTip.showText(event.globalPos(), as_tooltip(text), self._widget)
        return bool(text)

    def _leave(self, event: QEvent) -> bool:
        """Hover nothing."""
        self._hover_soon.stop()
        self._set_hovered(-1)
        self.legend.clear()
        return True

    def _focus(self, event: QFocusEvent) -> bool:
        """Show that keys arrive here, to those who came by keys, and no longer than that."""
        by_keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.shows_focus = event.gotFocus() and event.reason() in by_keys
        return False

    def _gesture_for(self, event: QMouseEvent) -> Gesture | None:
        keys, button, place = event.modifiers(), event.button(), event.position()
        if button in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
            return self._camera_control.drag("pan")
        if button != Qt.MouseButton.LeftButton:
            return None
        if on_legend := self.legend.gesture_at(place):
            return on_legend
        if self._tool == "lasso" or keys & Qt.KeyboardModifier.ShiftModifier:
            gesture = self.selection_tool.gesture(place, keys, self._tool)
        else:
            gesture = self._camera_control.drag("orbit" if self._viewport.camera.is_3d else "pan")

        def click(keys: Qt.KeyboardModifier) -> None:
            marker = self._scene.markers.at(place, self._viewport.frame)
            if marker >= 0:
                self._scene.markers.clicked.emit(marker, keys)
                return
            self.row_clicked.emit(self._viewport.row_at(place, PICK_RADIUS), keys)

        return replace(gesture, click=click)

    def _is_dragging(self) -> bool:
        """Return whether a drag can be given up: a box, a lasso, or the legend elsewhere."""
        return bool(self.selection_tool.corners) or self.legend.is_carrying

    def _show_cursor(self, on_legend: Qt.CursorShape | None) -> None:
        tool = Qt.CursorShape.CrossCursor if self._tool == "lasso" else Qt.CursorShape.ArrowCursor
        self._widget.setCursor(tool if on_legend is None else on_legend)

    def _set_hovered(self, row: int, marker: int = -1) -> None:
        if marker != self._scene.markers.under_mouse:
            self._widget.update()
        if row != self.hovered:
            self.hovered = row
            self._widget.update()
            self.row_hovered.emit(row)
        self._scene.markers.hover(marker)  # After the row, whose card gives way to its own.


_HANDLERS: dict[QEvent.Type, Callable[[MouseHandler, Any], bool]] = {
    QEvent.Type.MouseButtonPress: MouseHandler._press,
    QEvent.Type.MouseMove: MouseHandler._move,
    QEvent.Type.MouseButtonRelease: MouseHandler._release,
    QEvent.Type.MouseButtonDblClick: MouseHandler._double_click,
    QEvent.Type.Wheel: MouseHandler._wheel,
    QEvent.Type.NativeGesture: MouseHandler._pinch,
    QEvent.Type.KeyPress: MouseHandler._press_key,
    QEvent.Type.ShortcutOverride: MouseHandler._claim_key,
    QEvent.Type.ToolTip: MouseHandler._explain,
    QEvent.Type.Leave: MouseHandler._leave,
    QEvent.Type.FocusIn: MouseHandler._focus,
    QEvent.Type.FocusOut: MouseHandler._focus,
}

HANDLED_EVENTS = frozenset(_HANDLERS)

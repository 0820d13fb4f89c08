"""The legend under the mouse: hide categories, clip colors, put it elsewhere."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from embedviz.core.wording import with_controls
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.gesture import Gesture
from embedviz.gui.points.legend.drawing import draw_holds, draw_legend
from embedviz.gui.points.legend.layout import (
    Categories,
    ColorBar,
    LegendLayout,
    LegendPlace,
    Part,
    panel_size,
)
from embedviz.gui.points.roles import Framing
from embedviz.gui.points.scene import PointScene

SCROLLED_BY = 3
"""Entries per notch of the wheel."""
_AT_EDGE = 6.0
_SHAPES = {
    "title": Qt.CursorShape.OpenHandCursor,
    "entry": Qt.CursorShape.PointingHandCursor,
    "rest": Qt.CursorShape.OpenHandCursor,
    "low": Qt.CursorShape.SizeVerCursor,
    "high": Qt.CursorShape.SizeVerCursor,
    "bar": Qt.CursorShape.OpenHandCursor,
    "invert": Qt.CursorShape.PointingHandCursor,
}
_TOOLTIPS = {
    "title": "Drag to put the legend elsewhere, and back to the right edge",
    "low": "Drag: lower numbers have this color, too \u00b7 double click: all numbers",
    "high": "Drag: higher numbers have this color, too \u00b7 double click: all numbers",
    "bar": "Drag the ends to clip the colors \u00b7 double click: all numbers",
    "invert": "Invert the colors",
}


class LegendInteraction(QObject):
    """Translation of mouse events over the legend of a scene into signals.

    Signals
    -------
    category_clicked : (str, Qt.KeyboardModifiers)
        With Control for a double click.
    color_range_changed : (float, float)
        Numbers below and above it are to have the colors of the ends; all the time while an end
        is being dragged, and the whole range at a double click.
    colors_inverted : ()
        The colors of numbers are to go the other way.
    rename_wanted : (str,)
        A category is to be called otherwise; only where it may be.
    moved : (tuple of 2 floats, or None)
        It is to be elsewhere; see `LegendPlace`.

    Attributes
    ----------
    hovered : Part or None
        What is under the mouse.
    """

    category_clicked = Signal(str, object)
    color_range_changed = Signal(float, float)
    colors_inverted = Signal()
    rename_wanted = Signal(str)
    moved = Signal(object)

    def __init__(self, widget: QWidget, scene: PointScene, viewport: Framing) -> None:
        super().__init__(widget)
        self._widget, self._viewport = widget, viewport
        self._scene, self._placed = scene, scene.placed_legend
        self.hovered: Part | None = None
        self._held: QRectF | None = None
        self._turned = 0.0

    @property
    def is_carrying(self) -> bool:
        """Whether the legend is being carried elsewhere."""
        return self._held is not None

    def hover(self, place: QPointF) -> Qt.CursorShape | None:
        """Highlight what is at a place; return the cursor for it, None outside."""
        part = self._part_at(place)
        if part != self.hovered:
            self.hovered = part
            self._widget.update()
        return None if part is None else _SHAPES[part.kind]

    def tooltip(self, place: QPointF) -> str:
        """Return what a click or a drag does at a place; nothing outside."""
        part, layout = self._part_at(place), self._layout()
        if part is None or layout is None:
            return ""
        if part.kind == "rest":
            return layout.rest_words()
        if part.kind != "entry":
            return _TOOLTIPS[part.kind]
        legend = self._placed.legend
        assert isinstance(legend, Categories)
        verb = "show" if part.name in legend.hidden else "hide"
        how = f"Click: {verb} \u00b7 Ctrl-click or double click: show only this one"
        if legend.has_new_name(part.name):
            how = f"Click: {verb} \u00b7 Ctrl-click: show only this one\nDouble click or F2: rename"
        return f"{with_controls(legend.text_of(part.name))}\n{how}"

    def gesture_at(self, place: QPointF) -> Gesture | None:
        """Return what a press at a place begins; None outside of the legend."""
        part, layout = self._part_at(place), self._layout()
        if part is None or layout is None:
            return None
        if part.kind in ("low", "high"):
            grip = place.y() - layout.height_of(self._ends()[part.kind == "high"])
            return Gesture(drag=partial(self._clip, part.kind == "high", grip))
        carrying = Gesture(partial(self._carry, place - layout.box.topLeft()), self._drop)
        if part.kind == "entry":
            return replace(carrying, click=partial(self.category_clicked.emit, part.name))
        return replace(carrying, click=self._invert) if part.kind == "invert" else carrying

    def double_click(self, place: QPointF) -> bool:
        """Rename a category or show it alone, or the colors of all numbers; False outside."""
        part, legend = self._part_at(place), self._placed.legend
        if part is None:
            return False
        if isinstance(legend, Categories) and legend.has_new_name(part.name):
            self.rename_wanted.emit(part.name)
        elif part.kind == "entry":
            self.category_clicked.emit(part.name, Qt.KeyboardModifier.ControlModifier)
        elif part.kind == "invert":
            self._invert(Qt.KeyboardModifier.NoModifier)
        elif isinstance(legend, ColorBar) and part.kind != "title":
            self._set_ends(legend.least, legend.most)
        return True

    def ask_to_rename(self) -> bool:
        """Ask for another name of the category under the mouse, or of the first in view."""
        layout, legend = self._layout(), self._placed.legend
        if layout is None or not isinstance(legend, Categories):
            return False
        under = self.hovered.name if self.hovered is not None else ""
        names = [under, *(legend.entries[index][0] for index, _ in layout.entries)]
        name = next((each for each in names if legend.has_new_name(each)), None)
        if name is not None:
            self.rename_wanted.emit(name)
        return name is not None

    def box_of(self, name: str) -> QRectF:
        """Return where an entry is, scrolled into view where it is not; nothing without one."""
        legend = self._placed.legend
        if not isinstance(legend, Categories):
            return QRectF()
        named = [each[0] for each in legend.entries[: legend.n_named]]
        layout = self._layout()
        if layout is None or name not in named:
            return QRectF()
        index = named.index(name)
        if all(index != shown for shown, _ in layout.entries):
            self._placed.first = min(index, layout.last_first)
            self._scene.changed.emit()
            layout = self._layout() or layout
        return next((box for shown, box in layout.entries if shown == index), QRectF())

    def scroll(self, notches: float, place: QPointF) -> bool:
        """Show other entries where there are too many; False where there is nothing to scroll."""
        layout = self._layout()
        if layout is None or not layout.last_first or layout.part_at(place) is None:
            return False
        # A trackpad turns by small parts of a notch.
        self._turned += notches * SCROLLED_BY
        step = int(self._turned)
        self._turned -= step
        self._placed.first = min(max(layout.first - step, 0), layout.last_first)
        self._scene.changed.emit()
        return True

    def clear(self) -> None:
        """Leave the legend where it was before it was taken, and highlight nothing."""
        if self._held is not None:
            self._held, self._placed.is_held = None, False
            self._scene.changed.emit()
        if self.hovered is not None:
            self.hovered = None
            self._widget.update()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Paint what can be taken hold of, and the legend itself while it is being carried."""
        layout = self._layout()
        if layout is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._held is not None:
            draw_legend(painter, frame, layout)
        draw_holds(painter, frame, layout, self.hovered)

    def _layout(self) -> LegendLayout | None:
        frame, placed = self._viewport.frame(), self._placed
        if self._held is None or placed.legend is None:
            return placed.layout(frame, self._widget.width())
        return placed.panel(frame, self._held)

    def _part_at(self, place: QPointF) -> Part | None:
        layout = self._layout()
        return None if layout is None else layout.part_at(place)

    def _invert(self, keys: Qt.KeyboardModifier) -> None:
        self.colors_inverted.emit()

    def _ends(self) -> tuple[float, float]:
        assert isinstance(self._placed.legend, ColorBar)
        return self._placed.legend.clipped

    def _clip(self, is_high: bool, grip: float, before: QPointF, place: QPointF) -> None:
        layout, (low, high) = self._layout(), self._ends()
        assert layout is not None
        value = layout.value_at(place.y() - grip)
        if is_high:
            self._set_ends(low, max(value, low))
        else:
            self._set_ends(min(value, high), high)

    def _set_ends(self, low: float, high: float) -> None:
        legend = self._placed.legend
        assert isinstance(legend, ColorBar)
        if (low, high) != legend.clipped:
            # At once, so that the handle stays at the mouse; the points follow as they can.
            self._placed.legend = replace(legend, low=low, high=high)
            self._scene.changed.emit()
        self.color_range_changed.emit(low, high)

    def _carry(self, grip: QPointF, before: QPointF, place: QPointF) -> None:
        assert self._placed.legend is not None
        if self._held is None:
            self._placed.is_held = True
            self._scene.changed.emit()
        size = panel_size(self._viewport.frame(), self._placed.legend)
        self._held = QRectF(place - grip, size)
        self._widget.update()

    def _drop(self) -> None:
        held, self._held = self._held, None
        self._placed.is_held = False
        self._scene.changed.emit()
        if held is not None:
            self.moved.emit(self._place_at(held))

    def _place_at(self, box: QRectF) -> LegendPlace:
        if box.right() >= self._widget.width() - _AT_EDGE:
            return None
        # In the room that there is once the margin is given back to the points.
        before, self._placed.place = self._placed.place, (0.0, 0.0)
        place = self._placed.place_of(self._viewport.frame(), box)
        self._placed.place = before
        return place

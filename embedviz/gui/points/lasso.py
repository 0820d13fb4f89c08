"""The box or lasso that is being drawn around points."""

from __future__ import annotations

from time import perf_counter
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from embedviz.core.arrays import Rows
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.gesture import Gesture
from embedviz.gui.points.layers.badge import badge_box, draw_badge
from embedviz.gui.points.roles import Seeing
from embedviz.gui.theme import with_alpha

Tool = Literal["navigate", "lasso"]
Mode = Literal["replace", "add", "remove"]
Reach = Literal["through", "front"]

COUNT_MILLISECONDS = 100
"""Least time between two counts of what is within."""
_COUNTING_SHARE = 0.25
_SIGNS = {"replace": "", "add": "+ ", "remove": "\u2212 "}


class SelectionTool(QObject):
    """The corners drawn so far, and what is to happen to the rows within.

    Signals
    -------
    rows_selected : (int array, str)
        All rows within, and the mode.

    Attributes
    ----------
    corners : list of QPointF
        In pixels of the widget; empty while nothing is being drawn.
    mode : str
        "replace", "add" or "remove".
    count : int or None
        How many rows were within, a moment ago.
    """

    rows_selected = Signal(object, str)

    def __init__(self, widget: QWidget, viewport: Seeing) -> None:
        super().__init__(widget)
        self._widget, self._viewport = widget, viewport
        self._reach: Reach = "through"
        self._is_lasso = False
        self._tip = QPointF()
        self.corners: list[QPointF] = []
        self.mode: Mode = "replace"
        self.count: int | None = None
        self._count_soon = QTimer(self, singleShot=True, interval=COUNT_MILLISECONDS)
        self._count_soon.timeout.connect(self._count)

    def set_reach(self, reach: Reach) -> None:
        """Choose what is selected in 3-D: all rows "through" the outline, or those in "front"."""
        self._reach = reach

    def rows_within(self, polygon: NDArray[np.float64]) -> Rows:
        """Return the rows within a polygon in pixels of the widget, as far as the tool reaches."""
        return self._viewport.rows_within(polygon, only_in_front=self._reach == "front")

    def gesture(self, start: QPointF, keys: Qt.KeyboardModifier, tool: Tool) -> Gesture:
        """Return the gesture that draws a box, or with the tool a lasso, from a place on."""
        self.mode = _mode_of(keys, tool)
        self._is_lasso = tool == "lasso"

        def drag(before: QPointF, place: QPointF) -> None:
            if self._is_lasso:
                self.corners = [*(self.corners or [start]), place]
            else:
                box = QRectF(start, place)
                self.corners = [box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft()]
            self._tip = place
            self._widget.update()
            if not self._count_soon.isActive():
                self._count_soon.start()

        return Gesture(drag, self.close)

    def close(self) -> None:
        """Select what is within, and draw it no longer."""
        corners = self._as_array()
        self.clear()
        self.rows_selected.emit(self.rows_within(corners), self.mode)

    def clear(self) -> None:
        """Draw it no longer, and select nothing."""
        self.corners, self.count = [], None
        self._count_soon.stop()
        self._widget.update()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Paint it over the picture; where a lasso is yet to be closed, with a dashed line."""
        if not self.corners:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        polygon = QPolygonF(self.corners)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(frame.theme.accent, 0.1))
        painter.drawPolygon(polygon, Qt.FillRule.WindingFill)
        pen = QPen(QColor(frame.theme.accent), 1.25)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(polygon)
        if self._is_lasso:
            pen.setDashPattern([4, 4])
            painter.setPen(pen)
        painter.drawLine(self.corners[-1], self.corners[0])
        if self.count is not None:
            self._paint_count(painter, frame, f"{_SIGNS[self.mode]}{self.count:,}")

    def _paint_count(self, painter: QPainter, frame: Frame, text: str) -> None:
        box = badge_box(frame, text, self._tip + QPointF(14, 12), frame.area.width())
        room = QRectF(self._widget.rect()).adjusted(4, 4, -4, -4)
        box.moveRight(min(box.right(), room.right()))
        box.moveBottom(min(box.bottom(), room.bottom()))
        draw_badge(painter, frame, text, box)

    def _count(self) -> None:
        start = perf_counter()
        self.count = len(self.rows_within(self._as_array()))
        taken = (perf_counter() - start) * 1000
        # Large clouds are counted less often, so that the line keeps up with the mouse.
        interval = max(COUNT_MILLISECONDS, round(taken / _COUNTING_SHARE))
        self._count_soon.setInterval(interval)
        self._widget.update()

    def _as_array(self) -> NDArray[np.float64]:
        return np.array([[place.x(), place.y()] for place in self.corners])


def _mode_of(keys: Qt.KeyboardModifier, tool: Tool) -> Mode:
    """Return what the keys that are held do to a selection."""
    adding = Qt.KeyboardModifier.ControlModifier
    if tool == "lasso":
        adding |= Qt.KeyboardModifier.ShiftModifier
    if keys & Qt.KeyboardModifier.AltModifier:
        return "remove"
    return "add" if keys & adding else "replace"

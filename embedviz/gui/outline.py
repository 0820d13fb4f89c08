"""The box or lasso that is being drawn around points."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from embedviz.gui.frame import Frame
from embedviz.gui.seen import SeenWidget
from embedviz.gui.theme import with_alpha

Tool = Literal["navigate", "lasso"]
Mode = Literal["replace", "add", "remove"]


class Outline:
    """The corners drawn so far, and what is to happen to the rows within.

    Attributes
    ----------
    corners : list of QPointF
        In pixels of the widget; empty while nothing is being drawn.
    mode : str
        "replace", "add" or "remove".
    """

    def __init__(self, view: SeenWidget) -> None:
        self._view = view
        self.corners: list[QPointF] = []
        self.mode: Mode = "replace"

    def draw_box(self, start: QPointF, place: QPointF) -> None:
        """Draw a box between two corners."""
        box = QRectF(start, place)
        self.corners = [box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft()]
        self._view.update()

    def draw_lasso(self, start: QPointF, place: QPointF) -> None:
        """Draw on to a place."""
        if not self.corners:
            self.corners = [start]
        self.corners.append(place)
        self._view.update()

    def close(self) -> None:
        """Select what is within, and draw it no longer."""
        corners = np.array([[place.x(), place.y()] for place in self.corners])
        self.corners = []
        self._view.update()
        self._view.rows_selected.emit(self._view.rows_within(corners), self.mode)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Paint it over the picture."""
        if self.corners:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(frame.theme.accent), 1))
            painter.setBrush(with_alpha(frame.theme.accent, 0.1))
            painter.drawPolygon(self.corners)


def mode_of(keys: Qt.KeyboardModifier, tool: Tool) -> Mode:
    """Return what the keys that are held do to a selection."""
    adding = Qt.KeyboardModifier.ControlModifier
    if tool == "lasso":
        adding |= Qt.KeyboardModifier.ShiftModifier
    if keys & Qt.KeyboardModifier.AltModifier:
        return "remove"
    return "add" if keys & adding else "replace"

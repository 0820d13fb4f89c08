"""The arrow at the mouse, wherever along its length."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from embedviz.core.arrays import Matrix, Vector
from embedviz.panes.analogies.relation.layout import RelationLayout

REACH = 5.0
"""How far from an arrow the mouse is still at it, in pixels."""
NO_PAIR = -1


class ShaftFinder(QObject):
    """Finder of the arrow below the mouse.

    Signals
    -------
    moved : ()
        The mouse is elsewhere, and no button is held.

    Parameters
    ----------
    view : QWidget
        In which the arrows are.
    project : callable
        Returns where positions of the layout are in it, float array of shape (n, 2).
    """

    moved = Signal()

    def __init__(self, view: QWidget, project: Callable[[Matrix], Vector]) -> None:
        super().__init__(view)
        self._project, self._place = project, QPointF(-1.0, -1.0)
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Note where the mouse is."""
        if event.type() == QEvent.Type.Leave:
            self._place = QPointF(-1.0, -1.0)
        elif isinstance(event, QMouseEvent):
            self._place = event.position()
            if event.type() == QEvent.Type.MouseMove and event.buttons() == Qt.MouseButton.NoButton:
                self.moved.emit()
        return False

    def pair_of(self, layout: RelationLayout) -> int:
        """Return the number of the pair whose arrow is at the mouse, or -1."""
        if self._place.x() < 0 or not len(layout.starts):
            return NO_PAIR
        places = self._project(layout.positions)
        mouse = np.array([self._place.x(), self._place.y()])
        far = distances_to_shafts(places[layout.starts], places[layout.ends], mouse)
        nearest = int(np.argmin(far))
        return nearest if far[nearest] <= REACH else NO_PAIR


def distances_to_shafts(starts: Vector, ends: Vector, place: Vector) -> Vector:
    """Return how far a place is from each of some lines; infinite for lines that are nowhere.

    Parameters
    ----------
    starts, ends : float arrays of shape (n_lines, 2)
    place : float array of shape (2,)

    Returns
    -------
    float array of shape (n_lines,)
    """
    along = ends - starts
    squares = np.maximum((along**2).sum(axis=1), 1e-12)
    part = np.clip(((place - starts) * along).sum(axis=1) / squares, 0.0, 1.0)
    away = np.linalg.norm(starts + part[:, np.newaxis] * along - place, axis=1)
    return np.asarray(np.where(np.isfinite(away), away, np.inf))

"""A picture of points, as the hands know it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtWidgets import QWidget

from embedviz.core.camera import Camera
from embedviz.core.raster import Rows


class SeenWidget(QWidget):
    """What the hands need of a picture, and what they say.

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

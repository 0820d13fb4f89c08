"""A picture of points, as the hands know it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtWidgets import QWidget

from embedviz.core.camera import Camera
from embedviz.core.raster import Rows
from embedviz.gui.frame import Frame
from embedviz.gui.legend import LegendPlace
from embedviz.gui.point_picture import PointPicture


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
    tool_changed : (str)
        The tool was put away by a key.
    fly_wanted : ()
        A key asks for a flight to what is selected.
    category_clicked : (str, Qt.KeyboardModifiers)
        In the legend; with Control for a double click.
    color_range_changed : (float, float)
        Numbers below and above it are to have the colors of the ends; all the time while an end
        is being dragged, and the whole range at a double click.
    colors_inverted : ()
        The colors of numbers are to go the other way.
    legend_moved : (tuple of 2 floats, or None)
        The legend was put elsewhere; see `LegendPlace`.
    """

    row_clicked = Signal(int, object)
    row_hovered = Signal(int)
    rows_selected = Signal(object, str)
    camera_changed = Signal(object)
    camera_settled = Signal(object)
    tool_changed = Signal(str)
    fly_wanted = Signal()
    category_clicked = Signal(str, object)
    color_range_changed = Signal(float, float)
    colors_inverted = Signal()
    legend_moved = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = PointPicture()

    @property
    def camera(self) -> Camera:
        """Where the points are seen from."""
        raise NotImplementedError

    def frame(self) -> Frame:
        """Return how the picture is laid out now."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Paint the picture anew, soon."""
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

    def fly_to(self, rows: ArrayLike) -> None:
        """Go where these rows fill the view."""
        raise NotImplementedError

    def set_legend_place(self, place: LegendPlace) -> None:
        """Put the legend elsewhere."""
        raise NotImplementedError

    def is_on_the_way(self) -> bool:
        """Return whether the camera is moving by itself."""
        raise NotImplementedError

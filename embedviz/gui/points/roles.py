"""What the parts of a view of points ask of each other: where it is seen from, and what moves.

`Viewport` is what all of them are given in the end, each as far as it needs it; so none of them
depends on how a scene is laid out or painted.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from embedviz.core.arrays import Rows
from embedviz.core.drawing.camera import Camera
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.transition import Start


class Framing(Protocol):
    """How a scene is laid out in its widget."""

    def frame(self, camera: Camera | None = None) -> Frame:
        """Return how it is laid out, for the present or another camera."""


class Seeing(Protocol):
    """What is at which place of a widget."""

    @property
    def camera(self) -> Camera:
        """The camera for what there is now."""

    def area(self) -> QRectF:
        """Return where the points are in the widget."""

    def row_at(self, place: QPointF, radius: float) -> int:
        """Return the row at a place in the widget, its picture or its point, or -1."""

    def rows_within(self, polygon: NDArray[np.float64], *, only_in_front: bool = False) -> Rows:
        """Return the rows within a polygon in the widget."""


class HeldCamera(Protocol):
    """A camera that is either held or shows all there is."""

    is_fitted: bool

    @property
    def camera(self) -> Camera:
        """The camera for what there is now."""

    def area(self) -> QRectF:
        """Return where the points are in the widget."""

    def hold(self, camera: Camera | None = None) -> None:
        """Stay at a camera; default: the one that was shown last."""

    def fit(self) -> None:
        """Show everything from now on."""

    def around(self, rows: Rows) -> Camera:
        """Return the camera that shows these rows with what surrounds them."""


class LedCamera(HeldCamera, Framing, Protocol):
    """A camera that is led from one place to another."""

    is_behind: bool
    is_moving: bool
    is_in_transition: bool

    def move_to(self, camera: Camera) -> None:
        """Show the points from this camera; it stays as it was whether all are to be in view."""

    def fitted(self, camera: Camera | None = None) -> Camera:
        """Return the camera that shows everything, in the direction of one; default: present."""


class Motion(Protocol):
    """What moves by itself, and can be ended."""

    @property
    def is_animating(self) -> bool:
        """Whether points or camera are moving by themselves."""

    def touch(self) -> None:
        """Paint quickly until nothing has moved for a moment."""

    def stop(self) -> Start:
        """Return where everything is by now, and be at the end of what moves by itself."""

    def finish(self) -> None:
        """Be at the end of the transition at once, if there is one."""

    def start_if_moved(self, start: Start) -> None:
        """Move from where points and camera were, if they are elsewhere, and paint anew."""


class LaidOut(Seeing, Framing, Protocol):
    """A scene in its widget: how it is laid out, and what is at which place."""

"""A picture of points whose camera can be sent elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.raster import Positions
from embedviz.gui.points.camera_control import CameraMoves
from embedviz.gui.points.legend.layout import LegendPlace
from embedviz.gui.points.reduced_motion import wants_less_motion
from embedviz.gui.points.seen import SeenWidget
from embedviz.gui.points.transition import Transition, seen_alike


class Start(NamedTuple):
    """Where points, camera and area are when a journey begins."""

    positions: Positions
    camera: Camera
    area: QRectF


class TravelingWidget(SeenWidget):
    """Goes to other cameras, and to other places of points, at once or in a moment.

    Attributes
    ----------
    animations : bool
        Whether points and camera take a moment to their new places. Not where the system asks
        for less motion.
    moves : CameraMoves
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.animations = not wants_less_motion()
        self.moves = CameraMoves(self)
        self._motion.stepped.connect(self._show_part)
        self._motion.rested.connect(self._come_to_rest)

    def set_camera(self, camera: Camera) -> None:
        """Show the points from elsewhere; nothing is emitted."""
        if camera == self.camera and not self._sight.is_fitted:
            return
        self._motion.finish()
        self._sight.hold(camera)
        self._motion.touch()
        self.redraw()

    def fit(self) -> None:
        """Show all points, and keep showing all of them when the widget is resized."""
        start = self._stop()
        self._sight.fit()
        self._turn_from(start)

    def fly_to(self, rows: ArrayLike) -> None:
        """Go where these rows fill the view; a single one comes with what surrounds it.

        Linked views are taken along, and the camera settles at the end.
        """
        start = self._stop()
        self._sight.hold(self._sight.around(np.asarray(rows, dtype=np.intp).reshape(-1)))
        self._turn_from(start)
        self.moves.announce_journey()

    def set_legend_place(self, place: LegendPlace) -> None:
        """Put the legend over the points, or with None in the margin; nothing is emitted."""
        placed = self._picture.placed_legend
        if place != placed.place:
            start = self._stop()
            placed.place = place
            if self.area() != start.area:
                self._travel(start)
            self.redraw()

    def arrive(self) -> None:
        """Be at the end of what moves by itself."""
        self._motion.finish()

    def _stop(self) -> Start:
        """Return where everything is by now, and be at the end of what moves by itself."""
        start = Start(self._picture.canvas.positions, self.camera, self.area())
        self._motion.finish()
        return start

    def _turn_from(self, start: Start) -> None:
        moves = start.positions is not self._picture.canvas.positions
        if moves or start.camera != self.camera:
            self._travel(start)
        self._motion.touch()
        self.redraw()

    def _travel(self, start: Start) -> None:
        """Set out from where points, camera and area were to where they are."""
        if not (self.animations and self.isVisible()):
            return
        before, first, area = start
        end, positions = self.camera, self._picture.canvas.positions
        # Between 2-D and 3-D, the way is shown in 3-D, whose axes need no margins.
        there = self._laid_out(end).area
        on_the_way = self._laid_out(replace(end, is_3d=end.is_3d or first.is_3d)).area
        first, last = seen_alike(first, area, on_the_way), seen_alike(end, there, on_the_way)
        self._motion.start(Transition(before, positions, first, last, end))

    def _show_part(self, part: float) -> None:
        journey, canvas = self._motion.journey, self._picture.canvas
        assert journey is not None
        canvas.positions, self._sight.camera = journey.at(part)
        canvas.forget_image()
        if part >= 1:
            self._motion.journey = None
        self._motion.touch()
        self.redraw()
        self.moves.note_step()

    def _come_to_rest(self) -> None:
        if self._sight.is_behind:
            start = self._stop()
            self._sight.fit()
            self._turn_from(start)
        self.redraw()

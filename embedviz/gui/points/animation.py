"""Moves of points and camera that take a moment, and when a picture is moving at all."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEasingCurve, QObject, QTimer, QVariantAnimation, Signal
from PySide6.QtWidgets import QWidget

from embedviz.gui.points.reduced_motion import motion, system_reduces_motion
from embedviz.gui.points.roles import LedCamera
from embedviz.gui.points.scene import PointScene
from embedviz.gui.points.transition import Start, Transition, seen_alike
from embedviz.gui.theme import MOVE_MILLISECONDS
from embedviz.gui.widgets.watched import is_watched

REFINE_MILLISECONDS = 60
"""How long nothing has moved when a picture is at rest."""


class Animator(QObject):
    """Animator of points and camera, which tells moving from rest.

    Signals
    -------
    changed : ()
        Points or camera have moved, or come to rest: they are to be painted anew.
    stepped : ()
        A step of a transition is shown.

    Attributes
    ----------
    is_driven : bool
        Whether somebody else says which step is shown, as for a moving picture, and no clock.
    transition : Transition or None
    """

    changed = Signal()
    stepped = Signal()

    def __init__(self, widget: QWidget, scene: PointScene, viewport: LedCamera) -> None:
        super().__init__(widget)
        self._widget, self._canvas, self._viewport = widget, scene.canvas, viewport
        self._markers, self._names = scene.markers, scene.clusters
        self._is_enabled = not system_reduces_motion()
        self.is_driven = False
        self.transition: Transition | None = None
        self._rest = QTimer(self, singleShot=True, interval=REFINE_MILLISECONDS)
        self._rest.timeout.connect(self._come_to_rest)
        self._steps = QVariantAnimation(self, duration=MOVE_MILLISECONDS)
        self._steps.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._steps.setStartValue(0.0)
        self._steps.setEndValue(1.0)
        self._steps.valueChanged.connect(self.show_step)

    @property
    def is_enabled(self) -> bool:
        """Whether points and camera take a moment to their new places.

        Not where the system or the user asks for less motion.
        """
        return self._is_enabled and not motion.is_reduced

    @is_enabled.setter
    def is_enabled(self, is_enabled: bool) -> None:
        self._is_enabled = is_enabled

    @property
    def is_animating(self) -> bool:
        """Whether points or camera are moving by themselves."""
        return self.transition is not None

    def touch(self) -> None:
        """Paint quickly until nothing has moved for a moment; always well where nobody looks."""
        if is_watched(self._widget):
            self._viewport.is_moving = True
            self._rest.start()
        self.changed.emit()

    def stop(self) -> Start:
        """Return where everything is by now, and be at the end of what moves by itself."""
        viewport = self._viewport
        camera = viewport.camera  # First: the positions are those that it sees.
        texts = self._markers.spots(), self._names.spots()
        start = Start(self._canvas.positions, camera, viewport.area(), *texts)
        self.finish()
        return start

    def finish(self) -> None:
        """Be at the end of the transition at once, if there is one."""
        if self.is_animating:
            self._steps.stop()
            self.show_step(1.0)

    def start_from(self, start: Start) -> None:
        """Move points and camera from where they were, at once where nothing is animated."""
        if not ((self.is_enabled or self.is_driven) and self._widget.isVisible()):
            return
        viewport, (before, first, area, markers, names) = self._viewport, start
        end, positions = viewport.camera, self._canvas.positions
        # Between 2-D and 3-D, the way is shown in 3-D, whose axes need no margins.
        there = viewport.frame(end).area
        on_the_way = viewport.frame(replace(end, is_3d=end.is_3d or first.is_3d)).area
        first, last = seen_alike(first, area, on_the_way), seen_alike(end, there, on_the_way)
        self.transition = Transition(before, positions, first, last, end)
        viewport.is_in_transition = True
        self._markers.set_out(markers)
        self._names.set_out(names)
        self.show_step(0.0)
        if not self.is_driven:
            self._steps.start()

    def start_if_moved(self, start: Start) -> None:
        """Move from where points and camera were, if they are elsewhere, and paint anew."""
        is_moved = start.positions is not self._canvas.positions
        if is_moved or start.camera != self._viewport.camera:
            self.start_from(start)
        self.touch()

    def retarget(self) -> None:
        """End the transition where the points are now: they have changed in the meantime."""
        if self.transition is not None:
            viewport, end = self._viewport, self.transition.end
            viewport.is_behind = True
            last = viewport.fitted(end) if viewport.is_fitted else end
            self.transition.turn_to(self._canvas.positions, last)

    def show_step(self, part: float) -> None:
        """Show this part of the transition, 0 to 1; nothing when there is none."""
        if self.transition is None:
            return
        self._canvas.positions, camera = self.transition.at(part)
        self._markers.show_step(self.transition, part)
        self._names.show_step(self.transition, part)
        self._viewport.move_to(camera)
        self._canvas.forget_image()
        if part >= 1:
            self.transition, self._viewport.is_in_transition = None, False
        self.touch()
        self.stepped.emit()

    def _come_to_rest(self) -> None:
        self._viewport.is_moving = False
        if self._viewport.is_behind:
            start = self.stop()
            self._viewport.fit()
            self.start_if_moved(start)
        self.changed.emit()

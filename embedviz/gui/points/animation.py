"""When a picture of points is moving, and how it goes along a journey."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QObject, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtWidgets import QWidget

from embedviz.gui.points.transition import Transition
from embedviz.gui.theme import MOVE_MILLISECONDS

REFINE_MILLISECONDS = 60
"""How long nothing has moved when a picture is at rest."""


class Animator(QObject):
    """Tells moving from rest, and leads one journey at a time.

    Signals
    -------
    stepped : (float)
        This part of the journey, 0 to 1, is to be shown.
    rested : ()
        Nothing has moved for a moment.

    Attributes
    ----------
    is_moving : bool
        Another frame may follow at once: quick rather than fine.
    journey : Transition or None
    """

    stepped = Signal(float)
    rested = Signal()

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.is_moving = False
        self.journey: Transition | None = None
        self._rest = QTimer(self, singleShot=True, interval=REFINE_MILLISECONDS)
        self._rest.timeout.connect(self._end)
        self._steps = QVariantAnimation(self, duration=MOVE_MILLISECONDS)
        self._steps.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._steps.setStartValue(0.0)
        self._steps.setEndValue(1.0)
        self._steps.valueChanged.connect(self._step)

    def touch(self) -> None:
        """Draw quickly until nothing has moved for a moment; always well where nobody looks."""
        if self._view.window().testAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen):
            return
        self.is_moving = True
        self._rest.start()

    def start(self, journey: Transition) -> None:
        """Begin a journey."""
        self.journey = journey
        self.stepped.emit(0.0)
        self._steps.start()

    def finish(self) -> None:
        """Be at the end of the journey at once, if there is one."""
        if self.journey is not None:
            self._steps.stop()
            self.stepped.emit(1.0)

    def _step(self, part: float) -> None:
        if self.journey is not None:
            self.stepped.emit(part)

    def _end(self) -> None:
        self.is_moving = False
        self.rested.emit()

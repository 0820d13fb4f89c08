"""Motion of an arrow that is carried to another place."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation, Signal

from embedviz.gui.points.view import PointView
from embedviz.gui.widgets.watched import is_watched

MILLISECONDS = 1400
_BEGINS = 0.3
"""Part of the time in which the arrow stays where it is, and the points find their places."""


class ArrowMotion(QObject):
    """Steps of the way from one place to another, where somebody looks and has nothing against it.

    Parameters
    ----------
    view : PointView
        The picture; it is moving meanwhile, so that its labels stay.

    Signals
    -------
    stepped : (float,)
        The part of the way, 0 to 1, that is to be drawn.
    changed : ()
        It has begun or ended.
    """

    stepped = Signal(float)
    changed = Signal()

    def __init__(self, view: PointView) -> None:
        super().__init__(view)
        self._view = view
        self._steps = QVariantAnimation(self, duration=MILLISECONDS)
        self._steps.setStartValue(0.0)
        self._steps.setKeyValueAt(_BEGINS, 0.0)
        self._steps.setEndValue(1.0)
        self._steps.setEasingCurve(QEasingCurve.Type.InOutSine)
        self._steps.valueChanged.connect(self._show)
        self._steps.finished.connect(self.changed)

    @property
    def is_running(self) -> bool:
        """Whether the arrow is on its way."""
        return self._steps.state() == QVariantAnimation.State.Running

    def start(self) -> None:
        """Begin at the start; at once at the end where nothing is to move by itself."""
        self._steps.stop()
        view = self._view
        if view.animator.is_enabled and view.isVisible() and is_watched(view):
            self._steps.start()
            self.changed.emit()
        else:
            self.stepped.emit(1.0)

    def stop(self) -> None:
        """Be at the end, if it is on its way."""
        if self.is_running:
            self._steps.stop()
            self.stepped.emit(1.0)
            self.changed.emit()

    def cancel(self) -> None:
        """End without another step: what was carried is not there any more."""
        if self.is_running:
            self._steps.stop()
            self.changed.emit()

    def _show(self, part: float) -> None:
        self._view.animator.touch()  # Labels keep their places while something moves.
        self.stepped.emit(part)

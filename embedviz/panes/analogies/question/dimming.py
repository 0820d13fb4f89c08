"""Dimming of an answer that a newer question has made old, until the new answer is there."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QGraphicsOpacityEffect, QWidget

_PATIENCE = 150
"""Milliseconds that an answer may take before the old one is dimmed: most are there sooner."""
_OPACITY = 0.4


class StaleAnswers(QObject):
    """Dimming of a widget while what it shows is an answer to an earlier question.

    It can be used all the while, and keeps the keyboard focus.

    Parameters
    ----------
    shown : QWidget

    Attributes
    ----------
    patience : QTimer
        Runs from a question until its answer is late.
    """

    def __init__(self, shown: QWidget) -> None:
        super().__init__(shown)
        self._shown = shown
        self.patience = QTimer(self, singleShot=True, interval=_PATIENCE)
        self.patience.timeout.connect(self._dim)

    @property
    def is_dimmed(self) -> bool:
        """Whether what is shown is dimmed."""
        return self._shown.graphicsEffect() is not None

    def await_answer(self) -> None:
        """Dim what is shown, unless the answer is there in a moment."""
        if not self.is_dimmed:
            self.patience.start()

    def end(self) -> None:
        """Show it as it is: it is the answer, or nothing."""
        self.patience.stop()
        if self.is_dimmed:
            self._shown.setGraphicsEffect(None)  # type: ignore[arg-type]

    def _dim(self) -> None:
        effect = QGraphicsOpacityEffect(self._shown)
        effect.setOpacity(_OPACITY)
        self._shown.setGraphicsEffect(effect)

"""The dial: a slider, its number, and a button that turns it from raw to white."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QSignalBlocker, QVariantAnimation, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from embedviz.app.session import Session
from embedviz.gui.points.reduced_motion import prefers_reduced_motion
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import tool_button, with_name
from embedviz.panes.anisotropy.controls.dial_number import DialNumber, words_of
from embedviz.panes.anisotropy.controls.dial_slider import STEPS, DialSlider

MILLISECONDS = 6000
"""From raw to white, by the button."""


class Dial(QWidget):
    """Dial from raw to white.

    Signals
    -------
    turned : (float,)
        The user wants it at this position: 0 is raw, 1 centered, 2 white.
    """

    turned = Signal(float)

    def __init__(self, name: str, session: Session) -> None:
        super().__init__()
        self._session = session
        self.slider = with_name(
            DialSlider(),
            f"{name}.dial",
            "Whitening: from raw over centered to white. Its first half takes the mean away, its "
            "second evens the spread. A double click, or R, goes back to raw; C is centered",
        )
        self.number = with_name(
            DialNumber(),
            f"{name}.dial_value",
            "Position of the dial: as a number of its stretch, such as “strength 0.65”; or “raw”, "
            "“centered”, “white”",
        )
        self.play = tool_button(
            f"{name}.play", "▶", "Play: turn the dial from raw to white; again: stop", flat=True
        )
        self._motion = QVariantAnimation(self)
        self._motion.setEasingCurve(QEasingCurve.Type.InOutSine)
        self._motion.valueChanged.connect(self._step)
        self._motion.finished.connect(self.stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        row.addWidget(self.play)
        self.slider.valueChanged.connect(lambda value: self._take(value / STEPS))
        self.number.valueChanged.connect(self._take)
        self.slider.sliderPressed.connect(self._begin)
        self.slider.sliderReleased.connect(session.end_gesture)
        self.play.clicked.connect(self._play_or_stop)

    def show_position(self, position: float) -> None:
        """Stand elsewhere, silently."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.number):
            self.slider.setValue(round(STEPS * position))
            self.number.setValue(position)
        self.slider.update()  # Whose own signal would have asked for it.
        self.slider.setAccessibleDescription(words_of(position))

    @property
    def is_playing(self) -> bool:
        """Whether it turns by itself."""
        return self._motion.state() == QVariantAnimation.State.Running

    def stop(self) -> None:
        """Turn no longer by itself."""
        if self.play.text() != "▶":
            self.play.setText("▶")
            self._motion.stop()
            self._session.end_gesture()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Stop: nobody sees it."""
        super().hideEvent(event)
        self.stop()

    def _begin(self) -> None:
        self.stop()
        self._session.begin_gesture()

    def _take(self, position: float) -> None:
        self.stop()
        self.turned.emit(position)

    def _play_or_stop(self) -> None:
        if self.is_playing:
            self.stop()
            return
        end = 2 * STEPS
        start = self.slider.value() if self.slider.value() < end else 0
        if prefers_reduced_motion():
            self.turned.emit(2.0)
            return
        self._session.begin_gesture()
        self.play.setText("■")
        self._motion.setStartValue(float(start))
        self._motion.setEndValue(float(end))
        self._motion.setDuration(max(MILLISECONDS * (end - start) // end, 1))
        self._motion.start()

    def _step(self, value: object) -> None:
        if self.is_playing and isinstance(value, float):
            self.turned.emit(round(value) / STEPS)

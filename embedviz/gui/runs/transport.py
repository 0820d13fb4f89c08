"""The row under the picture of a run: play, step, start again, and the way back through the run."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from embedviz.gui.theme import GRID, TOOL_ROW
from embedviz.gui.widgets.controls import slider, text_label, tool_button


class Transport(QFrame):
    """Buttons of a run, and a slider over its frames.

    Parameters
    ----------
    name : str
        Prefix of the object names.
    tips : tuple of three str
        What Play, Step and Reset do.

    Signals
    -------
    play_clicked, step_clicked, reset_clicked : ()
    scrubbed : (int,)
        Place of the frame that the user wants to see.
    """

    play_clicked = Signal()
    step_clicked = Signal()
    reset_clicked = Signal()
    scrubbed = Signal(int)

    def __init__(self, name: str, tips: tuple[str, str, str]) -> None:
        super().__init__()
        self.setObjectName("tools")
        self.play, self.step, self.reset = (
            tool_button(f"{name}.{text.lower()}", text, f"{text}: {tip}")
            for text, tip in zip(("Play", "Step", "Reset"), tips, strict=True)
        )
        self.scrub = slider(f"{name}.scrub", "Frames: go back through the run", 0)
        self.said = text_label(kind="caption")
        self.play.clicked.connect(self.play_clicked)
        self.step.clicked.connect(self.step_clicked)
        self.reset.clicked.connect(self.reset_clicked)
        self.scrub.valueChanged.connect(self.scrubbed)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID // 2, 2 * GRID, GRID // 2)
        row.setSpacing(GRID)
        for button in (self.play, self.step, self.reset):
            row.addWidget(button)
        row.addWidget(self.scrub, 1)
        row.addWidget(self.said)
        self.play.setFixedWidth(self.play.sizeHint().width() + 2 * GRID)
        self.said.setMinimumWidth(16 * GRID)
        self.setFixedHeight(TOOL_ROW + GRID)

    def show_playing(self, playing: bool) -> None:
        """Show whether it runs."""
        self.play.setText("Pause" if playing else "Play")
        self.step.setEnabled(not playing)

    def show_frames(self, count: int, place: int, said: str) -> None:
        """Show how many frames there are, which of them is seen, and what is said of it."""
        with QSignalBlocker(self.scrub):
            self.scrub.setRange(0, max(count - 1, 0))
            self.scrub.setValue(place)
        self.scrub.setEnabled(count > 1)
        self.said.setText(said)

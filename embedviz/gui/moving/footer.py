"""The foot of the dialog of moving pictures: what is written or wrong, how far it is, buttons."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label, with_name

_STEPS = 1000


class MovingFooter(QWidget):
    """Words, a bar while something is recorded, and buttons.

    Attributes
    ----------
    said : QLabel
    bar : QProgressBar
    stop_button, close_button, export_button : QPushButton
    """

    def __init__(self) -> None:
        super().__init__()
        self.said = text_label(kind="caption", wrap=True)
        self.said.setAccessibleName("Size of the moving picture, or why there is none")
        self.bar = with_name(QProgressBar(), "moving.progress", "How much has been recorded")
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(20 * GRID)
        self.stop_button = with_name(
            QPushButton("Stop"), "moving.stop", "Record no longer. No file is left"
        )
        self.close_button = with_name(
            QPushButton("Close"), "moving.close", "Close this window, and record nothing more"
        )
        self.export_button = with_name(
            QPushButton("Export…"), "moving.export", "Record it, and write it to a file"
        )
        self.export_button.setProperty("primary", True)
        self.export_button.setDefault(True)
        for button in (self.stop_button, self.close_button):
            button.setAutoDefault(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(self.said, 1)
        for part in (self.bar, self.stop_button, self.close_button, self.export_button):
            row.addWidget(part)
        self.show_recording(False)

    def say(self, words: str) -> None:
        """Say something."""
        self.said.setText(words)

    def show_progress(self, fraction: float, words: str) -> None:
        """Show how far it is."""
        self.bar.setValue(round(_STEPS * fraction))
        self.say(f"{words[:1].upper()}{words[1:]}")

    def show_recording(self, is_on: bool) -> None:
        """Show whether something is recorded."""
        for part in (self.bar, self.stop_button):
            part.setVisible(is_on)
        self.export_button.setEnabled(not is_on)

"""The footer of the Open dialog: how far the file has been read, and the buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from embedviz.gui.opening.file_check import FileCheck
from embedviz.gui.opening.messages import describe_way_on
from embedviz.gui.widgets.controls import ElidedLabel, tool_button, with_name
from embedviz.gui.widgets.dialog_parts import lay_out_footer


class Footer(QWidget):
    """A bar while the file is read, what is known of it then, and Stop, Cancel and Open.

    Attributes
    ----------
    status : ElidedLabel
        What is known when nothing is read.
    bar : QProgressBar
    stop, cancel_button, open_button : QAbstractButton
    """

    def __init__(self, check: FileCheck) -> None:
        super().__init__()
        self._check = check
        self._make_progress()
        self._make_buttons()
        buttons = (self.stop, self.cancel_button, self.open_button)
        lay_out_footer(self, self.bar, self.status, *buttons)
        check.progressed.connect(self._show_progress)

    def _make_progress(self) -> None:
        self.status = ElidedLabel("caption")
        self.bar = with_name(QProgressBar(), "open.progress", "How much of the file has been read")
        self.bar.setTextVisible(False)
        self.bar.setMaximum(1000)
        self.stop = tool_button("open.stop", "Stop", "Read no further for now", flat=True)
        self.stop.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.stop.clicked.connect(self._check.stop)

    def _make_buttons(self) -> None:
        self.cancel_button = with_name(QPushButton("Cancel"), "open.cancel", "Open nothing")
        self.cancel_button.setAutoDefault(False)
        self.open_button = with_name(
            QPushButton("Open"), "open.open", "Open the file as it is shown"
        )
        self.open_button.setProperty("primary", True)
        self.open_button.setDefault(True)

    def show_work(self) -> None:
        """Show how far the reading is, or what is known when nothing is read."""
        is_reading = self._check.is_reading
        self.stop.setVisible(is_reading)
        self.bar.setVisible(is_reading)
        if is_reading:
            return
        self.bar.setValue(0)
        check = self._check
        if check.n_bad and check.settings.on_bad_rows != "skip":
            self.status.setText("Leave the bad rows out to open the file, or correct it.")
        elif check.is_stopped:
            self.status.setText(
                "Stopped: what is said is from the first rows. Open reads the rest."
            )
        elif check.vector_set is not None and check.error is None:
            self.status.setText("All rows checked")
        else:
            self.status.setText(describe_way_on(check.error))

    def _show_progress(self, fraction: float, message: str) -> None:
        self.bar.setValue(round(1000 * fraction))
        self.status.setText(message)

"""Footer of the dialog for databases: what will be read, what went wrong, and the buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, hairline, text_label, tool_button, with_name
from embedviz.gui.widgets.dialog_parts import lay_out_footer


class DatabaseFooter(QWidget):
    """What will be read, what went wrong, how far it is, and the buttons.

    Attributes
    ----------
    reads, problem : QLabel
        All that will be read, as a sentence; what went wrong.
    status : ElidedLabel
    bar : QProgressBar
    stop, close_button, open_button : QAbstractButton
    """

    def __init__(self) -> None:
        super().__init__()
        self.reads = _selectable("What will be read")
        self.reads.setObjectName("database.reads")
        self.problem = _selectable("What went wrong", "before")
        self.status = ElidedLabel("caption")
        self.bar = with_name(QProgressBar(), "database.progress", "How far it is")
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.stop = tool_button("database.stop", "Stop", "Stop; what is shown stays")
        self.close_button = with_name(
            QPushButton("Close"), "database.close", "End the connection, and close this window"
        )
        self.close_button.setAutoDefault(False)
        self.open_button = with_name(
            QPushButton("Open"), "database.open", "Read what is said, and open it as a set"
        )
        self.open_button.setProperty("primary", True)
        self.open_button.setAutoDefault(False)
        below = QWidget()
        lay_out_footer(below, self.bar, self.status, self.stop, self.close_button, self.open_button)
        self._said = QWidget()
        said = QVBoxLayout(self._said)
        said.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
        said.setSpacing(GRID // 2)
        said.addWidget(self.problem)
        said.addWidget(self.reads)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        self._line = hairline()
        rows.addWidget(self._line)
        rows.addWidget(self._said)
        rows.addWidget(below)

    def show_texts(self, problem: str, reads: str) -> None:
        """Say what went wrong, and what will be read; nothing where it is empty."""
        for label, text in ((self.problem, problem), (self.reads, reads)):
            label.setText(text)
            label.setVisible(bool(text))
        for part in (self._said, self._line):
            part.setVisible(bool(problem or reads))

    def show_work(self, words: str, *, is_busy: bool) -> None:
        """Show whether something is done that can be stopped, and what."""
        self.stop.setVisible(is_busy)
        self.status.setText(words)
        if not is_busy:
            self.bar.setValue(0)


def _selectable(name: str, kind: str = "") -> QLabel:
    label = text_label(kind=kind, wrap=True)
    label.setAccessibleName(name)
    label.setMinimumHeight(1)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return label

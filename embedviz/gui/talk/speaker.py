"""The speaker's own view: the note, what comes next, and how long it has been."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, QTime, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPixmap, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from embedviz.gui.style import text_rules
from embedviz.gui.theme import GRID, HEADLINE_PIXELS
from embedviz.gui.widgets.controls import ElidedLabel, text_label, tool_button, with_name

_SCALE = 1.35
_TICK_MILLISECONDS = 500
_NOTE_PIXELS = 22
_NO_NOTE = "No note for this scene. Notes are written in the strip of the scenes, beside them."
_KEYS = "→ next   ← back   B black   S spotlight   Esc end"


class SpeakerView(QWidget):
    """Window for the speaker, on the screen that the audience does not see.

    Signals
    -------
    step_wanted : (int,)
        The scene so many places further is to be shown.
    ended : ()
        The talk is to end.
    closed : ()
        The view goes, and the talk goes on.
    """

    step_wanted = Signal(int)
    ended = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setObjectName("speaker")
        self.setWindowTitle("Speaker view")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(text_rules(_SCALE))
        self.place = ElidedLabel("headline")
        self.misses = text_label(kind="before", wrap=True)
        self.note = with_name(QPlainTextEdit(), "speaker.note", "Note of this scene")
        self.note.setReadOnly(True)
        self.note.setStyleSheet(f"font-size: {_NOTE_PIXELS}px;")
        self.next = ElidedLabel("speaker.next")
        self.picture = QLabel()
        self.picture.setObjectName("speaker.picture")
        self.picture.setAccessibleName("Picture of the next scene")
        self.picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.elapsed = text_label(kind="speaker.elapsed")
        self.clock = text_label(kind="speaker.clock")
        for label in (self.elapsed, self.clock):
            label.setStyleSheet(f"font-size: {round(HEADLINE_PIXELS * 1.8)}px; font-weight: 600;")
        self._picture: QPixmap | None = None
        self._since = QElapsedTimer()
        self._since.start()
        self._tick = QTimer(self, interval=_TICK_MILLISECONDS)
        self._tick.timeout.connect(self.show_time)
        self._tick.start()
        self._lay_out()
        QShortcut(QKeySequence("Esc"), self).activated.connect(self.ended)
        QShortcut(QKeySequence("F5"), self).activated.connect(self.ended)
        self.show_time()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addWidget(self.place)
        left.addWidget(self.misses)
        left.addWidget(self.note, 1)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addLayout(self._make_times())
        right.addWidget(self.next)
        right.addWidget(self.picture, 1)
        right.addLayout(self._make_buttons())
        columns = QHBoxLayout()
        columns.setSpacing(3 * GRID)
        columns.addLayout(left, 3)
        columns.addLayout(right, 2)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        rows.setSpacing(2 * GRID)
        rows.addLayout(columns, 1)
        rows.addWidget(text_label(_KEYS, "caption"))

    def _make_times(self) -> QHBoxLayout:
        restart = tool_button("speaker.restart", "Restart", "Count the time from now on", flat=True)
        restart.clicked.connect(self.restart)
        time = QHBoxLayout()
        time.addWidget(self.elapsed)
        time.addWidget(restart)
        time.addStretch(1)
        time.addWidget(self.clock)
        return time

    def _make_buttons(self) -> QHBoxLayout:
        back = tool_button("speaker.back", "Back", "Previous scene (←)")
        on = tool_button("speaker.on", "Next", "Next scene (→)")
        back.clicked.connect(lambda: self.step_wanted.emit(-1))
        on.clicked.connect(lambda: self.step_wanted.emit(1))
        buttons = QHBoxLayout()
        for button in (back, on):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            buttons.addWidget(button)
        return buttons

    def show_scene(self, place: str, note: str | None, misses: str) -> None:
        """Show which scene it is, its note, and what of it is not there; None: it is no scene."""
        self.place.setText(place)
        self.note.setPlaceholderText("" if note is None else _NO_NOTE)
        self.note.setPlainText(note or "")
        self.misses.setText(misses)
        self.misses.setVisible(bool(misses))

    def show_next(self, said: str, picture: QPixmap | None) -> None:
        """Say what comes next, and show its picture."""
        self.next.setText(said)
        self._picture = picture
        self._fit_picture()

    def restart(self) -> None:
        """Count the time from now on."""
        self._since.restart()
        self.show_time()

    def show_time(self) -> None:
        """Show how long it has been, and how late it is."""
        seconds = self._since.elapsed() // 1000
        minutes, hours = seconds // 60 % 60, seconds // 3600
        shown = f"{minutes:02}:{seconds % 60:02}"
        self.elapsed.setText(f"{hours}:{shown}" if hours else shown)
        self.clock.setText(QTime.currentTime().toString("HH:mm"))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the picture into its place."""
        super().resizeEvent(event)
        self._fit_picture()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Count no more."""
        self._tick.stop()
        self.closed.emit()
        super().closeEvent(event)

    def _fit_picture(self) -> None:
        if self._picture is None:
            self.picture.clear()
            return
        how = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        self.picture.setPixmap(self._picture.scaled(self.picture.size(), *how))

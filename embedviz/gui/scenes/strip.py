"""The strip at the bottom of the window: the scenes, and the note of the one that is chosen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
)

from embedviz.app.scenes.sequence import scene_of
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.gui.scenes.desk import SceneDesk
from embedviz.gui.scenes.list import SceneList
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label, tool_button, with_name

_WAIT_MILLISECONDS = 600
"""How long nothing has been typed when a note is taken over."""
_NOTE_WIDTH = 240
_EMPTY = (
    "No scenes yet. Set a pane as you want to show it, and press F7: the scene keeps what is "
    "chosen and set, and F5 plays all of them on the whole screen."
)


class SceneStrip(QFrame):
    """Scenes with their pictures, buttons for what is done with them, and a note for the speaker.

    Signals
    -------
    action_wanted : (str,)
        Name of an action of the window that a button stands for.
    """

    action_wanted = Signal(str)

    def __init__(self, session: Session, desk: SceneDesk) -> None:
        super().__init__()
        with_name(self, "scenes", "Scenes")
        self.setToolTip("")
        self._session, self._desk = session, desk
        self.list = SceneList(desk)
        self.note = with_name(
            QPlainTextEdit(), "scenes.note", "Note for the speaker: only seen in the speaker view"
        )
        self.note.setPlaceholderText("Note for the speaker")
        self.note.setFixedWidth(_NOTE_WIDTH)
        self.note.setTabChangesFocus(True)
        self.note.installEventFilter(self)
        self._pages = QStackedWidget()
        self._pages.addWidget(text_label(_EMPTY, "hint", wrap=True))
        self._pages.addWidget(self.list)
        self._waiting = QTimer(self, singleShot=True, interval=_WAIT_MILLISECONDS)
        self._waiting.timeout.connect(self.keep_note)
        self._noted: int | None = None
        self.note.textChanged.connect(self._waiting.start)
        self._lay_out()
        self.list.note_wanted.connect(self.note.setFocus)
        session.changed.connect(self._on_changed)
        desk.chosen.connect(self._show_note)
        self._show(session.state)

    def _lay_out(self) -> None:
        buttons = QVBoxLayout()
        buttons.setSpacing(GRID // 2)
        for name, text, tip in (
            ("scenes.take", "Take", "Make a scene of what is shown (F7)"),
            ("scenes.retake", "Update", "Let the chosen scene show what is shown now (Ctrl+F7)"),
            ("scenes.play", "Play", "Show all scenes on the whole screen (F5)"),
        ):
            button = tool_button(f"{name}_button", text, tip)
            action = "view.talk" if name == "scenes.play" else name
            button.clicked.connect(lambda _=False, action=action: self.action_wanted.emit(action))
            button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
            buttons.addWidget(button)
        buttons.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        row.setSpacing(GRID)
        row.addLayout(buttons)
        row.addWidget(self._pages, 1)
        row.addWidget(self.note)
        self.setFixedHeight(self.list.height() + 2 * GRID)

    def begin(self) -> None:
        """Go to the scenes with the keyboard, the first chosen where none is."""
        if self._desk.choice is None and self._desk.scenes:
            self._desk.choose(self._desk.scenes[0].key)
        self.list.setFocus()

    def keep_note(self) -> None:
        """Take over what has been typed as the note."""
        self._waiting.stop()
        scene = scene_of(self._session.state, self._noted)
        if scene is not None and scene.note != self.note.toPlainText():
            self._desk.note(scene.key, self.note.toPlainText())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take the note over when something else is turned to."""
        if watched is self.note and isinstance(event, QFocusEvent) and event.lostFocus():
            self.keep_note()
        return False

    def _on_changed(self, old: State, new: State) -> None:
        if (old.scenes, old.sets) != (new.scenes, new.sets):
            self._show(new)

    def _show(self, state: State) -> None:
        self.list.show_scenes(state)
        self._pages.setCurrentIndex(1 if state.scenes else 0)
        self._show_note()

    def _show_note(self) -> None:
        scene = scene_of(self._session.state, self._desk.choice)
        key = None if scene is None else scene.key
        if key != self._noted:
            self.keep_note()  # Of the scene before.
            self._noted = key
        elif self._waiting.isActive():
            return  # It is being typed.
        note = "" if scene is None else scene.note
        self.note.setEnabled(scene is not None)
        if note != self.note.toPlainText():
            with QSignalBlocker(self.note):
                self.note.setPlainText(note)

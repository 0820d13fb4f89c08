"""Keys of talk mode: those of a keyboard, and those that presenter remotes send."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

K = Qt.Key


class Cue(Enum):
    """What is wanted by a key."""

    NEXT = "next scene"
    PREVIOUS = "previous scene"
    FIRST = "first scene"
    LAST = "last scene"
    BLACK = "black, and back"
    WHITE = "white, and back"
    SPOTLIGHT = "spotlight at the mouse"
    SPEAKER = "speaker view"
    GO = "the scene whose number was typed"


_OF_SCENES: dict[int, Cue] = {
    K.Key_PageDown: Cue.NEXT,
    K.Key_Right: Cue.NEXT,
    K.Key_Down: Cue.NEXT,
    K.Key_Space: Cue.NEXT,
    K.Key_PageUp: Cue.PREVIOUS,
    K.Key_Left: Cue.PREVIOUS,
    K.Key_Up: Cue.PREVIOUS,
    K.Key_Backspace: Cue.PREVIOUS,
    K.Key_Home: Cue.FIRST,
    K.Key_End: Cue.LAST,
    K.Key_Return: Cue.GO,
    K.Key_Enter: Cue.GO,
}
_ALWAYS: dict[int, Cue] = {
    K.Key_B: Cue.BLACK,
    K.Key_Period: Cue.BLACK,
    K.Key_W: Cue.WHITE,
    K.Key_Comma: Cue.WHITE,
    K.Key_S: Cue.SPOTLIGHT,
    K.Key_V: Cue.SPEAKER,
}
_DIGITS = range(K.Key_0, K.Key_9 + 1)
_FIELDS = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox)
_OF_REMOTES = (K.Key_PageDown, K.Key_PageUp)

TALK_KEYS = (
    ("F5", "Talk: all scenes, or the pane in front; Shift + F5 from the chosen scene"),
    ("Page Down, → or Space", "Talk: next scene"),
    ("Page Up, ← or Backspace", "Talk: previous scene"),
    ("A number and Enter", "Talk: that scene"),
    ("B or .", "Talk: black screen, and back; W or , white"),
    ("S", "Talk: spotlight at the mouse"),
    ("V", "Talk: speaker view, also on one screen"),
    ("Esc", "Talk: end"),
)
"""For the sheet of keys."""


class TalkKeys(QObject):
    """Filter of the keys that arrive while there is a talk, before panes and menus see them.

    Parameters
    ----------
    on_cue : callable
        Takes what is wanted, and the number that was typed before it, or None.
    is_stage : callable
        Takes a window and returns whether it belongs to the talk.
    has_scenes : callable
        Returns whether there is more than one pane to show; else arrows belong to the pane.
    parent : QObject
    """

    def __init__(
        self,
        on_cue: Callable[[Cue, int | None], None],
        is_stage: Callable[[QWidget], bool],
        has_scenes: Callable[[], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._on_cue, self._is_stage, self._has_scenes = on_cue, is_stage, has_scenes
        self._digits = ""
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def remove(self) -> None:
        """Let all keys through again."""
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take the keys of a talk."""
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        if not self._is_stage(watched.window()) or not self._is_ours(watched, event):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # Else it would be the key of a menu, or of the pane.
            return True
        if event.type() == QEvent.Type.KeyPress:
            self._take(event)
        return event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)

    def _is_ours(self, watched: QWidget, event: QKeyEvent) -> bool:
        if event.modifiers() & ~(K_KEYPAD | K_SHIFT):
            return False
        key = event.key()
        if isinstance(watched, _FIELDS) and watched.isEnabled() and not _is_read_only(watched):
            return key in _OF_REMOTES and self._has_scenes()
        of_scenes = key in _OF_SCENES or key in _DIGITS
        return key in _ALWAYS or (of_scenes and self._has_scenes())

    def _take(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _DIGITS:
            self._digits = (self._digits + chr(key))[-4:]
            return
        number, self._digits = (int(self._digits) if self._digits else None), ""
        cue = _ALWAYS.get(key) or _OF_SCENES[key]
        if event.isAutoRepeat() and cue not in (Cue.NEXT, Cue.PREVIOUS):
            return
        self._on_cue(Cue.NEXT if cue is Cue.GO and number is None else cue, number)


K_KEYPAD, K_SHIFT = Qt.KeyboardModifier.KeypadModifier, Qt.KeyboardModifier.ShiftModifier


def _is_read_only(widget: QWidget) -> bool:
    return bool(getattr(widget, "isReadOnly", lambda: False)())

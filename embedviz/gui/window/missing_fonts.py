"""A notice about labels in scripts that no installed font has: once for each script.

Boxes in place of letters look like a fault of the file. All fonts are asked for the letters: Qt
takes a letter from any that has it. To lay out text with letters that none has would say less, and
Qt prints a line for each font that it tries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QFont, QFontDatabase, QRawFont

from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.theme import families
from embedviz.gui.widgets.message_bar import MessageBar
from embedviz.gui.window.scripts import say_missing, script_of

_BLOCK = 1 << 14
_TRIED = 100
"""So many letters of a script are looked up, evenly spread."""
_AT_ONCE = 16
"""So many fonts are opened in one turn, about a millisecond each."""

Letters = Mapping[str, Sequence[str]]
"""Some letters of each script, by the name of the script."""


class MissingFonts(QObject):
    """Looks at the letters of sets as they are opened, and says which no font has.

    Parameters
    ----------
    session : Session
    message_bar : MessageBar
        Where it is said, once nothing else is there.
    parent : QObject
    """

    def __init__(self, session: Session, message_bar: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._message_bar = session, message_bar
        self._task = session.board.add(Task(self), "looking at the labels")
        self._task.finished.connect(self._next)
        self._seen: set[object] = set()
        self._said: set[str] = set()
        self._missing: set[str] = set()
        self._letters: Letters = {}
        self._families: list[str] = []
        self._turns = QTimer(self, interval=0)
        self._turns.timeout.connect(self._look_further)
        session.changed.connect(self._on_changed)
        message_bar.toggled.connect(lambda _: self._say())

    @property
    def is_at_work(self) -> bool:
        """Whether letters or fonts are still looked at."""
        return self._task.is_busy or self._turns.isActive()

    def _on_changed(self, old: State, new: State) -> None:
        if old.sets is not new.sets:
            self._seen &= {each.identity for each in new.sets}
            self._next()

    def _next(self) -> None:
        if self.is_at_work:
            return
        for vector_set in self._session.state.sets:
            if vector_set.identity not in self._seen and vector_set.derivation is None:
                self._seen.add(vector_set.identity)
                if not vector_set.is_numbered:
                    self._task.run(partial(_letters_of, vector_set), self._look_up)
                    return

    def _look_up(self, letters: Letters) -> None:
        new = {name: some for name, some in letters.items() if name not in self._said}
        self._letters = without_empty(new)
        installed = QFontDatabase.families()
        # Those that the program uses have most of what is needed.
        self._families = [*(name for name in families() if name in installed), *installed]
        self._turns.start()

    def _look_further(self) -> None:
        """Look for the letters in some more fonts: to open all at once would be felt."""
        tried, self._families = self._families[:_AT_ONCE], self._families[_AT_ONCE:]
        for family in tried:
            self._letters = without_empty(
                {name: missing_in(family, some) for name, some in self._letters.items()}
            )
        if not self._letters or not self._families:
            self._turns.stop()
            self._missing |= set(self._letters)
            self._letters = {}
            self._say()
            self._next()

    def _say(self) -> None:
        if self._missing and self._message_bar.isHidden():
            missing, self._missing = self._missing, set()
            self._said |= missing
            self._message_bar.show_message(say_missing(missing))


def _letters_of(vector_set: VectorSet, report: Report) -> Letters:
    """Return some letters of each script in the labels of a set. Runs off the UI thread."""
    labels, letters = vector_set.labels, set[str]()
    for start in range(0, len(labels), _BLOCK):
        block = "".join(labels[start : start + _BLOCK])
        if not block.isascii():
            letters.update(block)
        report(start / len(labels), "looking at the labels")
    by_script: dict[str, list[str]] = {}
    for letter in sorted(letters):
        if (name := script_of(letter)) is not None:
            by_script.setdefault(name, []).append(letter)
    return {name: found[:: -(-len(found) // _TRIED)] for name, found in by_script.items()}


def missing_in(family: str, letters: Sequence[str]) -> Sequence[str]:
    """Return those of some letters that a font has no glyphs for."""
    asked = QFont()
    asked.setFamilies([family])
    raw = QRawFont.fromFont(asked)
    if not raw.isValid():
        return letters
    return [letter for letter in letters if not raw.supportsCharacter(ord(letter))]


def without_empty(letters: Letters) -> Letters:
    """Return the letters of those scripts of which there are some."""
    return {name: some for name, some in letters.items() if some}

"""A notice about labels in scripts that no installed font has: once for each script.

Boxes in place of letters look like a fault of the file. What is drawn is asked: whether the letters
have glyphs in the fonts that Qt takes for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QFont, QTextLayout

from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.theme import font
from embedviz.gui.widgets.message_bar import MessageBar
from embedviz.gui.window.scripts import say_missing, script_of

_BLOCK = 1 << 14
_TRIED = 100
"""So many letters of a script are looked up, evenly spread."""


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
        session.changed.connect(self._on_changed)
        message_bar.toggled.connect(lambda _: self._say())

    def _on_changed(self, old: State, new: State) -> None:
        if old.sets is not new.sets:
            self._seen &= {each.identity for each in new.sets}
            self._next()

    def _next(self) -> None:
        if self._task.is_busy:
            return
        for vector_set in self._session.state.sets:
            if vector_set.identity not in self._seen and vector_set.derivation is None:
                self._seen.add(vector_set.identity)
                if not vector_set.is_numbered:
                    self._task.run(partial(_letters_of, vector_set), self._look_up)
                    return

    def _look_up(self, letters: dict[str, Sequence[str]]) -> None:
        new = {name: tried for name, tried in letters.items() if name not in self._said}
        self._missing |= {name for name, tried in new.items() if lacks_glyphs(tried, font())}
        self._say()

    def _say(self) -> None:
        if self._missing and self._message_bar.isHidden():
            missing, self._missing = self._missing, set()
            self._said |= missing
            self._message_bar.show_message(say_missing(missing))


def _letters_of(vector_set: VectorSet, report: Report) -> dict[str, Sequence[str]]:
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


def lacks_glyphs(letters: Sequence[str], drawn_in: QFont) -> bool:
    """Return whether one of some letters would be drawn as a box."""
    return any(_is_box(letter, drawn_in) for letter in letters)


def _is_box(letter: str, drawn_in: QFont) -> bool:
    layout = QTextLayout(letter, drawn_in)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    runs: list[Any] = list(layout.glyphRuns())
    return not runs or any(0 in run.glyphIndexes() for run in runs)

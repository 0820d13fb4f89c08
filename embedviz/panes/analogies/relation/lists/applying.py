"""A relation applied to other words: "what is the capital of …", with answers and scores."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from embedviz.app.tasks import Task
from embedviz.core.analogies.relations import AppliedWord
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.pages.controls import Controls
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label, tool_button, with_name
from embedviz.gui.widgets.label_edit import LabelEdit
from embedviz.panes.analogies.relation.lists.cell_table import (
    CellColumn,
    CellLine,
    CellTable,
    TableCell,
)

MOST_APPLIED = 50
"""Words that a relation is applied to at once."""
_COLUMNS = (
    CellColumn("Word", "What the relation is applied to", "m" * 8),
    CellColumn("Answer", "The row nearest to the word plus the mean offset; others follow"),
    CellColumn("Cosine", "Of the answer with the word plus the mean offset", "0.000", True),
)
_EMPTY = (
    "Type a word above, or select some on the map and press Selected: the mean offset is added to "
    "each, and the nearest row is the answer."
)


class ApplyPanel(QWidget):
    """A line to type words into, and their answers.

    Signals
    -------
    words_given : (tuple of str,)
        All words that the relation is to be applied to.
    selection_wanted : ()
        Those that are selected are.
    answer_chosen : (int,)
        Row of an answer.
    """

    words_given = Signal(tuple)
    selection_wanted = Signal()
    answer_chosen = Signal(int)

    def __init__(self, task: Task) -> None:
        super().__init__()
        self._words: tuple[str, ...] = ()
        self._applied: Sequence[AppliedWord] = ()
        self._set: VectorSet | None = None
        self.question = text_label(kind="caption", wrap=True)
        self.edit = with_name(
            LabelEdit(task),
            "analogies.relation.word",
            "Word to apply the relation to: or several, with commas between them",
        )
        self.edit.setPlaceholderText("word, word, …")
        self.edit.label_chosen.connect(self._on_text)
        self.use_selected = tool_button(
            "analogies.relation.selected",
            "Selected",
            f"Selected: apply to the rows that are selected, {MOST_APPLIED} at the most",
        )
        self.use_selected.clicked.connect(self.selection_wanted)
        self.clear_all = tool_button("analogies.relation.clear", "Clear", "Clear: apply to none")
        self.clear_all.clicked.connect(lambda: self.words_given.emit(()))
        self.table = CellTable(
            "analogies.relation.answers", "Words and their answers; Delete removes one", _COLUMNS
        )
        self.table.line_clicked.connect(self._on_line)
        remove = QShortcut(QKeySequence.StandardKey.Delete, self.table)
        remove.activated.connect(self._on_delete)
        controls = Controls()
        for part, share in ((self.edit, 1), (self.use_selected, 0), (self.clear_all, 0)):
            controls.row.addWidget(part, share)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID // 2)
        rows.addWidget(self.question)
        rows.addWidget(controls)
        rows.addWidget(self.table, 1)

    def show_words(self, vector_set: VectorSet, words: tuple[str, ...], name: str) -> None:
        """Show which words the relation of a name is applied to."""
        self._set, self._words = vector_set, words
        self.edit.show_label(vector_set, "")
        self.question.setText(f"What is “{one_line(name)}” of other words?" if name else "")
        self.clear_all.setEnabled(bool(words))

    def show_answers(self, applied: Sequence[AppliedWord], message: str = "") -> None:
        """Show the answers to the words; the message in place of none."""
        self._applied = applied
        lines = [CellLine(place, _cells(each)) for place, each in enumerate(applied)]
        self.table.show_lines(lines, message or _EMPTY)

    def show_selected(self, selected: Selection) -> None:
        """Mark the words whose answers are selected."""
        best = [(place, each.answers[:1]) for place, each in enumerate(self._applied)]
        self.table.show_selected([i for i, found in best for row, *_ in found if row in selected])

    def release(self) -> None:
        """Complete nothing, until there is another set."""
        self._set, self._applied = None, ()
        self.edit.release()
        self.table.show_lines(())

    def _on_text(self, text: str) -> None:
        if self._set is None:
            return
        known = dict.fromkeys((*self._words, *words_in(text, self._set)))
        self.words_given.emit(tuple(known)[-MOST_APPLIED:])

    def _on_line(self, place: int) -> None:
        for row, *_ in self._applied[place].answers[:1]:
            self.answer_chosen.emit(row)

    def _on_delete(self) -> None:
        place = self.table.currentIndex().row()
        if 0 <= place < len(self._words):
            gone = self._words[place]
            self.words_given.emit(tuple(each for each in self._words if each != gone))


def words_in(text: str, vector_set: VectorSet) -> list[str]:
    """Return the words of a text that was typed or pasted: a label, or several between commas."""
    whole = " ".join(text.split())
    if not whole or whole in vector_set:
        return [whole] if whole else []
    parts = [each.strip() for each in re.split(r"[,;\t\n]", text) if each.strip()]
    if len(parts) == 1:  # Lines that are pasted come with blanks between them.
        words = parts[0].split()
        return words if all(each in vector_set for each in words) else parts
    return parts


def _cells(applied: AppliedWord) -> tuple[TableCell, ...]:
    word = TableCell(one_line(applied.label), applied.note)
    if not applied.answers:
        return word, TableCell(applied.note, tone="bad"), TableCell("")
    (_, best, score), *others = applied.answers
    lines = [f"{one_line(label)}  {number_text(each, 3)}" for _, label, each in applied.answers]
    tip = "\n".join([*lines, applied.note] if applied.note else lines)
    more = ", ".join(one_line(label) for _, label, _ in others[:3])
    said = one_line(best) + (f"  ·  {more}" if more else "")
    return word, TableCell(said, tip), TableCell(number_text(score, 3), tip)

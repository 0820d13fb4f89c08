"""A line to type a label of the set into, with completions from all of its labels."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit

from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.core.search import find_rows
from embedviz.core.vector_set import VectorSet

SHOWN = 12


class LabelEdit(QLineEdit):
    """Completer of labels while one types.

    The search runs in a task, so that a million labels do not stall typing; the completer only
    shows what was found (Qt's own filtering would walk through all of them in the UI thread).

    Signals
    -------
    label_chosen : (str,)
        The user pressed Return, picked a completion, or left the line with another label in it.
    """

    label_chosen = Signal(str)

    def __init__(self, task: Task) -> None:
        super().__init__()
        self._task = task
        self._set: VectorSet | None = None
        self._given = ""
        self._typed = ""
        self._found = QStringListModel(self)
        completer = QCompleter(self._found, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(SHOWN)
        completer.activated.connect(self._choose)
        self.setCompleter(completer)
        self.textEdited.connect(self._search)
        self.editingFinished.connect(lambda: self._choose(self.text()))

    def complete_inline(self) -> None:
        """Complete inside the line, for where a list of what was found is in view anyway."""
        self.completer().setCompletionMode(QCompleter.CompletionMode.InlineCompletion)

    def show_label(self, vector_set: VectorSet, label: str) -> None:
        """Show a label, and complete from another set's labels from now on."""
        self._set = vector_set
        self._given = self._typed = label
        if self.text() != label:
            self.setText(label)
            self.setCursorPosition(0)  # The beginning of a long label says more than its end.

    def release(self) -> None:
        """Complete nothing, until there is another set."""
        self._set = None

    def _search(self, text: str) -> None:
        has_grown = len(text) > len(self._typed) and text.startswith(self._typed)
        self._typed = text
        is_inline = self.completer().completionMode() == QCompleter.CompletionMode.InlineCompletion
        if self._set is None or not text.strip() or (is_inline and not has_grown):
            self._task.cancel()  # Completing what was just deleted would bring it back.
            return
        self._task.run(partial(_find_labels, self._set, text), self._offer)

    def _offer(self, labels: list[str]) -> None:
        self._found.setStringList(labels)
        if labels and self.hasFocus():
            self.completer().complete()

    def _choose(self, label: str) -> None:
        self._task.cancel()  # Nothing is to pop up after the choice.
        label = label.strip()
        if label and label != self._given:
            self._given = label
            self.label_chosen.emit(label)


def _find_labels(vector_set: VectorSet, text: str, report: Report) -> list[str]:
    """Return the labels to offer. Runs off the UI thread."""
    try:
        rows = find_rows(vector_set.labels, text, SHOWN, report=report)
    except UserError:  # A half-typed expression; nothing to offer yet.
        return []
    return list(dict.fromkeys(vector_set.labels[row] for row in rows))

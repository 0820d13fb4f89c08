"""A line to type a whole question into, with completions for the term at the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView

from embedviz.core.progress import Report
from embedviz.core.search.label_index import LabelIndex
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed, one_line
from embedviz.gui.calculations import Calculations
from embedviz.gui.theme import GRID
from embedviz.panes.analogies.question.writing import QuestionPart, part_at, quoted

SHOWN = 12
_POPUP_KEYS = (
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Tab,
    Qt.Key.Key_Backtab,
)
_LEAST_WIDTH = 120


class QuestionEdit(QLineEdit):
    """The question in one line: `king − man + woman`.

    What begins like the term at the cursor is offered at once, from an index that is made off the
    UI thread; what only holds it, a moment later. A term that is chosen takes the place of the one
    at the cursor; the question is asked with Return, or when the line is left.

    Signals
    -------
    asked : (str,)
        The line, which is not what stood there before.
    """

    asked = Signal(str)

    def __init__(self, calculations: Calculations) -> None:
        super().__init__()
        self._calculations = calculations
        self._indexing = calculations.new_task("indexing labels")
        self._searching = calculations.new_task("completing")
        self._set: VectorSet | None = None
        self._index: LabelIndex | None = None
        self._given = self._shown = ""
        self.setMinimumWidth(_LEAST_WIDTH)
        self.setClearButtonEnabled(False)
        self._found = QStringListModel(self)
        self.choices = QCompleter(self._found, self)
        self.popup = QListView()
        self.choices.setPopup(self.popup)
        self.choices.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.choices.setMaxVisibleItems(SHOWN)
        self.choices.setWidget(self)  # Not setCompleter, which would replace the whole line.
        self.choices.activated.connect(self.choose)
        self.textEdited.connect(self._complete)
        self.returnPressed.connect(self._ask)

    def show_question(self, vector_set: VectorSet, line: str) -> None:
        """Show a question, and complete from another set's labels from now on."""
        if vector_set is not self._set:
            same = self._set is not None and self._set.labels is vector_set.labels
            self._set = vector_set
            if not same:
                self._index = None
                self._prepare(vector_set)
        if line != self._shown:  # Else what was typed stays, also where it cannot be asked.
            self._shown = self._given = line
            if self.text() != line:
                self.setText(line)
                self.setCursorPosition(len(line) if self.hasFocus() else 0)

    def release(self) -> None:
        """Complete nothing, until there is another set."""
        self._set = self._index = None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Leave to the list of completions what is for it."""
        if self.popup.isVisible() and event.key() in _POPUP_KEYS:
            event.ignore()
            return
        if event.key() == Qt.Key.Key_Escape and self.text() != self._shown:
            self.setText(self._shown)  # What was asked last.
            self._given = self._shown
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Ask what was typed, unless it is the list of completions that has the focus now."""
        super().focusOutEvent(event)
        if event.reason() not in (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            self._ask()

    def choose(self, label: str) -> None:
        """Put a label in the place of the term at the cursor."""
        line, part = self.text(), part_at(self.text(), self.cursorPosition())
        if part is None:
            return
        before, written = line[: part.start], quoted(label)
        if before and not before[-1].isspace():
            before += " "
        self.setText(before + written + line[part.end :])
        self.setCursorPosition(len(before) + len(written))

    def _ask(self) -> None:
        self._calculations.cancel(self._searching)  # Nothing is to pop up after the choice.
        line = self.text().strip()
        if line != self._given and self._set is not None:
            self._given = line
            self.asked.emit(line)

    def _prepare(self, vector_set: VectorSet) -> None:
        work = partial(_index_of, vector_set)
        self._calculations.run(self._indexing, work, self._take, vector_set, purpose="detail")

    def _take(self, index: LabelIndex) -> None:
        self._index = index

    def _complete(self, line: str) -> None:
        """Offer labels for the term at the cursor."""
        part = part_at(line, self.cursorPosition())
        self._calculations.cancel(self._searching)
        if part is None or not part.text or self._index is None or self._set is None:
            self.popup.hide()
            return
        rows = self._index.beginning_with(part.text, SHOWN)
        self._offer(part, rows)
        if len(rows) < SHOWN and len(part.text) > 1:
            work = partial(_holding, self._index, part.text)
            show = partial(self._offer_more, line, part, rows)
            self._calculations.run(self._searching, work, show, self._set, purpose="detail")

    def _offer_more(
        self, line: str, part: QuestionPart, first: Sequence[int], others: Sequence[int]
    ) -> None:
        if self.text() == line:
            self._offer(part, list(dict.fromkeys([*first, *others]))[:SHOWN])

    def _offer(self, part: QuestionPart, rows: Sequence[int]) -> None:
        assert self._set is not None
        labels = list(dict.fromkeys(composed(self._set.labels[row]) for row in rows))
        popup = self.popup
        if not labels or labels == [part.text] or not self.hasFocus():
            popup.hide()
            return
        self._found.setStringList(labels)
        box = self.cursorRect()
        metrics = self.fontMetrics()
        typed = self.text()[part.start : self.cursorPosition()]
        box.translate(-metrics.horizontalAdvance(typed), GRID // 2)
        widest = max(metrics.horizontalAdvance(one_line(each)) for each in labels)
        bar = popup.verticalScrollBar().sizeHint().width()
        box.setWidth(min(max(widest + bar + 3 * GRID, 120), 480))
        self.choices.complete(box)


def _index_of(vector_set: VectorSet, report: Report) -> LabelIndex:
    """Return the index of the labels. Runs off the UI thread."""
    vector_set.index_labels()
    return LabelIndex(vector_set.labels, report)


def _holding(index: LabelIndex, text: str, report: Report) -> list[int]:
    """Return rows whose label has a text in it. Runs off the UI thread."""
    return index.holding(text, SHOWN)

"""The question whether something may leave the machine, asked before a connection is opened.

What sends runs in a thread of its own and waits there for the answer, while the window goes on.
Nothing is sent by a key that was meant for something else: Return and Esc both refuse.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from embedviz.core.notes import counted
from embedviz.gui.keyboard.reading_order import DialogInReadingOrder
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import caption, keep_on_screen, text_label, with_name
from embedviz.sources.consent import Agreements, Sending

_WIDTH = 520
_LOOK_SECONDS = 0.2


class ConsentDialog(DialogInReadingOrder):
    """What would be sent, to whom, and how much of it; Cancel is the default.

    Parameters
    ----------
    sending : Sending
    parent : QWidget

    Attributes
    ----------
    for_run : QRadioButton
        Whether the same is allowed until the program ends.
    send_button, cancel_button : QPushButton
    """

    def __init__(self, sending: Sending, parent: QWidget) -> None:
        super().__init__(parent)
        with_name(self, "consent", "Question before something is sent")
        self.setToolTip("")
        self.setWindowTitle("Send texts?" if sending.n_rows else "Connect?")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_choices(sending)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        rows.setSpacing(2 * GRID)
        rows.addWidget(_wrapped(sending.sentence, "headline"))
        rows.addLayout(_facts(sending))
        for warning in sending.warnings:
            rows.addWidget(_wrapped(warning, "before"))
        rows.addWidget(self.once)
        rows.addWidget(self.for_run)
        rows.addLayout(self._buttons())
        self.setFixedWidth(_WIDTH)
        self.adjustSize()
        keep_on_screen(self)

    def _make_choices(self, sending: Sending) -> None:
        self.once = with_name(
            QRadioButton("Only this time"), "consent.once", "Ask again the next time"
        )
        self.for_run = with_name(
            QRadioButton(_until_the_end(sending)),
            "consent.for_run",
            "Do not ask again for the same host and purpose until the program ends",
        )
        self.once.setChecked(True)

    def _buttons(self) -> QHBoxLayout:
        doing = "Send" if self.windowTitle().startswith("Send") else "Connect"
        self.cancel_button = with_name(
            QPushButton("Cancel"), "consent.cancel", "Send nothing, open no connection"
        )
        self.send_button = with_name(
            QPushButton(doing), "consent.send", "Open the connection, and send what is said above"
        )
        self.send_button.setAutoDefault(False)
        self.cancel_button.setAutoDefault(True)
        self.cancel_button.setDefault(True)
        self.cancel_button.setProperty("primary", True)
        self.send_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(caption("Nothing has been sent yet."), 1)
        line.addWidget(self.cancel_button)
        line.addWidget(self.send_button)
        self.cancel_button.setFocus()
        return line


def _until_the_end(sending: Sending) -> str:
    if not sending.n_rows:
        return "Until the program ends, for this host and purpose"
    if sending.is_standing:
        return "Until the program ends, for all texts of this kind to this host"
    return "Until the program ends, for as many texts as these to this host"


def _facts(sending: Sending) -> QFormLayout:
    form = QFormLayout()
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(2 * GRID)
    form.setVerticalSpacing(GRID)
    here = " · this machine" if sending.is_loopback else ""
    lines = [("To", f"{sending.host}{here}"), ("What for", sending.purpose)]
    if sending.n_rows:
        amount = f"{counted(sending.n_rows, 'text')}, {counted(sending.n_characters, 'character')}"
        lines.append(("What is sent", amount))
    else:
        usual = "The request alone, no texts and no vectors"
        lines.append(("What is sent", sending.what or usual))
    for place, detail in enumerate(sending.details):
        lines.append(("" if place else "Details", detail))
    for before, text in lines:
        form.addRow(caption(before), _wrapped(text))
    return form


def _wrapped(text: str, kind: str = "") -> QLabel:
    label = text_label(text, kind, wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    label.setMinimumHeight(1)
    return label


@dataclass(eq=False)
class _Question:
    sending: Sending
    is_allowed: bool = False
    answered: Event = field(default_factory=Event)

    def answer(self, is_allowed: bool) -> None:
        self.is_allowed = is_allowed
        self.answered.set()


class ConsentQuestions(QObject):
    """Questions of worker threads to the user, shown one after the other; an `Ask`.

    What was allowed until the program ends is not asked about again.

    Parameters
    ----------
    window : QWidget
        Has the dialogs.
    agreements : Agreements, optional
        Of other questions of the same window, which are not asked again.

    Attributes
    ----------
    dialog : ConsentDialog or None
        The one on the screen.
    agreements : Agreements
        What was allowed for this run of the program.
    """

    _asked = Signal(object)

    def __init__(self, window: QWidget, agreements: Agreements | None = None) -> None:
        super().__init__(window)
        self._window = window
        self.dialog: ConsentDialog | None = None
        self.agreements = Agreements() if agreements is None else agreements
        self._waiting: deque[_Question] = deque()
        self._current: _Question | None = None
        self._is_closed = False
        self._asked.connect(self._on_asked, Qt.ConnectionType.QueuedConnection)

    def __call__(self, sending: Sending) -> bool:
        """Return whether the user lets something be sent. Waits; not from the UI thread.

        Raises
        ------
        RuntimeError
            When it is called from the UI thread, which would wait for itself.
        """
        if self.agreements.covers(sending):
            return True
        if not isValid(self) or self._is_closed:
            return False
        if QThread.currentThread() is self.thread():
            raise RuntimeError("consent is asked for from the UI thread, which shows the question")
        question = _Question(sending)
        self._asked.emit(question)
        # A window that closes just now shows no more questions, and answers none.
        while not question.answered.wait(_LOOK_SECONDS):
            if not isValid(self) or self._is_closed:
                return False
        return question.is_allowed

    def refuse_all(self) -> None:
        """Answer all questions that are open with no, as when what asked them is stopped."""
        waiting, self._waiting = self._waiting, deque()
        for question in waiting:
            question.answer(False)
        if self.dialog is not None:
            self.dialog.reject()

    def close(self) -> None:
        """Allow nothing any more."""
        self._is_closed = True
        self.refuse_all()

    @property
    def open_questions(self) -> Sequence[Sending]:
        """What is asked, the one on the screen first."""
        shown = () if self._current is None else (self._current,)
        return [each.sending for each in (*shown, *self._waiting)]

    @Slot(object)
    def _on_asked(self, question: _Question) -> None:
        if self._is_closed:
            question.answer(False)
        else:
            self._waiting.append(question)
            self._next()

    def _next(self) -> None:
        if self.dialog is not None or not self._waiting:
            return
        question = self._waiting.popleft()
        if self.agreements.covers(question.sending):  # Allowed by the answer before.
            question.answer(True)
            self._next()
            return
        self._current = question
        self.dialog = ConsentDialog(question.sending, self._window)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    def _on_finished(self, result: int) -> None:
        dialog, question = self.dialog, self._current
        assert dialog is not None
        assert question is not None
        self.dialog = self._current = None
        is_allowed = result == QDialog.DialogCode.Accepted
        if is_allowed and dialog.for_run.isChecked():
            self.agreements.agree(question.sending)
        question.answer(is_allowed)
        self._next()

"""Embedding in the window: asked for in a dialog, done in the background, shown like a file.

Whatever goes wrong, nothing that was open is lost, and the way out is on a button: the dialog with
what was chosen, or the answer to what has to be decided.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from embedviz.app.session import Session
from embedviz.app.tasks import Task
from embedviz.core.derivation.named_encoder import NamedEncoder
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.progress import Report
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.texts.consent_dialog import ConsentQuestions
from embedviz.gui.texts.embed_dialog import EmbedDialog
from embedviz.gui.texts.set_encoder import EncoderDialog
from embedviz.gui.widgets.message_bar import MessageBar
from embedviz.sources.consent import Ask
from embedviz.sources.texts.offered import TextsSource, texts_of_file, texts_of_set


class Embeddings(QObject):
    """Dialogs about texts, one after the other, and what they want done.

    Parameters
    ----------
    session : Session
        Gets the sets.
    message_bar : MessageBar
        Says what went wrong.
    window : QWidget
        Has the dialogs.

    Attributes
    ----------
    consent : ConsentQuestions
        Asks before anything is sent.
    dialog : EmbedDialog or None
        The one on the screen.
    """

    def __init__(self, session: Session, message_bar: MessageBar, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._message_bar, self._window = session, message_bar, window
        self.consent: ConsentQuestions = ConsentQuestions(window)
        self.dialog: EmbedDialog | None = None
        self._waiting: deque[tuple[TextsSource, str, TextsSettings | None]] = deque()
        self._runs: dict[Task, tuple[TextsSource, TextsSettings]] = {}
        session.board.stopped.connect(self._on_stopped)

    def ask(
        self, source: TextsSource, reason: str = "", settings: TextsSettings | None = None
    ) -> None:
        """Ask how texts are to be embedded, after those that are being asked about.

        Parameters
        ----------
        source : TextsSource
        reason : str
            Why no vectors were found, where they were looked for.
        settings : TextsSettings, optional
            What was chosen before.
        """
        self._waiting.append((source, reason, settings))
        self._next()

    def ask_about_file(self, path: Path) -> None:
        """Look into a file, and ask how its texts are to be embedded."""
        self._look(partial(texts_of_file, path), path.name)

    def ask_about_set(self, vector_set: VectorSet) -> None:
        """Look at the columns of an open set, and ask which is to be embedded."""
        self._look(partial(texts_of_set, vector_set), vector_set.name)

    def name_encoder(self, vector_set: VectorSet) -> None:
        """Ask which model made the vectors of a set; of all that come from the same rows."""
        dialog = EncoderDialog(vector_set, self.consent, self._window)
        dialog.chosen.connect(partial(self._set_encoder, vector_set))
        dialog.begin()

    def start(self, source: TextsSource, settings: TextsSettings) -> None:
        """Embed texts in the background, and show the set."""
        self._message_bar.clear()
        task = self._session.board.add(Task(self), f"embedding {source.name}")
        self._runs[task] = source, settings
        task.failed.connect(partial(self._on_failed, task))
        task.run(partial(_embed, source, settings, self.consent), partial(self._on_made, task))

    def close(self) -> None:
        """Ask nothing any more, and allow nothing."""
        self._waiting.clear()
        if self.dialog is not None:
            self.dialog.reject()
        for dialog in self._window.findChildren(EncoderDialog):
            dialog.reject()
        self.consent.close()

    def _look(self, work: Callable[[Report], TextsSource], name: str) -> None:
        task = self._session.board.add(Task(self), f"looking into {name}")
        task.failed.connect(self._on_unreadable)
        task.finished.connect(task.deleteLater)
        task.run(work, self.ask)

    def _on_unreadable(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._message_bar.show_message(str(error))

    def _set_encoder(self, vector_set: VectorSet, step: NamedEncoder) -> None:
        state = self._session.state
        for each in state.sets:
            if each.root is vector_set.root:
                state = state.replaced(each, step.derive(each))
        self._session.show(state)

    def _next(self) -> None:
        if self.dialog is not None or not self._waiting:
            return
        source, reason, settings = self._waiting.popleft()
        self.dialog = EmbedDialog(source, reason, self._window)
        self.dialog.wanted.connect(partial(self.start, source))
        self.dialog.finished.connect(lambda _: self._on_closed())
        self.dialog.begin(settings)

    def _on_closed(self) -> None:
        self.dialog = None
        self._next()

    # What becomes of it.

    def _on_made(self, task: Task, vector_set: VectorSet) -> None:
        self._forget(task)
        self._session.show(self._session.state.opened(vector_set))

    def _on_failed(self, task: Task, error: Exception) -> None:
        source, settings = self._forget(task)
        if not isinstance(error, UserError):
            again = partial(self.ask, source, "", settings)
            told = f"Embedding {source.name} made embedviz itself fail ({type(error).__name__})."
            self._message_bar.show_message(told, "Back to the Choices…", again)
            raise error
        if isinstance(error, ChoiceRequired) and error.option == "cuts_here":
            self._ask_to_cut(source, settings, error)
            return
        again = partial(self.ask, source, "", settings)
        self._message_bar.show_message(
            f"{source.name} was not embedded. {error}", "Back to the Choices…", again
        )

    def _ask_to_cut(
        self, source: TextsSource, settings: TextsSettings, error: ChoiceRequired
    ) -> None:
        """Offer both answers to a service that gives longer vectors than it was asked for."""
        cut = replace(settings, encoder=replace(settings.encoder, cuts_here=True))
        whole = replace(settings, encoder=replace(settings.encoder, dimensions=None))
        words = list(error.choices.values()) or ["Cut them here", "Take all dimensions"]
        self._message_bar.show_message(
            error.reason,
            words[0],
            partial(self.start, source, cut),
            words[-1],
            partial(self.start, source, whole),
        )

    def _on_stopped(self, tasks: Sequence[Task]) -> None:
        stopped = [task for task in tasks if task in self._runs]
        if not stopped:
            return
        self.consent.refuse_all()
        for task in stopped:
            source, settings = self._forget(task)
            self._message_bar.show_message(
                f"Stopped: {source.name} was not embedded, and what is open stays as it was.",
                "Back to the Choices…",
                partial(self.ask, source, "", settings),
            )

    def _forget(self, task: Task) -> tuple[TextsSource, TextsSettings]:
        task.finished.connect(task.deleteLater)
        return self._runs.pop(task)


def _embed(source: TextsSource, settings: TextsSettings, ask: Ask, report: Report) -> VectorSet:
    """Embed texts. Runs off the UI thread."""
    report(0.0, f"embedding {source.name}")
    return source.embed(settings, ask, report)

"""The dialog that opens a sample of a collection: where it is, what there is, what is read of it.

It is not modal. Nothing is connected to before the user agrees, and all that will be read is said
before. The connection ends when the dialog is closed; a sample that is being read then goes on, and
the status bar of the main window shows it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from embedviz.app.tasks import TaskBoard
from embedviz.core.errors import UserError
from embedviz.core.processes.memory import available_memory
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import in_words, shown_name
from embedviz.gui.databases.address_form import AddressForm
from embedviz.gui.databases.collection_table import CollectionTable
from embedviz.gui.databases.footer import DatabaseFooter
from embedviz.gui.databases.sample_form import SampleForm
from embedviz.gui.databases.work import DatabaseWork
from embedviz.gui.keyboard.reading_order import DialogInReadingOrder
from embedviz.gui.widgets.controls import hairline, keep_on_screen, text_label
from embedviz.gui.widgets.message_bar import MessageBar
from embedviz.sources.consent import Agreements
from embedviz.sources.databases.browsing import bytes_of_reading, describe_reading

_WIDTH, _HEIGHT = 980, 810
_TABLE_WIDTH = 340
_PATIENCE_MILLISECONDS = 250


class DatabaseDialog(DialogInReadingOrder):
    """A database, its collections, and what is to be read of one of them.

    Parameters
    ----------
    window : QWidget
        The main window, with which it is closed.
    board : TaskBoard
        Shows progress while the dialog is closed.
    message_bar : MessageBar
        Says what went wrong while the dialog is closed.
    show_set : callable
        Takes the set that was read.
    agreements : Agreements
        What the user agreed to before.

    Attributes
    ----------
    work : DatabaseWork
    form : AddressForm
    table : CollectionTable
    sample : SampleForm
    hint : QLabel
        What to do, or what is being done, where there are no collections.
    footer : DatabaseFooter
    """

    def __init__(
        self,
        window: QWidget,
        board: TaskBoard,
        message_bar: MessageBar,
        show_set: Callable[[VectorSet], None],
        agreements: Agreements,
    ) -> None:
        super().__init__(window)
        self.setObjectName("database")
        self.setWindowTitle("Open a database")
        self.setModal(False)
        self._window, self._message_bar, self._show_set = window, message_bar, show_set
        self._words = ""
        self.work = DatabaseWork(board, window, agreements)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MILLISECONDS)
        self.form, self.table, self.sample = AddressForm(), CollectionTable(), SampleForm()
        self.footer = DatabaseFooter()
        self._lay_out()
        self._connect_parts()
        self.resize(QSize(_WIDTH, _HEIGHT).boundedTo(self.screen().availableSize() * 0.9))
        window.installEventFilter(self)
        self._show_work()

    def present(self) -> None:
        """Show it, with the address that was typed last."""
        keep_on_screen(self)
        self.show()
        self.raise_()
        self.activateWindow()
        self.form.edit.setFocus()

    def look_into(self, place: str) -> None:
        """Look into a folder or a file, unless a sample is being read."""
        if not self.work.is_reading:
            self.work.disconnect_now()
            self.form.connect_to(place)

    def _lay_out(self) -> None:
        self.hint = text_label(kind="hint", wrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        content = QWidget()
        columns = QHBoxLayout(content)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(0)
        self.table.setMinimumWidth(_TABLE_WIDTH)
        line = QFrame()
        line.setObjectName("hairline")
        line.setFixedWidth(1)
        self.no_choice = text_label(kind="hint", wrap=True)
        self.no_choice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.right = QStackedWidget()
        self.right.addWidget(self.no_choice)
        self.right.addWidget(self.sample)
        columns.addWidget(self.table, 1)
        columns.addWidget(line)
        columns.addWidget(self.right, 2)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.hint)
        self.stack.addWidget(content)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.form)
        rows.addWidget(hairline())
        rows.addWidget(self.stack, 1)
        rows.addWidget(self.footer)

    def _connect_parts(self) -> None:
        work, footer = self.work, self.footer
        self.form.wanted.connect(self._connect)
        self.form.edit.textChanged.connect(lambda _: self._on_address())
        self.form.engine.activated.connect(lambda _: self._on_address())
        self.table.chosen.connect(self._on_chosen)
        self.sample.changed.connect(self._on_changed)
        self._patience.timeout.connect(self._look)
        work.changed.connect(self._show_work)
        work.progressed.connect(self._show_progress)
        work.connected.connect(self.form.password.forget)
        work.read.connect(self._on_read)
        footer.stop.clicked.connect(work.stop)
        footer.close_button.clicked.connect(self.reject)
        footer.open_button.clicked.connect(self._open)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Close with the window that it belongs to."""
        if event.type() == QEvent.Type.Close and watched is self._window:
            self.work.disconnect_now()
            self.work.consent.close()  # Nothing is asked any more.
            self.close()
        return super().eventFilter(watched, event)

    # What the user does.

    def _connect(self) -> None:
        self._words = ""
        self.work.connect_to(self.form.place)

    def _on_address(self) -> None:
        """Leave the database whose address does not stand there any more."""
        if self.work.connection is not None or self.work.is_connecting or self.work.error:
            self.work.disconnect_now()

    def _on_chosen(self) -> None:
        entry = self.table.entry
        self._patience.stop()
        self.sample.show_collection(None if entry is None else entry.info)
        if self.sample.settings is None:
            self.work.forget_look()
        else:
            self._look()

    def _on_changed(self) -> None:
        self._show_work()
        self._patience.start()

    def _look(self) -> None:
        settings = self.sample.settings
        if settings is not None and not self.work.is_reading:
            self.work.look_at(settings)

    def _open(self) -> None:
        settings = self.sample.settings
        if settings is not None:
            self._patience.stop()
            self.work.read_sample(settings)

    def _on_read(self, vector_set: VectorSet) -> None:
        self._show_set(vector_set)
        self._end()
        self.hide()

    def done(self, result: int) -> None:
        """Close. A sample that is being read is read to its end."""
        self.form.password.forget()
        if not self.work.is_reading:
            self._end()
        super().done(result)

    def _end(self) -> None:
        self._patience.stop()
        self.form.password.forget()
        self.work.disconnect_now()

    # What is shown.

    def _show_work(self) -> None:
        work = self.work
        if not self.isVisible() and work.connection is not None and not work.is_reading:
            if work.error:  # What was read when the dialog was closed ended so, or was stopped.
                self._message_bar.show_message(work.error)
            self._end()
            return
        self.table.show_entries(work.entries)
        if len(work.entries) == 1 and not work.is_listing and self.table.entry is None:
            self.table.choose(work.entries[0].name)
        is_first = bool(work.entries) and not self.stack.currentIndex()
        self.stack.setCurrentIndex(int(bool(work.entries)))
        if is_first and self.form.isAncestorOf(self.focusWidget()):
            self.table.setFocus()  # Where one goes on.
        self.hint.setText(_hint(self.work))
        self.form.allow(not work.is_connecting and not work.is_reading)
        for part in (self.table, self.sample):
            part.setEnabled(not work.is_reading)
        self._show_choice()
        self._show_reading()
        self.footer.show_work(self._status(), is_busy=work.is_busy)

    def _show_choice(self) -> None:
        entry, look = self.table.entry, self.work.look
        if entry is None:
            self.no_choice.setText("Choose a collection to see what it holds.")
        elif entry.info is None:
            self.no_choice.setText(entry.problem)
        elif not entry.info.vector_fields:
            name = shown_name(entry.name)
            self.no_choice.setText(f"{name} has no field of vectors, so there is nothing to show.")
        is_shown = self.sample.settings is not None
        self.right.setCurrentIndex(int(is_shown))
        if is_shown and (look is not None or self.work.is_looking):
            self.sample.show_look(look)

    def _show_reading(self) -> None:
        entry, settings, look = self.table.entry, self.sample.settings, self.work.look
        has_rows = entry is not None and entry.info is not None and entry.info.n_rows > 0
        is_possible = has_rows and settings is not None
        said = ""
        if is_possible:
            assert entry is not None
            assert entry.info is not None
            assert settings is not None
            try:
                said = f"Open reads {describe_reading(entry.info, settings, look)}"
                said += _warning(bytes_of_reading(entry.info, settings, look))
            except UserError as error:
                said, is_possible = str(error), False
        is_free = not (self.work.is_reading or self.work.is_connecting)
        self.footer.show_texts(self.work.error, said)
        self.footer.open_button.setEnabled(
            is_possible and is_free and self.work.connection is not None
        )

    def _status(self) -> str:
        work = self.work
        if work.is_busy:
            return self._words or "working …"
        self._words = ""
        if work.connection is None:
            return "Not connected"
        where = work.connection.address.description
        return f"{where} · read-only"

    def _show_progress(self, fraction: float, words: str) -> None:
        self._words = words
        if self.work.is_busy:
            self.footer.bar.setValue(round(1000 * fraction))
            self.footer.status.setText(words)


def _warning(n_bytes: int | None) -> str:
    """Return what is to be said where a sample is larger than the memory that is free."""
    if n_bytes is None or n_bytes < available_memory():
        return ""
    return f" That is more than the {in_words(available_memory())} of memory that are free here."


def _hint(work: DatabaseWork) -> str:
    """Return what to do, or what is being done, where there are no collections."""
    if work.consent.dialog is not None or work.is_connecting:
        return "Connecting …"
    if work.is_listing:
        return "Looking at what is there …"
    if work.error:
        return "Nothing is shown. Correct the address or the password, and try again."
    return "Type an address, or browse to a folder: its collections will be listed here."

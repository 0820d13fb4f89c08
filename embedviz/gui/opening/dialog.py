"""The dialog that shows what is in a file before it is opened, for one file after the other.

It says at once what was recognized and counts in the background; what can be decided is decided
here. It is not modal: the window goes on. Enter opens and Esc cancels. Whoever opens before the
file is read to its end need not wait: the dialog goes, the status bar shows the rest, and only if
something is wrong with the file does the dialog come back. The rows of an array that stays in its
file are looked at before it is opened, too. A file of texts, without vectors, is handed on to be
embedded.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from embedviz.app.pairing import OpenRequest
from embedviz.app.session import Session
from embedviz.gui.keyboard.reading_order import DialogInReadingOrder
from embedviz.gui.opening.file_check import FileCheck
from embedviz.gui.opening.footer import Footer
from embedviz.gui.opening.loader import Opener
from embedviz.gui.opening.summary import FileSummary, column
from embedviz.gui.widgets.controls import ElidedLabel, hairline
from embedviz.sources.texts.offered import TextsFound

_WIDTH, _HEIGHT = 720, 640


class OpenDialog(DialogInReadingOrder):
    """One file, and how it is to be opened.

    Signals
    -------
    ready : (VectorSet,)
        What is to be opened.
    texts_found : (FileTexts, str)
        It holds texts, which can be embedded, and why there are no vectors.
    ended : ()
        Nothing is asked or read any more.

    Attributes
    ----------
    check : FileCheck
    summary : FileSummary
        What was found, and what can be decided.
    footer : Footer
        How far the reading is, and the buttons.
    """

    ready = Signal(object)
    texts_found = Signal(object, str)
    ended = Signal()

    def __init__(self, request: OpenRequest, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("open")
        self.setWindowTitle("Open vectors")
        self.setModal(False)
        self._session = session
        self._is_wanted = self._is_on_board = self._has_looked = False
        self._focus_waits = True
        self.check = FileCheck(request.vectors, request.read_settings, self)
        self.summary, self.footer = FileSummary(self.check), Footer(self.check)
        self._lay_out()
        self.resize(QSize(_WIDTH, _HEIGHT).boundedTo(self.screen().availableSize() * 0.9))
        self.check.changed.connect(self._show_check)
        self.footer.cancel_button.clicked.connect(self.reject)
        self.footer.open_button.clicked.connect(self.accept)
        session.board.stopped.connect(self._on_stopped)

    def begin(self) -> None:
        """Show the dialog, and look into the file."""
        self.check.begin()
        self.show()
        self.summary.preview.setFocus()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        """Go where the user wants to, and stay there."""
        self._focus_waits = False
        return super().focusNextPrevChild(forward)

    def _lay_out(self) -> None:
        path = self.check.path
        self.title = ElidedLabel("headline")
        self.title.setText(path.name)
        self.folder = ElidedLabel("caption")
        self.folder.setText(str(path.absolute().parent))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(column(self.title, self.folder))
        rows.addWidget(hairline())
        rows.addWidget(self.summary, 1)
        rows.addWidget(self.footer)

    # What is known.

    def _show_check(self) -> None:
        error = self.check.error
        if isinstance(error, TextsFound):
            self.texts_found.emit(error.source, error.why)
            self._end()
            return
        if self._is_wanted:
            self._go_on()
            return
        self._enable_open(self.check.can_open)
        if self.check.is_looking and self._has_looked:
            return  # It takes moments: what was there stays on the screen.
        self._has_looked = not self.check.is_looking
        self.summary.show_check()
        self.footer.show_work()

    def _enable_open(self, on: bool) -> None:
        """Allow or forbid to open; the keyboard waits at the rows until it is allowed."""
        button, rows = self.footer.open_button, self.summary.preview
        if not on and button.hasFocus():
            rows.setFocus()
            self._focus_waits = True
        button.setEnabled(on)
        # Qt goes on to Cancel, where the rows are not there yet when the window becomes active.
        places = (None, rows, self.footer.cancel_button)
        if on and self._focus_waits and self.focusWidget() in places:
            button.setFocus()
        self._focus_waits = self._focus_waits and not on

    # What the user does.

    def accept(self) -> None:
        """Open the file; what has not been read yet is read while the window goes on."""
        if not self.check.can_open:
            return
        self._is_wanted = True
        if self.check.is_stopped or (self.check.vector_set is None and not self.check.is_reading):
            self.check.read()
        self.hide()
        self._go_on()

    def reject(self) -> None:
        """Open nothing."""
        self._end()

    def _go_on(self) -> None:
        """Open what is read; ask again where something is wrong with it."""
        check = self.check
        if not check.can_open:
            self._is_wanted = False
            self._show_check()
            self.show()
            self.raise_()
            self.activateWindow()
        elif check.vector_set is not None and not check.is_reading:
            if check.scan is not None:
                self._session.scans.learn(check.vector_set, check.scan)
            opened = check.vector_set
            self.ready.emit(opened)
            self._end()
        elif not self._is_on_board:
            self._is_on_board = True
            self._session.board.add(check.reading, "opening")
            self._session.board.add(check.scanning, "looking at the rows")

    def _on_stopped(self, tasks: Sequence[object]) -> None:
        work = (self.check.reading, self.check.scanning)
        if self._is_wanted and any(task in tasks for task in work):
            self._end()

    def _end(self) -> None:
        self._is_wanted = False
        self.hide()
        self.summary.preview.show_rows_of(None)
        self.check.release()
        self.ended.emit()


class OpenDialogs(QObject):
    """Asks about files, one after the other; what is decided then is opened by the opener.

    Signals
    -------
    texts_found : (FileTexts, str)
        A file holds texts, which can be embedded, and why there are no vectors.

    Parameters
    ----------
    opener : Opener
        Says which files are to be asked about, and shows what was read.
    window : QWidget
        Has the dialogs.

    Attributes
    ----------
    session : Session
    dialog : OpenDialog or None
        The one on the screen, or at work behind it.
    """

    texts_found = Signal(object, str)

    def __init__(self, opener: Opener, window: QWidget) -> None:
        super().__init__(window)
        self.session = opener.session
        self._opener, self._window = opener, window
        self._waiting: list[OpenRequest] = []
        self.dialog: OpenDialog | None = None
        opener.undecided.connect(self.ask)

    def ask(self, wanted: OpenRequest) -> None:
        """Ask about a file, after those that are being asked about."""
        self._waiting.append(wanted)
        self._next()

    def close(self) -> None:
        """Ask nothing any more."""
        self._waiting.clear()
        if self.dialog is not None:
            self.dialog.reject()

    def _next(self) -> None:
        if self.dialog is None and self._waiting:
            wanted = self._waiting.pop(0)
            self.dialog = OpenDialog(wanted, self.session, self._window)
            self.dialog.ready.connect(lambda opened: self._opener.show(opened, wanted))
            self.dialog.texts_found.connect(self.texts_found)
            self.dialog.ended.connect(self._on_ended)
            self.dialog.begin()

    def _on_ended(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
        self._next()

"""The dialog that shows what is in a file before it is opened.

It says at once what was recognized and counts in the background; what can be decided is decided
here. It is not modal: the window goes on. Enter opens and Esc cancels. Whoever opens before the
file is read to its end need not wait: the dialog goes, the status bar shows the rest, and only if
something is wrong with the file does the dialog come back. The rows of an array that stays in its
file are looked at before it is opened, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from embedviz.app.pairing import OpenRequest
from embedviz.app.session import Session
from embedviz.core.errors import ChoiceRequired
from embedviz.core.vector_set import VectorSet
from embedviz.formats.inspecting import Inspection
from embedviz.formats.reading import ReadSettings
from embedviz.gui.opening.file_check import FileCheck
from embedviz.gui.opening.message_list import MessageList
from embedviz.gui.opening.messages import (
    describe_bad_rows,
    describe_origin,
    describe_size,
    describe_way_on,
    remarks_on,
)
from embedviz.gui.opening.options import ReadOptions
from embedviz.gui.opening.preview import Preview
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, text_label, tool_button, with_name

_WIDTH, _HEIGHT = 720, 640
_FIRST = "The first rows of the file; the sample is drawn when all of it has been read."


class OpenDialog(QDialog):
    """One file, and how it is to be opened.

    Signals
    -------
    ready : (VectorSet,)
        What is to be opened.
    ended : ()
        Nothing is asked or read any more.
    """

    ready = Signal(object)
    ended = Signal()

    def __init__(self, wanted: OpenRequest, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("open")
        self.setWindowTitle("Open vectors")
        self.setModal(False)
        self._session = session
        self._is_wanted = False
        self.check = FileCheck(wanted.vectors, wanted.read_settings, self)
        self._is_on_board = self._has_looked = False
        self._focus_waits = True
        self._make_parts()
        self._lay_out()
        self.resize(QSize(_WIDTH, _HEIGHT).boundedTo(self.screen().availableSize() * 0.9))
        self.check.changed.connect(self._show_check)
        self.check.progressed.connect(self._show_progress)
        self.decisions.decided.connect(self.check.decide)
        session.board.stopped.connect(self._on_stopped)

    def begin(self) -> None:
        """Show the dialog, and look into the file."""
        self.check.begin()
        self.show()
        self.preview.setFocus()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        """Go where the user wants to, and stay there."""
        self._focus_waits = False
        return super().focusNextPrevChild(forward)

    def _make_parts(self) -> None:
        path = self.check.path
        self.title = ElidedLabel("headline")
        self.title.setText(path.name)
        self.folder = ElidedLabel("caption")
        self.folder.setText(str(path.absolute().parent))
        self.format = text_label(wrap=True)
        self.format.setObjectName("open.format")
        self.measures = text_label(wrap=True)
        self.measures.setObjectName("open.size")
        self.origin = text_label(kind="caption", wrap=True)
        for text in (self.format, self.measures, self.origin):
            text.setMinimumHeight(1)  # Else as high as it would be in the narrowest dialog.
        self.above = text_label(kind="caption")
        self.preview = Preview()
        self.decisions = ReadOptions()
        self.remarks = MessageList()
        self.skip = with_name(
            QCheckBox(), "open.skip_bad_rows", "Leave out rows that are no vectors"
        )
        self.skip.clicked.connect(self.check.leave_out_bad_rows)
        self._skip_line = _beside(self.skip)
        self.offer = tool_button("open.offer", "", "Do this instead")
        self.offer.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.offer.clicked.connect(self._take_offer)
        self._offer_line = _beside(self.offer)
        self._make_foot()

    def _make_foot(self) -> None:
        self.told = ElidedLabel("caption")
        self.bar = with_name(QProgressBar(), "open.progress", "How much of the file has been read")
        self.bar.setTextVisible(False)
        self.bar.setMaximum(1000)
        self.stop = tool_button("open.stop", "Stop", "Read no further for now", flat=True)
        self.stop.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.stop.clicked.connect(self.check.stop)
        self.cancel_button = with_name(QPushButton("Cancel"), "open.cancel", "Open nothing")
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)
        self.open_button = with_name(
            QPushButton("Open"), "open.open", "Open the file as it is shown"
        )
        self.open_button.setProperty("primary", True)
        self.open_button.setDefault(True)
        self.open_button.clicked.connect(self.accept)

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(_column(self.title, self.folder))
        rows.addWidget(_hairline())
        found = _column(
            _column(self.format, self.measures, self.origin, spacing=GRID // 2, margin=0),
            _column(self.above, self.preview, spacing=GRID // 2, margin=0),
            self.remarks,
            self._skip_line,
            self._offer_line,
            self.decisions,
            spacing=2 * GRID,
        )
        area = QScrollArea()
        area.setObjectName("open.found")
        area.setAccessibleName("What was found in the file")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(found)
        found.installEventFilter(self)
        self._area = area
        rows.addWidget(area, 1)
        rows.addWidget(self.bar)
        rows.addWidget(_hairline())
        foot = QHBoxLayout()
        foot.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
        foot.setSpacing(GRID)
        foot.addWidget(self.told, 1)
        for widget in (self.stop, self.cancel_button, self.open_button):
            foot.addWidget(widget)
        rows.addLayout(foot)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let the preview give way where what is to be decided would be out of sight."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            found = self._area.widget()
            layout = None if found is None else found.layout()
            if layout is not None and self.preview.isVisible():
                port = self._area.viewport()
                self.preview.give_way(layout.totalHeightForWidth(port.width()) - port.height())
        return super().eventFilter(watched, event)

    # What is known.

    def _show_check(self) -> None:
        check = self.check
        if self._is_wanted:
            self._go_on()
            return
        self._enable_open(check.can_open)
        if check.is_looking and self._has_looked:
            return  # It takes moments: what was there stays on the screen.
        self._has_looked = not check.is_looking
        self._show_finding()
        self.decisions.learn(check.finding, check.error)
        self.decisions.show_settings(check.settings, check.finding, check.n_rows)
        self.decisions.setVisible(self._can_decide())
        self.remarks.show_remarks(remarks_on(check))
        self.skip.setText(describe_bad_rows(check))
        self.skip.setChecked(check.settings.on_bad_rows == "skip")
        self._skip_line.setVisible(check.n_bad > 0)
        offered = check.offer
        self.offer.setText("" if offered is None else offered[1])
        self._offer_line.setVisible(offered is not None)
        self._show_work()

    def _show_finding(self) -> None:
        check = self.check
        finding = check.finding
        if finding is None:
            self.format.setText("Looking into the file …" if check.is_looking else "Not opened")
            self.measures.setText("")
            self.origin.setText("")
        else:
            self.format.setText(finding.format_name)
            self.measures.setText(describe_size(check))
            self.origin.setText(describe_origin(finding))
        shown: Inspection | VectorSet | None = finding
        if finding is not None and check.settings.sample is not None:
            shown = check.vector_set or finding  # The rows that were drawn, when they have been.
        self.above.setText(_FIRST if shown is finding and check.settings.sample else "")
        self.above.setVisible(bool(self.above.text()))
        if self.preview.shown is not shown:
            self.preview.show_rows_of(shown)
        for part in (self.measures, self.origin):
            part.setVisible(bool(part.text()))
        self.preview.setVisible(self.preview.rows.rowCount() > 0)

    def _enable_open(self, on: bool) -> None:
        """Allow or forbid to open; the keyboard waits at the rows until it is allowed."""
        if not on and self.open_button.hasFocus():
            self.preview.setFocus()
            self._focus_waits = True
        self.open_button.setEnabled(on)
        # Qt goes on to Cancel, where the rows are not there yet when the window becomes active.
        if (
            on
            and self._focus_waits
            and self.focusWidget()
            in (
                None,
                self.preview,
                self.cancel_button,
            )
        ):
            self.open_button.setFocus()
        self._focus_waits = self._focus_waits and not on

    def _can_decide(self) -> bool:
        """Return whether there is anything to decide, or something decided to take back."""
        check = self.check
        is_known = check.finding is not None or isinstance(check.error, ChoiceRequired)
        return is_known or check.settings != ReadSettings(scans_later=True)

    def _show_work(self) -> None:
        is_reading = self.check.is_reading
        self.stop.setVisible(is_reading)
        self.bar.setVisible(is_reading)
        if is_reading:
            return
        self.bar.setValue(0)
        check = self.check
        if check.n_bad and check.settings.on_bad_rows != "skip":
            self.told.setText("Leave the bad rows out to open the file, or correct it.")
        elif check.is_stopped:
            self.told.setText("Stopped: what is said is from the first rows. Open reads the rest.")
        elif check.vector_set is not None and check.error is None:
            self.told.setText("All rows checked")
        else:
            self.told.setText(describe_way_on(check.error))

    def _show_progress(self, fraction: float, message: str) -> None:
        self.bar.setValue(round(1000 * fraction))
        self.told.setText(message)

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

    def _take_offer(self) -> None:
        offered = self.check.offer
        if offered is not None:
            self.check.decide(offered[0])

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
        self.preview.show_rows_of(None)
        self.check.release()
        self.ended.emit()


class OpenDialogs(QObject):
    """Asks about files, one after the other.

    Attributes
    ----------
    session : Session
    dialog : OpenDialog or None
        The one on the screen, or at work behind it.
    """

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self.session = session
        self._window = window
        self._waiting: list[OpenRequest] = []
        self.dialog: OpenDialog | None = None

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
            self.dialog = OpenDialog(self._waiting.pop(0), self.session, self._window)
            self.dialog.ready.connect(self._show)
            self.dialog.ended.connect(self._on_ended)
            self.dialog.begin()

    def _show(self, vector_set: VectorSet) -> None:
        self.session.show(self.session.state.opened(vector_set))

    def _on_ended(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
        self._next()


def _column(*widgets: QWidget, spacing: int = GRID // 2, margin: int = 3 * GRID) -> QWidget:
    column = QWidget()
    rows = QVBoxLayout(column)
    rows.setContentsMargins(margin, min(margin, 2 * GRID), margin, min(margin, 2 * GRID))
    rows.setSpacing(spacing)
    for widget in widgets:
        rows.addWidget(widget)
    if margin:
        rows.addStretch(1)
    return column


def _beside(widget: QWidget) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(3 * GRID, 0, 0, 0)
    row.addWidget(widget)
    row.addStretch(1)
    return line


def _hairline() -> QFrame:
    line = QFrame()
    line.setObjectName("hairline")
    line.setFixedHeight(1)
    return line

"""The dialog that records a moving picture: what moves and how, with a preview, to a file.

It is not modal: the window can be worked in while a film is recorded, which shows what was there
when it began.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Protocol

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from embedviz.app.animation.kinds import BETWEEN, Animation, between_states
from embedviz.app.animation.timing import Timing
from embedviz.app.files.settings import read_settings
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.core.errors import UserError
from embedviz.core.wording import in_words
from embedviz.formats.moving import MOVING_FORMATS, moving_format_of
from embedviz.gui.keyboard.reading_order import DialogInReadingOrder
from embedviz.gui.moving.ends import Ends, NamedStates
from embedviz.gui.moving.filming import Film, MakeStage
from embedviz.gui.moving.footer import MovingFooter
from embedviz.gui.moving.form import MovingForm
from embedviz.gui.moving.preview import MovingPreview, Trailer
from embedviz.gui.moving.recorder import Recorder
from embedviz.gui.widgets.controls import hairline, keep_on_screen, with_name

_MOST_FRAMES, _FPS = 36, 12
"""Of the preview."""


class FilmedPane(Protocol):
    """A pane, as films see it."""

    title: str
    name: str
    animations: ClassVar[tuple[Animation, ...]]


class MovingDialog(DialogInReadingOrder):
    """What moves, how, and where it goes.

    Parameters
    ----------
    pane : FilmedPane
        What is filmed.
    stage : callable
        Makes the stages with such a pane: see `stage_of`.
    session : Session
        Of the window.
    named : callable
        See `NamedStates`.
    parent : QWidget

    Signals
    -------
    written : (Path,)

    Attributes
    ----------
    form : MovingForm
    ends : Ends
    preview : MovingPreview
    footer : MovingFooter
    recorder : Recorder
    """

    written = Signal(object)

    def __init__(
        self,
        pane: FilmedPane,
        stage: MakeStage,
        session: Session,
        named: NamedStates,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        with_name(self, "moving", "Export a moving picture")
        self.setToolTip("")
        self.setWindowTitle(f"Export moving picture: {pane.title}")
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._name, self._stage = session, pane.name, stage
        self._path, self._problem = Path(), ""
        self.recorder = Recorder(self)
        session.board.add(self.recorder.writing, "recording a moving picture")
        self.ends = Ends(session, named)
        self.form = MovingForm((*pane.animations, between_states()), self.ends)
        self.preview = MovingPreview(self._trailer)
        self.footer = MovingFooter()
        self._lay_out()
        self._connect()
        parent.installEventFilter(self)
        self.resize(QSize(1000, 660).boundedTo(self.screen().availableSize() * 0.95))
        keep_on_screen(self)
        self._on_changed()

    def _lay_out(self) -> None:
        parts = QHBoxLayout()
        parts.setSpacing(0)
        parts.addWidget(self.preview, 1)
        parts.addWidget(self.form)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(parts, 1)
        rows.addWidget(hairline())
        rows.addWidget(self.footer)

    def _connect(self) -> None:
        self.footer.stop_button.clicked.connect(self.stop)
        self.footer.close_button.clicked.connect(self.reject)
        self.footer.export_button.clicked.connect(self.ask)
        for part in (self.form, self.ends):
            part.changed.connect(self._on_changed)
        self.preview.told.connect(self._tell)
        self.preview.drawn.connect(lambda: self._tell(self._problem))
        self.recorder.progressed.connect(self.footer.show_progress)
        self.recorder.finished.connect(self._on_written)
        self.recorder.failed.connect(self._on_failed)
        self.recorder.writing.finished.connect(self._on_ended)
        self._session.changed.connect(self._on_state)

    # What is filmed.

    def _film(self) -> Film:
        """Return what is chosen.

        Raises
        ------
        UserError
            When both ends are the same.
        """
        form, state = self.form, self._session.state
        states: tuple[State, ...] = ()
        if form.animation.key == BETWEEN:
            states = self.ends.states
            if states[0] == states[1]:
                raise UserError(
                    "Both ends are the same. Keep what is shown, change something in the window, "
                    "and choose what was kept as one of them."
                )
        look, timing = form.look, form.timing
        return Film(self._session, self._stage, form.animation, timing, look, state, states)

    def _trailer(self, room: QSize) -> Trailer:
        """Return what is chosen, small and with few frames."""
        film = self._film()
        look, timing = film.look, film.timing
        scale = max(min(room.width() / look.width, room.height() / look.height, 1.0), 0.05)
        count = min(_MOST_FRAMES, max(round(timing.seconds * _FPS), 2), timing.n_frames)
        hold = timing.hold * count / timing.seconds
        few = Timing(float(count), 1, timing.easing, hold, timing.loop)
        small = replace(film, look=replace(look, scale=scale), timing=few)
        return Trailer(small, scale, timing.seconds, film.animation.is_run)

    def _on_changed(self) -> None:
        if not self.recorder.is_running:
            self.preview.refresh()
            self._tell("")

    def _on_state(self, old: State, new: State) -> None:
        self.ends.list_states()
        self._on_changed()

    def _tell(self, problem: str) -> None:
        """Say what is wrong; or how large it will be."""
        self._problem = problem
        if self.recorder.is_running:
            return
        if not problem:
            try:
                moving_format_of(f"{self._name}{self.form.suffix}")
            except UserError as error:
                problem = str(error)
        self.footer.say(problem or self._size())
        self.footer.export_button.setEnabled(not problem)

    def _size(self) -> str:
        look, timing = self.form.look, self.form.timing
        wide, high = round(look.width * look.scale), round(look.height * look.scale)
        said = f"{wide:,} × {high:,} pixels · {timing.n_frames:,} frames in {timing.seconds:g} s"
        if (each := self.preview.bytes_of_frame(look.scale)) > 0:
            total = each * timing.n_frames * MOVING_FORMATS[self.form.suffix].share
            said += f" · about {in_words(round(total))}"
        return said

    # What the user does.

    def ask(self) -> None:
        """Ask where to, and record it."""
        suffix = self.form.suffix
        title = MOVING_FORMATS[suffix].title
        begin = Path(read_settings().folder) / f"{self._name}{suffix}"
        path, _ = QFileDialog.getSaveFileName(
            self, "Export moving picture", str(begin), f"{title} (*{suffix})"
        )
        if path:
            self.write(Path(path) if Path(path).suffix else Path(f"{path}{suffix}"))

    def write(self, path: Path) -> None:
        """Record it to a file, as what the name of that ends in."""
        try:
            moving_format_of(path)
            film = self._film()
        except UserError as error:
            self._tell(str(error))
            return
        self.form.remember()
        self.preview.stop()
        self._path = path
        self._show_recording(True)
        self.footer.show_progress(0.0, "preparing")
        self.recorder.run(film, path)

    def stop(self) -> None:
        """Record no longer; no file is left, and an old one stays as it was."""
        self.recorder.stop()

    def _on_written(self, path: str) -> None:
        self._show_recording(False)
        self._path = Path()
        self.footer.say(f"Written to {path}")
        self.written.emit(Path(path))

    def _on_failed(self, error: Exception) -> None:
        self._show_recording(False)
        self._path = Path()
        if not isinstance(error, UserError):
            raise error
        self.footer.say(str(error))

    def _on_ended(self) -> None:
        """Say that it was stopped, where it was neither written nor failed."""
        if self._path.name:
            self._show_recording(False)
            self.footer.say(f"Stopped; {self._path.name} was not written")
            self._path = Path()

    def _show_recording(self, is_on: bool) -> None:
        self.footer.show_recording(is_on)
        self.form.setEnabled(not is_on)
        self.preview.setEnabled(not is_on)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Close with the window."""
        if event.type() == QEvent.Type.Close:
            self.close()
        return False

    def done(self, result: int) -> None:
        """Close; nothing is drawn or recorded any more."""
        self._path = Path()
        self.preview.stop()
        self.recorder.stop()
        super().done(result)

"""Frames of a film made in turns of the event loop, so that the window answers meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from embedviz.app.tasks import Task
from embedviz.gui.moving.turns import IsBusy, Recordable, Turn

_FULL_MILLISECONDS = 5
"""Between two looks whether there is room for another frame."""
_WAIT_MILLISECONDS = 2
"""Between two looks whether the pane is still calculating."""


class Projector(QObject):
    """Maker of the frames of a film: each part of one in a turn of its own.

    The points of large clouds are drawn in a thread. Between two turns, whatever waits for the
    window comes first.

    Parameters
    ----------
    parent : QObject, optional

    Signals
    -------
    drawn : (QImage,)
        The next frame.
    finished : ()
        There is no other one.
    failed : (Exception,)

    Attributes
    ----------
    has_room : callable
        Whether a frame can be taken now.
    """

    drawn = Signal(object)
    finished = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.has_room: Callable[[], bool] = lambda: True
        self._busy: IsBusy = lambda: False
        self._steps: Iterator[Turn | QImage] | None = None
        self._drawing = Task(self)
        self._drawing.failed.connect(self._fail)
        self._is_settled = True
        self._turns = QTimer(self, singleShot=True)
        self._turns.timeout.connect(self._take_turn)

    @property
    def is_running(self) -> bool:
        """Whether frames are made."""
        return self._steps is not None

    def run(self, film: Recordable) -> None:
        """Make the frames of a film; those of another one are made no longer."""
        self.stop()
        self._is_settled, self._busy = True, lambda: False
        self._steps = film.frames(self._watch)
        self._turns.start(0)

    def stop(self) -> None:
        """Make no more frames."""
        self._turns.stop()
        self._drawing.cancel()
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()  # type: ignore[attr-defined]  # A generator: it closes its stage.

    def _watch(self, is_busy: IsBusy) -> None:
        """Wait for something else from now on."""
        self._busy = is_busy

    def _take_turn(self) -> None:
        if self._steps is None:
            return
        if not self.has_room():
            self._turns.start(_FULL_MILLISECONDS)
        elif self._busy():
            self._is_settled = False
            self._turns.start(_WAIT_MILLISECONDS)
        elif not self._is_settled:
            # What was calculated may have led to something else, in the turn after it.
            self._is_settled = True
            self._turns.start(0)
        else:
            self._go_on()

    def _go_on(self) -> None:
        assert self._steps is not None
        steps = self._steps
        try:
            step = next(steps)
        except StopIteration:
            self._steps = None
            self.finished.emit()
        except Exception as error:  # noqa: BLE001 - shown by whoever asked for the film
            self._fail(error)
        else:
            self._take(step)

    def _take(self, step: Turn | QImage) -> None:
        if isinstance(step, QImage):
            self._turns.start(0)
            self.drawn.emit(step)
        elif step is None:
            self._is_settled = False
            self._turns.start(0)
        else:
            self._drawing.run(lambda report: step(), lambda _: self._turns.start(0))

    def _fail(self, error: Exception) -> None:
        self.stop()
        self.failed.emit(error)

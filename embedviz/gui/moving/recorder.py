"""A film written to a file: frames made in the window's thread, and encoded elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Full, Queue

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, Signal
from PySide6.QtGui import QImage

from embedviz.app.tasks import Task
from embedviz.core.progress import Report, silent
from embedviz.formats.moving.clip import Pixels
from embedviz.formats.moving.writing import write_clip
from embedviz.gui.moving.projector import Projector
from embedviz.gui.moving.turns import Recordable

_AHEAD = 2
"""Frames that wait to be encoded, at most: more would only take memory."""
_POLL_SECONDS = 0.05


class Recorder(QObject):
    """Recorder of one film after the other.

    Parameters
    ----------
    parent : QObject, optional

    Signals
    -------
    progressed : (float, str)
    finished : (str,)
        The file is complete; its path.
    failed : (Exception,)

    Attributes
    ----------
    writing : Task
    """

    progressed = Signal(float, str)
    finished = Signal(str)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._projector = Projector(self)
        self.writing = Task(self)
        self._queue: Queue[QImage] = Queue(_AHEAD)
        self._projector.has_room = lambda: not self._queue.full()
        self._projector.drawn.connect(self._take)
        self._projector.failed.connect(self._fail)
        self.writing.progressed.connect(self.progressed)
        self.writing.failed.connect(self._fail)
        self.writing.finished.connect(self._projector.stop)  # It may have been stopped elsewhere.

    @property
    def is_running(self) -> bool:
        """Whether a film is recorded."""
        return self.writing.is_busy

    def run(self, film: Recordable, path: str | Path) -> None:
        """Record a film; an old file is replaced when all of it is there."""
        self.stop()
        queue = self._queue = Queue(_AHEAD)
        clip = film.clip

        def write(report: Report) -> str:
            write_clip(path, clip, _pixels_of(queue, clip.n_frames, report), report)
            return str(path)

        self.writing.run(write, self.finished.emit)
        self._projector.run(film)

    def stop(self) -> None:
        """Record no longer; nothing is left of the file that was not complete."""
        self._projector.stop()
        self.writing.cancel()

    def _take(self, image: QImage) -> None:
        try:
            self._queue.put_nowait(image)
        except Full:  # It was stopped meanwhile.
            self.stop()

    def _fail(self, error: Exception) -> None:
        self.stop()
        self.failed.emit(error)


def record(film: Recordable, path: str | Path, report: Report = silent) -> None:
    """Record a film, and wait until it is written.

    Raises
    ------
    UserError
        When it cannot be drawn or written.
    """
    recorder, waiting = Recorder(), QEventLoop()
    errors: list[Exception] = []
    recorder.progressed.connect(report)
    recorder.failed.connect(errors.append)
    recorder.writing.finished.connect(waiting.quit)  # Also of one that has to be taken back first.
    recorder.run(film, path)
    waiting.exec()
    if errors:
        raise errors[0]


def _pixels_of(queue: Queue[QImage], count: int, report: Report) -> Iterator[Pixels]:
    """Yield frames as they come; the report is where it is stopped."""
    for place in range(count):
        while True:
            report(place / count, f"frame {place + 1:,} of {count:,}")
            try:
                image = queue.get(timeout=_POLL_SECONDS)
            except Empty:
                continue
            break
        yield pixels_of(image)


def pixels_of(image: QImage) -> Pixels:
    """Return the red, green and blue of an image, (height, width, 3)."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    height, width, line = plain.height(), plain.width(), plain.bytesPerLine()
    lines = np.frombuffer(plain.constBits(), dtype=np.uint8).reshape(height, line)
    # A copy: the memory goes with the image.
    return lines[:, : 3 * width].reshape(height, width, 3).copy()

"""Live preview of a moving picture: small, with few frames, which play at the pace of the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import (
    QBuffer,
    QIODevice,
    QPoint,
    QRect,
    QSignalBlocker,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from embedviz.core.errors import UserError
from embedviz.gui.moving.projector import Projector
from embedviz.gui.moving.turns import Recordable
from embedviz.gui.points.reduced_motion import prefers_reduced_motion
from embedviz.gui.theme import GRID, theme_manager, with_alpha
from embedviz.gui.widgets.controls import slider, text_label, tool_button

_PATIENCE_MILLISECONDS = 250
_MARGINS = QSize(2 * GRID, 2 * GRID)
WAITS = "Press Play to see it: the run is made anew for it, which takes as long as that does."


@dataclass(frozen=True)
class Trailer:
    """A film as its preview has it.

    Attributes
    ----------
    film : Recordable
        Small, and with few frames.
    scale : float
        Pixels of its frames per pixel of the picture.
    seconds : float
        How long the whole of it is shown.
    is_run : bool
        Whether it takes a run that has to be made for it.
    """

    film: Recordable
    scale: float
    seconds: float
    is_run: bool = False


class MovingPreview(QWidget):
    """Preview of a film, with a button and a slider below.

    Frames are shown as they are made, and played over and over once all are there. A film of a
    run is begun by its button alone, and so is every film where the system asks for less motion.

    Parameters
    ----------
    make : callable
        Takes the pixels that there is room for, and returns the trailer of what is to be seen;
        raises a UserError where there is nothing.

    Signals
    -------
    told : (str,)
        Why there is nothing to see; empty where there is.
    drawn : ()
        The first frame is there.

    Attributes
    ----------
    frames : list of QImage
    waits : bool
        Whether it waits for its button.
    """

    told = Signal(str)
    drawn = Signal()

    def __init__(self, make: Callable[[QSize], Trailer]) -> None:
        super().__init__()
        self._make, self.frames = make, list[QImage]()
        self.waits = False
        self._n_frames, self._loops, self._scale = 0, True, 1.0
        self._projector = Projector(self)
        self._projector.drawn.connect(self._take)
        self._projector.finished.connect(self._on_finished)
        self._projector.failed.connect(self._on_failed)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self.draw)
        self._beat = QTimer(self)
        self._beat.timeout.connect(self._show_next)
        self._screen = _Screen()
        self.play_button = tool_button("moving.play", "Play", "Play or pause the preview")
        self.play_button.setFixedWidth(self.play_button.sizeHint().width() + 2 * GRID)
        self.scrub = slider("moving.scrub", "Frames of the preview", 0)
        self.scrub.setEnabled(False)
        self.said = text_label(kind="caption")
        self.play_button.clicked.connect(self._play_or_pause)
        self.scrub.valueChanged.connect(self._show_frame)
        below = QHBoxLayout()
        below.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        below.setSpacing(GRID)
        below.addWidget(self.play_button)
        below.addWidget(self.scrub, 1)
        below.addWidget(self.said)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._screen, 1)
        rows.addLayout(below)

    @property
    def is_drawing(self) -> bool:
        """Whether frames are made."""
        return self._projector.is_running

    def refresh(self) -> None:
        """Draw what is to be seen now, soon."""
        self.stop()
        self._patience.start()

    def draw(self, *, is_wanted: bool = False) -> None:
        """Draw what is to be seen now.

        Parameters
        ----------
        is_wanted : bool
            Whether the user pressed the button.
        """
        self.stop()
        self.frames.clear()
        self._show_frame(0)
        try:
            trailer = self._make((self._screen.size() - _MARGINS) * self.devicePixelRatioF())
        except UserError as error:
            self._on_failed(error)
            return
        self.told.emit("")
        self.waits = trailer.is_run and not is_wanted
        if self.waits:
            self._screen.say(WAITS)
            return
        clip, self._scale = trailer.film.clip, trailer.scale
        self._n_frames, self._loops = clip.n_frames, clip.repeats
        self._beat.setInterval(max(round(1000 * trailer.seconds / clip.n_frames), 10))
        self._screen.say("Drawing …")
        self._projector.run(trailer.film)
        self._show_state()

    def stop(self) -> None:
        """Draw nothing more, and stand still."""
        self._patience.stop()
        self._beat.stop()
        self._projector.stop()
        self._show_state()

    def bytes_of_frame(self, scale: float) -> float:
        """Return about how many bytes a frame would be as PNG at a scale; 0 where none is there.

        Parameters
        ----------
        scale : float
            Pixels of the file per pixel of the picture.
        """
        if not self.frames:
            return 0.0
        image = self.frames[len(self.frames) // 2]
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]
        # Larger pictures have more that is even: less than the square.
        return float(buffer.size() * (scale / self._scale) ** 1.5)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it as large as there is room, where it was drawn before."""
        super().resizeEvent(event)
        if self.frames and event.oldSize().isValid():
            self.refresh()

    def _take(self, image: QImage) -> None:
        image.setDevicePixelRatio(self.devicePixelRatioF())
        self.frames.append(image)
        self.said.setText(f"{len(self.frames)} of {self._n_frames}")
        self._show_frame(len(self.frames) - 1)
        if len(self.frames) == 1:
            self.drawn.emit()

    def _on_finished(self) -> None:
        self.scrub.setRange(0, len(self.frames) - 1)
        self.said.setText("")
        if not prefers_reduced_motion():
            self._beat.start()
        else:
            self._show_frame(0)
        self._show_state()

    def _on_failed(self, error: Exception) -> None:
        self._screen.say("")
        self._show_state()
        if not isinstance(error, UserError):
            raise error
        self.told.emit(str(error))

    def _play_or_pause(self) -> None:
        if self._beat.isActive() or self.is_drawing:
            self.stop()
        elif len(self.frames) > 1 and len(self.frames) == self._n_frames:
            if self.scrub.value() == self.scrub.maximum():
                self._show_frame(0)
            self._beat.start()
            self._show_state()
        else:
            self.draw(is_wanted=True)

    def _show_next(self) -> None:
        place = self.scrub.value() + 1
        if place >= len(self.frames):
            if not self._loops:
                self.stop()
                return
            place = 0
        self._show_frame(place)

    def _show_frame(self, place: int) -> None:
        with QSignalBlocker(self.scrub):
            self.scrub.setMaximum(max(len(self.frames) - 1, 0))
            self.scrub.setValue(place)
        self._screen.show_image(self.frames[place] if place < len(self.frames) else None)

    def _show_state(self) -> None:
        self.play_button.setText("Pause" if self._beat.isActive() or self.is_drawing else "Play")
        self.scrub.setEnabled(not self.is_drawing and len(self.frames) > 1)


class _Screen(QWidget):
    """The frame that is seen, or why there is none."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._words = ""
        self.setObjectName("moving.preview")
        self.setAccessibleName("Preview of the moving picture")
        self.setMinimumSize(240, 180)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size that is wanted."""
        return QSize(560, 380)

    def show_image(self, image: QImage | None) -> None:
        """Show a frame."""
        self._image = image
        self.update()

    def say(self, words: str) -> None:
        """Say something while there is no frame."""
        self._words = words
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Show the frame in the middle."""
        theme = theme_manager.theme
        with QPainter(self) as painter:
            if self._image is None:
                painter.setPen(theme.muted)
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                room = self.rect().adjusted(4 * GRID, GRID, -4 * GRID, -GRID)
                painter.drawText(room, flags, self._words)
                return
            size = self._image.deviceIndependentSize().toSize()
            most = self.size() - _MARGINS
            if size.width() > most.width() or size.height() > most.height():  # Until drawn anew.
                size = size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(QPoint(), size)
            place.moveCenter(self.rect().center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self._image)
            painter.setPen(with_alpha(theme.muted, 0.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place.adjusted(0, 0, -1, -1))

"""Whether a map shows how crowded its places are, instead of its points.

Where there are more points than the picture has room for, they are a flat blot, whatever their
colors are: then the density is shown, until the user has chosen, or looks so near that there is
room. What counts is the whole cloud as large as it is drawn, not what is in view: the picture
should not change when it is moved.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

CROWDED = 0.5
"""Points for each pixel, from which on the density is shown."""
BY_ITSELF = "density (log scale), since there is more than a point for every two pixels"
AS_CHOSEN = "density, on a log scale"


class Crowd(QObject):
    """Watch over how crowded a picture is.

    Parameters
    ----------
    view : QWidget
        Where it is shown.
    crowding : callable
        Returns how many points there are for each pixel.

    Signals
    -------
    changed : (bool,)
        Whether the density is shown, as soon as `words` are different.

    Attributes
    ----------
    words : str
        What is said of the density; empty where the points are shown.
    """

    changed = Signal(bool)

    def __init__(self, view: QWidget, crowding: Callable[[], float]) -> None:
        super().__init__(view)
        self._crowding = crowding
        self._chosen: bool | None = False
        self.words = ""
        view.installEventFilter(self)

    def show(self, chosen: bool | None) -> None:
        """Take over what the user has chosen; None: nothing."""
        self._chosen = chosen
        self.look()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Look again when the picture has another size."""
        if isinstance(event, QResizeEvent):
            self.look()
        return False

    def look(self) -> None:
        """Look again whether there is room for points."""
        words = AS_CHOSEN if self._chosen else ""
        if self._chosen is None and self._crowding() > CROWDED:
            words = BY_ITSELF
        if words != self.words:
            self.words = words
            self.changed.emit(bool(words))

"""What the speaker sees beside the stage: the speaker view, kept up to date."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

from embedviz.app.scenes.sequence import what_is_missing
from embedviz.app.state import State
from embedviz.gui.scenes.pictures import ScenePictures
from embedviz.gui.talk.speaker import SpeakerView

THE_END = "The end"


class Aside(QObject):
    """Speaker view of a stage: on a screen of its own, or in a window where it is asked for.

    Signals
    -------
    step_wanted, ended
        See `SpeakerView`.

    Attributes
    ----------
    view : SpeakerView or None
    """

    step_wanted = Signal(int)
    ended = Signal()

    def __init__(self, pictures: ScenePictures, parent: QObject) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self.view: SpeakerView | None = None

    def open_on(self, screen: QScreen) -> None:
        """Open the view on a screen, as large as that is."""
        view = self._make()
        view.setGeometry(screen.availableGeometry())
        view.showMaximized()

    def switch(self, size: QSize) -> None:
        """Open the view as a window of a size, or close it."""
        if self.view is not None:
            self.close()
            return
        view = self._make()
        view.resize(size)
        view.show()

    def close(self) -> None:
        """Close the view, if there is one."""
        view, self.view = self.view, None
        if view is not None:
            view.close()

    def owns(self, window: QWidget | None) -> bool:
        """Return whether a window is the view."""
        return window is not None and window is self.view

    def tell(self, state: State, place: int | None, *, is_over: bool) -> None:
        """Show a scene of a state, and what follows it.

        Parameters
        ----------
        state : State
        place : int or None
            Of the scene, from 0; None where none is on stage.
        is_over : bool
            Whether the last one has been shown.
        """
        view, scenes = self.view, state.scenes
        if view is None:
            return
        if place is not None and place >= len(scenes):  # It has been taken back.
            place = None
        if place is None or is_over:
            view.show_scene(THE_END if is_over else "No scene", None, "")
        else:
            scene = scenes[place]
            misses = what_is_missing(state, scene) or scene.misses
            view.show_scene(f"{place + 1} / {len(scenes)} · {scene.name}", scene.note, misses)
        following = 0 if place is None else place + 1
        if is_over:
            view.show_next("", None)
        elif following >= len(scenes):
            view.show_next("This is the last scene", None)
        else:
            after = scenes[following]
            view.show_next(f"Next: {after.name}", self._pictures.picture(after.key))

    def _make(self) -> SpeakerView:
        self.view = view = SpeakerView()
        view.step_wanted.connect(self.step_wanted)
        view.ended.connect(self.ended)
        view.closed.connect(self._forget)
        return view

    def _forget(self) -> None:
        self.view = None

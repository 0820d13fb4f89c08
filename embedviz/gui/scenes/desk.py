"""What is done with scenes in a window: taken, chosen, shown, changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar, Protocol

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QWidget

from embedviz.app.scenes import sequence
from embedviz.app.scenes.scene import Scene
from embedviz.app.scenes.sequence import look_of, place_of, scene_of, what_is_missing
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.core.errors import UserError
from embedviz.gui.scenes.pictures import ScenePictures
from embedviz.gui.widgets.message_bar import MessageBar

_REST_MILLISECONDS = 500
"""How long a scene has been shown before its picture is taken anew."""


class ScenePane(Protocol):
    """A pane, as scenes see it."""

    title: str
    name: str
    picture: QWidget
    needs_set: ClassVar[bool]
    scenes_by_facts: ClassVar[bool]

    def facts(self, state: State) -> Sequence[str]:
        """Return what is shown in a few short phrases."""


class SceneWindow(Protocol):
    """A window, as scenes see it."""

    @property
    def session(self) -> Session:
        """What holds the state."""

    @property
    def message_bar(self) -> MessageBar:
        """Where it is said what is missing."""

    @property
    def docks(self) -> Mapping[str, QDockWidget]:
        """The docks, by the names of their panes."""

    @property
    def active_pane(self) -> ScenePane:
        """The pane that is looked at."""

    def bring_to_front(self, name: str) -> None:
        """Show a pane, by its name."""


class SceneDesk(QObject):
    """Desk at which scenes are taken, put in order and shown.

    Signals
    -------
    chosen : ()
        Another scene is chosen, or none.

    Attributes
    ----------
    choice : int or None
        Key of the scene that is chosen: a new one comes behind it, and keys are about it.
    pictures : ScenePictures
    """

    chosen = Signal()

    def __init__(self, window: SceneWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._window, self._session = window, window.session
        self.choice: int | None = None
        self.pictures = ScenePictures(self)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MILLISECONDS)
        self._rest.timeout.connect(self._take_picture)
        self._session.changed.connect(self._on_changed)

    @property
    def scenes(self) -> Sequence[Scene[State]]:
        """All scenes, in their order."""
        return self._session.state.scenes

    @property
    def place(self) -> int | None:
        """Where in the order the chosen scene is."""
        return place_of(self._session.state, self.choice)

    def choose(self, key: int | None) -> None:
        """Choose a scene, without showing it."""
        if key != self.choice:
            self.choice = key
            self.chosen.emit()

    def take(self) -> None:
        """Make a scene of what is shown, behind the chosen one, and choose it."""
        pane, state = self._window.active_pane, self._session.state
        if state.active is None and pane.needs_set:
            self._window.message_bar.show_message("Open a file of vectors first.")
            return
        if self._change(
            lambda state: sequence.taking(
                state,
                pane.name,
                _name_for(pane, state),
                self.choice,
                self.pictures.last_key + 1,
            )
        ):
            place = place_of(state, self.choice)
            key = self.scenes[-1 if place is None else place + 1].key
            self.pictures.take(key, pane.picture)
            self.choose(key)

    def retake(self) -> None:
        """Let the chosen scene show what is shown now."""
        pane, key = self._window.active_pane, self.choice
        if key is not None and place_of(self._session.state, key) is not None:
            self._change(lambda state: sequence.retaken(state, key, pane.name))
            self.pictures.take(key, pane.picture)

    def rename(self, key: int, name: str) -> None:
        """Call a scene something else."""
        self._change(lambda state: sequence.renamed(state, key, name))

    def note(self, key: int, note: str) -> None:
        """Give a scene another note for the speaker."""
        self._change(lambda state: sequence.noted(state, key, note))

    def move(self, key: int, place: int) -> None:
        """Put a scene at another place."""
        self._change(lambda state: sequence.moved(state, key, place))

    def move_by(self, steps: int) -> None:
        """Put the chosen scene so many places further back."""
        if self.choice is not None and self.place is not None:
            self.move(self.choice, max(self.place + steps, 0))

    def remove(self) -> None:
        """Take the chosen scene out, and choose the one that takes its place."""
        key, place = self.choice, self.place
        if key is None or place is None:
            return
        self._change(lambda state: sequence.removed(state, key))
        left = self.scenes
        self.choose(left[min(place, len(left) - 1)].key if left else None)

    def duplicate(self) -> None:
        """Add the chosen scene once more, behind itself, and choose the new one."""
        key, place = self.choice, self.place
        if key is None or place is None:
            return
        if self._change(lambda state: sequence.duplicated(state, key, self.pictures.last_key + 1)):
            made = self.scenes[place + 1].key
            self.pictures.copy(made, key)
            self.choose(made)

    def step(self, steps: int) -> None:
        """Show the scene so many places after the chosen one; without one, an end of the order."""
        if not self.scenes:
            self._window.message_bar.show_message("There are no scenes yet. F7 takes one.")
            return
        place = self.place
        if place is None:
            place = -1 if steps > 0 else len(self.scenes)
        self.show(self.scenes[min(max(place + steps, 0), len(self.scenes) - 1)].key)

    def show(self, key: int) -> None:
        """Show a scene in the window, as far as its set is open."""
        state = self._session.state
        scene = scene_of(state, key)
        if scene is None:
            return
        self.choose(key)
        missing = what_is_missing(state, scene)
        if missing:
            self._say_missing(scene, missing)
            return
        self._window.message_bar.clear()
        self._session.show(sequence.showing(state, scene))
        self._window.bring_to_front(self.pane_of(scene))
        self._rest.start()

    def pane_of(self, scene: Scene[State]) -> str:
        """Return the pane of a scene; the first map where that is not in the window any more."""
        return scene.pane if scene.pane in self._window.docks else "map"

    def _say_missing(self, scene: Scene[State], missing: str) -> None:
        told, show = f"{scene.name}: {missing}", self._window.message_bar.show_message
        if scene.look is None:
            show(f"{told} Open the session again once its file is back.")
            return

        def open_again(scene: Scene[State]) -> None:
            self._session.show(sequence.open_again(self._session.state, scene))
            self._window.bring_to_front(self.pane_of(scene))

        show(told, "Open it again", partial(open_again, scene))

    def note_shown(self) -> None:
        """Take a new picture of the chosen scene as soon as it has been shown for a moment."""
        self._rest.start()

    def _take_picture(self) -> None:
        """Take a picture of the chosen scene, if it is still shown and nothing is at work."""
        scene = scene_of(self._session.state, self.choice)
        pane = self._window.active_pane
        if scene is None or self._session.board.current is not None:
            return
        if scene.pane == pane.name and look_of(self._session.state) == scene.look:
            self.pictures.take(scene.key, pane.picture)

    def _change(self, change: Callable[[State], State]) -> bool:
        """Show another state; return whether it was possible."""
        try:
            self._session.show(change(self._session.state))
        except UserError as error:
            self._window.message_bar.show_message(str(error))
            return False
        return True

    def _on_changed(self, old: State, new: State) -> None:
        if self.choice is not None and place_of(new, self.choice) is None:
            self.choose(None)


def _name_for(pane: ScenePane, state: State) -> str:
    """Return what a new scene is called: by its pane, and by what is shown or asked for."""
    if state.active is None or not pane.needs_set:
        return pane.title
    query = state.current_query
    about = query.name if query is not None else state.active.name
    if pane.scenes_by_facts:
        about = next(iter(pane.facts(state)), about)
    return f"{pane.title}: {about}" if about else pane.title

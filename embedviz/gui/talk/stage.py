"""Direction of a talk: which scene is on stage, and what goes over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QScreen
from PySide6.QtWidgets import QDockWidget, QWidget

from embedviz.app.scenes.scene import Scene
from embedviz.app.scenes.sequence import showing, what_is_missing
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.gui.pane import Pane
from embedviz.gui.scenes.desk import SceneDesk
from embedviz.gui.scenes.transition import SceneTransition
from embedviz.gui.talk.aside import THE_END, Aside
from embedviz.gui.talk.curtain import Cover
from embedviz.gui.talk.keys import Cue, TalkKeys
from embedviz.gui.talk.window import TalkWindow

_PATIENCE_MILLISECONDS = 800
"""After a transition, before it is said that something is still calculated."""
_PACE_MILLISECONDS = 200
_END = (THE_END, "Esc goes back to the window")


class StageWindow(Protocol):
    """A window, as a talk sees it."""

    @property
    def session(self) -> Session:
        """What holds the state."""

    @property
    def widget(self) -> QWidget:
        """The window itself."""

    @property
    def scenes(self) -> SceneDesk:
        """What is done with scenes."""

    @property
    def active_pane(self) -> Pane:
        """The pane that is looked at."""

    @property
    def panes(self) -> Sequence[Pane]:
        """All panes, without the panels."""

    @property
    def docks(self) -> Mapping[str, QDockWidget]:
        """The docks, by the names of their panes."""

    def bring_to_front(self, name: str) -> None:
        """Show a pane, by its name."""


class Stage(QObject):
    """Stage of a window: empty, or with a pane on the whole screen.

    Attributes
    ----------
    talk : TalkWindow or None
    aside : Aside
        What the speaker sees beside it.
    transition : SceneTransition
    """

    def __init__(self, window: StageWindow) -> None:
        super().__init__(window.widget)
        self._window, self._session = window, window.session
        self.talk: TalkWindow | None = None
        self.aside = Aside(window.scenes.pictures, self)
        self.aside.step_wanted.connect(self.step)
        self.aside.ended.connect(self.close)
        self.transition = SceneTransition(window.session, self)
        self.transition.finished.connect(self._on_arrived)
        self._keys: TalkKeys | None = None
        self._place: int | None = None
        self._is_over = False
        self._patience = QTimer(self, singleShot=True)
        self._patience.timeout.connect(self._say_work)
        self._pace = QTimer(self, interval=_PACE_MILLISECONDS)
        self._pace.timeout.connect(self._say_work)

    @property
    def place(self) -> int | None:
        """Which scene is on stage, from 0; None: a pane that is no scene."""
        return self._place

    def switch(self) -> None:
        """Begin with the first scene, or with the pane in front where there are none; or end."""
        if self.talk is not None:
            self.talk.close()
        else:
            self.begin(0 if self._scenes else None)

    def switch_here(self) -> None:
        """Begin with the chosen scene, or with the pane in front where none is chosen; or end."""
        if self.talk is not None:
            self.talk.close()
        else:
            self.begin(self._window.scenes.place)

    def begin(self, place: int | None) -> None:
        """Show a scene on the whole screen, or with None the pane in front."""
        pane, main = self._window.active_pane, self._window.widget
        actions = main.findChildren(QAction)
        talk = self.talk = TalkWindow(pane, self._window.docks[pane.name], actions)
        talk.ended.connect(self._on_ended)
        self._keys = TalkKeys(self._on_cue, self._is_stage, lambda: bool(self._scenes), self)
        self._place, self._is_over = None, False
        here, there = _screens_for(main)
        talk.setGeometry(there.geometry())
        talk.showFullScreen()
        if here is not there:
            self.aside.open_on(here)
        talk.activateWindow()
        if place is None:
            self._tell()
        else:
            self.go(place)

    def go(self, place: int) -> None:
        """Show the scene at a place of the order, counted from 0."""
        talk, scenes = self.talk, self._scenes
        if talk is None or not scenes:
            return
        self._is_over, self._place = False, min(max(place, 0), len(scenes) - 1)
        scene, state = scenes[self._place], self._session.state
        self.transition.finish()
        self._window.scenes.choose(scene.key)
        if talk.curtain.cover is not Cover.NOTHING:
            talk.curtain.set_cover(talk.curtain.cover)
        self._quiet()
        missing = what_is_missing(state, scene)
        if missing:
            talk.curtain.show_card(scene.name, missing)
        else:
            self._show(scene, talk)
        self._tell()

    def step(self, steps: int) -> None:
        """Go so many scenes on; beyond the last one it is over, and then the talk ends."""
        if self.talk is None or not self._scenes:
            return
        if self._is_over:
            if steps > 0:
                self.talk.close()
            else:
                self.go(len(self._scenes) - 1)
            return
        place = -1 if self._place is None and steps > 0 else self._place or 0
        if place + steps >= len(self._scenes):
            self.transition.finish()
            self._is_over = True
            self._quiet()
            self.talk.curtain.show_card(*_END)
            self._tell()
        else:
            self.go(place + steps)

    def close(self) -> None:
        """End the talk, if there is one."""
        if self.talk is not None:
            self.talk.close()

    @property
    def _scenes(self) -> Sequence[Scene[State]]:
        return self._session.state.scenes

    def _show(self, scene: Scene[State], talk: TalkWindow) -> None:
        pane = self._pane_of(scene)
        had_card = bool(talk.curtain.card[0])
        if talk.pane is not pane or had_card:
            before = talk.grab()
            talk.curtain.show_card()
            talk.lend(pane, self._window.docks[pane.name])
            talk.curtain.fade_from(before)
        self.transition.run(showing(self._session.state, scene))

    def _pane_of(self, scene: Scene[State]) -> Pane:
        name = self._window.scenes.pane_of(scene)
        return next(each for each in self._window.panes if each.name == name)

    def _on_arrived(self) -> None:
        if self.talk is not None:
            self._patience.start(_PATIENCE_MILLISECONDS)
            self._window.scenes.note_shown()

    def _say_work(self) -> None:
        """Say what is at work for longer than a transition, until it is done."""
        if self.talk is None:
            return
        current = self._session.board.current
        if current is None:
            self._quiet()
            return
        fraction, words = current
        share = f" · {100 * fraction:.0f} %" if fraction > 0 else ""
        self.talk.curtain.say(f"{words[:1].upper()}{words[1:]}{share}")
        self._pace.start()

    def _quiet(self) -> None:
        self._patience.stop()
        self._pace.stop()
        if self.talk is not None:
            self.talk.curtain.say("")

    def _on_cue(self, cue: Cue, number: int | None) -> None:
        talk = self.talk
        if talk is None:
            return
        curtain = talk.curtain
        if cue in (Cue.NEXT, Cue.PREVIOUS) and curtain.cover is not Cover.NOTHING:
            curtain.set_cover(curtain.cover)  # The audience sees again where it was.
            return
        acts: dict[Cue, Callable[[], None]] = {
            Cue.NEXT: partial(self.step, 1),
            Cue.PREVIOUS: partial(self.step, -1),
            Cue.FIRST: partial(self.go, 0),
            Cue.LAST: partial(self.go, len(self._scenes) - 1),
            Cue.GO: partial(self.go, (number or 1) - 1),
            Cue.BLACK: partial(curtain.set_cover, Cover.BLACK),
            Cue.WHITE: partial(curtain.set_cover, Cover.WHITE),
            Cue.SPOTLIGHT: partial(curtain.set_spotlight, not curtain.is_spotlight),
            Cue.SPEAKER: self._switch_speaker,
        }
        acts[cue]()

    def _switch_speaker(self) -> None:
        self.aside.switch(self._window.widget.size() * 0.75)
        self._tell()

    def _is_stage(self, window: QWidget) -> bool:
        return window is self.talk or self.aside.owns(window)

    def _tell(self) -> None:
        """Say which scene it is, to the audience and to the speaker."""
        if self.talk is None:
            return
        scenes, place = self._scenes, self._place
        count = len(scenes)
        number = "" if place is None or self._is_over else f"{place + 1} / {count}"
        self.talk.curtain.show_number(number)
        self.aside.tell(self._session.state, place, is_over=self._is_over)

    def _on_ended(self) -> None:
        self.transition.finish()
        self._quiet()
        self.talk = None
        if self._keys is not None:
            self._keys.remove()
            self._keys = None
        self.aside.close()
        if self._place is not None and self._place < len(self._scenes):
            self._window.bring_to_front(self._window.scenes.pane_of(self._scenes[self._place]))
        self._place = None


def _screens_for(window: QWidget) -> tuple[QScreen, QScreen]:
    """Return the screens of the speaker and of the audience: one, where there is only one."""
    here = window.screen()
    others = [each for each in QGuiApplication.screens() if each is not here]
    return here, (others[0] if others else here)

"""The frames of an animation, drawn one after the other: the same ones each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from PySide6.QtGui import QImage

from embedviz.app.animation.between import state_on_the_way
from embedviz.app.animation.kinds import Animation
from embedviz.app.animation.timing import Timing
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.formats.moving.clip import Clip
from embedviz.gui.export.look import FigureLook
from embedviz.gui.export.room import require_room
from embedviz.gui.moving.turns import Turn, Watch


class FilmStage(Protocol):
    """What shows one state after the other: see `PaneStage`."""

    session: Session

    def begin(self) -> Iterator[Turn]:
        """Show the first state."""

    def show(self, state: State) -> Iterator[Turn]:
        """Show another state."""

    def show_moment(self, part: float) -> Iterator[Turn]:
        """Show a moment of the run, 0 to 1."""

    def walk(self, part: float) -> None:
        """Show a part, 0 to 1, of the way that points go from one layout to another."""

    def state_with_cameras(self) -> State:
        """Return the state that is shown, with its cameras written out."""

    def place_labels_anew(self) -> None:
        """Have labels where they are in a still picture."""

    def draw(self, images: list[QImage]) -> Iterator[Turn]:
        """Draw what is shown, and add it to some images."""

    def close(self) -> None:
        """Let go of everything."""


MakeStage = Callable[[Session, State, FigureLook], FilmStage]


@dataclass(frozen=True)
class Film:
    """What is filmed.

    Attributes
    ----------
    session : Session
        Of the window; its state is not touched.
    make : callable
        Makes the stage for a session, the state that it shows first, and the look.
    animation : Animation
    timing : Timing
    look : FigureLook
        With a width and a height.
    state : State
        What the animation is made of.
    states : tuple of State
        Where it is an animation from one state to others: these.
    """

    session: Session
    make: MakeStage
    animation: Animation
    timing: Timing
    look: FigureLook
    state: State
    states: tuple[State, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a frame in pixels."""
        scale = self.look.scale
        return round(self.look.width * scale), round(self.look.height * scale)

    @property
    def clip(self) -> Clip:
        """Size, number and rate of the frames."""
        timing = self.timing
        return Clip(*self.size, timing.fps, timing.n_frames, timing.repeats)

    def frames(self, watch: Watch) -> Iterator[Turn | QImage]:
        """Yield what has to be waited for, and the frames: see `frames_of`."""
        return frames_of(self, watch)


def frames_of(film: Film, watch: Watch) -> Iterator[Turn | QImage]:
    """Yield what has to be waited for, and the frames.

    Before the first frame, all states that the way leads through are shown once, so that their
    layouts are there; then points go from one straight to the other.

    Parameters
    ----------
    film : Film
    watch : callable
        Told what has to be waited for from now on.

    Raises
    ------
    UserError
        When the pane cannot draw a state, in words of its own.
    """
    require_room(film.look.width, film.look.height, film.look.scale)
    film = _with_all_sets(film)
    states: Sequence[State] = film.states
    begun = film.animation.begin(film.states[0] if film.states else film.state)
    if not film.animation.is_run:
        found: list[State] = []
        stage = film.make(film.session, begun, film.look)
        watch(partial(_is_busy, stage.session))
        yield from _visited(film, stage, found)
        states = found
    stage = film.make(film.session, (states or (begun,))[0], film.look)
    watch(partial(_is_busy, stage.session))
    yield from _filmed(film, stage, states or (begun,))


def _with_all_sets(film: Film) -> Film:
    """Return a film in all of whose states the same sets are open: all that any has.

    What is known of a set is let go of where it is closed: a film there and back would compute
    the layouts of both sets anew at each turn, and the window would lose those it shows.
    """
    every = (*film.states, film.state, film.session.state)
    sets = tuple(dict.fromkeys(each for state in every for each in state.sets))
    states = tuple(replace(state, sets=sets) for state in film.states)
    return replace(film, state=replace(film.state, sets=sets), states=states)


def _is_busy(session: Session) -> bool:
    return session.board.current is not None


def _visited(film: Film, stage: FilmStage, states: list[State]) -> Iterator[Turn]:
    """Show all states that the way leads through, and add them to a list."""
    try:
        yield from stage.begin()
        states += film.states or film.animation.states(stage.state_with_cameras())
        for state in states:
            yield from stage.show(state)
            stage.walk(1.0)
    finally:
        stage.close()


def _filmed(film: Film, stage: FilmStage, states: Sequence[State]) -> Iterator[Turn | QImage]:
    try:
        yield from stage.begin()
        parts = film.timing.parts(is_closed=film.animation.is_closed)
        images: list[QImage] = []
        before = None
        for part in parts:
            if part != before:
                images.clear()
                yield from _shown(stage, film, states, part)
                if before is None or part == 1.0:
                    stage.place_labels_anew()
                yield from stage.draw(images)
                before = part
            yield images[0]
    finally:
        stage.close()


def _shown(stage: FilmStage, film: Film, states: Sequence[State], part: float) -> Iterator[Turn]:
    """Show what is seen at a part of the way."""
    if film.animation.is_run:
        yield from stage.show_moment(part)
        return
    gone = part * (len(states) - 1)
    place = min(int(gone), max(len(states) - 2, 0))
    if gone in (place, place + 1):  # It may be on its way from elsewhere.
        stage.walk(1.0)
    yield from stage.show(state_on_the_way(states, part))
    stage.walk(gone - place if gone > place else 1.0)

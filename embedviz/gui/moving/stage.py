"""A stage: a pane on no screen that shows one state after the other, as a figure would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.drawing.camera import Camera
from embedviz.core.errors import UserError
from embedviz.gui.export.beginning import BegunForFigures
from embedviz.gui.export.figure import FigureDrawing
from embedviz.gui.export.head import head_height
from embedviz.gui.export.look import FigureLook
from embedviz.gui.moving.turns import Turn

Make = Callable[[Session], Any]
"""Makes a pane for a session: of `Any` kind, as panes are above what moves them."""
_FITTINGS = 3


class KeptMoments(Protocol):
    """A run of which frames are kept."""

    def place_of_moment(self, part: float) -> int:
        """Return the place of the frame of when a part of it, 0 to 1, was done."""


class PlaysMoments(Protocol):
    """Player of a run that can be seen at each of its moments."""

    @property
    def run(self) -> KeptMoments | None:
        """The run, once it has begun."""

    def scrub(self, place: int) -> None:
        """Show the frame at a place."""


@runtime_checkable
class HasRun(Protocol):
    """A pane with a run."""

    player: PlaysMoments


def companion_of(session: Session, state: State) -> Session:
    """Return a session with a state of its own, that knows all that another one has computed."""
    made = Session(state)
    made.searches, made.layouts = session.searches, session.layouts
    made.layouts.keep_too(state.sets)  # Some may be closed in the window.
    made.encoders, made.scans = session.encoders, session.scans
    return made


@runtime_checkable
class MovingPoints(Protocol):
    """A view of points, as films see it."""

    animator: Any
    viewport: Any
    scene: Any
    camera_settled: Any

    @property
    def camera(self) -> Camera:
        """What is looked with."""

    def redraw(self) -> None:
        """Draw anew what is shown."""


@runtime_checkable
class OneOfSeveral(Protocol):
    """A pane of which there are several, as maps, each with a key."""

    key: int


def stage_of(pane: object) -> Callable[[Session, State, FigureLook], PaneStage]:
    """Return what makes stages with panes like one of a window."""
    kind: Any = type(pane)
    make: Make = partial(kind, key=pane.key) if isinstance(pane, OneOfSeveral) else kind
    return partial(PaneStage, make)


class PaneStage:
    """Pane on no screen, in the size of a figure.

    What takes turns is an iterator: each of its `Turn`s has to be over before it is gone on with.

    Parameters
    ----------
    make : callable
        Makes the pane for a session.
    session : Session
        Its state is not touched; what was computed for it is there at once.
    state : State
        What is shown first.
    look : FigureLook
        With a width and a height.
    """

    def __init__(self, make: Make, session: Session, state: State, look: FigureLook) -> None:
        self.session = companion_of(session, state)
        self._drawn = replace(look, has_recipe=False)
        self._size = QSize(look.width, look.height - head_height(look))
        pane = self.pane = make(self.session)
        pane.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        pane.tool_row.hide()
        pane.set_text_scale(look.text_scale)
        pane.resize(self._size)
        pane.setUpdatesEnabled(False)  # What is drawn is drawn into the frames alone.
        self._failures: list[Exception] = []

    def begin(self, *, with_run: bool = True) -> Iterator[Turn]:
        """Show the first state.

        Parameters
        ----------
        with_run : bool
            Whether a run is begun, in a pane that has one.

        Raises
        ------
        UserError
            See `require_drawn`.
        """
        pane = self.pane
        yield None
        if not pane.needs_set or self.session.state.active is not None:
            pane.make()  # In a turn of its own: it takes as long as to draw the state does.
            yield None
        pane.show()
        for task in pane.findChildren(Task):
            task.failed.connect(self._failures.append)
        if with_run and isinstance(pane, BegunForFigures):
            pane.begin_figure()
        yield None
        yield from self._fit()
        for view in self._views():
            view.animator.is_driven = True
        self.require_drawn()

    def _fit(self) -> Iterator[Turn]:
        """Give the pane the size in which its picture has that of the frames."""
        for _ in range(_FITTINGS):
            if self.pane.picture.size() == self._size:
                break
            self.pane.resize(self.pane.size() + self._size - self.pane.picture.size())
            yield None

    def require_drawn(self) -> None:
        """Raise an error where the pane could not draw what was asked for.

        Raises
        ------
        UserError
            As the pane words it; and where it does not fit into the size.
        """
        unexpected = [each for each in self._failures if not isinstance(each, UserError)]
        if unexpected:
            raise unexpected[0]
        if self.pane.message_bar.text:
            raise UserError(self.pane.message_bar.text)
        if (least := self.pane.picture.size()) != self._size:
            raise UserError(
                f"What {self.pane.title} shows does not fit into {self._size.width():,} × "
                f"{self._size.height():,} pixels; it takes {least.width():,} × "
                f"{least.height():,} at the least. Choose a larger size or smaller text."
            )

    def show(self, state: State) -> Iterator[Turn]:
        """Show another state."""
        if state != self.session.state:
            self.session.restart(state)
            yield None
            yield from self._fit()
            self.require_drawn()

    def walk(self, part: float) -> None:
        """Show a part, 0 to 1, of the way that points go from one layout to another."""
        for view in self._views():
            if view.animator.is_animating:
                view.animator.show_step(part)

    def show_moment(self, part: float) -> Iterator[Turn]:
        """Show a moment of the run, 0 to 1."""
        if isinstance(self.pane, HasRun) and self.pane.player.run is not None:
            self.pane.player.scrub(self.pane.player.run.place_of_moment(part))
            yield None
            self.require_drawn()

    def state_with_cameras(self) -> State:
        """Return the state that is shown, with the cameras that were chosen to fit written out."""
        for view in self._views():
            view.viewport.hold(view.camera)
            view.camera_settled.emit(view.camera)
        return self.session.state

    def place_labels_anew(self) -> None:
        """Have labels where they are in a still picture, whatever was shown before."""
        for view in self._views():
            view.scene.reset_label_places()
            view.redraw()

    def draw(self, images: list[QImage]) -> Iterator[Turn]:
        """Draw what is shown, and add it to some images; the points are drawn in any thread."""
        drawing = FigureDrawing(self.pane.picture, self._drawn, "png", str)
        drawing.begin()
        yield drawing.draw_points
        self.pane.setUpdatesEnabled(True)  # Or nothing of it would be painted into the frame.
        try:
            image = drawing.paint()
        finally:
            self.pane.setUpdatesEnabled(False)
        assert isinstance(image, QImage)
        images.append(image)

    def close(self) -> None:
        """End all that is at work, and let go of everything."""
        self.pane.calculations.cancel_all()
        self.pane.close()
        self.pane.deleteLater()

    def _views(self) -> list[MovingPoints]:
        parts = self.pane.findChildren(QWidget)
        return [each for each in parts if each.isVisible() and isinstance(each, MovingPoints)]

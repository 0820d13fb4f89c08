"""The layout that a map shows, and how it gets another one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from embedviz.app.layouts import Layout, LayoutRequest, Layouts
from embedviz.app.state import State
from embedviz.core.arrays import Matrix
from embedviz.core.progress import OnLayout, Report
from embedviz.core.projections import PCA
from embedviz.gui.pane import Pane
from embedviz.gui.widgets.watched import is_watched
from embedviz.panes.map.choices import MapChoices


class LayoutRun(QObject):
    """Layout that is wanted, or the run that computes it while the points are seen moving.

    Parameters
    ----------
    pane : Pane
    choices : MapChoices

    Signals
    -------
    arrived : ()
        Another layout is at hand.
    moved : (float32 array, bool)
        Where the points are on the way to it; whether that is the first one heard of it.

    Attributes
    ----------
    task : Task
    layout : Layout or None
        What is at hand: the one that is wanted, or the last one while that is computed.
    streamed : array of shape (n_vectors, 2 or 3), or None
        Where the points are while a method moves them.
    shown_request : LayoutRequest or None
        What was asked for when the layout at hand came.
    progress : float
        Part of the computation that is done.
    """

    arrived = Signal()
    moved = Signal(object, bool)

    def __init__(self, pane: Pane, choices: MapChoices) -> None:
        super().__init__(pane)
        self._pane, self._choices, self._calculations = pane, choices, pane.calculations
        self._layouts = pane.session.layouts
        self.task = self._calculations.new_task("laying out")
        self.task.progressed.connect(self._note_progress)
        self.layout: Layout | None = None
        self.streamed: Matrix | None = None
        self.progress = 0.0
        self.shown_request: LayoutRequest | None = None

    @property
    def shows_wanted(self) -> bool:
        """Whether the points are rows of the set to show; until then, the user has to wait."""
        return self.layout is not None and self.layout.vector_set is self._choices.vector_set

    def bring(self, request: LayoutRequest) -> None:
        """Have the wanted layout at hand: now where it is known, else when it is computed."""
        has_asked = self._calculations.has_asked(self.task, request)
        if has_asked and self.task.is_busy:
            return  # Also where there is one that was stopped: it is being run again.
        if self.task.is_busy and self._is_on_the_way(request):
            return  # It is shown, and the newest comes next: else a dial would be seen to stand.
        known = self._layouts.known(request)
        if known is not None:
            self.layout, self.shown_request = known, request
            self.cancel()
        elif not has_asked:
            self._compute(request)

    def _is_on_the_way(self, request: LayoutRequest) -> bool:
        """Return whether what is being computed may be shown before what is wanted."""
        asked = self._calculations.asked_last(self.task)
        return isinstance(asked, LayoutRequest) and asked.is_step_to(request)

    def _compute(self, request: LayoutRequest) -> None:
        self.streamed, self.progress = None, 0.0
        if self.layout is not None and self.layout.vector_set is not request.vector_set:
            self.layout = None
        work, finish = partial(_find, self._layouts, request), partial(self._finish, request)
        # A figure shows the end alone: what was seen before would move its labels.
        move = self._move if is_watched(self._pane) else None
        self._calculations.run(self.task, work, finish, request, move)

    def _finish(self, request: LayoutRequest, layout: Layout) -> None:
        self.layout, self.streamed, self.shown_request = layout, None, request
        wanted = self._choices.wanted
        if request != wanted:
            self.bring(wanted)
        self.arrived.emit()

    def _move(self, positions: Matrix) -> None:
        is_first, self.streamed = self.streamed is None, positions
        if self.layout is None:  # Nothing of this set was to be seen yet.
            request = self._choices.wanted
            self.layout = Layout(request.vector_set, request.projection or PCA(), positions, "")
            self.arrived.emit()
        else:
            self.moved.emit(positions, is_first)

    @Slot(float, str)
    def _note_progress(self, fraction: float, message: str) -> None:
        self.progress = fraction

    def cancel(self) -> None:
        """Want nothing more: what is at hand is what is wanted."""
        self._calculations.cancel(self.task)
        self.streamed = None

    def run_again(self) -> None:
        """Compute anew what was stopped."""
        if self.layout is not None and self.layout.stopped_at is not None:
            self._compute(self._choices.wanted)

    def stop(self) -> None:
        """End the computation; what is on the screen stays."""
        self._pane.session.board.stop([self.task])

    def keep_present(self) -> bool:
        """Make a layout of where the points are now; return whether there is anything to keep."""
        asked, positions = self._calculations.asked_last(self.task), self.streamed
        self.streamed = None
        # Behind another pane, the state may ask for something else by now.
        if positions is None or not isinstance(asked, LayoutRequest) or not self._pane.wants(asked):
            return False
        if asked.projection is None:
            return False
        words = f"{asked.projection} · stopped at {100 * self.progress:.0f} %"
        part = self.progress
        self.layout = Layout(asked.vector_set, asked.projection, positions, words, (), part)
        self.shown_request = asked
        self._layouts.keep(self.layout)
        return True

    def retreat(self) -> None:
        """Let the state ask for the layout at hand again; there may be none.

        As if the step had not been taken that asked for another one, if that was the last step.
        """
        session, shown_request = self._choices.session, self.shown_request
        self.streamed = None
        if shown_request is None or shown_request.vector_set is not self._choices.wanted.vector_set:
            self.release()
            return
        back = self._choices.settings.projected_by(shown_request.projection)
        state = session.state.mapped(replace(back, is_3d=shown_request.n_components == 3))
        if session.last is not None and self._is_alike(session.last, state):
            session.take_back()
        else:
            session.show(state)

    def _is_alike(self, state: State, other: State) -> bool:
        """Return whether two states are equal but for where the map is seen from."""
        one, another = (
            each.mapped(replace(each.map_of(self._choices.key), camera=None))
            for each in (state, other)
        )
        return one == another

    def release(self) -> None:
        """Let go of a set that has been closed."""
        self.layout = self.streamed = self.shown_request = None


def _find(
    layouts: Layouts, request: LayoutRequest, report: Report, on_layout: OnLayout | None = None
) -> Layout:
    """Get a layout. Runs off the UI thread."""
    return layouts.find(request, report, on_layout or _unseen)


def _unseen(positions: Matrix) -> None:
    """Show positions on the way to nobody."""
